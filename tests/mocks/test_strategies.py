"""Any legal usage, drawn by hypothesis."""

import json
from typing import Annotated, Literal

import pytest
from hypothesis import HealthCheck, find, given, settings, strategies as st
from pydantic import BaseModel, Field

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.strategies import usages

quick = settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))

ALL = pytest.mark.parametrize("contract", contracts(), ids=str)


def judged(contract, usage):
    return check_bytes(contract, json.dumps({"usage": usage}).encode(), demand=True)


@ALL
def test_every_coherent_usage_is_kept(contract):
    @quick
    @given(usages(contract))
    def kept(usage):
        assert judged(contract, usage).findings == ()

    kept()


@ALL
def test_an_incoherent_usage_keeps_the_schema(contract):
    @quick
    @given(usages(contract.name, coherent=False))
    def kept(usage):
        assert judged(contract, usage).of("schema") == judged(contract, usage).of("drift") == ()

    kept()


def test_incoherent_usages_contradict_themselves_in_every_way():
    contract, codes = find_contract("orq/images_edits"), set()

    @quick
    @given(usages(contract, coherent=False))
    def look(usage):
        codes.update(finding.code for finding in judged(contract, usage).findings)

    look()
    assert codes == {"total-mismatch", "parts-mismatch", "part-exceeds-whole", "negative-count", "fractional-count"}


def smallest(name, fits=lambda usage: True, **settled):
    return find(usages(name, **settled), fits, settings=settings(database=None, max_examples=2000))


def test_a_usage_shrinks_to_a_readable_one():
    assert smallest("orq/deployments_invoke") == {}
    assert smallest("orq/images_generations") == {"input_tokens_details": {}}
    smaller = smallest("openrouter", lambda usage: usage["total_tokens"] > 10)
    assert smaller == {
        "input_tokens": 11 - smaller["output_tokens"],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": smaller["output_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 11,
    }
    assert 0 in smaller.values()
    assert smallest("orq/deployments_invoke", lambda usage: usage.get("completion_tokens_details", 1) is None) == {
        "completion_tokens_details": None
    }


class Mixed(BaseModel):
    tier: Literal["standard"]
    tokens: Annotated[int, Field(ge=5)]
    cached: int | None = None


def test_a_model_of_ones_own_has_usages_too():
    contract = Contract(name="own/mixed", source=Source(document="Mixed", package="own"), usage=Mixed)

    @quick
    @given(usages(contract, coherent=False))
    def kept(usage):
        assert judged(contract, usage).of("schema") == ()

    kept()


@pytest.mark.parametrize("name", ["nobody", "orq"])
def test_a_name_that_is_not_one_contract_is_said(name):
    with pytest.raises(LookupError):
        usages(name)


def test_a_usage_is_a_strategy_like_any_other():
    assert isinstance(usages("openrouter") | usages("atoma"), st.SearchStrategy)
