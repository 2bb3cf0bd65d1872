"""Findings and the verdict that gathers them."""

import copy
import gc
import pickle
from types import SimpleNamespace

import pytest
from pydantic import TypeAdapter

from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Dialect, Source
from pytest_usage_contract.core.finding import Finding, Texts, Verdict
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


def telling(words):
    """A maker of texts that notes in *words* what they are made of."""

    def tell(value):
        words.append(value)
        return Texts("this", "that", f"that, not this, of {value}")

    return tell


def test_the_texts_of_a_finding_are_made_once_and_when_the_first_is_read():
    words = []
    found = Finding.unread("own/call", "wrong-type", "usage.tokens", telling(words), 3, "number")
    assert (found.kind, found.fingerprint, words) == ("schema", WRONG._replace(type="number").fingerprint, [])
    assert (found.expected, found.actual, found.message) == ("this", "that", "that, not this, of 3")
    assert words == [3]


AS_TOLD = {
    "it is equal": lambda found: found,
    "it is copied": copy.copy,
    "it is pickled": lambda found: pickle.loads(pickle.dumps(found)),
    "it is replaced": lambda found: found._replace(),
    "it goes through pydantic": lambda found: ADAPTER.validate_python(ADAPTER.dump_python(found, mode="json")),
    "it is made of its fields": lambda found: Finding(**found._asdict()),
    "it is made of a row": lambda found: Finding(*found),
}

ADAPTER = TypeAdapter(Finding)


@pytest.mark.parametrize("way", AS_TOLD.values(), ids=AS_TOLD)
def test_a_finding_whose_texts_nobody_has_read_is_as_one_that_was_told(way):
    told = Finding("own/call", "undocumented-field", "usage.new", "this", "that", "that, not this, of 3", "number")
    found = way(Finding.unread("own/call", "undocumented-field", "usage.new", telling([]), 3, "number"))
    assert (found, hash(found), repr(found)) == (told, hash(told), repr(told))
    assert found not in (tuple(told), told._replace(message=""))


def test_a_finding_shows_its_fields():
    assert repr(WRONG) == (
        "Finding(contract='own/call', code='wrong-type', path='usage.tokens', "
        "expected='this', actual='that', message='that, not this', type='')"
    )


FLAT = Contract(name="own/call", source=Source(document="Flat"), usage=Flat)

CHANGED = {
    "an object": ({"a": 1}, lambda value: value.update(b=2), "object with 1 name"),
    "a list": ([1], lambda value: value.append(2), "list of 1 item"),
}


@pytest.mark.parametrize("value, change, actual", CHANGED.values(), ids=CHANGED)
def test_a_finding_says_what_was_there_whatever_becomes_of_it(value, change, actual):
    usage = {"tokens": value, "new": value}
    verdict = checker(FLAT).check(usage)
    findings = verdict.findings
    change(value)
    usage.update(tokens=1)
    assert verdict.usage is None
    assert [(found.path, found.actual) for found in findings] == [("usage.tokens", actual), ("usage.new", actual)]


def test_a_finding_keeps_no_text_that_is_long_or_undocumented():
    prompt, key = "a prompt that is long enough", "sk-12345"
    for found in checker(FLAT).check({"tokens": prompt, "new": key}).findings:
        assert {prompt, key}.isdisjoint(filter(lambda kept: isinstance(kept, str), gc.get_referents(found)))


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
