"""Streams that are read to their end, left, or cut off."""

import json

import httpx
import pytest
from shop import KEPT, URL, client


def event(kind, usage):
    return b"data: " + json.dumps({"type": kind, "response": {"id": "resp_1", "usage": usage}}).encode() + b"\n\n"


BEGUN, ENDED = event("response.created", None), event("response.completed", KEPT)
opened = []


class Body(httpx.SyncByteStream):
    def __init__(self, *chunks):
        self.chunks = chunks

    def __iter__(self):
        for chunk in self.chunks:
            if chunk is None:
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
            yield chunk


def stream(*chunks):
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(*chunks))
    return client(answer).stream("POST", URL)


def test_whole():
    with stream(BEGUN, ENDED) as answer:
        answer.read()


def test_left_before_its_usage():
    with stream(BEGUN, ENDED) as answer:
        next(answer.iter_bytes())


def test_left_by_an_exception():
    with pytest.raises(KeyError), stream(BEGUN, ENDED) as answer:
        raise KeyError(next(answer.iter_bytes()))


def test_left_open():
    opened.append(stream(BEGUN, ENDED))
    next(opened[0].__enter__().iter_bytes())


def test_left_after_its_usage():
    with stream(BEGUN, ENDED, b"data: [DONE]") as answer:
        chunks = answer.iter_raw()
        assert [next(chunks), next(chunks)] == [BEGUN, ENDED]


def test_ended_by_the_server():
    with stream(BEGUN) as answer:
        answer.read()


def test_broken_by_the_server():
    with pytest.raises(httpx.RemoteProtocolError), stream(BEGUN, None) as answer:
        answer.read()
