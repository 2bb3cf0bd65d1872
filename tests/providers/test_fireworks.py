"""Fireworks' chats: what the class says."""

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events

CHAT = find_contract("fireworks")

SAID = {
    "prompt_tokens": "integer required",
    "total_tokens": "integer required",
    "completion_tokens": "integer null?",
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer null?",
}

ADDRESSES = {
    "POST api.fireworks.ai/inference/v1/chat/completions": CHAT.name,
    "POST api.fireworks.ai/v1/chat/completions": "",  # where a client with a base of its own would send it
    "POST api.fireworks.ai/inference/v1/completions": "",
    "POST api.fireworks.ai/inference/v1/responses": "",
    "POST fireworks.ai/inference/v1/chat/completions": "",
}

USAGE = {
    "prompt_tokens": 420,
    "total_tokens": 455,
    "completion_tokens": 35,
    "prompt_tokens_details": {"cached_tokens": 400},
}

BROKEN = [
    ("total_tokens", 454, "total-mismatch"),
    ("prompt_tokens_details.cached_tokens", 421, "part-exceeds-whole"),
    ("prompt_tokens", ABSENT, "missing-field"),
    ("completion_tokens", "35", "wrong-type"),
]


def test_the_contract_says_what_the_class_says():
    assert said(CHAT) == SAID


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


def test_a_body_keeps_it_with_all_or_the_least():
    verdicts = [check_bytes(CHAT, body(usage)) for usage in (USAGE, {"prompt_tokens": 420, "total_tokens": 420})]
    assert [codes(verdict) for verdict in verdicts] == [[], []]
    assert verdicts[0].tokens == Tokens(input=420, cache_read=400, output=35, total=455)
    assert verdicts[1].tokens == Tokens(input=420, total=420)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == [(code, f"usage.{path}")]


def test_a_stream_may_have_its_usage_anywhere_or_nowhere_and_must_end():
    ends = [[chunk("stop", usage=USAGE)], [chunk("stop"), alone(USAGE)], [chunk("stop"), "[DONE]"]]
    assert [codes(check_events(CHAT, [chunk(usage=None), *end])) for end in ends] == [[], [], []]
    assert codes(check_events(CHAT, [chunk(usage=USAGE)])) == CUT
    assert not owes_when_asked(CHAT)
