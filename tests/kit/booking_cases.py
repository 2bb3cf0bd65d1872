"""The answers that every package is given to book: one table for all, with the traps of each provider's dialect."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pytest_usage_contract import check_usage, find_contract
from pytest_usage_contract.mocks.answers import make_body, make_chunks


@dataclass(frozen=True)
class Case:
    """An answer under a *contract* that tells this *usage*, as a body and as a stream."""

    contract: str
    name: str
    usage: Mapping[str, Any]

    @property
    def is_stream(self) -> bool:
        """Tell whether the caller asks for a stream; an SDK may ask for one by itself."""
        return self.name == "streamed"

    @property
    def tokens(self) -> dict[str, int | float]:
        """What the wire says, in the words of OpenTelemetry, where it says it."""
        tokens = asdict(check_usage({**self.usage}, self.contract).tokens)
        return {name: count for name, count in tokens.items() if count is not None}

    @property
    def body(self) -> bytes:
        """The body that the mocks of the contract answer with."""
        return self._name_answer(make_body(find_contract(self.contract).endpoints[0], self.usage))

    @property
    def events(self) -> bytes:
        """The server-sent events of the mocks, if any; the first tells fewer tokens of output, as in a real stream."""
        endpoint = next((endpoint for endpoint in find_contract(self.contract).endpoints if endpoint.stream), None)
        if endpoint is None:
            return b""
        first, *others = make_chunks(endpoint, endpoint.stream, self.usage, stream=True)
        if self.contract in BEGINNINGS:
            begun = BEGINNINGS[self.contract](self.usage)
            first = make_chunks(endpoint, endpoint.stream, begun, stream=True)[0]
        return self._name_answer(b"".join((first, *others)))

    def _name_answer(self, content: bytes) -> bytes:
        """Return *content* under an id of its own, since some packages remember an id, and from a model with a price."""
        number = f"{zlib.crc32(self.name.encode()):08x}".encode()
        content = re.sub(rb'"((?:chatcmpl-|resp_|msg_)\w+)\w{8}"', rb'"\g<1>%s"' % number, content)
        return content.replace(b"gemini-3-flash", b"gemini-2.5-flash")


BEGINNINGS = {
    "anthropic/messages": lambda usage: {
        **usage,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage["cache_creation_input_tokens"],
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": 2,
    },
    "gemini/generate_content": lambda usage: {
        **usage,
        "candidatesTokenCount": usage["candidatesTokenCount"] - 40,
        "totalTokenCount": usage["totalTokenCount"] - 40,
    },
}
"""The usage at the beginning of a stream: Anthropic's and Gemini's tell it more than once, and the last word counts."""

CASES = (
    Case(
        "openai/chat_completions",
        "plain",
        {
            "prompt_tokens": 120,
            "completion_tokens": 45,
            "total_tokens": 165,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    Case(
        "openai/chat_completions",
        "cached",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    Case(
        "openai/chat_completions",
        "cache-written",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 1800, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    Case(
        "openai/chat_completions",
        "reasoning",
        {
            "prompt_tokens": 75,
            "completion_tokens": 1186,
            "total_tokens": 1261,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 1024,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    Case(
        "openai/chat_completions",
        "streamed",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 1186,
            "total_tokens": 3192,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 1024,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    Case(
        "openai/responses",
        "plain",
        {
            "input_tokens": 120,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 45,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 165,
        },
    ),
    Case(
        "openai/responses",
        "cached",
        {
            "input_tokens": 2006,
            "input_tokens_details": {"cached_tokens": 1920, "cache_write_tokens": 0},
            "output_tokens": 300,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2306,
        },
    ),
    Case(
        "openai/responses",
        "cache-written",
        {
            "input_tokens": 2006,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 1800},
            "output_tokens": 300,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2306,
        },
    ),
    Case(
        "openai/responses",
        "reasoning",
        {
            "input_tokens": 75,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 1186,
            "output_tokens_details": {"reasoning_tokens": 1024},
            "total_tokens": 1261,
        },
    ),
    Case(
        "openai/responses",
        "streamed",
        {
            "input_tokens": 2006,
            "input_tokens_details": {"cached_tokens": 1920, "cache_write_tokens": 0},
            "output_tokens": 1186,
            "output_tokens_details": {"reasoning_tokens": 1024},
            "total_tokens": 3192,
        },
    ),
    Case(
        "anthropic/messages",
        "plain",
        {
            "input_tokens": 120,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 45,
        },
    ),
    Case(
        "anthropic/messages",
        "cached",
        {
            "input_tokens": 12,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 9000,
            "output_tokens": 300,
        },
    ),
    Case(
        "anthropic/messages",
        "cache-written",
        {
            "input_tokens": 12,
            "cache_creation_input_tokens": 1800,
            "cache_read_input_tokens": 7200,
            "cache_creation": {"ephemeral_5m_input_tokens": 1800, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 300,
        },
    ),
    Case(
        "anthropic/messages",
        "reasoning",
        {
            "input_tokens": 75,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 1186,
            "output_tokens_details": {"thinking_tokens": 1024},
        },
    ),
    Case(
        "anthropic/messages",
        "streamed",
        {
            "input_tokens": 12,
            "cache_creation_input_tokens": 1800,
            "cache_read_input_tokens": 7200,
            "output_tokens": 300,
        },
    ),
    Case(
        "gemini/generate_content",
        "plain",
        {"promptTokenCount": 120, "candidatesTokenCount": 45, "totalTokenCount": 165},
    ),
    Case(
        "gemini/generate_content",
        "cached",
        {
            "promptTokenCount": 2006,
            "cachedContentTokenCount": 1920,
            "candidatesTokenCount": 300,
            "totalTokenCount": 2306,
        },
    ),
    Case(
        "gemini/generate_content",
        "reasoning",
        {"promptTokenCount": 75, "candidatesTokenCount": 162, "thoughtsTokenCount": 1024, "totalTokenCount": 1261},
    ),
    Case(
        "gemini/generate_content",
        "tool-use",
        {
            "promptTokenCount": 75,
            "toolUsePromptTokenCount": 640,
            "candidatesTokenCount": 162,
            "totalTokenCount": 877,
        },
    ),
    Case(
        "gemini/generate_content",
        "streamed",
        {
            "promptTokenCount": 2006,
            "cachedContentTokenCount": 1920,
            "candidatesTokenCount": 162,
            "thoughtsTokenCount": 1024,
            "totalTokenCount": 3192,
        },
    ),
    Case("bedrock/converse", "plain", {"inputTokens": 120, "outputTokens": 45, "totalTokens": 165}),
    Case(
        "bedrock/converse",
        "cached",
        {
            "inputTokens": 12,
            "cacheReadInputTokens": 9000,
            "cacheWriteInputTokens": 0,
            "outputTokens": 300,
            "totalTokens": 9312,
        },
    ),
    Case(
        "bedrock/converse",
        "cache-written",
        {
            "inputTokens": 12,
            "cacheReadInputTokens": 7200,
            "cacheWriteInputTokens": 1800,
            "outputTokens": 300,
            "totalTokens": 9312,
        },
    ),
    Case(
        "bedrock/converse",
        "streamed",
        {
            "inputTokens": 12,
            "cacheReadInputTokens": 7200,
            "cacheWriteInputTokens": 1800,
            "outputTokens": 300,
            "totalTokens": 9312,
        },
    ),
)
