"""DeepSeek's chats: what its reference says, and what its servers send."""

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events

CHAT = find_contract("deepseek")

SAID = {
    "completion_tokens": "integer required",
    "prompt_tokens": "integer required",
    "prompt_cache_hit_tokens": "integer required",
    "prompt_cache_miss_tokens": "integer required",
    "total_tokens": "integer required",
    "completion_tokens_details": "object null?",
    "completion_tokens_details.reasoning_tokens": "integer null?",
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer null?",
}

ADDRESSES = {
    "POST api.deepseek.com/chat/completions": CHAT.name,
    "POST api.deepseek.com/v1/chat/completions": CHAT.name,
    "POST api.deepseek.com/beta/chat/completions": CHAT.name,
    "POST api.deepseek.com/beta/completions": "",
    "POST api.deepseek.com/anthropic/v1/messages": "",
    "GET api.deepseek.com/user/balance": "",
}

# The shape of a recorded body, with other numbers; older ones have no details of the completion.
USAGE = {
    "prompt_tokens": 180,
    "completion_tokens": 90,
    "total_tokens": 270,
    "prompt_tokens_details": {"cached_tokens": 128},
    "completion_tokens_details": {"reasoning_tokens": 71},
    "prompt_cache_hit_tokens": 128,
    "prompt_cache_miss_tokens": 52,
}
TOKENS = Tokens(input=180, cache_read=128, output=90, reasoning=71, total=270)

BROKEN = {
    "a total with the reasoning beside": ("total_tokens", 341, [("total-mismatch", "usage.total_tokens")]),
    "a miss too many": ("prompt_cache_miss_tokens", 53, [("parts-mismatch", "usage.prompt_tokens")]),
    "more cached than hit": (
        "prompt_tokens_details.cached_tokens",
        129,
        [("part-exceeds-whole", "usage.prompt_tokens_details.cached_tokens")],
    ),
    "no hits": ("prompt_cache_hit_tokens", ABSENT, [("missing-field", "usage.prompt_cache_hit_tokens")]),
    "no misses": ("prompt_cache_miss_tokens", None, [("null-value", "usage.prompt_cache_miss_tokens")]),
}


def test_the_contract_says_what_the_reference_says():
    assert said(CHAT) == SAID


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


def test_a_body_keeps_it_with_and_without_details():
    plain = {name: value for name, value in USAGE.items() if not name.endswith("_details")}
    assert [codes(check_bytes(CHAT, body(usage))) for usage in (USAGE, plain)] == [[], []]
    assert check_bytes(CHAT, body(USAGE)).tokens == TOKENS


@pytest.mark.parametrize("path, value, findings", BROKEN.values(), ids=BROKEN)
def test_a_body_breaks_it(path, value, findings):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == findings


def test_a_stream_owes_a_usage_to_those_who_ask():
    last = chunk("stop", usage=USAGE)
    assert owes_when_asked(CHAT)
    assert codes(check_events(CHAT, [chunk(usage=None), last, "[DONE]"], demand=True)) == []
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), alone(USAGE), "[DONE]"], demand=True)) == []
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), "[DONE]"], demand=True)) == CUT
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), "[DONE]"])) == []
    assert codes(check_events(CHAT, [chunk(), chunk()])) == CUT
