"""What is wrong with a booking: every mismatch at once, and the usual reason of each."""

from dataclasses import replace

import pytest
from toy import KEPT, TOY, changed

from pytest_usage_contract.core.accounting import Beside, Total
from pytest_usage_contract.core.booked import NOT_ENDED, Booked, read_booked
from pytest_usage_contract.core.booking import compare, find_doubtful
from pytest_usage_contract.core.check import check_value
from pytest_usage_contract.core.tokens import NO_DIALECT, Dialect
from pytest_usage_contract.core.usage import ABSENT

INSIDE = replace(
    TOY,
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="input_details.cached_tokens",
        reasoning="output_details.reasoning_tokens",
    ),
)
"""Input 127 (7 of tools beside it), 64 of them cached; output 45, 32 of them reasoning; total 165."""

OUTSIDE = replace(
    INSIDE,
    name="toy/beside",
    accounting=(
        Beside("input_details.cached_tokens", headline="input_tokens"),
        Beside("output_details.reasoning_tokens", headline="output_tokens"),
    ),
)
"""Input 184, output 77."""

OURS = {name: name for name in ("input", "cache_read", "cache_creation", "output", "reasoning", "total")}


def judged(contract=INSIDE, usage=KEPT):
    return check_value(contract, {"usage": usage})


def messages(row, contract=INSIDE, usage=KEPT, words=OURS, usages=tuple):
    found = compare(read_booked(row, words), judged(contract, usage), usages)
    return {finding.path: finding.message for finding in found}


def test_a_right_booking_has_nothing_against_it():
    right = {"input": 127, "cache_read": 64, "output": 45, "reasoning": 32, "total": 165}
    assert messages(right) == messages({**right, "cache_creation": None}) == messages({"input": 127.0}) == {}
    assert messages({"input": 184, "output": 77, "total": 165}, OUTSIDE) == {}
    assert messages({"gen_ai.usage.input_tokens": 127, "llm.token_count.completion": 45}, words="otel") == {}


def test_buckets_that_add_up_are_a_right_booking():
    assert messages({"input": 63, "cache_read": 64, "output": 13, "reasoning": 32}, words="exclusive") == {}
    assert messages({"input": 63, "cache_read": 64, "output": 45}, words="exclusive") == {}
    assert messages({"input": 120, "cache_read": 64, "output": 45, "reasoning": 32}, OUTSIDE, words="exclusive") == {}
    assert messages({"fresh": 63}, words={"fresh": "input - cache_read"}) == {}


REASONS = [
    ("input", 191, INSIDE, "the response says 127; more by cache_read = 64, counted twice"),
    ("input", 63, INSIDE, "the response says 127; less by cache_read = 64, left out"),
    ("input", 134, INSIDE, "the response says 127; more by usage.tool_tokens = 7, counted twice"),
    ("input", 56, INSIDE, "the response says 127; less by cache_read + usage.tool_tokens = 71, left out"),
    ("output", 77, INSIDE, "the response says 45; more by reasoning = 32, counted twice"),
    ("output", 13, INSIDE, "the response says 45; less by reasoning = 32, left out"),
    ("total", 197, INSIDE, "the response says 165; more by reasoning = 32, counted twice"),
    (
        "input",
        120,
        OUTSIDE,
        "the response says 184; less by cache_read = 64, beside usage.input_tokens: headline of the other dialect",
    ),
    (
        "output",
        45,
        OUTSIDE,
        "the response says 77; less by reasoning = 32, beside usage.output_tokens: headline of the other dialect",
    ),
    ("output", 90, INSIDE, "the response says 45; counted twice"),
    ("output", 0, INSIDE, "the response says 45; left out"),
    ("output", 120, INSIDE, "the response says 45; that is usage.input_tokens"),
    ("cache_read", 32, INSIDE, "the response says 64; that is usage.output_details.reasoning_tokens"),
    ("output", 46, INSIDE, "the response says 45"),
    ("output", -1, INSIDE, "the response says 45"),
    ("cache_creation", 0, INSIDE, "the response says nothing; zero for absent"),
    ("cache_creation", 3, INSIDE, "the response says nothing"),
]


@pytest.mark.parametrize("name, number, contract, said", REASONS)
def test_the_usual_reason_is_named(name, number, contract, said):
    headline = {"input": 184} if contract is OUTSIDE else {"input": 127}
    assert messages(headline | {name: number}, contract) == {name: f"booked {number}, {said}"}


def test_what_was_written_to_the_cache_is_a_part_of_the_input():
    written = replace(
        INSIDE,
        dialect=Dialect(input="input_tokens", cache_creation="tool_tokens"),
        accounting=(Beside("tool_tokens", headline="input_tokens"),),
    )
    assert messages({"input": 134}, written) == {
        "input": "booked 134, the response says 127; more by cache_creation = 7, counted twice"
    }


def test_what_lies_beside_and_is_zero_or_no_count_is_no_reason():
    for tools in (0, ABSENT, "7"):
        usage = changed(KEPT, "tool_tokens", tools)
        assert messages({"input": 63}, usage=usage) == {"input": "booked 63, the response says 120"}


def test_the_reasons_of_buckets_are_named():
    assert messages({"input": 127, "output": 45, "reasoning": 32}, words="exclusive") == {
        "input": "booked 127, the response says 63; more by cache_read = 64, counted twice",
        "output": "booked 45, the response says 13; more by reasoning = 32, counted twice",
    }
    assert messages({"input": 56, "output": 77}, OUTSIDE, words="exclusive") == {
        "input": "booked 56, the response says 120; less by cache_read = 64, taken off twice"
    }


ODD = [
    ("12", 'string "12"'),
    ("x" * 30, "string of 30 characters"),
    (True, "boolean true"),
    (None, "null"),
    (float("nan"), "NaN"),
    ([127], "list of 1 item"),
]


@pytest.mark.parametrize("value, shown", ODD)
def test_what_is_no_number_is_a_mismatch(value, shown):
    assert messages({"input": value}) == {"input": f"booked {shown}, the response says 127"}


def test_all_mismatches_come_at_once_with_both_numbers():
    found = compare(read_booked({"input": 1234567, "output": "x", "reasoning": 32}, OURS), judged())
    assert [(one.code, one.kind, one.path, one.expected, one.actual) for one in found] == [
        ("booked-mismatch", "booking", "input", "127", "1234567"),
        ("booked-mismatch", "booking", "output", "45", 'string "x"'),
    ]


STREAM = [
    {"input_tokens": 120, "output_tokens": 2},
    {"output_tokens": 9},
    {"input_tokens": 120, "output_tokens": 45},
]


@pytest.mark.parametrize(
    "row, said",
    [
        ({"output": 2}, "the response says 45; first chunk instead of last"),
        ({"output": 56}, "the response says 45; sum over chunks"),
        ({"output": 3}, "the response says 45"),
    ],
)
def test_the_usual_reasons_of_a_stream_are_named(row, said):
    assert messages(row, usages=lambda: STREAM) == {"output": f"booked {row['output']}, {said}"}


def test_one_event_is_no_stream_to_take_the_first_of():
    assert messages({"output": 2}, usages=lambda: STREAM[:1]) == {"output": "booked 2, the response says 45"}


def test_the_events_are_looked_at_only_where_something_is_wrong():
    assert messages({"output": 45}, usages=None) == {}


def missing(row, contract=INSIDE, usage=KEPT, words=OURS):
    (found,) = compare(read_booked(row, words), judged(contract, usage))
    assert (found.code, found.path) == ("booked-missing", "usage")
    return found.message


def test_a_row_without_a_headline_is_missing_and_its_names_are_told():
    told = "neither input nor output was booked; there is"
    assert missing({"cache_read": 64, "no\nte": 1}) == f"{told} cache_read, no\\nte"
    assert missing({f"c{number}": 1 for number in range(10)}) == f"{told} c0, c1, c2, c3, c4, c5, c6, c7 and 2 more"
    assert missing({}) == f"{told} nothing"


def test_a_row_that_is_not_booked_is_missing():
    booked = Booked({"input": 127}, {"input": ("input",)}, note=NOT_ENDED)
    assert [found.code for found in compare(booked, judged())] == ["booked-missing"]


def test_where_nothing_can_be_compared_that_is_said():
    assert missing({"input": 127}, replace(TOY, dialect=NO_DIALECT)) == (
        "input cannot be compared: toy/chat does not say what its counts mean"
    )
    assert missing({"input": 127, "cache_read": 500}, usage=changed(KEPT, "input_details.cached_tokens", 500)) == (
        "input and cache_read cannot be compared: the response is not sound there"
    )


def test_what_the_response_contradicts_is_not_compared_and_that_is_said():
    verdict = judged(usage=changed(KEPT, "input_details.cached_tokens", 500))
    booked = read_booked({"input": 0, "output": 44}, OURS)
    assert [found.path for found in compare(booked, verdict)] == ["output"]
    assert find_doubtful(booked, verdict) == "input not compared: the response is not sound there"
    assert find_doubtful(booked, judged()) == ""


def test_a_number_for_what_is_no_count_is_a_mismatch_and_none_is_right():
    broken = changed(KEPT, "input_tokens", "abc")
    assert messages({"input": 0, "output": 45}, usage=broken) == {
        "input": 'booked 0, the response says string "abc", which is no count'
    }
    assert messages({"input": None, "output": 45}, usage=broken) == {}
    odd = changed(KEPT, "input_details.cached_tokens", "abc")
    assert find_doubtful(read_booked({"input": 1, "output": 45}, "exclusive"), judged(usage=odd)) == (
        "input not compared: the response is not sound there"
    )


def test_without_a_usage_nothing_is_told():
    gone = check_value(INSIDE, {})
    assert [*map(str, compare(read_booked({"input": None, "output": None}, OURS), gone))] == []
    assert [found.message for found in compare(read_booked({"input": 0, "output": 5}, OURS), gone)] == [
        "booked 0, the response says nothing; zero for absent",
        "booked 5, the response says nothing",
    ]


def test_a_total_that_is_not_told_is_the_sum():
    rules = (Total("total_tokens", of=("input_tokens", "output_tokens")),)
    lenient = replace(INSIDE, accounting=rules)
    usage = changed(changed(KEPT, "total_tokens", ABSENT), "input_details.cached_tokens", ABSENT)
    assert messages({"total": 165}, lenient, changed(usage, "output_details", ABSENT)) == {}


def test_fractions_are_compared_as_nearly_as_they_are_told():
    usage = {**KEPT, "output_tokens": 45.3}
    assert messages({"output": 45.3}, usage=usage) == messages({"output": 45.299999}, usage=usage) == {}
    assert messages({"output": 45.004}) == {"output": "booked 45.004, the response says 45"}
