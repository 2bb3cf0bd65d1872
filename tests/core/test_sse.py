"""The splitter: the data of each event, or of those that can matter."""

import re
import sys
import tracemalloc
from collections import deque

import pytest

from pytest_usage_contract.core.sse import read_events

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
def test_the_data_of_each_event_is_found(stream, data):
    assert list(read_events(stream)) == data


MARKED = {
    "those with a mark, and the last": (b"data: 1\n\ndata: x\n\ndata: 2\n\ndata: 3\n\n", [b"x", b"3"]),
    "a mark in the last": (b"data: 1\n\ndata: x\n\n", [b"x"]),
    "two marks in one event": (b"data: x x\n\ndata: 1", [b"x x", b"1"]),
    "a mark on the second line": (b"data: 1\ndata: x\n\ndata: 1\ndata: 2", [b"1\nx", b"1\n2"]),
    "a mark in the name of an event": (b"event: x\ndata: 1\n\ndata: 2", [b"1", b"2"]),
    "a mark in an event without data": (b"data: 1\n\n: x\n\n", [b"1"]),
    "an end": (b"data: [DONE]\n\ndata: 1\n\ndata: 2\n\n", [b"[DONE]", b"2"]),
    "an end between marks": (b"data: x\n\ndata: [DONE]\n\ndata: x\n\ndata: 2", [b"x", b"[DONE]", b"x", b"2"]),
    "two ends": (b"data: [DONE]\n\ndata: 1\n\ndata: [DONE]\n\ndata: 2", [b"[DONE]", b"[DONE]", b"2"]),
    "no event": (b": x\n\n: data\n\n", []),
    "marks between blank lines of all kinds": (
        b"data: 0\n\ndata: x\r\n\r\ndata: 1\r\rdata: x\n\rdata: 2\n\ndata: 3",
        [b"x", b"x", b"3"],
    ),
}


@pytest.mark.parametrize("stream, data", MARKED.values(), ids=MARKED)
def test_of_most_events_only_those_are_given_that_can_matter(stream, data):
    assert list(read_events(stream, re.compile(rb"x"))) == data


def test_the_events_of_a_body_cost_no_memory():
    body = b"data: 1\n\n" * 50_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_events(body)) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 20_000
    finally:
        tracemalloc.stop()


HOSTILE = {
    "comments of another kind of lines": (b"data: 1\n\n", b": data\r\r"),
    "marks of another kind of lines": (b"data: 1\n\n", b"data: x\r\r"),
    "a line that speaks of data again and again": (b"data: 1\n\n:", b"data "),
    "a line that speaks of the end": (b"data: ", b"[DONE]"),
    "carriage returns": (b"data: 1\n\n", b"\r"),
}


@pytest.mark.parametrize("first, more", HOSTILE.values(), ids=HOSTILE)
def test_ten_times_the_events_take_no_more_than_about_ten_times_as_long(first, more):
    def steps(number):
        tracer = Steps()
        sys.setprofile(tracer)
        try:
            deque(read_events(first + more * number, re.compile(rb"x")), maxlen=0)
        finally:
            sys.setprofile(None)
        return tracer.number

    assert steps(2_000) <= 11 * steps(200)


class Steps:
    """Counts calls, of C functions, too: no clock, so that a busy machine does not matter."""

    number = 0

    def __call__(self, *_):
        self.number += 1  # pragma: no cover - no profiler is traced
