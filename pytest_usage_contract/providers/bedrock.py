"""Amazon Bedrock: what `botocore` documents about a conversation, and `anthropic` about its models there."""

from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from pytest_usage_contract.core.accounting import Beside, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, SomeObject, Usage
from pytest_usage_contract.providers.anthropic import EVENTS, MESSAGE, MESSAGE_EVENTS, MESSAGES

# Of a region, and of one in China.
HOSTS: Final = ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn")


class CacheDetail(Usage):
    ttl: Literal["5m", "1h"]
    """The time that it is kept."""
    inputTokens: int
    """Tokens that were written to the cache for that time."""


class ConverseUsage(Usage):
    inputTokens: int
    """Tokens in the input, without what a cache gave or took."""
    outputTokens: int
    """Tokens in the output."""
    totalTokens: int
    """All tokens of input and output."""
    cacheReadInputTokens: MayBeAbsent[int] = ABSENT
    """Tokens that were read from a cache."""
    cacheWriteInputTokens: MayBeAbsent[int] = ABSENT
    """Tokens that were written to a cache."""
    cacheDetails: MayBeAbsent[list[CacheDetail]] = ABSENT
    """What was written to the cache, by the time that it is kept."""
    cacheReadInputTokenCount: MayBeAbsent[int] = ABSENT
    """The same as the tokens that were read from a cache."""
    cacheWriteInputTokenCount: MayBeAbsent[int] = ABSENT
    """The same as the tokens that were written to a cache."""
    serverToolUsage: MayBeAbsent[SomeObject] = ABSENT
    """Calls of tools on the server."""


ANSWER: Final[dict[str, Any]] = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello!"}]}},
    "stopReason": "end_turn",
    "metrics": {"latencyMs": 420},
}

# ConverseStreamOutput. ConverseStreamMetadataEvent, which requires the usage, comes behind MessageStopEvent.
CONVERSE_EVENTS: Final = Framing(
    at=("metadata.usage",),
    carriers={},
    terminal={"messageStop": (...,)},
    may_follow=True,
    cumulative=False,
    messages=True,
    events=(
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hello!"}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": None, "metrics": {"latencyMs": 420}}},
    ),
    done=False,
)

RECORDED: Final = "bodies recorded by pydantic/genai-prices@47df840"

CONVERSE = Contract(
    name="bedrock/converse",
    default=True,
    source=Source(document="TokenUsage", package="botocore", version="1.44.8", read=date(2026, 11, 28)),
    usage=ConverseUsage,
    endpoints=(
        # The id of a model is one segment, percent-encoded: an ARN, too.
        Endpoint(path="/model/{modelId}/converse", hosts=HOSTS, presence="required", body=ANSWER),
        Endpoint(
            path="/model/{modelId}/converse-stream", hosts=HOSTS, presence="required", stream=CONVERSE_EVENTS, body=None
        ),
    ),
    # All of 220 recorded bodies. The document has input and output only, which fails in all of 18 that tell a cache.
    accounting=(
        Total("totalTokens", of=("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")),
        Beside("cacheReadInputTokens", headline="inputTokens"),
        Beside("cacheWriteInputTokens", headline="inputTokens"),
    ),
    dialect=Dialect(
        input="inputTokens",
        output="outputTokens",
        total="totalTokens",
        cache_read="cacheReadInputTokens",
        cache_creation="cacheWriteInputTokens",
        zeros=("cacheReadInputTokens", "cacheWriteInputTokens"),  # the sum holds without them where they are absent
    ),
    divergences=(
        Divergence(
            path="usage.cacheReadInputTokenCount",
            why="not in the model; in 110 of 220 recorded bodies, equal to cacheReadInputTokens",
            source=RECORDED,
        ),
        Divergence(
            path="usage.cacheWriteInputTokenCount",
            why="not in the model; in 110 of 220 recorded bodies, equal to cacheWriteInputTokens",
            source=RECORDED,
        ),
        Divergence(
            path="usage.serverToolUsage", why="not in the model; in 197 of 220 recorded bodies, empty", source=RECORDED
        ),
    ),
)

# The path says whose the body is where it has the model's own id, alone, of a region (`us.anthropic.`), or at the end
# of an ARN; that of an application's inference profile does not.
MODELS: Final = ("anthropic.{model}", "{region}.anthropic.{model}", "{arn}%2Fanthropic.{model}")

# The chunks of a stream hold the events of Anthropic. The last has metrics, whose counts are not documented there.
METRICS: Final = {
    "amazon-bedrock-invocationMetrics": {
        "inputTokenCount": 3,
        "outputTokenCount": 2,
        "invocationLatency": 420,
        "firstByteLatency": 210,
    }
}
CHUNKS: Final = replace(MESSAGE_EVENTS, named=False, messages=True, events=(*EVENTS[:-1], {**EVENTS[-1], **METRICS}))

INVOKE_MODEL = replace(
    MESSAGES,
    name="bedrock/invoke_model",
    source=replace(MESSAGES.source, document="anthropic.AnthropicBedrock"),
    endpoints=(
        *(Endpoint(path=f"/model/{model}/invoke", hosts=HOSTS, presence="required", body=MESSAGE) for model in MODELS),
        *(
            Endpoint(
                path=f"/model/{model}/invoke-with-response-stream",
                hosts=HOSTS,
                presence="required",
                stream=CHUNKS,
                body=None,
            )
            for model in MODELS
        ),
    ),
    default=False,
)

CONTRACTS = (CONVERSE, INVOKE_MODEL)
