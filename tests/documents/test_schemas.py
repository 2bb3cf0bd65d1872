"""OpenAPI 3.0 and 3.1, and JSON Schema."""

import json
import time

import pytest
import yaml

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError, compare, read_document

USAGE = {
    "type": "object",
    "description": "What was used.",
    "required": ["input_tokens", "details", "kind", "odd"],
    "properties": {
        "input_tokens": {"type": "integer", "description": "Tokens\n in."},
        "cost": {"type": "number", "nullable": True},
        "details": {"$ref": "#/components/schemas/Details"},
        "kind": {"enum": ["a", "b", None]},
        "odd": {"enum": [1.5]},
        "one": {"const": "x"},
        "maybe": {"type": ["string", "null"]},
        "anything": {},
        "also": True,
        "tags": {"type": "array", "items": {"type": "string"}},
        "bare": {"type": "array"},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "free": {"type": "object", "additionalProperties": True},
        "either": {"oneOf": [{"type": "string"}, {"type": "null"}]},
        "objects": {
            "anyOf": [
                {"properties": {"a": {"type": "string"}}},
                {"properties": {"b": {"type": "string"}}},
                {"type": "null"},
            ]
        },
        "two": {"anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]},
        "none": {"enum": [None]},
        "all": {
            "allOf": [
                {"$ref": "#/components/schemas/Details"},
                {},
                {"properties": {"extra_tokens": {"type": "integer"}}},
            ],
            "properties": {"own_tokens": {"type": "integer"}},
        },
        "same": {"allOf": [{"$ref": "#/components/schemas/Details"}]},
        "mixed": {"allOf": [{"type": "string"}, {"type": "integer"}]},
        "again": {"$ref": "#/components/schemas/Usage"},
        "gone": {"$ref": "gone.yaml#/x"},
        "outside": {"$ref": "../gone.yaml#/x"},
    },
    "example": {"input_tokens": 3, "details": {}, "kind": None, "odd": 1.5},
}
DETAILS = {"type": "object", "title": "Details", "properties": {"cached_tokens": {"type": ["integer", "null"]}}}
RESPONSES = {
    "400": {"description": "no"},
    "200": {"$ref": "#/components/responses/Chat"},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://api.acme.example/base"}, {"url": "/relative"}, "odd"],
    "paths": {
        "/v1/{id}/chat": {
            "parameters": [],
            "post": {"operationId": "chat", "responses": RESPONSES},
            "get": {"responses": {}},
        },
        "/v1/stream": {"post": {"operationId": "stream", "responses": {"200": {"content": {"text/event-stream": {}}}}}},
        "/v1/files": {
            "post": {
                "operationId": "files",
                "servers": [{"url": "https://files.acme.example"}],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/v1/composed": {
            "post": {
                "operationId": "composed",
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "allOf": [
                                        True,
                                        {
                                            "properties": {"response": {"$ref": "#/components/schemas/Body"}},
                                            "required": ["response"],
                                        },
                                    ]
                                }
                            }
                        }
                    }
                },
            }
        },
        "/odd": None,
    },
    "components": {
        "schemas": {
            "Usage": USAGE,
            "Details": DETAILS,
            "Number": {"type": "number"},
            "Body": {
                "properties": {"usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]}},
                "required": ["usage"],
            },
            "Optional": {"properties": {"usage": {"$ref": "#/components/schemas/Usage"}}},
        },
        "responses": {"Chat": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}}},
    },
}


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(DOCUMENT))
    return file


FIELDS = """usage.input_tokens: integer, required
usage.cost: number, optional, nullable
usage.details: object, required
usage.details.cached_tokens: integer, optional, nullable
usage.kind: string, required, nullable
usage.odd: any, required, type unknown
usage.one: string, optional
usage.maybe: string, optional, nullable
usage.anything: any, optional, nullable
usage.also: any, optional, nullable
usage.tags: list, optional
usage.bare: list, optional
usage.map: object, optional
usage.free: object, optional
usage.either: string, optional, nullable
usage.objects: object, optional, nullable, fields unknown
usage.two: object, optional, fields unknown
usage.none: any, optional, nullable
usage.all: object, optional
usage.all.cached_tokens: integer, optional, nullable
usage.all.extra_tokens: integer, optional
usage.all.own_tokens: integer, optional
usage.same: object, optional
usage.same.cached_tokens: integer, optional, nullable
usage.mixed: any, optional, type unknown
usage.again: object, optional, fields unknown
usage.gone: any, optional, type unknown
usage.outside: any, optional, type unknown""".splitlines()

REMARKS = [
    "an enum of other values than texts and whole numbers: its type is unknown",
    "one of several objects, whose fields are not told apart: they are unknown",
    "one of several objects, whose fields are not told apart: they are unknown",
    "all of several schemas that are not all objects: its type is unknown",
    "a schema that contains itself: below this point its fields are unknown",
    "«gone.yaml#/x» is unknown: it is not there",
    "«../gone.yaml#/x» is unknown: it leads out of the folder",
]


@pytest.mark.parametrize("pointer", ["#/components/schemas/Usage", "/components/schemas/Usage"])
def test_a_schema_is_read_at_its_pointer(document, pointer, told):
    read = read_document(document, pointer=pointer)
    assert told(read.contract) == FIELDS
    assert [remark.message for remark in read.warnings] == REMARKS
    assert read.contract.source.document == "Usage"
    assert checker(read.contract).fields[0].meaning == "Tokens in."
    assert read.contract.example == USAGE["example"]
    assert not read.contract.either_spelling


def test_the_pointer_may_be_the_fragment_of_a_document_in_yaml(tmp_path, told):
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(DOCUMENT, sort_keys=False))
    read = read_document(f"{tmp_path}/openapi.yaml#/components/schemas/Usage")
    assert told(read.contract) == FIELDS
    assert [remark.message for remark in read.warnings] == REMARKS


def test_warnings_tell_line_and_column(tmp_path):
    file = tmp_path / "usage.yaml"
    file.write_text("type: object\nproperties:\n  a_tokens:\n    $ref: gone.yaml\n")
    assert str(read_document(file).warnings[0]) == f"{file.as_posix()}:4:5: «gone.yaml» is unknown: it is not there"


CALLS = [
    ("chat", "/chat", "usage", "nullable", ("api.acme.example",)),
    ("composed", "/v1/composed", "response.usage", "nullable", ("api.acme.example",)),
]


@pytest.mark.parametrize("operation,path,at,presence,hosts", CALLS)
def test_an_operation_gives_its_endpoint_too(operation, path, at, presence, hosts, document, told):
    read = read_document(document, pointer=operation)
    assert told(read.contract)[0] == FIELDS[0]
    (endpoint,) = read.contract.endpoints
    assert (endpoint.path, endpoint.at, endpoint.presence, endpoint.hosts, endpoint.method) == (
        path,
        at,
        presence,
        hosts,
        "POST",
    )


@pytest.mark.parametrize("required,presence", [(["usage"], "required"), ([], "optional")])
def test_the_presence_of_a_usage_is_read_with_its_operation(required, presence, tmp_path):
    body = {"properties": {"usage": {"properties": {"a": {"type": "integer"}}}}, "required": required}
    answer = {"200": {"content": {"application/json": {"schema": body}}}}
    document = {"paths": {"/a": {"post": {"operationId": "a", "responses": answer}}}}
    (tmp_path / "a.json").write_text(json.dumps(document))
    assert read_document(tmp_path / "a.json", pointer="a").contract.endpoints[0].presence == presence


MISUSED = [
    (None, "an OpenAPI document has many schemas: .*«#/components/schemas/Usage»"),
    ("#/nothing/here", "nothing stands at «#/nothing/here»"),
    ("#/components/schemas/Number", "documents no object with fields"),
    ("#/servers/0/url", "is no schema"),
    ("#/servers/9", "nothing stands at"),
    ("#/openapi/0", "nothing stands at"),
    ("nope", "no operation is called «nope»; there are «chat, composed, files, stream»"),
    ("stream", "documents no successful answer in JSON"),
    ("files", "the answer to «files» has no usage"),
]


@pytest.mark.parametrize("pointer,message", MISUSED)
def test_a_pointer_that_leads_nowhere_says_what_there_is(pointer, message, document):
    with pytest.raises(DocumentError, match=message):
        read_document(document, pointer=pointer)


BROKEN = [
    ('{"type": "object", "properties": {"a": {"type": "decimal"}}}', 1, 40, "the type «decimal» is not understood"),
    ('{\n"properties": {"a": {"$ref": 5}}}', 2, 21, "a $ref that is no text"),
    ('{"properties": []}', 1, 1, "an object's properties or required names are misshapen"),
    ('{"properties": {"a": {"type": "string"}}, "required": 5}', 1, 1, "an object's properties or required names"),
    ('{"allOf": []}', 1, 1, "allOf is no list of schemas"),
    ('{"anyOf": "x"}', 1, 1, "anyOf is no list of schemas"),
    ('{"properties": {"a": 5}}', 1, 22, "«5» is no schema"),
    ('{"a": ', 1, 7, "not JSON: Expecting value"),
    ("[" * 100_000, 1, 1, "nested too deeply"),
    ("5", 1, 1, "«5» is no schema"),
    ('{"$ref": "#"}', 1, 1, "documents no object with fields"),
]


@pytest.mark.parametrize("text,line,column,message", BROKEN)
def test_a_broken_schema_is_a_located_error(text, line, column, message, tmp_path):
    file = tmp_path / "schema.json"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert (caught.value.place.line, caught.value.place.column) == (line, column)
    assert message in caught.value.message


BROKEN_YAML = [
    ("a: [", 2, "not YAML"),
    ("a: b\n  c: d", 2, "not YAML: mapping values are not allowed"),
    ("a: \x00", 1, "not YAML"),
    ("a: 2026-13-45", 1, "not YAML"),
    ("properties:\n  a:\n    type: decimal\n", 3, "«decimal»"),
    ("a: &a [*a]", 1, "documents no object with fields"),
]


@pytest.mark.parametrize("text,line,message", BROKEN_YAML)
def test_broken_yaml_is_a_located_error(text, line, message, tmp_path):
    file = tmp_path / "schema.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert message in caught.value.message
    assert caught.value.place.line == line


def test_references_in_a_circle_are_cut(tmp_path, told):
    schemas = {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}, "C": {"allOf": [{"$ref": "#/$defs/C"}]}}
    file = tmp_path / "schema.json"
    file.write_text(
        json.dumps({"properties": {"a": {"$ref": "#/$defs/A"}, "c": {"$ref": "#/$defs/C"}}, "$defs": schemas})
    )
    read = read_document(file)
    assert told(read.contract) == [
        "usage.a: object, optional, fields unknown",
        "usage.c: object, optional, fields unknown",
    ]
    assert len(read.warnings) == 2


def test_a_place_that_yaml_cannot_find_is_the_first(tmp_path):
    file = tmp_path / "schema.json"
    file.write_text('{\n"title": "\x7f", "properties": {"a": {"type": "decimal"}}}')
    with pytest.raises(DocumentError, match=r"schema.json:1:1: "):
        read_document(file)


def test_an_operation_whose_body_is_a_circle_has_no_usage(tmp_path):
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}
    schemas = {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}]},
    }
    file = tmp_path / "openapi.json"
    calls = {"post": {"operationId": "a", "responses": {"200": {"content": content}}}}
    file.write_text(json.dumps({"paths": {"/a": calls}, "components": {"schemas": schemas}}))
    with pytest.raises(DocumentError, match="has no usage"):
        read_document(file, pointer="a")
    content["application/json"]["schema"]["$ref"] = "#/components/schemas/C"
    file.write_text(json.dumps({"paths": {"/a": calls}, "components": {"schemas": schemas}}))
    with pytest.raises(DocumentError, match="nested too deeply"):
        read_document(file, pointer="a")


def test_a_schema_in_another_file_of_the_folder_is_read(tmp_path, told):
    (tmp_path / "usage.json").write_text('{"properties": {"a": {"$ref": "parts.yaml#/A"}}}')
    (tmp_path / "parts.yaml").write_text("A:\n  type: integer\n")
    assert told(read_document(tmp_path / "usage.json").contract) == ["usage.a: integer, optional"]


def test_schemas_that_would_unfold_into_a_billion_fields_are_refused_in_time(tmp_path):
    defs = {
        f"L{level}": {"properties": {name: {"$ref": f"#/$defs/L{level + 1}"} for name in "ab"}} for level in range(25)
    }
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"$ref": "#/$defs/L0", "$defs": {**defs, "L25": {"type": "string"}}}))
    began = time.perf_counter()
    with pytest.raises(DocumentError, match="more than 2,000 fields"):
        read_document(file)
    assert time.perf_counter() - began < 5


def test_a_large_schema_is_refused_and_one_of_other_documents_is_equal(tmp_path):
    file = tmp_path / "schema.json"
    file.write_bytes(b" " * (16 * 1024 * 1024 + 1))
    with pytest.raises(DocumentError, match="larger than the 16,384 KiB"):
        read_document(file)
    for name in ("a.json", "b.yaml"):
        (tmp_path / name).write_text('{"title": "Usage", "properties": {"a": {"type": "integer"}}}')
    read = [read_document(tmp_path / name).contract for name in ("a.json", "b.yaml")]
    assert compare(*read) == ()
