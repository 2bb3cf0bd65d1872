"""The documented fields of a usage, read from its model in the order of the documentation."""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, RootModel
from pydantic.fields import FieldInfo

from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.usage import Absent, Unknown

Step = Literal["[]", "[*]"]

STEPS: Mapping[object, Step] = {list: "[]", Sequence: "[]", dict: "[*]", Mapping: "[*]"}

JSON_TYPES: Mapping[object, str] = {
    int: "integer",
    float: "number",
    str: "string",
    bool: "boolean",
    **dict.fromkeys((dict, Mapping), "object"),
    **dict.fromkeys((list, Sequence), "list"),
}


MOST_FIELDS: Final = 2_000
"""The most fields of a contract, counted wherever they stand."""


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field.

    *path* is dotted and begins with `usage`; the items of a list read `[]`, the values of a map `[*]`.
    *type* is a JSON type (`number`, `object`, …), or `any` where the model leaves it open.
    *counts* says that a number here counts something, so that it is whole and not negative.
    *tree* is that of the object here, or of each object that the *steps* through lists and maps lead to; where
    that is one of the objects around it, *again* is its tree instead. *choice* says that several types will do.
    *unknown* names what the document cannot say of this field, in the words of `Unknown`.
    """

    name: str
    path: str
    type: str
    required: bool
    nullable: bool
    meaning: str
    counts: bool
    tree: "FieldTree | None"
    again: "FieldTree | None"
    steps: tuple[Step, ...]
    choice: bool
    unknown: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """The *steps* as a path has them."""
        return "".join(self.steps)


@dataclass(frozen=True, slots=True)
class FieldTree:
    """The documented names of the object at a path, in the order of the documentation.

    *choice* says that it is one of several objects.
    """

    path: str
    fields: dict[str, Field]
    choice: bool = False

    def __iter__(self) -> Iterator[Field]:
        """Each field, and after it the fields of its object."""
        for field in self.fields.values():
            yield field
            yield from field.tree or ()


Models = tuple[type[BaseModel], ...]
"""The models that an object may have: one, or the alternatives of a union."""


@cache
def tree_of(model: type[BaseModel]) -> FieldTree:
    """The tree that *model* declares; where a model contains itself, so does its tree.

    A root model is its alternatives. Raises `ValueError` for more than `MOST_FIELDS` fields.
    """
    return _tree(alternatives_of(model), "usage", {}, [])


def alternatives_of(model: type[BaseModel]) -> Models:
    """The models of which a usage keeps one: those of a root model, and else *model* itself."""
    return tuple(filter(is_model, _members(model)))


def _tree(models: Models, path: str, around: Mapping[Models, FieldTree], known: list[str]) -> FieldTree:
    """Return the tree of *models*, within those *around*; *known* are the paths of the fields so far."""
    tree = FieldTree(path, {}, choice=len(models) > 1)  # filled in below, since a model may contain itself
    alternatives: dict[str, list[FieldInfo]] = {}
    for model in models:
        model.model_rebuild()  # what an alias generator makes of the names is known only then
        for name, info in model.model_fields.items():
            alternatives.setdefault(wire_name(name, info), []).append(info)
    for name, infos in alternatives.items():
        everywhere = len(infos) == len(models)
        known.append(path + path_step(name))
        if len(known) > MOST_FIELDS:  # models that share models may have exponentially many
            raise ValueError(f"{known[-1]}: more than {MOST_FIELDS:,} fields, those of nested objects among them")
        tree.fields[name] = _field(name, infos, known, {**around, models: tree}, everywhere=everywhere)
    return tree


def wire_name(name: str, info: FieldInfo) -> str:
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        alias = next((choice for choice in alias.choices if isinstance(choice, str)), None)
    return alias if isinstance(alias, str) else name


def _field(
    name: str, infos: list[FieldInfo], known: list[str], around: Mapping[Models, FieldTree], *, everywhere: bool
) -> Field:
    path = known[-1]
    alternatives = [member for info in infos for member in _members(info.annotation)]
    members = [member for member in alternatives if member is not type(None)]
    words = {_json_type(member) for member in members}
    steps, ends = _inside(members)
    models = tuple(dict.fromkeys(filter(is_model, ends)))
    again = around.get(models)
    return Field(
        name=name,
        path=path,
        type="number" if words == {"integer", "number"} else words.pop() if len(words) == 1 else "any",
        required=everywhere and all(info.is_required() for info in infos),
        nullable=any(member in (type(None), Any, object) for member in alternatives),
        meaning=next((info.description for info in infos if info.description), ""),
        counts=int in members and all(member in (int, float) for member in members),
        tree=_tree(models, "".join((path, *steps)), around, known) if models and again is None else None,
        again=again,
        steps=steps,
        choice=max(len(members), len(ends)) > 1,
        unknown=tuple(dict.fromkeys(what for info in infos for what in _unknown(_annotated(info)))),
    )


def _annotated(info: FieldInfo) -> object:
    """The annotation as it was written; pydantic has taken the outermost `Annotated` apart."""
    return Annotated[info.annotation, None, *info.metadata]


def unalias(annotation: Any) -> Any:
    """Return the type that a name for a type stands for."""
    return getattr(annotation, "__value__", getattr(annotation, "__supertype__", annotation))


def _members(annotation: object) -> Iterator[object]:
    """The alternatives of an annotation, without `Annotated`, names for types, and `ABSENT`."""
    annotation = unalias(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif is_model(annotation) and issubclass(annotation, RootModel):
        yield from _members(annotation.model_fields["root"].annotation)
    elif origin is Literal and None in get_args(annotation):
        values = tuple(value for value in get_args(annotation) if value is not None)
        yield from (Literal[values], type(None)) if values else (type(None),)
    elif annotation is not Absent:
        yield annotation


def _unknown(annotation: object) -> Iterator[str]:
    """Yield the words of every `Unknown` in an annotation, at every depth but inside models."""
    for part in get_args(annotation):
        if isinstance(part, Unknown):
            yield part.what
        yield from _unknown(part)


def _json_type(member: object) -> str:
    if get_origin(member) is Literal:
        words = {JSON_TYPES.get(type(value), "any") for value in get_args(member)}
        return words.pop() if len(words) == 1 else "any"
    if is_model(member):
        return "object"
    return JSON_TYPES.get(get_origin(member) or member, "any")


def is_model(member: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(member, type) and issubclass(member, BaseModel)


def _inside(members: Sequence[object], levels: int = 4) -> tuple[tuple[Step, ...], Sequence[object]]:
    """The steps through lists and maps that lead on from a field, and what may stand at their end."""
    if levels and not any(map(is_model, members)):
        for member in members:
            step, items = STEPS.get(get_origin(member)), get_args(member)
            if step is not None:
                inner = [item for item in _members(items[-1]) if item is not type(None)]
                steps, ends = _inside(inner, levels - 1)
                return (step, *steps), ends
    return (), members
