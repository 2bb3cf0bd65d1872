"""Cohere: what `cohere` documents about the usage of chats, embeddings and ranks: what was used, and what is billed."""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, PerhapsNull, Usage

HOSTS: Final = ("api.cohere.com",)


class BilledUnits(Usage):
    input_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of the input that are billed."""
    output_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of the output that are billed."""
    search_units: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Units of search that are billed."""
    classifications: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Classifications that are billed."""


class UsedTokens(Usage):
    input_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens that went into the model."""
    output_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens that the model gave."""


class ChatUsage(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    billed_units: MayBeAbsent[PerhapsNull[BilledUnits]] = ABSENT
    """What is billed."""
    tokens: MayBeAbsent[PerhapsNull[UsedTokens]] = ABSENT
    """What was used."""


class ApiVersion(Usage):
    version: str
    """The version of the API."""
    is_deprecated: MayBeAbsent[PerhapsNull[bool]] = ABSENT
    """Whether the version is about to go."""
    is_experimental: MayBeAbsent[PerhapsNull[bool]] = ABSENT
    """Whether the version is on trial."""


class MetaBilledUnits(BilledUnits):
    images: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Images that are billed."""
    image_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of images that are billed."""
    text_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of text that are billed."""
    pages: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Pages that are billed."""


class Meta(Usage):
    api_version: MayBeAbsent[PerhapsNull[ApiVersion]] = ABSENT
    """The version of the API that has answered."""
    billed_units: MayBeAbsent[PerhapsNull[MetaBilledUnits]] = ABSENT
    """What is billed."""
    tokens: MayBeAbsent[PerhapsNull[UsedTokens]] = ABSENT
    """What was used."""
    cached_tokens: MayBeAbsent[PerhapsNull[Count]] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    warnings: MayBeAbsent[PerhapsNull[list[str]]] = ABSENT
    """What the caller should know."""


CHAT: Final[dict[str, Any]] = {
    "id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello!"}]},
}

EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "message-start",
        "id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4",
        "delta": {"message": {"role": "assistant", "content": []}},
    },
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello!"}}}},
    {"type": "content-end", "index": 0},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
)


def _read_in(document: str) -> Source:
    return Source(document=document, package="cohere", version="7.3.1", read=date(2026, 11, 28))


# Not stated, but so in all of 13 recorded chats: less is billed than was used. And in all of 9 that read from a cache,
# what they read lies inside the input that was used, and is more than the input that is billed. There is no total.
ACCOUNTING: Final = (
    Part("billed_units.input_tokens", whole="tokens.input_tokens"),
    Part("billed_units.output_tokens", whole="tokens.output_tokens"),
    Part("cached_tokens", whole="tokens.input_tokens"),
)

DIALECT: Final = Dialect(input="tokens.input_tokens", output="tokens.output_tokens", cache_read="cached_tokens")

# Everything is optional in the classes, and of null they say nothing.

CHAT_V2 = Contract(
    name="cohere/chat",
    default=True,
    source=_read_in("cohere.types.Usage"),
    usage=ChatUsage,
    endpoints=(
        Endpoint(
            path="/v2/chat",
            hosts=HOSTS,
            presence="unknown",
            # ChatMessageEndEventDelta of the same package. Whether [DONE] follows is not said; the client knows it.
            stream=Framing(
                at=("delta.usage",),
                terminal={"type": ("message-end",)},
                presence="unknown",
                named=True,
                events=EVENTS,
                done=False,
            ),
            body=CHAT,
        ),
    ),
    accounting=ACCOUNTING,
    dialect=DIALECT,
)

# The four embeddings that are recorded tell what is billed, and not what was used; only the latter is a count of
# tokens here.

EMBED = Contract(
    name="cohere/embed",
    source=_read_in("cohere.types.ApiMeta"),
    usage=Meta,
    endpoints=(
        Endpoint(
            path="/v2/embed",
            hosts=HOSTS,
            at="meta",
            presence="unknown",
            body={
                "id": "da6e531f-54c5-4a73-bf92-f60566d8d753",
                "response_type": "embeddings_by_type",
                "embeddings": {"float": [[0.1, 0.2]]},
                "texts": ["Hello!"],
            },
        ),
        Endpoint(
            path="/v1/embed",
            hosts=HOSTS,
            at="meta",
            presence="unknown",
            body={
                "id": "da6e531f-54c5-4a73-bf92-f60566d8d753",
                "response_type": "embeddings_floats",
                "embeddings": [[0.1, 0.2]],
                "texts": ["Hello!"],
            },
        ),
    ),
    dialect=DIALECT,
)

RERANK = Contract(
    name="cohere/rerank",
    source=_read_in("cohere.types.ApiMeta"),
    usage=Meta,
    endpoints=tuple(
        Endpoint(
            path=f"/{version}/rerank",
            hosts=HOSTS,
            at="meta",
            presence="unknown",
            body={"id": "07734bd2-2473-4f07-94e1-0d9f0e6843cf", "results": [{"index": 0, "relevance_score": 0.9}]},
        )
        for version in ("v2", "v1")
    ),
    dialect=DIALECT,
)

CONTRACTS = (CHAT_V2, EMBED, RERANK)
