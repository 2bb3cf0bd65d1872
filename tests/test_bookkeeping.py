"""`assert_booked`: what a test has in its hands, and what comes of it."""

import json
from types import SimpleNamespace
from typing import NamedTuple

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider

from pytest_usage_contract import UsageContractError, assert_booked, find_contract

USAGE = {
    "input_tokens": 7,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 9993,
    "output_tokens": 300,
}
BODY = {"id": "msg_1", "type": "message", "usage": USAGE}
URL = "https://api.anthropic.com/v1/messages"
EVENTS = [
    {"type": "message_start", "message": {"id": "msg_1", "usage": {**USAGE, "output_tokens": 1}}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 300}},
    {"type": "message_stop"},
]
STREAM = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS)
RIGHT = {"gen_ai.usage.input_tokens": 10000, "gen_ai.usage.output_tokens": 300}
NAMED = {"prompt": "input", "answer": "output"}


def response(body=BODY):
    return httpx.Response(200, json=body, request=httpx.Request("POST", URL))


class Row(NamedTuple):
    prompt: int
    answer: int


RESPONSES = [response(), json.dumps(BODY), BODY, USAGE, EVENTS, STREAM, SimpleNamespace(content=STREAM.encode())]


@pytest.mark.parametrize("one", RESPONSES, ids=lambda one: type(one).__name__)
def test_a_right_booking_passes_whatever_the_response_is(one):
    (verdict,) = assert_booked(RIGHT, one, "anthropic/messages")
    assert (verdict.contract, verdict.findings) == ("anthropic/messages", ())


def test_the_contract_is_settled_by_the_url():
    assert_booked(Row(10000, 300), response(), words=NAMED)
    with pytest.raises(LookupError, match="tells no URL"):
        assert_booked(RIGHT, BODY)


def test_a_wrong_booking_fails_with_all_that_is_wrong():
    with pytest.raises(UsageContractError) as failure:
        assert_booked({"gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 1}, STREAM, "anthropic/messages")
    assert str(failure.value) == (
        "booked-mismatch gen_ai.usage.input_tokens (anthropic/messages)\n"
        "anthropic/messages misbooked: 2 booking findings\n"
        "  booked-mismatch  gen_ai.usage.input_tokens   booked 7, the response says 10000; "
        "less by cache_read = 9993, beside usage.input_tokens: headline of the other dialect\n"
        "  booked-mismatch  gen_ai.usage.output_tokens  booked 1, the response says 300; first chunk instead of last\n"
        f"documented in {find_contract('anthropic/messages').source}"
    )
    (verdict,) = failure.value.verdicts
    assert [found.code for found in verdict.findings] == ["booked-mismatch"] * 2


def test_a_span_is_held_once_it_has_ended():
    span = TracerProvider().get_tracer("test").start_span("chat", attributes=RIGHT)
    with pytest.raises(UsageContractError, match="booked-missing  usage  the span was never ended"):
        assert_booked(span, BODY, "anthropic/messages")
    span.end()
    assert_booked(span, BODY, "anthropic/messages")


def test_a_sum_over_the_events_of_a_stream_is_seen_in_any_of_its_forms():
    for stream in (EVENTS, STREAM):
        with pytest.raises(UsageContractError, match="booked 301, the response says 300; sum over chunks"):
            assert_booked({**RIGHT, "gen_ai.usage.output_tokens": 301}, stream, "anthropic/messages")


def test_only_the_booking_is_judged_and_what_cannot_be_compared_is_said():
    broken = {**BODY, "usage": {**USAGE, "cache_creation_input_tokens": "many", "service_tier": 3}}
    (verdict,) = assert_booked({"input": 1, "output": 300}, broken, "anthropic/messages", words="exclusive")
    assert verdict.note == "input not compared: the response is not sound there"


def test_a_conversation_is_held_row_by_row():
    second = {**BODY, "id": "msg_2", "usage": {**USAGE, "output_tokens": 12}}
    rows = [{"id": "msg_2", "prompt": 10000, "answer": 12}, {"id": "msg_1", "prompt": 10000, "answer": 300}]
    verdicts = assert_booked(rows, [STREAM, response(second)], "anthropic", words=NAMED)
    assert [verdict.findings for verdict in verdicts] == [(), ()]
    with pytest.raises(UsageContractError) as failure:
        assert_booked([*rows, rows[0]], (EVENTS, response(second), BODY), "anthropic", words=NAMED)
    told = str(failure.value).split("\n\n")
    assert [line.split("\n")[:3] for line in told] == [
        [
            "booked-twice usage (anthropic/messages)",
            "anthropic/messages misbooked: 1 booking finding in response 1",
            "  booked-twice  usage  rows 0 and 2 are of one response: prompt 10000, answer 12",
        ],
        [
            "booked-missing usage (anthropic/messages)",
            "anthropic/messages misbooked: 1 booking finding in response 2",
            "  booked-missing  usage  response 2 was not booked",
        ],
    ]
    assert [verdict.findings[0].code for verdict in failure.value.verdicts] == ["booked-twice", "booked-missing"]


def test_events_that_are_no_objects_have_no_id():
    events = [*EVENTS, "[DONE]"]
    assert_booked([{"prompt": 10000, "answer": 300}], [events], "anthropic/messages", words=NAMED)


def test_a_named_tuple_is_a_row_and_no_list():
    with pytest.raises(UsageContractError, match="booked 1, the response says 300"):
        assert_booked(Row(10000, 1), BODY, "anthropic/messages", words=NAMED)


def test_rows_are_held_against_a_list_of_responses_and_nothing_passes_without_any():
    with pytest.raises(TypeError, match="^a list of rows was booked, and a single dict is held against it$"):
        assert_booked([RIGHT], BODY, "anthropic/messages")
    with pytest.raises(ValueError, match="^there are no responses that 0 rows could be held against$"):
        assert_booked([], [], "anthropic/messages")


def test_misuses_are_told():
    with pytest.raises(TypeError, match="^a NoneType is no booking"):
        assert_booked(None, BODY, "anthropic/messages")
    with pytest.raises(LookupError, match="^words='span'; there are otel, exclusive"):
        assert_booked(RIGHT, BODY, "anthropic/messages", words="span")
