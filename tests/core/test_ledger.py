"""Rows and responses: who is whose, what is missing, twice, or of nobody."""

from dataclasses import replace

import pytest
from toy import KEPT, TOY

from pytest_usage_contract.core.booked import read_booked
from pytest_usage_contract.core.check import check_value
from pytest_usage_contract.core.ledger import Answer, hold_all
from pytest_usage_contract.core.tokens import Dialect

CHAT = replace(TOY, dialect=Dialect(input="input_tokens", output="output_tokens"), accounting=())
WORDS = {"in": "input", "out": "output"}


def answer(tokens_in, tokens_out, *ids):
    usage = {**KEPT, "input_tokens": tokens_in, "output_tokens": tokens_out}
    return Answer(check_value(CHAT, {"usage": usage}), frozenset(ids))


def row(tokens_in=None, tokens_out=None, **others):
    counts = {"in": tokens_in, "out": tokens_out}
    return {name: value for name, value in counts.items() if value is not None} | others


def held(rows, answers):
    """What is wrong, by the number of the response."""
    verdicts = hold_all([read_booked(one, WORDS) for one in rows], answers)
    return {
        place: [f"{found.code}: {found.message}" for found in verdict.findings]
        for place, verdict in enumerate(verdicts)
        if verdict.findings
    }


RIGHT = {
    "in order": ([row(1, 2), row(3, 4)], [answer(1, 2), answer(3, 4)]),
    "in no order": ([row(3, 4), row(1, 2)], [answer(1, 2), answer(3, 4)]),
    "all alike": ([row(1, 2)] * 3, [answer(1, 2)] * 3),
    "with less to go by": ([row(1), row(1, 3), row(1, 2)], [answer(1, 2), answer(1, 3), answer(1, 4)]),
    "with each less to go by": (
        [row(1), row(None, 2), row(1, 2), row(5)],
        [answer(1, 2), answer(1, 9), answer(9, 2), answer(5, 5)],
    ),
    "with ids": ([row(1, 2, id="b"), row(1, 2, id="a")], [answer(1, 2, "a"), answer(1, 2, "b")]),
    "with ids of another system": ([row(1, 2, id="x")], [answer(1, 2, "a")]),
    "with ids in part": ([row(1, 2), row(3, 4, id="b")], [answer(1, 2, "a"), answer(3, 4, "b")]),
    "of two responses with one id": ([row(3, 4, id="a"), row(1, 2, id="a")], [answer(1, 2, "a"), answer(3, 4, "a")]),
}


@pytest.mark.parametrize("rows, answers", RIGHT.values(), ids=RIGHT)
def test_a_ledger_that_has_each_response_once_is_right(rows, answers):
    assert held(rows, answers) == {}


MISSING = "was not booked"
WRONG = {
    "a response missing": ([row(3, 4)], [answer(1, 2), answer(3, 4)], {0: [f"booked-missing: response 0 {MISSING}"]}),
    "all missing": ([], [answer(1, 2), answer(3, 4)], {n: [f"booked-missing: response {n} {MISSING}"] for n in (0, 1)}),
    "a number wrong": (
        [row(3, 4), row(7, 2)],
        [answer(1, 2), answer(3, 4)],
        {0: ["booked-mismatch: row 1: booked 7, the response says 1"]},
    ),
    "the nearest of two": (
        [row(90, 1), row(11, 1)],
        [answer(10, 1), answer(100, 1)],
        {
            0: ["booked-mismatch: row 1: booked 11, the response says 10"],
            1: ["booked-mismatch: row 0: booked 90, the response says 100"],
        },
    ),
    "an id before numbers": (
        [row(3, 4, id="a"), row(1, 2, id="b")],
        [answer(1, 2, "a"), answer(3, 4, "b")],
        {
            0: [
                "booked-mismatch: row 0: booked 3, the response says 1; that is usage.x",
                "booked-mismatch: row 0: booked 4, the response says 2",
            ],
            1: [
                "booked-mismatch: row 1: booked 1, the response says 3",
                "booked-mismatch: row 1: booked 2, the response says 4",
            ],
        },
    ),
    "a row twice": (
        [row(1, 2), row(3, 4), row(1, 2)],
        [answer(1, 2), answer(3, 4)],
        {0: ["booked-twice: rows 0 and 2 are of one response: in 1, out 2"]},
    ),
    "a row twice and another missing": (
        [row(1, 2), row(1, 2)],
        [answer(1, 2), answer(3, 4)],
        {
            0: ["booked-twice: rows 0 and 1 are of one response: in 1, out 2"],
            1: [f"booked-missing: response 1 {MISSING}"],
        },
    ),
    "a row twice, once by its id": (
        [row(1, 2, id="a"), row(1, 2)],
        [answer(1, 2, "a"), answer(3, 4, "b")],
        {
            0: ["booked-twice: rows 0 and 1 are of one response: in 1, out 2"],
            1: [f"booked-missing: response 1 {MISSING}"],
        },
    ),
    "a row twice of two responses with one id": (
        [row(1, 2, id="a"), row(1, 2, id="a")],
        [answer(3, 4, "a"), answer(1, 2, "a")],
        {
            0: [f"booked-missing: response 0 {MISSING}"],
            1: ["booked-twice: rows 0 and 1 are of one response: in 1, out 2"],
        },
    ),
    "an id twice": (
        [row(5, 5, id="a"), row(1, 2, id="a"), row(3, 4)],
        [answer(1, 2, "a"), answer(3, 4)],
        {0: ["booked-twice: rows 0 and 1 are of one response: in 5, out 5"]},
    ),
    "a row of nobody": (
        [row(1, 2), row(3, 4), row(9, 9)],
        [answer(1, 2), answer(3, 4)],
        {1: ["booked-mismatch: row 2 is of no response: in 9, out 9"]},
    ),
    "a row without counts": (
        [row(1, 2), row(id="z")],
        [answer(3, 4), answer(1, 2)],
        {0: ["booked-missing: row 1: neither input nor output was booked; there is id"]},
    ),
    "a row with no number": (
        [row("1", 2), row(3, "x")],
        [answer(3, 4), answer(1, 2)],
        {
            0: [
                'booked-mismatch: row 0: booked string "1", the response says 3',
                "booked-mismatch: row 0: booked 2, the response says 4",
            ],
            1: [
                "booked-mismatch: row 1: booked 3, the response says 1",
                'booked-mismatch: row 1: booked string "x", the response says 2',
            ],
        },
    ),
}


@pytest.mark.parametrize("rows, answers, wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_the_response_that_it_is_about(rows, answers, wrong):
    found = held(rows, answers)
    assert {place: [line.partition(";")[0] for line in lines] for place, lines in found.items()} == {
        place: [line.partition(";")[0] for line in lines] for place, lines in wrong.items()
    }


def test_rows_that_any_response_would_do_for_are_dealt_out_to_the_last():
    answers = [answer(number, 1) for number in range(60)]
    assert held([row(None, 1)] * 59 + [row(0)], answers) == {}


def test_a_finding_of_a_row_holds_what_should_be_and_what_is():
    rows = [read_booked(one, WORDS) for one in (row(1, 2), row(1, 2), row(9, 9))]
    found = [one for verdict in hold_all(rows, [answer(1, 2), answer(3, 4)]) for one in verdict.findings]
    assert [(one.code, one.path, one.expected, one.actual) for one in found] == [
        ("booked-twice", "usage", "one row", "another"),
        ("booked-mismatch", "in", "3", "9"),
        ("booked-mismatch", "out", "4", "9"),
    ]
    rows = [read_booked(row(1, 2), WORDS), read_booked(row(9, 9), WORDS)]
    (held_once,) = hold_all(rows, [answer(1, 2)])
    assert [(one.code, one.path, one.expected, one.actual) for one in held_once.findings] == [
        ("booked-mismatch", "usage", "a response", "none")
    ]
    (gone,) = hold_all([], [answer(1, 2)])
    assert [(one.code, one.path, one.expected, one.actual) for one in gone.findings] == [
        ("booked-missing", "usage", "a booking", "none")
    ]


def test_the_events_of_a_stream_are_at_hand_for_its_reasons():
    streamed = answer(1, 9)._replace(usages=lambda: [{"output_tokens": 2}, {"output_tokens": 9}])
    assert held([row(1, 2)], [streamed]) == {
        0: ["booked-mismatch: row 0: booked 2, the response says 9; first chunk instead of last"]
    }


def test_a_row_that_nobody_makes_room_for_does_not_keep_others_from_moving_on():
    answers = [answer(1, 2), answer(1, 3), answer(2, 5), answer(2, 6)]
    rows = [row(1), row(1), row(1), row(2), row(2, 5)]
    assert held(rows, answers) == {0: ["booked-twice: rows 0 and 2 are of one response: in 1"]}


class Counted(int):
    read = 0

    def __int__(self):
        Counted.read += 1
        return super().__int__()


def test_the_numbers_of_a_ledger_are_read_once_however_many_responses_there_are():
    assert held([row(Counted(1), 2), row(Counted(3), 4)], [answer(3, 4), answer(5, 6), answer(1, 2)]).keys() == {1}
    assert Counted.read == 2
