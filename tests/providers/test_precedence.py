"""Which built-in contracts a team's own replace or precede, in words."""

from dataclasses import replace

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.providers.precedence import list_precedence
from pytest_usage_contract.providers.registry import register


def own(method, host, path, name="own/call"):
    return replace(TOY, name=name, endpoints=(Endpoint(method=method, hosts=(host,), path=path),))


AT_ATOMA = "own/call precedes atoma/completions at POST"
SAID = {
    "the same call": (own("POST", "api.atoma.network", "/v1/completions"), "api.atoma.network/v1/completions"),
    "a template": (own("POST", "api.atoma.network", "/v1/{call}"), "api.atoma.network/v1/completions"),
    "the end of a path": (own("POST", "api.atoma.network", "**/completions"), "api.atoma.network/v1/completions"),
    "a pattern of hosts": (own("POST", "*.atoma.network", "/v1/completions"), "api.atoma.network/v1/completions"),
}
NOT_SAID = [
    own("GET", "api.atoma.network", "/v1/completions"),
    own("POST", "api.own.test", "/v1/completions"),
    own("POST", "api.atoma.network", "/v1/completions/x"),
    replace(TOY, name="own/bare", endpoints=()),
]


@pytest.fixture
def said():
    """What is said of contracts that are registered for the time of the question."""

    def said(*contracts):
        undo = register(contracts)
        try:
            return list_precedence()
        finally:
            undo()

    return said


@pytest.mark.parametrize("contract, call", SAID.values(), ids=SAID)
def test_an_own_contract_precedes_a_built_in_one_where_both_cover_a_call(said, contract, call):
    assert f"{AT_ATOMA} {call}" in said(contract)


def test_a_call_within_the_template_of_a_built_in_contract_is_its_own(said):
    contract = own("POST", "openrouter.ai", "/mine/api/alpha/responses")
    assert said(contract) == (
        "own/call precedes openrouter/alpha_responses at POST openrouter.ai/mine/api/alpha/responses",
    )


@pytest.mark.parametrize("contract", NOT_SAID)
def test_nothing_is_said_where_they_do_not_meet(said, contract):
    assert said(contract) == ()


def test_one_with_the_name_of_a_built_in_replaces_it(said):
    assert said(own("POST", "api.atoma.network", "/v1/completions", name="atoma/completions")) == (
        "atoma/completions replaces the built-in one",
    )


def test_without_own_contracts_there_is_nothing_to_say():
    assert list_precedence() == ()
