"""Cerebras: what `cerebras_cloud_sdk` documents about the usage of chats, which is that any of it may be absent.

Of null its classes say nothing.
"""

from datetime import date

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of


class CompletionTokensDetails(Usage):
    accepted_prediction_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of a predicted output that were accepted."""
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens that the model spent on reasoning."""
    rejected_prediction_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of a predicted output that were rejected."""


class PromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were cached."""


class ChatCompletionResponseUsage(Usage):
    completion_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the completion."""
    completion_tokens_details: MayBeAbsent[PerhapsNull[CompletionTokensDetails]] = ABSENT
    """What the completion tokens consist of."""
    image_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of images."""
    prompt_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the prompt."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""
    total_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the whole request."""


# Whole answers without their usage, for mocks. `time_info` may stand beside it, and is not judged.
COMPLETION, *CHUNKS = answers_of(
    "gpt-oss-120b", *({**answer, "system_fingerprint": "fp_3f4a1e9c7b"} for answer in (CHAT, *CHAT_CHUNKS[:2]))
)

CHAT_COMPLETIONS = Contract(
    name="cerebras/chat_completions",
    source=Source(
        document="ChatCompletionResponseUsage",
        package="cerebras_cloud_sdk",
        version="1.91.0",
        read=date(2026, 11, 28),
    ),
    usage=ChatCompletionResponseUsage,
    endpoints=(
        Endpoint(
            path="/v1/chat/completions",
            hosts=("api.cerebras.ai",),
            presence="unknown",
            # `ChatChunkResponse.usage` is optional; of `stream_options.include_usage` only the name is documented.
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
    # Not stated, but so in 12 of 12 recorded bodies. Where images and predictions lie is unknown.
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
