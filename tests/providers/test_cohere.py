"""Cohere: what is used, and what is billed, of chats, embeddings and ranks."""

import json

import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.providers.routes import known_routes

CHAT, EMBED, RERANK = (find_contract(f"cohere/{call}") for call in ("chat", "embed", "rerank"))

CHATTED = {
    "billed_units": {"input_tokens": 2406, "output_tokens": 14},
    "tokens": {"input_tokens": 2935, "output_tokens": 21},
    "cached_tokens": 2928,
}
EMBEDDED = {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 4, "image_tokens": 0}}
RANKED = {"api_version": {"version": "2", "is_experimental": False}, "billed_units": {"search_units": 1}}


@pytest.mark.parametrize(
    "path, contract",
    [
        ("/v2/chat", CHAT),
        ("/v2/embed", EMBED),
        ("/v1/embed", EMBED),
        ("/v2/rerank", RERANK),
        ("/v1/rerank", RERANK),
        ("/v1/chat", None),  # answers in another form
        ("/v1/tokenize", None),
        ("/v2/embed/jobs", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(path, contract):
    place = known_routes().find("POST", "api.cohere.com", path)
    assert (place and place.contract) is contract


def test_chats_are_meant_by_the_bare_provider():
    assert find_contract("cohere") is CHAT


@pytest.mark.parametrize(
    "contract, usage",
    [
        (CHAT, CHATTED),
        (CHAT, {}),
        (CHAT, {**CHATTED, "tokens": {"input_tokens": 2935.0, "output_tokens": 21.0}, "cached_tokens": None}),
        (EMBED, EMBEDDED),
        (EMBED, {"billed_units": {"images": 1}, "warnings": ["model is deprecated"]}),
        (RERANK, RANKED),
    ],
)
def test_a_usage_keeps_its_contract(contract, usage):
    assert codes(checker(contract).check(usage)) == []


@pytest.mark.parametrize(
    "contract, usage, path, value, code",
    [
        (CHAT, CHATTED, "billed_units.input_tokens", 2936, "part-exceeds-whole"),
        (CHAT, CHATTED, "billed_units.output_tokens", 22, "part-exceeds-whole"),
        (CHAT, CHATTED, "cached_tokens", 2936, "part-exceeds-whole"),
        (CHAT, CHATTED, "tokens.input_tokens", "2935", "wrong-type"),
        (CHAT, CHATTED, "tokens", [], "wrong-type"),
        (CHAT, CHATTED, "total_tokens", 2956, "undocumented-field"),
        (EMBED, EMBEDDED, "billed_units.image_tokens", True, "wrong-type"),
        (EMBED, EMBEDDED, "api_version.version", ABSENT, "missing-field"),
        (RERANK, RANKED, "billed_units.search_units", "1", "wrong-type"),
    ],
)
def test_a_value_breaks_its_contract(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize(
    "contract, usage, tokens",
    [
        (CHAT, CHATTED, Tokens(input=2935, cache_read=2928, output=21)),
        (CHAT, {"billed_units": CHATTED["billed_units"]}, Tokens()),
        (EMBED, EMBEDDED, Tokens()),
        (RERANK, RANKED, Tokens()),
    ],
)
def test_what_is_used_counts_and_not_what_is_billed(contract, usage, tokens):
    assert checker(contract).check(usage).tokens == tokens


@pytest.mark.parametrize("contract, usage", [(EMBED, EMBEDDED), (RERANK, RANKED)])
def test_the_usage_of_embeddings_and_ranks_is_in_their_meta(contract, usage):
    assert check_bytes(contract, json.dumps({"id": "x", "meta": usage}).encode()).wire == usage
    assert codes(check_bytes(contract, b'{"id": "x"}')) == codes(check_bytes(contract, b'{"meta": null}')) == []


START = {"type": "message-start", "delta": {"message": {"role": "assistant"}}}
END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": CHATTED}}
STREAMS = {
    "a chat": ([START, END], CHATTED, []),
    "a chat that tells none": ([START, {"type": "message-end", "delta": {"finish_reason": "ERROR"}}], ABSENT, []),
    "a chat that was cut": ([START], ABSENT, [("no-terminal-usage", "usage")]),
    "a usage too early": ([{**START, "delta": {"usage": CHATTED}}, END], CHATTED, [("misplaced-usage", "usage")]),
}


@pytest.mark.parametrize("done", ["", "data: [DONE]\n\n"])
@pytest.mark.parametrize("events, usage, findings", STREAMS.values(), ids=STREAMS)
def test_a_stream_tells_its_usage_where_the_message_ends(events, usage, findings, done):
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    for verdict in (check_events(CHAT, events), check_bytes(CHAT, (text + done).encode())):
        assert (verdict.wire, codes(verdict)) == (usage, findings)
