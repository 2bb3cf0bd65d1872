"""How terms are declared: as annotations of pydantic, and read from them again."""

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
    Choice,
    Either,
    Entry,
    ListOf,
    MapOf,
    Model,
    Nested,
    OrNull,
    Simple,
    Term,
    either,
    models_in,
    or_null,
)


class Word(NamedTuple):
    """How a model declares a simple type, in Python and in its source."""

    annotation: Any
    source: str


WORDS: Final[Mapping[str, Word]] = {
    "integer": Word(int, "int"),
    "count": Word(Count, "Count"),
    "number": Word(float, "float"),
    "string": Word(str, "str"),
    "boolean": Word(bool, "bool"),
    "any": Word(object, "object"),
    "object": Word(dict[str, object], "dict[str, object]"),
    "some object": Word(SomeObject, "SomeObject"),
    "unread": Word(Unread, "Unread"),
}
"""`count` is a number that counts something, `some object` and `unread` are what could not be read."""


def terms_of(model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()) -> Model:
    """What a pydantic model declares; a model that contains itself is an object of unknown fields below that point."""
    entries = (
        Entry(
            name=info.alias or name,
            term=_term(Annotated[info.annotation, None, *info.metadata], (*above, model)),
            required=info.is_required(),
            meaning=" ".join((info.description or "").split()),
        )
        for name, info in model.model_fields.items()
    )
    return Model(model.__name__, tuple(entries))


def _term(annotation: object, above: tuple[type[BaseModel], ...]) -> Term:
    for word in ("some object", "unread", "count"):
        if annotation == WORDS[word].annotation:
            return Simple(word)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _marked(args[0], args[1:], above)
    if origin in (Union, types.UnionType):
        members = tuple(_term(arg, above) for arg in args if arg not in (Absent, type(None)))
        term = _number(members) or either(members)
        return or_null(term) if type(None) in args else term
    if origin is Literal:
        return Choice(args)
    if origin is list:
        return ListOf(_term(args[0], above))
    if origin is dict:
        value = _term(args[1], above)
        return Simple("object") if value == Simple("any") else MapOf(value)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Simple("some object") if annotation in above else Nested(terms_of(annotation, above))
    return _PLAIN.get(annotation, Simple("any"))


_PLAIN: Final[Mapping[object, Term]] = {
    **{word.annotation: Simple(name) for name, word in WORDS.items() if name in ("integer", "number", "string")},
    bool: Simple("boolean"),
    dict: Simple("object"),
    list: ListOf(Simple("any")),
}


def _number(members: tuple[Term, ...]) -> Term | None:
    """An integer or a number is how `Count` looks from inside."""
    return Simple("count") if set(members) == {Simple("integer"), Simple("number")} else None


def _marked(annotation: object, marks: tuple[object, ...], above: tuple[type[BaseModel], ...]) -> Term:
    """An annotation with what is marked about it; other marks, such as constraints, are no part of the type."""
    unknown = {mark.what for mark in marks if isinstance(mark, Unknown)}
    if "type" in unknown:
        return Simple("unread")
    if "fields" in unknown:
        return Simple("some object")
    term = _term(annotation, above)
    if "whole" in unknown and isinstance(term, Simple):
        return Simple(term.word, sure=False)
    if "null" in unknown and isinstance(term, OrNull):
        return OrNull(term.inner, sure=False)
    return term


def annotation(term: Term, built: Mapping[Model, Any]) -> Any:
    """How pydantic is told; *built* are the models that are ready."""
    match term:
        case Simple(word, sure):
            return WORDS[word].annotation if sure else _marked_as(PerhapsWhole, WORDS[word].annotation)
        case Choice(values):
            return Literal[values]
        case ListOf(item):
            return list[annotation(item, built)]  # type: ignore[misc]  # a type made at run time
        case MapOf(value):
            return dict[str, annotation(value, built)]  # type: ignore[misc]  # the same
        case Nested(model):
            return built[model]
        case Either(members):
            return Union[tuple(annotation(member, built) for member in members)]  # noqa: UP007 - made at run time
        case _:
            told = annotation(term.inner, built)
            return Union[told, None] if term.sure else _marked_as(PerhapsNull, told)  # noqa: UP007 - the same


def _marked_as(alias: Any, told: Any) -> Any:
    """One of the generic aliases of the contracts, applied to a type that is made at run time."""
    return alias[told]


RESERVED: Final = frozenset((*dir(BaseModel), *(word.source for word in WORDS.values()), "Field", "Literal"))
"""What the body of a model already means by a name."""


def attribute(name: str) -> str:
    """The name of the attribute that holds a wire name: itself, wherever Python and pydantic let it be."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in name)
    plain = plain.lstrip("_") or "field"
    plain = f"field_{plain}" if plain[0].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED else plain


def attributes(model: Model) -> dict[str, str]:
    """The attribute of each wire name of *model*, all different."""
    taken: dict[str, str] = {}
    for entry in model.entries:
        name = attribute(entry.name)
        while name in taken:
            name += "_"
        taken[name] = entry.name
    return {wire: name for name, wire in taken.items()}


def build_model(model: Model, ready: dict[Model, type[Usage]] | None = None) -> type[Usage]:
    """The pydantic model that declares *model*, in the way of the contracts."""
    ready = {} if ready is None else ready
    for entry in model.entries:
        for inner in models_in(entry.term):
            if inner not in ready:
                ready[inner] = build_model(inner, ready)
    names = attributes(model)
    fields = {names[entry.name]: _declared(entry, names[entry.name], ready) for entry in model.entries}
    return create_model(model.name, __base__=Usage, **fields)  # type: ignore[call-overload, no-any-return]  # as data


def _declared(entry: Entry, name: str, ready: Mapping[Model, Any]) -> tuple[Any, Any]:
    """Annotation and default of a field."""
    told = annotation(entry.term, ready)
    told, default = (told, ...) if entry.required else (_marked_as(MayBeAbsent, told), ABSENT)
    alias = None if name == entry.name else entry.name
    return told, Field(default, alias=alias, description=entry.meaning or None)
