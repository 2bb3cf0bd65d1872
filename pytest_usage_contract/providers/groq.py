"""Groq: what `groq` documents about the usage of chats.

Of null its classes say nothing.
"""

from datetime import date

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of


class CompletionTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens of the completion that the model spent on reasoning."""


class PromptTokensDetails(Usage):
    cached_tokens: int
    """Tokens of the prompt that were cached, and used again."""


class CompletionUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_time: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """Seconds that generating took."""
    completion_tokens_details: MayBeAbsent[PerhapsNull[CompletionTokensDetails]] = ABSENT
    """What the completion tokens consist of."""
    prompt_time: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """Seconds that processing the prompt took."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""
    queue_time: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """Seconds that the request waited."""
    total_time: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """Seconds of prompt and completion together, without those in the queue."""


# Whole answers without their usage, for mocks. `usage_breakdown`, which tells a usage for each model of a compound
# system, may stand beside it, in a stream in `x_groq`. It is not judged.
COMPLETION, FIRST, LAST = answers_of("openai/gpt-oss-20b", CHAT, *CHAT_CHUNKS[:2])
X_GROQ = {"x_groq": {"id": "req_01jv7k2m9qf8t"}}

CHAT_COMPLETIONS = Contract(
    name="groq/chat_completions",
    source=Source(document="CompletionUsage", package="groq", version="1.7.0", read=date(2026, 11, 28)),
    usage=CompletionUsage,
    endpoints=(
        Endpoint(
            path="/openai/v1/chat/completions",
            hosts=("api.groq.com",),
            presence="unknown",
            # `XGroq.usage` is "only sent in the final chunk", unasked; `ChatCompletionChunk.usage` is for those who ask
            # (`stream_options.include_usage`), and may come in one more chunk, which has no choices.
            stream=Framing(
                at=("usage", "x_groq.usage"),
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                cumulative=False,
                events=({**FIRST, **X_GROQ}, {**LAST, **X_GROQ}),
            ),
            body={**COMPLETION, **X_GROQ},
        ),
    ),
    # "prompt + completion", "tokens in the completion", "tokens in the prompt"; so in 72 of 72 recorded bodies, too.
    # There, prompt_time and completion_time are total_time but for the last digits.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    default=True,
)

CONTRACTS = (CHAT_COMPLETIONS,)
