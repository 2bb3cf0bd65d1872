"""Atoma's text completions: what the document promises, and what its servers are known to send."""

import pytest
from documented import body, document, facts
from toy import changed, codes

from pytest_usage_contract import ABSENT, Endpoint, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.providers.routes import Routes, known_routes

COMPLETIONS = find_contract("atoma/completions")

USAGE = {
    "completion_tokens": 18,
    "completion_tokens_details": {
        "accepted_prediction_tokens": 0,
        "audio_tokens": 0,
        "reasoning_tokens": 6,
        "rejected_prediction_tokens": 0,
    },
    "prompt_tokens": 24,
    "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 16},
    "total_tokens": 42,
}

KEPT = ["atoma_completions.json", "atoma_completions_doc_example.json", "atoma_completions_stream_sse.txt"]

BROKEN = {
    # What the erratum speaks of: null for the one object, and nothing for the other.
    "atoma_completions_vllm_shape.json": [
        ("missing-field", "usage.completion_tokens_details"),
        ("null-value", "usage.prompt_tokens_details"),
    ],
    "atoma_completions_null_details.json": [
        ("null-value", "usage.completion_tokens_details"),
        ("null-value", "usage.prompt_tokens_details"),
    ],
    # An encrypted answer counts the prompt alone.
    "atoma_confidential.json": [
        ("missing-field", "usage.completion_tokens"),
        ("missing-field", "usage.completion_tokens_details"),
        ("missing-field", "usage.prompt_tokens_details"),
    ],
}

CONTRADICTED = {
    "total_tokens": "total-mismatch",
    "completion_tokens_details.accepted_prediction_tokens": "part-exceeds-whole",
    "completion_tokens_details.audio_tokens": "part-exceeds-whole",
    "completion_tokens_details.reasoning_tokens": "part-exceeds-whole",
    "completion_tokens_details.rejected_prediction_tokens": "part-exceeds-whole",
    "prompt_tokens_details.audio_tokens": "part-exceeds-whole",
    "prompt_tokens_details.cached_tokens": "part-exceeds-whole",
}


def test_the_contract_says_what_the_document_says():
    assert facts(COMPLETIONS) == document("atoma_usage")
    assert all(field.counts for field in checker(COMPLETIONS).fields if field.type == "number")


def test_a_body_owes_its_usage_and_a_stream_ends_with_a_chunk_for_it_alone():
    end = Framing(terminal={"choices": ([],)}, done=False)
    here = {"path": "/v1/completions", "hosts": ("api.atoma.network",)}
    assert COMPLETIONS.endpoints == (Endpoint(**here, presence="required", stream=end),)


def test_chat_completions_are_another_call():
    places = Routes(among=[COMPLETIONS])
    assert places.find("POST", "api.atoma.network", "/v1/completions")
    assert places.find("POST", "api.atoma.network", "/v1/chat/completions") is None


@pytest.mark.parametrize("name", KEPT)
def test_a_body_keeps_it(name):
    assert codes(check_bytes(COMPLETIONS, body(name))) == []


@pytest.mark.parametrize("name, findings", BROKEN.items())
def test_a_body_breaks_it(name, findings):
    assert codes(check_bytes(COMPLETIONS, body(name))) == findings


def test_a_whole_usage_is_read_whole():
    verdict = check_bytes(COMPLETIONS, body("atoma_completions.json"))
    assert verdict.usage.model_dump() == verdict.wire == USAGE


def test_the_counts_of_the_documentation_mean_what_it_says():
    tokens = Tokens(input=10, cache_read=10, output=10, reasoning=10, total=20)
    assert checker(COMPLETIONS).check(dict(COMPLETIONS.example)).tokens == tokens


@pytest.mark.parametrize("path, code", CONTRADICTED.items())
def test_a_count_that_contradicts_another_is_told(path, code):
    assert codes(checker(COMPLETIONS).check(changed(USAGE, path, 1_000))) == [(code, f"usage.{path}")]


def test_the_parts_of_a_completion_may_overlap():
    details = {**USAGE["completion_tokens_details"], "accepted_prediction_tokens": 18, "reasoning_tokens": 18}
    assert codes(checker(COMPLETIONS).check({**USAGE, "completion_tokens_details": details})) == []


# Chats and embeddings, which the package documents beside.

CHAT, EMBEDDINGS = find_contract("atoma/chat_completions"), find_contract("atoma/embeddings")
THREE = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
CHATTED = {**THREE, "prompt_tokens_details": {"cached_tokens": 4}}


@pytest.mark.parametrize(
    "path, contract",
    [
        ("/v1/chat/completions", CHAT),
        ("/v1/embeddings", EMBEDDINGS),
        ("/v1/confidential/chat/completions", None),
        ("/v1/images/generations", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(path, contract):
    place = known_routes().find("POST", "api.atoma.network", path)
    assert (place and place.contract) is contract


def test_completions_are_still_meant_by_the_bare_provider():
    assert find_contract("atoma") is COMPLETIONS


@pytest.mark.parametrize(
    "contract, usage",
    [
        (CHAT, CHATTED),
        (CHAT, {**THREE, "prompt_tokens_details": None}),
        (CHAT, {**THREE, "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0}}),
        (EMBEDDINGS, {"prompt_tokens": 14, "total_tokens": 14}),
    ],
)
def test_a_usage_of_chats_and_embeddings_keeps_its_contract(contract, usage):
    assert codes(checker(contract).check(usage)) == []


@pytest.mark.parametrize(
    "contract, usage, path, value, code",
    [
        (CHAT, CHATTED, "total_tokens", 22, "total-mismatch"),
        (CHAT, CHATTED, "prompt_tokens_details.cached_tokens", 10, "part-exceeds-whole"),
        (CHAT, CHATTED, "prompt_tokens_details.cached_tokens", ABSENT, "missing-field"),
        (CHAT, CHATTED, "prompt_tokens", 9.5, "wrong-type"),
        (EMBEDDINGS, {"prompt_tokens": 14, "total_tokens": 14}, "total_tokens", "14", "wrong-type"),
    ],
)
def test_a_value_breaks_the_contract_of_its_chat_or_embeddings(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


def test_a_chat_may_tell_no_usage_and_its_stream_tells_one_in_a_chunk_without_choices():
    told = {"choices": [], "usage": CHATTED}
    chunk = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    assert codes(check_bytes(CHAT, b'{"usage": null}')) == []
    assert checker(CHAT).check(CHATTED).tokens == Tokens(input=9, cache_read=4, output=12, total=21)
    assert (check_events(CHAT, [chunk, told]).wire, codes(check_events(CHAT, [chunk, told]))) == (CHATTED, [])
    assert codes(check_events(CHAT, [chunk])) == [("no-terminal-usage", "usage")]
