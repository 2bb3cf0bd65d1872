"""Groq's chats: what the classes say, and what its servers send."""

import httpx
import pytest
from chats import CUT, alone, body, chunk, found, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, check_usage, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.mocks import UsageMocks

CHAT = find_contract("groq")

SAID = {
    "completion_tokens": "integer required",
    "prompt_tokens": "integer required",
    "total_tokens": "integer required",
    "completion_time": "number null?",
    "completion_tokens_details": "object null?",
    "completion_tokens_details.reasoning_tokens": "integer required",
    "prompt_time": "number null?",
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer required",
    "queue_time": "number null?",
    "total_time": "number null?",
}

ADDRESSES = {
    "POST api.groq.com/openai/v1/chat/completions": CHAT.name,
    "POST api.groq.com/v1/chat/completions": "",
    "POST api.groq.com/openai/v1/audio/transcriptions": "",
    "POST api.groq.com/openai/v1/responses": "",
    "POST groq.com/openai/v1/chat/completions": "",
}

# The shape of a recorded body, with other numbers.
USAGE = {
    "queue_time": 0.048270393,
    "prompt_tokens": 73,
    "prompt_time": 0.0035,
    "completion_tokens": 52,
    "completion_time": 0.1125,
    "total_tokens": 125,
    "total_time": 0.116,
    "prompt_tokens_details": {"cached_tokens": 64},
    "completion_tokens_details": {"reasoning_tokens": 39},
}
TOKENS = Tokens(input=73, cache_read=64, output=52, reasoning=39, total=125)

BROKEN = [
    ("total_tokens", 164, "total-mismatch"),
    ("prompt_tokens_details.cached_tokens", 74, "part-exceeds-whole"),
    ("completion_tokens_details.reasoning_tokens", 53, "part-exceeds-whole"),
    ("completion_tokens_details.reasoning_tokens", None, "null-value"),
    ("prompt_tokens_details.cached_tokens", ABSENT, "missing-field"),
    ("total_time", "0.116", "wrong-type"),
]

FIRST = chunk(x_groq={"id": "req_1"})
TOLD = {"id": "req_1", "usage": USAGE}

STREAMS = {
    "unasked": ([FIRST, chunk(), chunk("stop", x_groq=TOLD), "[DONE]"], [], USAGE),
    "asked": ([FIRST, chunk(usage=None), chunk("stop", x_groq=TOLD), alone(USAGE), "[DONE]"], [], USAGE),
    "only where it was asked for": ([FIRST, chunk("stop"), alone(USAGE), "[DONE]"], [], USAGE),
    "without": ([FIRST, chunk("stop", x_groq={"id": "req_1"}), "[DONE]"], CUT, ABSENT),
    "cut": ([FIRST, chunk()], CUT, ABSENT),
    "stopped early": ([FIRST, chunk(x_groq={"id": "req_1", "error": "over capacity"})], CUT, ABSENT),
}


def test_the_contract_says_what_the_class_says():
    assert said(CHAT) == SAID


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


def test_a_body_keeps_it_and_need_not_have_details():
    plain = {name: value for name, value in USAGE.items() if not name.endswith("_details")}
    verdicts = [check_bytes(CHAT, body(usage)) for usage in (USAGE, plain)]
    assert [codes(verdict) for verdict in verdicts] == [[], []]
    assert [verdict.tokens for verdict in verdicts] == [TOKENS, Tokens(input=73, output=52, total=125)]


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("events, findings, usage", STREAMS.values(), ids=STREAMS)
def test_a_stream_tells_its_usage_beside_the_last_choice_and_where_it_was_asked_for(events, findings, usage):
    verdict = check_events(CHAT, events)
    assert (codes(verdict), verdict.wire) == (findings, usage)


def test_a_mock_tells_the_usage_of_a_stream_unasked():
    with UsageMocks() as mocks:
        mocks("groq")
        answer = httpx.post("https://api.groq.com/openai/v1/chat/completions", json={"stream": True})
    assert '"x_groq": {"id": "req_01jv7k2m9qf8t", "usage": {' in answer.text
    assert check_usage(answer).wire == examples(CHAT)[0].usage
