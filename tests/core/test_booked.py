"""How a row is read: whatever it is made of, and by whatever names."""

import sqlite3
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import NamedTuple
from unittest.mock import MagicMock

import attrs
import msgspec
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from pydantic import BaseModel, Field

from pytest_usage_contract.core.booked import NOT_ENDED, describe_booked, read_booked, read_number
from pytest_usage_contract.core.booking_words import (
    INSTRUMENTATIONS,
    OPENINFERENCE,
    OTEL,
    OTEL_OLDER,
    WORDS,
    read_words,
)
from pytest_usage_contract.core.said import TOKENS

OURS = {"input": "input", "output": "output"}


@dataclass
class Dataclass:
    input: int = 12
    output: int = 5


@attrs.define
class Attrs:
    input: int = 12
    output: int = 5


class Named(NamedTuple):
    input: int
    output: int


class Struct(msgspec.Struct):
    input: int = 12
    output: int = 5


class Model(BaseModel):
    input: int = 12
    output: int = 5


class Plain:
    def __init__(self):
        self.input = 12
        self._secret = "key"

    @property
    def output(self):
        return 5


class Slots:
    __slots__ = ("input", "output")

    def __init__(self):
        self.input, self.output = 12, 5


def database_row():
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    row = database.execute("select 12 as input, 5 as output").fetchone()
    database.close()
    return row


ROWS = [
    {"input": 12, "output": 5},
    Dataclass(),
    Attrs(),
    Struct(),
    Model(),
    Plain(),
    Slots(),
    database_row(),
    Named(12, 5),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__qualname__)
def test_a_row_of_any_kind_is_read(row):
    assert read_booked(row, OURS).counts == {"input": 12, "output": 5}


@pytest.mark.parametrize(
    "row", [None, 3, True, "12", b"12", 1.5, Decimal(3), {1}, iter(()), print, Model, [], deque([1])]
)
def test_what_is_no_row_is_refused_with_its_name(row):
    named = row.__qualname__ if isinstance(row, type) else type(row).__qualname__
    with pytest.raises(TypeError, match=f"^(a|the class) {named} is no booking; a mapping is one, "):
        read_booked(row)


def test_a_model_is_read_by_its_aliases_too():
    class Row(BaseModel):
        tokens: int = Field(default=12, serialization_alias="gen_ai.usage.input_tokens")

    assert read_booked(Row()).counts == {"gen_ai.usage.input_tokens": 12}
    assert read_booked(Row(), {"tokens": "input"}).counts == {"tokens": 12}


def test_a_name_with_dots_leads_into_a_row_unless_it_is_a_name():
    nested = {"usage": {"in": 12}, "details": Dataclass(), "a.b": 3, "a": {"b": 4}}
    words = {"usage.in": "input", "details.output": "output", "a.b": "total", "usage.no": "reasoning", "x.y": "input"}
    assert read_booked(nested, words).counts == {"usage.in": 12, "details.output": 5, "a.b": 3}


def test_the_methods_of_a_mapping_are_no_counts():
    assert read_booked({}, {"items": "input"}).counts == {}


def test_all_names_and_all_texts_of_a_row_are_known():
    booked = read_booked({"id": "a-1", "model": "x", "cost": 2}, OURS)
    assert (booked.names, booked.texts, str(booked)) == (("id", "model", "cost"), {"a-1", "x"}, "no counts")
    assert read_booked({b"id": 1}, OURS).names == ("b'id'",)
    assert read_booked(Plain(), OURS).names == ("input",)
    assert str(read_booked({"input": "12", "output": 5}, OURS)) == 'input string "12", output 5'


def test_a_span_is_read_by_its_attributes_and_one_that_was_not_ended_says_so():
    span = TracerProvider().get_tracer("test").start_span("chat")
    span.set_attribute("gen_ai.usage.input_tokens", 12)
    span.set_attribute("gen_ai.response.id", "a-1")
    under_way = read_booked(span)
    span.end()
    booked = read_booked(span)
    assert (under_way.note, booked.note) == (NOT_ENDED, "")
    assert (booked.counts, booked.texts) == ({"gen_ai.usage.input_tokens": 12}, {"a-1"})


def test_a_row_that_has_a_time_and_attributes_as_a_span_has_is_a_row_of_its_own():
    booked = read_booked(SimpleNamespace(input=12, end_time=None, attributes={"input": 3}), OURS)
    assert (booked.counts, booked.note) == ({"input": 12}, "")


def test_a_span_that_was_not_sampled_has_booked_nothing():
    booked = read_booked(trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT))
    assert (booked.counts, booked.has_headline) == ({}, False)


def test_a_mock_books_no_number():
    assert [read_number(value) for value in read_booked(MagicMock(), OURS).counts.values()] == [None, None]


def test_the_words_of_opentelemetry_are_those_of_its_conventions():
    told = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_USAGE_")}
    assert {*OTEL, *OTEL_OLDER} - {"gen_ai.usage.cache_write.input_tokens"} == told


def test_the_words_of_opentelemetry_have_a_name_for_each_of_the_tokens_in_every_convention():
    for names in (OTEL, {**OTEL_OLDER, **INSTRUMENTATIONS}, OPENINFERENCE):
        assert {*TOKENS} - {*names.values()} <= {"total"}
        assert names.items() <= WORDS["otel"].items()


@pytest.mark.parametrize(
    "row, output",
    [({"output": 3}, ("output",)), ({"output": 3, "reasoning": None}, ("output", "reasoning"))],
)
def test_reasoning_is_a_bucket_of_its_own_where_it_is_booked(row, output):
    booked = read_booked(row, "exclusive")
    assert (booked.terms["output"], booked.terms["input"]) == (output, ("input", "cache_read", "cache_creation"))


def test_words_may_take_tokens_from_others():
    assert read_words({"fresh": "input - cache_read"}) == {"fresh": ("input", "cache_read")}


MISUSES = {
    "otle": (LookupError, r"^words='otle'; there are otel, exclusive, and a mapping of your names to ours$"),
    3: (TypeError, r"^words=3 is no mapping; one reads \{'prompt': 'input', 'fresh': 'input - cache_read'\}$"),
    (): (TypeError, r"^words=\(\) is no mapping"),
    (("in", "inputs"),): (LookupError, "^words: 'in' means 'inputs'; there are input, cache_read, cache_creation, "),
    (("in", "input-cache_read"),): (LookupError, "^words: 'in' means 'input-cache_read'; there are "),
}


@pytest.mark.parametrize("words, refusal", MISUSES.items())
def test_words_that_mean_nothing_are_refused(words, refusal):
    kind, message = refusal
    with pytest.raises(kind, match=message):
        read_words(dict(words) if isinstance(words, tuple) and words else words)


def test_words_without_a_name_are_refused():
    with pytest.raises(LookupError, match="^words is empty, so that nothing would be held against the response$"):
        read_words({})


class Float32(float):
    pass


NUMBERS = [
    (12, 12),
    (-3, -3),
    (12.0, 12),
    (Float32(0.1), Fraction(1, 10)),
    (Decimal("12.00"), 12),
    (Decimal("0.25"), Fraction(1, 4)),
    (Fraction(1, 2), Fraction(1, 2)),
    (Fraction(10**400, 3), Fraction(10**400, 3)),
    (Fraction(2**53 + 1, 1), 2**53 + 1),
    (True, None),
    (None, None),
    ("12", None),
    (float("nan"), None),
    (float("inf"), None),
    (Decimal("NaN"), None),
    (Decimal("-Infinity"), None),
    (Decimal("1E+999999999"), None),
    (2j, None),
]


@pytest.mark.parametrize("value, number", NUMBERS)
def test_a_number_is_read_exactly_and_nothing_else_is_one(value, number):
    assert read_number(value) == number


class Confidant:
    def __repr__(self):
        return "a prompt"  # pragma: no cover - nobody asks for it


@pytest.mark.parametrize(
    "value, shown",
    [
        (12, "12"),
        (Decimal("NaN"), "Decimal('NaN')"),
        ("12", 'string "12"'),
        ({"a": 1}, "object with 1 name"),
        (b"a prompt", "a bytes"),
        (("a prompt",), "a tuple"),
        (Confidant(), "a Confidant"),
    ],
)
def test_of_what_is_no_count_only_values_of_json_and_numbers_are_shown(value, shown):
    assert describe_booked(value) == shown
