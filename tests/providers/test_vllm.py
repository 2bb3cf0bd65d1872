"""vLLM's chats: what the server's types say, wherever it is served."""

import pytest
from chats import CUT, alone, body, chunk, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.providers.routes import MappedUrl, Routes

CHAT = find_contract("vllm")

SAID = {
    "prompt_tokens": "integer required",
    "total_tokens": "integer required",
    "completion_tokens": "integer null",
    "prompt_tokens_details": "object null",
    "prompt_tokens_details.cached_tokens": "integer null",
}

USAGE = {"prompt_tokens": 36, "total_tokens": 48, "completion_tokens": 12, "prompt_tokens_details": None}
CACHED = {**USAGE, "prompt_tokens_details": {"cached_tokens": 32}}

BROKEN = [
    ("total_tokens", 49, "total-mismatch"),
    ("prompt_tokens_details.cached_tokens", 37, "part-exceeds-whole"),
    ("prompt_tokens", ABSENT, "missing-field"),
    ("total_tokens", None, "null-value"),
]


def test_the_contract_says_what_the_types_say():
    assert said(CHAT) == SAID


def test_it_is_served_where_a_project_says_and_nowhere_else():
    mapped = Routes([MappedUrl.read("http://127.0.0.1:8000/v1 = vllm")])
    assert mapped.find("POST", "127.0.0.1:8000", "/v1/chat/completions").contract is CHAT
    assert mapped.find("POST", "127.0.0.1:8000", "/v1/embeddings") is None
    assert Routes(among=[CHAT]).find("POST", "127.0.0.1:8000", "/v1/chat/completions") is None


def test_a_body_keeps_it_with_and_without_details():
    verdicts = [check_bytes(CHAT, body(usage)) for usage in (USAGE, CACHED)]
    assert [codes(verdict) for verdict in verdicts] == [[], []]
    assert verdicts[0].tokens == Tokens(input=36, output=12, total=48)
    assert verdicts[1].tokens == Tokens(input=36, cache_read=32, output=12, total=48)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(CACHED, path, value)))) == [(code, f"usage.{path}")]


def test_a_body_owes_its_usage():
    assert codes(check_bytes(CHAT, b'{"choices": []}')) == [("no-usage", "usage")]


def test_a_stream_owes_a_usage_to_those_who_ask_which_may_grow_from_chunk_to_chunk():
    first = chunk(usage={**USAGE, "completion_tokens": 1, "total_tokens": 37})
    assert owes_when_asked(CHAT)
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), alone(USAGE), "[DONE]"], demand=True)) == []
    assert codes(check_events(CHAT, [first, chunk("stop", usage=USAGE), alone(USAGE), "[DONE]"])) == []
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), "[DONE]"], demand=True)) == CUT
    assert codes(check_events(CHAT, [chunk(), chunk("stop"), "[DONE]"])) == []
    assert codes(check_events(CHAT, [first])) == CUT
