"""One response at a time: what may be judged, under which contract, and what comes of it."""

import dataclasses
import json

import attrs
import httpx
import httpx2
import msgspec
import pytest
import requests
from pydantic import BaseModel
from toy import KEPT, TOY, camel, codes

from pytest_usage_contract import (
    ABSENT,
    Contract,
    Count,
    Endpoint,
    Framing,
    Source,
    Usage,
    UsageContractError,
    assert_usage,
    assert_usage_parity,
    check_usage,
    contracts,
)
from pytest_usage_contract.core.verdict_text import format_failure
from pytest_usage_contract.providers.registry import find_contract, register


class ImagesUsage(Usage):
    input_tokens: Count
    image_tokens: Count
    pixels: Count


IMAGES = Contract(
    name="toy/images",
    source=Source(document="ImagesUsage", package="toy-sdk"),
    usage=ImagesUsage,
    endpoints=(Endpoint(path="/v1/images", hosts=("api.toy.test",)),),
)

BODY = {"id": "toy-1", "object": "response", "usage": KEPT}
WRONG = {**BODY, "usage": {**KEPT, "total_tokens": "165"}}
URL = "https://api.toy.test/v1/chat"


def events(body):
    return [{"type": "created", "response": {"id": "toy-1"}}, {"type": "completed", "response": body}]


def stream(body):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events(body))


def from_url(url, body):
    return httpx.Response(200, json=body, request=httpx.Request("POST", url))


def requests_response(body):
    response = requests.Response()
    response.status_code, response._content = 200, json.dumps(body).encode()
    response.url, response.request = URL, requests.Request("POST", URL).prepare()
    return response


class PydanticResponse(BaseModel):
    id: str
    usage: dict
    extra: int | None = None


@dataclasses.dataclass
class DataclassResponse:
    id: str
    usage: dict


@attrs.define
class AttrsResponse:
    id: str
    usage: PydanticResponse | dict


class MsgspecResponse(msgspec.Struct):
    id: str
    usage: dict


class OnlyJson:
    def __init__(self, body):
        self.body = body

    def json(self):
        return self.body


OBJECTS = {
    "pydantic": lambda body: PydanticResponse.model_construct(id="toy-1", usage=body["usage"]),
    "dataclass": lambda body: DataclassResponse("toy-1", body["usage"]),
    "attrs": lambda body: AttrsResponse("toy-1", body["usage"]),
    "msgspec": lambda body: MsgspecResponse("toy-1", body["usage"]),
}

SUBJECTS = {
    "httpx": lambda body: httpx.Response(200, json=body),
    "httpx2": lambda body: httpx2.Response(200, json=body),
    "requests": requests_response,
    "bytes": lambda body: json.dumps(body).encode(),
    "bytearray": lambda body: bytearray(json.dumps(body).encode()),
    "text": json.dumps,
    "mapping": dict,
    "bare usage": lambda body: body["usage"],
    "anything with json": OnlyJson,
    **OBJECTS,
    "stream": stream,
    "events": events,
    "one event": lambda body: events(body)[-1],
    "events as bytes": lambda body: [stream(body).encode()],
}


@pytest.fixture
def registered():
    """The provider `toy` is known, with two contracts and no default."""
    take_away = register([TOY, IMAGES])
    yield
    take_away()


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_usage_is_judged_in_whatever_a_test_has_in_its_hands(subject):
    usage = assert_usage(subject(BODY), TOY)
    assert isinstance(usage, Usage)
    assert (usage.total_tokens, usage.input_details.cached_tokens) == (165, 64)

    with pytest.raises(UsageContractError) as caught:
        assert_usage(subject(WRONG), TOY)
    (verdict,) = caught.value.verdicts
    assert codes(verdict) == [("wrong-type", "usage.total_tokens")]


@pytest.mark.parametrize("subject", OBJECTS.values(), ids=OBJECTS)
def test_the_dump_of_an_sdk_object_says_what_cannot_be_seen_in_it(subject):
    note = "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"
    assert check_usage(subject(BODY), TOY).note == note


async def test_an_aiohttp_response_is_judged_once_it_was_read():
    import aiohttp.test_utils
    import aiohttp.web

    async def answer(request):
        return aiohttp.web.json_response(BODY)

    app = aiohttp.web.Application()
    app.router.add_post("/v1/chat", answer)
    async with aiohttp.test_utils.TestClient(aiohttp.test_utils.TestServer(app)) as client:
        response = await client.post("/v1/chat")
        with pytest.raises(
            TypeError, match="^the body of this response has not been read yet: await response.read\\(\\) first$"
        ):
            check_usage(response, TOY)
        await response.read()
        assert assert_usage(response, TOY).total_tokens == 165


WHAT_CAN = (
    "a response of httpx, httpx2, requests or aiohttp can, "
    "bytes or text of JSON or of server-sent events, a list of events, a mapping, and an SDK's object"
)
NO_RESPONSES = {
    "a number": (3, f"a int cannot be judged; {WHAT_CAN}"),
    "nothing": (None, f"a NoneType cannot be judged; {WHAT_CAN}"),
    "a class": (PydanticResponse, "the class PydanticResponse cannot be judged; an object of it may be"),
    "a stream that was not read": (
        httpx.Response(200, stream=httpx.ByteStream(b"{}")),
        "the body of this response has not been read yet (ResponseNotRead)",
    ),
}


@pytest.mark.parametrize("thing, message", NO_RESPONSES.values(), ids=NO_RESPONSES)
def test_what_cannot_be_judged_is_a_misuse_that_says_what_can(thing, message):
    with pytest.raises(TypeError) as refusal:
        check_usage(thing, TOY)
    assert str(refusal.value) == message


SETTLED = {
    "by the whole name": ({}, "toy/images", "toy/images"),
    "by the document": ({}, "ToyUsage", "toy/chat"),
    "by the URL": (from_url("https://user:pass@API.toy.test/v1/images?key=1#part", {}), "toy", "toy/images"),
    "by another URL": (from_url(URL, {}), "toy", "toy/chat"),
    "by the URL alone": (from_url(URL, {}), None, "toy/chat"),
    "by the names that are there": ({"usage": {"pixels": 1}}, "toy", "toy/images"),
    "by the names of an SDK": ({"usage": {"toolTokens": 1}}, "toy", "toy/chat"),
    "by the names in bytes": (b'{"usage": {"output_tokens": 1}}', "toy", "toy/chat"),
    "by the names in a stream": (stream({"usage": {"pixels": 1}}), "toy", "toy/images"),
    "by the names in an event": (events({"usage": {"tool_tokens": 1}}), "toy", "toy/chat"),
}

OPEN = {
    "names that both have": {"usage": {"input_tokens": 1}},
    "no usage": {"usage": None},
    "no JSON": b"not JSON",
    "no events": [3],
}


@pytest.mark.parametrize("response, name, contract", SETTLED.values(), ids=SETTLED)
def test_the_contract_is_settled(registered, response, name, contract):
    assert check_usage(response, name).contract == contract


@pytest.mark.parametrize("response", OPEN.values(), ids=OPEN)
def test_a_provider_that_stays_open_is_a_misuse_that_lists_the_candidates(registered, response):
    with pytest.raises(LookupError, match="'toy' may mean toy/chat or toy/images"):
        check_usage(response, "toy")


@pytest.mark.parametrize("response", [{}, httpx.Response(200, json={}), from_url("https://nobody.test/v1/chat", {})])
def test_without_a_name_and_without_a_known_url_there_is_nothing_to_judge_by(registered, response):
    message = "this response tells no URL that a contract covers; name the contract to judge it under"
    with pytest.raises(LookupError, match=f"^{message}$"):
        check_usage(response)


def test_a_name_that_means_no_contract_is_a_misuse():
    with pytest.raises(LookupError, match="'nobody'"):
        check_usage({}, "nobody")


def test_a_default_settles_a_tie():
    take_away = register([TOY, dataclasses.replace(IMAGES, default=True)])
    try:
        assert check_usage({"usage": {"input_tokens": 1}}, "toy").contract == "toy/images"
    finally:
        take_away()


def test_a_contract_of_ones_own_can_be_given_itself():
    assert assert_usage({"usage": {"input_tokens": 1, "image_tokens": 2, "pixels": 3}}, IMAGES).pixels == 3
    assert codes(check_usage({"pixels": None, "input_tokens": 1, "image_tokens": 2}, IMAGES)) == [
        ("null-value", "usage.pixels")
    ]
    assert IMAGES not in contracts()


NULLABLE = dataclasses.replace(TOY, endpoints=TOY.endpoints[1:])


@pytest.mark.parametrize(
    "response, contract, code, wire",
    [
        ({}, TOY, "no-usage", ABSENT),
        ({"usage": None}, NULLABLE, "no-usage", None),
        ('data: {"type": "failed"}\n\n', TOY, "no-terminal-usage", ABSENT),
    ],
)
def test_an_assertion_demands_a_usage_where_the_documentation_lets_it_be_absent(response, contract, code, wire):
    assert check_usage(response, contract).kept
    with pytest.raises(UsageContractError) as caught:
        assert_usage(response, contract)
    assert codes(*caught.value.verdicts) == [(code, "usage")]
    assert assert_usage(response, contract, fail_on="none") is wire


ALPHA = find_contract("openrouter/alpha_responses")
ALPHA_URL = "https://openrouter.ai/api/alpha/responses"
ALPHA_USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("name", ["openrouter", ALPHA.name, ALPHA, None], ids=str)
def test_a_held_response_gives_its_typed_usage(library, name):
    body = {"id": "gen-1", "usage": ALPHA_USAGE}
    held = library.Response(200, json=body, request=library.Request("POST", ALPHA_URL))
    usage = assert_usage(held, name)
    assert (type(usage), usage.total_tokens) == (ALPHA.usage, 165)
    assert usage == check_usage(held, name).usage


@pytest.mark.parametrize("usage, code", [({"input_tokens": -1}, "negative-count"), ({"cost": 1}, "undocumented-field")])
def test_a_held_response_that_breaks_its_contract_is_told_of(usage, code):
    held = from_url(ALPHA_URL, {"usage": {**ALPHA_USAGE, **usage}})
    with pytest.raises(UsageContractError, match=code):
        assert_usage(held, "openrouter", fail_on="all")


def test_the_policy_of_one_call():
    drifted = {"usage": {**KEPT, "cost": 0.1}}
    assert assert_usage(drifted, TOY).cost == 0.1
    assert assert_usage(BODY, TOY, fail_on="all").total_tokens == 165
    with pytest.raises(UsageContractError):
        assert_usage(drifted, TOY, fail_on=("drift",))
    with pytest.raises(ValueError, match="'cost'"):
        assert_usage(drifted, TOY, fail_on="cost")
    assert assert_usage(WRONG, TOY, fail_on=()) == WRONG["usage"]


def test_an_error_tells_the_whole_verdict_with_what_does_not_fail():
    response = {"usage": {**KEPT, "total_tokens": "165", "cost": 0.1}}
    with pytest.raises(UsageContractError) as caught:
        assert_usage(response, TOY)
    (verdict,) = caught.value.verdicts
    assert codes(verdict) == [("wrong-type", "usage.total_tokens"), ("undocumented-field", "usage.cost")]
    assert str(caught.value) == format_failure(verdict, TOY, failing=("schema",))


def test_an_sdk_may_spell_in_its_own_way_throughout_but_not_in_two_ways():
    sdk = camel(KEPT)
    assert assert_usage(sdk, TOY).total_tokens == 165
    mixed = check_usage({**sdk, "input_details": KEPT["input_details"]}, TOY)
    assert {code for code, _ in codes(mixed)} >= {"sdk-spelling"}
    assert {code for code, _ in codes(check_usage(json.dumps({"usage": sdk}), TOY))} == {"sdk-spelling"}


class LeanUsage(Usage):
    promptCount: Count  # noqa: N815 - as on the wire
    totalCount: Count  # noqa: N815 - as on the wire


LEAN = Contract(
    name="toy/lean",
    source=Source(document="LeanUsage", package="toy-sdk"),
    usage=LeanUsage,
    endpoints=(
        Endpoint(path="/v1/lean", hosts=(), at="usageMetadata"),
        Endpoint(
            path="/v1/lean/stream",
            hosts=(),
            at="usageMetadata",
            stream=Framing(at=("usageMetadata",), terminal={"done": (True,)}, array=True),
        ),
    ),
)
COUNTED = {"promptCount": 3, "totalCount": 5}
ELSEWHERE = {
    "a body": {"usageMetadata": COUNTED},
    "a body in bytes": json.dumps({"usageMetadata": COUNTED}),
    "a body as an SDK shows it": {"usage_metadata": {"prompt_count": 3, "total_count": 5}},
    "a bare usage": COUNTED,
    "a bare usage as an SDK shows it": {"prompt_count": 3, "total_count": 5},
    "a bare usage with one of its own name": {**COUNTED, "usage": 1},
    "events": [{"done": False}, {"done": True, "usageMetadata": COUNTED}],
    "an array of events": json.dumps([{"done": False}, {"done": True, "usageMetadata": COUNTED}]),
}


@pytest.mark.parametrize("response", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_usage_is_judged_at_the_place_where_its_contract_puts_it(response):
    take_away = register([IMAGES, LEAN])
    try:
        verdict = check_usage(response, "toy")
    finally:
        take_away()
    assert (verdict.contract, verdict.wire.items() >= COUNTED.items()) == ("toy/lean", True)
    assert not verdict.of("schema")


def test_a_null_usage_is_judged_by_the_endpoint_that_sent_it(registered):
    null = {"usage": None}
    assert codes(check_usage(from_url(URL, null), "toy/chat")) == [("null-value", "usage")]
    assert codes(check_usage(from_url("https://api.toy.test/v2/chat", null), "toy/chat")) == []
    # The promise of another contract's endpoint is none of this one's.
    assert codes(check_usage(from_url("https://api.toy.test/v2/chat", null), IMAGES)) == [("null-value", "usage")]


def test_parity_names_the_fields_that_one_side_lacks():
    without = {name: value for name, value in KEPT.items() if name != "tool_tokens"}
    assert_usage_parity(events(BODY), BODY, TOY)
    with pytest.raises(UsageContractError) as caught:
        assert_usage_parity(events({"usage": without}), BODY, TOY)
    assert codes(*caught.value.verdicts) == [("stream-mismatch", "usage.tool_tokens")]


def test_parity_counts_the_findings_of_each_side_as_far_as_it_was_told():
    drifted = {"usage": {**KEPT, "cost": 0.1}}
    for left, right in ((events(drifted), BODY), (events(BODY), drifted)):
        with pytest.raises(UsageContractError) as caught:
            assert_usage_parity(left, right, TOY)
        assert codes(*caught.value.verdicts) == [("undocumented-field", "usage.cost")]
        assert_usage_parity(left, right, TOY, fail_on=("schema",))


def test_an_error_of_the_plugin_is_an_assertion_error_under_its_public_name():
    assert issubclass(UsageContractError, AssertionError)
    assert (UsageContractError.__module__, UsageContractError.__qualname__) == (
        "pytest_usage_contract",
        "UsageContractError",
    )


CHAT_CHUNKS = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
CHAT_URL = "https://api.openai.com/v1/chat/completions"


def by_httpx(asked):
    request = httpx.Request("POST", CHAT_URL, json={"stream_options": {"include_usage": asked}})
    return httpx.Response(200, content=CHAT_CHUNKS, request=request)


def by_requests(asked):
    response = requests.Response()
    response.status_code, response._content = 200, CHAT_CHUNKS
    body = json.dumps({"stream_options": {"include_usage": asked}})
    response.request = requests.Request("POST", CHAT_URL, data=body).prepare()
    return response


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("respond", [by_httpx, by_requests])
def test_a_stream_owes_the_usage_that_its_request_has_asked_for(respond, asked):
    assert codes(check_usage(respond(asked))) == [("no-terminal-usage", "usage")] * asked


def test_of_a_request_whose_body_is_a_stream_nothing_is_known():
    request = httpx.Request("POST", CHAT_URL, content=iter([b"{}"]))
    assert codes(check_usage(httpx.Response(200, content=CHAT_CHUNKS, request=request))) == []
