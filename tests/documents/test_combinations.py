"""All that a value must fit together, and its alternatives: told apart whatever they are called, in no more time than that."""

import pytest
from toy import codes

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError
from pytest_usage_contract.documents.json_schemas import NOTHING_FITS

PLAIN = {"type": "object", "required": ["input_tokens"], "properties": {"input_tokens": {"type": "integer"}}}
TOKENS = {"required": ["type"], "properties": {"type": {"enum": ["tokens"]}, "total_tokens": {"type": "integer"}}}
SECONDS = {"required": ["type"], "properties": {"type": {"enum": ["duration"]}, "seconds": {"type": "number"}}}
PARTS = {"Plain": PLAIN, "Tokens": TOKENS, "Seconds": SECONDS}


def ref(name):
    return {"$ref": f"#/$defs/{name}"}


ALL = [
    # A property that two parts tell is what both say of it.
    (
        {
            "allOf": [
                {"properties": {"u": ref("Plain")}},
                {"required": ["u"], "properties": {"u": {"properties": {"b": {}}}}},
            ]
        },
        ["u: object, required", "u.input_tokens: integer, required", "u.b: any, optional, nullable"],
    ),
    (
        {"properties": {"a": {"type": "number"}}, "allOf": [{"properties": {"a": {"type": ["integer", "string"]}}}]},
        ["a: integer, optional"],
    ),
    ({"properties": {"a": {"allOf": [{"enum": ["x", "y"]}, {"enum": ["y", "z"]}]}}}, ["a: string, optional"]),
    # What is beside a reference counts, as OpenAPI 3.1 has it.
    (
        {"properties": {"u": {**ref("Plain"), "properties": {"b": {"type": "string"}}}}},
        ["u: object, optional", "u.input_tokens: integer, required", "u.b: string, optional"],
    ),
    # A part that may be null says so for the whole, as OpenAPI 3.0 is written.
    (
        {"properties": {"u": {"allOf": [ref("Plain"), {"nullable": True, "type": "object"}]}}},
        ["u: object, optional, nullable", "u.input_tokens: integer, required"],
    ),
    (
        {"properties": {"u": {"nullable": True, "allOf": [ref("Plain")]}}},
        ["u: object, optional, nullable", "u.input_tokens: integer, required"],
    ),
    ({"properties": {"a": {"nullable": True, "type": "string", "enum": ["x"]}}}, ["a: string, optional, nullable"]),
    ({"properties": {"a": {"type": "string", "enum": ["x", None]}}}, ["a: string, optional"]),
    # Alternatives of a part are alternatives of the whole.
    (
        {"properties": {"u": {"allOf": [ref("Plain"), {"oneOf": [ref("Tokens"), ref("Seconds")]}]}}},
        [
            "u: object, optional",
            "u.input_tokens: integer, required",
            "u.type: string, required",
            "u.total_tokens: integer, optional",
            "u.seconds: number, optional",
        ],
    ),
    (
        {"properties": {"u": {"oneOf": [{"type": "string"}, {"type": "array"}], "anyOf": [{"type": "string"}, {}]}}},
        ["u: any, optional"],
    ),
    ({"properties": {"a": {"anyOf": [{"type": "string"}, {"$ref": "#/properties/a"}]}}}, ["a: string, optional"]),
    ({"properties": {"a": {"allOf": [True, ref("Empty"), {"type": "string"}]}}}, ["a: string, optional"]),
]


@pytest.mark.parametrize("document,fields", ALL)
def test_what_several_schemas_say_of_one_value_is_one_schema(document, fields, read_schema, told):
    assert told(read_schema({**document, "$defs": {**PARTS, "Empty": {}}})) == [f"usage.{field}" for field in fields]


NEVER = [
    {"allOf": [{"type": "string"}, {"type": "integer"}]},
    {"allOf": [{"enum": ["x"]}, {"enum": ["y"]}]},
    {"type": "string", "enum": []},
]


@pytest.mark.parametrize("schema", NEVER)
def test_what_nothing_fits_is_unknown_with_a_remark(schema, read_schema, told):
    read = read_schema({"properties": {"a": schema}})
    assert told(read) == ["usage.a: any, optional, type unknown"]
    assert [remark.message for remark in read.remarks] == [NOTHING_FITS]


CIRCLES = [ref("A"), {"allOf": [ref("B")]}]


@pytest.mark.parametrize("schema", CIRCLES)
def test_what_is_only_itself_again_is_unknown_with_a_remark(schema, read_schema, told):
    circle = {"A": ref("B"), "B": {"allOf": [ref("A")]}}
    read = read_schema({"properties": {"a": schema}, "$defs": circle})
    assert told(read) == ["usage.a: any, optional, type unknown"]
    assert [remark.message for remark in read.remarks] == [NOTHING_FITS]


def test_a_usage_that_is_one_of_several_objects_is_judged_by_the_one_that_fits_best(read_schema, contract):
    read = read_schema({"oneOf": [ref("Tokens"), ref("Seconds"), {"type": "string"}], "$defs": PARTS})
    judge = checker(contract(read))
    assert judge.check({"type": "tokens", "total_tokens": 3}).findings == ()
    assert judge.check({"type": "duration", "seconds": 0.5}).findings == ()
    assert codes(judge.check({"type": "tokens", "total_tokens": "3"})) == [("wrong-type", "usage.total_tokens")]
    assert codes(judge.check({"type": "duration", "seconds": "3"})) == [("wrong-type", "usage.seconds")]


def test_the_same_object_twice_is_no_alternative(read_schema):
    read = read_schema({"anyOf": [ref("Tokens"), {"allOf": [ref("Tokens")]}], "$defs": PARTS})
    assert [*read.data["properties"]] == ["type", "total_tokens"]


def chain(link, end, length):
    return {**{f"A{level}": link(level, ref(f"A{level + 1}")) for level in range(length)}, f"A{length}": end}


OBJECT = {"type": "object", "properties": {"n": {}}}
LONG = [
    ("references", chain(lambda _, below: below, OBJECT, 400)),
    *(
        (kind, chain(lambda _, below, kind=kind: {kind: [below] * 6}, OBJECT, 100))
        for kind in ("anyOf", "oneOf", "allOf")
    ),
    ("objects", chain(lambda level, below: {"anyOf": [below, {"properties": {f"p{level}": {}}}]}, OBJECT, 40)),
]


@pytest.mark.parametrize("schemas", [case[1] for case in LONG], ids=[case[0] for case in LONG])
def test_schemas_that_are_used_often_are_read_once(schemas, read_schema, within_a_second, told):
    with within_a_second():
        read = read_schema({"properties": {"a": ref("A0")}, "$defs": schemas})
    assert "usage.a.n: any, optional, nullable" in told(read)
    assert read.remarks == ()


FOLDED = [
    (
        lambda level, below: {"allOf": [below, {"anyOf": [{"required": [f"p{level}"]}, {"required": [f"q{level}"]}]}]},
        "more than 200 alternatives",
    ),
    (
        lambda _, below: {
            "items": {"anyOf": [{"type": "array", "items": below}, {"additionalProperties": below, "type": "object"}]}
        },
        "more than 10,000 schemas, or 64 inside one another",
    ),
    (lambda _, below: {"properties": {"a": below, "b": below}}, "more than 2,000 fields"),
    (
        lambda level, below: {
            "properties": {
                "below": below,
                **{
                    f"p{number}": {"type": "string", "allOf": [{"anyOf": [{"required": [one]} for one in "ab"]}] * 7}
                    for number in range(10)
                },
            }
        },
        "more than 10,000 combinations of schemas",
    ),
]


@pytest.mark.parametrize("link,message", FOLDED)
def test_schemas_that_would_unfold_into_a_billion_are_refused_in_time(link, message, read_schema, within_a_second):
    with within_a_second(), pytest.raises(DocumentError, match=message):
        read_schema({"properties": {"a": ref("A0")}, "$defs": chain(link, OBJECT, 25)})
