"""Declare terms as annotations of pydantic, and read them from such annotations."""

import keyword
import types
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from pytest_usage_contract.core.usage import (
    ABSENT,
    Absent,
    Count,
    MayBeAbsent,
    PerhapsNull,
    PerhapsWhole,
    SomeObject,
    Unknown,
    Unread,
    Usage,
)
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    Term,
    either,
    models_in,
    or_null,
)


class SimpleType(NamedTuple):
    """The declaration of a simple type in a model, in Python and in its source."""

    annotation: Any
    source: str


SIMPLE_TYPES: Final[Mapping[str, SimpleType]] = {
    "integer": SimpleType(int, "int"),
    "count": SimpleType(Count, "Count"),
    "number": SimpleType(float, "float"),
    "string": SimpleType(str, "str"),
    "boolean": SimpleType(bool, "bool"),
    "any": SimpleType(object, "object"),
    "object": SimpleType(dict[str, object], "dict[str, object]"),
    "some object": SimpleType(SomeObject, "SomeObject"),
    "unread": SimpleType(Unread, "Unread"),
}
"""`count` is a number that counts something, `some object` and `unread` are what could not be read."""


def terms_of(model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()) -> Model:
    """Return the terms of a pydantic model; one that contains itself has unknown fields below that point."""
    entries = (
        ModelEntry(
            name=info.alias or name,
            term=_read_annotation(Annotated[info.annotation, None, *info.metadata], (*above, model)),
            required=info.is_required(),
            meaning=" ".join((info.description or "").split()),
        )
        for name, info in model.model_fields.items()
    )
    return Model(model.__name__, tuple(entries))


def _read_annotation(annotation: object, above: tuple[type[BaseModel], ...]) -> Term:
    for word in ("some object", "unread", "count"):
        if annotation == SIMPLE_TYPES[word].annotation:
            return Simple(word)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _read_marks(args[0], args[1:], above)
    if origin in (Union, types.UnionType):
        members = tuple(_read_annotation(arg, above) for arg in args if arg not in (Absent, type(None)))
        term = _join_numbers(members) or either(members)
        return or_null(term) if type(None) in args else term
    if origin is Literal:
        return Literals(args)
    if origin is list:
        return ListOf(_read_annotation(args[0], above))
    if origin is dict:
        value = _read_annotation(args[1], above)
        return Simple("object") if value == Simple("any") else MapOf(value)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Simple("some object") if annotation in above else Nested(terms_of(annotation, above))
    return _PLAIN.get(annotation, Simple("any"))


_PLAIN: Final[Mapping[object, Term]] = {
    **{word.annotation: Simple(name) for name, word in SIMPLE_TYPES.items() if name in ("integer", "number", "string")},
    bool: Simple("boolean"),
    dict: Simple("object"),
    list: ListOf(Simple("any")),
}


def _join_numbers(members: tuple[Term, ...]) -> Term | None:
    """Return a count for an integer or a number, the members of `Count`; None for any other union."""
    return Simple("count") if set(members) == {Simple("integer"), Simple("number")} else None


def _read_marks(annotation: object, marks: tuple[object, ...], above: tuple[type[BaseModel], ...]) -> Term:
    """Read an annotation with its marks of the unknown; other marks, such as constraints, are no part of the type."""
    unknown = {mark.what for mark in marks if isinstance(mark, Unknown)}
    if "type" in unknown:
        return Simple("unread")
    if "fields" in unknown:
        return Simple("some object")
    term = _read_annotation(annotation, above)
    if "whole" in unknown and isinstance(term, Simple):
        return Simple(term.word, sure=False)
    if "null" in unknown and isinstance(term, OrNull):
        return OrNull(term.inner, sure=False)
    return term


def build_annotation(term: Term, built: Mapping[Model, Any]) -> Any:
    """Return the annotation for pydantic; *built* are the models that are ready."""
    match term:
        case Simple(word, sure):
            return SIMPLE_TYPES[word].annotation if sure else _apply_alias(PerhapsWhole, SIMPLE_TYPES[word].annotation)
        case Literals(values):
            return Literal[values]
        case ListOf(item):
            return list[build_annotation(item, built)]  # type: ignore[misc]  # a type made at run time
        case MapOf(value):
            return dict[str, build_annotation(value, built)]  # type: ignore[misc]  # the same
        case Nested(model):
            return built[model]
        case Either(members):
            return Union[tuple(build_annotation(member, built) for member in members)]  # noqa: UP007 - made at run time
        case _:
            hint = build_annotation(term.inner, built)
            return Union[hint, None] if term.sure else _apply_alias(PerhapsNull, hint)  # noqa: UP007 - the same


def _apply_alias(alias: Any, hint: Any) -> Any:
    """Apply one of the generic aliases of the contracts to a type that is made at run time."""
    return alias[hint]


RESERVED_ATTRIBUTES: Final = frozenset(
    (*dir(BaseModel), *(word.source for word in SIMPLE_TYPES.values()), "Field", "Literal")
)
"""Names that have a meaning in the body of a model."""


def attribute_name(name: str) -> str:
    """Return the attribute for a wire name: the same name, wherever Python and pydantic allow it."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in name)
    plain = plain.lstrip("_") or "field"
    plain = f"field_{plain}" if plain[0].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED_ATTRIBUTES else plain


def attribute_names(model: Model) -> dict[str, str]:
    """Return the attribute of each wire name of *model*, all different."""
    taken: dict[str, str] = {}
    for entry in model.entries:
        name = attribute_name(entry.name)
        while name in taken:
            name += "_"
        taken[name] = entry.name
    return {wire: name for name, wire in taken.items()}


def build_model(model: Model, ready: dict[Model, type[Usage]] | None = None) -> type[Usage]:
    """Build the pydantic model that declares *model*, in the way of the contracts."""
    ready = {} if ready is None else ready
    for entry in model.entries:
        for inner in models_in(entry.term):
            if inner not in ready:
                ready[inner] = build_model(inner, ready)
    names = attribute_names(model)
    fields = {names[entry.name]: _build_field(entry, names[entry.name], ready) for entry in model.entries}
    return create_model(model.name, __base__=Usage, **fields)  # type: ignore[call-overload, no-any-return]  # as data


def _build_field(entry: ModelEntry, name: str, ready: Mapping[Model, Any]) -> tuple[Any, Any]:
    """Return annotation and default of a field."""
    hint = build_annotation(entry.term, ready)
    hint, default = (hint, ...) if entry.required else (_apply_alias(MayBeAbsent, hint), ABSENT)
    alias = None if name == entry.name else entry.name
    return hint, Field(default, alias=alias, description=entry.meaning or None)
