"""Mistral: what `mistralai` documents about the usage of chats, embeddings, transcriptions and documents (OCR).

Its classes tell absent from null. `UsageInfo` allows further fields; those that most recorded bodies have are declared.
"""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of

# SERVERS of the client.
HOSTS: Final = ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai")


def _read_in(document: str) -> Source:
    return Source(document=document, package="mistralai", version="3.7.0", read=date(2026, 11, 28))


class PromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were read from a cache."""


class UsageInfo(Usage):
    num_cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    prompt_tokens: MayBeAbsent[int] = ABSENT
    """Tokens in the prompt."""
    completion_tokens: MayBeAbsent[int] = ABSENT
    """Tokens in the completion."""
    total_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the whole request."""
    prompt_audio_seconds: MayBeAbsent[int | None] = ABSENT
    """The duration of the audio in the prompt."""
    service_tier: MayBeAbsent[str | None] = ABSENT
    """The tier of service that was used, standard or priority."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""


class OCRUsageInfo(Usage):
    pages_processed: int
    """Pages that were read."""
    doc_size_bytes: MayBeAbsent[int | None] = ABSENT
    """The size of the document."""


# Whole answers without their usage, for mocks. Ids, times and texts are made up.

COMPLETION, *CHUNKS = answers_of("mistral-medium-2508", CHAT, *CHAT_CHUNKS[:2])

EMBEDDINGS_BODY: Final[dict[str, Any]] = {
    "id": "embd-5f1d0c3b7a",
    "object": "list",
    "model": "mistral-embed",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
}

PAGE: Final[dict[str, Any]] = {"index": 0, "markdown": "# Hello!", "images": [], "dimensions": None}
OCR_BODY: Final[dict[str, Any]] = {"model": "mistral-ocr-2505", "pages": [PAGE], "document_annotation": None}

TRANSCRIPT: Final[dict[str, Any]] = {"model": "voxtral-mini-2507", "text": "Hello!", "language": None, "segments": []}

# `CompletionChunk.usage` may be absent, and no parameter asks for it. Which chunk
# has it, and whether one must, is unknown.
STREAM: Final = Framing(
    terminal={"choices[].finish_reason": (...,)},
    carriers={},
    may_follow=True,
    presence="unknown",
    events=tuple(CHUNKS),
)

# `TranscriptionStreamDone.usage` is required, and no other event has one; the client knows no `[DONE]`.
TRANSCRIPT_STREAM: Final = Framing(
    terminal={"type": ("transcription.done",)},
    named=True,
    events=({"type": "transcription.text.delta", "text": "Hello!"}, {"type": "transcription.done", **TRANSCRIPT}),
    done=False,
)

UNDOCUMENTED: Final = (
    Divergence(
        path="usage.num_cached_tokens",
        why="the class allows further fields, and 44 of 62 recorded bodies have this one",
        source="bodies recorded by pydantic/genai-prices@47df840",
    ),
    Divergence(
        path="usage.prompt_tokens_details",
        why="likewise, 13 of 62; the client's own tracing reads it",
        source="mistralai 3.7.0, mistralai/extra/observability/otel.py",
    ),
)

CHAT_COMPLETIONS = Contract(
    name="mistral/chat_completions",
    source=_read_in("UsageInfo"),
    usage=UsageInfo,
    endpoints=tuple(
        Endpoint(path=path, hosts=HOSTS, presence="required", stream=STREAM, body=COMPLETION)
        for path in ("/v1/chat/completions", "/v1/agents/completions", "/v1/fim/completions")
    ),
    # Not stated, but so in all of 62 recorded bodies; no more cached than prompt tokens in 44 of 44 and 13 of 13.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("num_cached_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="num_cached_tokens",
    ),
    default=True,
    divergences=UNDOCUMENTED,
)

EMBEDDINGS = Contract(
    name="mistral/embeddings",
    source=_read_in("UsageInfo"),
    usage=UsageInfo,
    endpoints=(Endpoint(path="/v1/embeddings", hosts=HOSTS, presence="required", body=EMBEDDINGS_BODY),),
    # Neither is a sum stated, nor was a body recorded.
    dialect=Dialect(input="prompt_tokens", total="total_tokens"),
    divergences=UNDOCUMENTED,
)

OCR = Contract(
    name="mistral/ocr",
    source=_read_in("OCRUsageInfo"),
    usage=OCRUsageInfo,
    endpoints=(Endpoint(path="/v1/ocr", hosts=HOSTS, at="usage_info", presence="required", body=OCR_BODY),),
)

AUDIO_TRANSCRIPTIONS = Contract(
    name="mistral/audio_transcriptions",
    source=_read_in("UsageInfo"),
    usage=UsageInfo,
    endpoints=(
        Endpoint(
            path="/v1/audio/transcriptions",
            hosts=HOSTS,
            presence="required",
            stream=TRANSCRIPT_STREAM,
            body=TRANSCRIPT,
        ),
    ),
    # No sum is stated. Of one response it is told that the audio is counted beside the prompt, and in the total
    # (3 + 375 + 1 = 379, pydantic/genai-prices#591), so that the prompt is no headline of the input.
    dialect=Dialect(output="completion_tokens", total="total_tokens"),
    divergences=UNDOCUMENTED,
)

CONTRACTS = (CHAT_COMPLETIONS, EMBEDDINGS, OCR, AUDIO_TRANSCRIPTIONS)
