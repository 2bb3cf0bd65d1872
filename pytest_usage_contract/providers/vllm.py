"""vLLM: what its server's own types say about the usage of chats.

It has no host of its own: a line of `usage_contract_urls` says where it is served.
"""

from datetime import date

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of


class PromptTokenUsageInfo(Usage):
    cached_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that were read from a cache."""


class UsageInfo(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens in the completion."""
    prompt_tokens_details: MayBeAbsent[PromptTokenUsageInfo | None] = ABSENT
    """What of the prompt tokens was cached, where the server runs with --enable-prompt-tokens-details."""


# Whole answers without their usage, for mocks.
COMPLETION, *CHUNKS = answers_of("Qwen/Qwen3-8B", CHAT, *CHAT_CHUNKS)

CHAT_COMPLETIONS = Contract(
    name="vllm/chat_completions",
    source=Source(document="UsageInfo", package="vllm-project/vllm", version="040a2cc2", read=date(2026, 11, 28)),
    usage=UsageInfo,
    endpoints=(
        Endpoint(
            path="/v1/chat/completions",
            hosts=(),
            # `ChatCompletionResponse.usage` has no default. A body is written whole, so that null is what the details
            # are where the server does not tell them.
            presence="required",
            # The last chunk has no choices, and a usage without its nulls, for those who ask. With
            # `continuous_usage_stats` every chunk has one that grows, and --enable-force-include-usage sends it unasked
            # (entrypoints/openai/chat_completion/serving.py). All others have none: the field is not written.
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                cumulative=True,
                presence="optional",
                asked={"stream_options.include_usage": (True,)},
                events=tuple(CHUNKS),
            ),
            body=COMPLETION,
        ),
    ),
    # The server adds the total up itself; the cached tokens are of the prompt.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
    ),
    default=True,
)

CONTRACTS = (CHAT_COMPLETIONS,)
