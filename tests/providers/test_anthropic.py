"""Anthropic's messages: what the class of the SDK promises, where they are served, and what servers send."""

import json

import httpx
import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, check_usage, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.tokens import Tokens
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.providers.routes import Routes

EVENTS = Representation("text/event-stream")

MESSAGES = find_contract("anthropic")
ROUTES = Routes(among=[MESSAGES])

REQUIRED = ["usage.input_tokens", "usage.output_tokens"]
REQUIRED_INSIDE = [
    "usage.cache_creation.ephemeral_1h_input_tokens",
    "usage.cache_creation.ephemeral_5m_input_tokens",
    "usage.output_tokens_details.thinking_tokens",
    "usage.server_tool_use.web_search_requests",
    "usage.iterations[].type",
    "usage.iterations[].input_tokens",
    "usage.iterations[].output_tokens",
    "usage.iterations[].cache_creation_input_tokens",
    "usage.iterations[].cache_read_input_tokens",
    "usage.iterations[].cache_creation.ephemeral_1h_input_tokens",
    "usage.iterations[].cache_creation.ephemeral_5m_input_tokens",
    "usage.fallback_credit.status",
    "usage.fallback_credit.status.type",
]
# Of null the class says nothing, and of these it says that they are never null, or that they are always there.
NEVER_NULL = [
    "usage.server_tool_use.web_fetch_requests",
    "usage.fallback_credit.status.reason",
    "usage.fallback_credit.status.remove_to_redeem",
]

# The shapes of recorded bodies, with other counts.
PLAIN = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 30,
    "service_tier": "standard",
}
CACHED = {
    **PLAIN,
    "input_tokens": 4,
    "cache_creation_input_tokens": 360,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 350, "ephemeral_1h_input_tokens": 10},
    "inference_geo": "not_available",
}
RUN = {"input_tokens": 4, "output_tokens": 30, "cache_creation_input_tokens": 360, "cache_read_input_tokens": 2000}
RECORDED = {
    "plain": (PLAIN, Tokens(input=12, cache_read=0, cache_creation=0, output=30)),
    "the least": ({"input_tokens": 3, "output_tokens": 2}, Tokens(input=3, output=2)),
    "of Bedrock": (
        {name: PLAIN[name] for name in ("input_tokens", "output_tokens", "cache_read_input_tokens")},
        Tokens(input=12, cache_read=0, output=30),
    ),
    "a cache that is larger than the input": (
        CACHED,
        Tokens(input=2364, cache_read=2000, cache_creation=360, output=30),
    ),
    "thoughts": (
        {**PLAIN, "output_tokens_details": {"thinking_tokens": 30}},
        Tokens(input=12, cache_read=0, cache_creation=0, output=30, reasoning=30),
    ),
    "searches alone": (
        {**PLAIN, "server_tool_use": {"web_search_requests": 2}},
        Tokens(input=12, cache_read=0, cache_creation=0, output=30),
    ),
    "nulls": (
        {**PLAIN, "cache_read_input_tokens": None, "server_tool_use": None, "output_tokens_details": None},
        Tokens(input=12, cache_creation=0, output=30),
    ),
    # The counts of a compaction, and of an advisor, are not among those of the answer.
    "iterations": (
        {
            **CACHED,
            "iterations": [
                {"type": "compaction", **RUN, "input_tokens": 9000, "cache_creation": None},
                {"type": "advisor_message", "model": "claude-opus-5", **RUN},
                {"type": "message", **RUN, "cache_creation": CACHED["cache_creation"]},
            ],
            "speed": "fast",
        },
        Tokens(input=2364, cache_read=2000, cache_creation=360, output=30),
    ),
    "a credit": (
        {
            **PLAIN,
            "fallback_credit": {
                "status": {"type": "not_applied", "reason": "variant_fields_present", "remove_to_redeem": ["tools"]}
            },
        },
        Tokens(input=12, cache_read=0, cache_creation=0, output=30),
    ),
}

BROKEN = [
    ("input_tokens", ABSENT, "missing-field"),
    ("input_tokens", None, "null-value"),
    ("output_tokens", "30", "wrong-type"),
    ("output_tokens", 30.5, "wrong-type"),
    ("input_tokens", -1, "negative-count"),
    ("cache_creation.ephemeral_5m_input_tokens", ABSENT, "missing-field"),
    ("service_tier", "turbo", "wrong-type"),
    ("iterations", {}, "wrong-type"),
    ("total_tokens", 42, "undocumented-field"),
    ("cache_creation.ephemeral_5m_input_tokens", 361, "part-exceeds-whole"),
    ("cache_creation.ephemeral_1h_input_tokens", 361, "part-exceeds-whole"),
    ("output_tokens_details", {"thinking_tokens": 31}, "part-exceeds-whole"),
]

VERTEX = "/v1/projects/acme/locations/us-east5/publishers/anthropic/models/claude-sonnet-5@20260101"
SERVED = [
    ("api.anthropic.com", "/v1/messages"),
    ("aws-external-anthropic.us-east-1.api.aws", "/v1/messages"),
    ("bedrock-mantle.eu-west-1.api.aws", "/anthropic/v1/messages"),
    ("acme.services.ai.azure.com", "/anthropic/v1/messages"),
    ("claude.googleapis.com", "/v1/projects/acme/locations/global/workspaces/w/invoke/v1/messages"),
    ("us-east5-aiplatform.googleapis.com", f"{VERTEX}:rawPredict"),
    ("aiplatform.googleapis.com", f"{VERTEX}:streamRawPredict"),
    ("aiplatform.eu.rep.googleapis.com", f"{VERTEX}:streamRawPredict"),
]
ELSEWHERE = [
    ("POST", "api.anthropic.com", "/v1/messages/count_tokens"),
    ("POST", "api.anthropic.com", "/v1/messages/batches"),
    ("GET", "api.anthropic.com", "/v1/messages"),
    ("POST", "api.anthropic.com", "/anthropic/v1/messages"),
    ("POST", "acme.services.ai.azure.com", "/v1/messages"),
    ("POST", "api.aws", "/v1/messages"),
    ("POST", "aiplatform.googleapis.com", f"{VERTEX}:predict"),
    ("POST", "aiplatform.googleapis.com", f"{VERTEX.replace('anthropic', 'google')}:rawPredict"),
]


def body(usage):
    return json.dumps({"id": "msg_01", "type": "message", "role": "assistant", "usage": usage}).encode()


def start(**usage):
    return {"type": "message_start", "message": {"id": "msg_01", "usage": {"output_tokens": 1, **usage}}}


def delta(reason="end_turn", **usage):
    return {"type": "message_delta", "delta": {"stop_reason": reason}, **({"usage": usage} if usage else {})}


def sse(*events):
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


STOP = {"type": "message_stop"}
TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '"usage": {}'}}
ERROR = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

STREAMS = {
    "a whole one": (
        [start(**CACHED), {"type": "ping"}, TEXT, delta(output_tokens=42), STOP],
        [],
        {**CACHED, "output_tokens": 42},
    ),
    "one whose end was not waited for": (
        [start(input_tokens=9), TEXT, delta(output_tokens=42)],
        [],
        {"input_tokens": 9, "output_tokens": 42},
    ),
    # The input grows with what the tools of the server have found; how long a cache is kept is told at the start only.
    "counts that grow": (
        [
            start(**CACHED),
            delta(
                input_tokens=90,
                cache_creation_input_tokens=720,
                cache_read_input_tokens=2360,
                output_tokens=42,
                server_tool_use={"web_search_requests": 1, "web_fetch_requests": 0},
            ),
            STOP,
        ],
        [],
        {
            **CACHED,
            "input_tokens": 90,
            "cache_creation_input_tokens": 720,
            "cache_read_input_tokens": 2360,
            "output_tokens": 42,
            "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
        },
    ),
    "several deltas": (
        [start(input_tokens=9), delta(None, output_tokens=20), delta(output_tokens=42), delta(output_tokens=43), STOP],
        [],
        {"input_tokens": 9, "output_tokens": 43},
    ),
    "a delta with null": (
        [start(**PLAIN), delta(input_tokens=None, cache_read_input_tokens=None, output_tokens=42), STOP],
        [],
        {**PLAIN, "output_tokens": 42},
    ),
    "a count that falls": (
        [start(**CACHED), delta(input_tokens=0, output_tokens=42), STOP],
        [("decreasing-count", "usage.input_tokens")],
        {**CACHED, "input_tokens": 0, "output_tokens": 42},
    ),
    "a broken count": (
        [start(**PLAIN), delta(output_tokens="42"), STOP],
        [("wrong-type", "usage.output_tokens")],
        {**PLAIN, "output_tokens": "42"},
    ),
    "no usage at the start": (
        [{"type": "message_start", "message": {}}, delta(output_tokens=42), STOP],
        [("missing-field", "usage.input_tokens")],
        {"output_tokens": 42},
    ),
    "a usage in another event": (
        [start(input_tokens=9), delta(output_tokens=42), {**STOP, "usage": {"output_tokens": 42}}],
        [("misplaced-usage", "usage")],
        {"input_tokens": 9, "output_tokens": 42},
    ),
    "no usage at the end": ([start(**PLAIN), TEXT, delta(), STOP], [("no-terminal-usage", "usage")], ABSENT),
    "a usage inside the delta": (
        [start(**PLAIN), {"type": "message_delta", "delta": {"stop_reason": "end_turn", "usage": PLAIN}}, STOP],
        [("no-terminal-usage", "usage")],
        ABSENT,
    ),
    "one that is cut": ([start(**PLAIN), TEXT], [("no-terminal-usage", "usage")], ABSENT),
    "one that fails": ([start(**PLAIN), TEXT, ERROR], [("error-body", "$.error")], ABSENT),
}


def test_the_contract_says_what_the_class_says():
    fields = {field.path: field for field in checker(MESSAGES).fields}
    assert [path for path, field in fields.items() if field.required] == [
        *REQUIRED,
        *(p for p in fields if p in REQUIRED_INSIDE),
    ]
    assert {path for path, field in fields.items() if not field.nullable} == {*REQUIRED, *REQUIRED_INSIDE, *NEVER_NULL}
    assert all(("null" in field.unknown) is field.nullable for field in fields.values())
    assert [path for path, field in fields.items() if field.type == "integer"] == [
        path for path, field in fields.items() if field.counts
    ]
    assert MESSAGES.default


def test_the_wider_promise_of_the_beta_is_a_divergence():
    assert [divergence.path for divergence in MESSAGES.divergences] == [
        "usage.server_tool_use.web_fetch_requests",
        "usage.iterations",
        "usage.fallback_credit",
    ]


@pytest.mark.parametrize("host, path", SERVED)
def test_a_message_is_served_here(host, path):
    route = ROUTES.find("POST", host, path)
    assert route is not None
    assert route.endpoint.presence == "required"
    assert codes(check_bytes(MESSAGES, b"{}", endpoint=route.endpoint)) == [("no-usage", "usage")]


@pytest.mark.parametrize("method, host, path", ELSEWHERE)
def test_a_message_is_not_served_there(method, host, path):
    assert ROUTES.find(method, host, path) is None


def test_tokens_that_vertex_has_counted_are_no_message():
    path = VERTEX.rpartition("/")[0] + "/count-tokens:rawPredict"
    endpoint = ROUTES.find("POST", "us-east5-aiplatform.googleapis.com", path).endpoint
    assert codes(check_bytes(MESSAGES, b'{"input_tokens": 3}', endpoint=endpoint)) == []


@pytest.mark.parametrize("usage, tokens", RECORDED.values(), ids=RECORDED)
def test_a_shape_that_was_recorded_keeps_it(usage, tokens):
    verdict = check_bytes(MESSAGES, body(usage))
    assert (codes(verdict), verdict.wire, verdict.tokens) == ([], usage, tokens)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_what_is_not_as_promised_is_told(path, value, code):
    verdict = check_bytes(MESSAGES, body(changed(CACHED, path, value)))
    inside = ".thinking_tokens" if path == "output_tokens_details" else ""
    assert codes(verdict) == [(code, f"usage.{path}{inside}")]


def test_the_example_means_what_the_documentation_says_of_its_counts():
    verdict = checker(MESSAGES).check(examples(MESSAGES)[0].usage)
    assert verdict.tokens == Tokens(input=400, cache_read=160, cache_creation=140, output=120, reasoning=17)


@pytest.mark.parametrize("events, findings, usage", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_judged_alike_as_bytes_and_as_events(events, findings, usage):
    for verdict in (check_bytes(MESSAGES, sse(*events)), check_events(MESSAGES, events)):
        assert (codes(verdict), verdict.wire) == (findings, usage)


@pytest.mark.parametrize("number", range(4))
def test_a_stream_that_is_cut_anywhere_before_its_last_usage_has_none(number):
    events = [start(**PLAIN), {"type": "ping"}, TEXT, delta(output_tokens=42), STOP]
    for cut in (sse(*events[:number]), sse(*events[: number + 1])[:-20]):
        verdict = check_bytes(MESSAGES, b"event: ping\ndata: {}\n\n" + cut, representation=EVENTS)
        assert codes(verdict) == [("no-terminal-usage", "usage")]


def test_a_usage_may_be_spelled_as_an_sdk_for_javascript_does():
    usage = {
        "inputTokens": 4,
        "outputTokens": 30,
        "cacheCreation": {"ephemeral1hInputTokens": 0, "ephemeral5mInputTokens": 0},
    }
    assert codes(check_usage({"usage": usage}, "anthropic")) == []
    assert {code for code, _ in codes(check_bytes(MESSAGES, body(usage)))} == {"sdk-spelling"}


@pytest.mark.parametrize("host, path", SERVED)
def test_a_mock_answers_as_the_provider_does(host, path):
    with UsageMocks() as mocks:
        mocks("anthropic")
        answer = httpx.post(f"https://{host}{path}", json={"stream": "stream" in path})
    assert answer.text.count("event: message_") == 3 * ("stream" in path)
    assert check_usage(answer).wire == examples(MESSAGES)[0].usage
