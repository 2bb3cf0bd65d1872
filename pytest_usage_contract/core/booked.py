"""What the code under test has booked: a row of whatever kind, read by the names that tell its counts.

A row may be a mapping, a row of a database, a named tuple, an object with fields (a dataclass, a model of pydantic, of
attrs, of msgspec), or a span of OpenTelemetry.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from numbers import Integral, Number, Rational, Real
from typing import Final, Protocol, TypeGuard

from pytest_usage_contract.core.accounting import format_number, to_exact
from pytest_usage_contract.core.booking_words import Words, read_words
from pytest_usage_contract.core.escape import as_text, describe, escape
from pytest_usage_contract.core.usage import ABSENT

HEADLINES: Final = ("input", "output", "total")
NOT_ENDED: Final = "the span was never ended, so that nothing is booked by it"
_DESCRIBED: Final = (type(None), bool, int, float, complex, Decimal, str, list, dict)
_MOST_DIGITS: Final = 400
"""More than any float has: a decimal of more digits is no count."""


@dataclass(frozen=True)
class Booked:
    """One row: the *counts* by name, as they were booked, and the *terms* that each name means.

    The first of the terms is what the count is of, the others are taken off. *names* are all that the row has, *texts*
    those of its values that may be the id of a response. *note* says why it is no booking, though it is a row.
    """

    counts: Mapping[str, object]
    terms: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    note: str = ""

    @cached_property
    def numbers(self) -> dict[str, int | Fraction | None]:
        """Return the counts by name, as exact numbers; None for what is no number."""
        return {name: read_number(value) for name, value in self.counts.items()}

    @cached_property
    def has_headline(self) -> bool:
        """Tell whether an input, an output or a total was booked."""
        return any(self.terms[name][0] in HEADLINES for name in self.counts)

    def __str__(self) -> str:
        counts = ", ".join(f"{escape(name)} {describe_booked(value)}" for name, value in self.counts.items())
        return counts or "no counts"


def read_booked(row: object, words: "str | Words" = "otel") -> Booked:
    """Read a *row* by its names in *words*: `otel`, `exclusive`, or a mapping of its names to those of `Tokens`.

    A name with dots may lead through objects in the row. Raises `TypeError` for what is no row, and for words that are
    no mapping, `LookupError` for words that mean nothing.
    """
    terms = read_words(words)
    members = _members(row)
    counts = {name: value for name in terms if (value := _value(row, members, name)) is not ABSENT}
    if words == "exclusive" and "reasoning" not in counts:
        terms = {**terms, "output": ("output",)}
    return Booked(
        counts,
        terms,
        tuple(as_text(name) for name in members),
        frozenset(value for value in members.values() if isinstance(value, str)),
        NOT_ENDED if _is_span(row) and row.end_time is None else "",
    )


def read_number(value: object) -> int | Fraction | None:
    """Return a booked number exactly, whatever type it has; None for what is no number, as a text or a boolean is."""
    match value:
        case bool():
            return None
        case Integral():
            return int(value)
        case Rational():
            return Fraction(value)
        case Real() if math.isfinite(value):
            return to_exact(float(value))
        case Decimal() if value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS:
            return int(value) if value == value.to_integral_value() else Fraction(value)
        case _:
            return None


def describe_booked(value: object) -> str:
    """A booked value as messages say it: as a value of JSON is, and of anything else only its type."""
    if (number := read_number(value)) is not None:
        return format_number(number)
    known = isinstance(value, _DESCRIBED)
    return describe(value) if known else f"a {escape(type(value).__qualname__)}"  # whose own words may be a prompt


def _members(row: object) -> Mapping[str, object]:
    """Return what a row has, by name; raise `TypeError` for what is no row."""
    if isinstance(row, Mapping):
        return row
    kind = type(row)
    if not isinstance(row, type) and kind.__module__ != "builtins" and not isinstance(row, Number):
        if _is_span(row):
            return row.attributes
        if callable(as_dict := getattr(row, "_asdict", None)):  # a named tuple, or a row of SQLAlchemy
            return dict(as_dict())
        if callable(keys := getattr(row, "keys", None)) and hasattr(kind, "__getitem__"):  # a row of sqlite3
            return {name: row[name] for name in keys()}  # type: ignore[index]  # it was looked for
        if not isinstance(row, Sequence | Iterator):
            return {name: getattr(row, name) for name in _field_names(row) if hasattr(row, name)} | _aliased(row)
    what = f"the class {row.__qualname__}" if isinstance(row, type) else f"a {kind.__qualname__}"
    raise TypeError(
        f"{what} is no booking; a mapping is one, a row of a database, a dataclass, a model of pydantic, attrs or "
        "msgspec, any other object with attributes, and a span of OpenTelemetry"
    )


class _Span(Protocol):
    """A span of OpenTelemetry that can be read."""

    attributes: Mapping[str, object]
    end_time: int | None


def _is_span(row: object) -> TypeGuard[_Span]:
    of_opentelemetry = hasattr(row, "end_time") and hasattr(row, "get_span_context")
    return of_opentelemetry and isinstance(getattr(row, "attributes", None), Mapping)


def _field_names(row: object) -> Iterator[str]:
    """Yield the names of the fields of an object that are public, declared or not."""
    kind = type(row)
    if dataclasses.is_dataclass(kind):
        yield from (field.name for field in dataclasses.fields(kind))
    yield from (field.name for field in getattr(kind, "__attrs_attrs__", ()))
    yield from getattr(kind, "__struct_fields__", ())
    yield from (name for name in getattr(row, "__dict__", ()) if not name.startswith("_"))


def _aliased(row: object) -> dict[str, object]:
    """Return the fields of a model of pydantic by the names that they are written with, where these are others."""
    fields = getattr(type(row), "model_fields", {})
    return {
        field.serialization_alias: getattr(row, name) for name, field in fields.items() if field.serialization_alias
    }


def _value(row: object, members: Mapping[str, object], name: str) -> object:
    """Return what has a name in a row, or stands at the dotted place of that name; `ABSENT` where nothing does."""
    if name in members:
        return members[name]
    first, *steps = name.split(".")
    value = members.get(first, ABSENT)
    if value is ABSENT and not isinstance(row, Mapping):  # a property, or what an ORM loads when it is asked for
        value = getattr(row, first, ABSENT)
    for step in steps:
        value = value.get(step, ABSENT) if isinstance(value, Mapping) else getattr(value, step, ABSENT)
    return value
