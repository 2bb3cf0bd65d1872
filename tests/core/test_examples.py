"""Examples and counterexamples, judged as the bytes of a body: they test the checker, and it tests them."""

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, Field, field_validator

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
from pytest_usage_contract.core.balance import balanced
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

SOURCE = Source(document="Usage", package="example-sdk")

ALL = contracts()


def own(model, **declared):
    return Contract(name="example/calls", source=SOURCE, usage=model, **declared)


def judged(contract, usage):
    """The findings in a body, as a provider would send it."""
    body = b'{"id": "1", "usage": %s}' % (usage if isinstance(usage, bytes) else json.dumps(usage).encode())
    verdict = check_bytes(contract, body, demand=True)
    return [(finding.kind, finding.code, finding.path) for finding in verdict.findings]


def named(found):
    return [one.name for one in found]


MATRIX = [
    pytest.param(contract, case, id=str(case))
    for contract in ALL
    for case in (*contract.examples(), *contract.counterexamples())
]


@pytest.mark.parametrize("contract, case", MATRIX)
def test_every_counterexample_causes_exactly_its_finding_and_every_example_none(contract, case):
    if hasattr(case, "code"):
        assert judged(contract, case.wire) == [(case.kind, case.code, case.path)]
    else:
        assert judged(contract, case.usage) == []


LEGAL = {
    "atoma/completions": ["documented", "full", "minimal", "zero"],
    "openrouter/alpha_responses": ["documented", "full", "minimal", "zero"],
    "orq/deployments_invoke": [
        "full",
        "minimal",
        "zero",
        "total_tokens-absent",
        "prompt_tokens-absent",
        "completion_tokens-absent",
        "prompt_tokens_details-absent",
        "prompt_tokens_details.cached_tokens-absent",
        "completion_tokens_details-absent",
        "completion_tokens_details.reasoning_tokens-absent",
        "prompt_tokens_details.cached_tokens-null",
        "completion_tokens_details-null",
        "completion_tokens_details.reasoning_tokens-null",
    ],
    "orq/images_generations": [
        "documented",
        "full",
        "minimal",
        "zero",
        "input_tokens-absent",
        "input_tokens_details.image_tokens-absent",
        "input_tokens_details.text_tokens-absent",
        "output_tokens-absent",
        "total_tokens-absent",
    ],
    "orq/images_edits": ["documented", "full", "minimal", "zero"],
}


@pytest.mark.parametrize("name", LEGAL)
def test_every_freedom_of_the_documentation_has_an_example(name):
    assert named(find_contract(name).examples()) == LEGAL[name]


OF_OPENROUTER = """
    input_tokens                          missing null string boolean object nan misspelt fractional
    input_tokens_details                  missing null string list number misspelt undocumented
    input_tokens_details.cached_tokens    missing null string boolean object nan misspelt negative fractional
    input_tokens_details.cached_tokens    above-input_tokens
    output_tokens                         missing null string boolean object nan misspelt fractional
    output_tokens_details                 missing null string list number misspelt undocumented
    output_tokens_details.reasoning_tokens missing null string boolean object nan misspelt negative fractional
    output_tokens_details.reasoning_tokens above-output_tokens
    total_tokens                          missing null string boolean object nan misspelt fractional off-by-one
    usage                                 undocumented
"""


def test_every_promise_has_its_counterexamples():
    expected = {
        f"{path}-{fault}" for path, *faults in map(str.split, OF_OPENROUTER.strip().splitlines()) for fault in faults
    }
    found = named(find_contract("openrouter/alpha_responses").counterexamples())
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    "name, number",
    [
        ("atoma/completions", 100),
        ("openrouter/alpha_responses", 60),
        ("orq/deployments_invoke", 53),
        ("orq/images_generations", 52),
        ("orq/images_edits", 53),
    ],
)
def test_no_counterexample_gets_lost(name, number):
    assert len(find_contract(name).counterexamples()) == number


@pytest.mark.parametrize("contract", ALL, ids=str)
def test_the_documented_example_has_the_values_of_the_document(contract):
    found = {example.name: example.usage for example in contract.examples()}
    assert found.get("documented") == contract.example


@pytest.mark.parametrize("contract", ALL, ids=str)
def test_full_has_every_documented_field_and_all_its_numbers_differ(contract):
    full = next(example.usage for example in contract.examples() if example.name == "full")
    verdict = check_bytes(contract, json.dumps({"usage": full}).encode())
    assert set(verdict.seen) == {field.path for field in contract.fields}
    counts = [number for number in _numbers(full) if isinstance(number, int)]
    assert len(set(counts)) == len(counts) == sum(field.counts for field in contract.fields)


def _numbers(usage):
    for value in usage.values():
        yield from _numbers(value) if isinstance(value, dict) else [value]


def test_minimal_has_what_is_required_and_zero_has_zeros():
    found = {example.name: example.usage for example in find_contract("orq/images_generations").examples()}
    assert found["minimal"] == {"input_tokens_details": {}}
    assert set(_numbers(found["zero"])) == {0}


def test_what_is_given_out_can_be_changed_without_harm():
    contract = find_contract("openrouter/alpha_responses")
    contract.examples()[0].usage["input_tokens_details"]["cached_tokens"] = "changed"
    assert contract.examples()[0].usage["input_tokens_details"]["cached_tokens"] == 6223.04


def test_examples_and_counterexamples_tell_their_names():
    contract = find_contract("orq/images_edits")
    assert str(contract.examples()[1]) == "orq/images_edits-full"
    assert str(contract.counterexamples()[0]) == "orq/images_edits-total_tokens-missing"


def test_nan_is_written_as_careless_servers_write_it():
    case = next(case for case in find_contract("orq/images_edits").counterexamples() if case.name == "total_tokens-nan")
    assert case.wire.startswith(b'{"total_tokens": NaN, ')


# Contracts as users write them: plain pydantic models, with whatever JSON can hold.


class Line(BaseModel):
    model: str
    tokens: int
    cached: int | None = None


class Ours(BaseModel):
    tier: Literal["standard", "batch"]
    region: Annotated[str, Field(examples=["eu-central"])]
    cost: float
    is_byok: bool
    day: date
    fixed: Literal["usd"] = "usd"
    tags: list[str] = []
    labels: dict[str, str] = {}
    lines: list[Line]
    by_model: dict[str, Line]
    extra: object = None
    either: int | str = 0


def of(contract, *names):
    found = {example.name: example.usage for example in contract.examples()}
    return [found[name] for name in names]


def test_a_model_with_lists_maps_and_other_types_has_examples():
    contract = own(Ours)
    full, without = of(contract, "full", "lines[].cached-absent")
    assert full == {
        "tier": "standard",
        "region": "eu-central",
        "cost": 0.25,
        "is_byok": False,
        "day": "2026-01-31",
        "fixed": "usd",
        "tags": [],
        "labels": {},
        "lines": [{"model": "text", "tokens": 11, "cached": 13}],
        "by_model": {"example": {"model": "text", "tokens": 17, "cached": 19}},
        "either": 1,
    }
    assert without["lines"] == [{"model": "text", "tokens": 11}]
    assert {example.note for example in contract.examples()} == {"no value could be made up for extra"}


def test_a_model_with_lists_maps_and_other_types_has_counterexamples():
    contract = own(Ours)
    cases = contract.counterexamples()
    for case in cases:
        assert judged(contract, case.wire) == [(case.kind, case.code, case.path)], case.name
    assert {
        "tier-number",
        "tags-string",
        "is_byok-number",
        "cost-nan",
        "lines[].tokens-fraction",
        "lines[].tokens-negative",
        "by_model.example.tokens-missing",
        "lines[]-undocumented",
        "by_model.example-undocumented",
        "usage-undocumented",
    } <= set(named(cases))
    for example in contract.examples():
        assert judged(contract, example.usage) == []


def test_a_field_that_no_value_can_be_made_up_for_is_left_out_with_a_note():
    class Odd(Usage):
        tokens: Count
        code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$")] = "ABC-1"

    full = own(Odd).examples()[0]
    assert (full.usage, full.note) == ({"tokens": 100}, "no value could be made up for code")


def test_a_required_field_that_no_value_can_be_made_up_for_is_said():
    class Odd(Usage):
        code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$")]

    with pytest.raises(
        ValueError, match=r"^example/calls: no usage can be made up, since code must be there; give it Field.examples"
    ):
        own(Odd).examples()


def test_a_model_whose_own_validator_refuses_everything_is_said():
    class Odd(Usage):
        tokens: Count

        @field_validator("tokens")
        @classmethod
        def never(cls, value):
            raise ValueError("never")

    with pytest.raises(ValueError, match="since tokens must be there"):
        own(Odd).counterexamples()


def test_a_field_may_say_an_example_of_its_own():
    class Helped(Usage):
        code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$", examples=["ABC-1"])]

    assert own(Helped).examples()[0].usage == {"code": "ABC-1"}


def test_a_limit_leaves_out_the_examples_and_counterexamples_that_are_against_it():
    class Limited(Usage):
        tokens: Annotated[int, Field(gt=0)]

    contract = own(Limited)
    assert named(contract.examples()) == ["full", "minimal"]
    assert "tokens-negative" not in named(contract.counterexamples())


def test_a_type_that_json_schema_has_no_word_for_is_left_out():
    class Odd(BaseModel):
        tokens: int
        call: Callable[[int], int] | None = None

    full = own(Odd).examples()[0]
    assert (full.usage, full.note) == ({"tokens": 100}, "no value could be made up for call")


def test_a_model_that_contains_itself_is_left_open_below_that_point():
    class Tree(Usage):
        tokens: Count
        inner: "MayBeAbsent[Tree]" = ABSENT

    full = own(Tree).examples()[0]
    assert (full.usage, full.note) == ({"tokens": 100}, "no value could be made up for inner")


def test_names_that_an_sdk_spells_alike_are_not_misspelt():
    class Twins(Usage):
        cached_tokens: Count
        cachedTokens: Count  # noqa: N815 - the case

    assert not [name for name in named(own(Twins).counterexamples()) if name.endswith("misspelt")]


def test_a_contract_of_either_spelling_has_no_misspelt_names():
    class Either(Usage):
        cached_tokens: Count

    assert not [
        name for name in named(own(Either, either_spelling=True).counterexamples()) if name.endswith("misspelt")
    ]


def test_an_undocumented_name_is_one_that_is_not_documented():
    class Taken(Usage):
        undocumented_tokens: Count

    cases = {case.name: case for case in own(Taken).counterexamples()}
    assert cases["usage-undocumented"].usage["undocumented_tokens_2"] == 1


class Parted(Usage):
    total: Count
    input: Count
    output: Count
    cached: Count
    beside: Count


def test_parts_of_sums_and_rules_of_other_kinds_are_balanced():
    class Even:
        words = "output is even"
        operands = ("output",)

        def breach(self, counts):
            return None

        def holds(self, place):
            return lambda counts: True

    rules = (
        Total("total", of=("input", "output")),
        Part("cached", whole="total"),
        Part("output", whole="input"),
        Beside("beside", headline="input"),
        Even(),
    )
    contract = own(Parted, accounting=rules)
    for example in contract.examples():
        assert judged(contract, example.usage) == []
    cases = contract.counterexamples()
    for case in cases:
        assert judged(contract, case.wire) == [(case.kind, case.code, case.path)], case.name
    assert {"total-off-by-one", "cached-above-total", "output-above-input"} <= set(named(cases))


def test_a_part_above_its_whole_is_brought_down_unless_it_is_a_sum_itself():
    rules = (Whole("whole", parts=("a", "b")), Part("inside", whole="whole"), Part("whole", whole="around"))
    counts = {"whole": 0, "a": 1, "b": 2, "inside": 9, "around": 1}
    assert balanced(rules, counts) == {"whole": 3, "a": 1, "b": 2, "inside": 3, "around": 3}


def test_where_rules_contradict_each_other_zeros_keep_them():
    rules = (Total("total", of=("a", "b")), Total("total", of=("a", "b", "c")))
    contract = own(Contradicted, accounting=rules)
    assert of(contract, "full") == [{"total": 0, "a": 0, "b": 0, "c": 0}]


def test_a_rule_that_cannot_be_broken_from_above_is_broken_from_below():
    rules = (Part("a", whole="b"), Part("a", whole="c"), Part("c", whole="b"))
    cases = {case.name: case.usage for case in own(Contradicted, accounting=rules).counterexamples()}
    assert cases["a-above-c"]["a"] > cases["a-above-c"]["c"]
    assert "a-above-b" not in cases


def test_what_a_lenient_model_takes_is_no_counterexample():
    class Lenient(Usage):
        tokens: Annotated[int, BeforeValidator(lambda value: 1 if value is True else value)]

    names = named(own(Lenient).counterexamples())
    assert "tokens-boolean" not in names
    assert "tokens-string" in names


class Contradicted(Usage):
    total: Count
    a: Count
    b: Count
    c: Count


class Days(Usage):
    by_day: dict[str, list[Parted]]


def test_lists_in_maps_have_their_examples_and_counterexamples():
    contract = own(Days)

    (full, *_) = contract.examples()
    (day,) = full.usage["by_day"]["example"]
    assert day.keys() == Parted.model_fields.keys()
    assert all(judged(contract, example.usage) == [] for example in contract.examples())
    cases = contract.counterexamples()
    assert all(judged(contract, case.wire) == [(case.kind, case.code, case.path)] for case in cases)
    assert any(case.path.startswith("usage.by_day.example[].") for case in cases)


def test_what_lies_outside_its_headline_can_break_nothing():
    declared = own(Parted, accounting=(Beside("beside", "output"), Part("cached", "input")))

    ruled = [case for case in declared.counterexamples() if case.name in ("beside-above-output", "cached-above-input")]
    assert [case.name for case in ruled] == ["cached-above-input"]


def test_a_rule_that_cannot_be_broken_alone_has_no_counterexample():
    twice = (Total("total", of=("input", "output")), Total("total", of=("output", "input")))

    assert not [case for case in own(Parted, accounting=twice).counterexamples() if case.code == "total-mismatch"]
