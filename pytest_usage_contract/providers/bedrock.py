"""Amazon Bedrock: what `botocore` documents about the usage of a conversation."""

from datetime import date
from typing import Any, Final, Literal

from pytest_usage_contract.core.accounting import Beside, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, SomeObject, Usage

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

RECORDED: Final = "bodies recorded by pydantic/genai-prices@47df840"

CONVERSE = Contract(
    name="bedrock/converse",
    default=True,
    source=Source(document="TokenUsage", package="botocore", version="1.44.8", read=date(2026, 11, 28)),
    usage=ConverseUsage,
    endpoints=(
        # The id of a model is one segment, percent-encoded: an ARN, too.
        Endpoint(path="/model/{modelId}/converse", hosts=HOSTS, presence="required", body=ANSWER),
        # Its events are binary (application/vnd.amazon.eventstream), and are not decoded here.
        Endpoint(path="/model/{modelId}/converse-stream", hosts=HOSTS, unknown_stream=True, body=None),
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

CONTRACTS = (CONVERSE,)
