"""Together's chats: three counts, of which no sum is known."""

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events

CHAT = find_contract("together")

ADDRESSES = {
    "POST api.together.ai/v1/chat/completions": CHAT.name,
    "POST api.together.xyz/v1/chat/completions": CHAT.name,
    "POST api-inference.together.ai/v1/chat/completions": CHAT.name,
    "POST api.together.ai/v1/v1/chat/completions": "",
    "POST api.together.ai/v1/completions": "",
    "POST api.together.ai/v1/rerank": "",
}

USAGE = {"prompt_tokens": 26, "completion_tokens": 7, "total_tokens": 33}

BROKEN = [
    ("total_tokens", ABSENT, "missing-field"),
    ("prompt_tokens", None, "null-value"),
    ("total_tokens", 3.5, "wrong-type"),
]


def test_the_contract_says_what_the_class_says():
    assert said(CHAT) == dict.fromkeys(("completion_tokens", "prompt_tokens", "total_tokens"), "integer required")


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


@pytest.mark.parametrize("total", [33, 34])
def test_a_body_keeps_it_whatever_its_total(total):
    verdict = check_bytes(CHAT, body({**USAGE, "total_tokens": total}))
    assert (codes(verdict), verdict.tokens) == ([], Tokens(input=26, output=7, total=total))


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == [(code, f"usage.{path}")]


def test_a_stream_may_have_its_usage_anywhere_or_nowhere_and_must_end():
    ends = [[chunk("stop", usage=USAGE)], [chunk("stop"), alone(USAGE)], [chunk("stop"), "[DONE]"]]
    assert [codes(check_events(CHAT, [chunk(usage=None), *end])) for end in ends] == [[], [], []]
    assert codes(check_events(CHAT, [chunk(usage=USAGE)])) == CUT
    assert not owes_when_asked(CHAT)
