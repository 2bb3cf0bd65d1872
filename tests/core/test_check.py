"""Where a usage is looked for in a body, and what is said where it is not there."""

import json

import pytest

from pytest_usage_contract.contracts import find_contract
from pytest_usage_contract.core.check import check_bytes, check_value, is_stream
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, Count, Usage

OPENROUTER = find_contract("openrouter/alpha_responses")
ATOMA = find_contract("atoma/completions")
DEPLOYMENTS = find_contract("orq/deployments_invoke")
IMAGES = find_contract("orq/images_generations")
DOCUMENTED, MOVED = OPENROUTER.endpoints

GOOD = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}


class Flat(Usage):
    tokens: Count
    cached: Count


NESTED = Contract(
    name="own/call",
    source=Source(document="Own", package="own"),
    usage=Flat,
    endpoints=(Endpoint(path="/call", hosts=("own.test",), at="response.meta.usage", presence="required"),),
)

ABSENT_USAGE = "absent, documented as an object at usage"

KEPT = [
    (OPENROUTER, {"usage": GOOD}, {}),
    (OPENROUTER, {"usage": GOOD, "error": {"code": 1}}, {"demand": True}),
    (OPENROUTER, {}, {}),
    (OPENROUTER, {"error": None}, {}),
    (OPENROUTER, {}, {"endpoint": MOVED}),
    (OPENROUTER, {"usage": None}, {"endpoint": MOVED}),
    (DEPLOYMENTS, {"usage": None}, {}),
    (DEPLOYMENTS, {}, {}),
    (IMAGES, {"data": []}, {}),
    (NESTED, {"response": {"meta": {"usage": {"tokens": 1, "cached": 0}}}}, {}),
    (OPENROUTER, {"other": {"usage": {"credits": 3}}, "usage_count": 3}, {}),
    (OPENROUTER, {"a": {"b": {"c": {"d": {"e": {"usage": GOOD}}}}}}, {}),
    (OPENROUTER, {"choices": [{}] * 100 + [{"usage": GOOD}]}, {}),
]

BROKEN = [
    (OPENROUTER, {}, {"demand": True}, ("no-usage", "usage", ABSENT_USAGE)),
    (
        OPENROUTER,
        {"usage": None},
        {"demand": True},
        ("no-usage", "usage", "null, documented as an object at usage"),
    ),
    (
        OPENROUTER,
        {"usage": None},
        {"demand": True, "endpoint": MOVED},
        ("no-usage", "usage", "null, documented as an object at usage"),
    ),
    (OPENROUTER, {"usage": None}, {}, ("null-value", "usage", "null, documented as an object")),
    (IMAGES, {"usage": None}, {}, ("null-value", "usage", "null, documented as an object")),
    (ATOMA, {}, {}, ("no-usage", "usage", ABSENT_USAGE)),
    (ATOMA, {"usage": None}, {}, ("null-value", "usage", "null, documented as an object")),
    (
        ATOMA,
        {"choices": [{"usage": {"prompt_tokens": 1}}]},
        {},
        ("no-usage", "usage", f"{ABSENT_USAGE}; there is one at $.choices[].usage"),
    ),
    (OPENROUTER, {"usage": []}, {}, ("wrong-type", "usage", "list of 0 items, documented as an object")),
    (OPENROUTER, {"usage": False}, {}, ("wrong-type", "usage", "boolean false, documented as an object")),
    (OPENROUTER, {"usage": 0}, {"demand": True}, ("wrong-type", "usage", "number 0, documented as an object")),
    (
        OPENROUTER,
        {"response": {"usage": GOOD}},
        {},
        ("misplaced-usage", "$.response.usage", "a usage stands here, documented at usage"),
    ),
    (
        OPENROUTER,
        {"usageMetadata": {"inputTokens": 1}},
        {},
        ("misplaced-usage", "$.usageMetadata", "a usage stands here, documented at usage"),
    ),
    (
        OPENROUTER,
        {"choices": [{}] * 99 + [{"gpt-4.1": {"usage": GOOD}}]},
        {},
        ("misplaced-usage", '$.choices[]["gpt-4.1"].usage', "a usage stands here, documented at usage"),
    ),
    (
        OPENROUTER,
        {"error": {"message": "no"}},
        {},
        (
            "error-body",
            "$.error",
            "the response has succeeded, yet carries an error (object with 1 name) and no usage",
        ),
    ),
    (
        DEPLOYMENTS,
        {"error": "sk-secret", "usage": None},
        {},
        (
            "error-body",
            "$.error",
            "the response has succeeded, yet carries an error (string of 9 characters) and no usage",
        ),
    ),
    (
        NESTED,
        {"usage": {"tokens": 1, "cached": 0}},
        {},
        ("no-usage", "usage", "absent, documented as an object at response.meta.usage; there is one at $.usage"),
    ),
    (
        NESTED,
        {"response": {"meta": 3}},
        {},
        ("no-usage", "usage", "absent, documented as an object at response.meta.usage"),
    ),
    (
        NESTED,
        {"response": {"meta": {"usage": 3}}},
        {},
        ("wrong-type", "usage", "number 3, documented as an object"),
    ),
    (
        NESTED,
        {"response": {"meta": {"usage": {"tokens": 1}}}},
        {},
        ("missing-field", "usage.cached", "absent, documented as a number"),
    ),
]


@pytest.mark.parametrize("contract, body, options", KEPT)
def test_a_body_that_keeps_what_it_owes(contract, body, options):
    for verdict in (
        check_value(contract, body, **options),
        check_bytes(contract, json.dumps(body).encode(), **options),
    ):
        assert verdict.findings == ()
        assert verdict.contract == contract.name


@pytest.mark.parametrize("contract, body, options, finding", BROKEN)
def test_a_body_that_does_not(contract, body, options, finding):
    for verdict in (
        check_value(contract, body, note="a note", **options),
        check_bytes(contract, json.dumps(body).encode(), note="a note", **options),
    ):
        assert [(found.code, found.path, found.message) for found in verdict.findings] == [finding]
        assert verdict.note == "a note"
        assert verdict.usage is None


@pytest.mark.parametrize("body, wire", [({}, ABSENT), ({"usage": None}, None), ({"usage": 3}, 3), ({"usage": {}}, {})])
def test_the_verdict_has_what_stood_there(body, wire):
    assert check_value(DEPLOYMENTS, body).wire == wire


def test_a_decoded_body_may_have_the_names_of_an_sdk():
    usage = {"input_tokens": 3, "inputTokensDetails": {}, "output_tokens": 1, "total_tokens": 4}
    assert [f.code for f in check_value(IMAGES, {"usage": usage}, either_spelling=True).findings] == ["sdk-spelling"]
    usage = {"inputTokens": 3, "inputTokensDetails": {}, "outputTokens": 1, "totalTokens": 4}
    assert check_value(IMAGES, {"usage": usage}, either_spelling=True).kept
    assert not check_value(IMAGES, {"usage": usage}).kept


STREAMS = [b"data: {}", b"\n\ndata:x", b"event: x", b": ping", b"id: 1", b"retry: 1", b"\xef\xbb\xbfdata: {}"]


@pytest.mark.parametrize("body", STREAMS)
def test_a_stream_is_told_by_how_it_begins(body):
    assert is_stream(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"data:"', b"dat", b"\xef\xbb\xbf{}", b"<html>"])
def test_what_begins_otherwise_is_no_stream(body):
    assert not is_stream(body)


@pytest.mark.parametrize("body", STREAMS)
def test_a_stream_where_none_is_documented_is_not_json(body):
    (found,) = check_bytes(IMAGES, body).findings
    assert (found.code, found.message) == ("not-json", "a stream of events, documented as JSON")


def test_a_body_in_a_stream_s_place_is_judged_as_a_body():
    assert check_bytes(OPENROUTER, b' {"usage": 3}', stream=True).findings[0].code == "wrong-type"
    assert check_bytes(OPENROUTER, b"[]", stream=True).findings[0].path == "$"
    assert check_bytes(OPENROUTER, b"oops", stream=True).findings[0].code == "no-terminal-usage"
