"""Whether one usage keeps its contract: what is found in it, at which place, and what is read from it all the same."""

from dataclasses import replace
from math import inf, nan

import pytest
from pydantic import ConfigDict, RootModel
from toy import KEPT, TOY, camel, changed, codes

from pytest_usage_contract import Contract, Count, Source, Total, Usage
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Dialect
from pytest_usage_contract.core.usage import ABSENT

LINE = {"model": "nova", "tokens": 165}

# One row for each kind of field and each freedom it has: a path, and what stands there instead.
SOUND = [
    ("input_details.cached_tokens", ABSENT),
    ("input_details.cached_tokens", None),
    ("output_details", ABSENT),
    ("output_details", None),
    ("output_details.reasoning_tokens", 0),
    ("output_details.reasoning_tokens", 45),
    ("tool_tokens", ABSENT),
    ("tool_tokens", 999),
    ("total_tokens", 165.0),
    ("lines", ABSENT),
    ("lines", []),
    ("by_day", {}),
]

# Faults that are found at the very path that was changed.
BROKEN = [
    # A field may be required, or nullable, and it is of one type.
    ("missing-field", "input_tokens", ABSENT),
    ("missing-field", "input_details", ABSENT),
    ("missing-field", "input_details.text_tokens", ABSENT),
    ("null-value", "total_tokens", None),
    ("null-value", "tool_tokens", None),
    ("null-value", "input_details", None),
    ("null-value", "lines", None),
    ("wrong-type", "input_tokens", "120"),
    ("wrong-type", "input_tokens", True),
    ("wrong-type", "input_tokens", []),
    ("wrong-type", "input_details.cached_tokens", {}),
    ("wrong-type", "input_details", 3),
    ("wrong-type", "output_details", []),
    ("wrong-type", "lines", {}),
    ("wrong-type", "by_day", []),
    ("wrong-type", "input_details", nan),
    ("wrong-type", "lines", -inf),
    ("wrong-type", "by_day", inf),
    ("non-finite-number", "total_tokens", nan),
    ("non-finite-number", "total_tokens", inf),
    # A count is judged by itself, and with others.
    ("negative-count", "tool_tokens", -0.5),
    ("fractional-count", "tool_tokens", 0.5),
    ("fractional-count", "total_tokens", 165.005),
    ("total-mismatch", "total_tokens", 166),
    ("part-exceeds-whole", "input_details.cached_tokens", 121),
    # What is undocumented is told where it stands.
    ("undocumented-field", "cost", 1),
    ("undocumented-field", "totalTokens", 165),
    ("undocumented-field", "input_details.audio_tokens", None),
]

# Faults that are found elsewhere: inside lists and maps, at a sum, or under a name that has to be quoted.
ELSEWHERE = [
    ("lines", [{"model": "nova"}], [("missing-field", "usage.lines[].tokens")]),
    ("lines", [{**LINE, "model": None}], [("null-value", "usage.lines[].model")]),
    ("lines", [3, 3], [("wrong-type", "usage.lines[]")]),
    ("lines", [{**LINE, "tokens": -inf}], [("non-finite-number", "usage.lines[].tokens")]),
    ("lines", [{**LINE, "model": nan}, inf], [("wrong-type", "usage.lines[].model"), ("wrong-type", "usage.lines[]")]),
    ("lines", [{**LINE, "tokens": -1}, {**LINE, "tokens": -2}], [("negative-count", "usage.lines[].tokens")]),
    ("lines", [{**LINE, "cost": 1}, {**LINE, "cost": 2}], [("undocumented-field", "usage.lines[].cost")]),
    ("by_day", {"today": {"tokens": 1}}, [("missing-field", "usage.by_day.today.model")]),
    ("by_day.2026-11-28.model", 3, [("wrong-type", 'usage.by_day["2026-11-28"].model')]),
    ("by_day.2026-11-28.cost", 1, [("undocumented-field", 'usage.by_day["2026-11-28"].cost')]),
    ("total_tokens", -1, [("negative-count", "usage.total_tokens"), ("total-mismatch", "usage.total_tokens")]),
    ("total_tokens", 165.5, [("fractional-count", "usage.total_tokens"), ("total-mismatch", "usage.total_tokens")]),
    ("output_tokens", 10**400, [("total-mismatch", "usage.total_tokens")]),
    ("input_details.text_tokens", 99, [("parts-mismatch", "usage.input_tokens")]),
    ("\x1b[31m\n", 1, [("undocumented-field", r'usage["\x1b[31m\n"]')]),
    ("\ud800", 1, [("undocumented-field", r'usage["\ud800"]')]),
]


def test_a_contract_has_one_checker():
    assert checker(TOY) is checker(TOY)


def test_a_whole_usage_keeps_its_contract_and_is_read():
    verdict = checker(TOY).check(KEPT, note="a note")
    assert verdict.kept
    assert verdict.usage.model_dump() == verdict.wire == KEPT
    assert verdict.seen == dict.fromkeys((field.path for field in checker(TOY).fields), True)
    assert (verdict.contract, verdict.rules, verdict.note) == ("toy/chat", TOY.rules, "a note")


@pytest.mark.parametrize("path, value", SOUND)
def test_what_the_documentation_leaves_free_is_kept(path, value):
    usage = changed(KEPT, path, value)
    verdict = checker(TOY).check(usage)
    assert codes(verdict) == []
    assert verdict.usage.model_dump() == usage


@pytest.mark.parametrize(
    "path, value, findings",
    [*((path, value, [(code, f"usage.{path}")]) for code, path, value in BROKEN), *ELSEWHERE],
    ids=lambda value: ascii(value)[:60],
)
def test_one_fault_is_found_at_its_place_and_once(path, value, findings):
    verdict = checker(TOY).check(changed(KEPT, path, value))
    assert codes(verdict) == findings
    assert (verdict.usage is None) == any(found.kind == "schema" for found in verdict.findings)


# An operand that is absent, null, or no sound number, silences the rules that speak of it.
SILENCED = {
    "absent": (ABSENT, "missing-field"),
    "null": (None, "null-value"),
    "a text": ("4", "wrong-type"),
    "no number": (nan, "non-finite-number"),
}


@pytest.mark.parametrize("value, code", SILENCED.values(), ids=SILENCED)
def test_a_rule_is_silent_where_an_operand_is_unsound_and_the_others_are_told(value, code):
    usage = changed(changed(KEPT, "output_tokens", value), "total_tokens", 999)
    verdict = checker(TOY).check(usage)
    assert codes(verdict) == [(code, "usage.output_tokens")]
    assert verdict.rules == (*TOY.rules[1:3], TOY.rules[4])


# A provider that leaves out its zeros is taken to have told them, unless what stands there is broken.
LEAN = replace(TOY, dialect=Dialect(zeros=("tool_tokens",)), accounting=(Total("total_tokens", of=("tool_tokens",)),))


@pytest.mark.parametrize(
    "value, findings",
    [
        (ABSENT, [("total-mismatch", "usage.total_tokens")]),
        (165, []),
        (None, [("null-value", "usage.tool_tokens")]),
        ("7", [("wrong-type", "usage.tool_tokens")]),
        (nan, [("non-finite-number", "usage.tool_tokens")]),
    ],
)
def test_a_zero_that_is_left_out_is_counted_with(value, findings):
    verdict = checker(LEAN).check(changed(KEPT, "tool_tokens", value))
    assert codes(verdict) == findings
    assert verdict.rules == (LEAN.rules if value in (ABSENT, 165) else ())


class Early(Usage):
    tokens: Count


class Late(RootModel["Early | Latest"]):
    model_config = ConfigDict(defer_build=True)


class Latest(Usage):
    pages: Count


def test_a_model_may_be_put_off():
    contract = Contract(name="own/late", source=Source(document="Late", package="own"), usage=Late)
    assert check_bytes(contract, b'{"usage": {"tokens": 1}}').kept


def test_what_is_left_out_is_counted_as_zero():
    usage = changed(changed(KEPT, "tool_tokens", ABSENT), "total_tokens", 0)
    assert codes(checker(LEAN).check(usage)) == []


def test_a_part_that_exceeds_its_whole_explains_why_the_parts_do_not_add_up():
    usage = {**KEPT, "input_tokens": 63, "total_tokens": 108}
    assert codes(checker(TOY).check(usage)) == [("part-exceeds-whole", "usage.input_details.cached_tokens")]


def test_drift_that_items_of_a_list_share_is_told_once_for_each_json_type():
    usage = {**KEPT, "lines": [{**LINE, "cost": cost} for cost in (1, {"usd": "free"}, 2.5, None)]}
    findings = checker(TOY).check(usage).findings
    assert [(found.path, found.type) for found in findings] == [
        ("usage.lines[].cost", "number"),
        ("usage.lines[].cost", "object"),
        ("usage.lines[].cost", "null"),
    ]


def test_a_huge_integer_beside_a_fraction_is_added_up_all_the_same():
    usage = {**changed(KEPT, "input_details", ABSENT), "input_tokens": 10**400, "output_tokens": 45.5}
    assert codes(checker(TOY).check(usage)) == [
        ("missing-field", "usage.input_details"),
        ("fractional-count", "usage.output_tokens"),
        ("total-mismatch", "usage.total_tokens"),
    ]


def test_all_findings_come_at_once_by_kind_and_then_in_the_order_of_the_documentation():
    usage = {
        "zebra": 1,
        "total_tokens": "165",
        "tool_tokens": 7.5,
        "output_tokens": 45,
        "output_details": {"reasoning_tokens": 46, "aha": None},
        "lines": [{"model": "nova", "tokens": -1}],
        "input_details": None,
        "input_tokens": 120,
    }
    verdict = checker(TOY).check(usage)
    assert codes(verdict) == [
        ("null-value", "usage.input_details"),
        ("wrong-type", "usage.total_tokens"),
        ("part-exceeds-whole", "usage.output_details.reasoning_tokens"),
        ("fractional-count", "usage.tool_tokens"),
        ("negative-count", "usage.lines[].tokens"),
        ("undocumented-field", "usage.zebra"),
        ("undocumented-field", "usage.output_details.aha"),
    ]
    assert [found.kind for found in verdict.findings] == ["schema"] * 2 + ["accounting"] * 3 + ["drift"] * 2


def test_what_was_seen_tells_null_from_absent():
    usage = changed(changed(KEPT, "output_details", None), "input_details.cached_tokens", ABSENT)
    verdict = checker(TOY).check(usage)
    assert verdict.usage.output_details is None
    assert verdict.usage.input_details.cached_tokens is ABSENT
    seen = {field.path: True for field in checker(TOY).fields} | {"usage.output_details": False}
    del seen["usage.input_details.cached_tokens"], seen["usage.output_details.reasoning_tokens"]
    assert verdict.seen == seen
    assert verdict.rules == (*TOY.rules[:2], TOY.rules[4])


# A mapping may have the names of an SDK, at every depth, and then throughout.

SPELLED = [("sdk-spelling", field.path) for field in checker(TOY).fields if "_" in field.name]


def test_the_names_of_an_sdk_are_told_once_each_and_nothing_else_is():
    verdict = checker(TOY).check(camel(KEPT))
    assert codes(verdict) == SPELLED
    assert verdict.wire == verdict.usage.model_dump() == KEPT


def test_the_names_of_an_sdk_are_taken_throughout_where_an_sdk_may_have_spelled_them():
    verdict = checker(TOY).check(camel(KEPT), either_spelling=True)
    assert verdict.kept
    assert verdict.wire == verdict.usage.model_dump() == KEPT


def test_the_names_of_an_sdk_are_told_where_the_spellings_are_mixed():
    usage = changed(KEPT, "output_details", {"reasoningTokens": 32})
    assert codes(checker(TOY).check(usage, either_spelling=True)) == [
        ("sdk-spelling", "usage.output_details.reasoning_tokens")
    ]


def test_what_is_wrong_beside_the_spelling_is_found_all_the_same():
    usage = camel(KEPT) | {"totalTokens": "165", "outputTokens": 12, "newTokens": 1}
    assert codes(checker(TOY).check(usage, either_spelling=True)) == [
        ("wrong-type", "usage.total_tokens"),
        ("part-exceeds-whole", "usage.output_details.reasoning_tokens"),
        ("undocumented-field", "usage.newTokens"),
    ]


def test_of_two_sdk_names_for_one_field_the_second_is_undocumented():
    usage = {**changed(KEPT, "total_tokens", ABSENT), "totalTokens": 165, "TotalTokens": 165}
    assert codes(checker(TOY).check(usage)) == [
        ("sdk-spelling", "usage.total_tokens"),
        ("undocumented-field", "usage.TotalTokens"),
    ]


# A documentation may show an example that contradicts what it says: it cannot be held against it.

ODD = {**KEPT, "input_tokens": 120.5, "cost": 1}
SHOWN = replace(TOY, example=ODD)

OF_THE_EXAMPLE = {
    "as it is": (ODD, []),
    "in another order": (dict(reversed(ODD.items())), []),
    "in the names of an SDK": (camel(ODD), SPELLED),
    "with one other value": (
        {**ODD, "cost": 2},
        [
            ("fractional-count", "usage.input_tokens"),
            ("parts-mismatch", "usage.input_tokens"),
            ("total-mismatch", "usage.total_tokens"),
            ("undocumented-field", "usage.cost"),
        ],
    ),
}


@pytest.mark.parametrize("usage, findings", OF_THE_EXAMPLE.values(), ids=OF_THE_EXAMPLE)
def test_the_documented_example_is_wrong_in_its_schema_only(usage, findings):
    assert codes(checker(SHOWN).check(usage)) == findings
