"""The model that is built of a JSON Schema: names, references, and bounds; its types are in `test_usage_schema.py`."""

from functools import reduce

import pytest

from pytest_usage_contract.core.fields import tree_of
from pytest_usage_contract.core.usage_model import model_of
from pytest_usage_contract.core.usage_schema import schema_of


def an_object(**properties):
    return {"type": "object", "properties": properties}


def a_ref(name):
    return {"$ref": f"#/$defs/{name}"}


NUMBER = {"type": "number"}


def test_names_that_are_no_identifiers_or_have_a_meaning_keep_their_name_on_the_wire():
    names = ("tokens", "class", "1h_tokens", "a-b", "a_b", "_x", "", "model_fields", "copy", "é")
    model = model_of(an_object(**dict.fromkeys(names, NUMBER)), "Usage")
    assert [*tree_of(model).fields] == [*names]
    assert [*model.model_fields] == [
        "tokens", "class_", "field_1h_tokens", "a_b", "a_b_", "x", "field", "model_fields_", "copy_", "field_",
    ]  # fmt: skip
    usage = model.model_validate(dict.fromkeys(names, 1))
    assert (usage.class_, usage.a_b, usage.a_b_) == (1, 1, 1)


@pytest.mark.parametrize(
    "value",
    [
        {"type": ["number", "null"]},
        {"anyOf": [NUMBER, {"type": "null"}]},
        {**NUMBER, "x-unknown": ["null"]},
        {"type": "object", "properties": {}, "title": "Named", "description": "What it is."},
        {"properties": {"a": NUMBER}},
        {"enum": ["b", "a", None]},
        {"const": None},
        {"x-unknown": ["null", "type"]},
    ],
)
def test_what_is_written_in_other_words_is_written_in_one_way_then(value):
    once = schema_of(model_of(an_object(a=value), "Usage"))
    assert schema_of(model_of(once, "Usage")) == once


def test_types_keep_their_order():
    fields = {"a": {"type": ["string", "integer"]}, "b": {"type": ["integer", "string"]}}
    assert schema_of(model_of(an_object(**fields), "Usage"))["properties"] == fields


def test_objects_are_called_by_their_title_their_definition_or_their_field():
    inline = an_object(tokens=NUMBER)
    schema = an_object(details=inline, other={**inline, "title": "Other"}, third=a_ref("My~1Third"))
    model = model_of({**schema, "$defs": {"My/Third": inline}}, "Usage")
    names = {name: field.annotation.__args__[0].__name__ for name, field in model.model_fields.items()}
    assert model_of({**schema, "$defs": {"My/Third": inline}, "title": "The file"}, "Usage").__name__ == "Usage"
    assert names == {"details": "details", "other": "Other", "third": "My/Third"}


def test_a_definition_that_contains_itself_is_judged_at_every_depth():
    node = {**an_object(tokens=NUMBER, inner={"type": "array", "items": a_ref("Node")}), "required": ["tokens"]}
    model = model_of({**a_ref("Node"), "$defs": {"Node": node}}, "Usage")
    assert model.model_validate({"tokens": 1, "inner": [{"tokens": 2}]}).inner[0].tokens == 2


def test_objects_that_contain_each_other_are_built_once():
    definitions = {"A": an_object(b=a_ref("B"), tokens=NUMBER), "B": an_object(a=a_ref("A"))}
    model = model_of({"anyOf": [a_ref("A"), a_ref("B")], "$defs": definitions}, "Usage")
    assert model.model_validate({"b": {"a": {"tokens": 1}}}).root.b.a.tokens == 1


UNSOUND = [
    (NUMBER, "#: the usage; what would do is an object with properties, or anyOf such objects"),
    (an_object(**{"a~b": 1}), "#/properties/a~0b: number 1; what would do is a schema, which is an object"),
    (an_object(a=1), "#/properties/a: number 1; what would do is a schema, which is an object"),
    (
        an_object(a={"format": "x"}),
        "#/properties/a/format: an unknown word; what would do is one of "
        "$ref, additionalProperties, anyOf, const, description, enum, examples, items, "
        "properties, required, title, type, x-count, x-unknown",
    ),
    (an_object(**{"a/b": {"type": 1}}), "#/properties/a~1b/type: number 1; what would do is a text or a list"),
    (
        an_object(a={"type": "numbr"}),
        "#/properties/a/type: numbr; what would do is one of object, array, string, boolean, integer, number, null",
    ),
    (
        an_object(a={"type": [1]}),
        "#/properties/a/type: number 1; what would do is one of object, array, string, boolean, integer, number, null",
    ),
    (an_object(a={"type": []}), "#/properties/a/type: list of 0 items; what would do is one or more"),
    (an_object(a={"anyOf": []}), "#/properties/a/anyOf: list of 0 items; what would do is one or more"),
    (
        an_object(a={"enum": [1.5]}),
        "#/properties/a/enum: number 1.5; what would do is texts, whole numbers, true, false and null",
    ),
    (
        an_object(a={"const": 1.5}),
        "#/properties/a/const: number 1.5; what would do is a text or a whole number or null",
    ),
    (
        an_object(a={"x-unknown": ["all"]}),
        "#/properties/a/x-unknown: all; what would do is some of null, whole, fields, type",
    ),
    (an_object(a={"x-count": 1}), "#/properties/a/x-count: number 1; what would do is true or false"),
    (an_object(a={"required": True}), "#/properties/a/required: boolean true; what would do is a list"),
    ({**an_object(a=NUMBER), "required": ["b"]}, "#/required: b; what would do is names of properties"),
    ({**an_object(a=NUMBER), "required": [1]}, "#/required: number 1; what would do is names of properties"),
    (
        {**an_object(a=NUMBER), "additionalProperties": {}},
        "#/additionalProperties: object with 0 names; what would do is properties, or a map, not both",
    ),
    (
        an_object(a={"$ref": "other.json#/$defs/A"}),
        "#/properties/a/$ref: other.json#/$defs/A; what would do is #/$defs/NAME of a definition in this file",
    ),
    (
        {**an_object(a=a_ref("A")), "$defs": []},
        "#/properties/a/$ref: #/$defs/A; what would do is #/$defs/NAME of a definition in this file",
    ),
    (
        {**an_object(a=a_ref("A")), "$defs": {"A": a_ref("A")}},
        "#/$defs/A/$ref: #/$defs/A; what would do is a definition that does not consist of itself",
    ),
    (
        {**an_object(a=a_ref("A")), "$defs": {"A": {"type": "array", "items": a_ref("A")}}},
        "#/$defs/A/items/$ref: #/$defs/A; what would do is a definition that does not consist of itself",
    ),
]


@pytest.mark.parametrize("schema, said", UNSOUND)
def test_what_is_not_understood_is_told_with_its_pointer(schema, said):
    with pytest.raises(ValueError, match="^#") as refusal:
        model_of(schema, "Usage")
    assert str(refusal.value) == said


def in_a_row(number, **members):
    return {f"A{i}": an_object(a=a_ref(f"A{i + 1}"), **members) for i in range(number)} | {f"A{number}": an_object()}


def twice(number):
    inner = {f"A{i}": {"anyOf": [{"type": "array", "items": a_ref(f"A{i + 1}")}] * 2} for i in range(number)}
    return inner | {f"A{number}": NUMBER}


ENDLESS = {
    "many schemas": an_object(**{f"a{i}": NUMBER for i in range(10_000)}),
    "deep": {**an_object(a=a_ref("A0")), "$defs": in_a_row(64)},
}


@pytest.mark.parametrize("schema", ENDLESS.values(), ids=ENDLESS)
def test_a_schema_that_never_ends_is_refused(schema):
    with pytest.raises(ValueError, match="more than 10,000 schemas, or 64 inside one another"):
        model_of(schema, "Usage")


INSIDE = {
    "object": lambda inner: an_object(a=inner),
    "map": lambda inner: {"type": "object", "additionalProperties": inner},
    "array": lambda inner: {"type": "array", "items": inner},
    "union": lambda inner: {"anyOf": [inner]},
}


@pytest.mark.parametrize("around", INSIDE.values(), ids=INSIDE)
def test_schemas_inside_one_another_are_read_to_a_stated_depth(around):
    deepest = reduce(lambda inner, _: around(inner), range(62), NUMBER)
    assert model_of(an_object(a=deepest), "Usage").__name__ == "Usage"
    with pytest.raises(ValueError, match="or 64 inside one another"):
        model_of(an_object(a=around(deepest)), "Usage")


DOUBLED = {**an_object(a=a_ref("A0")), "$defs": twice(20)}
MANY = an_object(a={"anyOf": [NUMBER] * 1_001})


@pytest.mark.parametrize("schema", [DOUBLED, MANY], ids=["doubled", "many"])
def test_more_alternatives_than_anybody_tells_apart_are_refused(schema):
    with pytest.raises(ValueError, match="/anyOf: more than 1,000 alternatives in all"):
        model_of(schema, "Usage")


def test_references_in_a_row_are_followed():
    tree = tree_of(model_of({**an_object(a=a_ref("A0")), "$defs": in_a_row(20)}, "Usage"))
    assert [*tree][-1].path == "usage" + ".a" * 21


def test_fields_that_double_at_each_level_are_refused():
    definitions = {f"A{i}": an_object(a=a_ref(f"A{i + 1}"), b=a_ref(f"A{i + 1}")) for i in range(20)}
    model = model_of({**an_object(a=a_ref("A0")), "$defs": definitions | {"A20": an_object()}}, "Usage")
    with pytest.raises(ValueError, match="more than 2,000 fields"):
        tree_of(model)
