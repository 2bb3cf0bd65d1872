"""Contracts that a team makes of its own pydantic models: each error at its place on the wire, and told once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType, TypedDict

from pytest_usage_contract import Contract, Count, MayBeAbsent, Source, Usage
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.usage import ABSENT


def contract_of(model, **more):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model, **more)


class Details(BaseModel):
    cached: int
    model: str = ""


class Plain(BaseModel):
    tokens: int
    details: Details
    cost: float | None = None


class Constrained(BaseModel):
    tokens: int = Field(ge=0)
    tier: Literal["standard", "batch"] = "standard"
    share: Annotated[float, Field(le=1)] = 0


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


class Unions(BaseModel):
    number: int | float = 0
    usage: Pages | Tokens | None = None
    tagged: Annotated[Pages | Tokens, Field(discriminator="type")] | None = None
    several: list[Pages | Tokens] = []
    listed: list[Details] | str = ""


class Aliased(BaseModel):
    tokens: int = Field(alias="num_tokens")
    cached: int = Field(0, validation_alias=AliasChoices(AliasPath("details", 0), "cached_tokens", "cached"))


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    input_tokens: int


class Node(BaseModel):
    tokens: int
    children: list["Node"] = []
    other: "Node | None" = None


class Checked(BaseModel):
    tokens: int
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
            raise ValueError("more cached than there are")
        return self


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


class Row(TypedDict):
    cached: int


class ClosedRow(TypedDict):
    __pydantic_config__ = ConfigDict(extra="forbid")
    cached: int


Tokenish = NewType("Tokenish", int)
Alias = TypeAliasType("Alias", list[Details])


class Odd(BaseModel):
    row: Row | None = None
    counted: Tokenish = Tokenish(0)
    closed: ClosedRow | None = None
    either: Row | int | None = None
    keyed: dict[Annotated[str, Field(max_length=2)], int] = {}
    rows: Alias = []
    anything: Any = None


class Numbers(RootModel[dict[str, Details]]):
    pass


class Rooted(BaseModel):
    by_model: Numbers


class Open(Usage):
    tokens: Count
    details: MayBeAbsent[Details] = ABSENT


KEPT = [
    (Plain, {"tokens": 1, "details": {"cached": 1}}),
    (Plain, {"tokens": 1, "details": {"cached": 1}, "cost": 0.5}),
    (Plain, {"tokens": 1, "details": {"cached": 1}, "cost": -1}),
    (Constrained, {"tokens": 0, "tier": "batch", "share": 0.5}),
    (Lists, {"numbers": [1, 2], "items": [{"cached": 1}], "some": [None, {"cached": 1}]}),
    (Maps, {"numbers": {"gpt-4.1": 1}, "by_model": {"": {"cached": 1}}, "by_day": {"a": [{"cached": 1}]}}),
    (Unions, {"number": 1.0, "usage": {"type": "pages", "pages_processed": 1}}),
    (Unions, {"usage": {"type": "tokens", "tokens_processed": 1, "cached": 1}}),
    (Unions, {"usage": None, "tagged": {"type": "pages", "pages_processed": 1}}),
    (Aliased, {"num_tokens": 1, "cached_tokens": 1}),
    (Generated, {"inputTokens": 1}),
    (Node, {"tokens": 1, "children": [{"tokens": 1, "children": [{"tokens": 1}]}]}),
    (Checked, {"tokens": 2, "cached": 2}),
    (Forbidding, {"tokens": 1, "details": [{"cached": 1}]}),
    (Timed, {"tokens": 1, "at": "2026-11-21T00:00:00Z", "cost": 0.25}),
    (Odd, {"row": {"cached": 1}, "counted": 3, "rows": [{"cached": 1}], "anything": {"a": [1]}}),
    (Rooted, {"by_model": {"m": {"cached": 1}}}),
    (Open, {"tokens": 1, "details": {"cached": 1}}),
]

BROKEN = [
    (
        Plain,
        {"tokens": 1, "details": {}},
        [("missing-field", "usage.details.cached", "absent, documented as an integer")],
    ),
    (Plain, {"tokens": 1}, [("missing-field", "usage.details", "absent, documented as an object")]),
    (
        Plain,
        {"tokens": "1", "details": {"cached": 1.5, "model": None, "new": 1}},
        [
            ("wrong-type", "usage.tokens", 'string "1", documented as an integer'),
            ("wrong-type", "usage.details.cached", "number 1.5, documented as an integer"),
            ("null-value", "usage.details.model", "null, documented as a string"),
            ("undocumented-field", "usage.details.new", "number 1, not documented"),
        ],
    ),
    (
        Plain,
        {"tokens": -1, "details": {"cached": 1}, "cost": float("inf")},
        [
            (
                "non-finite-number",
                "usage.cost",
                "infinity, or a number too large to be read, documented as a number",
            ),
            ("negative-count", "usage.tokens", "number -1, a count is not below zero"),
        ],
    ),
    # What the model itself refuses is no second time against the accounting.
    (Constrained, {"tokens": -1}, [("wrong-type", "usage.tokens", "number -1, should be greater than or equal to 0")]),
    (
        Constrained,
        {"tokens": 1, "tier": "\x1b[1m", "share": 1.5},
        [
            ("wrong-type", "usage.tier", "string \"\\x1b[1m\", should be 'standard' or 'batch'"),
            ("wrong-type", "usage.share", "number 1.5, should be less than or equal to 1"),
        ],
    ),
    (
        Lists,
        {"numbers": [1, "2", "3"], "items": [{"cached": 1}, {}, {}, 3], "some": {}},
        [
            ("wrong-type", "usage.numbers[]", 'string "2", should be a valid integer'),
            ("missing-field", "usage.items[].cached", "absent, documented as an integer"),
            ("wrong-type", "usage.items[]", "number 3, documented as an object"),
            ("wrong-type", "usage.some", "object with 0 names, documented as a list"),
        ],
    ),
    (
        Lists,
        {
            "items": [{"cached": -1, "new": 1}, {"cached": -2, "new": 2}],
            "some": [None, {"cached": 1, "new": 1}],
            "deep": [[], [{"cached": 1, "new": 1}]],
        },
        [
            ("negative-count", "usage.items[].cached", "number -1, a count is not below zero"),
            ("undocumented-field", "usage.items[].new", "number 1, not documented"),
            ("undocumented-field", "usage.some[].new", "number 1, not documented"),
            ("undocumented-field", "usage.deep[][].new", "number 1, not documented"),
        ],
    ),
    (
        Maps,
        {
            "numbers": {"a": "1", "gpt-4.1": None},
            "by_model": {"gpt-4.1": {"new": 1}, "b": 3},
            "by_day": {"x": [{"cached": None, "new": 1}]},
        },
        [
            ("wrong-type", "usage.numbers.a", 'string "1", should be a valid integer'),
            ("null-value", 'usage.numbers["gpt-4.1"]', "null, should be a valid integer"),
            ("missing-field", 'usage.by_model["gpt-4.1"].cached', "absent, documented as an integer"),
            ("wrong-type", "usage.by_model.b", "number 3, documented as an object"),
            ("null-value", "usage.by_day.x[].cached", "null, documented as an integer"),
            ("undocumented-field", 'usage.by_model["gpt-4.1"].new', "number 1, not documented"),
            ("undocumented-field", "usage.by_day.x[].new", "number 1, not documented"),
        ],
    ),
    (
        Maps,
        {"by_day": {"x": 3}},
        [("wrong-type", "usage.by_day.x", "number 3, should be a valid array")],
    ),
    (Unions, {"number": "1"}, [("wrong-type", "usage.number", 'string "1", documented as a number')]),
    # Of the alternatives the nearest is told: the pages, not all that a usage of tokens would need.
    (
        Unions,
        {"usage": {"type": "pages", "pages_processed": "1"}},
        [("wrong-type", "usage.usage.pages_processed", 'string "1", documented as an integer')],
    ),
    (
        Unions,
        {"usage": {"type": "tokens", "tokens_processed": None, "cached": 1, "new": 1}},
        [
            ("null-value", "usage.usage.tokens_processed", "null, documented as an integer"),
            ("undocumented-field", "usage.usage.new", "number 1, not documented"),
        ],
    ),
    (
        Unions,
        {"tagged": {"type": "tokens", "tokens_processed": 1}},
        [("missing-field", "usage.tagged.cached", "absent, documented as an integer")],
    ),
    (
        Unions,
        {
            "several": [
                {"type": "pages", "pages_processed": "1"},
                {"type": "tokens", "tokens_processed": "1", "cached": 1},
            ]
        },
        [
            ("wrong-type", "usage.several[].pages_processed", 'string "1", documented as an integer'),
            ("wrong-type", "usage.several[].tokens_processed", 'string "1", documented as an integer'),
        ],
    ),
    (
        Unions,
        {"listed": [{"cached": "1", "new": 1}]},
        [
            ("wrong-type", "usage.listed[].cached", 'string "1", documented as an integer'),
            ("undocumented-field", "usage.listed[].new", "number 1, not documented"),
        ],
    ),
    (
        Aliased,
        {"tokens": 1},
        [
            ("missing-field", "usage.num_tokens", "absent, documented as an integer"),
            ("undocumented-field", "usage.tokens", "number 1, not documented"),
        ],
    ),
    (
        Generated,
        {"input_tokens": "1"},
        [
            (
                "sdk-spelling",
                "usage.inputTokens",
                'spelled "input_tokens" as an SDK does, on the wire it is "inputTokens"',
            ),
            ("wrong-type", "usage.inputTokens", 'string "1", documented as an integer'),
        ],
    ),
    (
        Node,
        {"tokens": 1, "children": [{"tokens": 1, "children": [{"tokens": "1", "new": 1}]}], "other": {}},
        [
            ("wrong-type", "usage.children[].children[].tokens", 'string "1", documented as an integer'),
            ("missing-field", "usage.other.tokens", "absent, documented as an integer"),
            ("undocumented-field", "usage.children[].children[].new", "number 1, not documented"),
        ],
    ),
    (
        Checked,
        {"tokens": 1, "cached": 3},
        [("wrong-type", "usage.cached", 'number 3, Value error, an \\"odd\\" number')],
    ),
    (
        Checked,
        {"tokens": 1, "cached": 4},
        [("wrong-type", "usage", "object with 2 names, Value error, more cached than there are")],
    ),
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
        [
            ("undocumented-field", "usage.by_day.x[].new", "number 1, not documented"),
            ("undocumented-field", "usage.deep[][].new", "number 1, not documented"),
            ("undocumented-field", "usage.again.again.new", "number 1, not documented"),
            ("undocumented-field", "usage.new", "number 1, not documented"),
            ("undocumented-field", "usage.details[].new", "number 1, not documented"),
            ("undocumented-field", "usage.by_model.m.new", "number 1, not documented"),
        ],
    ),
    (
        Forbidding,
        {"tokens": "1", "new": 1, "details": {}, "by_model": [3]},
        [
            ("wrong-type", "usage.tokens", 'string "1", documented as an integer'),
            ("wrong-type", "usage.details", "object with 0 names, documented as a list"),
            ("wrong-type", "usage.by_model", "list of 1 item, documented as an object"),
            ("undocumented-field", "usage.new", "number 1, not documented"),
        ],
    ),
    (
        Timed,
        {"tokens": "1", "at": "2026-11-21T00:00:00Z", "cost": 0.25},
        [("wrong-type", "usage.tokens", 'string "1", documented as an integer')],
    ),
    (
        Odd,
        {"row": {"cached": "1"}, "counted": -1, "rows": [{}]},
        [
            ("wrong-type", "usage.row.cached", 'string "1", should be a valid integer'),
            ("missing-field", "usage.rows[].cached", "absent, documented as an integer"),
            ("negative-count", "usage.counted", "number -1, a count is not below zero"),
        ],
    ),
    (
        Odd,
        {"closed": {"cached": 1, "new": 1}},
        [("wrong-type", "usage.closed.new", "number 1, Extra inputs are not permitted")],
    ),
    (
        Odd,
        {"either": {"cached": "1"}},
        [("wrong-type", "usage.either.cached", 'string "1", should be a valid integer')],
    ),
    (
        Odd,
        {"keyed": {"long": 1}},
        [("wrong-type", "usage.keyed.long", 'string "long", String should have at most 2 characters')],
    ),
    (Odd, {"row": {}}, [("missing-field", "usage.row.cached", "absent, documented as required")]),
    (
        Rooted,
        {"by_model": {"m": {"cached": 1, "new": 1}, "n": {}}},
        [
            ("missing-field", "usage.by_model.n.cached", "absent, documented as an integer"),
            ("undocumented-field", "usage.by_model.m.new", "number 1, not documented"),
        ],
    ),
    # A model inside that ignores what it does not know hides nothing.
    (
        Open,
        {"tokens": 1, "details": {"cached": 1, "new": 1}},
        [("undocumented-field", "usage.details.new", "number 1, not documented")],
    ),
]


@pytest.mark.parametrize("model, usage", KEPT, ids=lambda value: getattr(value, "__name__", ""))
def test_a_model_of_ones_own_is_kept(model, usage):
    verdict = judge(contract_of(model), usage)
    assert verdict.findings == ()
    assert isinstance(verdict.usage, model)


@pytest.mark.parametrize("model, usage, findings", BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_model_of_ones_own_is_broken_at_its_place_and_once(model, usage, findings):
    verdict = judge(contract_of(model), usage)
    assert sorted((f.code, f.path, f.message) for f in verdict.findings) == sorted(findings)
    refused = {"missing-field", "null-value", "wrong-type"}
    assert (verdict.usage is None) == any(found.code in refused for found in verdict.findings)


def test_text_in_json_may_become_what_the_model_wants_of_json():
    usage = {"tokens": 1, "at": "2026-11-21T00:00:00Z", "cost": 0.25}
    by_value = judge(contract_of(Timed), usage)
    by_bytes = check_bytes(contract_of(Timed), b'{"usage":{"tokens":1,"at":"2026-11-21T00:00:00Z","cost":0.25}}')
    assert by_value.usage.at == by_bytes.usage.at == datetime(2026, 11, 21, tzinfo=UTC)
    assert by_value.wire == by_bytes.wire == usage


@pytest.mark.parametrize("at", ["\ud800", date(2026, 11, 21), {1, 2}])
def test_what_cannot_be_json_is_judged_as_it_is(at):
    found = judge(contract_of(Timed), {"tokens": 1, "at": at}).findings
    assert [(finding.code, finding.path) for finding in found] == [("wrong-type", "usage.at")]


def test_what_pydantics_parser_refuses_is_judged_as_it_is():
    deep = []
    for _ in range(300):
        deep = [deep]
    found = judge(contract_of(Timed), {"tokens": 1, "at": "soon", "deep": deep}).findings
    assert [(finding.code, finding.path) for finding in found] == [
        ("wrong-type", "usage.at"),
        ("undocumented-field", "usage.deep"),
    ]


def test_a_value_that_a_validator_changed_is_kept_as_it_was_on_the_wire():
    class Lenient(Usage):
        tokens: Annotated[int, BeforeValidator(int)]
        cached: Count

    verdict = check_bytes(contract_of(Lenient), b'{"usage": {"tokens": "10", "cached": 1}}')
    assert verdict.findings == ()
    assert verdict.wire == {"tokens": "10", "cached": 1}
    assert verdict.usage.tokens == 10


def test_a_name_that_is_no_text_is_undocumented():
    found = judge(contract_of(Open), {"tokens": 1, 7: 1}).findings
    assert [(finding.code, finding.path) for finding in found] == [("undocumented-field", 'usage["7"]')]


@pytest.mark.parametrize(
    "model, usage, sides",
    [
        (Plain, {"tokens": 1}, ("object", "absent")),
        (Odd, {"row": {}}, ("present", "absent")),
        (Plain, {"tokens": "1", "details": {"cached": 1}}, ("integer", 'string "1"')),
        (Constrained, {"tokens": -1}, ("should be greater than or equal to 0", "number -1")),
    ],
)
def test_a_finding_holds_what_should_be_and_what_is(model, usage, sides):
    (found,) = judge(contract_of(model), usage).findings
    assert (found.contract, found.expected, found.actual) == ("own/call", *sides)
