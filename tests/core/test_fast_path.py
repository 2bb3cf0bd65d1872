"""The lean judge: what it proves, and what it must leave to the full one."""

from typing import Annotated, Literal

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    Tag,
    create_model,
    field_validator,
)

from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Dialect, Source
from pytest_usage_contract.core.fast_path import KEPT, UNPROVED, WHOLE
from pytest_usage_contract.core.usage import ABSENT, Amount, Count, MayBeAbsent, PerhapsNull, SomeObject, Usage


def contract_of(model, **more):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model, **more)


def prove(model, usage, **more):
    return checker(contract_of(model, **more)).proof(usage)


class Inner(Usage):
    cached: Count
    other: MayBeAbsent[Count] = ABSENT


class Line(Usage):
    kind: Literal["audio", "text"]
    tokens: int


class Timed(Usage):
    kind: Literal["text"]
    seconds: Amount


class Plain(Usage):
    tokens: Count
    inner: MayBeAbsent[Inner | None] = ABSENT
    whole: MayBeAbsent[PerhapsNull[int]] = ABSENT


class Rich(Usage):
    tokens: int
    cost: MayBeAbsent[Amount] = ABSENT
    tier: MayBeAbsent[str] = ABSENT
    cached: MayBeAbsent[bool] = ABSENT
    lines: MayBeAbsent[list[Line]] = ABSENT
    tools: MayBeAbsent[SomeObject] = ABSENT
    either: MayBeAbsent[int | str] = ABSENT


class Again(Usage):
    tokens: int
    again: MayBeAbsent["Again"] = ABSENT


class Bare(BaseModel):
    tokens: int


class Ignoring(Usage):
    model_config = ConfigDict(extra="ignore")

    cached: Count


class Positive(Usage):
    tokens: Count

    @field_validator("tokens")
    @classmethod
    def positive(cls, value):
        return abs(value)  # pragma: no cover - nobody asks it


class Opened(Usage):
    tokens: Count

    def model_post_init(self, context):
        raise ValueError("it never opens")  # pragma: no cover - nobody opens it


class OpenedEither(RootModel[Inner | Timed]):
    def model_post_init(self, context):
        raise ValueError("it never opens")  # pragma: no cover - nobody opens it


def beside_tokens(**fields):
    return create_model("Fields", __base__=Usage, tokens=(Count, ...), **fields)


PROVED = {
    "every field": (Plain, {"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3}, WHOLE),
    "a field less": (Plain, {"tokens": 3, "inner": {"cached": 0, "other": 1}}, KEPT),
    "a field less further in": (Plain, {"tokens": 3, "inner": {"cached": 0}, "whole": 3}, KEPT),
    "a null": (Plain, {"tokens": 3, "inner": None, "whole": None}, KEPT),
    "a count as large as they come": (Inner, {"cached": 10**400, "other": 2}, WHOLE),
    "money, a text, a truth, and an object": (
        Rich,
        {"tokens": 1, "cost": 0.5, "tier": "flex", "cached": True, "tools": {"a": None}},
        KEPT,
    ),
    "money that is whole": (Rich, {"tokens": 1, "cost": -3}, KEPT),
    "lists": (Rich, {"tokens": 1, "lines": [{"kind": "text", "tokens": 1}, {"kind": "audio", "tokens": 0}]}, KEPT),
    "no lines": (Rich, {"tokens": 1, "lines": []}, KEPT),
    "a model that takes no other names": (Bare, {"tokens": 1}, WHOLE),
    "the first of several kinds": (RootModel[Inner | Timed], {"cached": 1, "other": 1}, KEPT),
    "another of them": (RootModel[Line | Timed], {"kind": "text", "seconds": 0.5}, KEPT),
    "an object that ignores others": (
        beside_tokens(inner=(Ignoring, ...)),
        {"tokens": 1, "inner": {"cached": 1}},
        WHOLE,
    ),
}


@pytest.mark.parametrize("model, usage, proved", PROVED.values(), ids=PROVED)
def test_a_usage_that_plainly_keeps_its_contract_is_proved_to(model, usage, proved):
    assert prove(model, usage) == proved
    assert checker(contract_of(model)).check_in_full(usage).findings == ()


UNPROVABLE = {
    "a name that is not documented": (Plain, {"tokens": 1, "new": 1}),
    "one further in": (Plain, {"tokens": 1, "inner": {"cached": 0, "new": None}}),
    "one in a list": (Rich, {"tokens": 1, "lines": [{"kind": "text", "tokens": 1, "new": 1}]}),
    "a count that is absent": (Plain, {"inner": {"cached": 0}}),
    "one that is null": (Plain, {"tokens": None}),
    "one that is absent further in": (Plain, {"tokens": 1, "inner": {"other": 1}}),
    "a null where nothing says so": (Inner, {"cached": 1, "other": None}),
    "a fraction": (Plain, {"tokens": 3.0}),
    "a truth for a count": (Plain, {"tokens": True}),
    "a text for a count": (Plain, {"tokens": "3"}),
    "a count below zero": (Plain, {"tokens": 1, "inner": {"cached": -1}}),
    "one in a list below zero": (Rich, {"tokens": 1, "lines": [{"kind": "text", "tokens": -1}]}),
    "a number for an object": (Plain, {"tokens": 1, "inner": 1}),
    "an object for a list": (Rich, {"tokens": 1, "lines": {}}),
    "a list for an object": (Rich, {"tokens": 1, "tools": []}),
    "money beyond all bounds": (Rich, {"tokens": 1, "cost": 1e301}),
    "money that is none": (Rich, {"tokens": 1, "cost": float("nan")}),
    "a text for money": (Rich, {"tokens": 1, "cost": "1"}),
    "a truth for money": (Rich, {"tokens": 1, "cost": True}),
    "a lone surrogate": (Rich, {"tokens": 1, "tier": "\ud800"}),
    "a number for a text": (Rich, {"tokens": 1, "tier": 1}),
    "a number for a truth": (Rich, {"tokens": 1, "cached": 1}),
    "another text than is documented": (Rich, {"tokens": 1, "lines": [{"kind": "video", "tokens": 1}]}),
    "one of several types": (Rich, {"tokens": 1, "either": 1}),
    "an object in itself": (Again, {"tokens": 1, "again": {"tokens": 1}}),
    "a usage of several kinds that share a count": (RootModel[Plain | Rich], {"tokens": 1}),
    "none of several kinds": (RootModel[Line | Plain], {"kind": "text", "tokens": 1.0}),
    "a usage of several kinds, of which one is none": (RootModel[Inner | dict[str, int]], {"cached": 1}),
    "a usage of several kinds that have tags": (
        RootModel[Annotated[Inner, Tag("a")] | Annotated[Timed, Tag("b")]],
        {"cached": 1},
    ),
    "what a usage of several kinds does when it is made": (OpenedEither, {"cached": 1}),
    "a usage that is one of another kind": (RootModel[Plain], {"tokens": 1}),
    "a check of one's own": (Positive, {"tokens": 1}),
    "what a model does when it is made": (Opened, {"tokens": 1}),
    "a value that is changed": (beside_tokens(of=(Annotated[int, AfterValidator(abs)], ...)), {"tokens": 1, "of": 1}),
    "a bound": (beside_tokens(of=(int, Field(0, gt=5))), {"tokens": 1, "of": 6}),
    "a shortest text": (beside_tokens(of=(str, Field("", min_length=1))), {"tokens": 1, "of": "x"}),
    "a default that is judged": (beside_tokens(of=(int, Field("x", validate_default=True))), {"tokens": 1}),
    "an alias": (beside_tokens(of=(Count, Field(0, alias="other"))), {"tokens": 1, "other": 1}),
}


@pytest.mark.parametrize("model, usage", UNPROVABLE.values(), ids=UNPROVABLE)
def test_anything_else_is_left_to_the_full_judge(model, usage):
    assert prove(model, usage) == UNPROVED


def test_nor_is_a_model_that_is_too_deep_for_a_function():
    model = Inner
    for _ in range(60):
        model = create_model("Outer", __base__=Usage, inner=(model, ...))
    usage = {"cached": 1}
    for _ in range(60):
        usage = {"inner": usage}
    assert prove(model, usage) == UNPROVED
    assert checker(contract_of(model)).check(usage).kept


def test_a_choice_of_spellings_is_left_to_the_full_judge():
    assert prove(Plain, {"tokens": 1}, either_spelling=True) == UNPROVED


class Even:
    """A rule of a kind that nobody knows."""

    words = "tokens are even"
    operands = ("tokens",)

    def breach(self, counts):
        return "odd" if counts["tokens"] % 2 else None


RULES = (
    Part("inner.cached", whole="tokens"),
    Total("whole", of=("tokens",)),
    Whole("tokens", parts=("whole",)),
    Beside("inner.other", headline="tokens"),
)

COUNTED = {
    "all rules": (RULES, {"tokens": 3, "inner": {"cached": 3, "other": 9}, "whole": 3}, True),
    "a part of nothing": (RULES, {"tokens": 0, "inner": {"cached": 0}}, True),
    "a part that is larger": (RULES, {"tokens": 3, "inner": {"cached": 4}}, False),
    "a sum that is none": (RULES, {"tokens": 3, "whole": 4}, False),
    "operands that are not there": (RULES, {"tokens": 3, "whole": None}, True),
    "a rule of one's own": ((Even(),), {"tokens": 4}, True),
    "a rule of one's own that is broken": ((Even(),), {"tokens": 3}, False),
}


@pytest.mark.parametrize("rules, usage, kept", COUNTED.values(), ids=COUNTED)
def test_its_accounting_is_that_of_the_contract(rules, usage, kept):
    assert bool(prove(Plain, usage, accounting=rules)) is kept


def test_a_count_that_is_left_out_where_it_is_zero_is_zero():
    zeros = Dialect(input="tokens", zeros=("whole",))
    assert not prove(Plain, {"tokens": 3}, accounting=RULES, dialect=zeros)
    assert prove(Plain, {"tokens": 0}, accounting=RULES, dialect=zeros)


def test_what_was_proved_is_told_as_the_full_judge_tells_it():
    prepared = checker(contract_of(Plain, accounting=RULES))
    for usage in ({"tokens": 3, "inner": {"cached": 0, "other": 1}, "whole": 3}, {"tokens": 3, "inner": None}):
        lean, full = prepared.check(usage, note="a note"), prepared.check_in_full(usage, note="a note")
        assert (lean.findings, lean.wire, lean.note) == ((), usage, "a note")
        assert (lean.usage, dict(lean.seen), lean.rules) == (full.usage, full.seen, full.rules)
