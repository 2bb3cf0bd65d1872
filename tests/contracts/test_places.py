"""Which promise a request falls under."""

import re

import pytest

from pytest_usage_contract.contracts import contracts, find_contract, register
from pytest_usage_contract.contracts.places import Mapped, Places, documented_places
from pytest_usage_contract.core.contract import Contract, Endpoint

PLACES = Places(contracts())

OWN = (Endpoint(path="/call", hosts=("own.test",)),)

FOUND = [
    ("POST", "openrouter.ai", "/api/alpha/responses", "openrouter/alpha_responses", "/api/alpha/responses"),
    ("POST", "openrouter.ai", "/api/v1/api/alpha/responses", "openrouter/alpha_responses", "/api/alpha/responses"),
    ("POST", "openrouter.ai:443", "/api/v1/responses/", "openrouter/alpha_responses", "/api/v1/responses"),
    ("POST", "api.atoma.network", "/v1/completions", "atoma/completions", "/v1/completions"),
    ("POST", "my.orq.ai", "/v2/deployments/invoke", "orq/deployments_invoke", "/v2/deployments/invoke"),
    ("POST", "api.orq.ai", "/v2/deployments/stream", "orq/deployments_invoke", "/v2/deployments/stream"),
    *(
        ("POST", host, f"/v2/{prefix}/images/{call}", f"orq/images_{call}", f"/v2/{prefix}/images/{call}")
        for host in ("my.orq.ai", "api.orq.ai")
        for prefix in ("proxy", "gateway", "router")
        for call in ("generations", "edits")
    ),
]

NOT_FOUND = [
    ("GET", "openrouter.ai", "/api/alpha/responses"),
    ("POST", "openrouter.ai", "/api/v1/chat/completions"),
    ("POST", "api.openrouter.ai", "/api/alpha/responses"),
    ("POST", "openrouter.ai.evil.test", "/api/alpha/responses"),
    ("POST", "api.atoma.network", "/v1/chat/completions"),
    ("POST", "my.orq.ai", "/v2/proxy/images/variations"),
    ("POST", "", ""),
]


@pytest.mark.parametrize("method, host, path, contract, endpoint", FOUND)
def test_a_documented_call_falls_under_its_contract(method, host, path, contract, endpoint):
    place = PLACES.find(method, host, path)
    assert (place.contract.name, place.endpoint.path) == (contract, endpoint)


@pytest.mark.parametrize("method, host, path", NOT_FOUND)
def test_another_call_falls_under_none(method, host, path):
    assert PLACES.find(method, host, path) is None


@pytest.mark.parametrize(
    "host, known",
    [("openrouter.ai", True), ("openrouter.ai:8080", True), ("openai.com", False), ("", False)],
)
def test_a_host_is_known_where_a_contract_is_served(host, known):
    assert PLACES.knows(host) is known


@pytest.mark.parametrize(
    "line, host, path, contract, presence",
    [
        (
            "http://127.0.0.1:4000/v1/responses = openrouter/alpha_responses",
            "127.0.0.1:4000",
            "/v1/responses",
            "openrouter/alpha_responses",
            "optional",
        ),
        # The promise that fits the end of the path, where there is one: here the moved one, which allows null.
        (
            "https://user:key@Gateway.test/x/api/v1/responses/=openrouter/alpha_responses",
            "gateway.test",
            "/x/api/v1/responses",
            "openrouter/alpha_responses",
            "nullable",
        ),
        (
            "http://localhost:1 = openrouter",
            "localhost:1",
            "/api/v1/responses",
            "openrouter/alpha_responses",
            "nullable",
        ),
        ("http://localhost/any = orq", "localhost", "/v2/router/images/edits", "orq/images_edits", "optional"),
        ("http://localhost = orq/images_edits", "localhost", "/v2/proxy/images/edits", "orq/images_edits", "optional"),
    ],
)
def test_a_gateway_is_mapped_to_a_contract(line, host, path, contract, presence):
    place = Places(contracts(), [Mapped.read(line)]).find("POST", host, path)
    assert (place.contract.name, place.endpoint.presence) == (contract, presence)


def test_a_mapped_place_comes_before_a_documented_one():
    mapped = Mapped.read("https://openrouter.ai/api/alpha/responses = atoma/completions")
    found = Places(contracts(), [mapped]).find("POST", "openrouter.ai", "/api/alpha/responses")
    assert found.contract.name == "atoma/completions"


@pytest.mark.parametrize(
    "line",
    ["", "openrouter", "http://localhost/x", "http://localhost/x =", "localhost = orq", "ftp://x/y = orq", "= orq"],
)
def test_a_line_that_maps_nothing_is_refused(line):
    message = f"{line!r} is no mapping; one reads http://host:port/path = provider/endpoint"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Mapped.read(line)


def test_a_line_to_a_contract_that_there_is_not_is_a_misuse():
    with pytest.raises(LookupError, match="no contract is called 'nobody'"):
        Places(contracts(), [Mapped.read("http://localhost/x = nobody")])


def test_the_documented_places_are_made_anew_only_when_there_are_other_contracts():
    before = documented_places()
    assert documented_places() is before
    atoma = find_contract("atoma")
    own = Contract(name="own/call", source=atoma.source, usage=atoma.usage, endpoints=OWN)
    take_away = register([own])
    assert documented_places().find("POST", "own.test", "/call").contract is own
    take_away()
    assert not documented_places().knows("own.test")
