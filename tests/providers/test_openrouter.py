"""OpenRouter's Responses API: what the document promises, and what its servers send at the old path and the new."""

import re
from dataclasses import replace

import pytest
from documented import body, document, facts
from toy import changed, codes

from pytest_usage_contract import Endpoint, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.providers.routes import Routes

RESPONSES = find_contract("openrouter/alpha_responses")
OLD, NEW = RESPONSES.endpoints

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}

# What the provider has come to tell beside it since the document was read.
UNDOCUMENTED = [
    ("undocumented-field", "usage.cost"),
    ("undocumented-field", "usage.is_byok"),
    ("undocumented-field", "usage.cost_details"),
]

BODIES = {
    "openrouter_alpha_responses.json": [],
    "openrouter_alpha_responses_sse.txt": [],
    "openrouter_responses_current.json": UNDOCUMENTED,
    "openrouter_responses_current_sse.txt": UNDOCUMENTED,
}

CONTRADICTED = {
    "total_tokens": "total-mismatch",
    "input_tokens_details.cached_tokens": "part-exceeds-whole",
    "output_tokens_details.reasoning_tokens": "part-exceeds-whole",
}


def ended_by(*types):
    return {"type": tuple(f"response.{word}" for word in types)}


def test_the_contract_says_what_the_document_says():
    assert facts(RESPONSES) == document("openrouter_alpha_responses_usage")
    assert all(field.counts for field in checker(RESPONSES).fields if field.type == "number")


def test_null_is_promised_where_the_call_has_moved():
    end = Framing(
        at=("response.usage",),
        terminal=ended_by("completed", "incomplete", "failed"),
        excused=ended_by("failed"),
    )
    here = {"hosts": ("openrouter.ai",), "stream": end, "excused": {"status": ("failed",)}}
    moved = {**here, "presence": "nullable", "stream": replace(end, presence="nullable")}
    assert Endpoint(path="**/api/alpha/responses", **here) == OLD
    assert Endpoint(path="/api/v1/responses", **moved) == NEW


@pytest.mark.parametrize(
    "path, endpoint",
    [
        ("/api/alpha/responses", OLD),
        ("/api/v1/api/alpha/responses", OLD),  # what the SDK of that version really sends
        ("/api/v1/responses", NEW),
        ("/api/v1/chat/completions", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(path, endpoint):
    place = Routes(among=[RESPONSES]).find("POST", "openrouter.ai", path)
    assert (place and place.endpoint) == endpoint


@pytest.mark.parametrize("name, findings", BODIES.items())
def test_a_body_is_judged_by_the_document(name, findings):
    verdict = check_bytes(RESPONSES, body(name))
    assert codes(verdict) == findings
    assert verdict.wire.items() >= USAGE.items()


def test_a_null_usage_keeps_it_at_the_new_path_only():
    null = b'{"usage": null}'
    assert codes(check_bytes(RESPONSES, null, endpoint=OLD)) == [("null-value", "usage")]
    assert codes(check_bytes(RESPONSES, null, endpoint=NEW)) == []


@pytest.mark.parametrize("word, owed", [("completed", True), ("incomplete", True), ("failed", False)])
def test_a_stream_without_a_usage_keeps_it_at_the_new_path_or_where_it_failed(word, owed):
    end = {"type": f"response.{word}", "response": {"usage": None}}
    assert codes(check_events(RESPONSES, [end], endpoint=OLD)) == [("no-terminal-usage", "usage")] * owed
    assert codes(check_events(RESPONSES, [end], endpoint=NEW)) == []


@pytest.mark.parametrize("endpoint", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize("lacking", [{}, {"usage": None}], ids=["absent", "null"])
def test_a_failed_response_need_not_have_a_usage_be_it_streamed_or_not(endpoint, lacking):
    failed = {"status": "failed", "error": {"code": "server_error", "message": "upstream"}, **lacking}
    event = {"type": "response.failed", "response": failed}
    assert codes(check_value(RESPONSES, failed, endpoint=endpoint)) == []
    assert codes(check_events(RESPONSES, [event], endpoint=endpoint)) == []


@pytest.mark.parametrize("path, code", CONTRADICTED.items())
def test_a_count_that_contradicts_another_is_told(path, code):
    assert codes(checker(RESPONSES).check(changed(USAGE, path, 1_000))) == [(code, f"usage.{path}")]


def test_the_erratum_quotes_the_example_of_the_document():
    quoted = re.findall(r"\d+\.\d+", RESPONSES.erratum)
    assert quoted == ["1321.53", "6590.62", "4727.47", "6223.04"]
    assert all(number in document("openrouter_alpha_responses_usage")["example"] for number in quoted)
