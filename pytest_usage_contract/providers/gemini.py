"""Gemini: what `google-genai` documents about the usage of generated content and of embeddings, as the wire spells it.

The answers are JSON as Protocol Buffers write it, which leaves out what is zero: none of the 440 recorded usages of
generated content tells a zero, and in two of them a modality is without its tokens. Null stands in none.
"""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from pytest_usage_contract.core.accounting import Beside, Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage

READ: Final = date(2026, 11, 28)

GEMINI: Final = ("generativelanguage.googleapis.com",)
# Of Vertex AI: a region's host, that of all of them, and those of the US and the EU.
VERTEX: Final = ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com")

# The versions are v1, v1beta and v1alpha of the Gemini API, v1 and v1beta1 of Vertex AI, whose express mode, by an API
# key alone, names no project.
MODELS: Final = (
    ("/{version}/models/{model}", GEMINI),
    ("/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}", VERTEX),
    ("/{version}/publishers/google/models/{model}", VERTEX),
)
TUNED_MODELS: Final = (
    ("/{version}/tunedModels/{model}", GEMINI),
    ("/{version}/projects/{project}/locations/{location}/endpoints/{endpoint}", VERTEX),
)


# The classes of the SDK have these from enums, which take other words, too.
Modality = Annotated[str, Field(examples=["TEXT"])]
ServiceTier = Annotated[str, Field(examples=["standard"])]
TrafficType = Annotated[str, Field(examples=["ON_DEMAND"])]


class ModalityTokenCount(Usage):
    modality: MayBeAbsent[PerhapsNull[Modality]] = ABSENT
    """The modality: text, an image, audio, a video, a document."""
    tokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Its tokens."""


Modalities = MayBeAbsent[PerhapsNull[list[ModalityTokenCount]]]


class GenerateContentUsageMetadata(Usage):
    cacheTokensDetails: Modalities = ABSENT
    """The tokens of cached content by modality."""
    cachedContentTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that are cached content."""
    candidatesTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the candidates, without thoughts."""
    candidatesTokensDetails: Modalities = ABSENT
    """The tokens of the candidates by modality."""
    promptTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the prompt, with those of cached content."""
    promptTokensDetails: Modalities = ABSENT
    """The tokens of the prompt by modality."""
    serviceTier: MayBeAbsent[PerhapsNull[ServiceTier]] = ABSENT
    """The tier in which the Gemini API has served the request."""
    thoughtsTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens that the model has generated: its thoughts."""
    toolUsePromptTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens that the model was given: the results of tools."""
    toolUsePromptTokensDetails: Modalities = ABSENT
    """The tokens of the results of tools by modality."""
    totalTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of prompt, candidates, results of tools and thoughts together."""
    trafficType: MayBeAbsent[PerhapsNull[TrafficType]] = ABSENT
    """How Vertex AI has served the request: on demand, or by throughput that was bought."""


class EmbedContentUsageMetadata(Usage):
    cacheTokensDetails: Modalities = ABSENT
    """The tokens of cached content by modality."""
    cachedContentTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the contents that are cached content."""
    promptTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the contents."""
    promptTokenDetails: Modalities = ABSENT
    """The tokens of the contents by modality, as the Gemini API names them."""
    promptTokensDetails: Modalities = ABSENT
    """The tokens of the contents by modality, as the SDK names them."""
    responseTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the response."""
    responseTokensDetails: Modalities = ABSENT
    """The tokens of the response by modality."""
    serviceTier: MayBeAbsent[PerhapsNull[ServiceTier]] = ABSENT
    """The tier in which the Gemini API has served the request."""
    thoughtsTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens that the model has generated: its thoughts."""
    toolUsePromptTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens that the model was given: the results of tools."""
    toolUsePromptTokensDetails: Modalities = ABSENT
    """The tokens of the results of tools by modality."""
    totalTokenCount: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of all of them together."""
    trafficType: MayBeAbsent[PerhapsNull[TrafficType]] = ABSENT
    """How Vertex AI has served the request: on demand, or by throughput that was bought."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand.
# Ids, times and texts are made up.

CONTENT: Final[dict[str, Any]] = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hello!"}]}, "finishReason": "STOP", "index": 0},
    ],
    "modelVersion": "gemini-3-flash",
    "responseId": "AbCdEfGhIjKlMnOp",
}

CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {
        **CONTENT,
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}, "index": 0}],
        "usageMetadata": None,
    },
    {
        **CONTENT,
        "candidates": [{"content": {"role": "model", "parts": [{"text": "lo!"}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": None,
    },
)

EMBEDDING: Final[dict[str, Any]] = {"embedding": {"values": [0.013, -0.02, 0.051]}}
EMBEDDINGS: Final[dict[str, Any]] = {"embeddings": [EMBEDDING["embedding"]]}

# Each chunk is a whole response; its usage may be absent, and each count is what it has come to. A chunk tells why it
# is the last of its candidate, or that the prompt was blocked; nothing else marks the end. A stream comes as
# server-sent events where `?alt=sse` asks for them, as the SDK does, and otherwise as one JSON array (symfony/ai#1988).
CONTENT_CHUNKS: Final = Framing(
    at=("usageMetadata",),
    carriers={},
    terminal=({"candidates[].finishReason": (...,)}, {"promptFeedback.blockReason": (...,)}),
    may_follow=True,
    cumulative=True,
    presence="unknown",
    array=True,
    events=CHUNKS,
    done=False,
)


def _calls(
    models: tuple[tuple[str, tuple[str, ...]], ...],
    method: str,
    body: dict[str, Any] | None,
    stream: Framing | None = None,
) -> tuple[Endpoint, ...]:
    """Return the calls of a *method* of *models*."""
    return tuple(
        Endpoint(path=f"{path}:{method}", hosts=hosts, at="usageMetadata", presence="unknown", stream=stream, body=body)
        for path, hosts in models
    )


GENERATE_CONTENT = Contract(
    name="gemini/generate_content",
    source=Source(document="GenerateContentResponseUsageMetadata", package="google-genai", version="3.6.1", read=READ),
    usage=GenerateContentUsageMetadata,
    endpoints=(
        *_calls((*MODELS, *TUNED_MODELS), "generateContent", CONTENT),
        *_calls((*MODELS, *TUNED_MODELS), "streamGenerateContent", None, CONTENT_CHUNKS),
    ),
    accounting=(
        # In 440 of 440 recorded bodies, too. That the modalities of a prompt, or of candidates, add up does not hold.
        Total(
            "totalTokenCount",
            of=("promptTokenCount", "candidatesTokenCount", "toolUsePromptTokenCount", "thoughtsTokenCount"),
        ),
        Part("cachedContentTokenCount", whole="promptTokenCount"),
        Beside("toolUsePromptTokenCount", headline="promptTokenCount"),
        Beside("thoughtsTokenCount", headline="candidatesTokenCount"),
    ),
    dialect=Dialect(
        input="promptTokenCount",
        output="candidatesTokenCount",
        total="totalTokenCount",
        cache_read="cachedContentTokenCount",
        reasoning="thoughtsTokenCount",
        zeros=(
            "cachedContentTokenCount",
            "candidatesTokenCount",
            "toolUsePromptTokenCount",
            "thoughtsTokenCount",
        ),
    ),
    default=True,
    divergences=(
        Divergence(
            path="usage.serviceTier",
            why="the Gemini API tells it, and the SDK drops it; its class UsageMetadata has it",
            source="34 of 440 recorded bodies",
        ),
    ),
)

EMBED_CONTENT = Contract(
    name="gemini/embed_content",
    source=Source(document="UsageMetadata", package="google-genai", version="3.6.1", read=READ),
    usage=EmbedContentUsageMetadata,
    endpoints=(
        # The SDK calls the first in the Gemini API, and the second in Vertex AI.
        *_calls(MODELS, "batchEmbedContents", EMBEDDINGS),
        *_calls(MODELS, "embedContent", EMBEDDING),
    ),
    accounting=(Part("cachedContentTokenCount", whole="promptTokenCount"),),
    # Of the total its class says what that of generated content is made of, and no recorded body has one.
    dialect=Dialect(input="promptTokenCount", total="totalTokenCount", cache_read="cachedContentTokenCount"),
    divergences=(
        Divergence(
            path="usage.promptTokenDetails",
            why="the Gemini API names it so, and the SDK, which says promptTokensDetails, drops it",
            source="11 of 11 recorded bodies of embeddings",
        ),
    ),
)

CONTRACTS = (GENERATE_CONTENT, EMBED_CONTENT)
