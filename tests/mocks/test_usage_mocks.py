"""The answers of a mock: to whom they go, and in which order."""

import functools
import json
from dataclasses import replace

import httpx
import pytest
from toy import KEPT, STREAM, TOY, codes

from pytest_usage_contract import (
    ABSENT,
    Contract,
    Count,
    Endpoint,
    Framing,
    Source,
    Usage,
    contracts,
    counterexamples,
    examples,
    find_contract,
)
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import usages_of
from pytest_usage_contract.mocks import UsageMock, UsageMockError, UsageMocks
from pytest_usage_contract.mocks.answers import place_value
from pytest_usage_contract.providers.registry import register
from pytest_usage_contract.providers.routes import MappedUrl

CHAT = "https://api.toy.test/v1/chat"
NO_STREAM = "https://api.toy.test/v2/chat"
OWN = "https://llm.test/v1/chat"


class OwnUsage(Usage):
    input_tokens: Count


def own(name="own/chat", **declared):
    """A contract of one's own: no body and no events have to be declared."""
    endpoint = Endpoint(**({"path": "/v1/chat", "hosts": ("llm.test",)} | declared))
    return Contract(name=name, source=Source(document="Own", package="own"), usage=OwnUsage, endpoints=(endpoint,))


@pytest.fixture
def known():
    """The toy contract and one more of its provider, known by their names."""
    unregister = register([TOY, own("toy/more", path="/v1/more")])
    yield
    unregister()


def events(response):
    return [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]


def decoded(response):
    return [event if event == "[DONE]" else json.loads(event) for event in events(response)]


# Laws, for every contract that is served somewhere.

WITHOUT = {"no-usage": ("optional", "nullable", "unknown"), "null-usage": ("nullable", "unknown")}
"""The streams without their usage, and the presences that allow it."""


def asking(endpoint):
    """A request that asks for the usage of a stream, where it comes for no other."""
    asked = endpoint.stream and endpoint.stream.asked
    return functools.reduce(lambda body, place: place_value(body, place, asked[place][0]), asked or (), {})


SERVED = [contract for contract in contracts() if any(endpoint.hosts for endpoint in contract.endpoints)]


@pytest.mark.parametrize("contract", SERVED, ids=str)
def test_whatever_a_contract_is_mocked_with_is_judged_as_its_documentation_does(contract):
    def verdicts(**answer):
        with UsageMocks() as mocks, httpx.Client(verify=False) as client:
            mocks(contract, **answer)
            for endpoint in contract.endpoints:
                path = endpoint.path.removeprefix("**").removeprefix("/")
                for host in endpoint.hosts:
                    url = f"https://{host.replace('*', 'x')}/{path}"
                    body = client.request(endpoint.method, url, json=asking(endpoint)).content
                    demand = answer.get("stream", True) is True
                    yield endpoint.stream, check_bytes(contract, body, endpoint=endpoint, demand=demand)

    assert all(verdict.kept for _, verdict in verdicts())
    if any(endpoint.stream for endpoint in contract.endpoints):
        assert all(verdict.findings == () for _, verdict in verdicts(stream=True, example="full"))
        for stream, legal in WITHOUT.items():
            for framing, verdict in verdicts(stream=stream, example="full"):
                owed = framing is not None and framing.presence not in legal
                assert codes(verdict) == ([("no-terminal-usage", "usage")] if owed else [])


# Who is answered.


def test_a_client_is_answered_at_every_address_and_capture_can_tell(mocks, client):
    mocks(TOY)
    for version in ("v1", "v2", "v3"):
        response = client.post(f"https://api.toy.test/{version}/chat")
        assert response.json()["usage"] == examples(TOY)[0].usage
        assert response.extensions["usage_contract.mocked"] is True
    with client.stream("POST", CHAT, json={"stream": True}) as response:
        assert response.extensions["usage_contract.mocked"] is True
        assert [chunk[:6] for chunk in response.iter_raw()] == [b"data: "] * 3


async def test_an_async_client_is_answered_too(mocks, aclient):
    mock = mocks(TOY)
    assert (await aclient.post(CHAT)).json()["usage"] == examples(TOY)[0].usage
    async with aclient.stream("POST", CHAT, json={"stream": True}) as response:
        assert [chunk async for chunk in response.aiter_raw()][-1] == b"data: [DONE]\n\n"
    assert mock.calls.call_count == 2


@pytest.mark.parametrize("address", [f"{CHAT}/", f"{CHAT}?key=1", "https://API.toy.test/v1/chat"])
def test_a_slash_or_a_query_behind_the_path_and_the_case_of_the_host_are_none_of_its_business(mocks, post, address):
    mocks(TOY)
    assert post(address).status_code == 200


@pytest.mark.parametrize("name", ["toy", "toy/chat", "ToyUsage"])
def test_a_contract_goes_by_all_its_names(known, mocks, post, name):
    mocks(name)
    assert "usage" in post(CHAT).json()


def test_a_test_server_is_told_by_its_port(mocks, post):
    mocks(own(hosts=("127.0.0.1:4000", "llm.test")))
    assert post("http://127.0.0.1:4000/v1/chat").status_code == 200
    with pytest.raises(AssertionError, match=r"no mock answers POST 127.0.0.1:4001/v1/chat"):
        post("http://127.0.0.1:4001/v1/chat")
    assert len(mocks.unanswered) == 1
    with pytest.raises(UsageMockError):
        mocks.verify()


def test_a_gateway_is_mocked_beside_the_hosts_that_it_stands_for(known, post):
    with UsageMocks([MappedUrl.read("http://127.0.0.1:4000/v1/chat = toy/chat")]) as mocks:
        mocks("toy/chat", usage=KEPT)
        for address in ("http://127.0.0.1:4000/v1/chat", CHAT, NO_STREAM):
            assert post(address).json()["usage"] == KEPT


# What the answer is.


def test_the_documented_example_is_the_answer_where_there_is_one(mocks, post):
    mocks(replace(TOY, example=KEPT))
    assert post(CHAT).json() == {"id": "toy-1", "usage": KEPT}


def test_an_example_may_be_named_or_given_and_so_may_a_counterexample(mocks, post):
    mock = mocks(TOY, example="zero")
    assert post(CHAT).json()["usage"]["total_tokens"] == 0
    for case in (examples(TOY)[1], counterexamples(TOY)[0]):
        mock.answers(example=case)
        assert post(CHAT).json()["usage"] == case.usage
    mock.answers(example="total_tokens-string")
    assert post(CHAT).json()["usage"]["total_tokens"] == "10"
    mock.answers(example="total_tokens-nan")
    assert b'"total_tokens": NaN' in post(CHAT).content


def test_a_usage_of_ones_own_stands_in_place_and_is_not_shared(mocks, post):
    mine = {"input_tokens": 1, "notes": ["x"]}
    mock = mocks(own(at="data.metrics.usage"), usage=mine)
    mine["notes"].append("y")
    assert post(OWN).json() == {"data": {"metrics": {"usage": {"input_tokens": 1, "notes": ["x"]}}}}
    mock.answers(usage=ABSENT)
    assert post(OWN).json() == {"data": {"metrics": {}}}


def test_a_sequence_is_answered_in_its_order_and_its_last_for_good(mocks, post):
    mock = mocks(TOY, status=429).then(status=500).then(example="zero")
    answers = [post(CHAT) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 500, 200, 200]
    assert answers[0].json() == {"error": {"code": 429, "message": "Too Many Requests"}}
    assert answers[3].json()["usage"]["total_tokens"] == 0
    assert mock.answers(status=599) is mock
    assert post(CHAT).json() == {"error": {"code": 599, "message": "Error"}}


def test_the_routes_and_the_calls_are_those_of_respx(mocks, client):
    mock, other = mocks(TOY), mocks(own())
    client.post(OWN)
    client.post(CHAT, json={"model": "m"})
    client.post(CHAT)
    assert isinstance(mock, UsageMock)
    assert mocks.mocks == (mock, other)
    assert [route.call_count for route in mock.routes] == [2, 0, 0]
    assert json.loads(mock.calls[0].request.content) == {"model": "m"}
    assert mock.calls.last.response.status_code == 200
    assert other.calls.call_count == 1
    assert repr(mock) == "<UsageMock of toy/chat: 2 calls>"


async def test_a_route_may_be_given_an_error_to_raise_which_is_native_to_the_client(mocks, lib, client, aclient):
    for route in mocks(TOY).routes:
        route.side_effect = httpx.ConnectTimeout
    with pytest.raises(lib.ConnectTimeout):
        client.post(CHAT)
    with pytest.raises(lib.ConnectTimeout):
        await aclient.post(CHAT)


def test_an_error_that_the_other_library_has_no_name_for_stays_itself(mocks, client):
    class OwnError(httpx.RequestError):
        pass

    for route in mocks(TOY).routes:
        route.side_effect = OwnError
    with pytest.raises(OwnError):
        client.post(CHAT)


# Streams.

PLAIN = Framing(terminal={"type": ("end", "stop")})
INSIDE = Framing(at=("response.usage",), terminal={"done": (...,)})
LISTED = Framing(terminal={"candidates[].finishReason": (...,)}, carriers={"kind": ("usage",)})
LAST = Framing(terminal={"choices": ([],)}, events=({"choices": [1]}, {"choices": []}), done=False)
USAGE = {"input_tokens": 100}

WAITING = Framing(terminal={"type": ("end",)}, events=({"type": "start", "usage": None}, {"type": "end"}), done=False)

FRAMINGS = [
    (WAITING, [{"type": "start", "usage": None}, {"type": "end", "usage": USAGE}]),
    (PLAIN, [{"usage": USAGE, "type": "end", "id": 1}, "[DONE]"]),
    (INSIDE, [{"response": {"id": 1, "usage": USAGE}, "done": "stop"}, "[DONE]"]),
    (LISTED, [{"id": 1, "kind": "usage", "candidates": [{"finishReason": "stop"}], "usage": USAGE}, "[DONE]"]),
    (LAST, [{"choices": [1]}, {"choices": [], "usage": USAGE}]),
    (STREAM, [STREAM.events[0], {"type": "completed", "response": {"usage": USAGE}}, "[DONE]"]),
]


@pytest.mark.parametrize("framing, expected", FRAMINGS, ids=["waiting", "plain", "inside", "listed", "last", "events"])
def test_a_stream_is_framed_as_its_endpoint_frames_it(mocks, post, framing, expected):
    contract = own(stream=framing, body={"id": 1})
    mocks(contract, stream=True)
    response = post(OWN)
    assert response.headers["content-type"] == "text/event-stream"
    assert decoded(response) == expected
    assert check_bytes(contract, response.content, demand=True).kept


LACKING = [
    (STREAM, "no-usage", [STREAM.events[0], {"type": "completed", "response": {}}, "[DONE]"]),
    (STREAM, "null-usage", [STREAM.events[0], {"type": "completed", "response": {"usage": None}}, "[DONE]"]),
    (LAST, "no-usage", [{"choices": [1]}]),  # the last event is there for the usage alone
    (LAST, "null-usage", [{"choices": [1]}, {"choices": [], "usage": None}]),
]


@pytest.mark.parametrize("framing, stream, expected", LACKING)
def test_a_stream_may_lack_its_usage(mocks, post, framing, stream, expected):
    contract = own(stream=framing)
    mocks(contract, stream=stream)
    response = post(OWN)
    assert decoded(response) == expected
    assert codes(check_bytes(contract, response.content)) == [("no-terminal-usage", "usage")]


CHAT_STREAM = Framing(
    terminal={"choices[].finish_reason": (...,)},
    carriers={},
    may_follow=True,
    presence="optional",
    asked={"stream_options.include_usage": (True,)},
    events=({"choices": [{"finish_reason": "stop"}]}, {"choices": []}),
)


@pytest.mark.parametrize("asked", [True, False])
def test_a_stream_has_the_usage_that_its_request_asks_for(mocks, post, asked):
    contract = own(stream=CHAT_STREAM)
    mocks(contract)
    response = post(OWN, json={"stream": True, "stream_options": {"include_usage": asked}})
    assert ["usage" in event for event in decoded(response)[:-1]] == [False, True][: 1 + asked]
    assert check_bytes(contract, response.content, demand=asked).kept


def test_a_stream_carries_its_usage_wherever_its_events_leave_room_for_it(mocks, post):
    start, delta, stop = (
        {"type": "start", "message": {"usage": None}},
        {"type": "delta", "usage": None},
        {"type": "stop"},
    )
    framing = Framing(
        at=("message.usage", "usage"),
        carriers={"type": ("start", "delta")},
        terminal={"type": ("delta",)},
        named=True,
        events=(start, delta, stop),
        done=False,
    )
    contract = own(stream=framing)
    mocks(contract, stream=True)
    response = post(OWN)
    usage = examples(contract)[0].usage
    assert [*map(json.loads, read_events((response.content,)))] == [
        {"type": "start", "message": {"usage": usage}},
        {"type": "delta", "usage": usage},
        stop,
    ]
    assert [line for line in response.text.splitlines() if line.startswith("event")] == [
        "event: start",
        "event: delta",
        "event: stop",
    ]


def test_an_example_of_a_stream_tells_less_in_an_earlier_event(mocks, post):
    mocks("anthropic/messages", example="last-chunk-wins", stream=True)
    framing = find_contract("anthropic/messages").documented.stream
    usages = usages_of(framing, post("https://api.anthropic.com/v1/messages").content)
    assert [usage["output_tokens"] for usage in usages] == [2, 120]


def test_a_stream_comes_chunk_by_chunk_as_often_as_it_is_asked_for(mocks, client):
    mocks(TOY, stream=True)
    for _ in range(2):
        with client.stream("POST", CHAT) as response:
            assert [chunk[:6] for chunk in response.iter_raw()] == [b"data: "] * 3


def test_of_several_contracts_those_without_a_stream_answer_as_they_do(mocks, post):
    unregister = register([TOY, own("toy/more", path="/v1/more")])
    try:
        mocks("toy", stream=True)
        assert post(CHAT).headers["content-type"] == "text/event-stream"
        assert post(OWN.replace("/v1/chat", "/v1/more")).headers["content-type"] == "application/json"
    finally:
        unregister()


@pytest.mark.parametrize(
    "url, request_body, streamed",
    [
        (CHAT, b'{"stream": true}', True),
        (CHAT, b'{"stream": false}', False),
        (CHAT, b"[]", False),
        (CHAT, b"no JSON", False),
        (NO_STREAM, b'{"stream": true}', False),
        (OWN, b"", True),
    ],
)
def test_what_the_request_asks_for_is_what_comes(mocks, post, url, request_body, streamed):
    mocks(TOY)
    mocks(own(stream=PLAIN, body=None))  # which documents no answer but a stream
    kind = post(url, content=request_body).headers["content-type"]
    assert kind == ("text/event-stream" if streamed else "application/json")


def test_a_stream_that_is_not_wanted_does_not_come(mocks, post):
    mocks(TOY, stream=False)
    assert "usage" in post(CHAT, json={"stream": True}).json()


async def test_a_stream_that_is_cut_breaks_within_its_last_event(mocks, lib, client, aclient):
    mocks(TOY, stream="cut").then(stream="cut").then(stream=True)
    got = []
    with client.stream("POST", CHAT) as response, pytest.raises(lib.RemoteProtocolError):
        got.extend(response.iter_raw())
    assert [chunk.endswith(b"\n\n") for chunk in got] == [True, False]
    with pytest.raises(lib.RemoteProtocolError):
        await aclient.post(CHAT)
    assert client.post(CHAT).text.endswith("[DONE]\n\n")


# Misuse names what would do.

TWIN = own("own/twin", hosts=("twin.test",))

MISUSE = [
    ("nobody", {}, LookupError, "no contract is called 'nobody'"),
    (
        TOY,
        {"example": "typo"},
        LookupError,
        "toy/chat has no example 'typo' (there are full, minimal, zero, input_details.cached_tokens-absent, ",
    ),
    (
        TOY,
        {"example": examples(TWIN)[0]},
        LookupError,
        "own/twin-full is an example of own/twin, not of toy/chat; name own/twin",
    ),
    (TWIN, {"stream": True}, ValueError, "own/twin documents no stream; leave stream out"),
    (
        TOY,
        {"stream": "broken"},
        ValueError,
        "stream='broken' is no stream; there are True, 'no-usage', 'null-usage', 'cut', or False for none",
    ),
    (TOY, {"status": 99}, ValueError, "status=99 is no status of a final response; one is from 200 to 599"),
    (TOY, {"status": True}, ValueError, "status=True is no status of a final response; one is from 200 to 599"),
    (
        TOY,
        {"usage": [1]},
        TypeError,
        "usage=[1] is no mapping of wire names to JSON values; model_dump() makes one of an SDK's object",
    ),
    (
        TOY,
        {"usage": {"tokens": {1, 2}}},
        TypeError,
        "the usage to answer with is not JSON: Object of type set is not JSON serializable; "
        "give numbers, text, null, lists and dicts",
    ),
    (TOY, {"usage": {}, "example": "full"}, TypeError, "give an example or a usage, not both"),
]


@pytest.mark.parametrize("contract, told, error, message", MISUSE)
def test_misuse_names_what_was_given_and_what_would_do(known, mocks, contract, told, error, message):
    with pytest.raises(error) as raised:
        mocks(contract, **told)
    assert raised.value.args[0].startswith(message)
    assert mocks.mocks == ()


def test_two_mocks_for_one_route_are_one_too_many(mocks, post):
    mocks(TWIN)
    for taken in (TWIN, replace(TWIN, name="own/another")):
        with pytest.raises(ValueError, match=r"^POST twin.test/v1/chat is mocked already, for own/twin; change the"):
            mocks(taken)
    assert post("https://twin.test/v1/chat").status_code == 200


def test_two_contracts_for_one_route_are_one_too_many(mocks):
    unregister = register([TWIN, replace(TWIN, name="own/triplet")])
    try:
        with pytest.raises(ValueError, match=r"is mocked already, for own/twin"):
            mocks("own")
    finally:
        unregister()


def test_a_contract_that_is_served_nowhere_cannot_be_mocked(mocks):
    with pytest.raises(ValueError, match=r"^own/chat has no endpoint that could be mocked; declare endpoints"):
        mocks(replace(own(), endpoints=()))


def test_the_package_knows_no_other_names():
    import pytest_usage_contract.mocks as package

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing
