"""When a look is enough, and when it must not be."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, field_validator

from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage


def contract_of(model, **more):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model, **more)


class Inner(Usage):
    cached: Count
    other: Count = 0


class Plain(Usage):
    tokens: Count
    inner: MayBeAbsent[Inner | None] = ABSENT
    whole: int = 0


class One(Usage):
    tokens: Count


class Ignoring(Inner):
    model_config = ConfigDict(extra="ignore")


class Bare(BaseModel):
    tokens: int
    cached: int


class Checked(Usage):
    tokens: Count
    cached: Count

    @field_validator("cached")
    @classmethod
    def positive(cls, value):
        return abs(value)


def beside_tokens(**fields):
    return create_model("Beside", __base__=Usage, tokens=(Count, ...), **fields)


NOT_PLAIN = {
    "a model that takes no other names": Bare,
    "an object that ignores other names": beside_tokens(inner=(Ignoring, ...)),
    "a check of one's own": Checked,
    "a value that is changed": beside_tokens(cached=(Annotated[int, AfterValidator(abs)], ...)),
    "a value that is coerced": beside_tokens(cached=(int, Field(0, strict=False))),
    "an alias": beside_tokens(cached=(Count, Field(alias="other"))),
    "a name with a dot": beside_tokens(**{"a.b": (Count, 0)}),
    "a list": beside_tokens(cached=(Count, 0), items=(list[Inner], [])),
    "a text": beside_tokens(cached=(Count, 0), tier=(str, "")),
    "a number that is no count": beside_tokens(cached=(Count, 0), cost=(float, 0)),
}


@pytest.mark.parametrize("model", [Plain, Inner, One])
def test_a_usage_of_counts_is_plain(model):
    assert checker(contract_of(model)).plain


@pytest.mark.parametrize("model", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_usage_with_anything_else_in_it_is_not_and_is_left_to_the_survey(model):
    contract = contract_of(model)
    usage = {"tokens": 1, "cached": 1, "other": 1, "a.b": 1, "inner": {"cached": 1}}
    assert not checker(contract).plain
    assert checker(contract).fast_path(model.model_validate(usage), usage, "") is None


def test_two_counts_are_enough():
    usage = {"cached": 1, "other": 2}
    assert checker(contract_of(Inner)).fast_path(Inner.model_validate(usage), usage, "").wire == usage


RULES = (
    Part("inner.cached", whole="tokens"),
    Total("whole", of=("tokens",)),
    Whole("tokens", parts=("whole",)),
    Beside("inner.other", headline="tokens"),
)
SOUND = {"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3}


@pytest.mark.parametrize(
    "usage", [SOUND, {"tokens": 10**400, "inner": {"cached": 10**400, "other": 0}, "whole": 10**400}]
)
def test_a_plainly_sound_usage_is_settled(usage):
    contract = contract_of(Plain, accounting=RULES)
    typed = Plain.model_validate(usage)
    verdict = checker(contract).fast_path(typed, usage, "a note")
    assert verdict == ("own/call", (), typed, usage, verdict.seen, contract.rules, "a note", contract)
    assert dict(verdict.seen) == {field.path: True for field in checker(contract).fields}


@pytest.mark.parametrize(
    "change",
    [
        {"new": 1},
        {"inner": {"cached": 0, "other": 1, "new": None}},
        {"inner": ABSENT},
        {"inner": None},
        {"tokens": 3.0},
        {"inner": {"cached": -1, "other": 1}},
        {"inner": {"cached": 4, "other": 1}},
        {"whole": 4},
    ],
)
def test_anything_else_is_left_to_the_survey(change):
    usage = {name: value for name, value in {**SOUND, **change}.items() if value is not ABSENT}
    assert checker(contract_of(Plain, accounting=RULES)).fast_path(Plain.model_validate(usage), usage, "") is None


def test_where_one_name_is_all_there_is_no_need_to_hurry():
    assert checker(contract_of(One)).fast_path(One(tokens=1), {"tokens": 1}, "") is None


def test_a_choice_of_spellings_is_left_to_the_survey():
    contract = contract_of(Plain, either_spelling=True)
    assert checker(contract).fast_path(Plain.model_validate(SOUND), SOUND, "") is None
