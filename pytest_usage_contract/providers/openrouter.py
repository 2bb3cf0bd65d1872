"""OpenRouter: what `@openrouter/sdk` documents about the usage of the Responses API."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import Count, Usage


class InputTokensDetails(Usage):
    cached_tokens: Count
    """Tokens of the input that were read from a cache."""


class OutputTokensDetails(Usage):
    reasoning_tokens: Count
    """Tokens of the output that the model spent on reasoning."""


class AlphaResponsesUsage(Usage):
    input_tokens: Count
    """Tokens in the input."""
    input_tokens_details: InputTokensDetails
    """What the input tokens consist of."""
    output_tokens: Count
    """Tokens in the output."""
    output_tokens_details: OutputTokensDetails
    """What the output tokens consist of."""
    total_tokens: Count
    """Tokens of input and output together."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand, old and current.
# Ids, times and texts are made up.

# completed_at, presence_penalty and frequency_penalty came in 2026; the SDKs of 2025 skip them.
RESPONSE: Final[dict[str, Any]] = {
    "id": "gen-1790000000-abcdEFGH",
    "object": "response",
    "created_at": 1790000000,
    "completed_at": 1790000003,
    "model": "openai/gpt-5-mini",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_01",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello!", "annotations": []}],
        }
    ],
    "error": None,
    "incomplete_details": None,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "instructions": None,
    "metadata": None,
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
}

EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "response.created",
        "sequence_number": 0,
        "response": {**RESPONSE, "status": "in_progress", "completed_at": None, "output": []},
    },
    {
        "type": "response.output_text.delta",
        "sequence_number": 1,
        "item_id": "msg_01",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hello!",
        "logprobs": [],
    },
    {"type": "response.completed", "sequence_number": 2, "response": RESPONSE},
)

# A failed response has nothing to count where it failed before the model began, be it streamed or not.
FAILED: Final = {"status": ("failed",)}

RESPONSE_EVENTS = Framing(
    at=("response.usage",),
    terminal={"type": ("response.completed", "response.incomplete", "response.failed")},
    excused={"type": ("response.failed",)},
    events=EVENTS,
)

ALPHA_RESPONSES = Contract(
    name="openrouter/alpha_responses",
    source=Source(
        document="PostApiAlphaResponsesUsage",
        package="@openrouter/sdk",
        version="0.0.0-beta.17",
        read=date(2026, 11, 21),
    ),
    usage=AlphaResponsesUsage,
    endpoints=(
        # The SDK of this version really posts to /api/v1/api/alpha/responses: its server already ends in
        # /api/v1. The documentation's own address is /api/alpha/responses, so only the end is matched.
        Endpoint(
            path="**/api/alpha/responses",
            hosts=("openrouter.ai",),
            excused=FAILED,
            stream=RESPONSE_EVENTS,
            body=RESPONSE,
        ),
        # Where the call moved on 2025-10-28; since 2026-07-16 the usage may be null there, at the end of a
        # stream, too.
        Endpoint(
            path="/api/v1/responses",
            hosts=("openrouter.ai",),
            excused=FAILED,
            presence="nullable",
            stream=replace(RESPONSE_EVENTS, presence="nullable"),
            body=RESPONSE,
        ),
    ),
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),
        Part("input_tokens_details.cached_tokens", whole="input_tokens"),
        Part("output_tokens_details.reasoning_tokens", whole="output_tokens"),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="input_tokens_details.cached_tokens",
        reasoning="output_tokens_details.reasoning_tokens",
    ),
    example={
        "input_tokens": 1321.53,
        "input_tokens_details": {"cached_tokens": 6223.04},
        "output_tokens": 6590.62,
        "output_tokens_details": {"reasoning_tokens": 5408.32},
        "total_tokens": 4727.47,
    },
    erratum=(
        "the documented example does not add up: 1321.53 + 6590.62 is not 4727.47, and 6223.04 cached tokens "
        "are more than the input has"
    ),
)

CONTRACTS = (ALPHA_RESPONSES,)
