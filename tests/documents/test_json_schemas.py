"""Schemas of OpenAPI 3.0 and 3.1, and of JSON Schema, as a contract file says them, in no more time than they take."""

import pytest
import yaml
from toy import codes

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.documents import DocumentError, read_document
from pytest_usage_contract.providers.registry import contracts

DETAILS = {"type": "object", "title": "Details", "properties": {"cached_tokens": {"type": ["integer", "null"]}}}
USAGE = {
    "type": "object",
    "required": ["input_tokens", "details", "kind", "odd"],
    "properties": {
        "input_tokens": {"type": "integer", "description": "Tokens\n in."},
        "cost": {"type": "number", "nullable": True},
        "details": {"$ref": "#/$defs/Details"},
        "kind": {"enum": ["a", "b", None]},
        "odd": {"enum": [1.5]},
        "misshapen": {"enum": 5},
        "one": {"const": "x"},
        "open": {"anyOf": [{"type": "string"}, {"enum": ["a", "b"]}]},
        "choice": {"oneOf": [{"const": True}, {"const": 1}, {"enum": [2, "c"]}]},
        "number": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
        "maybe": {"type": ["string", "null"]},
        "several": {"type": ["string", "integer", "null"]},
        "anything": {},
        "also": True,
        "vague": {"required": ["a"], "x-unknown": None},
        "every": {"anyOf": [{"type": "string"}, {}]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "bare": {"type": "array"},
        "implied": {"items": {"type": "integer"}},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "free": {"type": "object", "additionalProperties": True},
        "either": {"oneOf": [{"type": "string"}, {"type": "null"}]},
        "objects": {"anyOf": [{"$ref": "#/$defs/Details"}, {"properties": {"b": {}}}, {"type": "null"}]},
        "none": {"enum": [None]},
        "null": {"type": "null"},
        "all": {
            "allOf": [{"$ref": "#/$defs/Details"}, {}, {"properties": {"extra_tokens": {"type": "integer"}}}],
            "properties": {"own_tokens": {"type": "integer"}},
        },
        "again": {"$ref": "#"},
        "listed": {"type": "array", "items": {"$ref": "#/properties/listed"}},
        "gone": {"$ref": "gone.yaml#/x"},
        "outside": {"$ref": "../gone.yaml#/x"},
    },
    "$defs": {"Details": DETAILS},
    "example": {"input_tokens": 3, "details": {}, "kind": None, "odd": 1.5},
}

FIELDS = """usage.input_tokens: integer, required
usage.cost: number, optional, nullable
usage.details: object, required
usage.details.cached_tokens: integer, optional, nullable
usage.kind: string, required, nullable
usage.odd: any, required, type unknown
usage.misshapen: any, optional, type unknown
usage.one: string, optional
usage.open: string, optional
usage.choice: any, optional
usage.number: number, optional
usage.maybe: string, optional, nullable
usage.several: any, optional, nullable
usage.anything: any, optional, nullable
usage.also: any, optional, nullable
usage.vague: any, optional, nullable
usage.every: any, optional, nullable
usage.tags: list, optional
usage.bare: list, optional
usage.implied: list, optional
usage.map: object, optional
usage.free: object, optional
usage.either: string, optional, nullable
usage.objects: object, optional, nullable
usage.objects.cached_tokens: integer, optional, nullable
usage.objects.b: any, optional, nullable
usage.none: any, optional, nullable
usage.null: any, optional, nullable
usage.all: object, optional
usage.all.cached_tokens: integer, optional, nullable
usage.all.extra_tokens: integer, optional
usage.all.own_tokens: integer, optional
usage.again: object, optional
usage.listed: list, optional, type unknown
usage.gone: any, optional, type unknown
usage.outside: any, optional, type unknown""".splitlines()

REMARKS = [
    ("#/properties/outside", "1 link leads out of the folder"),
    ("#/properties/odd", "a schema that has other values than texts"),
    ("#/properties/misshapen", "a schema that has other values than texts"),
    ("#/properties/gone", "«gone.yaml#/x» is unknown: it is not there"),
]


def tell(read):
    return [(f"#{remark.place.pointer}", remark.message.partition(",")[0]) for remark in read.remarks]


def test_a_schema_is_read(read_schema, told, contract):
    read = read_schema(USAGE)
    assert told(read) == FIELDS
    assert tell(read) == REMARKS
    assert checker(contract(read)).fields[0].meaning == "Tokens in."
    assert read.data["examples"] == [USAGE["example"]]


def test_a_document_in_yaml_says_the_same(tmp_path, read_schema):
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(USAGE, sort_keys=False))
    mine, theirs = read_document(tmp_path / "api.yaml"), read_schema(USAGE)
    assert mine.data == theirs.data
    assert tell(mine) == tell(theirs)


def test_a_schema_in_another_file_of_the_folder_is_read(tmp_path, read_schema, told):
    (tmp_path / "parts.yaml").write_text("A:\n  type: integer\n")
    assert told(read_schema({"properties": {"a": {"$ref": "parts.yaml#/A"}}})) == ["usage.a: integer, optional"]


JUDGED = [
    ({"choice": True}, []),
    ({"choice": 2}, []),
    ({"choice": 3}, [("wrong-type", "usage.choice")]),
    ({"several": 1.5}, [("wrong-type", "usage.several")]),
    ({"null": 3, "none": "x"}, []),
    ({"map": {"a": 1, "b": "c"}}, [("wrong-type", "usage.map.b")]),
    ({"gone": None}, [("null-value", "usage.gone")]),
    ({"again": {"details": {}, "kind": "a", "odd": 1}}, [("missing-field", "usage.again.input_tokens")]),
]


@pytest.mark.parametrize("usage,found", JUDGED)
def test_what_a_schema_says_is_judged(usage, found, read_schema, contract):
    judge = checker(contract(read_schema(USAGE)))
    assert codes(judge.check({"input_tokens": 1, "details": {}, "kind": "a", "odd": 1, **usage})) == found


MEANINGS = [
    ({"$ref": "#/$defs/A", "description": "Its own."}, "Its own."),
    ({"$ref": "#/$defs/A"}, "Of the other."),
    ({"type": "string", "description": " "}, ""),
    ({"type": "string", "description": ["odd"]}, ""),
]


@pytest.mark.parametrize("field,meaning", MEANINGS)
def test_the_meaning_is_the_fields_own_or_that_of_what_it_refers_to(field, meaning, read_schema, contract):
    shared = {"A": {"type": "string", "description": "Of the other."}}
    read = read_schema({"properties": {"a": field}, "$defs": shared})
    assert checker(contract(read)).fields[0].meaning == meaning


MISUSED = [
    (
        {"type": "object", "properties": {"a": {"type": "decimal"}}},
        "#/properties/a",
        "the type «decimal» is not underst",
    ),
    ({"properties": {"a": {"type": {}}}}, "#/properties/a", "the type «dict» is not understood"),
    ({"properties": {"a": {"$ref": 5}}}, "#/properties/a", "a $ref that is no text"),
    ({"properties": []}, "", "an object's properties or required names are misshapen"),
    ({"properties": {"a": {}}, "required": 5}, "", "an object's properties or required names are misshapen"),
    ({"allOf": []}, "", "allOf is no list of schemas"),
    ({"anyOf": "x"}, "", "anyOf is no list of schemas"),
    ({"properties": {"a": 5}}, "#/properties/a", "number 5, which is no schema"),
    (5, "", "number 5, which is no schema"),
    ({"$ref": "#"}, "", "documents no object with fields"),
    ({"type": "object"}, "", "documents no object with fields"),
    ({"properties": {f"a{number}": {} for number in range(2_001)}}, "", "more than 2,000 fields"),
]


@pytest.mark.parametrize("document,pointer,message", MISUSED)
def test_what_is_no_schema_of_a_usage_is_a_located_error(document, pointer, message, read_schema):
    with pytest.raises(DocumentError) as caught:
        read_schema(document)
    assert (f"#{caught.value.place.pointer}".rstrip("#"), caught.value.message[: len(message)]) == (pointer, message)


def test_nothing_at_a_pointer_is_an_error_there(read_schema):
    for pointer in ("/nothing/here", "/example/odd/0", "/required/9"):
        with pytest.raises(DocumentError, match=f"nothing stands at «#{pointer}»"):
            read_schema(USAGE, pointer)


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_the_schema_of_any_contract_is_a_document_that_says_the_same(contract, read_schema):
    written = without_examples(write_contract(contract))
    schema = {word: value for word, value in written.items() if word not in ("title", "x-usage-contract")}
    read = read_schema(schema)
    assert inlined(read.data) == inlined(written)


def without_examples(schema):
    """The same, less what a document has no word for: examples, unknown fields, and a count that is not of tokens."""
    if isinstance(schema, list):
        return [*map(without_examples, schema)]
    if not isinstance(schema, dict):
        return schema
    value = "properties" not in schema and "$schema" not in schema
    beside = ("examples", "x-count", *(["x-unknown"] if schema.get("x-unknown") == ["fields"] else []))
    return {word: without_examples(inner) for word, inner in schema.items() if not (value and word in beside)}


def inlined(data):
    """What a contract file says, with each definition where it is referred to: a document may say one twice."""

    def inline(schema, within=()):
        if isinstance(schema, list):
            return [inline(item, within) for item in schema]
        if not isinstance(schema, dict):
            return schema
        key = schema.get("$ref", "").rpartition("/")[2]
        if key and key not in within:
            rest = {word: value for word, value in schema.items() if word != "$ref"}
            return {**inline(data["$defs"][key], (*within, key)), **rest}
        return {word: inline(value, within) for word, value in schema.items()}

    return inline({word: data.get(word) for word in ("properties", "required", "anyOf", "examples")})


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
    ref("A"),
    ref("C"),
]
CIRCLES = {"A": ref("B"), "B": {"allOf": [ref("A")]}, "C": ref("D"), "D": ref("C")}


@pytest.mark.parametrize("schema", NEVER)
def test_what_nothing_fits_or_is_only_itself_again_is_unknown_with_a_remark(schema, read_schema, told):
    read = read_schema({"properties": {"a": schema}, "$defs": CIRCLES})
    assert told(read) == ["usage.a: any, optional, type unknown"]
    assert len(read.remarks) == 1


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
