"""Plain usages: the walk through counts and objects of counts, held against pydantic, which alone knows the model."""

from collections import OrderedDict
from decimal import Decimal
from math import inf, nan
from typing import Annotated

import pytest
from hypothesis import given, strategies as st
from pydantic import AfterValidator, Field, RootModel, create_model, model_validator
from toy import codes

from pytest_usage_contract.core.accounting import Part, Total, Whole
from pytest_usage_contract.core.checker import Checker
from pytest_usage_contract.core.contract import Contract, Dialect, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, Count, MayBeAbsent, SomeObject, Usage


class Details(Usage):
    cached_tokens: Count
    other: MayBeAbsent[int | None] = ABSENT


class Deeper(Usage):
    details: Details
    pages: MayBeAbsent[int] = ABSENT


class Again(Usage):
    tokens: Count
    again: MayBeAbsent["Again"] = ABSENT


class Plain(Usage):
    input_tokens: Count
    input_details: MayBeAbsent[Details] = ABSENT
    output_tokens: int
    deeper: MayBeAbsent[Deeper | None] = ABSENT
    total_tokens: MayBeAbsent[Count | None] = ABSENT


KEPT = {
    "input_tokens": 3,
    "input_details": {"cached_tokens": 1, "other": 2},
    "output_tokens": 4,
    "deeper": {"details": {"cached_tokens": 0, "other": None}, "pages": 1},
    "total_tokens": 7,
}

RULES = (
    Total("total_tokens", of=("input_tokens", "output_tokens")),
    Part("input_details.cached_tokens", whole="input_tokens"),
    Whole("input_tokens", parts=("input_details.cached_tokens", "input_details.other")),
)


def contract_of(model, **more):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model, **more)


CONTRACTS = {
    "counted": contract_of(Plain, accounting=RULES),
    "shown": contract_of(Plain, accounting=RULES, example={**KEPT, "total_tokens": 8, "cost": 1}),
    "without its zeros": contract_of(Plain, accounting=RULES, dialect=Dialect(zeros=("total_tokens",))),
    "in either spelling": contract_of(Plain, accounting=RULES, either_spelling=True),
    "closed": contract_of(create_model("Closed", __base__=Plain, __cls_kwargs__={"extra": "forbid"})),
}


def pydantic_alone(contract):
    """A judge of *contract* who asks pydantic about each usage."""
    judge = Checker(contract)
    judge._look = judge._look_through_pydantic
    return judge


JUDGES = {name: (Checker(contract), pydantic_alone(contract)) for name, contract in CONTRACTS.items()}

NAMES = ["new", "newTokens", "inputTokens", "Total_Tokens", "INPUTDETAILS", "\ud800", "\n", "a\ninput_tokens", "x" * 61]
NUMBERS = [0, -1, 2**63 + 1, 10**400, 165.0, 0.5, -2.0, 1e22, nan, inf, -inf]
VALUES = [*NUMBERS, None, True, False, "", "120", "x" * 30, "\ud800", "\x1b[31m", [], [1], {}, {"a": 1}, {"other": "1"}]

values = st.sampled_from(VALUES)


@st.composite
def objects(draw, whole):
    """An object like *whole*, in which anything may be absent, another value, under another name, or new."""
    there = {}
    for name in draw(st.permutations([*whole])):
        value = whole[name]
        inner = objects(value) if isinstance(value, dict) else st.just(value)
        spelled = st.sampled_from([name] * 8 + [name.replace("_t", "T").replace("_d", "D")])
        if (here := draw(inner | inner | inner | values | st.just(ABSENT))) is not ABSENT:
            there[draw(spelled)] = here
    return there | draw(st.dictionaries(st.sampled_from([*NAMES, *whole]), values, max_size=3))


def told(verdict):
    """All that a verdict tells; as text, since no NaN is like another."""
    return repr(
        (verdict.findings, sorted(verdict.seen.items()), verdict.rules, verdict.usage, verdict.wire, verdict.note)
    )


@pytest.mark.parametrize("walk, pydantic", JUDGES.values(), ids=JUDGES)
@given(usage=objects(KEPT), either_spelling=st.booleans())
def test_the_walk_tells_what_pydantic_tells(walk, pydantic, usage, either_spelling):
    assert walk.plain
    expected = pydantic.check_in_full(usage, either_spelling=either_spelling)
    assert told(walk.check_in_full(usage, either_spelling=either_spelling)) == told(expected)
    assert told(walk.check(usage, either_spelling=either_spelling)) == told(expected)


class Whole3(int):
    """An integer of a kind of its own."""


NO_JSON = {
    "a decimal": ({**KEPT, "input_tokens": Decimal(3)}, []),
    "a complex number": ({**KEPT, "input_tokens": 3j}, [("wrong-type", "usage.input_tokens")]),
    "a count of another class": ({**KEPT, "input_tokens": Whole3(3)}, []),
    "an object of another class": ({**KEPT, "input_details": OrderedDict(KEPT["input_details"])}, []),
    "a name that is none": ({**KEPT, 7: 1}, [("undocumented-field", 'usage["7"]')]),
}


@pytest.mark.parametrize("usage, findings", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_left_to_pydantic(usage, findings):
    walk, pydantic = JUDGES["counted"]
    assert codes(walk.check(usage)) == findings
    assert told(walk.check(usage)) == told(pydantic.check_in_full(usage))


class Refusing(Plain):
    @model_validator(mode="after")
    def refuse(self):
        raise ValueError("never")  # pragma: no cover - nobody asks it


class Extra(Plain):
    __pydantic_extra__: dict[str, int]


def beside(**fields):
    return create_model("Fields", __base__=Plain, **fields)


NOT_PLAIN = {
    "a text": beside(tier=(MayBeAbsent[str], ABSENT)),
    "money": beside(cost=(MayBeAbsent[Amount], ABSENT)),
    "a list": beside(lines=(MayBeAbsent[list[int]], ABSENT)),
    "any object": beside(more=(MayBeAbsent[SomeObject], ABSENT)),
    "one of several objects": beside(either=(MayBeAbsent[Details | Deeper], ABSENT)),
    "an object or a number": beside(either=(MayBeAbsent[Details | int], ABSENT)),
    "a bound": beside(few=(Annotated[int, Field(le=3)], 0)),
    "a number that is converted": beside(lax=(Annotated[int, Field(strict=False)], 0)),
    "a check of a field": beside(few=(Annotated[int, AfterValidator(abs)], 0)),
    "a default that is judged": beside(few=(int, Field("x", validate_default=True))),
    "an alias": beside(few=(int, Field(0, alias="fewest"))),
    "a name with a dash": beside(few=(int, Field(0, alias="few-est"))),
    "a check of the model": Refusing,
    "a type for what is undocumented": Extra,
    "an object in itself": Again,
    "a usage of several kinds": RootModel[Plain | Details],
}


@pytest.mark.parametrize("model", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_model_that_asks_for_more_is_not_plain(model):
    assert not Checker(contract_of(model)).plain


def test_a_model_that_ignores_what_it_does_not_know_hides_nothing():
    model = create_model("Ignoring", __base__=Details, __cls_kwargs__={"extra": "ignore"})
    judge = Checker(contract_of(beside(inner=(model, ...))))
    assert judge.plain
    assert codes(judge.check({**KEPT, "inner": {"cached_tokens": 1, "new": 1}})) == [
        ("undocumented-field", "usage.inner.new")
    ]
