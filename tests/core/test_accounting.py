"""The rules of arithmetic: what each finds, with which numbers, and when it is silent."""

import pytest
from pydantic import create_model

from pytest_usage_contract.core.accounting import Beside, Breach, Part, Total, Whole, apply_rules, breaks_any
from pytest_usage_contract.core.check import check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

TOTAL = Total("total", of=("input", "output"))
WHOLE = Whole("input", parts=("text", "image"))
PART = Part("cached", whole="input")
BESIDE = Beside("cached", headline="input")

CODES = {Total: "total-mismatch", Whole: "parts-mismatch", Part: "part-exceeds-whole"}

HUGE = 10**4_299

KEPT = {
    "a total": (TOTAL, {"total": 165, "input": 120, "output": 45}),
    "a total of zeros": (TOTAL, {"total": 0, "input": 0, "output": 0}),
    "a total beyond what a float can tell": (TOTAL, {"total": 2**53 + 1, "input": 2**53, "output": 1}),
    "a total of thousands of digits": (TOTAL, {"total": 2 * HUGE, "input": HUGE, "output": HUGE}),
    "a total of one": (Total("total", of=("input",)), {"total": 7, "input": 7}),
    "no part of a whole that is no count": (PART, {"input": -1, "cached": 0}),
    "a total of three": (Total("total", of=("a", "b", "c")), {"total": 6, "a": 1, "b": 2, "c": 3}),
    "fractions that are a tenth": (TOTAL, {"total": 0.3, "input": 0.1, "output": 0.2}),
    "fractions that were rounded": (TOTAL, {"total": 15.02, "input": 10.01, "output": 5.0}),
    "fractions that were rounded up": (TOTAL, {"total": 15.0, "input": 10.01, "output": 5}),
    "a fractional total of whole numbers": (TOTAL, {"total": 3.01, "input": 1, "output": 2}),
    "a fractional total that is smaller": (TOTAL, {"total": 2.99, "input": 1, "output": 2}),
    "whole numbers written as fractions": (TOTAL, {"total": 165.0, "input": 120.0, "output": 45}),
    "a whole total of fractions": (TOTAL, {"total": 3, "input": 1.5, "output": 1.5}),
    "fractions beyond all bounds": (TOTAL, {"total": 2 * 10**308, "input": 1e308, "output": 1e308}),
    "parts of a whole": (WHOLE, {"input": 12, "text": 5, "image": 7}),
    "a part": (PART, {"input": 120, "cached": 64}),
    "a part that is all": (PART, {"input": 120, "cached": 120}),
    "a part that was rounded": (PART, {"input": 1.33, "cached": 1.34}),
    "a part beside its headline": (BESIDE, {"input": 1, "cached": 2_000}),
}

BROKEN = {
    "a total one too high": (
        TOTAL,
        {"total": 166, "input": 120, "output": 45},
        "input + output = 120 + 45 = 165",
        "166",
    ),
    "a total one too low": (
        TOTAL,
        {"total": 164, "input": 120, "output": 45},
        "input + output = 120 + 45 = 165",
        "164",
    ),
    "a total of one": (Total("total", of=("input",)), {"total": 8, "input": 7}, "input = 7", "8"),
    "a total that floats would let pass": (
        TOTAL,
        {"total": 2**53, "input": 2**53, "output": 1},
        f"input + output = {2**53} + 1 = {2**53 + 1}",
        str(2**53),
    ),
    "a total off by one, with a fraction elsewhere": (
        TOTAL,
        {"total": 2**53, "input": 2**53 + 1, "output": 0.0},
        f"input + output = {2**53 + 1} + 0.0 = {2**53 + 1}",
        str(2**53),
    ),
    "fractions off by more than one in the last place": (
        TOTAL,
        {"total": 15.03, "input": 10.01, "output": 5.0},
        "input + output = 10.01 + 5.0 = 15.01",
        "15.03",
    ),
    "fractions off by hardly more than one in the last place": (
        TOTAL,
        {"total": 15.020001, "input": 10.01, "output": 5},
        "input + output = 10.01 + 5 = 15.01",
        "15.020001",
    ),
    "numbers of thousands of digits": (
        TOTAL,
        {"total": 1, "input": HUGE, "output": 9 * HUGE},
        "input + output = a number of about 4300 digits + a number of about 4301 digits"
        " = a number of about 4301 digits",
        "1",
    ),
    "a number that no float can hold, and a fraction": (
        TOTAL,
        {"total": 1, "input": 10**400, "output": 0.5},
        "input + output = a number of about 401 digits + 0.5 = a number of about 401 digits",
        "1",
    ),
    "fractions beyond all bounds": (
        TOTAL,
        {"total": 1.0, "input": 1e308, "output": 1e308},
        "input + output = 1e+308 + 1e+308 = a number of about 309 digits",
        "1.0",
    ),
    "fractions from where on floats tell no halves": (
        TOTAL,
        {"total": 1, "input": 2**53 - 1, "output": 1.0},
        f"input + output = {2**53 - 1} + 1.0 = {2**53}",
        "1",
    ),
    "parts that leave something out": (WHOLE, {"input": 12, "text": 5, "image": 6}, "text + image = 5 + 6 = 11", "12"),
    "a part that is larger": (PART, {"input": 120, "cached": 121}, "at most input = 120", "121"),
    "a part that is larger than a fraction": (PART, {"input": 1.33, "cached": 1.35}, "at most input = 1.33", "1.35"),
    "a part of nothing": (PART, {"input": 0, "cached": 1}, "at most input = 0", "1"),
    "a part that no float can hold": (
        PART,
        {"cached": 10**400, "input": 0.5},
        "at most input = 0.5",
        "a number of about 401 digits",
    ),
    "a part that is larger where a float would not tell": (
        PART,
        {"input": 2**53, "cached": 2**53 + 1},
        f"at most input = {2**53}",
        str(2**53 + 1),
    ),
}


def assert_the_lean_judge_agrees(rule, counts, *, kept):
    if all(type(count) is int and count >= 0 for count in counts.values()):
        model = create_model("Counted", __base__=Usage, **dict.fromkeys(counts, (int, ...)))
        contract = Contract(name="own/call", source=Source(document="Own"), usage=model, accounting=(rule,))
        assert bool(checker(contract).proof(counts)) is kept


@pytest.mark.parametrize("rule, counts", KEPT.values(), ids=KEPT)
def test_counts_that_hold(rule, counts):
    assert rule.breach(counts) is None
    assert apply_rules([rule], counts) == [(rule, None)]
    assert not breaks_any([rule], counts)
    assert_the_lean_judge_agrees(rule, counts, kept=True)


@pytest.mark.parametrize("rule, counts, expected, actual", BROKEN.values(), ids=BROKEN)
def test_counts_that_contradict_each_other(rule, counts, expected, actual):
    breach = Breach(CODES[type(rule)], rule.operands[0], expected, actual)
    assert rule.breach(counts) == breach
    assert apply_rules([rule], counts) == [(rule, breach)]
    assert breaks_any([rule], counts)
    assert_the_lean_judge_agrees(rule, counts, kept=False)


SENTENCES = {
    "total = input + output": (TOTAL, ("total", "input", "output")),
    "input = text + image": (WHOLE, ("input", "text", "image")),
    "cached inside input": (PART, ("cached", "input")),
    "cached outside input": (BESIDE, ("cached", "input")),
}


@pytest.mark.parametrize("words, rule, operands", [(words, *case) for words, case in SENTENCES.items()], ids=SENTENCES)
def test_a_rule_says_what_it_demands_and_is_silent_as_soon_as_an_operand_is_lacking(words, rule, operands):
    assert (rule.words, rule.operands) == (words, operands)
    for lacking in operands:
        there = dict.fromkeys(set(operands) - {lacking}, 1)
        assert apply_rules([rule], there) == []
        with pytest.raises(KeyError):
            rule.breach(there)


TEXT, IMAGE = Part("text", whole="input"), Part("image", whole="input")

TOGETHER = {
    "a part that exceeds its whole explains that the parts do not add up": (
        [WHOLE, TEXT, IMAGE, TOTAL],
        {"input": 12, "text": 13, "image": 1, "output": 1, "total": 99},
        [None, "part-exceeds-whole", None, "total-mismatch"],
    ),
    "parts that fit explain nothing": (
        [WHOLE, TEXT, IMAGE],
        {"input": 12, "text": 5, "image": 6},
        ["parts-mismatch", None, None],
    ),
    "a part of another whole explains nothing": (
        [WHOLE, Part("cached", whole="output")],
        {"input": 12, "text": 1, "image": 1, "output": 1, "cached": 2},
        ["parts-mismatch", "part-exceeds-whole"],
    ),
    "a total speaks also where a part exceeds it": (
        [TOTAL, Part("input", whole="total")],
        {"total": 1, "input": 2, "output": 2},
        ["total-mismatch", "part-exceeds-whole"],
    ),
}


@pytest.mark.parametrize("rules, counts, found", TOGETHER.values(), ids=TOGETHER)
def test_rules_are_applied_together(rules, counts, found):
    judged = apply_rules(rules, counts)
    assert [rule for rule, _ in judged] == rules
    assert [breach and breach.code for _, breach in judged] == found


def test_a_rule_without_its_operands_hinders_no_other():
    assert apply_rules([PART, TOTAL], {"total": 2, "input": 1, "output": 1}) == [(TOTAL, None)]


def test_rules_are_values():
    rules = {TOTAL, WHOLE, PART, BESIDE}
    assert Total("total", of=("input", "output")) in rules
    assert Part("cached", whole="output") not in rules


class Details(Usage):
    cached: MayBeAbsent[Count | None] = ABSENT


class Inside(Usage):
    input: Count
    output: MayBeAbsent[Count | None] = ABSENT
    total: MayBeAbsent[Count] = ABSENT
    details: MayBeAbsent[Details] = ABSENT


def judged(*rules, **usage):
    source = Source(document="Inside", package="test")
    place = Endpoint(path="/", hosts=())
    dialect = Contract(name="test/dialect", source=source, usage=Inside, endpoints=(place,), accounting=rules)
    return check_value(dialect, {"usage": usage})


CACHED_INSIDE = Part("details.cached", whole="input")
CACHED_BESIDE = Beside("details.cached", headline="input")

DIALECTS = [
    (CACHED_INSIDE, [("accounting", "part-exceeds-whole", "usage.details.cached")]),
    (CACHED_BESIDE, []),
]


@pytest.mark.parametrize("rule, findings", DIALECTS)
def test_the_dialect_decides_and_the_verdict_says_which(rule, findings):
    verdict = judged(TOTAL, rule, input=10, output=5, total=15, details={"cached": 2_000})
    assert [(found.kind, found.code, found.path) for found in verdict.findings] == findings
    assert verdict.rules == (TOTAL.words, rule.words)


SILENT = {
    "absent": {"input": 10, "total": 99},
    "null": {"input": 10, "output": None, "total": 99},
    "a text": {"input": 10, "output": "5", "total": 99},
    "a bool": {"input": 10, "output": True, "total": 99},
    "infinite": {"input": 10, "output": float("inf"), "total": 99},
    "a null detail": {"input": 10, "total": 99, "details": {"cached": None}},
}


@pytest.mark.parametrize("usage", SILENT.values(), ids=SILENT)
def test_what_is_no_number_is_never_counted_as_zero(usage):
    verdict = judged(TOTAL, CACHED_INSIDE, **usage)
    assert [found.code for found in verdict.findings if found.kind == "accounting"] == []
    assert verdict.rules == ()


@pytest.mark.parametrize("one", [1, HUGE])
def test_a_total_of_any_length_that_is_broken_was_applied_too(one):
    verdict = judged(TOTAL, CACHED_INSIDE, input=one, output=one, total=3)
    assert [(found.kind, found.code, found.path) for found in verdict.findings] == [
        ("accounting", "total-mismatch", "usage.total")
    ]
    assert verdict.rules == (TOTAL.words,)
