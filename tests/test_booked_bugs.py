"""Booking bugs that were really reported, each as a small function with what the wire told and the right one beside it.

The numbers are those of the reports, where these tell them.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from pytest_usage_contract import UsageContractError, assert_booked

TOTALS = {"input": "input", "output": "output"}
BUCKETS = "exclusive"
USAGE_METADATA = {
    "input_tokens": "input",
    "output_tokens": "output",
    "total_tokens": "total",
    "input_token_details.cache_read": "cache_read",
    "input_token_details.cache_creation": "cache_creation",
}
"""The words of LangChain."""


@dataclass
class Bug:
    """A reported bug: what the wire told, the *book* that got it wrong, the one that is right, and the reason."""

    report: str
    contract: str
    response: Any
    book: Any
    right: Any
    found: dict[str, str] = field(default_factory=dict)
    words: Any = field(default_factory=lambda: TOTALS)

    def __str__(self):
        return self.report


def claude(**usage):
    return {"id": "msg_1", "type": "message", "usage": {"output_tokens": 300, **usage}}


CACHED_CLAUDE = claude(input_tokens=5, cache_read_input_tokens=128955, cache_creation_input_tokens=1253)
"""What langfuse/langfuse#12306 tells."""


def headline(response):
    usage = response["usage"]
    return {"input": usage["input_tokens"], "output": usage["output_tokens"]}


def with_the_cache(response):
    usage = response["usage"]
    cache = usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
    return {"input": usage["input_tokens"] + cache, "output": usage["output_tokens"]}


def with_the_cache_again(response):
    usage, booked = response["usage"], with_the_cache(response)
    cache = usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
    return {**booked, "input": booked["input"] + cache}


def total_beside_its_buckets(response):
    usage = response["usage"]
    buckets = {"cache_read": usage["cache_read_input_tokens"], "cache_creation": usage["cache_creation_input_tokens"]}
    return {**with_the_cache(response), **buckets}


def buckets_of_claude(response):
    return {**total_beside_its_buckets(response), "input": response["usage"]["input_tokens"]}


def less_the_cache_that_was_read(response):
    booked = total_beside_its_buckets(response)
    return {**booked, "input": booked["input"] - booked["cache_read"]}


def span_of_the_headline(response):
    return {f"gen_ai.usage.{name}_tokens": count for name, count in headline(response).items()}


def span_with_the_cache(response):
    return {f"gen_ai.usage.{name}_tokens": count for name, count in with_the_cache(response).items()}


def metadata_of_the_wire(response):
    usage = response["usage"]
    details = {"cache_read": usage["cache_read_input_tokens"], "cache_creation": usage["cache_creation_input_tokens"]}
    total = usage["input_tokens"] + sum(details.values()) + usage["output_tokens"]
    return {**usage, "total_tokens": total, "input_token_details": details}


def metadata_of_all(response):
    booked = metadata_of_the_wire(response)
    return {**booked, "input_tokens": booked["total_tokens"] - booked["output_tokens"]}


def chat(**usage):
    return {"id": "chatcmpl-1", "object": "chat.completion", "choices": [], "usage": usage}


CACHED_CHAT = chat(
    prompt_tokens=17903, completion_tokens=50, total_tokens=17953, prompt_tokens_details={"cached_tokens": 17817}
)
REASONING_CHAT = chat(
    prompt_tokens=2224,
    completion_tokens=1469,
    total_tokens=3693,
    prompt_tokens_details={"cached_tokens": 2048},
    completion_tokens_details={"reasoning_tokens": 1152},
)


def prompt_and_completion(response):
    usage = response["usage"]
    return {"input": usage["prompt_tokens"], "output": usage["completion_tokens"]}


def prompt_and_its_cache(response):
    booked = prompt_and_completion(response)
    return {**booked, "input": booked["input"] + response["usage"]["prompt_tokens_details"]["cached_tokens"]}


def every_count_as_a_bucket(response):
    usage = response["usage"]
    return {
        **prompt_and_completion(response),
        "cache_read": usage["prompt_tokens_details"]["cached_tokens"],
        "reasoning": usage["completion_tokens_details"]["reasoning_tokens"],
    }


def buckets_of_a_chat(response):
    booked = every_count_as_a_bucket(response)
    fresh, said = booked["input"] - booked["cache_read"], booked["output"] - booked["reasoning"]
    return {**booked, "input": fresh, "output": said}


def completion_and_its_reasoning(response):
    booked, details = prompt_and_completion(response), response["usage"]["completion_tokens_details"]
    return {**booked, "output": booked["output"] + details["reasoning_tokens"]}


XAI = chat(prompt_tokens=12, completion_tokens=2, total_tokens=331, completion_tokens_details={"reasoning_tokens": 317})
XAI["usage"] |= {
    "prompt_tokens_details": {"text_tokens": 12, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 0},
    "num_sources_used": 0,
}

GEMINI = {
    "responseId": "g-1",
    "usageMetadata": {
        "promptTokenCount": 10,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 100,
        "totalTokenCount": 130,
    },
}


def candidates(response):
    usage = response["usageMetadata"]
    return {"input": usage["promptTokenCount"], "output": usage["candidatesTokenCount"]}


def candidates_and_thoughts(response):
    booked = candidates(response)
    return {**booked, "output": booked["output"] + response["usageMetadata"]["thoughtsTokenCount"]}


BEDROCK = {
    "usage": {
        "inputTokens": 10,
        "outputTokens": 50,
        "totalTokens": 2060,
        "cacheReadInputTokens": 2000,
        "cacheWriteInputTokens": 0,
    }
}


def fresh_by_subtraction(response):
    usage = response["usage"]
    fresh = usage["inputTokens"] - usage["cacheReadInputTokens"] - usage["cacheWriteInputTokens"]
    return {"input": fresh, "cache_read": usage["cacheReadInputTokens"], "output": usage["outputTokens"]}


def fresh_as_told(response):
    return {**fresh_by_subtraction(response), "input": response["usage"]["inputTokens"]}


def zero_is_nothing(response):
    usage = response["usage"]
    return {"input": usage["inputTokens"], "cache_creation": usage["cacheWriteInputTokens"] or None}


def zero_is_zero(response):
    return {**zero_is_nothing(response), "cache_creation": response["usage"]["cacheWriteInputTokens"]}


def claude_stream(begun, ended):
    return [
        {"type": "message_start", "message": claude(input_tokens=25, output_tokens=begun)},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": ended}},
        {"type": "message_stop"},
    ]


def _usages(events):
    return [
        usage for event in events for usage in [event.get("usage") or event.get("message", {}).get("usage")] if usage
    ]


def sum_over_events(events):
    usages = _usages(events)
    return {name: sum(usage.get(f"{name}_tokens", 0) for usage in usages) for name in ("input", "output")}


def first_event_wins(events):
    return {name: _usages(events)[0][f"{name}_tokens"] for name in ("input", "output")}


def last_event_wins(events):
    folded = {name: count for usage in _usages(events) for name, count in usage.items()}
    return {"input": folded["input_tokens"], "output": folded["output_tokens"]}


REASONING_ONLY = chat(prompt_tokens=7180, total_tokens=7193, completion_tokens_details={"reasoning_tokens": 13})


def zeros_for_what_cannot_be_read(response):
    try:
        return prompt_and_completion(response)
    except KeyError:
        return {"input": 0, "output": 0}


def unknown_is_none(response):
    usage = response["usage"]
    return {"input": usage.get("prompt_tokens"), "output": usage.get("completion_tokens")}


BUGS = [
    Bug(
        "genkit-ai/genkit#5412",
        "anthropic/messages",
        claude(input_tokens=7, cache_read_input_tokens=9993, cache_creation_input_tokens=0),
        headline,
        with_the_cache,
        {"input": "7, 10000; less by cache_read = 9993, beside usage.input_tokens: headline of the other dialect"},
    ),
    Bug(
        "langfuse/langfuse#12306",
        "anthropic/messages",
        CACHED_CLAUDE,
        with_the_cache_again,
        with_the_cache,
        {"input": "260421, 130213; more by cache_read + cache_creation = 130208, counted twice"},
    ),
    Bug(
        "pydantic/pydantic-ai#4364",
        "anthropic/messages",
        CACHED_CLAUDE,
        total_beside_its_buckets,
        buckets_of_claude,
        {"input": "130213, 5; more by cache_read + cache_creation = 130208, counted twice"},
        BUCKETS,
    ),
    Bug(
        "BerriAI/litellm#26919",
        "anthropic/messages",
        CACHED_CLAUDE,
        less_the_cache_that_was_read,
        buckets_of_claude,
        {"input": "1258, 5; more by cache_creation = 1253, counted twice"},
        BUCKETS,
    ),
    Bug(
        "pydantic/logfire#1812",
        "anthropic/messages",
        CACHED_CLAUDE,
        span_of_the_headline,
        span_with_the_cache,
        {
            "gen_ai.usage.input_tokens": "5, 130213; less by cache_read + cache_creation = 130208, "
            "beside usage.input_tokens: headline of the other dialect"
        },
        "otel",
    ),
    Bug(
        "langchain-ai/langchain#36143",
        "anthropic/messages",
        CACHED_CLAUDE,
        metadata_of_the_wire,
        metadata_of_all,
        {
            "input_tokens": "5, 130213; less by cache_read + cache_creation = 130208, "
            "beside usage.input_tokens: headline of the other dialect"
        },
        USAGE_METADATA,
    ),
    Bug(
        "langfuse/langfuse#10592",
        "openrouter/chat_completions",
        CACHED_CHAT,
        prompt_and_its_cache,
        prompt_and_completion,
        {"input": "35720, 17903; more by cache_read = 17817, counted twice"},
    ),
    Bug(
        "langfuse/langfuse-docs#3257",
        "openai/chat_completions",
        REASONING_CHAT,
        every_count_as_a_bucket,
        buckets_of_a_chat,
        {
            "input": "2224, 176; more by cache_read = 2048, counted twice",
            "output": "1469, 317; more by reasoning = 1152, counted twice",
        },
        BUCKETS,
    ),
    Bug(
        "latitude-dev/latitude-llm#2558",
        "openai/chat_completions",
        REASONING_CHAT,
        completion_and_its_reasoning,
        prompt_and_completion,
        {"output": "2621, 1469; more by reasoning = 1152, counted twice"},
    ),
    Bug(
        "vercel/ai#12425",
        "xai/chat_completions",
        XAI,
        prompt_and_completion,
        completion_and_its_reasoning,
        {"output": "2, 319; less by reasoning = 317, beside usage.completion_tokens: headline of the other dialect"},
    ),
    Bug(
        "NousResearch/hermes-agent#48712",
        "gemini/generate_content",
        GEMINI,
        candidates,
        candidates_and_thoughts,
        {
            "output": "20, 120; less by reasoning = 100, beside usage.candidatesTokenCount: headline of the other dialect"
        },
    ),
    Bug(
        "pydantic/pydantic-ai#3879",
        "bedrock/converse",
        BEDROCK,
        fresh_by_subtraction,
        fresh_as_told,
        {"input": "-1990, 10; less by cache_read = 2000, taken off twice"},
        BUCKETS,
    ),
    Bug(
        "theopenco/llmgateway#1659",
        "bedrock/converse",
        BEDROCK,
        zero_is_nothing,
        zero_is_zero,
        {"cache_creation": "null, 0"},
        BUCKETS,
    ),
    Bug(
        "tensorzero/tensorzero#5481",
        "anthropic/messages",
        claude_stream(1, 15),
        sum_over_events,
        last_event_wins,
        {"output": "16, 15; sum over chunks"},
    ),
    Bug(
        "ccusage/ccusage#938",
        "anthropic/messages",
        claude_stream(2, 89),
        first_event_wins,
        last_event_wins,
        {"output": "2, 89; first chunk instead of last"},
    ),
    Bug(
        "modelscope/evalscope#1432",
        "openai_compatible/chat_completions",
        REASONING_ONLY,
        zeros_for_what_cannot_be_read,
        unknown_is_none,
        {"input": "0, 7180; left out", "output": "0, nothing; zero for absent"},
    ),
]


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_booking_bug_that_was_reported_fails_with_its_reason(bug):
    with pytest.raises(UsageContractError) as failure:
        assert_booked(bug.book(bug.response), bug.response, bug.contract, words=bug.words)
    (verdict,) = failure.value.verdicts
    told = {one.path: one.message.removeprefix("booked ").replace("the response says ", "") for one in verdict.findings}
    assert told == bug.found


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_right_booking_passes(bug):
    assert_booked(bug.right(bug.response), bug.response, bug.contract, words=bug.words)


def test_one_prompt_that_is_12_here_and_9012_there_is_wrong_where_it_is_12():
    """As janeapp/riffer#309 tells of a prompt whose cache is warm."""
    anthropic = claude(input_tokens=12, cache_read_input_tokens=9000, cache_creation_input_tokens=0)
    openai = chat(
        prompt_tokens=9012, completion_tokens=300, total_tokens=9312, prompt_tokens_details={"cached_tokens": 9000}
    )
    assert_booked(prompt_and_completion(openai), openai, "openai/chat_completions", words=TOTALS)
    with pytest.raises(
        UsageContractError, match="booked 12, the response says 9012; less by cache_read = 9000, beside"
    ):
        assert_booked(headline(anthropic), anthropic, "anthropic/messages", words=TOTALS)
