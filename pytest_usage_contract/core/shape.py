"""What a usage model says of each field, flattened into documented order, and which fields a usage has."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pytest_usage_contract.core.text import PLAIN, named
from pytest_usage_contract.core.usage import Absent, Usage

_EXTRA = "__pydantic_extra__"

JSON_TYPES: Mapping[object, str] = {
    int: "integer",
    float: "number",
    str: "string",
    bool: "boolean",
    dict: "object",
    list: "list",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field.

    *path* is dotted and begins with `usage`; the items of a list read `[]`, the values of a map `[*]`.
    *type* is a JSON type (`number`, `object`, …), or `any` where the model leaves it open.
    *counts* says that a number here counts something, so that it is whole and not negative.
    *shape* is that of the object here, or of each object in the list or map; *step* leads to it.
    """

    name: str
    path: str
    type: str
    required: bool
    nullable: bool
    meaning: str
    counts: bool
    shape: "Shape | None"
    step: Literal["", "[]", "[*]"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The documented names of the object at a path, in the order of the documentation."""

    path: str
    fields: Mapping[str, Field]

    def __iter__(self) -> Iterator[Field]:
        """Each field, and after it the fields of its object."""
        for field in self.fields.values():
            yield field
            yield from field.shape or ()


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape that *model* declares; a model that contains itself is left open below that point."""
    return _shape(model, "usage", ())


def _shape(model: type[BaseModel], path: str, above: tuple[type[BaseModel], ...]) -> Shape:
    names = {info.alias or name: info for name, info in model.model_fields.items()}
    return Shape(path, {name: _field(name, info, path, (*above, model)) for name, info in names.items()})


def _field(name: str, info: FieldInfo, parent: str, above: tuple[type[BaseModel], ...]) -> Field:
    path = parent + named(name)
    members = set(_members(info.annotation))
    nullable = bool(members & {type(None), Any, object})
    members -= {type(None)}
    step, model = _objects(members)
    words = {_json_type(member) for member in members}
    return Field(
        name=name,
        path=path,
        type="number" if words == {"integer", "number"} else words.pop() if len(words) == 1 else "any",
        required=info.is_required(),
        nullable=nullable,
        meaning=info.description or "",
        counts=members in ({int}, {int, float}),
        shape=_shape(model, path + step, above) if model and model not in above else None,
        step=step,
    )


def _members(annotation: object) -> Iterator[object]:
    """The alternatives of an annotation, without `Annotated` and without `ABSENT`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not Absent:
        yield annotation


def _json_type(member: object) -> str:
    if get_origin(member) is Literal:
        words = {JSON_TYPES.get(type(value), "any") for value in get_args(member)}
        return words.pop() if len(words) == 1 else "any"
    if _is_model(member):
        return "object"
    return JSON_TYPES.get(get_origin(member) or member, "any")


def _is_model(member: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(member, type) and issubclass(member, BaseModel)


def _objects(members: set[object]) -> tuple[Literal["", "[]", "[*]"], type[BaseModel] | None]:
    """The model of the objects at a field, and the step that leads to them."""
    for member in members:
        if _is_model(member):
            return "", member
        inner = (*get_args(member), None)[-2] if get_args(member) else None
        if _is_model(inner):
            return ("[]" if get_origin(member) is list else "[*]"), inner
    return "", None


@dataclass(frozen=True, slots=True)
class Survey:
    """What one usage has: the documented fields with their paths and values, and the strangers with theirs."""

    found: list[tuple[Field, str, object]]
    strangers: list[tuple[str, object]]


def survey(shape: Shape, usage: dict[str, object]) -> Survey:
    """Walk *usage* once, to every depth, through lists and maps."""
    seen = Survey([], [])
    _walk(shape, usage, shape.path, seen)
    return seen


def _walk(shape: Shape, value: dict[str, object], at: str, seen: Survey) -> None:
    fields, known = shape.fields, at == shape.path
    for name, item in value.items():
        field = fields.get(name)
        if field is None:
            seen.strangers.append((at + named(name), item))
            continue
        path = field.path if known else at + named(name)
        seen.found.append((field, path, item))
        if field.shape is None:
            continue
        if isinstance(item, dict) and not field.step:
            _walk(field.shape, item, path, seen)
        elif isinstance(item, dict) and field.step == "[*]":
            for key, inner in item.items():
                if isinstance(inner, dict):
                    _walk(field.shape, inner, path + named(key), seen)
        elif isinstance(item, list) and field.step == "[]":
            for inner in item:
                if isinstance(inner, dict):
                    _walk(field.shape, inner, path + "[]", seen)


class Glance:
    """The quick look at a usage that pydantic has accepted: whether it is plainly sound, and its counts.

    It gives up, and leaves the answer to the survey, at anything but whole counts, all there, and nothing else.
    """

    def __init__(self, model: type[BaseModel], shape: Shape) -> None:
        """Prepare for usages of *model*; where it has lists, maps, aliases or values of other types, always give up."""
        paths = [field.path.removeprefix("usage.") for field in shape]
        plain = issubclass(model, Usage) and all(
            (field.counts or (field.shape and not field.step)) and PLAIN.fullmatch(field.name)
            for field in shape
        )
        self.counts = tuple(path for path, field in zip(paths, shape, strict=True) if field.counts)
        objects = [path for path, field in zip(paths, shape, strict=True) if field.shape]
        self._extras = attrgetter(_EXTRA, _EXTRA, *(f"{path}.{_EXTRA}" for path in objects))
        self._values = attrgetter(*self.counts) if plain and len(self.counts) > 1 else None
        self.seen = MappingProxyType({field.path: True for field in shape})

    def __call__(self, usage: BaseModel) -> dict[str, int] | None:
        """The counts by path below `usage`, or None where a second look is needed."""
        if self._values is None:
            return None
        try:
            values = self._values(usage)
            if any(self._extras(usage)):
                return None
        except AttributeError:  # below something that is absent or null
            return None
        for value in values:
            if type(value) is not int or value < 0:
                return None
        return dict(zip(self.counts, values))  # noqa: B905 - as long as each other by construction, and it is hot
