"""Ollama's native chats: the counts stand at the top of the answer, or of the last line of a stream."""

import json

import httpx
import pytest
from toy import changed, codes

from pytest_usage_contract import Tokens, check_usage, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.providers.routes import MappedUrl, Routes, known_routes

CHAT = find_contract("ollama/chat")

# As servers send it: the prompt may count for nothing where it was read from a cache.
USAGE = {
    "total_duration": 4_353_619_900,
    "load_duration": 63_915_300,
    "prompt_eval_count": 10,
    "prompt_eval_duration": 246_847_000,
    "eval_count": 17,
    "eval_duration": 4_032_296_000,
}
CACHED = {name: value for name, value in USAGE.items() if name != "prompt_eval_count"}
ANSWER = {"model": "llama3.2", "message": {"role": "assistant", "content": "Ahoy"}, "done": True, "done_reason": "stop"}
BEGUN = {**ANSWER, "done": False}


@pytest.mark.parametrize(
    "host, path, contract",
    [
        ("127.0.0.1:11434", "/api/chat", CHAT),
        ("localhost:11434", "/api/chat", CHAT),
        ("localhost", "/api/chat", None),
        ("localhost:11434", "/api/tags", None),
        ("localhost:11434", "/v1/chat/completions", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(host, path, contract):
    place = known_routes().find("POST", host, path)
    assert (place and place.contract) is contract


def test_a_server_elsewhere_is_mapped():
    mapped = Routes([MappedUrl.read("http://gpu.test:8080 = ollama")])
    assert mapped.find("POST", "gpu.test:8080", "/api/chat").contract is CHAT


@pytest.mark.parametrize("usage", [USAGE, CACHED, {}])
def test_a_usage_keeps_it_at_the_top_of_an_answer(usage):
    verdict = check_bytes(CHAT, json.dumps({**ANSWER, **usage}).encode())
    assert (codes(verdict), verdict.wire) == ([], usage)


@pytest.mark.parametrize(
    "path, value, code",
    [
        ("eval_count", "17", "wrong-type"),
        ("eval_count", 17.5, "wrong-type"),
        ("prompt_eval_count", True, "wrong-type"),
        ("prompt_eval_count", -1, "negative-count"),
        ("total_duration", "4s", "wrong-type"),
        ("cached_count", 3, "undocumented-field"),
    ],
)
def test_a_value_breaks_it(path, value, code):
    answer = {**ANSWER, **changed(USAGE, path, value)}
    assert codes(check_bytes(CHAT, json.dumps(answer).encode())) == [(code, f"usage.{path}")]


@pytest.mark.parametrize(
    "usage, tokens", [(USAGE, Tokens(input=10, output=17)), (CACHED, Tokens(output=17)), ({}, Tokens())]
)
def test_the_counts_mean_what_the_class_says(usage, tokens):
    assert checker(CHAT).check(usage).tokens == tokens


STREAMS = {
    "a chat": ([BEGUN, {**ANSWER, **USAGE}], []),
    "a chat that was cut": ([BEGUN, BEGUN], [("no-terminal-usage", "usage")]),
    "a chat that failed": ([BEGUN, {"error": "model runner has stopped"}], [("error-body", "$.error")]),
    "a broken count": ([BEGUN, {**ANSWER, **USAGE, "eval_count": "17"}], [("wrong-type", "usage.eval_count")]),
}


@pytest.mark.parametrize("events, findings", STREAMS.values(), ids=STREAMS)
def test_a_stream_tells_its_counts_on_the_line_that_is_done(events, findings):
    text = "".join(f"{json.dumps(event)}\n" for event in events)
    assert codes(check_bytes(CHAT, text.encode())) == codes(check_events(CHAT, events)) == findings


def test_an_object_of_the_client_is_judged_without_its_answer():
    verdict = check_usage({**ANSWER, **USAGE}, "ollama")
    assert (codes(verdict), verdict.wire, verdict.tokens.output) == ([], USAGE, 17)


def test_a_mock_answers_on_lines():
    with UsageMocks() as mocks:
        mocks("ollama", example="full")
        response = httpx.post("http://localhost:11434/api/chat", json={"stream": True})
        mocks.verify()
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert response.headers["content-type"] == "application/x-ndjson"
    assert [line["done"] for line in lines] == [False, True]
    assert check_usage(response, "ollama").wire == {name: lines[1][name] for name in USAGE}
