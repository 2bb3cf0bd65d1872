"""Tests that hold a booking against what came over the wire."""

import pytest
from shop import BROKEN, KEPT, respond

ROW = {"prompt": 120, "answer": 45}
WORDS = {"prompt": "input", "answer": "output"}


def test_right(assert_booked):
    assert_booked(ROW, respond(KEPT), words=WORDS)


def test_wrong(assert_booked):
    assert_booked({**ROW, "prompt": 184}, respond(KEPT), words=WORDS)


def test_right_of_a_broken_answer(assert_booked):
    assert_booked(ROW, respond(BROKEN), words=WORDS)


def test_by_an_object(assert_booked):
    """Its bytes are at hand: a dump of it has no usage at all."""

    class Response:
        __struct_fields__ = ("id",)
        id = "resp_1"

    respond(KEPT)
    assert_booked(ROW, Response(), words=WORDS)


def test_in_the_end(assert_booked, usage_exchanges):
    respond(KEPT)
    respond({**KEPT, "output_tokens": 46, "total_tokens": 166})
    rows = [{**ROW, "answer": 46}, ROW]
    assert_booked(rows, [exchange.body for exchange in usage_exchanges], "openrouter", words=WORDS)
    with pytest.raises(AssertionError, match="response 1 was not booked"):
        assert_booked(rows[1:], [exchange.body for exchange in usage_exchanges], "openrouter", words=WORDS)
