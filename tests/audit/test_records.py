"""Records of logs: a body by itself, the answer of a batch, an exchange, or what JSON pointers show."""

import json

import pytest

from pytest_usage_contract.audit.exchanges import NO_REQUEST, RecordedExchange, Unread
from pytest_usage_contract.audit.records import Reading, find_at, read_record
from pytest_usage_contract.core.exchange import Request

BODY = {"id": "x", "usage": {"input_tokens": 1}}
URL = "https://api.toy.test/v1/chat"
REQUEST = Request("POST", "api.toy.test", "/v1/chat")


def read(record, **reading):
    content = record if isinstance(record, bytes) else json.dumps(record).encode()
    return read_record("a.jsonl", "line", 7, content, Reading(**reading))


RECORDS = {
    "a body": (BODY, NO_REQUEST, 200),
    "an answer of OpenAI's batch": (
        {"id": "batch_req_1", "custom_id": "a", "response": {"status_code": 200, "body": BODY}, "error": None},
        NO_REQUEST,
        200,
    ),
    "an error of OpenAI's batch": ({"custom_id": "a", "response": {"status_code": 400, "body": BODY}}, NO_REQUEST, 400),
    "an answer of Anthropic's batch": (
        {"custom_id": "a", "result": {"type": "succeeded", "message": BODY}},
        NO_REQUEST,
        200,
    ),
    "an exchange": ({"request": {"url": URL}, "response": {"status": 201, "body": BODY}}, REQUEST, 201),
    "an exchange with a text": (
        {"request": {"method": "get", "uri": URL}, "response": {"status_code": 200, "content": json.dumps(BODY)}},
        REQUEST._replace(method="GET"),
        200,
    ),
    "an entry": (
        {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "content": {"text": json.dumps(BODY)}}},
        REQUEST,
        200,
    ),
}


@pytest.mark.parametrize("record, request_, status", RECORDS.values(), ids=RECORDS)
def test_a_record_of_a_known_form_is_read(record, request_, status):
    found = read(record)
    assert (found.where, json.loads(found.body)) == ("a.jsonl:7", BODY)
    assert (found.request, found.status) == (request_, status)


NOT_RECORDED = {
    "a failure of OpenAI's batch": {"custom_id": "a", "response": None, "error": {"code": "batch_expired"}},
    "a failure of Anthropic's batch": {"custom_id": "a", "result": {"type": "expired"}},
    "an exchange without a body": {"request": {"url": URL}, "response": {"status": 200}},
}


@pytest.mark.parametrize("record", NOT_RECORDED.values(), ids=NOT_RECORDED)
def test_a_record_without_a_body_is_not_recorded(record):
    assert read(record).body is None


@pytest.mark.parametrize("record", [[1], 3, {"response": BODY}, {"request": {}, "response": BODY}])
def test_a_record_of_no_known_form_is_a_body(record):
    assert read(record).body == json.dumps(record).encode()


def test_an_exchange_without_a_status_is_none():
    found = read({"request": {"url": URL}, "response": {"body": BODY}})
    assert (found.where, found.why) == ("a.jsonl:7", "no exchange stands here (TypeError)")


@pytest.mark.parametrize("record", [b"{", b"\x00\x00\x00", b'{"a": 1} trailing', b"not json", b'{"a": "\xff"}'])
def test_a_record_that_is_no_json_is_unread(record):
    found = read(record)
    assert (found.where, found.why[:12]) == ("a.jsonl:7", "is no JSON: ")


LOG = {"request": {"url": URL}, "response": BODY, "list": [{"text": json.dumps(BODY)}]}


@pytest.mark.parametrize("body", ["/response", "/list/0/text"])
def test_pointers_say_where_the_body_and_the_url_stand(body):
    found = read(LOG, body=body, url_at="/request/url")
    assert (json.loads(found.body), found.request) == (BODY, REQUEST)


def test_the_record_itself_may_be_the_body_and_tell_where_it_was_called():
    found = read({**BODY, "api_base": "api.toy.test/v1/chat"}, url_at="/api_base")
    assert (found.request, json.loads(found.body)["id"]) == (REQUEST, "x")
    assert read(LOG, body="/response").request == NO_REQUEST
    assert read(LOG, body="/response", url_at="/list").request == NO_REQUEST


@pytest.mark.parametrize(
    "pointer, found",
    [
        ("", {"a/b": [5], "m~n": 6, "": 7}),
        ("/a~1b/0", 5),
        ("/m~0n", 6),
        ("/", 7),
        ("/a~1b/1", None),
        ("/a~1b/-", None),
        ("/missing/deep", None),
        ("/m~0n/deep", None),
    ],
)
def test_a_pointer_is_read_as_rfc_6901_says(pointer, found):
    assert find_at({"a/b": [5], "m~n": 6, "": 7}, pointer) == found


@pytest.mark.parametrize("pointer, recorded", [("/missing", RecordedExchange), ("/request/n", Unread)])
def test_a_pointer_to_nothing_shows_what_is_not_recorded_and_to_a_number_no_body(pointer, recorded):
    found = read({"request": {"n": 1}}, body=pointer)
    assert type(found) is recorded
    assert getattr(found, "body", None) is None


def test_a_pointer_that_is_none_is_misuse():
    with pytest.raises(ValueError, match="'response' is no JSON pointer; one reads /response/body"):
        Reading(body="response")
