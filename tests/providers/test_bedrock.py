"""Bedrock's conversations: a cache beside the input, and streams that are not judged yet."""

import json

import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.providers.routes import known_routes

CONVERSE = find_contract("bedrock/converse")
PLAIN, STREAM = CONVERSE.endpoints
HOST = "bedrock-runtime.us-east-1.amazonaws.com"

THREE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
# As it is recorded: twins of what the model has, and an empty object that it has not.
CACHED = {
    "inputTokens": 4,
    "outputTokens": 310,
    "totalTokens": 5012,
    "cacheReadInputTokens": 4600,
    "cacheReadInputTokenCount": 4600,
    "cacheWriteInputTokens": 98,
    "cacheWriteInputTokenCount": 98,
    "cacheDetails": [{"ttl": "1h", "inputTokens": 98}],
    "serverToolUsage": {},
}


@pytest.mark.parametrize(
    "host, path, endpoint",
    [
        (HOST, "/model/us.anthropic.claude-3%3A0/converse", PLAIN),
        (HOST, "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse", PLAIN),
        (HOST, "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2Fus.x/converse", PLAIN),
        ("bedrock-runtime.cn-north-1.amazonaws.com.cn", "/model/m/converse", PLAIN),
        (HOST, "/model/m/converse-stream", STREAM),
        (HOST, "/model/m/invoke", None),
        (HOST, "/model/m/count-tokens", None),
        (HOST, "/model/inference-profile/us.x/converse", None),
        ("bedrock.us-east-1.amazonaws.com", "/model/m/converse", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(host, path, endpoint):
    place = known_routes().find("POST", host, path)
    assert (place and place.endpoint) is endpoint


@pytest.mark.parametrize("usage", [THREE, CACHED, {**THREE, "cacheDetails": []}])
def test_a_usage_keeps_it(usage):
    assert codes(check_bytes(CONVERSE, json.dumps({"usage": usage}).encode())) == []


@pytest.mark.parametrize(
    "path, value, code",
    [
        ("totalTokens", 314, "total-mismatch"),  # as the document has it
        ("totalTokens", ABSENT, "missing-field"),
        ("cacheReadInputTokens", None, "null-value"),
        ("cacheReadInputTokenCount", "4600", "wrong-type"),
        ("inputTokens", 4.5, "wrong-type"),
        ("outputTokens", -1, "negative-count"),
        ("cacheDetails", [{"ttl": "2h", "inputTokens": 98}], "wrong-type"),
    ],
)
def test_a_value_breaks_it(path, value, code):
    found = codes(checker(CONVERSE).check(changed(CACHED, path, value)))
    assert (code, f"usage.{path}") in [(one, at.partition("[")[0]) for one, at in found]


def test_without_a_cache_the_total_is_input_and_output():
    assert codes(checker(CONVERSE).check({**THREE, "totalTokens": 6})) == [("total-mismatch", "usage.totalTokens")]


@pytest.mark.parametrize(
    "usage, tokens",
    [
        (THREE, Tokens(input=3, cache_read=0, cache_creation=0, output=2, total=5)),
        (CACHED, Tokens(input=4702, cache_read=4600, cache_creation=98, output=310, total=5012)),
    ],
)
def test_what_a_cache_gave_or_took_lies_beside_the_input(usage, tokens):
    assert checker(CONVERSE).check(usage).tokens == tokens


def test_a_body_owes_its_usage_and_a_stream_is_not_judged():
    assert codes(check_bytes(CONVERSE, b'{"output": {}}')) == [("no-usage", "usage")]
    verdict = check_events(CONVERSE, [{"messageStop": {}}], endpoint=STREAM)
    assert (verdict.findings, "not judged" in verdict.note) == ((), True)
    # The events are binary: whatever they are, they are no body.
    assert codes(check_bytes(CONVERSE, b"\x00\x00\x00\x8b\x00\x00\x00R", endpoint=STREAM)) == []
