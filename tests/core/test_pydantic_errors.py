"""Contracts that a team makes of its own pydantic models: each error at its place on the wire, and told once."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from math import nan
from typing import Annotated, Any, Literal, NewType

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    RootModel,
    Tag,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from toy import codes
from typing_extensions import TypeAliasType, TypedDict

from pytest_usage_contract import Contract, Count, MayBeAbsent, Source, Usage
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.fields import alternatives_of
from pytest_usage_contract.core.usage import ABSENT


def contract_of(model):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model)


class Details(BaseModel):
    cached: int
    model: str = ""


class Plain(BaseModel):
    tokens: int
    details: Details
    cost: float | None = None


class Checked(BaseModel):
    tokens: int = Field(ge=0)
    tier: Literal["standard", "batch"] = "standard"
    share: Annotated[float, Field(le=1)] = 0
    cached: int = 0

    @field_validator("cached")
    @classmethod
    def even(cls, value):
        if value % 2:
            raise ValueError('an "odd" number')
        return value

    @model_validator(mode="after")
    def within(self):
        if self.cached > self.tokens:
            raise ValueError("more than all")
        return self


class Limited(BaseModel):
    more: Annotated[float, Field(ge=0)] = 0
    finite: FiniteFloat = 0


class Lists(BaseModel):
    numbers: list[int] = []
    items: list[Details] = []
    some: list[Details | None] = []
    deep: list[list[Details]] = []


class Maps(BaseModel):
    numbers: dict[str, int] = {}
    by_model: dict[str, Details] = {}
    by_day: dict[str, list[Details]] = {}


class Pages(BaseModel):
    type: Literal["pages"]
    pages_processed: int


class Tokens(BaseModel):
    type: Literal["tokens"]
    tokens_processed: int
    cached: int


class Either(RootModel[Pages | Tokens]):
    pass


class Unions(BaseModel):
    number: int | float = 0
    usage: Pages | Tokens | None = None
    tagged: Annotated[Pages | Tokens, Field(discriminator="type")] | None = None
    several: list[Pages | Tokens] = []
    listed: list[Details] | str = ""


class Called(BaseModel):
    told: Annotated[
        Annotated[Pages, Tag("pages")] | Annotated[Tokens, Tag("tokens")],
        Discriminator(lambda value: value.get("type") if isinstance(value, dict) else value.type),
    ]


class Aliased(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    input_tokens: int
    tokens: int = Field(alias="num_tokens")
    cached: int = Field(0, validation_alias=AliasChoices(AliasPath("details", 0), "cached_tokens", "cached"))


class Node(BaseModel):
    tokens: int
    children: list["Node"] = []
    other: "Node | None" = None


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    tokens: int
    details: list["ForbiddingDetails"] = []
    by_model: dict[str, "ForbiddingDetails"] = {}
    by_day: dict[str, list["ForbiddingDetails"]] = {}
    deep: list[list["ForbiddingDetails"]] = []
    again: "Forbidding | None" = None


class ForbiddingDetails(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cached: int = 0


class Timed(BaseModel):
    tokens: int
    at: datetime
    cost: Decimal = Decimal(0)


class Lenient(Usage):
    tokens: Annotated[int, BeforeValidator(int)]
    cached: Count


class Row(TypedDict):
    cached: int


class ClosedRow(TypedDict):
    __pydantic_config__ = ConfigDict(extra="forbid")
    cached: int


Tokenish = NewType("Tokenish", int)
Alias = TypeAliasType("Alias", list[Details])


class ByModel(RootModel[dict[str, Details]]):
    pass


class Odd(BaseModel):
    row: Row | None = None
    counted: Tokenish = Tokenish(0)
    closed: ClosedRow | None = None
    either: Row | int | None = None
    keyed: dict[Annotated[str, Field(max_length=2)], int] = {}
    rows: Alias = []
    by_model: ByModel | None = None
    anything: Any = None


class Open(Usage):
    tokens: Count
    details: MayBeAbsent[Details] = ABSENT


PAGES = {"type": "pages", "pages_processed": 1}
TOKENS = {"type": "tokens", "tokens_processed": 1, "cached": 1}

KEPT = [
    (Plain, {"tokens": 1, "details": {"cached": 1}}),
    (Plain, {"tokens": 1, "details": {"cached": 1}, "cost": 0.5}),
    (Plain, {"tokens": 1, "details": {"cached": 1}, "cost": -1}),
    (Lists, {"numbers": [1, 2], "items": [{"cached": 1}], "some": [None, {"cached": 1}]}),
    (Maps, {"numbers": {"gpt-4.1": 1}, "by_model": {"": {"cached": 1}}, "by_day": {"a": [{"cached": 1}]}}),
    (Unions, {"number": 1.0, "usage": PAGES, "several": [PAGES, TOKENS]}),
    (Unions, {"usage": TOKENS}),
    (Unions, {"usage": None, "tagged": PAGES, "listed": [{"cached": 1}]}),
    (Either, PAGES),
    (Either, TOKENS),
    (Aliased, {"inputTokens": 1, "num_tokens": 1, "cached_tokens": 1}),
    (Node, {"tokens": 1, "children": [{"tokens": 1, "children": [{"tokens": 1}]}]}),
    (Checked, {"tokens": 2, "tier": "batch", "share": 0.5, "cached": 2}),
    (Forbidding, {"tokens": 1, "details": [{"cached": 1}]}),
    (Odd, {"row": {"cached": 1}, "counted": 3, "rows": [{"cached": 1}], "anything": {"a": [1]}}),
    (Odd, {"by_model": {"m": {"cached": 1}}}),
    (Open, {"tokens": 1, "details": {"cached": 1}}),
]

BROKEN = [
    (Plain, {"tokens": 1, "details": {}}, {"missing-field": "details.cached"}),
    (
        Plain,
        {"tokens": "1", "details": {"cached": 1.5, "model": None, "new": 1}},
        {"wrong-type": "tokens details.cached", "null-value": "details.model", "undocumented-field": "details.new"},
    ),
    (
        Plain,
        {"tokens": -1, "details": {"cached": 1}, "cost": float("inf")},
        {"non-finite-number": "cost", "negative-count": "tokens"},
    ),
    (
        Checked,
        {"tokens": float("nan"), "tier": float("nan"), "share": float("nan")},
        {"non-finite-number": "tokens share", "wrong-type": "tier"},
    ),
    # What the model itself refuses is no second time against the accounting.
    (Checked, {"tokens": -1, "tier": "other", "share": 1.5}, {"wrong-type": "tokens tier share"}),
    (
        Lists,
        {"numbers": [1, "2", "3"], "items": [{"cached": 1}, {}, {}, 3], "some": {}},
        {"wrong-type": "numbers[] items[] some", "missing-field": "items[].cached"},
    ),
    (
        Lists,
        {
            "items": [{"cached": -1, "new": 1}, {"cached": -2, "new": 2}],
            "some": [None, {"cached": 1, "new": 1}],
            "deep": [[], [{"cached": 1, "new": 1}]],
        },
        {"negative-count": "items[].cached", "undocumented-field": "items[].new some[].new deep[][].new"},
    ),
    (
        Maps,
        {
            "numbers": {"a": "1", "gpt-4.1": None},
            "by_model": {"gpt-4.1": {"new": 1}, "b": 3},
            "by_day": {"x": [{"cached": None, "new": 1}], "y": 3},
        },
        {
            "wrong-type": "numbers.a by_model.b by_day.y",
            "null-value": 'numbers["gpt-4.1"] by_day.x[].cached',
            "missing-field": 'by_model["gpt-4.1"].cached',
            "undocumented-field": 'by_model["gpt-4.1"].new by_day.x[].new',
        },
    ),
    (Either, {"type": "pages"}, {"missing-field": "pages_processed"}),
    (Either, {**TOKENS, "cached": "1"}, {"wrong-type": "cached"}),
    (Either, {**PAGES, "new": 1}, {"undocumented-field": "new"}),
    # Of the alternatives the nearest is told: the pages, not all that a usage of tokens would need.
    (Unions, {"usage": {**PAGES, "pages_processed": "1"}}, {"wrong-type": "usage.pages_processed"}),
    (
        Unions,
        {"usage": {**TOKENS, "tokens_processed": None, "new": 1}},
        {"null-value": "usage.tokens_processed", "undocumented-field": "usage.new"},
    ),
    (Unions, {"tagged": {"type": "tokens", "tokens_processed": 1}}, {"missing-field": "tagged.cached"}),
    # What tells alternatives apart is a field as any other.
    (Unions, {"tagged": {"pages_processed": 1}}, {"missing-field": "tagged.type"}),
    (Unions, {"tagged": {**PAGES, "type": None}}, {"null-value": "tagged.type"}),
    (
        Unions,
        {"tagged": {**PAGES, "type": 3, "new": 1}},
        {"wrong-type": "tagged.type", "undocumented-field": "tagged.new"},
    ),
    (Unions, {"tagged": {**PAGES, "type": "images"}}, {"wrong-type": "tagged.type"}),
    (Unions, {"tagged": [PAGES]}, {"wrong-type": "tagged"}),
    (Called, {"told": {**PAGES, "type": "images"}}, {"wrong-type": "told"}),
    (
        Unions,
        {"several": [{**PAGES, "pages_processed": "1"}, {**TOKENS, "tokens_processed": "1"}]},
        {"wrong-type": "several[].pages_processed several[].tokens_processed"},
    ),
    (
        Unions,
        {"listed": [{"cached": "1", "new": 1}]},
        {"wrong-type": "listed[].cached", "undocumented-field": "listed[].new"},
    ),
    (Aliased, {"inputTokens": 1, "tokens": 1}, {"missing-field": "num_tokens", "undocumented-field": "tokens"}),
    (Aliased, {"input_tokens": "1", "num_tokens": 1}, {"wrong-type": "inputTokens", "sdk-spelling": "inputTokens"}),
    (
        Aliased,
        {"inputTokens": 1, "num_tokens": 1, "details": ["1"]},
        {"wrong-type": "details[]", "undocumented-field": "details"},
    ),
    (
        Node,
        {"tokens": 1, "children": [{"tokens": 1, "children": [{"tokens": "1", "new": 1}]}], "other": {}},
        {
            "wrong-type": "children[].children[].tokens",
            "missing-field": "other.tokens",
            "undocumented-field": "children[].children[].new",
        },
    ),
    (Checked, {"tokens": 1, "cached": 3}, {"wrong-type": "cached"}),
    (Checked, {"tokens": 1, "cached": 4}, {"wrong-type": "usage"}),
    (
        Forbidding,
        {
            "tokens": 1,
            "new": 1,
            "details": [{"new": 1}],
            "by_model": {"m": {"new": 1}},
            "by_day": {"x": [{"new": 1}]},
            "deep": [[{"new": 1}]],
            "again": {"tokens": 1, "again": {"tokens": 1, "new": 1}},
        },
        {"undocumented-field": "new details[].new by_model.m.new by_day.x[].new deep[][].new again.again.new"},
    ),
    (
        Forbidding,
        {"tokens": "1", "new": 1, "details": {}, "by_model": [3]},
        {"wrong-type": "tokens details by_model", "undocumented-field": "new"},
    ),
    (Timed, {"tokens": "1", "at": "2026-11-21T00:00:00Z", "cost": 0.25}, {"wrong-type": "tokens"}),
    (
        Odd,
        {"row": {"cached": "1"}, "counted": -1, "rows": [{}]},
        {"wrong-type": "row.cached", "missing-field": "rows[].cached", "negative-count": "counted"},
    ),
    (Odd, {"closed": {"cached": 1, "new": 1}}, {"wrong-type": "closed.new"}),
    (Odd, {"either": {"cached": "1"}, "keyed": {"long": 1}}, {"wrong-type": "either.cached keyed.long"}),
    (
        Odd,
        {"by_model": {"m": {"cached": 1, "new": 1}, "n": {}}},
        {"missing-field": "by_model.n.cached", "undocumented-field": "by_model.m.new"},
    ),
    # A model inside that ignores what it does not know hides nothing.
    (Open, {"tokens": 1, "details": {"cached": 1, "new": 1}}, {"undocumented-field": "details.new"}),
    (Open, {"tokens": 1, 7: 1}, {"undocumented-field": 'usage["7"]'}),
    # What cannot be JSON, or what pydantic's parser of JSON refuses, is judged as it is.
    (Timed, {"tokens": 1, "at": "\ud800"}, {"wrong-type": "at"}),
    (Timed, {"tokens": 1, "at": date(2026, 11, 21)}, {"wrong-type": "at"}),
    (Timed, {"tokens": 1, "at": {1, 2}}, {"wrong-type": "at"}),
    (
        Timed,
        {"tokens": 1, "at": "soon", "deep": reduce(lambda inner, _: [inner], range(210), [])},
        {"wrong-type": "at", "undocumented-field": "deep"},
    ),
    (
        Timed,
        {"tokens": 1, "at": "soon", "deep": reduce(lambda inner, _: [inner], range(300), [])},
        {"wrong-type": "at", "undocumented-field": "deep"},
    ),
]


REFUSED = {"missing-field", "null-value", "wrong-type"}
"""What pydantic finds itself, so that there is no typed usage."""


def named(model):
    return getattr(model, "__name__", "")


@pytest.mark.parametrize("model, usage", KEPT, ids=named)
def test_a_model_of_ones_own_is_kept(model, usage):
    verdict = checker(contract_of(model)).check(usage)
    assert verdict.findings == ()
    assert isinstance(verdict.usage, alternatives_of(model))


@pytest.mark.parametrize("model, usage, findings", BROKEN, ids=named)
def test_a_model_of_ones_own_is_broken_at_its_place_and_once(model, usage, findings):
    verdict = checker(contract_of(model)).check(usage)
    paths = {}
    for code, path in codes(verdict):
        paths.setdefault(code, []).append(path.removeprefix("usage."))
    assert {code: sorted(there) for code, there in paths.items()} == {
        code: sorted(there.split()) for code, there in findings.items()
    }
    assert (verdict.usage is None) == (not REFUSED.isdisjoint(paths))


# One finding each: its code and path, what is documented there, or what pydantic wants there, and what is there.
SIDES = [
    (Plain, {"tokens": 1}, "missing-field usage.details", "object", "absent"),
    (Plain, {"tokens": "1", "details": {"cached": 1}}, "wrong-type usage.tokens", "integer", 'string "1"'),
    (Unions, {"number": "1"}, "wrong-type usage.number", "number", 'string "1"'),
    (Lists, {"numbers": ["2"]}, "wrong-type usage.numbers[]", "should be a valid integer", 'string "2"'),
    (Lists, {"items": [3]}, "wrong-type usage.items[]", "object", "number 3"),
    (Lists, {"some": {}}, "wrong-type usage.some", "list", "object with 0 names"),
    (Lists, {"deep": [3]}, "wrong-type usage.deep[]", "should be a valid array", "number 3"),
    (Maps, {"by_model": {"b": 3}}, "wrong-type usage.by_model.b", "object", "number 3"),
    (Maps, {"by_day": {"x": 3}}, "wrong-type usage.by_day.x", "should be a valid array", "number 3"),
    (Maps, {"by_day": {"x": [{"cached": None}]}}, "null-value usage.by_day.x[].cached", "integer", "null"),
    (Node, {"tokens": 1, "children": [{}]}, "missing-field usage.children[].tokens", "integer", "absent"),
    (Odd, {"row": {}}, "missing-field usage.row.cached", "present", "absent"),
    (Odd, {"row": {"cached": "1"}}, "wrong-type usage.row.cached", "should be a valid integer", 'string "1"'),
    (Limited, {"more": nan}, "non-finite-number usage.more", "should be greater than or equal to 0", "NaN"),
    (Limited, {"finite": nan}, "non-finite-number usage.finite", "should be a finite number", "NaN"),
    (Unions, {"listed": 3}, "wrong-type usage.listed", "should be a valid array", "number 3"),
]


@pytest.mark.parametrize("model, usage, place, expected, actual", SIDES, ids=named)
def test_a_finding_holds_what_should_be_and_what_is(model, usage, place, expected, actual):
    (found,) = checker(contract_of(model)).check(usage).findings
    assert tuple(found)[:5] == ("own/call", *place.split(" "), expected, actual)


CONVERTED = [
    (Timed, {"tokens": 1, "at": "2026-11-21T00:00:00Z", "cost": 0.25}, "at", datetime(2026, 11, 21, tzinfo=UTC)),
    (Lenient, {"tokens": "10", "cached": 1}, "tokens", 10),
]


@pytest.mark.parametrize("model, usage, name, value", CONVERTED, ids=named)
def test_a_value_becomes_what_the_model_wants_of_it_and_stays_as_it_was_on_the_wire(model, usage, name, value):
    contract = contract_of(model)
    for verdict in (checker(contract).check(usage), check_bytes(contract, json.dumps({"usage": usage}).encode())):
        assert verdict.findings == ()
        assert verdict.wire == usage
        assert getattr(verdict.usage, name) == value
