"""Azure: where what OpenAI documents about the usage of chats and responses is promised, too.

Azure documents no usage of its own but that of `azure-ai-inference`, whose three counts are OpenAI's. The one recorded
body has OpenAI's form. What other models than OpenAI's count there, and whether the sums are theirs, is unknown.
"""

from typing import Final

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.providers.openai import (
    COMPLETION_ACCOUNTING,
    COMPLETION_DIALECT,
    LATER_CACHE_WRITE,
    RESPONSE_ACCOUNTING,
    RESPONSE_DIALECT,
    CompletionUsage,
    ResponseUsage,
    chat_at,
    read_in,
    responses_below,
)

# learn.microsoft.com, "Endpoints for Foundry Models": `openai` and `services.ai`. A resource of the third kind has
# /openai/responses as well (anomalyco/opencode#7180).
FOUNDRY_HOST: Final = "*.services.ai.azure.com"
HOSTS: Final = ("*.openai.azure.com", FOUNDRY_HOST, "*.cognitiveservices.azure.com")

# `AIProjectClient.get_openai_client` of azure-ai-projects appends /openai/v1 to the endpoint of a project.
PROJECT: Final = "/api/projects/{project}/openai/v1"

CHAT_COMPLETIONS = Contract(
    name="azure/chat_completions",
    source=read_in("CompletionUsage"),
    usage=CompletionUsage,
    endpoints=(
        # `AzureOpenAI`, whose query names the version of the API.
        chat_at("/openai/deployments/{deployment}/chat/completions", HOSTS),
        # `OpenAI` at Azure's `base_url`. A first chunk with neither choices nor usage may tell of the prompt's filter.
        chat_at("/openai/v1/chat/completions", HOSTS),
        chat_at(f"{PROJECT}/chat/completions", (FOUNDRY_HOST,)),
        # azure-ai-inference 1.0.0b9: `ChatCompletions.usage` is required, and its `CompletionsUsage` has no details.
        chat_at("/models/chat/completions", (FOUNDRY_HOST,), presence="required"),
    ),
    accounting=COMPLETION_ACCOUNTING,
    dialect=COMPLETION_DIALECT,
    default=True,
)

RESPONSES = Contract(
    name="azure/responses",
    source=read_in("ResponseUsage"),
    usage=ResponseUsage,
    endpoints=(
        *responses_below("/openai/v1", HOSTS),
        *responses_below("/openai", HOSTS),  # `AzureOpenAI`, which names no deployment here
        *responses_below(PROJECT, (FOUNDRY_HOST,)),
    ),
    accounting=RESPONSE_ACCOUNTING,
    dialect=RESPONSE_DIALECT,
    divergences=(LATER_CACHE_WRITE,),
)

CONTRACTS = (CHAT_COMPLETIONS, RESPONSES)
