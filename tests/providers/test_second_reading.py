"""The tokens of every example, read a second time by `genai-prices`, which reads usages to price them.

Both must read the same counts of the same body; where they do not, the difference is argued here, with its source.
"""

import json

import pytest
from genai_prices.data import providers

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.mocks.answers import make_body

READINGS = {
    "anthropic/messages": ("anthropic", "default"),
    "azure/chat_completions": ("azure", "chat"),
    "azure/responses": ("azure", "responses"),
    "bedrock/converse": ("aws", "default"),
    "cerebras/chat_completions": ("cerebras", "chat"),
    "cohere/chat": ("cohere", "tokens"),
    "cohere/embed": ("cohere", "embeddings"),
    "deepseek/chat_completions": ("deepseek", "chat"),
    "fireworks/chat_completions": ("fireworks", "chat"),
    "gemini/generate_content": ("google", "default"),
    "groq/chat_completions": ("groq", "default"),
    "mistral/chat_completions": ("mistral", "default"),
    "mistral/embeddings": ("mistral", "default"),
    "openai/chat_completions": ("openai", "chat"),
    "openai/embeddings": ("openai", "embeddings"),
    "openai/images_generations": ("openai", "images"),
    "openai/responses": ("openai", "responses"),
    "openrouter/chat_completions": ("openrouter", "chat"),
    "openrouter/responses": ("openrouter", "default"),
    "perplexity/chat_completions": ("perplexity", "default"),
    "xai/chat_completions": ("x-ai", "chat"),
    "xai/responses": ("x-ai", "responses"),
}
"""The provider and the flavour by which the second reading knows the API of a contract."""

NAMES = {
    "input": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_creation": "cache_write_tokens",
    "output": "output_tokens",
    "reasoning": "output_reasoning_tokens",
}
"""The names of the second reading. It has no total."""

LEFT_OUT = "zeros that the provider leaves out are zeros here, and nothing there; "

ARGUED = {
    "bedrock/converse": {
        "cache_read": LEFT_OUT + "the documented sum of Bedrock holds without them where they are absent",
        "cache_creation": LEFT_OUT + "the same",
    },
    "gemini/generate_content": {
        "cache_read": LEFT_OUT + "ProtoJSON leaves out the default of a number",
        "reasoning": LEFT_OUT + "the same",
        "input": LEFT_OUT + "only a prompt is never empty, so that an absent one is unknown here",
    },
    "cerebras/chat_completions": {
        "cache_read": "read here alone: ChatCompletionResponseUsagePromptTokensDetails of cerebras_cloud_sdk"
    },
    "cohere/embed": {
        "input": "what was used here, what is billed there: `tokens` and `billed_units` of cohere.types.ApiMeta",
        "cache_read": "read here alone: `cached_tokens` of cohere.types.ApiMeta",
        "output": "read here alone: `tokens.output_tokens` of cohere.types.ApiMeta",
    },
    "deepseek/chat_completions": {
        "cache_read": "two names of one count, which a made-up usage has apart: `prompt_cache_hit_tokens` is documented "
        "(Context Caching, api-docs.deepseek.com), `prompt_tokens_details.cached_tokens` is read there"
    },
    "mistral/chat_completions": {
        "cache_read": "two names of one count: `num_cached_tokens` here, `prompt_tokens_details.cached_tokens` there; "
        "UsageInfo of mistralai has both"
    },
    "mistral/embeddings": {
        "cache_read": "read there alone: one UsageInfo stands for all of Mistral's APIs, and embeddings have no cache",
        "output": "read there alone: the same, and embeddings have no output",
    },
    "openrouter/responses": {
        "input": "unknown here as soon as something was written to the cache: ResponsesUsage of OpenRouter does not say "
        "whether `cache_write_tokens` lies inside"
    },
    "perplexity/chat_completions": {
        "output": "with reasoning and citations there, since they are priced beside; unknown here, as UsageInfo of "
        "Perplexity does not say whether reasoning lies inside"
    },
}


def second_reading(contract, usage):
    """The counts that are told, or None for a body that is refused, as one without its headlines is."""
    provider, flavour = READINGS[contract.name]
    (reader,) = [one for one in providers if one.id == provider]
    body = {"model": "model", **json.loads(make_body(contract.documented, usage))}
    try:
        _, read = reader.extract_usage(body, api_flavor=flavour)
    except ValueError:
        return None
    return {name: vars(read).get(theirs) for name, theirs in NAMES.items()}


@pytest.mark.parametrize("name", READINGS)
def test_both_readings_agree_or_their_difference_is_argued(name):
    contract = find_contract(name)
    cases = examples(contract)
    read = [(case.tokens, other) for case in cases if (other := second_reading(contract, case.usage)) is not None]
    assert len(read) > len(cases) / 2
    different = {one for tokens, other in read for one in NAMES if getattr(tokens, one) != other[one]}
    assert different == {*ARGUED.get(name, ())}
