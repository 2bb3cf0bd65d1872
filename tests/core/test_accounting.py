"""The rules of arithmetic: what each finds, in which words, and when it is silent."""

import pytest

from pytest_usage_contract.core.accounting import Beside, Breach, Part, Total, Whole, applied, breached
from pytest_usage_contract.core.check import check_value
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

TOTAL = Total("total", of=("input", "output"))
WHOLE = Whole("input", parts=("text", "image"))
PART = Part("cached", whole="input")
BESIDE = Beside("cached", headline="input")

HUGE = 10**4_299

KEPT = {
    "a total": (TOTAL, {"total": 165, "input": 120, "output": 45}),
    "a total of zeros": (TOTAL, {"total": 0, "input": 0, "output": 0}),
    "a total beyond what a float can tell": (TOTAL, {"total": 2**53 + 1, "input": 2**53, "output": 1}),
    "a total of thousands of digits": (TOTAL, {"total": 2 * HUGE, "input": HUGE, "output": HUGE}),
    "a total of one": (Total("total", of=("input",)), {"total": 7, "input": 7}),
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


@pytest.mark.parametrize("rule, counts", KEPT.values(), ids=KEPT)
def test_counts_that_hold(rule, counts):
    assert rule.breach(counts) is None
    assert applied([rule], counts) == [(rule, None)]
    assert not breached([rule], counts)


BROKEN = {
    "a total that is one too high": (
        TOTAL,
        {"total": 166, "input": 120, "output": 45},
        Breach("total-mismatch", "total", "input + output = 120 + 45 = 165", "166"),
    ),
    "a total that is one too low": (
        TOTAL,
        {"total": 164, "input": 120, "output": 45},
        Breach("total-mismatch", "total", "input + output = 120 + 45 = 165", "164"),
    ),
    "a total of one": (
        Total("total", of=("input",)),
        {"total": 8, "input": 7},
        Breach("total-mismatch", "total", "input = 7 = 7", "8"),
    ),
    "a total that floats would let pass": (
        TOTAL,
        {"total": 2**53, "input": 2**53, "output": 1},
        Breach("total-mismatch", "total", f"input + output = {2**53} + 1 = {2**53 + 1}", str(2**53)),
    ),
    "a total that is off by one, with a fraction elsewhere": (
        TOTAL,
        {"total": 2**53, "input": 2**53 + 1, "output": 0.0},
        Breach("total-mismatch", "total", f"input + output = {2**53 + 1} + 0.0 = {2**53 + 1}", str(2**53)),
    ),
    "fractions that are off by more than one in the last place": (
        TOTAL,
        {"total": 15.03, "input": 10.01, "output": 5.0},
        Breach("total-mismatch", "total", "input + output = 10.01 + 5.0 = 15.01", "15.03"),
    ),
    "fractions that are off by hardly more than one in the last place": (
        TOTAL,
        {"total": 15.020001, "input": 10.01, "output": 5},
        Breach("total-mismatch", "total", "input + output = 10.01 + 5 = 15.01", "15.020001"),
    ),
    "numbers of thousands of digits": (
        TOTAL,
        {"total": 1, "input": 10**4_299, "output": 9 * 10**4_299},
        Breach(
            "total-mismatch",
            "total",
            "input + output = a number of about 4284 digits + a number of about 4285 digits"
            " = a number of about 4285 digits",
            "1",
        ),
    ),
    "a number that no float can hold, and a fraction": (
        TOTAL,
        {"total": 1, "input": 10**400, "output": 0.5},
        Breach(
            "total-mismatch",
            "total",
            "input + output = a number of about 398 digits + 0.5 = a number of about 398 digits",
            "1",
        ),
    ),
    "fractions beyond all bounds": (
        TOTAL,
        {"total": 1.0, "input": 1e308, "output": 1e308},
        Breach("total-mismatch", "total", "input + output = 1e+308 + 1e+308 = a number of about 307 digits", "1.0"),
    ),
    "parts that leave something out": (
        WHOLE,
        {"input": 12, "text": 5, "image": 6},
        Breach("parts-mismatch", "input", "text + image = 5 + 6 = 11", "12"),
    ),
    "a part that is larger": (
        PART,
        {"input": 120, "cached": 121},
        Breach("part-exceeds-whole", "cached", "at most input = 120", "121"),
    ),
    "a part that is larger than what is written as a fraction": (
        PART,
        {"input": 1.33, "cached": 1.35},
        Breach("part-exceeds-whole", "cached", "at most input = 1.33", "1.35"),
    ),
    "a part of nothing": (
        PART,
        {"input": 0, "cached": 1},
        Breach("part-exceeds-whole", "cached", "at most input = 0", "1"),
    ),
    "a part that no float can hold": (
        PART,
        {"cached": 10**400, "input": 0.5},
        Breach("part-exceeds-whole", "cached", "at most input = 0.5", "a number of about 398 digits"),
    ),
    "a part that is larger where a float would not tell": (
        PART,
        {"input": 2**53, "cached": 2**53 + 1},
        Breach("part-exceeds-whole", "cached", f"at most input = {2**53}", str(2**53 + 1)),
    ),
}


@pytest.mark.parametrize("rule, counts, breach", BROKEN.values(), ids=BROKEN)
def test_counts_that_contradict_each_other(rule, counts, breach):
    assert rule.breach(counts) == breach
    assert applied([rule], counts) == [(rule, breach)]
    assert breached([rule], counts)


WHOLE_COUNTS = {
    **{name: case for name, case in KEPT.items() if all(type(count) is int for count in case[1].values())},
    **{name: case[:2] for name, case in BROKEN.items() if all(type(count) is int for count in case[1].values())},
}


@pytest.mark.parametrize("rule, counts", WHOLE_COUNTS.values(), ids=WHOLE_COUNTS)
def test_the_quick_test_of_whole_counts_agrees(rule, counts):
    names, row = list(counts), list(counts.values())
    assert rule.holds(names.index)(row) is (rule.breach(counts) is None)


@pytest.mark.parametrize("rule, counts", [(rule, KEPT[name][1]) for name, (rule, _) in KEPT.items()], ids=KEPT)
def test_a_rule_is_silent_as_soon_as_an_operand_is_lacking(rule, counts):
    for lacking in rule.operands:
        there = {name: count for name, count in counts.items() if name != lacking}
        assert applied([rule], there) == []
        with pytest.raises(KeyError):
            rule.breach(there)


WORDS = {
    "total = input + output": TOTAL,
    "input = text + image": WHOLE,
    "cached inside input": PART,
    "cached outside input": BESIDE,
}


@pytest.mark.parametrize("words, rule", WORDS.items())
def test_a_rule_says_in_words_what_it_demands(words, rule):
    assert rule.words == words
    assert all(operand in words for operand in rule.operands)


def test_a_part_that_exceeds_its_whole_explains_that_the_parts_do_not_add_up():
    rules = [WHOLE, Part("text", whole="input"), Part("image", whole="input"), TOTAL]
    counts = {"input": 12, "text": 13, "image": 1, "output": 1, "total": 99}
    codes = [breach and breach.code for _, breach in applied(rules, counts)]
    assert codes == [None, "part-exceeds-whole", None, "total-mismatch"]
    assert [rule for rule, _ in applied(rules, counts)] == rules


def test_parts_that_fit_explain_nothing():
    rules = [WHOLE, Part("text", whole="input"), Part("image", whole="input")]
    codes = [breach and breach.code for _, breach in applied(rules, {"input": 12, "text": 5, "image": 6})]
    assert codes == ["parts-mismatch", None, None]
    codes = [breach and breach.code for _, breach in applied(rules[:2], {"input": 12, "text": 13, "image": 6})]
    assert codes == [None, "part-exceeds-whole"]


def test_a_part_of_another_whole_explains_nothing():
    rules = [WHOLE, Part("cached", whole="output")]
    codes = [
        breach.code for _, breach in applied(rules, {"input": 12, "text": 1, "image": 1, "output": 1, "cached": 2})
    ]
    assert codes == ["parts-mismatch", "part-exceeds-whole"]


def test_a_total_speaks_also_where_a_part_exceeds_it():
    rules = [TOTAL, Part("input", whole="total")]
    codes = [breach.code for _, breach in applied(rules, {"total": 1, "input": 2, "output": 2})]
    assert codes == ["total-mismatch", "part-exceeds-whole"]


def test_a_rule_without_its_operands_hinders_no_other():
    rules = [PART, TOTAL]
    assert [rule for rule, _ in applied(rules, {"total": 2, "input": 1, "output": 1})] == [TOTAL]


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


def dialect(*rules):
    return Contract(
        name="test/dialect",
        source=Source(document="Inside", package="test"),
        usage=Inside,
        endpoints=(Endpoint(path="/", hosts=()),),
        accounting=rules,
    )


OPENAI = dialect(TOTAL, Part("details.cached", whole="input"))
ANTHROPIC = dialect(TOTAL, Beside("details.cached", headline="input"))
USAGE = {"input": 10, "output": 5, "total": 15, "details": {"cached": 2_000}}


def judged(contract, **usage):
    return check_value(contract, {"usage": usage})


def test_the_dialect_decides_and_the_verdict_says_which():
    inside, outside = judged(OPENAI, **USAGE), judged(ANTHROPIC, **USAGE)
    assert [found.message for found in inside.findings] == ["at most input = 10, is 2000"]
    assert [found.path for found in inside.findings] == ["usage.details.cached"]
    assert inside.rules == ("total = input + output", "details.cached inside input")
    assert outside.findings == ()
    assert outside.rules == ("total = input + output", "details.cached outside input")
    assert (OPENAI.rules, ANTHROPIC.rules) == (inside.rules, outside.rules)


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
    verdict = judged(OPENAI, **usage)
    assert [found.code for found in verdict.findings if found.kind == "accounting"] == []
    assert verdict.rules == ()


def test_a_rule_that_was_broken_was_applied_too():
    assert judged(OPENAI, input=1, output=1, total=3).rules == ("total = input + output",)


def test_a_total_is_shown_with_its_numbers():
    (found,) = judged(OPENAI, input=120, output=45, total=166).findings
    assert (found.kind, found.code, found.path) == ("accounting", "total-mismatch", "usage.total")
    assert found.message == "input + output = 120 + 45 = 165, is 166"


def test_integers_that_are_too_long_to_be_written_are_judged():
    messages = [found.message for found in judged(OPENAI, input=10**4_299, output=10**4_299, total=1).findings]
    assert len(messages) == 1
    assert messages[0].endswith("= a number of about 4284 digits, is 1")
