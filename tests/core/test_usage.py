"""The words in which a usage is declared: strict, and absent is not null is not zero."""

import copy
import pickle
from math import inf, nan

import pytest
from pydantic import TypeAdapter, ValidationError

from pytest_usage_contract.core.usage import ABSENT, Absent, Count, MayBeAbsent, Usage

COUNT = TypeAdapter(Count)


class Inner(Usage):
    cached: MayBeAbsent[Count | None] = ABSENT


class Outer(Usage):
    tokens: Count
    """Tokens of all sorts."""
    inner: MayBeAbsent[Inner] = ABSENT
    model_name: MayBeAbsent[str] = ABSENT


@pytest.mark.parametrize("number", [0, -1, 10, 2**63 + 1, 10**30, 0.5, -0.0, 1e308])
def test_a_number_is_a_count_and_stays_what_it_is(number):
    count = COUNT.validate_python(number, strict=True)
    assert (type(count), count) == (type(number), number)


@pytest.mark.parametrize("value", ["10", "", True, False, None, [], {}, nan, inf, -inf, 1j, b"1"])
def test_what_is_no_number_is_no_count_and_one_error_says_so(value):
    with pytest.raises(ValidationError) as refusal:
        COUNT.validate_python(value, strict=True)
    (error,) = refusal.value.errors(include_url=False)
    assert (error["type"], error["msg"], error["loc"]) == ("number", "Input should be a number", ())


def test_there_is_one_absent():
    assert Absent() is copy.copy(ABSENT) is copy.deepcopy(ABSENT) is pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert (bool(ABSENT), repr(ABSENT)) == (False, "absent")
    assert ABSENT != 0
    assert ABSENT is not None


def test_absent_reads_as_absent_and_null_as_none():
    assert Outer(tokens=1).inner is ABSENT
    assert Outer(tokens=1, inner={}).inner.cached is ABSENT
    assert Outer(tokens=1, inner={"cached": None}).inner.cached is None
    with pytest.raises(ValidationError):
        Outer(tokens=1, inner=None)


@pytest.mark.parametrize("value", [ABSENT, "absent"])
def test_absent_itself_is_no_value(value):
    with pytest.raises(ValidationError):
        Outer(tokens=1, inner=value)


def test_a_usage_is_frozen_and_keeps_what_is_undocumented_readable():
    usage = Outer(tokens=1, new={"a": [1]})
    assert usage.new == {"a": [1]}
    with pytest.raises(ValidationError, match="frozen"):
        usage.tokens = 2


@pytest.mark.parametrize(
    "wire",
    [
        {"tokens": 1},
        {"tokens": 0.5, "inner": {}},
        {"tokens": 1, "inner": {"cached": None}, "model_name": "m"},
        {"tokens": 1, "inner": {"cached": 0, "new": None}, "new": {"a": [1]}},
    ],
)
@pytest.mark.parametrize("mode", ["python", "json"])
def test_a_usage_is_dumped_as_it_was(wire, mode):
    assert Outer.model_validate(wire).model_dump(mode=mode) == wire
    assert Outer.model_validate_json(Outer.model_validate(wire).model_dump_json()).model_dump() == wire


def test_a_usage_shows_what_was_absent():
    assert repr(Outer(tokens=1)) == "Outer(tokens=1, inner=absent, model_name=absent)"
