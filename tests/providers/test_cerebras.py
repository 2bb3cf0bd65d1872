"""Cerebras' chats: what the class says, which is that nothing must be there, and what its servers send."""

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events

CHAT = find_contract("cerebras")

SAID = {
    "completion_tokens": "integer null?",
    "completion_tokens_details": "object null?",
    "completion_tokens_details.accepted_prediction_tokens": "integer null?",
    "completion_tokens_details.reasoning_tokens": "integer null?",
    "completion_tokens_details.rejected_prediction_tokens": "integer null?",
    "image_tokens": "integer null?",
    "prompt_tokens": "integer null?",
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer null?",
    "total_tokens": "integer null?",
}

ADDRESSES = {
    "POST api.cerebras.ai/v1/chat/completions": CHAT.name,
    "POST api.cerebras.ai/v1/completions": "",
    "POST api.cerebras.ai/chat/completions": "",
    "POST cerebras.ai/v1/chat/completions": "",
}

# The shape of a recorded body, with other numbers.
USAGE = {
    "total_tokens": 260,
    "completion_tokens": 60,
    "completion_tokens_details": {
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
        "reasoning_tokens": 41,
    },
    "prompt_tokens": 200,
    "prompt_tokens_details": {"cached_tokens": 128},
}

BROKEN = [
    ("total_tokens", 301, "total-mismatch"),
    ("completion_tokens_details.reasoning_tokens", 61, "part-exceeds-whole"),
    ("prompt_tokens_details.cached_tokens", 201, "part-exceeds-whole"),
    ("prompt_tokens", "200", "wrong-type"),
]


def test_the_contract_says_what_the_class_says():
    assert said(CHAT) == SAID


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


def test_a_body_keeps_it_with_all_or_nothing():
    verdicts = [check_bytes(CHAT, body(usage)) for usage in (USAGE, {})]
    assert [codes(verdict) for verdict in verdicts] == [[], []]
    tokens = Tokens(input=200, cache_read=128, output=60, reasoning=41, total=260)
    assert [verdict.tokens for verdict in verdicts] == [tokens, Tokens()]


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == [(code, f"usage.{path}")]


def test_a_stream_may_have_its_usage_anywhere_or_nowhere_and_must_end():
    ends = [[chunk("stop", usage=USAGE)], [chunk("stop"), alone(USAGE)], [chunk("stop"), "[DONE]"]]
    assert [codes(check_events(CHAT, [chunk(usage=None), *end])) for end in ends] == [[], [], []]
    assert codes(check_events(CHAT, [chunk(usage=USAGE)])) == CUT
    assert not owes_when_asked(CHAT)
