"""Event streams of AWS, held against botocore's own reader: what the two make of a body, and where it is damaged."""

import json
from struct import pack
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError
from hypothesis import given, strategies as st

from pytest_usage_contract.core.body import NotJson
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.event_stream import MOST_HEADERS, MOST_PAYLOAD, is_message, read_messages
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.stream import is_complete
from pytest_usage_contract.mocks.aws_messages import make_message, write_message

names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=20).filter("chunk".__ne__)
events = st.dictionaries(names, st.dictionaries(st.text(), st.integers() | st.text()), min_size=1, max_size=1)
streams = st.lists(events, max_size=4)


def seal(headers, payload):
    lengths = pack("!II", len(headers) + len(payload) + 16, len(headers))
    message = lengths + pack("!I", crc32(lengths)) + headers + payload
    return message + pack("!I", crc32(message))


def by_botocore(body):
    """The events that botocore reads, and whether it then refused the body."""
    buffer, read = EventStreamBuffer(), []
    buffer.add_data(body)
    try:
        read += ({message.headers[":event-type"]: json.loads(message.payload)} for message in buffer)
    except ParserError:
        return read, True
    return read, False


def by_us(body):
    read = []
    try:
        read += (json.loads(event) for event in read_messages(body))
    except NotJson:
        return read, True
    return read, False


@given(streams, st.integers(min_value=0))
def test_a_body_that_was_cut_anywhere_is_read_as_botocore_reads_it(told, cut):
    body = b"".join(map(make_message, told))
    assert by_us(body) == by_botocore(body) == (told, False)
    part = body[: cut % (len(body) + 1)]
    assert by_us(part) == by_botocore(part)


@given(streams.filter(bool), st.integers(min_value=0), st.integers(1, 255))
def test_a_body_with_a_damaged_byte_is_refused_where_botocore_refuses_it(told, place, change):
    body = bytearray(b"".join(map(make_message, told)))
    body[place % len(body)] ^= change
    assert by_us(bytes(body)) == by_botocore(bytes(body))


@given(st.binary())
def test_no_bytes_are_too_wild(body):
    _, refused = by_us(body)
    assert refused or not body or len(body) < 12 or is_message(body)


OTHERS = {
    0: b"",
    1: b"",
    2: b"\x01",
    3: b"\x00\x01",
    4: b"\x00" * 4,
    5: b"\x00" * 8,
    6: b"\x00\x02ab",
    8: b"\x00" * 8,
    9: b"\x00" * 16,
}
TYPE = b"\x0b:event-type\x07\x00\x04stop"


@pytest.mark.parametrize("kind", OTHERS)
def test_a_header_of_another_type_is_skipped(kind):
    body = seal(b"\x01x" + bytes([kind]) + OTHERS[kind] + TYPE, b"")
    assert [*read_messages(body)] == [b'{"stop": {}}']
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    assert next(buffer).headers[":event-type"] == "stop"


@pytest.mark.parametrize("headers", [b"\x01x\x0a", b"\x01x", b"\x01x\x07\x00", b"\x01\xff\x07\x00\x00"])
def test_headers_that_cannot_be_read_are_damage(headers):
    with pytest.raises(NotJson, match="the message at byte 16 has damaged headers"):
        list(read_messages(seal(b"", b"") + seal(headers, b"")))


@pytest.mark.parametrize("total, headers", [(15, 0), (16, 1), (2**31, MOST_HEADERS + 1), (MOST_PAYLOAD + 17, 0)])
def test_lengths_that_no_message_has_are_damage(total, headers):
    lengths = pack("!II", total, headers)
    with pytest.raises(NotJson, match="the message at byte 0 is damaged"):
        list(read_messages(lengths + pack("!I", crc32(lengths))))


@pytest.mark.parametrize(
    "headers, error",
    [
        ({":message-type": "exception", ":exception-type": "throttlingException"}, "throttlingException"),
        ({":message-type": "error", ":error-code": "InternalError"}, "InternalError"),
        ({":message-type": "error"}, "error"),
    ],
)
def test_what_is_no_event_is_an_error(headers, error):
    assert [*map(json.loads, read_messages(write_message(b"{}", headers)))] == [{"error": {"type": error}}]


def test_a_stream_of_messages_is_complete_with_its_last_and_never_where_it_is_damaged():
    framing = Framing(terminal={"stop": (...,)}, messages=True)
    whole = make_message({"stop": {"usage": {}}})
    assert is_complete(framing, whole)
    assert not is_complete(framing, whole[:-1])
    assert not is_complete(framing, whole[:-1] + b"?")


@pytest.mark.parametrize(
    "kind, told",
    [("application/vnd.amazon.eventstream", True), ("application/vnd.amazon.eventstream; x=y", True), ("a/b", False)],
)
def test_the_content_type_says_so(kind, told):
    assert Representation(kind).is_messages is told
