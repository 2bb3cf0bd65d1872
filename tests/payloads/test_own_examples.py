"""Examples and counterexamples of contracts as users write them: any pydantic model, and rules that hang together."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, BeforeValidator, Field, RootModel, field_validator
from toy import TOY, codes

from pytest_usage_contract import counterexamples, examples
from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage
from pytest_usage_contract.payloads.derivation import balance


def own(model, *accounting, **declared):
    source = Source(document="Usage", package="example-sdk")
    return Contract(name="own/calls", source=source, usage=model, accounting=accounting, **declared)


def usages(cases):
    return {case.name: case.usage for case in cases}


class Line(BaseModel):
    model: str
    tokens: int
    cached: int | None = None


class Ours(BaseModel):
    tier: Literal["standard", "batch"]
    region: Annotated[str, Field(examples=["eu-central"])]
    code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$", examples=["ABC-1"])]
    cost: float
    is_byok: bool
    day: date
    at: datetime
    noon: time
    took: timedelta
    trace: UUID
    link: AnyUrl
    fixed: Literal["usd"] = "usd"
    tags: list[str] = []
    labels: dict[str, str] = {}
    lines: list[Line]
    by_model: dict[str, Line]
    by_day: dict[str, list[Line]] = {}
    extra: object = None
    either: int | str = 0


class Parted(Usage):
    total: Count
    input: Count
    output: Count
    cached: Count
    beside: Count


class Even:
    """A rule of a kind that nobody knows."""

    words = "output is even"
    operands = ("output",)

    def breach(self, counts):
        return None


OURS = own(Ours)
TOTAL, CACHED = Total("total", of=("input", "output")), Part("cached", whole="total")
PARTED = own(Parted, TOTAL, CACHED, Part("output", whole="input"), Beside("beside", headline="input"), Even())


@pytest.mark.parametrize("contract", [TOY, OURS, PARTED], ids=["toy", "ours", "parted"])
def test_every_example_keeps_and_every_counterexample_breaks_by_its_finding_alone(contract):
    """As the bytes of a body, as a provider would send it."""
    cases = [(case.name, json.dumps(case.usage).encode(), []) for case in examples(contract)]
    cases += [(case.name, case.wire, [(case.code, case.path)]) for case in counterexamples(contract)]
    for name, wire, findings in cases:
        assert codes(check_bytes(contract, b'{"id": "1", "usage": %s}' % wire, demand=True)) == findings, name


def test_a_model_with_lists_maps_and_other_types_has_examples():
    found = usages(examples(OURS))
    assert found["full"] == {
        "tier": "standard",
        "region": "eu-central",
        "code": "ABC-1",
        "cost": 0.25,
        "is_byok": False,
        "day": "2026-01-31",
        "at": "2026-01-31T12:00:00Z",
        "noon": "12:00:00Z",
        "took": "PT1S",
        "trace": "00000000-0000-4000-8000-000000000000",
        "link": "https://example.test/",
        "fixed": "usd",
        "tags": [],
        "labels": {},
        "lines": [{"model": "text", "tokens": 11, "cached": 13}],
        "by_model": {"example": {"model": "text", "tokens": 17, "cached": 19}},
        "by_day": {"example": [{"model": "text", "tokens": 23, "cached": 29}]},
        "either": 1,
    }
    assert found["lines[].cached-absent"]["lines"] == [{"model": "text", "tokens": 11}]
    assert {example.note for example in examples(OURS)} == {"no value could be made up for extra"}


def test_a_model_with_lists_maps_and_other_types_has_counterexamples():
    line = {"model": "text", "tokens": 23, "cached": 29}
    faults = {
        "tier-number": ("tier", 1),
        "tags-string": ("tags", "[]"),
        "is_byok-number": ("is_byok", 1),
        "is_byok-string": ("is_byok", "true"),
        "is_byok-object": ("is_byok", {}),
        "lines[].tokens-fraction": ("lines", [{"model": "text", "tokens": 1.5, "cached": 13}]),
        "by_day.example[].tokens-negative": ("by_day", {"example": [{**line, "tokens": -1}]}),
        "by_day.example[]-undocumented": ("by_day", {"example": [{**line, "undocumented_tokens": 1}]}),
    }
    full, found = examples(OURS)[0].usage, usages(counterexamples(OURS))
    assert {name: found[name] for name in faults} == {
        name: {**full, member: value} for name, (member, value) in faults.items()
    }


def test_of_alternatives_that_a_tag_tells_apart_the_first_is_made_up():
    class Small(BaseModel):
        size: Literal["small"]
        name: str

    class Large(BaseModel):
        size: Literal["large"]
        name: str

    class Tagged(Usage):
        tokens: Count
        model: Annotated[Small | Large, Field(discriminator="size")]

    full = examples(own(Tagged))[0]
    assert (full.usage, full.note) == ({"tokens": 100, "model": {"size": "small", "name": "text"}}, "")


def test_a_counterexample_names_the_place_that_the_checker_names_where_a_tag_tells_alternatives_apart():
    class Small(Usage):
        size: Literal["small"]
        tokens: Count

    class Large(Usage):
        size: Literal["large", "huge"]
        pages: Count

    class Tagged(Usage):
        model: Annotated[Small | Large, Field(discriminator="size")]

    contract = own(Tagged)
    faults = {case.name: (case.code, case.path) for case in counterexamples(contract)}
    found = {case.name: codes(checker(contract).check(case.usage)) for case in counterexamples(contract)}
    assert {"model.size-missing", "model.size-null", "model.size-number", "model.tokens-null"} <= {*faults}
    assert found == {name: [fault] for name, fault in faults.items()}


class Coded(Usage):
    code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$")] = "ABC-1"
    tokens: Count


class Calling(BaseModel):
    tokens: int
    call: Callable[[int], int] | None = None


class Tree(Usage):
    tokens: Count
    inner: "MayBeAbsent[Tree]" = ABSENT


@pytest.mark.parametrize("model, name", [(Coded, "code"), (Calling, "call"), (Tree, "inner")])
def test_what_no_value_can_be_made_up_for_is_left_out_with_a_note(model, name):
    full = examples(own(model))[0]
    assert (full.usage, full.note) == ({"tokens": 100}, f"no value could be made up for {name}")


class Demanding(Usage):
    code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]$")]


class Refusing(Usage):
    tokens: Count

    @field_validator("tokens")
    @classmethod
    def never(cls, value):
        raise ValueError("never")


@pytest.mark.parametrize("model, name", [(Demanding, "code"), (Refusing, "tokens")])
def test_where_no_usage_can_be_made_up_it_is_said(model, name):
    for derive in (examples, counterexamples):
        with pytest.raises(ValueError, match="^own/calls: no usage") as refusal:
            derive(own(model))
        said = f"no usage can be made up, since {name} must be there; give it Field.examples"
        assert str(refusal.value) == f"own/calls: {said}"


def test_a_limit_leaves_out_the_examples_and_counterexamples_that_are_against_it():
    class Limited(Usage):
        tokens: Annotated[int, Field(gt=0)]

    assert [*usages(examples(own(Limited)))] == ["full", "minimal"]
    assert "tokens-negative" not in usages(counterexamples(own(Limited)))


def test_what_a_lenient_model_takes_is_no_counterexample():
    class Lenient(Usage):
        tokens: Annotated[int, BeforeValidator(lambda value: 1 if value is True else value)]

    found = usages(counterexamples(own(Lenient)))
    assert ("tokens-boolean" in found, "tokens-string" in found) == (False, True)


def test_only_a_name_that_an_sdk_spells_in_another_way_can_be_misspelt():
    class Twins(Usage):
        cached_tokens: Count
        cachedTokens: Count  # noqa: N815 - the case
        other_tokens: Count
        plain: Count

    def misspelt(**declared):
        return [name for name in usages(counterexamples(own(Twins, **declared))) if name.endswith("misspelt")]

    assert misspelt() == ["other_tokens-misspelt"]
    assert misspelt(either_spelling=True) == []


def test_a_usage_that_may_be_one_of_several_objects_has_the_examples_and_faults_of_each():
    class Counted(Usage):
        type: MayBeAbsent[Literal["tokens"]] = ABSENT
        total: Count
        input: Count

    class Timed(Usage):
        type: Literal["duration"]
        seconds: float

    class Either(RootModel[Counted | Timed]):
        pass

    contract = own(Either, Total("total", of=("input",)))
    shapes = usages(examples(contract))
    faults = {case.name: (case.code, case.path) for case in counterexamples(contract)}
    assert shapes["full"] == {"type": "tokens", "total": 120, "input": 120}
    assert shapes["full-2"] == {"type": "duration", "seconds": 0.25}
    assert ("type-absent" in shapes, "type-absent-2" in shapes) == (True, False)
    assert faults["total-off-by-one"] == ("total-mismatch", "usage.total")
    assert faults["type-missing-2"] == ("missing-field", "usage.type")
    for case in (*examples(contract), *counterexamples(contract)):
        found = codes(check_bytes(contract, json.dumps({"usage": case.usage}).encode()))
        assert found == [faults[name] for name in faults if name == case.name], case.name


def test_an_undocumented_name_is_one_that_is_not_documented():
    class Taken(Usage):
        undocumented_tokens: Count

    assert usages(counterexamples(own(Taken)))["usage-undocumented"] == {
        "undocumented_tokens": 100,
        "undocumented_tokens_2": 1,
    }


# Rules that hang together, contradict each other, or cannot be broken alone.


def test_each_rule_that_can_be_broken_alone_is():
    full = {"total": 240, "input": 120, "output": 120, "cached": 160, "beside": 180}
    found = usages(counterexamples(PARTED))
    assert examples(PARTED)[0].usage == full
    assert {name: found[name] for name in found if "-above-" in name or "-off-" in name} == {
        "total-off-by-one": {**full, "total": 241},
        "cached-above-total": {**full, "cached": 241},
        "output-above-input": {**full, "output": 121, "total": 241},
    }


def test_a_part_above_its_whole_is_brought_down_unless_it_is_a_sum_itself():
    rules = (Whole("whole", parts=("a", "b")), Part("inside", whole="whole"), Part("whole", whole="around"))
    counts = {"whole": 0, "a": 1, "b": 2, "inside": 9, "around": 1}
    assert balance(rules, counts) == {"whole": 3, "a": 1, "b": 2, "inside": 3, "around": 3}


def test_where_rules_contradict_each_other_zeros_keep_them():
    rules = (TOTAL, Total("total", of=("input", "output", "cached")))
    assert usages(examples(own(Parted, *rules)))["full"] == dict.fromkeys(Parted.model_fields, 0)


def test_a_rule_that_cannot_be_broken_from_above_is_broken_from_below():
    rules = (Part("input", whole="output"), Part("input", whole="cached"), Part("cached", whole="output"))
    found = usages(counterexamples(own(Parted, *rules)))
    assert found["input-above-cached"]["input"] > found["input-above-cached"]["cached"]
    assert "input-above-output" not in found


def test_a_part_above_its_whole_leaves_the_whole_as_it_is_though_it_is_a_sum():
    rules = (Whole("total", parts=("input", "output")), Part("input", whole="total"))
    full = {"total": 260, "input": 120, "output": 140, "cached": 160, "beside": 180}
    assert usages(counterexamples(own(Parted, *rules)))["input-above-total"] == {**full, "input": 261}


UNBREAKABLE = {
    "what lies outside its headline": (Beside("beside", "output"),),
    "one sum told twice": (TOTAL, Total("total", of=("output", "input"))),
}


@pytest.mark.parametrize("rules", UNBREAKABLE.values(), ids=UNBREAKABLE)
def test_a_rule_that_cannot_be_broken_alone_has_no_counterexample(rules):
    broken = {case.code for case in counterexamples(own(Parted, *rules)) if case.kind == "accounting"}
    assert broken == {"negative-count", "fractional-count"}
