"""Which promise a request falls under."""

from dataclasses import replace

import pytest
from toy import TOY

from pytest_usage_contract.contracts import register
from pytest_usage_contract.contracts.places import Mapped, Places, documented_places
from pytest_usage_contract.core.contract import Endpoint

CHAT = replace(
    TOY,
    name="own/chat",
    endpoints=(
        Endpoint(path="/chat", hosts=("api.own.test", "eu.own.test")),
        Endpoint(path="/v2/talk", hosts=("api.own.test",), presence="nullable"),
    ),
)
COST = replace(
    TOY,
    name="own/cost",
    endpoints=(Endpoint(path="/cost", hosts=("API.own.test",), method="GET", presence="required"),),
)
BARE = replace(TOY, name="bare/call", endpoints=())

PLACES = Places([CHAT, COST, BARE])

FOUND = [
    ("POST", "api.own.test", "/chat", CHAT.endpoints[0]),
    ("POST", "eu.own.test", "/chat", CHAT.endpoints[0]),
    ("POST", "api.own.test:443", "/v1/chat/", CHAT.endpoints[0]),
    ("POST", "api.own.test", "/v2/talk", CHAT.endpoints[1]),
    ("GET", "api.own.test", "/cost", COST.endpoints[0]),
]

NOT_FOUND = [
    ("GET", "api.own.test", "/chat"),
    ("POST", "api.own.test", "/cost"),
    ("POST", "api.own.test", "/chat/1"),
    ("POST", "eu.own.test", "/v2/talk"),
    ("POST", "own.test", "/chat"),
    ("POST", "api.own.test.evil.test", "/chat"),
    ("POST", "", ""),
]


@pytest.mark.parametrize("method, host, path, endpoint", FOUND)
def test_a_documented_call_falls_under_its_contract(method, host, path, endpoint):
    contract = CHAT if endpoint in CHAT.endpoints else COST
    assert PLACES.find(method, host, path) == (contract, endpoint)


@pytest.mark.parametrize("method, host, path", NOT_FOUND)
def test_another_call_falls_under_none(method, host, path):
    assert PLACES.find(method, host, path) is None


@pytest.mark.parametrize(
    "host, known",
    [("api.own.test", True), ("api.own.test:8080", True), ("own.test", False), ("", False)],
)
def test_a_host_is_known_where_a_contract_is_served(host, known):
    assert PLACES.knows(host) is known


@pytest.fixture
def registered():
    take_away = register([CHAT, COST, BARE])
    yield
    take_away()


@pytest.mark.parametrize(
    "line, method, host, path, contract, presence",
    [
        ("http://127.0.0.1:4000/x = own/cost", "GET", "127.0.0.1:4000", "/x", COST, "required"),
        ("http://localhost/x=own/chat", "POST", "localhost", "/x", CHAT, "optional"),
        # The promise that fits the end of the path, where there is one; neither who asks nor the last slash counts.
        ("https://user:key@Gateway.test/a/v2/talk/ = own/chat", "POST", "gateway.test", "/a/v2/talk", CHAT, "nullable"),
        # A provider alone, or a host alone, is served with all its endpoints.
        ("http://localhost/any = own", "GET", "localhost", "/v1/cost", COST, "required"),
        ("http://localhost = own/chat", "POST", "localhost", "/v2/talk", CHAT, "nullable"),
        ("http://localhost/x = bare/call", "POST", "localhost", "/x", BARE, "optional"),
    ],
)
def test_a_gateway_is_mapped_to_a_contract(registered, line, method, host, path, contract, presence):
    place = Places([], [Mapped.read(line)]).find(method, host, path)
    assert (place.contract, place.endpoint.presence) == (contract, presence)


def test_a_mapped_place_comes_before_a_documented_one(registered):
    mapped = Mapped.read("https://api.own.test/chat = bare/call")
    assert Places([CHAT], [mapped]).find("POST", "api.own.test", "/chat").contract is BARE


@pytest.mark.parametrize(
    "line",
    ["", "own", "http://localhost/x", "http://localhost/x =", "localhost = own", "ftp://x/y = own", "= own"],
)
def test_a_line_that_maps_nothing_is_refused(line):
    with pytest.raises(ValueError, match="is no mapping") as refusal:
        Mapped.read(line)
    assert str(refusal.value) == f"{line!r} is no mapping; one reads http://host:port/path = provider/endpoint"


def test_a_line_to_a_contract_that_there_is_not_is_a_misuse():
    with pytest.raises(LookupError, match="nobody"):
        Places([], [Mapped.read("http://localhost/x = nobody")])


def test_the_documented_places_are_made_anew_only_when_there_are_other_contracts():
    before = documented_places()
    assert documented_places() is before
    take_away = register([CHAT])
    assert documented_places().find("POST", "api.own.test", "/chat").contract is CHAT
    take_away()
    assert not documented_places().knows("api.own.test")
