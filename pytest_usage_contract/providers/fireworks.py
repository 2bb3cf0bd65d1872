"""Fireworks: what `fireworks-ai` documents about the usage of chats.

Of null its classes say nothing.
"""

from datetime import date
from typing import Final

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of

HOSTS: Final = ("api.fireworks.ai",)


class PromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were cached."""


class UsageInfo(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the completion."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What of the prompt tokens was cached."""


# Whole answers without their usage, for mocks. `perf_metrics` may stand beside it, and is not judged.
COMPLETION, *CHUNKS = answers_of("accounts/fireworks/models/gpt-oss-20b", CHAT, *CHAT_CHUNKS[:2])

CHAT_COMPLETIONS = Contract(
    name="fireworks/chat_completions",
    source=Source(document="UsageInfo", package="fireworks-ai", version="1.2.30", read=date(2026, 11, 28)),
    usage=UsageInfo,
    endpoints=(
        Endpoint(
            # The client's own address; given another base, it leaves /inference out.
            path="/inference/v1/chat/completions",
            hosts=HOSTS,
            presence="unknown",
            # `ChatCompletionChunk.usage` is optional, and no parameter asks for it. Which chunk has it is unknown.
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                presence="unknown",
                events=tuple(CHUNKS),
            ),
            body=COMPLETION,
        ),
    ),
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),  # "prompt + completion"
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),  # "prompt tokens, including cached tokens"
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
