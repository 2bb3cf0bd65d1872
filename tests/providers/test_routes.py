"""Which contract serves a call: templates of paths, patterns of hosts, what is most precise, and what a team maps."""

from dataclasses import replace

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.providers.registry import register
from pytest_usage_contract.providers.routes import MappedUrl, Routes, known_routes


def contract(name, *calls, **more):
    """A contract with an endpoint for each of *calls*, which read `POST host /path`."""
    parts = [call.split() for call in calls]
    endpoints = tuple(Endpoint(method=method, hosts=(host,), path=path) for method, host, path in parts)
    return replace(TOY, name=name, endpoints=endpoints, **more)


def found(routes, call):
    """The name of the contract that serves a call, and the path of its endpoint."""
    route = routes.find(*call.split())
    return route and (route.contract.name, route.endpoint.path)


PORT = contract("own/port", "POST port.test:443 /v1/talk")
TALK = contract("own/talk", "POST api.own.test /v1/talk", "GET api.own.test /v1/cost", "POST API.eu.test:8443 /v1/talk")
DEEP = contract("own/deep", "POST api.own.test **/deep/talk")
MODEL = contract("own/model", "POST api.own.test /models/{model}:talk", "POST api.own.test /files/{id}/content")
CLOUD = contract(
    "own/cloud", "POST *.cloud.test /talk", "POST run.*.zone.cloud.test /model/{id}/talk", "POST any.* /talk"
)
ALL = Routes(among=[TALK, DEEP, MODEL, CLOUD, PORT])

FOUND = {
    "POST api.own.test /v1/talk": ("own/talk", "/v1/talk"),
    "POST api.own.test:443 /v1/talk/": ("own/talk", "/v1/talk"),
    "POST api.eu.test:8443 /v1/talk": ("own/talk", "/v1/talk"),
    "POST port.test /v1/talk": ("own/port", "/v1/talk"),
    "GET api.own.test /v1/cost": ("own/talk", "/v1/cost"),
    "POST api.own.test /deep/talk": ("own/deep", "**/deep/talk"),
    "POST api.own.test /any/where/deep/talk": ("own/deep", "**/deep/talk"),
    "POST api.own.test /models/nova-1:talk": ("own/model", "/models/{model}:talk"),
    "POST api.own.test /models/a%2Fb:talk": ("own/model", "/models/{model}:talk"),
    "POST api.own.test /files/7/content": ("own/model", "/files/{id}/content"),
    "POST eu.cloud.test /talk": ("own/cloud", "/talk"),
    "POST eu.cloud.test:8080 /talk": ("own/cloud", "/talk"),
    "POST run.eu-1.zone.cloud.test /model/x/talk": ("own/cloud", "/model/{id}/talk"),
    "POST any.test /talk": ("own/cloud", "/talk"),
}

NOT_FOUND = [
    "POST port.test:8443 /v1/talk",
    "GET api.own.test /v1/talk",
    "POST api.own.test /v1/cost",
    "POST api.own.test /x/v1/talk",
    "POST api.own.test /v1/talk/1",
    "POST api.own.test /v1%2Ftalk",
    "POST own.test /v1/talk",
    "POST api.own.test.evil.test /v1/talk",
    "POST api.eu.test /v1/talk",
    "POST api.own.test /xdeep/talk",
    "POST api.own.test /models/:talk",
    "POST api.own.test /models/a/b:talk",
    "POST a.b.cloud.test /talk",
    "POST .cloud.test. /talk",
    "POST any.test.com /talk",
]


@pytest.mark.parametrize("call, route", FOUND.items())
def test_a_documented_call_falls_under_its_contract(call, route):
    assert found(ALL, call) == route


@pytest.mark.parametrize("call", NOT_FOUND)
def test_another_call_falls_under_none(call):
    assert found(ALL, call) is None


@pytest.mark.parametrize(
    "host, known",
    [("api.own.test", True), ("api.own.test:1", True), ("eu.cloud.test", True), ("own.test", False), ("", False)],
)
def test_a_host_is_known_where_a_contract_is_served(host, known):
    assert ALL.knows(host) is known


PRECISE = {
    "a literal host before a pattern": (
        contract("a/pattern", "POST *.x.test /v1/talk"),
        contract("a/literal", "POST api.x.test **/talk"),
    ),
    "more literal segments": (
        contract("b/any", "POST api.x.test /v1/{call}"),
        contract("b/literal", "POST api.x.test /v1/talk"),
    ),
    "a whole path before its end": (
        contract("c/end", "POST api.x.test **/v1/talk"),
        contract("c/whole", "POST api.x.test /v1/talk"),
    ),
}


@pytest.mark.parametrize("loser, winner", PRECISE.values(), ids=PRECISE)
def test_the_most_precise_endpoint_wins_in_whatever_order_they_are_declared(loser, winner):
    for among in ([loser, winner], [winner, loser]):
        assert Routes(among=among).find("POST", "api.x.test", "/v1/talk").contract is winner


@pytest.fixture
def registered():
    """Two contracts of one provider, the second its default, and one that declares no endpoint."""
    chat = contract("acme/chat", "POST api.acme.test /v1/chat", "POST api.acme.test /v2/chat/talk")
    talk = contract("acme/talk", "POST api.acme.test /v1/talk", "GET api.acme.test /v1/cost", default=True)
    undo = register([chat, talk, contract("bare/call")])
    yield chat
    undo()


MAPPED = {
    "http://gw.test:4000 = acme": {
        "POST gw.test:4000 /v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test:4000 /proxy/v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test:4000 /chat/talk": ("acme/chat", "/v2/chat/talk"),
        "GET gw.test:4000 /cost": ("acme/talk", "/v1/cost"),
        "POST gw.test:4000 /talk": ("acme/talk", "/v1/talk"),  # a tie, which goes to the default
        "POST gw.test:4000 /v1/other": None,
        "POST gw.test /v1/chat": None,
    },
    "http://gw.test/v1 = acme/chat": {
        "POST gw.test:81 /v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test /v1/x/talk": ("acme/chat", "/v2/chat/talk"),
        "POST gw.test /v1": ("acme/chat", "/v1/chat"),
        "POST gw.test /v10/chat": None,
        "POST gw.test /chat": None,
        "GET gw.test /v1/chat": None,
    },
    "https://user:key@Gw.test/v1/chat/ = acme": {
        "POST gw.test /v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test /v1/chat/talk": ("acme/chat", "/v2/chat/talk"),
    },
    "https://gw.test/any = bare/call": {"POST gw.test /any": ("bare/call", ""), "POST gw.test /any/more": None},
    "http://gw.test = bare/call": {"POST gw.test /": ("bare/call", ""), "GET gw.test /": None},
    "http://gw.test/ = acme/chat": {
        "POST gw.test /": ("acme/chat", "/v1/chat"),
        "POST gw.test /proxy/v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test /v1/other": None,
    },
    "http://gw.test:80/v1 = acme": {
        "POST gw.test /v1/chat": ("acme/chat", "/v1/chat"),
        "POST gw.test:80 /v1/chat": ("acme/chat", "/v1/chat"),  # as https://gw.test:80 reads
        "POST gw.test:8080 /v1/chat": None,
    },
    "https://gw.test:443/v1/chat = acme": {"POST gw.test /v1/chat": ("acme/chat", "/v1/chat")},
    "https://api.acme.test/v1/talk = acme/chat": {
        "POST api.acme.test /v1/talk": ("acme/chat", "/v2/chat/talk"),
        "GET api.acme.test /v1/cost": ("acme/talk", "/v1/cost"),
    },
}


@pytest.mark.parametrize("line, calls", MAPPED.items())
def test_a_mapped_url_and_all_below_it_is_served_by_what_agrees_best(registered, line, calls):
    routes = Routes([MappedUrl.read(line)])
    assert {call: found(routes, call) for call in calls} == calls


def test_of_several_mapped_urls_the_longest_and_then_the_one_with_the_port_counts(registered):
    lines = ["http://gw.test = acme", "http://gw.test/v1 = acme/talk", "http://gw.test:81 = acme/chat"]
    routes = Routes(map(MappedUrl.read, lines))
    assert [found(routes, f"POST gw.test{call}/talk")[0] for call in (" /v1", " /x", ":81 /v1")] == [
        "acme/talk",
        "acme/talk",
        "acme/chat",
    ]
    assert routes.knows("gw.test:9")


def test_a_line_is_used_when_it_has_matched_a_call(registered):
    lines = ["http://gw.test = acme", "http://gw.test/v1 = acme/talk", "http://other.test = acme"]
    routes = Routes(map(MappedUrl.read, lines))
    assert routes.knows("other.test")
    for call in ("POST gw.test /x/talk", "POST gw.test /v1/other", "POST other.test /v1/other"):
        found(routes, call)
    assert routes.used_urls == {lines[0]}


@pytest.mark.parametrize(
    "line",
    ["", "own", "http://localhost/x", "http://localhost/x =", "localhost = own", "ftp://x/y = own", "= own"],
)
def test_a_line_that_maps_nothing_is_refused(line):
    with pytest.raises(ValueError, match="is no mapping") as refusal:
        MappedUrl.read(line)
    assert str(refusal.value) == f"{line!r} is no mapping; one reads http://host:port/path = provider/endpoint"


def test_a_line_to_a_contract_that_there_is_not_is_a_misuse():
    with pytest.raises(LookupError, match="nobody"):
        Routes([MappedUrl.read("http://localhost/x = nobody")])


def test_a_team_s_own_contract_comes_before_a_built_in_one_at_the_same_call():
    documented = known_routes().find("POST", "api.atoma.network", "/v1/completions")
    own = contract("own/completions", "POST *.atoma.network /v1/{call}")
    undo = register([own])
    assert known_routes().find("POST", "api.atoma.network", "/v1/completions").contract is own
    undo()
    assert known_routes().find("POST", "api.atoma.network", "/v1/completions") == documented


def test_the_known_routes_are_made_anew_only_when_there_are_other_contracts(registered):
    before = known_routes()
    assert known_routes() is before
    assert before.find("POST", "api.acme.test", "/v1/chat").contract is registered
    undo = register([contract("own/x", "POST x.test /x")])
    assert known_routes().knows("x.test")
    undo()
    assert not known_routes().knows("x.test")


@pytest.mark.parametrize(
    "call, endpoints",
    [
        ("POST /gateway/v1/talk/", ["/v1/talk", "/v1/talk", "/v1/talk"]),
        ("POST /deep/talk", ["**/deep/talk"]),
        ("POST /talk", ["/talk", "/talk", "/v1/talk", "/v1/talk", "**/deep/talk", "/model/{id}/talk", "/v1/talk"]),
        ("POST /x/talk", ["/talk", "/talk"]),
        ("POST /v2/models/nova:talk", ["/models/{model}:talk"]),
        ("POST /proxy/files/7/content", ["/files/{id}/content"]),
        ("POST /v1/content", []),
        ("GET /v1/talk", []),
        ("POST /", []),
    ],
)
def test_a_call_looks_like_the_endpoints_whose_path_ends_as_its_own(call, endpoints):
    method, path = call.split()
    assert [route.endpoint.path for route in ALL.look_alikes(method, path)] == endpoints
    assert ALL.ends_as_documented(method, path) is bool(endpoints)
