"""Any legal usage, drawn by hypothesis."""

from dataclasses import replace
from typing import Annotated, Literal

import pytest
from hypothesis import HealthCheck, find, given, settings, strategies as st
from pydantic import BaseModel, Field
from toy import TOY, codes

from pytest_usage_contract import ABSENT, Contract, Count, MayBeAbsent, Part, Source, Total, Usage
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.mocks.answers import make_body
from pytest_usage_contract.providers.registry import contracts, register
from pytest_usage_contract.strategies import usages

quick = settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def judge_usage(contract, usage):
    return check_bytes(contract, make_body(contract.documented, usage), demand=True)


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_every_coherent_usage_is_kept_and_an_incoherent_one_keeps_the_schema(contract):
    @quick
    @given(usages(contract))
    def coherent(usage):
        assert judge_usage(contract, usage).findings == ()

    @quick
    @given(usages(contract.name, coherent=False))
    def incoherent(usage):
        verdict = judge_usage(contract, usage)
        assert verdict.of("schema") == verdict.of("drift") == ()

    coherent()
    incoherent()


def test_incoherent_usages_contradict_themselves_in_every_way():
    found = set()

    @settings(quick, derandomize=True)
    @given(usages(TOY, coherent=False))
    def look(usage):
        found.update(code for code, _ in codes(judge_usage(TOY, usage)))

    look()
    assert found == {
        "total-mismatch",
        "parts-mismatch",
        "part-exceeds-whole",
        "negative-count",
        "fractional-count",
    }


class Details(Usage):
    cached: Count


class FreeUsage(Usage):
    prompt: MayBeAbsent[Count] = ABSENT
    details: MayBeAbsent[Details | None] = ABSENT


class SumUsage(Usage):
    total: Count
    prompt: Count
    answer: Count
    details: Details


def smallest(usage, fits=lambda usage: True, rules=()):
    source = Source(document="Own", package="own")
    contract = Contract(name="own/small", source=source, usage=usage, accounting=rules)
    return find(usages(contract), fits, settings=settings(database=None, max_examples=500))


def test_a_usage_shrinks_to_a_readable_one():
    assert smallest(FreeUsage) == {}
    assert smallest(FreeUsage, lambda usage: usage.get("details", 1) is None) == {"details": None}
    rules = (Total("total", of=("prompt", "answer")), Part("details.cached", whole="prompt"))
    smaller = smallest(SumUsage, lambda usage: usage["total"] > 10, rules)
    assert sorted([smaller.pop("prompt"), smaller.pop("answer")]) == [0, 11]
    assert smaller == {"total": 11, "details": {"cached": 0}}


class Mixed(BaseModel):
    tier: Literal["standard"]
    tokens: Annotated[int, Field(ge=5)]
    cached: int | None = None


def test_a_model_of_ones_own_has_usages_too():
    contract = Contract(name="own/mixed", source=Source(document="Mixed", package="own"), usage=Mixed)

    @quick
    @given(usages(contract, coherent=False))
    def kept(usage):
        assert judge_usage(contract, usage).of("schema") == ()

    kept()


def test_a_name_that_is_not_one_contract_is_said():
    unregister = register([replace(TOY, name=f"toy/{name}") for name in ("one", "two")])
    try:
        for name in ("nobody", "toy"):
            with pytest.raises(LookupError):
                usages(name)
    finally:
        unregister()


def test_a_usage_is_a_strategy_like_any_other():
    assert isinstance(usages(TOY) | st.none(), st.SearchStrategy)
