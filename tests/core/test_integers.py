"""A whole number that is written as a fraction is an integer, wherever it stands."""

import pytest
from pydantic import BaseModel
from toy import codes

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import Count, Usage


class Line(BaseModel):
    tokens: int


class Lines(Usage):
    total: int
    either: int | str
    lines: list[Line]
    by_day: dict[str, list[int]]
    count: Count


CHECKER = checker(Contract(name="acme/chat", source=Source(document="Lines", package="acme-sdk"), usage=Lines))
KEPT = {"total": 3, "either": 3, "lines": [{"tokens": 1}, {"tokens": 2}], "by_day": {"either": [1, 2]}, "count": 1.0}
WHOLE = {
    "total": 3.0,
    "either": 3.0,
    "lines": [{"tokens": 1.0}, {"tokens": 2.0}],
    "by_day": {"either": [1.0, 2.0]},
    "count": 1.0,
}


def test_a_whole_number_is_an_integer_at_every_depth():
    verdict = CHECKER.check(WHOLE)
    assert codes(verdict) == []
    assert verdict.wire["total"] == 3.0
    assert verdict.usage.total == 3
    assert verdict.usage.by_day == {"either": [1, 2]}


def test_the_usage_that_was_given_stays_as_it_was():
    given = {**WHOLE, "lines": [{"tokens": 1.0}]}
    CHECKER.check(given)
    assert type(given["lines"][0]["tokens"]) is float


@pytest.mark.parametrize("value", [1.5, "1", True, 1e999, float("nan"), None])
def test_nothing_else_is_one(value):
    assert [path for _, path in codes(CHECKER.check({**WHOLE, "total": value}))][:1] == ["usage.total"]
    assert CHECKER.check({**KEPT, "total": value}).fails(("schema",))


def test_what_else_is_wrong_is_told_beside_it():
    assert codes(CHECKER.check({**WHOLE, "lines": [{"tokens": 1.0}, {}]})) == [
        ("missing-field", "usage.lines[].tokens")
    ]
