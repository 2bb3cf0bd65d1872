"""What a mock answers, to whom, and in which order."""

import json

import httpx
import httpx2
import pytest

from pytest_usage_contract import ABSENT, Contract, Count, Endpoint, Framing, Source, Usage, contracts, find_contract
from pytest_usage_contract.contracts import register
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.mocks import UsageMock, UsageMockError, UsageMocks

OPENROUTER = "https://openrouter.ai/api/v1/responses"
INVOKE = "https://api.orq.ai/v2/deployments/invoke"
ATOMA = "https://api.atoma.network/v1/completions"

both = pytest.mark.parametrize("lib", [httpx, httpx2], ids=["httpx", "httpx2"])


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def usage(url, lib=httpx, **request):
    return lib.post(url, json=request).json()["usage"]


def events(response):
    return [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]


PLACES = [
    pytest.param(contract, endpoint, host, id=f"{host}{endpoint.path}")
    for contract in contracts()
    for endpoint in contract.endpoints
    for host in endpoint.hosts
]


@both
@pytest.mark.parametrize("contract, endpoint, host", PLACES)
def test_every_documented_address_answers_with_what_keeps_the_contract(mocks, contract, endpoint, host, lib):
    mocks(contract.provider)
    response = lib.post(f"https://{host}{endpoint.path}", json={})
    assert check_bytes(contract, response.content, endpoint=endpoint, demand=True).kept


@both
async def test_an_async_client_is_answered_too(mocks, lib):
    mock = mocks("openrouter")
    async with lib.AsyncClient() as client:
        assert (await client.post(OPENROUTER)).json()["usage"]["input_tokens"] == 1321.53
        async with client.stream("POST", OPENROUTER, json={"stream": True}) as response:
            assert [chunk async for chunk in response.aiter_raw()][-1] == b"data: [DONE]\n\n"
    assert mock.calls.call_count == 2


def test_the_address_of_the_old_sdk_is_answered_and_a_slash_at_the_end_is_none_of_its_business(mocks):
    mocks("openrouter")
    assert httpx.post("https://openrouter.ai/api/v1/api/alpha/responses").status_code == 200
    assert httpx.post(f"{OPENROUTER}/").status_code == 200


def test_the_documented_example_is_the_answer_where_there_is_one_and_else_the_full_one(mocks):
    mocks("openrouter")
    mocks("orq/deployments_invoke")
    assert usage(OPENROUTER) == find_contract("openrouter").example
    assert usage(INVOKE)["total_tokens"] == 260


@pytest.mark.parametrize("name", ["openrouter", "openrouter/alpha_responses", "PostApiAlphaResponsesUsage"])
def test_a_contract_goes_by_all_its_names(mocks, name):
    mocks(name)
    assert usage(OPENROUTER)["total_tokens"] == 4727.47


def test_an_example_may_be_named_or_given_and_so_may_a_counterexample(mocks):
    contract = find_contract("openrouter")
    mock = mocks(contract, example="zero")
    assert usage(OPENROUTER)["total_tokens"] == 0
    for case in (contract.examples()[1], contract.counterexamples()[0]):
        mock.answers(example=case)
        assert usage(OPENROUTER) == case.usage
    mock.answers(example="total_tokens-string")
    assert usage(OPENROUTER)["total_tokens"] == "10"
    mock.answers(example="total_tokens-nan")
    assert b'"total_tokens": NaN' in httpx.post(OPENROUTER).content


def test_a_usage_of_ones_own_stands_in_place_and_is_not_shared(mocks):
    mine = {"input_tokens": 1, "notes": ["x"]}
    mock = mocks("openrouter", usage=mine)
    mine["notes"].append("y")
    assert usage(OPENROUTER) == {"input_tokens": 1, "notes": ["x"]}
    mock.answers(usage=ABSENT)
    assert "usage" not in httpx.post(OPENROUTER).json()


@both
def test_capture_can_tell_that_a_mock_has_answered(mocks, lib):
    mocks("openrouter")
    assert lib.post(OPENROUTER).extensions["usage_contract.mocked"] is True
    with lib.stream("POST", OPENROUTER, json={"stream": True}) as response:
        assert response.extensions["usage_contract.mocked"] is True
        response.read()


def test_a_sequence_is_answered_in_its_order_and_its_last_for_good(mocks):
    mock = mocks("openrouter", status=429).then(status=500).then(example="zero")
    answers = [httpx.post(OPENROUTER) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 500, 200, 200]
    assert answers[0].json() == {"error": {"code": 429, "message": "Too Many Requests"}}
    assert answers[3].json()["usage"]["total_tokens"] == 0
    assert mock.answers(status=599) is mock
    assert httpx.post(OPENROUTER).json() == {"error": {"code": 599, "message": "Error"}}


def test_the_routes_and_the_calls_are_those_of_respx(mocks):
    mock = mocks("openrouter")
    other = mocks("atoma")
    httpx.post(ATOMA)
    httpx.post(OPENROUTER, json={"model": "m"})
    httpx2.post(OPENROUTER)
    assert isinstance(mock, UsageMock)
    assert mocks.mocks == (mock, other)
    assert [route.call_count for route in mock.routes] == [0, 2]
    assert json.loads(mock.calls[0].request.content) == {"model": "m"}
    assert mock.calls.last.response.status_code == 200
    assert other.calls.call_count == 1
    assert repr(mock) == "<UsageMock of openrouter/alpha_responses: 2 calls>"


@both
def test_a_route_may_be_given_an_error_to_raise_which_is_native_to_the_client(mocks, lib):
    for route in mocks("openrouter").routes:
        route.side_effect = httpx.ConnectTimeout
    with pytest.raises(lib.ConnectTimeout):
        lib.post(OPENROUTER)


@both
async def test_such_an_error_is_native_to_an_async_client_too(mocks, lib):
    for route in mocks("openrouter").routes:
        route.side_effect = httpx.ConnectTimeout
    async with lib.AsyncClient() as client:
        with pytest.raises(lib.ConnectTimeout):
            await client.post(OPENROUTER)


def test_an_error_that_the_other_library_has_no_name_for_stays_itself(mocks):
    class OwnError(httpx.RequestError):
        pass

    for route in mocks("openrouter").routes:
        route.side_effect = OwnError
    with pytest.raises(OwnError):
        httpx2.post(OPENROUTER)


# Streams, framed as each provider frames them.


def test_openrouter_ends_its_stream_with_an_event_that_holds_the_response(mocks):
    mocks("openrouter", stream=True, example="full")
    response = httpx.post(OPENROUTER)
    *before, last, done = events(response)
    assert response.headers["content-type"] == "text/event-stream"
    assert [json.loads(event)["type"] for event in before] == ["response.created", "response.output_text.delta"]
    assert json.loads(last)["type"] == "response.completed"
    assert json.loads(last)["response"]["usage"]["total_tokens"] == 240
    assert done == "[DONE]"


def test_orq_ends_its_stream_with_a_final_chunk(mocks):
    mocks("orq/deployments_invoke", stream=True)
    *before, last, done = events(httpx.post(INVOKE))
    assert [json.loads(event)["is_final"] for event in before] == [False]
    assert (json.loads(last)["is_final"], json.loads(last)["usage"]["total_tokens"]) == (True, 260)
    assert done == "[DONE]"


def test_atoma_ends_its_stream_with_a_chunk_without_choices_and_nothing_after_it(mocks):
    mocks("atoma", stream=True)
    *before, last = events(httpx.post(ATOMA))
    assert [len(json.loads(event)["choices"]) for event in before] == [1, 1]
    assert (json.loads(last)["choices"], json.loads(last)["usage"]["total_tokens"]) == ([], 20)


@both
def test_a_stream_comes_chunk_by_chunk_as_often_as_it_is_asked_for(mocks, lib):
    mocks("openrouter", stream=True)
    for _ in range(2):
        with lib.stream("POST", OPENROUTER) as response:
            assert [chunk[:6] for chunk in response.iter_raw()] == [b"data: "] * 4


@pytest.mark.parametrize(
    "url, request_body, streamed",
    [
        (OPENROUTER, b'{"stream": true}', True),
        (OPENROUTER, b'{"stream": false}', False),
        (OPENROUTER, b"[]", False),
        (OPENROUTER, b"no JSON", False),
        (INVOKE.replace("invoke", "stream"), b"", True),
        ("https://api.orq.ai/v2/proxy/images/edits", b'{"stream": true}', False),
    ],
)
def test_what_the_request_asks_for_is_what_comes(mocks, url, request_body, streamed):
    mocks("openrouter")
    mocks("orq")
    kind = httpx.post(url, content=request_body).headers["content-type"]
    assert kind == ("text/event-stream" if streamed else "application/json")


def test_a_stream_that_is_not_wanted_does_not_come(mocks):
    mocks("openrouter", stream=False)
    assert usage(OPENROUTER, stream=True)["total_tokens"] == 4727.47


STREAMS = [
    ("openrouter", OPENROUTER.replace("v1", "alpha"), ["no-terminal-usage"]),
    ("openrouter", OPENROUTER, []),
    ("atoma", ATOMA, ["no-terminal-usage"]),
    ("orq/deployments_invoke", INVOKE, []),
]


@pytest.mark.parametrize("stream", ["no-usage", "null-usage"])
@pytest.mark.parametrize("name, url, codes", STREAMS)
def test_a_stream_without_its_usage_is_judged_as_the_documentation_does(mocks, name, url, codes, stream):
    mocks(name, stream=stream)
    body = httpx.post(url).content
    contract = find_contract(name)
    endpoint = next(endpoint for endpoint in contract.endpoints if endpoint.serves("POST", httpx.URL(url).path))
    assert (b'"usage": null' in body) == (stream == "null-usage")
    assert [finding.code for finding in check_bytes(contract, body, endpoint=endpoint).findings] == codes


def test_atoma_without_usage_sends_no_usage_chunk_at_all(mocks):
    mocks("atoma", stream="no-usage")
    assert len(events(httpx.post(ATOMA))) == 2


@both
def test_a_stream_that_is_cut_breaks_within_its_last_event(mocks, lib):
    mocks("openrouter", stream="cut").then(stream=True)
    got = []
    with lib.stream("POST", OPENROUTER) as response, pytest.raises(lib.RemoteProtocolError):
        got.extend(response.iter_raw())
    assert [chunk.endswith(b"\n\n") for chunk in got] == [True, True, False]
    assert lib.post(OPENROUTER).text.endswith("[DONE]\n\n")


@both
async def test_a_stream_that_is_cut_breaks_for_an_async_client_too(mocks, lib):
    mocks("atoma", stream="cut")
    async with lib.AsyncClient() as client:
        with pytest.raises(lib.RemoteProtocolError):
            await client.post(ATOMA)


# Contracts of one's own: no body and no events have to be declared.


class OwnUsage(Usage):
    input_tokens: Count


def own(**declared):
    endpoint = Endpoint(**({"path": "/v1/chat", "hosts": ("llm.test",)} | declared))
    source = Source(document="Own", package="own")
    return Contract(name="own/chat", source=source, usage=OwnUsage, endpoints=(endpoint,))


def test_a_contract_of_ones_own_needs_no_body(mocks):
    mocks(own(at="data.metrics.usage"))
    assert httpx.post("https://llm.test/v1/chat").json() == {"data": {"metrics": {"usage": {"input_tokens": 100}}}}


FRAMINGS = [
    (Framing(terminal={"type": ("end", "stop")}), {"usage": {"input_tokens": 100}, "type": "end", "id": 1}),
    (
        Framing(at=("response.usage",), terminal={"done": (...,)}),
        {"response": {"id": 1, "usage": {"input_tokens": 100}}, "done": "stop"},
    ),
    (
        Framing(terminal={"candidates[].finishReason": (...,)}, carriers={"kind": ("usage",)}),
        {"id": 1, "kind": "usage", "candidates": [{"finishReason": "stop"}], "usage": {"input_tokens": 100}},
    ),
]


@pytest.mark.parametrize("framing, event", FRAMINGS)
def test_the_last_event_of_a_stream_is_derived_from_its_framing(mocks, framing, event):
    contract = own(stream=framing, body={"id": 1})
    mocks(contract, stream=True)
    response = httpx.post("https://llm.test/v1/chat")
    first, done = events(response)
    assert (json.loads(first), done) == (event, "[DONE]")
    assert check_bytes(contract, response.content, demand=True).kept


def test_a_test_server_is_told_by_its_port(mocks):
    mocks(own(hosts=("127.0.0.1:4000", "llm.test")))
    assert httpx.post("http://127.0.0.1:4000/v1/chat").status_code == 200
    with pytest.raises(AssertionError, match=r"no mock answers POST 127.0.0.1:4001/v1/chat"):
        httpx.post("http://127.0.0.1:4001/v1/chat")
    assert len(mocks.unanswered) == 1
    with pytest.raises(UsageMockError):
        mocks.verify()


def test_a_gateway_is_mocked_beside_the_hosts_that_it_stands_for():
    from pytest_usage_contract.contracts.places import Mapped

    with UsageMocks([Mapped.read("http://127.0.0.1:4000/v1/responses = openrouter/alpha_responses")]) as mocks:
        mocks("openrouter")
        assert usage("http://127.0.0.1:4000/v1/responses")["total_tokens"] == usage(OPENROUTER)["total_tokens"]


# Misuse names what would do.

MISUSE = [
    ("nobody", {}, LookupError, "no contract is called 'nobody'"),
    (
        "openrouter",
        {"example": "typo"},
        LookupError,
        (
            "openrouter/alpha_responses has no example 'typo' (there are documented, full, minimal, zero; and its "
            "counterexamples)"
        ),
    ),
    (
        "openrouter",
        {"example": find_contract("atoma").examples()[0]},
        LookupError,
        (
            "atoma/completions-documented is an example of atoma/completions, not of openrouter/alpha_responses; "
            "name atoma/completions"
        ),
    ),
    (
        "orq/images_edits",
        {"stream": True},
        ValueError,
        "orq/images_edits documents no stream; leave stream out",
    ),
    (
        "orq",
        {"stream": "cut"},
        ValueError,
        "orq/images_generations and orq/images_edits document no stream; name orq/deployments_invoke",
    ),
    (
        "openrouter",
        {"stream": "broken"},
        ValueError,
        "stream='broken' is no stream; there are True, 'no-usage', 'null-usage', 'cut', or False for none",
    ),
    ("openrouter", {"status": 99}, ValueError, "status=99 is no status of a final response; one is from 200 to 599"),
    (
        "openrouter",
        {"status": True},
        ValueError,
        "status=True is no status of a final response; one is from 200 to 599",
    ),
    (
        "openrouter",
        {"usage": [1]},
        TypeError,
        "usage=[1] is no mapping of wire names to JSON values; model_dump() makes one of an SDK's object",
    ),
    (
        "openrouter",
        {"usage": {"tokens": {1, 2}}},
        TypeError,
        (
            "the usage to answer with is not JSON: Object of type set is not JSON serializable; give numbers, text, "
            "null, lists and dicts"
        ),
    ),
    ("openrouter", {"usage": {}, "example": "full"}, TypeError, "give an example or a usage, not both"),
]


@pytest.mark.parametrize("name, told, error, message", MISUSE)
def test_misuse_names_what_was_given_and_what_would_do(mocks, name, told, error, message):
    with pytest.raises(error) as raised:
        mocks(name, **told)
    assert raised.value.args[0].startswith(message)
    assert mocks.mocks == ()


def test_two_mocks_for_one_route_are_one_too_many(mocks):
    mocks("orq/images_edits")
    with pytest.raises(
        ValueError, match=r"^POST my.orq.ai/v2/proxy/images/edits is mocked already, for orq/images_edits; change the"
    ):
        mocks("orq")
    with pytest.raises(ValueError, match=r"is mocked already, for orq/images_edits"):
        mocks("orq/images_edits")
    assert httpx.post("https://api.orq.ai/v2/proxy/images/edits").status_code == 200


def test_two_contracts_for_one_route_are_one_too_many(mocks):
    twin = Contract(
        name="openrouter/twin",
        source=Source(document="Twin", package="own"),
        usage=OwnUsage,
        endpoints=(Endpoint(path="/api/v1/responses", hosts=("openrouter.ai",)),),
    )
    unregister = register([twin])
    try:
        with pytest.raises(ValueError, match="is mocked already, for openrouter/alpha_responses"):
            mocks("openrouter")
    finally:
        unregister()


def test_a_contract_that_is_served_nowhere_cannot_be_mocked(mocks):
    contract = Contract(name="own/chat", source=Source(document="Own", package="own"), usage=OwnUsage)
    with pytest.raises(ValueError, match=r"^own/chat has no endpoint that could be mocked; declare endpoints"):
        mocks(contract)


def test_the_package_knows_no_other_names():
    import pytest_usage_contract.mocks as package

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing
