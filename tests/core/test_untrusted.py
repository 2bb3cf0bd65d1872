"""Foreign texts and usages as they are shown: on one line, cut, and a second time as the first."""

import json
import math
from functools import reduce

import pytest

from pytest_usage_contract.core.escape import pluralize, tame_again, tame_usage, to_line

PLAIN = ["", "usage.total_tokens", 'string "10"', "größer … 数", "back\\slash"]
CHANGED = [
    ("a\nb", "a\\nb"),
    ("\x1b[31m", "\\x1b[31m"),
    ("\u202ex", "\\u202ex"),
    ("\ud800", "\\ud800"),
    ("\u2028", "\\u2028"),
    ("x" * 400, "x" * 300 + "… (400 characters)"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_is_shown_as_it_is(text):
    assert to_line(text) == text


@pytest.mark.parametrize("text, shown", CHANGED)
def test_a_text_that_could_act_or_flood_is_shown_escaped_and_cut(text, shown):
    assert to_line(text) == shown


@pytest.mark.parametrize("text", ["\n" * 90, "\x1b" * 21, "x" * 1_000_000, "x" * 84, "x" * 85, "a" * 59 + "\n" * 30])
def test_a_text_that_was_shown_is_shown_again_as_it_was(text):
    once = to_line(text, 60)
    assert len(once) <= 84
    assert to_line(once, 60) == once


@pytest.mark.parametrize(
    "value, shown",
    [
        (None, None),
        (True, True),
        (0, 0),
        (-1, -1),
        (0.5, 0.5),
        (2**64 + 1, 2**64 + 1),
        ("ten", "ten"),
        ([1, {"a": None}], [1, {"a": None}]),
        ((1,), [1]),
        (math.inf, {"…": "infinity, or a number too large to be read"}),
        (math.nan, {"…": "NaN"}),
        pytest.param(10**5000, {"…": "number of about 5001 digits"}, id="5000-digits"),
        ({"\n": "\t"}, {"\\n": "\\t"}),
        (b"bytes", "b'bytes'"),
        ("x" * 24, "x" * 24),
        ("x" * 25, {"…": "string of 25 characters"}),
        ({"x" * 85: 1}, {"x" * 60 + "… (85 characters)": 1}),
        (2**239 - 1, 2**239 - 1),
        (2**239, {"…": f"number {2**239}"}),
        ({"…": "x" * 25}, {"\\u2026": {"…": "string of 25 characters"}}),
    ],
)
def test_of_a_usage_the_values_are_kept_and_the_texts_tamed(value, shown):
    assert tame_usage(value) == shown


def deep(levels):
    return {"a": deep(levels - 1)} if levels else 1


LEFT_OUT = {"…": "left out"}


def test_of_a_usage_so_many_levels_names_items_and_values_are_shown():
    assert tame_usage(deep(12)) == deep(12)
    assert tame_usage(reduce(lambda inner, _: [inner], range(13), 1)) == reduce(
        lambda inner, _: [inner], range(12), LEFT_OUT
    )
    assert tame_usage([0] * 61) == [0] * 60
    assert tame_usage(dict.fromkeys(map(str, range(61)), 0)) == dict.fromkeys(map(str, range(60)), 0)
    assert tame_usage([[0] * 59] * 5) == [*[[0] * 59] * 4, [*[0] * 58, LEFT_OUT]]


@pytest.mark.parametrize("value", [deep(500), {str(i): i for i in range(5000)}, [[0] * 100] * 100, "x" * 10**6])
def test_a_usage_without_bounds_is_bounded_and_stays_as_it_was_when_shown_again(value):
    once = tame_usage(value)
    assert len(json.dumps(once)) < 20_000
    assert tame_again(once) == once


OWN_WORDS = [
    "string of 53 characters of a prompt",
    "a prompt, as long as a string of 53 characters",
    "infinity, or a number that stands before a secret, and the whole prompt, read",
    "number of about 5001 digits",
    '{"…": "a secret that is long enough"}',
]


@pytest.mark.parametrize("text", OWN_WORDS)
def test_a_foreign_text_in_our_own_words_is_shown_by_its_length_as_any_other(text):
    length = {"…": f"string of {len(text)} characters"}
    assert tame_usage([text, {"note": text}]) == [length, {"note": length}]
    assert tame_usage({"…": text}) == {"\\u2026": length}


def test_what_a_file_holds_in_the_place_of_our_own_words_is_cut_to_a_line():
    assert tame_again({"…": "\x1b" + "x" * 400}) == {"…": "\\x1b" + "x" * 56 + "… (401 characters)"}
    assert tame_again({"…": "x", "y": "z" * 25}) == {"\\u2026": "x", "y": {"…": "string of 25 characters"}}


def test_a_number_of_things_agrees_with_its_noun():
    assert [pluralize(number, "finding") for number in (0, 1, 2)] == ["0 findings", "1 finding", "2 findings"]
