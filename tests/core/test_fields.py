"""What a model says of each field, whatever the words it is written in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, Optional, Union

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel, create_model
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

from pytest_usage_contract.core.fields import tree_of
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

MAYBE = Optional[int]  # noqa: UP045 - as many still write it
EITHER = Union[int, None, float]  # noqa: UP007 - likewise

TYPES = [
    # annotation, type, what else it is, step
    (int, "integer", "counts", ""),
    (float, "number", "", ""),
    (int | float, "number", "counts choice", ""),
    (Count, "number", "counts choice", ""),
    (MAYBE, "integer", "nullable counts", ""),
    (EITHER, "number", "nullable counts choice", ""),
    (MayBeAbsent[Count | None], "number", "nullable counts choice", ""),
    (Annotated[int, Field(ge=0)], "integer", "counts", ""),
    (Tokens, "integer", "counts", ""),
    (PerhapsNull[Count], "number", "nullable counts choice", ""),
    (PerhapsWhole[Count], "number", "counts choice", ""),
    (str, "string", "", ""),
    (bool, "boolean", "", ""),
    (int | str, "any", "choice", ""),
    (int | bool, "any", "choice", ""),
    (None, "any", "nullable", ""),
    (Any, "any", "nullable", ""),
    (object, "any", "nullable", ""),
    (Literal["a", "b"], "string", "", ""),
    (Literal["a", 1], "any", "", ""),
    (Literal["a", None], "string", "nullable", ""),  # noqa: PYI061 - as some write it
    (Literal[None], "any", "nullable", ""),  # noqa: PYI061 - the same
    (dict, "object", "", ""),
    (list, "list", "", ""),
    (dict[str, int], "object", "", "[*]"),
    (Mapping[str, Leaf], "object", "", "[*]"),
    (list[Annotated[int, Field(ge=0)]], "list", "", "[]"),
    (Sequence[Leaf | None], "list", "", "[]"),
    (list[Leaf | Other], "list", "choice", "[]"),
    (dict[str, list[Leaf]], "object", "", "[*][]"),
    (list[Leaf] | None, "list", "nullable", "[]"),
    (Leaf | list[Leaf], "any", "choice", ""),
    (Leaf, "object", "", ""),
    (Leaf | Other, "object", "choice", ""),
    (Rows, "list", "", "[]"),
    (Named, "object", "", "[*]"),
    (list[list[list[list[list[Leaf]]]]], "list", "", "[][][][]"),
    (SomeObject, "object", "", "[*]"),
    (set[int], "any", "", ""),
]


@pytest.mark.parametrize("annotation, type_, qualities, step", TYPES)
def test_an_annotation_is_read(annotation, type_, qualities, step):
    model = type("Model", (BaseModel,), {"__annotations__": {"field": annotation}})
    field = tree_of(model).fields["field"]
    assert (field.type, field.step) == (type_, step)
    assert {name for name in ("nullable", "counts", "choice") if getattr(field, name)} == set(qualities.split())
    assert field.required
    assert (field.name, field.path, field.meaning) == ("field", "usage.field", "")


def test_what_a_document_cannot_say_is_told():
    class Model(Usage):
        plain: Count
        null: PerhapsNull[PerhapsWhole[Count]]
        whole: MayBeAbsent[PerhapsWhole[Count]] = ABSENT
        some: list[SomeObject]
        unread: Unread

    assert {name: field.unknown for name, field in tree_of(Model).fields.items()} == {
        "plain": (),
        "null": ("whole", "null"),
        "whole": ("whole",),
        "some": ("fields",),
        "unread": ("type",),
    }


def test_of_alternatives_all_names_are_documented_and_required_what_each_requires():
    class Model(BaseModel):
        usage: Leaf | Other

    inside = tree_of(Model).fields["usage"].tree.fields
    assert {name: (field.type, field.required) for name, field in inside.items()} == {
        "tokens": ("number", False),
        "pages": ("integer", False),
    }

    class Both(BaseModel):
        usage: Annotated[Leaf, "first"] | Annotated[Leaf, "second"]

    assert tree_of(Both).fields["usage"].tree.fields["tokens"].required


def test_names_are_those_on_the_wire():
    class Model(BaseModel):
        plain: int
        aliased: int = Field(alias="numTokens")
        validated: int = Field(validation_alias="cachedTokens")
        chosen: int = Field(validation_alias=AliasChoices(AliasPath("a", 0), "first", "second"))
        pathed: int = Field(validation_alias=AliasPath("a", 0))
        paths: int = Field(validation_alias=AliasChoices(AliasPath("a", 0)))

    assert [*tree_of(Model).fields] == ["plain", "numTokens", "cachedTokens", "first", "pathed", "paths"]


def test_names_may_be_generated():
    class Model(BaseModel):
        model_config = ConfigDict(alias_generator=to_camel, defer_build=True)
        input_tokens: int

    assert [*tree_of(Model).fields] == ["inputTokens"]


def test_a_model_has_two_thousand_fields_at_most():
    fields = {f"f{number}": (int, 0) for number in range(2_000)}
    assert len(tree_of(create_model("Large", **fields)).fields) == 2_000
    with pytest.raises(ValueError, match="more than") as refusal:
        tree_of(create_model("Larger", **fields, one=(int, 0)))
    assert str(refusal.value) == "usage.one: more than 2,000 fields, those of nested objects among them"


class Node(BaseModel):
    tokens: int
    children: list["Node"] = []
    leaf: Leaf | None = None


def test_a_model_that_contains_itself_has_a_shape_that_does():
    shape = tree_of(Node)
    assert [field.path for field in shape] == [
        "usage.tokens",
        "usage.children",
        "usage.leaf",
        "usage.leaf.tokens",
    ]
    assert shape.fields["children"].tree is None
    assert shape.fields["children"].again is shape
    assert shape.fields["leaf"].again is None


def test_a_shape_is_made_once():
    assert tree_of(Node) is tree_of(Node)
