"""Bedrock's conversations: a cache beside the input, and a stream of messages; and Anthropic's models there."""

import json

import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, check_usage, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.mocks.aws_messages import make_message, write_message
from pytest_usage_contract.providers.routes import known_routes

CONVERSE = find_contract("bedrock/converse")
PLAIN, STREAM = CONVERSE.endpoints
INVOKE = find_contract("bedrock/invoke_model")
ALONE, REGION, ARN, ALONE_STREAM, REGION_STREAM, ARN_STREAM = INVOKE.endpoints
MESSAGES = Representation("application/vnd.amazon.eventstream")
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
        (HOST, "/model/anthropic.claude-3-haiku-20240307-v1:0/invoke", ALONE),
        (HOST, "/model/us.anthropic.claude-3%3A0/invoke", REGION),
        (HOST, "/model/arn:aws:bedrock:eu-west-1::foundation-model%2Fanthropic.claude-x/invoke", ARN),
        (HOST, "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.x/invoke", REGION),
        (HOST, "/model/anthropic.claude-x/invoke-with-response-stream", ALONE_STREAM),
        (HOST, "/model/eu.anthropic.claude-x/invoke-with-response-stream", REGION_STREAM),
        (HOST, "/model/a%2Fanthropic.claude-x/invoke-with-response-stream", ARN_STREAM),
        (HOST, "/model/amazon.nova-lite-v1:0/invoke", None),
        (HOST, "/model/misanthropic.claude/invoke", None),
        (HOST, "/model/arn:aws:bedrock:us-east-1:1:application-inference-profile%2Fabc/invoke", None),
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


def test_a_body_owes_its_usage():
    assert codes(check_bytes(CONVERSE, b'{"output": {}}')) == [("no-usage", "usage")]


STOP, METADATA = {"messageStop": {"stopReason": "end_turn"}}, {"metadata": {"usage": THREE}}
NO_USAGE = [("no-terminal-usage", "usage")]


def message(kind, name, payload=b"{}"):
    return write_message(payload, {f":{kind}-type": name, ":message-type": kind})


@pytest.mark.parametrize(
    "sent, found",
    [
        ([make_message(STOP), make_message(METADATA)], []),
        ([make_message(STOP)], NO_USAGE),
        ([make_message(METADATA)], NO_USAGE),
        ([], NO_USAGE),
        ([make_message(STOP), make_message(METADATA)[:-1]], NO_USAGE),
        ([message("exception", "throttlingException")], [("error-body", "$.error")]),
        ([make_message(STOP), make_message(METADATA)[:-1] + b"?"], [("not-json", "$")]),
    ],
)
def test_a_stream_owes_the_usage_that_follows_its_stop(sent, found):
    assert codes(check_bytes(CONVERSE, b"".join(sent), endpoint=STREAM, representation=MESSAGES)) == found


def test_what_has_come_of_a_stream_is_known_by_its_bytes_and_as_the_events_of_boto3():
    for response in (make_message(STOP) + make_message(METADATA), [STOP, METADATA]):
        assert check_usage(response, "bedrock/converse").wire == THREE
    assert check_events(CONVERSE, [STOP], endpoint=STREAM).note == ""


# Anthropic's models.

START = {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}}
DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
LAST = {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 3, "outputTokenCount": 2}}


def test_a_body_and_the_chunks_of_a_stream_are_those_of_anthropic():
    body = json.dumps({"usage": {"input_tokens": 3, "output_tokens": 2}}).encode()
    chunks = b"".join(make_message(event) for event in (START, DELTA, LAST))
    for verdict in (
        check_bytes(INVOKE, body, endpoint=REGION),
        check_bytes(INVOKE, chunks, endpoint=REGION_STREAM, representation=MESSAGES),
    ):
        assert (codes(verdict), verdict.wire) == ([], {"input_tokens": 3, "output_tokens": 2})


@pytest.mark.parametrize("payload", [b'{"p": "abc"}', b'{"bytes": "?"}', b'{"bytes": 7}', b"[]", b"?"])
def test_a_chunk_without_an_event_is_none(payload):
    chunks = make_message(START) + message("event", "chunk", payload) + make_message(DELTA)
    assert codes(check_bytes(INVOKE, chunks, endpoint=ALONE_STREAM, representation=MESSAGES)) == []
