"""Anthropic: what `anthropic` documents about the usage of messages."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from pytest_usage_contract.core.accounting import Beside, Part
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage

# The clients of `anthropic.lib.vertex`: a region's host, that of all of them, and those of the US and the EU.
VERTEX_HOSTS: Final = ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com")
VERTEX_MODELS: Final = "/v1/projects/{project}/locations/{location}/publishers/anthropic/models"


Model = Annotated[str, Field(examples=["claude-sonnet-5"])]
Place = Annotated[str, Field(examples=["global"])]


class CacheCreation(Usage):
    ephemeral_1h_input_tokens: int
    """Tokens of the input that were written to a cache for an hour."""
    ephemeral_5m_input_tokens: int
    """Tokens of the input that were written to a cache for five minutes."""


class OutputTokensDetails(Usage):
    thinking_tokens: int
    """Tokens of the output that the model spent on thinking, shown or not."""


class ServerToolUsage(Usage):
    web_fetch_requests: MayBeAbsent[int] = ABSENT
    """How many pages the server has fetched."""
    web_search_requests: int
    """How many searches the server has made."""


# BetaIterationsUsage: of four classes, of which two require the model. The messages add up to the counts of the usage
# itself (10 of 10 recorded bodies), which do not have those of compactions and advisors.
class Iteration(Usage):
    type: Literal["message", "compaction", "advisor_message", "fallback_message"]
    """What was done: a message, by a model of one's own choice, a fallback or an advisor, or a compaction."""
    model: MayBeAbsent[PerhapsNull[Model]] = ABSENT
    """The model that did it."""
    input_tokens: int
    """Tokens in its input, without those that a cache is about."""
    output_tokens: int
    """Tokens in its output."""
    cache_creation_input_tokens: int
    """Tokens of its input that were written to a cache."""
    cache_read_input_tokens: int
    """Tokens of its input that were read from a cache."""
    cache_creation: MayBeAbsent[PerhapsNull[CacheCreation]] = ABSENT
    """What was written to a cache, by how long it is kept there."""


# BetaFallbackCreditUsage: of two classes; one has its type alone, and the other requires a reason.
class FallbackCreditStatus(Usage):
    type: Literal["redeemed", "not_applied"]
    """Whether the credit was redeemed."""
    reason: MayBeAbsent[
        Literal[
            "body_mismatch",
            "continuation_excluded",
            "continuation_only",
            "expired",
            "invalid_target_model",
            "not_enabled",
            "reprice_unavailable",
            "temporarily_unavailable",
            "variant_fields_present",
            "wrong_organization",
            "wrong_platform",
            "wrong_workspace",
        ]
    ] = ABSENT
    """Why it was not."""
    remove_to_redeem: MayBeAbsent[list[str]] = ABSENT
    """The fields that the request must be without so that it will be."""


class FallbackCredit(Usage):
    status: FallbackCreditStatus
    """What came of the credit."""


class MessagesUsage(Usage):
    input_tokens: int
    """Tokens in the input, without those that a cache is about."""
    output_tokens: int
    """Tokens in the output, thinking included."""
    cache_creation_input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens of the input, which were written to a cache."""
    cache_read_input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Further tokens of the input, which were read from a cache."""
    cache_creation: MayBeAbsent[PerhapsNull[CacheCreation]] = ABSENT
    """What was written to a cache, by how long it is kept there."""
    output_tokens_details: MayBeAbsent[PerhapsNull[OutputTokensDetails]] = ABSENT
    """What the output tokens consist of."""
    server_tool_use: MayBeAbsent[PerhapsNull[ServerToolUsage]] = ABSENT
    """How often the server has used its own tools."""
    service_tier: MayBeAbsent[PerhapsNull[Literal["standard", "priority", "batch"]]] = ABSENT
    """The tier that served the request."""
    inference_geo: MayBeAbsent[PerhapsNull[Place]] = ABSENT
    """Where on earth the model ran."""
    speed: MayBeAbsent[PerhapsNull[Literal["standard", "fast"]]] = ABSENT
    """The mode in which the model ran."""
    iterations: MayBeAbsent[PerhapsNull[list[Iteration]]] = ABSENT
    """The same, for each run of a model that the answer took."""
    fallback_credit: MayBeAbsent[PerhapsNull[FallbackCredit]] = ABSENT
    """What came of the credit for an answer that another model gave."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand.
# Ids, times and texts are made up.

MESSAGE: Final[dict[str, Any]] = {
    "id": "msg_01AbCdEfGhIjKlMnOpQrStUv",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
}

EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None, "usage": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello!"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": None},
    {"type": "message_stop"},
)

# RawMessageStartEvent and RawMessageDeltaEvent require a usage. Of the latter, MessageDeltaUsage, each count is
# cumulative, and all but the output may be absent. It does not know cache_creation, inference_geo, service_tier and
# speed, which are told at the start. Message.stop_reason is null there and in no event after it; of these there may be
# several (LibreChat-AI/agents#150).
MESSAGE_EVENTS: Final = Framing(
    at=("message.usage", "usage"),
    carriers={"type": ("message_start", "message_delta")},
    terminal={"type": ("message_delta",), "delta.stop_reason": (...,)},
    may_follow=True,
    cumulative=True,
    named=True,
    events=EVENTS,
    done=False,
)


def _messages(path: str, *hosts: str, body: dict[str, Any] | None = MESSAGE, stream: bool = True) -> Endpoint:
    """Return a call that is answered with a message, or with the events of one."""
    return Endpoint(path=path, hosts=hosts, presence="required", stream=MESSAGE_EVENTS if stream else None, body=body)


MESSAGES = Contract(
    name="anthropic/messages",
    source=Source(document="anthropic.types.Usage", package="anthropic", version="2.14.0", read=date(2026, 11, 28)),
    usage=MessagesUsage,
    endpoints=(
        # Of the beta, too, in earlier versions with `?beta=true`.
        _messages("/v1/messages", "api.anthropic.com"),
        # The clients AnthropicAWS, AnthropicBedrockMantle, AnthropicFoundry, AnthropicGoogleCloud and AnthropicVertex.
        _messages("/v1/messages", "aws-external-anthropic.*.api.aws"),
        _messages("/anthropic/v1/messages", "bedrock-mantle.*.api.aws", "*.services.ai.azure.com"),
        _messages(
            "/v1/projects/{project}/locations/{location}/workspaces/{workspace}/invoke/v1/messages",
            "claude.googleapis.com",
        ),
        _messages(VERTEX_MODELS + "/{model}:rawPredict", *VERTEX_HOSTS, stream=False),
        _messages(VERTEX_MODELS + "/{model}:streamRawPredict", *VERTEX_HOSTS, body=None),
        # AnthropicVertex counts tokens here, by a name that is no model's: the answer has `input_tokens`, and no usage.
        Endpoint(path=VERTEX_MODELS + "/count-tokens:rawPredict", hosts=VERTEX_HOSTS, body={"input_tokens": 2095}),
    ),
    accounting=(
        # Message.usage: all of the input is the sum of the three.
        Beside("cache_creation_input_tokens", headline="input_tokens"),
        Beside("cache_read_input_tokens", headline="input_tokens"),
        # Both make the whole in 225 of 225 recorded bodies. In a stream they are told at its start only, while the
        # whole may grow.
        Part("cache_creation.ephemeral_1h_input_tokens", whole="cache_creation_input_tokens"),
        Part("cache_creation.ephemeral_5m_input_tokens", whole="cache_creation_input_tokens"),
        Part("output_tokens_details.thinking_tokens", whole="output_tokens"),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        cache_read="cache_read_input_tokens",
        cache_creation="cache_creation_input_tokens",
        reasoning="output_tokens_details.thinking_tokens",
    ),
    default=True,
    divergences=(
        Divergence(
            path="usage.server_tool_use.web_fetch_requests",
            why="required in the class, and absent where only searches were made",
            source="4 of 38 recorded bodies",
        ),
        Divergence(
            path="usage.iterations",
            why="the beta answers at the same address, and a response does not tell that it is one of it",
            source="anthropic.types.beta.BetaUsage",
        ),
        Divergence(path="usage.fallback_credit", why="likewise", source="anthropic.types.beta.BetaUsage"),
    ),
)

CONTRACTS = (MESSAGES,)
