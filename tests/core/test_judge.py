"""One fault, one finding: at its place, of its kind, in words that are asserted whole."""

import copy
from math import inf, nan

import pytest

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.usage import ABSENT

WHOLE = {
    "atoma/completions": {
        "completion_tokens": 18,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": 6,
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": 24,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 16},
        "total_tokens": 42,
    },
    "openrouter/alpha_responses": {
        "input_tokens": 120,
        "input_tokens_details": {"cached_tokens": 64},
        "output_tokens": 45,
        "output_tokens_details": {"reasoning_tokens": 32},
        "total_tokens": 165,
    },
    "orq/deployments_invoke": {
        "total_tokens": 87,
        "prompt_tokens": 61,
        "completion_tokens": 26,
        "prompt_tokens_details": {"cached_tokens": 32},
        "completion_tokens_details": {"reasoning_tokens": 12},
    },
    "orq/images_generations": {
        "input_tokens": 13,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 13},
        "output_tokens": 1056,
        "total_tokens": 1069,
    },
    "orq/images_edits": {
        "total_tokens": 1452,
        "input_tokens": 396,
        "output_tokens": 1056,
        "input_tokens_details": {"text_tokens": 73, "image_tokens": 323},
    },
}

OPENROUTER = find_contract("openrouter/alpha_responses")
IMAGES = find_contract("orq/images_edits")
GOOD = WHOLE["openrouter/alpha_responses"]

fields = pytest.mark.parametrize(
    "contract, field",
    [pytest.param(c, f, id=f"{c}-{f.path}") for c in contracts() for f in c.fields],
)


def changed(usage, path, value):
    """A copy of *usage* with *value* at *path*, or nothing there."""
    usage = copy.deepcopy(usage)
    *above, name = path.removeprefix("usage.").split(".")
    place = usage
    for step in above:
        place = place[step]
    if value is ABSENT:
        del place[name]
    else:
        place[name] = value
    return usage


def told(verdict):
    return [(found.code, found.path, found.message) for found in verdict.findings]


def codes(verdict):
    return [(found.code, found.path) for found in verdict.findings]


def camel(value):
    if not isinstance(value, dict):
        return value
    words = {name: name.split("_") for name in value}
    return {words[name][0] + "".join(map(str.title, words[name][1:])): camel(v) for name, v in value.items()}


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_a_whole_usage_keeps_its_contract(contract):
    usage = WHOLE[contract.name]
    verdict = judge(contract, usage, note="a note")
    assert verdict.findings == ()
    assert verdict.kept
    assert verdict.usage.model_dump() == usage
    assert verdict.wire == usage
    assert dict(verdict.seen) == dict.fromkeys((field.path for field in contract.fields), True)
    assert verdict.rules == contract.rules
    assert verdict.note == "a note"


@fields
def test_to_remove_a_field_is_missing_field_exactly_where_it_is_required(contract, field):
    verdict = judge(contract, changed(WHOLE[contract.name], field.path, ABSENT))
    article = "an" if field.type == "object" else "a"
    expected = ("missing-field", field.path, f"absent, documented as {article} {field.type}")
    assert told(verdict) == ([expected] if field.required else [])


@fields
def test_to_null_a_field_is_null_value_exactly_where_null_is_not_documented(contract, field):
    verdict = judge(contract, changed(WHOLE[contract.name], field.path, None))
    article = "an" if field.type == "object" else "a"
    expected = ("null-value", field.path, f"null, documented as {article} {field.type}")
    assert told(verdict) == ([] if field.nullable else [expected])


@fields
@pytest.mark.parametrize(
    "value, shown",
    [
        ("47", 'string "47"'),
        ("", 'string ""'),
        (True, "boolean true"),
        (False, "boolean false"),
        ([], "list of 0 items"),
    ],
)
def test_a_value_of_another_type_is_wrong_type(contract, field, value, shown):
    verdict = judge(contract, changed(WHOLE[contract.name], field.path, value))
    article = "an" if field.type == "object" else "a"
    assert told(verdict) == [("wrong-type", field.path, f"{shown}, documented as {article} {field.type}")]
    assert verdict.usage is None


@fields
def test_an_object_where_a_number_should_be_and_a_number_where_an_object_should_be(contract, field):
    value, shown = (3, "number 3") if field.type == "object" else ({}, "object with 0 names")
    verdict = judge(contract, changed(WHOLE[contract.name], field.path, value))
    assert codes(verdict) == [("wrong-type", field.path)]
    assert verdict.findings[0].actual == shown


@pytest.mark.parametrize(
    "value, shown",
    [
        (nan, "NaN"),
        (inf, "infinity, or a number too large to be read"),
        (-inf, "-infinity, or a number too large to be read"),
    ],
)
@fields
def test_a_number_that_is_not_finite_is_told_so(contract, field, value, shown):
    if field.type == "number":
        verdict = judge(contract, changed(WHOLE[contract.name], field.path, value))
        assert told(verdict) == [("non-finite-number", field.path, f"{shown}, documented as a number")]


@pytest.mark.parametrize(
    "path, value, findings",
    [
        (
            "total_tokens",
            166,
            [("total-mismatch", "usage.total_tokens", "input_tokens + output_tokens = 120 + 45 = 165, is 166")],
        ),
        (
            "total_tokens",
            -1,
            [
                ("total-mismatch", "usage.total_tokens", "input_tokens + output_tokens = 120 + 45 = 165, is -1"),
                ("negative-count", "usage.total_tokens", "number -1, a count is not below zero"),
            ],
        ),
        (
            "total_tokens",
            165.5,
            [
                ("fractional-count", "usage.total_tokens", "number 165.5, a count is whole"),
                ("total-mismatch", "usage.total_tokens", "input_tokens + output_tokens = 120 + 45 = 165, is 165.5"),
            ],
        ),
        (
            "input_tokens_details.cached_tokens",
            121,
            [("part-exceeds-whole", "usage.input_tokens_details.cached_tokens", "at most input_tokens = 120, is 121")],
        ),
        (
            "input_tokens_details.cached_tokens",
            -0.5,
            [
                (
                    "negative-count",
                    "usage.input_tokens_details.cached_tokens",
                    "number -0.5, a count is not below zero",
                )
            ],
        ),
        (
            "input_tokens",
            10**30,
            [
                (
                    "total-mismatch",
                    "usage.total_tokens",
                    f"input_tokens + output_tokens = {10**30} + 45 = {10**30 + 45}, is 165",
                )
            ],
        ),
        (
            "input_tokens",
            10**4000,
            [
                (
                    "total-mismatch",
                    "usage.total_tokens",
                    "input_tokens + output_tokens = a number of about 3986 digits + 45 = a number of about 3986 "
                    "digits, is 165",
                )
            ],
        ),
        ("total_tokens", 165.0, []),
        ("total_tokens", 165.005, [("fractional-count", "usage.total_tokens", "number 165.005, a count is whole")]),
        ("output_tokens_details.reasoning_tokens", 0, []),
    ],
)
def test_what_the_counts_contradict_is_an_accounting_finding(path, value, findings):
    verdict = judge(OPENROUTER, changed(GOOD, path, value))
    assert sorted(told(verdict)) == sorted(findings)
    assert {found.kind for found in verdict.findings} <= {"accounting"}
    assert verdict.usage is not None


def test_a_huge_integer_beside_a_fraction_is_added_up_all_the_same():
    usage = {**GOOD, "input_tokens": 10**400, "output_tokens": 45.5}
    assert [code for code, _ in codes(judge(OPENROUTER, usage))] == ["fractional-count", "total-mismatch"]


@pytest.mark.parametrize(
    "usage, findings",
    [
        # A part larger than its whole explains why the parts do not add up to it.
        (
            {"total_tokens": 10, "input_tokens": 4, "output_tokens": 6, "input_tokens_details": (5, 1)},
            [("part-exceeds-whole", "usage.input_tokens_details.text_tokens")],
        ),
        (
            {"total_tokens": 10, "input_tokens": 4, "output_tokens": 6, "input_tokens_details": (2, 1)},
            [("parts-mismatch", "usage.input_tokens")],
        ),
        # An operand that is absent, null or of the wrong type silences the rules that use it.
        (
            {"total_tokens": 10, "output_tokens": 99, "input_tokens_details": (5, 1)},
            [("missing-field", "usage.input_tokens")],
        ),
        (
            {"total_tokens": None, "input_tokens": 4, "output_tokens": 6, "input_tokens_details": (3, 1)},
            [("null-value", "usage.total_tokens")],
        ),
        (
            {"total_tokens": 99, "input_tokens": "4", "output_tokens": 6, "input_tokens_details": (3, 1)},
            [("wrong-type", "usage.input_tokens")],
        ),
        (
            {"total_tokens": nan, "input_tokens": 4, "output_tokens": 6, "input_tokens_details": (3, 1)},
            [("non-finite-number", "usage.total_tokens")],
        ),
    ],
)
def test_one_fault_gives_one_finding(usage, findings):
    text, image = usage["input_tokens_details"]
    usage = {**usage, "input_tokens_details": {"text_tokens": text, "image_tokens": image}}
    assert codes(judge(IMAGES, usage)) == findings


def test_all_findings_come_at_once_by_kind_and_then_in_the_order_of_the_documentation():
    usage = {
        "zebra": 1,
        "total_tokens": "165",
        "output_tokens": 45,
        "output_tokens_details": {"reasoning_tokens": 46, "aha": None},
        "input_tokens_details": None,
        "input_tokens": 120.5,
    }
    assert told(judge(OPENROUTER, usage)) == [
        ("null-value", "usage.input_tokens_details", "null, documented as an object"),
        ("wrong-type", "usage.total_tokens", 'string "165", documented as a number'),
        ("fractional-count", "usage.input_tokens", "number 120.5, a count is whole"),
        (
            "part-exceeds-whole",
            "usage.output_tokens_details.reasoning_tokens",
            "at most output_tokens = 45, is 46",
        ),
        ("undocumented-field", "usage.zebra", "number 1, not documented"),
        ("undocumented-field", "usage.output_tokens_details.aha", "null, not documented"),
    ]


@pytest.mark.parametrize(
    "name, path",
    [
        ("cost", "usage.cost"),
        ("gpt-4.1", 'usage["gpt-4.1"]'),
        ("", 'usage[""]'),
        ('"', r'usage["\""]'),
        ("\x1b[31m\n", r'usage["\x1b[31m\n"]'),
        ("\u202eevil", r'usage["\u202eevil"]'),
        ("\ud800", r'usage["\ud800"]'),
        ("a" * 1_000_000, f'usage["{"a" * 60}… (1000000 characters)"]'),
    ],
)
def test_what_is_undocumented_is_named_safely(name, path):
    verdict = judge(OPENROUTER, {**GOOD, name: 1})
    assert told(verdict) == [("undocumented-field", path, "number 1, not documented")]
    assert verdict.findings[0].kind == "drift"
    assert verdict.usage is not None


@fields
def test_undocumented_fields_are_found_in_every_object(contract, field):
    if field.type == "object":
        verdict = judge(contract, changed(WHOLE[contract.name], f"{field.path}.new_tokens", 7))
        assert told(verdict) == [("undocumented-field", f"{field.path}.new_tokens", "number 7, not documented")]


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_the_names_of_an_sdk_are_told_once_each_and_nothing_else_is(contract):
    differing = [field for field in contract.fields if "_" in field.name]
    verdict = judge(contract, camel(WHOLE[contract.name]))
    assert codes(verdict) == [("sdk-spelling", field.path) for field in differing]
    assert verdict.findings[0].message == (
        f'spelled "{next(iter(camel({differing[0].name: 0})))}" as an SDK does, on the wire it is "{differing[0].name}"'
    )
    assert verdict.wire == WHOLE[contract.name]
    assert verdict.usage is not None


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_a_mapping_may_have_the_names_of_an_sdk_throughout(contract):
    verdict = judge(contract, camel(WHOLE[contract.name]), either_spelling=True)
    assert verdict.findings == ()
    assert verdict.wire == WHOLE[contract.name]


def test_a_mapping_that_mixes_spellings_is_told_of_the_names_of_the_sdk():
    usage = {**GOOD, "input_tokens_details": {"cachedTokens": 64}}
    assert told(judge(OPENROUTER, usage, either_spelling=True)) == [
        (
            "sdk-spelling",
            "usage.input_tokens_details.cached_tokens",
            'spelled "cachedTokens" as an SDK does, on the wire it is "cached_tokens"',
        )
    ]


def test_what_is_wrong_beside_the_spelling_is_found_all_the_same():
    usage = camel(GOOD) | {"totalTokens": "165", "inputTokens": 12, "newTokens": 1}
    verdict = judge(OPENROUTER, usage, either_spelling=True)
    assert codes(verdict) == [
        ("wrong-type", "usage.total_tokens"),
        ("part-exceeds-whole", "usage.input_tokens_details.cached_tokens"),
        ("undocumented-field", "usage.newTokens"),
    ]


def test_of_two_sdk_names_for_one_field_the_second_is_undocumented():
    usage = {**changed(GOOD, "total_tokens", ABSENT), "totalTokens": 165, "TotalTokens": 165}
    assert codes(judge(OPENROUTER, usage)) == [
        ("sdk-spelling", "usage.total_tokens"),
        ("undocumented-field", "usage.TotalTokens"),
    ]


def test_an_sdk_name_beside_its_wire_name_is_undocumented():
    assert codes(judge(OPENROUTER, {**GOOD, "totalTokens": 1})) == [("undocumented-field", "usage.totalTokens")]


@pytest.mark.parametrize("contract", [c for c in contracts() if c.example], ids=str)
def test_the_documented_example_keeps_in_any_order_of_its_names(contract):
    assert judge(contract, dict(reversed(contract.example.items()))).findings == ()


@pytest.mark.parametrize("contract", [c for c in contracts() if c.erratum and c.provider != "atoma"], ids=str)
def test_one_value_off_the_documented_example_is_judged_like_any_other_usage(contract):
    usage = {**contract.example, "output_tokens": 1}
    assert {found.code for found in judge(contract, usage).findings} >= {"fractional-count", "total-mismatch"}


def test_the_documented_example_in_the_names_of_an_sdk_is_wrong_in_its_names_only():
    assert {found.code for found in judge(OPENROUTER, camel(OPENROUTER.example)).findings} == {"sdk-spelling"}


def test_what_was_seen_tells_null_from_absent():
    usage = {"total_tokens": 3, "completion_tokens_details": None, "prompt_tokens_details": {"cached_tokens": None}}
    verdict = judge(find_contract("orq/deployments_invoke"), usage)
    assert verdict.findings == ()
    assert verdict.rules == ()
    assert verdict.usage.prompt_tokens is ABSENT
    assert verdict.usage.completion_tokens_details is None
    assert verdict.seen == {
        "usage.total_tokens": True,
        "usage.completion_tokens_details": False,
        "usage.prompt_tokens_details": True,
        "usage.prompt_tokens_details.cached_tokens": False,
    }


def test_only_the_rules_whose_operands_were_there_are_told():
    usage = {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}
    assert judge(find_contract("orq/deployments_invoke"), usage).rules == (
        "prompt_tokens_details.cached_tokens inside prompt_tokens",
    )


@pytest.mark.parametrize(
    "path, value, finding",
    [
        ("total_tokens", ABSENT, ("missing-field", "usage.total_tokens", "number", "absent")),
        ("total_tokens", None, ("null-value", "usage.total_tokens", "number", "null")),
        ("total_tokens", nan, ("non-finite-number", "usage.total_tokens", "number", "NaN")),
        ("cost", 1, ("undocumented-field", "usage.cost", "nothing", "number 1")),
        (
            "total_tokens",
            164,
            ("total-mismatch", "usage.total_tokens", "input_tokens + output_tokens = 120 + 45 = 165", "164"),
        ),
        (
            "output_tokens_details.reasoning_tokens",
            -1,
            (
                "negative-count",
                "usage.output_tokens_details.reasoning_tokens",
                "a count, not below zero",
                "number -1",
            ),
        ),
        (
            "output_tokens_details.reasoning_tokens",
            0.5,
            ("fractional-count", "usage.output_tokens_details.reasoning_tokens", "a count, whole", "number 0.5"),
        ),
    ],
)
def test_a_finding_holds_both_sides(path, value, finding):
    (found,) = judge(OPENROUTER, changed(GOOD, path, value)).findings
    assert (found.contract, found.code, found.path, found.expected, found.actual) == (
        "openrouter/alpha_responses",
        *finding,
    )


def test_a_misspelt_name_holds_both_spellings():
    usage = {**changed(GOOD, "total_tokens", ABSENT), "totalTokens": 165}
    (found,) = judge(OPENROUTER, usage).findings
    assert (found.code, found.path, found.expected, found.actual) == (
        "sdk-spelling",
        "usage.total_tokens",
        "total_tokens",
        "totalTokens",
    )
