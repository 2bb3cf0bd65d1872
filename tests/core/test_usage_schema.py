"""The JSON Schema of a model of a usage: its words, and what it has no word for."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Union

import pytest
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    Field,
    RootModel,
    StrictInt,
    create_model,
    field_validator,
    model_validator,
)

from pytest_usage_contract.core.usage import (
    ABSENT,
    Count,
    MayBeAbsent,
    PerhapsNull,
    PerhapsWhole,
    SomeObject,
    Unread,
    Usage,
)
from pytest_usage_contract.core.usage_schema import schema_of


class Leaf(Usage):
    tokens: Count


class Tagged(Usage):
    kind: Literal["tagged"]


class Rows(RootModel[list[Leaf]]):
    pass


LEAF, TAGGED, NULL = {"$ref": "#/$defs/Leaf"}, {"$ref": "#/$defs/Tagged"}, {"type": "null"}

NESTED = Union[Annotated[str | None, None], Annotated[bool | None, None]]  # noqa: UP007 - a union in a union

TYPES = [
    (Count, {"type": "number"}),
    (int, {"type": "integer"}),
    (StrictInt, {"type": "integer"}),
    (NewType("Tokens", int), {"type": "integer"}),
    (float, {"type": "number", "x-count": False}),
    (str, {"type": "string"}),
    (bool, {"type": "boolean"}),
    (Any, {}),
    (object, {}),
    (type(None), NULL),
    (dict, {"type": "object"}),
    (dict[str, object], {"type": "object"}),
    (Mapping[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    (list, {"type": "array"}),
    (Sequence[str], {"type": "array", "items": {"type": "string"}}),
    (Rows, {"type": "array", "items": LEAF}),
    (Leaf, LEAF),
    (list[Count], {"type": "array", "items": {"type": "number", "x-count": True}}),
    (Literal["a"], {"const": "a"}),
    (Literal["b", "a", 1, True], {"enum": ["b", "a", 1, True]}),
    (Literal["a", None], {"enum": ["a", None]}),  # noqa: PYI061 - as some write it
    (Literal["a", "b"] | None, {"enum": ["a", "b", None]}),
    (Annotated[Literal["a", "b", None], None] | None, {"enum": ["a", "b", None]}),  # noqa: PYI061 - null twice
    (Literal[None], NULL),  # noqa: PYI061 - the same
    (Count | None, {"type": ["number", "null"]}),
    (Union[float, int, None], {"type": ["number", "null"]}),  # noqa: UP007 - in this order
    (str | int, {"type": ["string", "integer"]}),
    (str | int | None, {"type": ["string", "integer", "null"]}),
    ((str | None) | (int | None), {"type": ["string", "integer", "null"]}),
    (NESTED, {"type": ["string", "boolean", "null"]}),
    (Union[Annotated[Leaf | str, None], str], {"anyOf": [LEAF, {"type": "string"}]}),  # noqa: UP007 - the same
    (str | Any, {}),
    (Leaf | None, {"anyOf": [LEAF, NULL]}),
    (Leaf | Tagged | None, {"anyOf": [LEAF, TAGGED, NULL]}),
    (list[int] | None, {"type": ["array", "null"], "items": {"type": "integer"}}),
    (PerhapsNull[Count], {"type": ["number", "null"], "x-unknown": ["null"]}),
    (PerhapsWhole[Count], {"type": "number", "x-unknown": ["whole"]}),
    (PerhapsNull[PerhapsWhole[Count]], {"type": ["number", "null"], "x-unknown": ["null", "whole"]}),
    (PerhapsNull[Leaf], {"anyOf": [LEAF, NULL], "x-unknown": ["null"]}),
    (SomeObject, {"type": "object", "x-unknown": ["fields"]}),
    (Unread, {"x-unknown": ["type"]}),
    (Unread | None, {"anyOf": [{"x-unknown": ["type"]}, NULL]}),
]


@pytest.mark.parametrize("annotation, schema", TYPES)
def test_each_type_has_its_words(annotation, schema):
    written = schema_of(create_model("Own", __base__=Usage, tokens=(annotation, ...)))
    assert (written["properties"], written["required"]) == ({"tokens": schema}, ["tokens"])


def test_a_field_that_may_be_absent_is_not_required():
    optional = schema_of(create_model("Own", __base__=Usage, tokens=(MayBeAbsent[Count | None], ABSENT)))
    assert optional == {"type": "object", "properties": {"tokens": {"type": ["number", "null"]}}}


def test_a_number_counts_unless_its_name_tells_otherwise_or_it_is_told():
    costs = {"cost": (float, ...), "input_tokens_cost": (float, ...)}
    model = create_model("Own", __base__=Usage, **costs, images=(Count, ...), request_count=(Count, ...))
    assert schema_of(model)["properties"] == {
        "cost": {"type": "number"},
        "input_tokens_cost": {"type": "number"},
        "images": {"type": "number", "x-count": True},
        "request_count": {"type": "number"},
    }


def test_models_of_one_name_are_told_apart():
    other = create_model("Leaf", __base__=Usage, pages=(int, ...))
    model = create_model("Own", __base__=Usage, a=(Leaf, ...), b=(other, ...), c=(Leaf, ...))
    schema = schema_of(model)
    assert [value["$ref"] for value in schema["properties"].values()] == [
        "#/$defs/Leaf",
        "#/$defs/Leaf2",
        "#/$defs/Leaf",
    ]
    assert [*schema["$defs"]["Leaf2"]["properties"]] == ["pages"]


class Tree(Usage):
    tokens: Count
    inner: "MayBeAbsent[Tree]" = ABSENT


def test_a_model_that_contains_itself_is_a_definition():
    schema = schema_of(Tree)
    assert [*schema] == ["$ref", "$defs"]
    assert schema["$ref"] == schema["$defs"]["Tree"]["properties"]["inner"]["$ref"] == "#/$defs/Tree"


def test_a_usage_that_is_one_of_several_objects_is_their_union():
    assert [*schema_of(RootModel[Leaf | Tagged])] == ["anyOf", "$defs"]


class Inner(Usage):
    day: date


class Checked(Usage):
    tokens: Count

    @field_validator("tokens")
    @classmethod
    def own(cls, value): ...  # it is refused before


class CheckedWhole(Usage):
    tokens: Count

    @model_validator(mode="after")
    def own(self): ...  # it is refused before


class AnyChecked(Usage):
    tokens: Count

    @field_validator("*")
    @classmethod
    def own(cls, value): ...  # it is refused before


class CheckedRows(RootModel[list[Leaf]]):
    @model_validator(mode="after")
    def own(self): ...  # it is refused before


class Schemed(BaseModel):
    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        return handler(source)


class Colour(Enum):
    RED = "red"


SPEECHLESS = [
    (date, "usage.a: date "),
    (list[Inner], "usage.a[].day: date "),
    (dict[str, Inner], "usage.a[*].day: date "),
    (tuple[int, ...], "usage.a: tuple "),
    (Annotated[int, Field(ge=0)], "usage.a: Ge(ge=0) "),
    (list[Annotated[int, AfterValidator(int)]], "usage.a[]: AfterValidator(func=<class 'int'>) "),
    (Literal[Colour.RED], "usage.a: <Colour.RED: 'red'> "),
    (Colour, "usage.a: Colour "),
    (Checked, "usage.a.tokens: the validator own "),
    (AnyChecked, "usage.a: the validator own "),
    (CheckedWhole, "usage.a: the validator own "),
    (CheckedRows, "usage.a: the validator own "),
    (Schemed, "usage.a: a core schema of its own "),
    (Annotated[int, Field(validation_alias=AliasChoices("a", "b"))], "usage.a: AliasChoices(choices=['a', 'b']) "),
    (Annotated[Tagged, Field(discriminator="kind")], "usage.a: discriminator='kind' "),
]


@pytest.mark.parametrize("annotation, said", SPEECHLESS)
def test_what_json_has_no_word_for_is_refused_by_the_path_of_its_field(annotation, said):
    with pytest.raises(ValueError, match="cannot be said in JSON Schema") as refusal:
        schema_of(create_model("Own", __base__=Usage, a=(annotation, ...)))
    assert str(refusal.value).startswith(said)
