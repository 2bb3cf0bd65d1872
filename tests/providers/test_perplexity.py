"""Perplexity's chats: counts beside their cost, of which no sum is known."""

import httpx
import pytest
from chats import CUT, body, chunk, found, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, check_usage, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.mocks import UsageMocks

CHAT = find_contract("perplexity")

SAID = {
    "completion_tokens": "integer required",
    "cost": "object required",
    "cost.input_tokens_cost": "number required",
    "cost.output_tokens_cost": "number required",
    "cost.total_cost": "number required",
    "cost.citation_tokens_cost": "number null?",
    "cost.reasoning_tokens_cost": "number null?",
    "cost.request_cost": "number null?",
    "cost.search_queries_cost": "number null?",
    "prompt_tokens": "integer required",
    "total_tokens": "integer required",
    "citation_tokens": "integer null?",
    "num_search_queries": "integer null?",
    "reasoning_tokens": "integer null?",
    "search_context_size": "string null?",
}

ADDRESSES = {
    "POST api.perplexity.ai/chat/completions": CHAT.name,
    "POST api.perplexity.ai/v1/chat/completions": "",
    "POST api.perplexity.ai/v1/responses": "",
    "POST api.perplexity.ai/search": "",
    "POST www.perplexity.ai/chat/completions": "",
}

NOTHING = {"input_tokens_cost": 0, "output_tokens_cost": 0, "total_cost": 0}
USAGE = {
    "prompt_tokens": 14,
    "completion_tokens": 290,
    "total_tokens": 304,
    "search_context_size": "low",
    "cost": {
        "input_tokens_cost": 1.4e-05,
        "output_tokens_cost": 0.00029,
        "request_cost": 0.005,
        "total_cost": 0.005304,
    },
}
RESEARCHED = {
    **USAGE,
    "citation_tokens": 8000,
    "num_search_queries": 5,
    "reasoning_tokens": 60000,
    "cost": {
        **USAGE["cost"],
        "citation_tokens_cost": 0.016,
        "reasoning_tokens_cost": 0.18,
        "search_queries_cost": 0.025,
        "total_cost": 0.221304,
    },
}

BROKEN = [
    ("cost", ABSENT, "missing-field"),
    ("cost.total_cost", None, "null-value"),
    ("cost.request_cost", "0.005", "wrong-type"),
    ("num_search_queries", 1.5, "wrong-type"),
]


def test_the_contract_says_what_the_class_says():
    assert said(CHAT) == SAID


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found([CHAT], call) == name


def test_reasoning_leaves_the_output_unknown():
    verdicts = [check_bytes(CHAT, body(usage)) for usage in (USAGE, RESEARCHED)]
    assert [codes(verdict) for verdict in verdicts] == [[], []]
    assert verdicts[0].tokens == Tokens(input=14, output=290, total=304)
    assert verdicts[1].tokens == Tokens(input=14, reasoning=60000, total=304)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(USAGE, path, value)))) == [(code, f"usage.{path}")]


def test_a_stream_tells_its_cost_at_the_end():
    first = chunk(usage={**USAGE, "completion_tokens": 1, "total_tokens": 15, "cost": NOTHING})
    verdict = check_events(CHAT, [first, chunk("stop", usage=USAGE)])
    assert (codes(verdict), verdict.wire) == ([], USAGE)
    assert codes(check_events(CHAT, [chunk(), chunk("stop")])) == []
    assert codes(check_events(CHAT, [first])) == CUT


def test_a_mock_answers_with_a_message_and_a_delta():
    with UsageMocks() as mocks:
        mocks("perplexity")
        answer = httpx.post("https://api.perplexity.ai/chat/completions", json={})
    assert answer.json()["choices"][0].keys() >= {"message", "delta"}
    assert check_usage(answer).wire == examples(CHAT)[0].usage
