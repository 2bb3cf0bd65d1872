"""DeepSeek: what its API reference documents about the usage of chats, which any client for OpenAI asks for.

There is no package of its own. The reference was read as public repositories quote it; of null it says nothing.
"""

from datetime import date

from pytest_usage_contract.core.accounting import Part, Total, Whole
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_STREAM, answers_of


class PromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were read from the cache, the same as prompt_cache_hit_tokens."""


class CompletionTokensDetails(Usage):
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens that the model generated for reasoning."""


class CompletionUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt: those that hit the cache, and those that miss it."""
    prompt_cache_hit_tokens: int
    """Tokens of the prompt that were read from the cache."""
    prompt_cache_miss_tokens: int
    """Tokens of the prompt that were not."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens_details: MayBeAbsent[PerhapsNull[CompletionTokensDetails]] = ABSENT
    """What the completion tokens consist of."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""


(COMPLETION,) = answers_of("deepseek-chat", CHAT)

CHAT_COMPLETIONS = Contract(
    name="deepseek/chat_completions",
    source=Source(document="Create Chat Completion", package="api-docs.deepseek.com", read=date(2026, 11, 28)),
    usage=CompletionUsage,
    endpoints=tuple(
        # The reference shows the first; the second is there for the sake of clients, the third for beta features.
        # The usage is not among the fields that it requires of an answer.
        Endpoint(path=path, hosts=("api.deepseek.com",), presence="unknown", stream=CHAT_STREAM, body=COMPLETION)
        for path in ("/chat/completions", "/v1/chat/completions", "/beta/chat/completions")
    ),
    # "prompt + completion"; "equals prompt_cache_hit_tokens + prompt_cache_miss_tokens"; "same as
    # prompt_cache_hit_tokens". All of it, and the reasoning in the completion, holds in 4 of 4 recorded bodies.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Whole("prompt_tokens", parts=("prompt_cache_hit_tokens", "prompt_cache_miss_tokens")),
        Part("prompt_cache_hit_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_cache_hit_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_cache_hit_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    default=True,
    divergences=(
        Divergence(
            path="usage.prompt_tokens_details",
            why="required of late; older copies of the reference do not have it",
            source="copies of the reference in public repositories",
        ),
    ),
)

CONTRACTS = (CHAT_COMPLETIONS,)
