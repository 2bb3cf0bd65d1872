"""An operation of an OpenAPI document: its usage, its endpoints, and the framing of its stream."""

import json

import pytest

from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.documents import DocumentError

USAGE = {"type": "object", "required": ["units"], "properties": {"units": {"type": "integer"}}}
BODY = {"type": "object", "required": ["usage"], "properties": {"id": {"type": "string"}, "usage": USAGE}}
SERVERS = [{"url": "https://api.acme.example/v1/"}]


def answer(body=BODY, **kinds):
    content = {"application/json": {"schema": body}} if body is not None else {}
    return {"200": {"content": content | {f"text/{kind.replace('_', '-')}": {"schema": kinds[kind]} for kind in kinds}}}


def api(path="/chat", responses=None, servers=SERVERS, method="post", **call):
    calls = {"parameters": [], method: {"operationId": "make", "responses": responses or answer(), **call}}
    return {"openapi": "3.1.0", "info": {"title": "Acme"}, "servers": servers, "paths": {path: calls, "/odd": None}}


def endpoints(read):
    return read.data["x-usage-contract"]["endpoints"]


PATHS = [
    (api(), "POST", "api.acme.example", "/v1/chat"),
    (api("/videos/{id}/cancel", method="get"), "GET", "api.acme.example", "/v1/videos/{id}/cancel"),
    (api("/responses?beta=true"), "POST", "api.acme.example", "/v1/responses"),
    (api("/responses#stream"), "POST", "api.acme.example", "/v1/responses"),
    (api(servers=[{"url": "https://API.acme.example:8443"}]), "POST", "api.acme.example:8443", "/chat"),
    (api(servers=[{"url": "https://user@api.acme.example/"}]), "POST", "api.acme.example", "/chat"),
    (api(servers=[{"url": "https://{region}.acme.example/{base}",
                   "variables": {"region": {"default": "eu"}, "base": {"default": "v2"}}}]),
     "POST", "eu.acme.example", "/v2/chat"),
    (api(servers=[{"url": "https://{tenant}.acme.example/{base}", "variables": {"tenant": {}}}]),
     "POST", "*.acme.example", "/{base}/chat"),
]  # fmt: skip


@pytest.mark.parametrize("document,method,host,path", PATHS)
def test_an_endpoint_has_the_base_path_and_whole_segments(document, method, host, path, read_schema):
    (endpoint,) = endpoints(read_schema(document, "make"))
    assert (endpoint.get("method", "POST"), endpoint["hosts"], endpoint["path"]) == (method, [host], path)


def test_the_nearest_servers_count_and_each_path_is_an_endpoint_of_its_own(read_schema):
    document = api()
    document["paths"]["/chat"]["servers"] = [
        {"url": "https://a.acme.example/v1"},
        {"url": "https://b.acme.example/v1"},
        {"url": "https://b.acme.example/v1"},
        {"url": "https://a.acme.example/v2"},
        {"url": "https://["},
        {"url": "/relative"},
        "odd",
    ]
    assert [(one["hosts"], one["path"]) for one in endpoints(read_schema(document, "make"))] == [
        (["a.acme.example", "b.acme.example"], "/v1/chat"),
        (["a.acme.example"], "/v2/chat"),
    ]
    document["paths"]["/chat"]["post"]["servers"] = [{"url": "https://c.acme.example"}]
    assert [one["hosts"] for one in endpoints(read_schema(document, "make"))] == [["c.acme.example"]]


@pytest.mark.parametrize("servers", [None, [], [{"url": "/v1"}]])
def test_without_a_host_no_call_is_known_and_that_is_said(servers, read_schema):
    read = read_schema(api(servers=servers), "make")
    assert endpoints(read) == [{"hosts": [], "path": "/chat", "presence": "required"}]
    assert [remark.message.partition(":")[0] for remark in read.remarks] == ["no server is documented"]


def member(usage, *, required=True, name="usage"):
    return {"properties": {name: usage}, "required": [name] if required else []}


BODIES = [
    (BODY, "usage", "required"),
    (member(USAGE, required=False), "usage", "optional"),
    (member({"anyOf": [USAGE, {"type": "null"}]}), "usage", "nullable"),
    (member({**USAGE, "nullable": True}), "usage", "nullable"),
    (member(member(USAGE), name="response"), "response.usage", "required"),
    (member(member(USAGE), name="response", required=False), "response.usage", "optional"),
    ({"allOf": [True, member(member({"oneOf": [USAGE, {"type": "null"}]}), name="data")]}, "data.usage", "nullable"),
    ({"oneOf": [BODY, {"properties": {"error": {}}}]}, "usage", "optional"),
    ({"properties": {"usage": {"type": "null"}, "data": member(USAGE)}}, "data.usage", "optional"),
]


@pytest.mark.parametrize("body,place,presence", BODIES)
def test_the_usage_is_found_with_what_a_body_owes(body, place, presence, read_schema, told):
    read = read_schema(api(responses=answer(body)), "make")
    (endpoint,) = endpoints(read)
    assert (endpoint.get("at", "usage"), endpoint.get("presence", "optional")) == (place, presence)
    assert told(read) == ["usage.units: integer, required"]


def test_usages_of_several_bodies_are_alternatives(read_schema):
    other = {"required": ["seconds"], "properties": {"seconds": {"type": "number"}}}
    read = read_schema(api(responses=answer({"anyOf": [BODY, member(other)]})), "make")
    assert [*read.data["$defs"]] == ["usage", "usage2"]
    assert read.data["x-usage-contract"]["source"] == {"document": "make", "package": "Acme"}


def test_an_answer_behind_a_reference_is_read(read_schema):
    document = api(responses={"400": {}, "201": {"$ref": "#/components/responses/Made"}})
    document["components"] = {"responses": {"Made": {"$ref": "#/components/responses/Chat"}, "Chat": answer()["200"]}}
    assert endpoints(read_schema(document, "make"))[0]["presence"] == "required"


def event(kind, **more):
    return {"required": ["type"], "properties": {"type": {"enum": [kind]}, **more}}


DELTA, ALIVE = event("delta", text={"type": "string"}), event("alive")
DONE = {**event("done", usage=USAGE), "required": ["usage"]}
INSIDE = event("completed", response=member(USAGE, required=False))

FRAMED = [
    ({"oneOf": [DELTA, DONE]}, {"terminal": {"type": ["done"]}}),
    ({"anyOf": [DELTA, ALIVE, INSIDE]}, {"at": ["response.usage"], "terminal": {"type": ["completed"]}, "presence": "optional"}),
    ({"properties": {"data": {"anyOf": [DELTA, DONE]}, "event": {"type": "string"}}}, {"terminal": {"type": ["done"]}}),
]  # fmt: skip
UNFRAMED = [
    # Of a chunk like all others no schema tells which one is the last.
    {"properties": {"id": {"const": "chunk"}, "usage": USAGE}},
    {"oneOf": [DELTA, DONE, INSIDE]},
    {"oneOf": [DELTA, {"properties": {"usage": USAGE}}]},
    {"oneOf": [{"properties": {"text": {}}}, DONE]},
    {"oneOf": [event("done"), DONE]},
    {"type": "string"},
    {"properties": 5, "required": 5},
]


@pytest.mark.parametrize("events,framing", FRAMED)
def test_a_stream_is_framed_by_the_one_event_that_carries_a_usage(events, framing, read_schema):
    read = read_schema(api(responses=answer(event_stream=events)), "make")
    assert (endpoints(read)[0]["stream"], read.remarks) == (framing, ())


@pytest.mark.parametrize("events", UNFRAMED)
def test_a_stream_whose_framing_cannot_be_read_is_said_and_never_judged(events, read_schema, contract):
    read = read_schema(api(responses=answer(event_stream=events)), "make")
    assert endpoints(read)[0]["unknown_stream"] is True
    assert [remark.message for remark in read.remarks] == ["its framing cannot be read; streams of it are not judged"]
    assert check_bytes(contract(read), b'data: {"type": "done", "usage": {}}\n\n').findings == ()
    assert check_bytes(contract(read), b'{"usage": {}}').findings != ()


def test_an_operation_that_only_streams_has_the_usage_of_its_events(read_schema):
    read = read_schema(api(responses=answer(None, event_stream={"oneOf": [DELTA, DONE]})), "make")
    assert endpoints(read)[0] == {
        "hosts": ["api.acme.example"], "path": "/v1/chat", "presence": "required", "body": None,
        "stream": {"terminal": {"type": ["done"]}},
    }  # fmt: skip


REFUSED = [
    (api(), "nope", "no operation is called «nope»; there are «make»"),
    ({"openapi": "3.1.0"}, "nope", "no operation is called «nope»; there are none"),
    (api(operationId=5), "nope", "there are none"),
    (api(responses=answer(None, html={})), "make", "«/paths/~1chat/post» documents no successful answer in JSON"),
    (api(responses={"200": {"content": {"application/json": {}}}}), "make", "documents no successful answer in JSON"),
    (api(responses={"500": answer()["200"], "200": {}}), "make", "documents no successful answer in JSON"),
    (api(responses=answer({"type": "object"})), "make", "the answer to «make» has no usage"),
    (api(responses=answer({"$ref": "#/components/schemas/A"})) | {"components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}, "make", "the answer to «make» has no usage"),
    (api(responses={"200": {"$ref": "#/paths/~1chat/post/responses/200"}}), "make", "documents no successful answer in JSON"),
    ({**api(), "components": {"schemas": {"A": {}, "ChatUsage": USAGE}}}, "", "an OpenAPI document has many schemas: .*, for example «#/components/schemas/ChatUsage»"),
    ({"paths": {}}, "", "an OpenAPI document has many schemas: name one by a pointer or by the id of an operation$"),
]  # fmt: skip


@pytest.mark.parametrize("document,fragment,message", REFUSED)
def test_what_names_no_usage_says_what_there_is(document, fragment, message, read_schema):
    with pytest.raises(DocumentError, match=message):
        read_schema(document, fragment)


def test_paths_that_share_an_end_are_kept_apart_in_a_run(pytester):
    others = {"properties": {"usage": {"required": ["slices"], "properties": {"slices": {"type": "integer"}}}}}
    document = api("/messages")
    paths = {
        "/videos/{id}": {"get": {"operationId": "video", "responses": answer()}},
        "/batches/{id}/cancel": {"post": {"operationId": "batch", "responses": answer(others)}},
        "/runs/{id}/cancel": {"post": {"operationId": "run", "responses": answer()}},
        "/beta?on=true": {"post": {"operationId": "beta", "responses": answer()}},
    }
    document["paths"] |= paths
    pytester.path.joinpath("api.json").write_text(json.dumps(document))
    names = {"make": "messages", "video": "videos", "batch": "batches", "beta": "betas"}
    lines = "\n    ".join(f"api.json#{operation} = acme/{name}" for operation, name in names.items())
    pytester.makeini(f"[pytest]\nusage_contract = true\nusage_contract_documents =\n    {lines}\n")
    pytester.makepyfile(
        """
        import httpx, pytest
        USED, SLICED = {"usage": {"units": 1}}, {"usage": {"slices": 1}}
        CALLS = [
            ("POST", "/messages", USED, ["acme/messages"]),
            ("POST", "/presets/mine/messages", {"slug": "mine"}, []),
            ("GET", "/videos/v_1", USED, ["acme/videos"]),
            ("POST", "/batches/b_1/cancel", SLICED, ["acme/batches"]),
            ("POST", "/runs/r_1/cancel", USED, []),
            ("POST", "/beta?on=true", USED, ["acme/betas"]),
        ]

        @pytest.mark.parametrize("method,path,body,contracts", CALLS)
        def test_call(method, path, body, contracts, respx_mock, usage_exchanges):
            url = "https://api.acme.example/v1" + path
            respx_mock.route(method=method, url=url).respond(json=body)
            httpx.request(method, url)
            assert [exchange.contract for exchange in usage_exchanges] == contracts
        """
    )
    pytester.runpytest().assert_outcomes(passed=6)
