"""Tests that judge by themselves, with responses, bytes, an SDK's objects, and the fixtures."""

import pytest
from pydantic import BaseModel
from shop import BROKEN, DRIFTED, KEPT, respond

from pytest_usage_contract import UsageContractError, assert_usage, check_usage


class Usage(BaseModel):
    input_tokens: int
    output_tokens: int
    total_tokens: int


class Response(BaseModel):
    """As an SDK reads it: a text becomes a number, and what it does not know is dropped."""

    id: str
    usage: Usage


def sdk(usage, **body):
    return Response.model_validate(respond(usage, **body).json())


def codes(verdict):
    return [(found.code, found.path) for found in verdict.findings]


def test_by_response():
    check_usage(respond(BROKEN), "openrouter")


def test_by_bytes():
    check_usage(respond(BROKEN).content, "openrouter")


def test_asserted():
    response = respond(BROKEN)
    with pytest.raises(UsageContractError):
        assert_usage(response, "openrouter")


def test_let_pass():
    assert_usage(respond(BROKEN), "openrouter", fail_on="none")


def test_another_exchange():
    respond(BROKEN)
    check_usage(respond(KEPT), "openrouter")


def test_coerced_by_an_sdk(usage_exchanges):
    response = sdk(BROKEN)
    assert response.usage.total_tokens == 165
    assert codes(check_usage(response, "openrouter")) == [("wrong-type", "usage.total_tokens")]


def test_dropped_by_an_sdk(usage_exchanges):
    assert codes(check_usage(sdk(DRIFTED), "openrouter")) == [("undocumented-field", "usage.cost")]


def test_the_latest_of_several(usage_exchanges):
    respond(DRIFTED)
    verdict = check_usage(sdk(KEPT, id="resp_2"), "openrouter")
    assert verdict.kept
    assert not verdict.note


def test_exchanges(usage_exchanges):
    respond(DRIFTED)
    (exchange,) = usage_exchanges
    assert exchange.contract == "openrouter/alpha_responses"
    assert exchange.call == "POST openrouter.ai/api/alpha/responses (200)"
    assert exchange.usage.cost == 0.0012
    assert codes(exchange.verdict) == [("undocumented-field", "usage.cost")]


def test_asked_for_in_the_middle(request):
    respond(KEPT)
    (exchange,) = request.getfixturevalue("usage_exchanges")
    assert exchange.verdict.kept


def test_not_asked_for():
    assert not check_usage(sdk(KEPT), "openrouter").note


def test_the_fixture(assert_usage):
    assert assert_usage(respond(KEPT), "openrouter").total_tokens == 165


def test_the_fixture_with_an_sdk(assert_usage):
    assert assert_usage(sdk(DRIFTED), "openrouter").cost == 0.0012
