"""Mistral: what its classes say of chats, embeddings, transcriptions and documents, and what its servers send."""

import json

import httpx
import pytest
from chats import CUT, body, chunk, found, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, check_usage, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.mocks import UsageMocks

CHAT, EMBEDDINGS, OCR, AUDIO = MISTRAL = [
    find_contract(f"mistral/{name}") for name in ("chat_completions", "embeddings", "ocr", "audio_transcriptions")
]

INFO = {
    "num_cached_tokens": "integer null?",
    "prompt_tokens": "integer",
    "completion_tokens": "integer",
    "total_tokens": "integer",
    "prompt_audio_seconds": "integer null",
    "service_tier": "string null",
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer null?",
}

ADDRESSES = {
    "POST api.mistral.ai/v1/chat/completions": "mistral/chat_completions",
    "POST api.eu.mistral.ai/v1/chat/completions": "mistral/chat_completions",
    "POST api.us.mistral.ai/v1/agents/completions": "mistral/chat_completions",
    "POST api.mistral.ai/v1/fim/completions": "mistral/chat_completions",
    "POST api.mistral.ai/v1/embeddings": "mistral/embeddings",
    "POST api.mistral.ai/v1/ocr": "mistral/ocr",
    "POST api.eu.mistral.ai/v1/audio/transcriptions": "mistral/audio_transcriptions",
    "POST api.mistral.ai/v1/audio/speech": "",
    "POST api.mistral.ai/v1/conversations": "",  # has a usage of its own
    "POST api.asia.mistral.ai/v1/ocr": "",
    "GET api.mistral.ai/v1/ocr": "",
}

PLAIN = {"prompt_tokens": 31, "total_tokens": 40, "completion_tokens": 9}
MEANT = Tokens(input=31, output=9, total=40)
CACHED = {**PLAIN, "num_cached_tokens": 16}

# Shapes of recorded bodies, with other numbers.
KEPT = {
    "plain": (PLAIN, MEANT),
    "with cached tokens": (CACHED, Tokens(input=31, output=9, total=40, cache_read=16)),
    "with details": (
        {**PLAIN, "prompt_tokens_details": {"cached_tokens": 16}},
        MEANT,  # the one of two places that is not the dialect's
    ),
    "of a voice": (
        {**PLAIN, "prompt_audio_seconds": 3, "service_tier": "standard"},
        MEANT,
    ),
    "nulls": ({**PLAIN, "prompt_audio_seconds": None, "service_tier": None}, MEANT),
}

BROKEN = [
    ("total_tokens", 41, "total-mismatch"),
    ("num_cached_tokens", 32, "part-exceeds-whole"),
    ("prompt_tokens", None, "null-value"),
    ("completion_tokens", "9", "wrong-type"),
]

STREAMS = {
    "a usage in the last chunk": ([chunk(), chunk("stop", usage=PLAIN), "[DONE]"], [], PLAIN),
    "a usage behind it": ([chunk(), chunk("stop"), {"choices": [], "usage": PLAIN}, "[DONE]"], [], PLAIN),
    "no usage": ([chunk(), chunk("stop"), "[DONE]"], [], ABSENT),
    "one that is cut": ([chunk(), chunk(usage=PLAIN)], CUT, ABSENT),
}


def test_the_contracts_say_what_the_classes_say():
    assert said(CHAT) == said(EMBEDDINGS) == said(AUDIO) == INFO
    assert said(OCR) == {"pages_processed": "integer required", "doc_size_bytes": "integer null"}
    assert find_contract("mistral") is CHAT


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found(MISTRAL, call) == name


@pytest.mark.parametrize("usage, tokens", KEPT.values(), ids=KEPT)
def test_a_body_keeps_it(usage, tokens):
    verdict = check_bytes(CHAT, body(usage))
    assert (codes(verdict), verdict.tokens) == ([], tokens)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_a_body_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(CACHED, path, value)))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("contract", MISTRAL, ids=str)
def test_every_body_owes_its_usage(contract):
    at = contract.documented.at
    assert codes(check_bytes(contract, b"{}")) == [("no-usage", "usage")]
    assert codes(check_bytes(contract, body(None, at))) == [("null-value", "usage")]


def test_of_embeddings_no_sum_is_known():
    assert codes(check_bytes(EMBEDDINGS, body({**PLAIN, "total_tokens": 31, "completion_tokens": 9}))) == []


def test_pages_are_counted_under_a_name_of_their_own():
    answer = json.dumps({"pages": [], "model": "m", "usage_info": {"pages_processed": 2, "doc_size_bytes": 3002783}})
    assert (codes(check_bytes(OCR, answer.encode())), check_usage(answer, "mistral/ocr").tokens) == ([], Tokens())
    fault = json.dumps({"usage_info": {"pages_processed": 2.5}}).encode()
    assert codes(check_bytes(OCR, fault)) == [("wrong-type", "usage.pages_processed")]


def test_of_a_transcription_neither_a_sum_nor_all_of_the_input_is_known():
    spoken = {"prompt_audio_seconds": 12, "prompt_tokens": 4, "completion_tokens": 30, "total_tokens": 409}
    verdict = check_bytes(AUDIO, body(spoken))
    assert (codes(verdict), verdict.tokens) == ([], Tokens(output=30, total=409))


def test_a_transcription_in_a_stream_has_its_usage_in_the_event_that_ends_it():
    delta, done = {"type": "transcription.text.delta", "text": "."}, {"type": "transcription.done", "usage": PLAIN}
    assert check_events(AUDIO, [delta, done]).wire == PLAIN
    assert codes(check_events(AUDIO, [delta, {"type": "transcription.done"}])) == CUT
    assert codes(check_events(AUDIO, [delta])) == CUT


@pytest.mark.parametrize("events, findings, usage", STREAMS.values(), ids=STREAMS)
def test_a_stream_may_have_its_usage_in_any_chunk_before_its_end(events, findings, usage):
    verdict = check_events(CHAT, events)
    assert (codes(verdict), verdict.wire) == (findings, usage)


def test_a_mock_answers_each_call_with_its_own_usage():
    with UsageMocks() as mocks:
        mocks("mistral")
        for contract in MISTRAL:
            for endpoint in contract.endpoints:
                answer = httpx.post(f"https://api.mistral.ai{endpoint.path}", json={}).json()
                assert answer[endpoint.at] == examples(contract)[0].usage
