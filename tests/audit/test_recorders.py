"""Exchanges as recorders write them: every form that is read, and what was not recorded."""

import base64
import gzip
import json
import zlib

import pytest
import zstandard
from httpx._decoders import SUPPORTED_DECODERS

from pytest_usage_contract.audit import recorders
from pytest_usage_contract.audit.exchanges import RecordedExchange, Unread
from pytest_usage_contract.audit.recorders import read_entry, read_interaction, unpack
from pytest_usage_contract.core.exchange import Representation, Request

TEXT = '{"usage": {"input_tokens": 1}}'
EVENTS = f"data: {TEXT}\n\n"
URL = "https://user:secret@API.toy.test/v1/chat?key=secret"
REQUEST = Request("POST", "api.toy.test", "/v1/chat")
BINARY = b"\x8b\x1c\x80{opaque\x03"


def packed(text=TEXT):
    return base64.b64encode(text.encode()).decode()


def read_content(folder, content, *, headers=(), **more):
    response = {"status": 200, "headers": list(headers), "content": content, **more}
    return read_entry(f"{folder}/calls.har", 1, {"request": {"method": "post", "url": URL}, "response": response})


HARS = {
    "a text": ({"text": TEXT, "mimeType": "application/json"}, TEXT),
    "a text in base64": ({"text": packed(), "encoding": "base64"}, TEXT),
    "nothing, of no size": ({"text": "", "size": 0}, ""),
}

NOT_RECORDED = {
    "no text": {"size": 512, "mimeType": "application/json"},
    "an empty text, of some size": {"size": 512, "text": ""},
    "an empty text, of a size that is not told": {"text": ""},
    "null": {"text": None},
    "a file that is not there": {"_file": "../missing.json"},
    "no content": None,
}


@pytest.mark.parametrize("content, body", HARS.values(), ids=HARS)
def test_an_entry_tells_its_request_and_nothing_secret_of_it_and_its_body(tmp_path, content, body):
    found = read_content(tmp_path, content)
    assert (found.where, found.request, found.status) == (f"{tmp_path}/calls.har, entry 1", REQUEST, 200)
    assert found.body == body.encode()
    assert found.representation == Representation(content.get("mimeType", ""))


def test_a_status_without_end_is_no_exchange():
    entry = {"request": {"method": "POST", "url": URL}, "response": {"status": float("inf"), "content": {}}}
    assert read_entry("a.har", 1, entry) == Unread("a.har", "no exchange stands here (OverflowError)", "entry", 1)


@pytest.mark.parametrize("content", NOT_RECORDED.values(), ids=NOT_RECORDED)
def test_an_entry_without_a_body_is_not_recorded(tmp_path, content):
    assert read_content(tmp_path, content).body is None


def test_a_body_that_stands_beside_the_har_is_read_and_nothing_from_elsewhere(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "abc.json").write_text(TEXT)
    (tmp_path / "secret.json").write_text("secret")
    assert read_content(tmp_path / "inside", {"_file": "abc.json"}).body == TEXT.encode()
    assert read_content(tmp_path / "inside", {"_file": "../secret.json"}).body is None


def test_a_body_beside_the_har_is_read_to_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(recorders, "MOST_BYTES", 10)
    (tmp_path / "abc.json").write_text(TEXT)
    assert read_content(tmp_path, {"_file": "abc.json"}).why == "no exchange stands here (OSError)"


def test_only_a_har_has_bodies_beside_it(tmp_path):
    (tmp_path / "abc.json").write_text(TEXT)
    entry = {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "content": {"_file": "abc.json"}}}
    assert read_entry(f"{tmp_path}/calls.har", 1, entry).body == TEXT.encode()
    assert read_entry(f"{tmp_path}/calls.jsonl", 1, entry, "line").body is None


def test_a_stream_that_was_recorded_event_by_event_is_one_body(tmp_path):
    events = [{"data": '{"a":\n1}', "eventName": "message"}, {"data": "[DONE]"}]
    found = read_content(tmp_path, {"mimeType": "text/event-stream"}, _eventSourceMessages=events)
    assert found.body == b'data: {"a":\ndata: 1}\n\ndata: [DONE]\n\n'
    assert found.representation.is_event_stream


def test_the_headers_of_an_entry_say_how_its_body_is_to_be_read(tmp_path):
    headers = [{"name": "Content-Type", "value": "text/html"}, {"name": "CONTENT-ENCODING", "value": "gzip"}]
    found = read_content(tmp_path, {"mimeType": "application/json", "text": TEXT}, headers=headers)
    assert (found.body, found.representation) == (TEXT.encode(), Representation("text/html", "gzip"))


def read_one(response, **request):
    request = request or {"method": "POST", "uri": URL}
    return read_interaction("c.yaml", 1, {"request": request, "response": {"status": {"code": 200}, **response}})


CASSETTES = {
    "a string": ({"body": {"string": TEXT}}, TEXT),
    "bytes": ({"body": {"string": TEXT.encode()}}, TEXT),
    "an empty string": ({"body": {"string": ""}}, ""),
    "base64": ({"body": {"base64_string": packed()}}, TEXT),
    "a bare body": ({"body": TEXT}, TEXT),
    "parsed": ({"parsed_body": json.loads(TEXT)}, TEXT),
    "parsed, beside nothing": ({"body": None, "parsed_body": json.loads(TEXT)}, TEXT),
    "what httpx answered, of old": ({"content": TEXT, "status_code": 200}, TEXT),
    "lone surrogates": ({"body": {"string": "\ud800"}}, b"\xed\xa0\x80"),
}


@pytest.mark.parametrize("response, body", CASSETTES.values(), ids=CASSETTES)
def test_an_interaction_tells_its_request_and_its_body(response, body):
    found = read_one(response)
    assert (found.where, found.request, found.status) == ("c.yaml, interaction 1", REQUEST, 200)
    assert found.body == (body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize("response", [{}, {"body": None}, {"body": {}}, {"body": {"string": None}}])
def test_an_interaction_without_a_body_is_not_recorded(response):
    assert read_one(response).body is None


def test_a_status_may_be_a_plain_number_or_stand_by_its_older_name():
    assert read_one({"status": 429}).status == 429
    response = {"status_code": 201, "body": TEXT}
    found = read_interaction("c", 1, {"request": {"method": "GET", "url": URL}, "response": response})
    assert (found.status, found.request.method) == (201, "GET")


def test_the_recorder_of_responses_writes_request_and_response_as_one():
    response = {"method": "POST", "url": URL, "status": 200, "body": TEXT, "content_type": "application/json"}
    found = read_interaction("c", 1, {"response": response})
    assert found == RecordedExchange(
        location="c",
        unit="interaction",
        number=1,
        body=TEXT.encode(),
        request=REQUEST,
        representation=Representation("application/json"),
    )


BROTLI = b'\x8b\x0e\x80{"usage": {"input_tokens": 1}}\x03'
DEFLATED = zlib.compress(TEXT.encode())

ENCODED = {
    "gzip": ({"Content-Encoding": ["gzip"]}, gzip.compress(TEXT.encode()), TEXT),
    "gzip, in lower case and as a text": ({"content-encoding": "gzip"}, gzip.compress(TEXT.encode()), TEXT),
    "gzip that no header tells": ({}, gzip.compress(TEXT.encode()), TEXT),
    "deflate": ({"content-encoding": ["deflate"]}, DEFLATED, TEXT),
    "deflate without its head": ({"content-encoding": ["deflate"]}, DEFLATED[2:-4], TEXT),
    "one after the other": ({"content-encoding": ["deflate", "gzip"]}, gzip.compress(DEFLATED), TEXT),
    "gzip of a stream": ({"content-encoding": ["gzip"]}, gzip.compress(EVENTS.encode()), EVENTS),
    "gzip, told in bytes": ({"content-encoding": [b"gzip"], "x": None}, gzip.compress(TEXT.encode()), TEXT),
    "undone by the recorder": ({"content-encoding": ["gzip"]}, TEXT.encode(), TEXT),
    "cut off": ({"content-encoding": ["gzip"]}, gzip.compress(TEXT.encode() * 2000)[:-9], TEXT * 2000),
    "br, which httpx undoes where a decoder is installed": (
        {"content-encoding": ["br"]},
        BROTLI,
        TEXT if "br" in SUPPORTED_DECODERS else BROTLI,
    ),
    "zstd": ({"content-encoding": ["zstd"]}, zstandard.compress(TEXT.encode()), TEXT),
    "something else": ({"content-encoding": ["gzip"]}, BINARY, BINARY),
}


@pytest.mark.parametrize("headers, sent, body", ENCODED.values(), ids=ENCODED)
def test_a_body_that_was_recorded_as_it_was_sent_is_unpacked(headers, sent, body):
    found = read_one({"headers": headers, "body": {"string": sent}})
    assert found.body == (body if isinstance(body, bytes) else body.encode())


def test_a_body_is_unpacked_to_a_bound(monkeypatch):
    monkeypatch.setattr(recorders, "MOST_UNPACKED_BYTES", 1000)
    assert unpack(gzip.compress(bytes(1_000_000)), Representation()) == bytes(1000)


def test_what_no_decoder_undoes_is_left_as_it_is():
    assert unpack(BINARY, Representation("", "dcb")) == BINARY


BROKEN = {
    "no response": {},
    "no request": {"response": {"status": 200}},
    "no address": {"request": {"method": "POST"}, "response": {}},
    "no status": {"request": {"method": "POST", "url": URL}, "response": {"body": ""}},
    "a number for a body": {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "body": 3}},
    "no mapping": 3,
}


@pytest.mark.parametrize("interaction", BROKEN.values(), ids=BROKEN)
def test_what_is_no_interaction_is_told_with_its_place(interaction):
    found = read_interaction("c.yaml", 2, interaction)
    assert isinstance(found, Unread)
    assert found.where == "c.yaml, interaction 2"
    assert found.why.startswith("no exchange stands here (")
