"""What a model says of each field, whatever the words it is written in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, Optional, Union

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

from pytest_usage_contract.core.shape import shape_of
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


class Leaf(BaseModel):
    tokens: int
    """No docstring of a field unless it is asked for."""


class Other(BaseModel):
    tokens: float = 0
    pages: int


class Rows(RootModel[list[Leaf]]):
    pass


Tokens = NewType("Tokens", int)
Named = TypeAliasType("Named", dict[str, Leaf])

TYPES = [
    # annotation, type, nullable, counts, step, choice
    (int, "integer", False, True, "", False),
    (float, "number", False, False, "", False),
    (int | float, "number", False, True, "", True),
    (Count, "number", False, True, "", True),
    (
        Optional[int],  # noqa: UP045 - as many still write it
        "integer",
        True,
        True,
        "",
        False,
    ),
    (
        Union[int, None, float],  # noqa: UP007 - likewise
        "number",
        True,
        True,
        "",
        True,
    ),
    (MayBeAbsent[Count | None], "number", True, True, "", True),
    (Annotated[int, Field(ge=0)], "integer", False, True, "", False),
    (Tokens, "integer", False, True, "", False),
    (PerhapsNull[Count], "number", True, True, "", True),
    (PerhapsWhole[Count], "number", False, True, "", True),
    (str, "string", False, False, "", False),
    (bool, "boolean", False, False, "", False),
    (int | str, "any", False, False, "", True),
    (int | bool, "any", False, False, "", True),
    (None, "any", True, False, "", False),
    (Any, "any", True, False, "", False),
    (object, "any", True, False, "", False),
    (Literal["a", "b"], "string", False, False, "", False),
    (Literal["a", 1], "any", False, False, "", False),
    (dict, "object", False, False, "", False),
    (list, "list", False, False, "", False),
    (dict[str, int], "object", False, False, "[*]", False),
    (Mapping[str, Leaf], "object", False, False, "[*]", False),
    (list[Annotated[int, Field(ge=0)]], "list", False, False, "[]", False),
    (Sequence[Leaf | None], "list", False, False, "[]", False),
    (list[Leaf | Other], "list", False, False, "[]", True),
    (dict[str, list[Leaf]], "object", False, False, "[*][]", False),
    (list[Leaf] | None, "list", True, False, "[]", False),
    (Leaf | list[Leaf], "any", False, False, "", True),
    (Leaf, "object", False, False, "", False),
    (Leaf | Other, "object", False, False, "", True),
    (Rows, "list", False, False, "[]", False),
    (Named, "object", False, False, "[*]", False),
    (list[list[list[list[list[Leaf]]]]], "list", False, False, "[][][][]", False),
    (SomeObject, "object", False, False, "[*]", False),
    (set[int], "any", False, False, "", False),
]


@pytest.mark.parametrize("annotation, type_, nullable, counts, step, choice", TYPES)
def test_an_annotation_is_read(annotation, type_, nullable, counts, step, choice):
    model = type("Model", (BaseModel,), {"__annotations__": {"field": annotation}})
    field = shape_of(model).fields["field"]
    assert (field.type, field.nullable, field.counts, field.step, field.choice) == (
        type_,
        nullable,
        counts,
        step,
        choice,
    )
    assert field.required
    assert (field.name, field.path, field.meaning) == ("field", "usage.field", "")


def test_what_a_document_cannot_say_is_told():
    class Model(Usage):
        plain: Count
        null: PerhapsNull[PerhapsWhole[Count]]
        whole: MayBeAbsent[PerhapsWhole[Count]] = ABSENT
        some: list[SomeObject]
        unread: Unread

    assert {name: field.unknown for name, field in shape_of(Model).fields.items()} == {
        "plain": (),
        "null": ("whole", "null"),
        "whole": ("whole",),
        "some": ("fields",),
        "unread": ("type",),
    }


def test_of_alternatives_all_names_are_documented_and_required_what_each_requires():
    class Model(BaseModel):
        usage: Leaf | Other

    inside = shape_of(Model).fields["usage"].shape.fields
    assert {name: (field.type, field.required) for name, field in inside.items()} == {
        "tokens": ("number", False),
        "pages": ("integer", False),
    }

    class Both(BaseModel):
        usage: Annotated[Leaf, "first"] | Annotated[Leaf, "second"]

    assert shape_of(Both).fields["usage"].shape.fields["tokens"].required


def test_names_are_those_on_the_wire():
    class Model(BaseModel):
        plain: int
        aliased: int = Field(alias="numTokens")
        validated: int = Field(validation_alias="cachedTokens")
        chosen: int = Field(validation_alias=AliasChoices(AliasPath("a", 0), "first", "second"))
        pathed: int = Field(validation_alias=AliasPath("a", 0))
        paths: int = Field(validation_alias=AliasChoices(AliasPath("a", 0)))

    assert [*shape_of(Model).fields] == ["plain", "numTokens", "cachedTokens", "first", "pathed", "paths"]


def test_names_may_be_generated():
    class Model(BaseModel):
        model_config = ConfigDict(alias_generator=to_camel, defer_build=True)
        input_tokens: int

    assert [*shape_of(Model).fields] == ["inputTokens"]


class Node(BaseModel):
    tokens: int
    children: list["Node"] = []
    leaf: Leaf | None = None


def test_a_model_that_contains_itself_has_a_shape_that_does():
    shape = shape_of(Node)
    assert [field.path for field in shape] == [
        "usage.tokens",
        "usage.children",
        "usage.leaf",
        "usage.leaf.tokens",
    ]
    assert shape.fields["children"].shape is None
    assert shape.fields["children"].again is shape
    assert shape.fields["leaf"].again is None


def test_a_shape_is_made_once():
    assert shape_of(Node) is shape_of(Node)
