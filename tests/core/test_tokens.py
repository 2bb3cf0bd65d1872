"""What counts mean: inside a headline or beside it, told or not told, contradicted or not."""

import math

import pytest

from pytest_usage_contract.core.accounting import Beside, Part, Total
from pytest_usage_contract.core.tokens import NO_DIALECT, NO_TOKENS, Dialect, Tokens, describe_dialect, read_tokens

DIALECT = Dialect(input="in", output="out", total="all", cache_read="d.read", cache_creation="made", reasoning="why")
INSIDE = (
    Total("all", of=("in", "out")),
    Part("d.read", whole="in"),
    Part("made", whole="in"),
    Part("why", whole="out"),
)
BESIDE = (
    Total("all", of=("in", "d.read", "made", "out", "why")),
    Beside("d.read", headline="in"),
    Beside("made", headline="in"),
    Beside("why", headline="out"),
)
UNSAID = (Total("all", of=("in", "out")),)


def told(**values):
    return {"d": {"read": values.pop("read")}, **values} if "read" in values else values


MEANINGS = {
    "parts inside": (
        INSIDE,
        told(**{"in": 9, "out": 5, "all": 14, "read": 4, "made": 3, "why": 2}),
        (9, 4, 3, 5, 2, 14),
    ),
    "parts beside": (
        BESIDE,
        told(**{"in": 9, "out": 5, "all": 23, "read": 4, "made": 3, "why": 2}),
        (16, 4, 3, 7, 2, 23),
    ),
    "zeros are told": (BESIDE, told(**{"in": 0, "out": 0, "read": 0}), (0, 0, None, 0, None, None)),
    "absent is not zero": (INSIDE, {"in": 9}, (9, None, None, None, None, None)),
    "null is not zero": (INSIDE, {"in": None, "out": 5, "d": None}, (None, None, None, 5, None, None)),
    "only what lies beside": (BESIDE, {"in": 9, "why": 2}, (9, None, None, None, 2, None)),
    "a total alone": (BESIDE, {"all": 7}, (None, None, None, None, None, 7)),
    "fractions": (INSIDE, {"in": 1.5, "out": 2.5, "all": 4}, (1.5, None, None, 2.5, None, 4)),
    "a total that contradicts what is told": (INSIDE, {"in": 1, "out": 2, "all": 4}, (1, None, None, 2, None, 4)),
    "a total that has inside what should lie beside": (
        BESIDE,
        told(**{"in": 9, "out": 5, "all": 14, "read": 4, "made": 0, "why": 0}),
        (None, 4, 0, 5, 0, 14),
    ),
    "a part that exceeds its whole": (
        INSIDE,
        told(**{"in": 3, "out": 5, "read": 4}),
        (None, None, None, 5, None, None),
    ),
    "a part of which nobody says where it lies": (UNSAID, {"in": 9, "made": 1}, (None, None, 1, None, None, None)),
    "one that is zero": (UNSAID, {"in": 9, "made": 0}, (9, None, 0, None, None, None)),
    "no counts": (INSIDE, {"in": -1, "out": "5", "all": True, "made": math.inf, "why": math.nan, "d": []}, (None,) * 6),
    "nothing": (INSIDE, {}, (None,) * 6),
}


LEFT_OUT = {
    "zeros": ({"in": 9, "all": 9}, (9, None, None, 0, 0, 9)),
    "nulls": ({"in": 9, "out": None, "why": None, "all": 9}, (9, None, None, 0, 0, 9)),
    "one of them": ({"in": 9, "why": 2, "all": 11}, (9, None, None, 2, 2, 11)),
    "more than the total has": ({"in": 9, "why": 2, "all": 9}, (9, None, None, None, 2, 9)),
    "what is no count": ({"in": 9, "out": "5"}, (9, None, None, None, 0, None)),
    "all": ({}, (None, None, None, 0, 0, None)),
}


@pytest.mark.parametrize("usage, meaning", LEFT_OUT.values(), ids=LEFT_OUT)
def test_zeros_may_be_left_out(usage, meaning):
    dialect = Dialect(input="in", output="out", total="all", reasoning="why", zeros=("out", "why"))
    rules = (Total("all", of=("in", "out", "why")), Beside("why", headline="out"))
    names = ("input", "cache_read", "cache_creation", "output", "reasoning", "total")
    assert read_tokens(dialect, rules, usage) == Tokens(**dict(zip(names, meaning, strict=True)))


@pytest.mark.parametrize("rules, usage, meaning", MEANINGS.values(), ids=MEANINGS)
def test_counts_mean_what_the_dialect_and_the_accounting_say(rules, usage, meaning):
    read, names = (
        read_tokens(DIALECT, rules, usage),
        ("input", "cache_read", "cache_creation", "output", "reasoning", "total"),
    )
    assert read == Tokens(**dict(zip(names, meaning, strict=True)))


def test_a_usage_that_the_documentation_shows_is_taken_at_its_word():
    usage = told(**{"in": 3, "out": 5, "read": 4})
    assert read_tokens(DIALECT, INSIDE, usage, trusted=True) == Tokens(input=3, cache_read=4, output=5)


def test_without_a_dialect_nothing_is_known():
    assert read_tokens(NO_DIALECT, INSIDE, {"in": 3}) == NO_TOKENS
    assert [*describe_dialect(NO_DIALECT, INSIDE)] == []


def test_a_dialect_is_described_by_its_fields():
    assert [*describe_dialect(DIALECT, BESIDE)] == [
        ("input", "in + d.read + made"),
        ("cache_read", "d.read, beside in"),
        ("cache_creation", "made, beside in"),
        ("output", "out + why"),
        ("reasoning", "why, beside out"),
        ("total", "all"),
    ]
    assert dict(describe_dialect(DIALECT, INSIDE[:2])) == {
        "input": "in",
        "cache_read": "d.read, inside in",
        "cache_creation": "made, where is unknown",
        "output": "out",
        "reasoning": "why, where is unknown",
        "total": "all",
    }
