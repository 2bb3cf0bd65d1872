"""When a look is enough, and when it must not be."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, field_validator

from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
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


class Ignoring(Inner):
    model_config = ConfigDict(extra="ignore")


class Holding(Usage):
    tokens: Count
    inner: Ignoring


class Bare(BaseModel):
    tokens: int
    cached: int


class Aliased(Usage):
    tokens: Count = Field(alias="cached")
    cached: Count = Field(alias="tokens")


class Lax(Usage):
    tokens: Count
    cached: int = Field(0, strict=False)


class Validated(Usage):
    tokens: Count
    cached: Annotated[int, AfterValidator(abs)]


class Checked(Usage):
    tokens: Count
    cached: Count

    @field_validator("cached")
    @classmethod
    def positive(cls, value):
        return abs(value)


class Listed(Usage):
    tokens: Count
    cached: Count
    items: list[Inner] = []  # noqa: RUF012 - pydantic copies it


class Texts(Usage):
    tokens: Count
    cached: Count
    tier: str = ""


class Costs(Usage):
    tokens: Count
    cached: Count
    cost: float = 0


class One(Usage):
    tokens: Count


class Dotted(Usage):
    tokens: Count
    cached: Count = Field(alias="a.b")


@pytest.mark.parametrize("model", [Plain, Inner, One], ids=lambda m: m.__name__)
def test_a_usage_of_counts_is_plain(model):
    assert contract_of(model).plain


@pytest.mark.parametrize(
    "model", [Holding, Bare, Aliased, Lax, Validated, Checked, Listed, Texts, Costs, Dotted], ids=lambda m: m.__name__
)
def test_a_usage_with_anything_else_in_it_is_not(model):
    contract = contract_of(model)
    assert not contract.plain
    assert contract.glance(model.model_construct(tokens=1, cached=1, inner=None), {}, "") is None


@pytest.mark.parametrize(
    "model",
    [Lax, Validated, Checked, create_model("Odd", __base__=Usage, tokens=(Count, 0), **{"a.b": (Count, 0)})],
    ids=lambda m: m.__name__,
)
def test_not_even_where_it_looks_plain(model):
    contract = contract_of(model)
    usage = dict.fromkeys(model.model_fields, 1)
    assert not contract.plain
    assert contract.glance(model.model_validate(usage), usage, "") is None


def test_two_counts_are_enough():
    contract = contract_of(Inner)
    usage = {"cached": 1, "other": 2}
    assert contract.glance(Inner.model_validate(usage), usage, "").wire == usage


@pytest.mark.parametrize(
    "usage",
    [
        {"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3},
        {"tokens": 10**400, "inner": {"cached": 10**400, "other": 0}, "whole": 10**400},
    ],
)
def test_a_plainly_sound_usage_is_settled(usage):
    rules = (
        Part("inner.cached", whole="tokens"),
        Total("whole", of=("tokens",)),
        Whole("tokens", parts=("whole",)),
        Beside("inner.other", headline="tokens"),
    )
    contract = contract_of(Plain, accounting=rules)
    typed = contract.usage.model_validate(usage)
    verdict = contract.glance(typed, usage, "a note")
    assert verdict == ("own/call", (), typed, usage, verdict.seen, contract.rules, "a note")
    assert dict(verdict.seen) == {field.path: True for field in contract.fields}


@pytest.mark.parametrize(
    "usage",
    [
        {"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3, "new": 1},
        {"tokens": 3, "inner": {"cached": 0, "other": 1, "new": None}, "whole": 3},
        {"tokens": 3, "whole": 3},
        {"tokens": 3, "inner": None, "whole": 3},
        {"tokens": 3.0, "inner": {"cached": 0, "other": 1}, "whole": 3},
        {"tokens": 3, "inner": {"cached": -1, "other": 1}, "whole": 3},
        {"tokens": 3, "inner": {"cached": 4, "other": 1}, "whole": 3},
    ],
)
def test_anything_else_is_left_to_the_survey(usage):
    contract = contract_of(Plain, accounting=(Part("inner.cached", whole="tokens"),))
    assert contract.glance(contract.usage.model_validate(usage), usage, "") is None


def test_where_one_name_is_all_there_is_no_need_to_hurry():
    contract = contract_of(One)
    assert contract.glance(One(tokens=1), {"tokens": 1}, "") is None


def test_a_choice_of_spellings_is_left_to_the_survey():
    contract = contract_of(Plain, either_spelling=True)
    usage = {"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3}
    assert contract.glance(Plain.model_validate(usage), usage, "") is None
