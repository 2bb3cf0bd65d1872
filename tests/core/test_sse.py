"""The splitter: the data of each event, however the bytes are cut."""

import tracemalloc
from itertools import chain, repeat

import pytest

from pytest_usage_contract.core.sse import PIECE, read_events

SPLIT = {
    "one event": (b"data: 1\n\n", [b"1"]),
    "no blank behind the colon": (b"data:1\n\n", [b"1"]),
    "one blank, and no more, is no data": (b"data:  1\n\n", [b" 1"]),
    "two events": (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
    "data over several lines": (b"data: [\ndata: 1\ndata:]\n\n", [b"[\n1\n]"]),
    "an empty line of data": (b"data: 1\ndata\ndata:\ndata: 2\n\n", [b"1\n\n\n2"]),
    "a name before the data": (b"event: response.completed\ndata: 1\n\n", [b"1"]),
    "a name after the data": (b"data: 1\nevent: x\nid: 7\nretry: 5\n\n", [b"1"]),
    "data on both sides of a name": (b"data: 1\nevent: x\ndata: 2\n\n", [b"1\n2"]),
    "a comment between": (b": ping\n\ndata: 1\n: ping\ndata: 2\n\n", [b"1\n2"]),
    "a comment that speaks of data": (b": data: 0\ndata: 1\n\n", [b"1"]),
    "another field that begins alike": (b"database: 1\ndata2\n\n", []),
    "a field in capitals": (b"DATA: 1\n\n", []),
    "an event without data": (b"event: ping\n\nid: 1\n\n", []),
    "CRLF": (b"data: 1\r\n\r\ndata: 2\r\n\r\n", [b"1", b"2"]),
    "CRLF inside an event": (b"event: x\r\ndata: 1\r\ndata: 2\r\n\r\n", [b"1\n2"]),
    "CR alone": (b"data: 1\r\rdata: 2\r\r", [b"1", b"2"]),
    "all line ends mixed": (b"data: 1\r\n\rdata: 2\n\r\ndata: 3\r\n\n", [b"1", b"2", b"3"]),
    "blank lines in a row": (b"\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n\n", [b"1", b"2"]),
    "a byte-order mark": (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
    "a byte-order mark before a name": (b"\xef\xbb\xbfevent: x\ndata: 1\n\n", [b"1"]),
    "a byte-order mark before several lines": (b"\xef\xbb\xbfdata: 1\ndata: 2\n\n", [b"1\n2"]),
    "a byte-order mark further on": (b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n", [b"1"]),
    "the last event without its blank line": (b"data: 1\n\ndata: 2\n", [b"1", b"2"]),
    "the last line without its end": (b"data: 1\n\ndata: 2", [b"1", b"2"]),
    "bytes that are no UTF-8": (b"data: \xff\xfe\n\n", [b"\xff\xfe"]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("stream, data", SPLIT.values(), ids=SPLIT)
def test_the_data_of_each_event_is_found_wherever_chunks_end(stream, data):
    assert list(read_events([stream])) == data
    for size in (1, 2, 3, 5):
        chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert list(read_events(chunks)) == data


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_piece_of_a_large_chunk_may_end_anywhere(end):
    for filler in range(PIECE - 12, PIECE + 1):
        chunk = b"data: " + b"x" * filler + end + end + b"data: 2" + end + end
        assert list(read_events([chunk])) == [b"x" * filler, b"2"]


def test_empty_chunks_are_nothing():
    assert list(read_events([b"", b"data: 1\r", b"", b"\n\r\n", b""])) == [b"1"]


def test_no_chunk_is_asked_for_before_it_is_needed():
    asked = []
    chunks = (asked.append(number) or b"data: %d\n\n" % number for number in range(3))
    events = read_events(chunks)
    assert asked == []
    assert next(events) == b"0"
    assert asked == [0]


def test_a_line_in_thousands_of_chunks_is_joined_once():
    (event,), peak = _peak(chain([b"data: "], repeat(b"x" * 1_000, 4_000), [b"\n\n"]), list)
    assert len(event) == 4_000_000
    assert peak < 5 * len(event)


def test_many_events_in_one_body_cost_no_memory():
    number, peak = _peak([b"data: 1\n\n" * 50_000], lambda events: sum(1 for _ in events))
    assert number == 50_000
    assert peak < 20 * PIECE


def _peak(chunks, consume):
    """What *consume* makes of the events in *chunks*, and the most memory that it took."""
    tracemalloc.start()
    try:
        return consume(read_events(chunks)), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
