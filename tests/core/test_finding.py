"""Findings and the verdict that gathers them."""

from types import SimpleNamespace

import pytest

from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.contract import Contract, Dialect, Source
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.tokens import NO_TOKENS, Tokens
from pytest_usage_contract.core.usage import ABSENT, Count, Usage


class Flat(Usage):
    tokens: Count


WRONG = Finding("own/call", "wrong-type", "usage.tokens", "this", "that", "that, not this")
NEW = Finding("own/call", "undocumented-field", "usage.new", "nothing", "something", "something, not nothing")


def test_a_finding_is_of_the_kind_of_its_code():
    assert (WRONG.kind, NEW.kind) == ("schema", "drift")


def test_a_fingerprint_is_of_contract_path_code_and_type_alone():
    assert WRONG.fingerprint == "70d375bd8b2d"
    assert WRONG._replace(message="x", actual="y", expected="z").fingerprint == WRONG.fingerprint
    others = [WRONG._replace(contract="own/other"), WRONG._replace(path="usage"), WRONG._replace(code="null-value")]
    assert len({WRONG.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert len({NEW._replace(type=name).fingerprint for name in ("", "number", "object")}) == 3


def test_a_verdict_without_findings_is_kept():
    verdict = Verdict("own/call")
    assert (verdict.kept, verdict.wire, dict(verdict.seen), verdict.fails("all")) == (True, ABSENT, {}, False)
    assert not Verdict("own/call", (NEW,)).kept


@pytest.mark.parametrize(
    "fail_on, fails",
    [("drift", True), (("drift", "schema"), True), ("all", True), ("schema", False), ("none", False), ((), False)],
)
def test_a_verdict_fails_by_the_kinds_that_fail(fail_on, fails):
    assert Verdict("own/call", (NEW,)).fails(fail_on) is fails


def test_a_verdict_fails_on_schema_unless_told_otherwise():
    assert Verdict("own/call", (NEW, WRONG)).fails()
    assert not Verdict("own/call", (NEW,)).fails()


def test_the_findings_of_one_kind_can_be_asked_for():
    verdict = Verdict("own/call", (WRONG, NEW))
    assert (verdict.of("schema"), verdict.of("accounting"), verdict.of("drift")) == ((WRONG,), (), (NEW,))


PROMISE = Contract(
    name="own/call",
    source=Source(document="Flat"),
    usage=Flat,
    accounting=(Part("cached", whole="tokens"),),
    dialect=Dialect(input="tokens", cache_read="cached"),
    example={"tokens": 1, "cached": 2},
)

MEANT = [
    (PROMISE, {"tokens": 3, "cached": 2}, Tokens(input=3, cache_read=2)),
    (PROMISE, {"tokens": 3}, Tokens(input=3)),
    (PROMISE, {"tokens": 1, "cached": 3}, NO_TOKENS),
    (PROMISE, {"tokens": 1, "cached": 2}, Tokens(input=1, cache_read=2)),  # as the documentation shows it
    (PROMISE, ABSENT, NO_TOKENS),
    (None, {"tokens": 3}, NO_TOKENS),
]


@pytest.mark.parametrize("promise, wire, tokens", MEANT)
def test_a_verdict_tells_what_the_counts_mean(promise, wire, tokens):
    judge = promise and SimpleNamespace(contract=promise)
    assert Verdict("own/call", wire=wire, judge=judge).tokens == tokens
