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

from pytest_usage_contract import (
    ABSENT,
    Contract,
    Count,
    Source,
    Usage,
    UsageContractError,
    assert_usage,
    assert_usage_parity,
    check_usage,
    contracts,
    find_contract,
)
from pytest_usage_contract.contracts import register

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BODY = {"id": "resp_1", "object": "response", "usage": USAGE}
WRONG = {**BODY, "usage": {**USAGE, "total_tokens": "165"}}
STREAM = "".join(
    f"data: {json.dumps(event)}\n\n"
    for event in (
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.completed", "response": BODY},
    )
)
EVENTS = [json.loads(line[6:]) for line in STREAM.splitlines() if line]
URL = "https://openrouter.ai/api/v1/responses"


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
    "pydantic": lambda body: PydanticResponse.model_construct(id="resp_1", usage=body["usage"]),
    "dataclass": lambda body: DataclassResponse("resp_1", body["usage"]),
    "attrs": lambda body: AttrsResponse("resp_1", body["usage"]),
    "msgspec": lambda body: MsgspecResponse("resp_1", body["usage"]),
    "stream": lambda body: STREAM.replace(json.dumps(BODY), json.dumps(body)),
    "events": lambda body: [EVENTS[0], {"type": "response.completed", "response": body}],
    "one event": lambda body: {"type": "response.completed", "response": body},
    "events as bytes": lambda body: [STREAM.replace(json.dumps(BODY), json.dumps(body)).encode()],
}

subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


@subjects
def test_a_kept_usage_is_given_as_a_typed_object_with_wire_names(subject):
    usage = assert_usage(subject(BODY), "openrouter")

    assert isinstance(usage, Usage)
    assert usage.total_tokens == 165
    assert usage.input_tokens_details.cached_tokens == 64


@subjects
def test_a_broken_usage_is_told_whole(subject):
    with pytest.raises(UsageContractError) as caught:
        assert_usage(subject(WRONG), "openrouter")

    lines = str(caught.value).splitlines()
    assert lines[:2] == [
        "openrouter/alpha_responses broken: 1 schema finding",
        '  wrong-type  usage.total_tokens  string "165", documented as a number',
    ]
    assert lines[-1] == "documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21"
    (verdict,) = caught.value.verdicts
    assert [finding.path for finding in verdict.findings] == ["usage.total_tokens"]


@pytest.mark.parametrize("kind", ["pydantic", "dataclass", "attrs", "msgspec"])
def test_the_dump_of_an_sdk_object_says_what_cannot_be_seen_in_it(kind):
    verdict = check_usage(SUBJECTS[kind](BODY), "openrouter")

    assert verdict.kept
    assert verdict.note == "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"


async def test_an_aiohttp_response_is_judged_once_it_was_read():
    async def answer(request):
        return aiohttp.web.json_response(BODY)

    import aiohttp.test_utils
    import aiohttp.web

    app = aiohttp.web.Application()
    app.router.add_post("/v1/responses", answer)
    async with aiohttp.test_utils.TestClient(aiohttp.test_utils.TestServer(app)) as client:
        response = await client.post("/v1/responses")
        with pytest.raises(TypeError, match="await response.read\\(\\) first"):
            check_usage(response, "openrouter")
        await response.read()
        assert assert_usage(response, "openrouter").total_tokens == 165


def test_a_stream_that_was_not_read_is_a_misuse():
    response = httpx.Response(200, stream=httpx.ByteStream(b"{}"))
    with pytest.raises(TypeError, match="has not been read yet"):
        check_usage(response, "openrouter")


@pytest.mark.parametrize("thing", [3, None, object()])
def test_what_is_no_response_is_a_misuse_that_lists_what_is(thing):
    with pytest.raises(TypeError, match="cannot be judged; a response of httpx, httpx2, requests or aiohttp can"):
        check_usage(thing, "openrouter")


def test_a_class_is_no_object_of_it():
    with pytest.raises(TypeError, match="the class PydanticResponse cannot be judged; an object of it may be"):
        check_usage(PydanticResponse, "openrouter")


def test_the_documented_example_keeps_its_contract_under_every_policy():
    openrouter = find_contract("openrouter")
    response = httpx.Response(200, json={"usage": dict(openrouter.example)})

    assert assert_usage(response, "openrouter", fail_on="all").total_tokens == 4727.47


@pytest.mark.parametrize(
    "name, meant",
    [
        ("openrouter/alpha_responses", "openrouter/alpha_responses"),
        ("PostApiAlphaResponsesUsage", "openrouter/alpha_responses"),
        ("openrouter", "openrouter/alpha_responses"),
        ("Usage", "atoma/completions"),
        ("atoma", "atoma/completions"),
        ("DeploymentInvokeUsage", "orq/deployments_invoke"),
        ("PostV2ProxyImagesGenerationsUsage", "orq/images_generations"),
        ("PostV2ProxyImagesEditsUsage", "orq/images_edits"),
    ],
)
def test_a_contract_answers_to_its_name_its_document_and_its_provider(name, meant):
    assert find_contract(name).name == meant
    assert check_usage({}, name).contract == meant


def test_a_provider_is_settled_by_the_url_of_the_response():
    for path, contract in (
        ("/v2/proxy/images/edits", "orq/images_edits"),
        ("/v2/deployments/invoke", "orq/deployments_invoke"),
    ):
        request = httpx.Request("POST", f"https://user:pass@API.orq.ai{path}?key=1#part")
        assert check_usage(httpx.Response(200, json={}, request=request), "orq").contract == contract
        assert check_usage(httpx.Response(200, json={}, request=request)).contract == contract


def test_a_provider_is_settled_by_the_names_that_are_there():
    assert check_usage({"usage": {"promptTokens": 1}}, "orq").contract == "orq/deployments_invoke"
    assert check_usage(b'{"usage": {"completion_tokens": 1}}', "orq").contract == "orq/deployments_invoke"


@pytest.mark.parametrize("body", [{"usage": {"input_tokens": 1}}, {"usage": None}, b"not JSON", [3]])
def test_a_provider_that_stays_open_is_a_misuse_that_lists_the_candidates(body):
    with pytest.raises(LookupError, match="'orq' may mean .*orq/images_generations.*; say which"):
        check_usage(body, "orq")


def test_a_default_settles_a_tie():
    tied = [
        dataclasses.replace(find_contract("atoma"), name=f"acme/{number}", default=not number) for number in range(2)
    ]
    undo = register(tied)
    try:
        assert find_contract("acme").name == "acme/0"
        assert check_usage({"usage": {}}, "acme").contract == "acme/0"
    finally:
        undo()
    with pytest.raises(LookupError):
        find_contract("acme")


def test_an_unknown_name_is_a_misuse_that_helps():
    with pytest.raises(LookupError) as caught:
        check_usage({}, "opnrouter")

    assert str(caught.value) == (
        "no contract is called 'opnrouter', did you mean 'openrouter'? (there are atoma/completions, "
        "openrouter/alpha_responses, orq/deployments_invoke, orq/images_generations, orq/images_edits)"
    )


@pytest.mark.parametrize("response", [{}, httpx.Response(200, json={}), requests_response({}).content])
def test_without_a_name_and_without_a_url_there_is_nothing_to_judge_by(response):
    with pytest.raises(LookupError, match="name the contract"):
        check_usage(response)


def test_a_contract_of_ones_own_can_be_given_itself():
    class OwnUsage(Usage):
        tokens: Count

    own = Contract(name="acme/chat", source=Source(document="OwnUsage", package="acme"), usage=OwnUsage)

    assert assert_usage({"usage": {"tokens": 3}}, own).tokens == 3
    assert [finding.code for finding in check_usage({"tokens": None}, own).findings] == ["null-value"]
    assert own not in contracts()


@pytest.mark.parametrize(
    "body, contract",
    [
        ({}, "openrouter"),
        ({"usage": None}, "orq/deployments_invoke"),
        ('data: {"is_final": true}\n\n', "orq/deployments_invoke"),
    ],
)
def test_an_assertion_demands_a_usage_where_the_documentation_lets_it_be_absent(body, contract):
    assert check_usage(body, contract).kept
    with pytest.raises(UsageContractError, match="no-usage|no-terminal-usage"):
        assert_usage(body, contract)


def test_the_policy_of_one_call():
    drifted = {"usage": {**USAGE, "cost": 0.1}}

    assert assert_usage(drifted, "openrouter").cost == 0.1
    with pytest.raises(UsageContractError, match="undocumented-field"):
        assert_usage(drifted, "openrouter", fail_on=("drift",))
    assert assert_usage(WRONG, "openrouter", fail_on=()) == WRONG["usage"]
    assert assert_usage({}, "openrouter", fail_on="none") is ABSENT
    with pytest.raises(ValueError, match="not a kind of finding"):
        assert_usage(drifted, "openrouter", fail_on="cost")


def test_an_sdk_may_spell_in_its_own_way_throughout_but_not_in_two_ways():
    sdk = {
        "inputTokens": 1,
        "inputTokensDetails": {"cachedTokens": 0},
        "outputTokens": 2,
        "outputTokensDetails": {"reasoningTokens": 0},
        "totalTokens": 3,
    }

    assert assert_usage(sdk, "openrouter").total_tokens == 3
    mixed = check_usage({**sdk, "input_tokens": 1}, "openrouter")
    assert {finding.code for finding in mixed.findings} >= {"sdk-spelling"}
    assert {finding.code for finding in check_usage(json.dumps({"usage": sdk}), "openrouter").findings} == {
        "sdk-spelling"
    }


def test_a_null_usage_is_judged_by_the_endpoint_that_sent_it():
    null = {"usage": None}
    old, new = (
        httpx.Response(200, json=null, request=httpx.Request("POST", f"https://openrouter.ai{path}"))
        for path in ("/api/v1/api/alpha/responses", "/api/v1/responses")
    )

    assert [finding.code for finding in check_usage(old, "openrouter").findings] == ["null-value"]
    assert check_usage(new, "openrouter").kept


def test_parity_names_the_fields_that_one_side_lacks():
    body = {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
    chunk = {"is_final": True, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}

    assert_usage_parity([{"is_final": True, **body}], body, "orq/deployments_invoke")
    with pytest.raises(UsageContractError, match="stream-mismatch  usage.total_tokens"):
        assert_usage_parity([chunk], body, "orq/deployments_invoke")


def test_an_error_of_the_plugin_is_an_assertion_error_under_its_public_name():
    assert issubclass(UsageContractError, AssertionError)
    assert (
        f"{UsageContractError.__module__}.{UsageContractError.__qualname__}"
        == "pytest_usage_contract.UsageContractError"
    )
