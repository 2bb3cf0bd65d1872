"""xAI: what its REST reference documents about the usage of chats and responses.

Its own package speaks gRPC, with the same counts; HTTP is asked by any client for OpenAI. In a chat the reasoning is
counted beside the completion, in a response inside the output. Of null the pages say nothing.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Beside, Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import (
    CHAT,
    CHAT_CHUNKS,
    CHAT_STREAM,
    RESPONSE as OPENAI_RESPONSE,
    RESPONSE_STREAM as OPENAI_STREAM,
    answers_of,
)

HOSTS: Final = ("api.x.ai",)
CACHING_PAGE: Final = "docs.x.ai/developers/advanced-api-usage/prompt-caching/usage-and-pricing"

READ: Final = date(2026, 11, 28)


class PromptTokensDetails(Usage):
    text_tokens: int
    """Tokens of the text in the prompt."""
    audio_tokens: int
    """Tokens of the audio in the prompt."""
    image_tokens: int
    """Tokens of the images in the prompt."""
    cached_tokens: int
    """Tokens of the prompt that were cached by earlier requests, and used again."""


class CompletionTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens that the model generated for reasoning, which the completion does not hold."""
    audio_tokens: int
    """Tokens of audio that the model generated."""
    accepted_prediction_tokens: int
    """Tokens of a predicted output that appear in the completion."""
    rejected_prediction_tokens: int
    """Tokens of a predicted output that do not appear in the completion."""


class ChatUsage(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    completion_tokens: int
    """Tokens in the completion, without those of reasoning."""
    total_tokens: int
    """Tokens of prompt, completion and reasoning together."""
    prompt_tokens_details: PromptTokensDetails
    """What the prompt tokens consist of."""
    completion_tokens_details: CompletionTokensDetails
    """What the model generated, in the completion and beside it."""
    num_sources_used: MayBeAbsent[int] = ABSENT
    """Sources of live search that were used."""
    cost_in_usd_ticks: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """What was charged, in ticks, of which 10,000,000,000 are a US dollar."""


class InputTokensDetails(Usage):
    cached_tokens: int
    """Tokens of the input that were cached by earlier requests, and used again."""


class OutputTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens that the model generated for reasoning."""


class ServerSideToolUsageDetails(Usage):
    web_search_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the search of the web."""
    x_search_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the search of X."""
    code_interpreter_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the code interpreter."""
    file_search_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the search of files."""
    mcp_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of MCP servers."""
    document_search_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the search of documents."""
    image_generation_calls: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Calls of the generation of images."""


class ContextDetails(Usage):
    input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the input that are in the context."""
    output_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the output that are in the context."""


class ModelUsage(Usage):
    input_tokens: int
    """Tokens in the input."""
    input_tokens_details: InputTokensDetails
    """What the input tokens consist of."""
    output_tokens: int
    """Tokens in the output."""
    output_tokens_details: OutputTokensDetails
    """What the output tokens consist of."""
    total_tokens: int
    """Tokens of the whole request."""
    num_sources_used: MayBeAbsent[int] = ABSENT
    """Sources of live search that were used."""
    num_server_side_tools_used: MayBeAbsent[int] = ABSENT
    """Calls of tools on the server."""
    server_side_tool_usage_details: MayBeAbsent[PerhapsNull[ServerSideToolUsageDetails]] = ABSENT
    """Calls of tools on the server, by tool."""
    context_details: MayBeAbsent[PerhapsNull[ContextDetails]] = ABSENT
    """What of the tokens is in the context."""
    cost_in_usd_ticks: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """What was charged, in ticks, of which 10,000,000,000 are a US dollar."""


# Whole answers without their usage, for mocks. Ids, times and texts are made up.

COMPLETION, *CHUNKS = answers_of("grok-4", CHAT, *CHAT_CHUNKS)
(RESPONSE,) = answers_of("grok-4.3", OPENAI_RESPONSE)
EVENTS: Final[tuple[dict[str, Any], ...]] = tuple(
    {**event, "response": {**event["response"], "model": "grok-4.3"}} if "response" in event else dict(event)
    for event in OPENAI_STREAM.events
)

CHAT_COMPLETIONS = Contract(
    name="xai/chat_completions",
    source=Source(document="REST API reference", package="docs.x.ai", read=READ),
    usage=ChatUsage,
    endpoints=(
        # The usage is not required of an answer: with `deferred` it is but the id of a request. A stream has it in a
        # chunk of its own before `[DONE]`, for those who ask (`stream_options.include_usage`), and null in the others.
        Endpoint(
            path="/v1/chat/completions",
            hosts=HOSTS,
            presence="unknown",
            stream=replace(CHAT_STREAM, events=tuple(CHUNKS)),
            body=COMPLETION,
        ),
        Endpoint(
            method="GET",
            path="/v1/chat/deferred-completion/{request_id}",
            hosts=HOSTS,
            presence="unknown",
            body=COMPLETION,
        ),
    ),
    # The reasoning is counted "separately from completion_tokens, but will be counted in the total_tokens" (xAI's guide
    # to reasoning, quoted in vercel/ai#12425); so in the reference's own example, in that of Google's page on Grok
    # (663 + 50 + 124 = 837), and in Wei-Shaw/sub2api#5771, whose cost confirms it. Cached tokens "equal to
    # prompt_tokens" are a full hit (page on prompt caching). Where audio and rejected predictions lie is not said.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens", "completion_tokens_details.reasoning_tokens")),
        Beside("completion_tokens_details.reasoning_tokens", headline="completion_tokens"),
        Part("prompt_tokens_details.text_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.audio_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.image_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("completion_tokens_details.accepted_prediction_tokens", whole="completion_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    # That of a chat in the results of a batch.
    example={
        "prompt_tokens": 706,
        "completion_tokens": 22,
        "total_tokens": 827,
        "prompt_tokens_details": {"text_tokens": 706, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 679},
        "completion_tokens_details": {
            "reasoning_tokens": 99,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "num_sources_used": 0,
    },
    default=True,
    erratum="the reference calls the total the sum of prompt and completion; its example adds 99 of reasoning to it",
    divergences=(
        Divergence(
            path="usage.num_sources_used",
            why="the reference requires it, the page on prompt caching shows a usage without",
            source=CACHING_PAGE,
        ),
        Divergence(
            path="usage.cost_in_usd_ticks",
            why="in every usage according to the page on cost, and not in the reference",
            source="docs.x.ai/developers/cost-tracking",
        ),
    ),
)

RESPONSES = Contract(
    name="xai/responses",
    # Types after xAI's OpenAPI document. Its cost_in_nano_usd is in no recorded body.
    source=Source(document="ModelUsage", package="xai-openapi", version="0.1.1", read=READ),
    usage=ModelUsage,
    endpoints=(
        Endpoint(
            path="/v1/responses",
            hosts=HOSTS,
            presence="unknown",
            stream=replace(OPENAI_STREAM, events=EVENTS),
            body=RESPONSE,
        ),
    ),
    # Not stated, but so in 20 of 20 recorded bodies of public repositories, of which 17 have reasoning; their cost,
    # where no tool ran, is that of the output alone.
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
    # CACHING_PAGE
    example={
        "input_tokens": 125,
        "output_tokens": 48,
        "total_tokens": 173,
        "input_tokens_details": {"cached_tokens": 98},
        "output_tokens_details": {"reasoning_tokens": 0},
    },
    divergences=(
        Divergence(
            path="usage.num_sources_used",
            why="the type requires it, the page on prompt caching shows a usage without",
            source=CACHING_PAGE,
        ),
        Divergence(path="usage.num_server_side_tools_used", why="likewise", source=CACHING_PAGE),
        Divergence(
            path="usage.cost_in_usd_ticks",
            why="in every usage according to the page on cost, and not in the type",
            source="docs.x.ai/developers/cost-tracking",
        ),
        Divergence(
            path="usage.context_details",
            why="no document has it, and every recorded body",
            source="20 of 20 recorded bodies of public repositories",
        ),
    ),
)

CONTRACTS = (CHAT_COMPLETIONS, RESPONSES)
