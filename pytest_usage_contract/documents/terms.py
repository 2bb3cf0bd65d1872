"""The types of values as data between documents, models and the printed module.

A document is read into terms, a pydantic model is built from terms, and terms are read from any model again,
so that whatever is printed or compared is the same thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Simple:
    """A type in one word of `SIMPLE_TYPES`; of a number that is not *sure* it is unknown whether it is whole."""

    word: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Literals:
    """One of some literal *values*, in an order of their own: `typing` keeps none of theirs."""

    values: tuple[str | int | bool, ...]

    def __post_init__(self) -> None:
        """Sort the values, texts first."""
        object.__setattr__(self, "values", tuple(sorted(self.values, key=repr)))


@dataclass(frozen=True, slots=True)
class ListOf:
    item: "Term"


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object of any names, each with a *value*."""

    value: "Term"


@dataclass(frozen=True, slots=True)
class Nested:
    model: "Model"


@dataclass(frozen=True, slots=True)
class Either:
    members: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class OrNull:
    """*inner*, or null; where that is not *sure*, the document cannot say whether null is allowed."""

    inner: "Term"
    sure: bool = True


Term = Simple | Literals | ListOf | MapOf | Nested | Either | OrNull


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One field of a model: its *name* on the wire, its type, whether it must be there, and what it means."""

    name: str
    term: Term
    required: bool
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The fields of an object; what the documentation calls it is no part of the promise."""

    name: str = field(compare=False)
    entries: tuple[ModelEntry, ...]


NULL = Simple("null")
"""The type of null; it stands alone only until `either` has seen it."""


def or_null(term: Term, *, sure: bool = True) -> Term:
    """Return *term* or null, without repetition; `any` may be null anyway."""
    if isinstance(term, OrNull):
        return OrNull(term.inner, sure=sure or term.sure)
    return term if term == Simple("any") else OrNull(term, sure=sure)


def either(members: tuple[Term, ...]) -> Term:
    """Return one of *members* as a term: flat, without repetition, and with the null outside."""
    flat: dict[Term, None] = {}
    null, sure = NULL in members, NULL in members
    for member in members:
        if isinstance(member, OrNull):
            null, sure = True, sure or member.sure
        inner = member.inner if isinstance(member, OrNull) else member
        flat.update(dict.fromkeys(inner.members if isinstance(inner, Either) else (inner,)))
    flat.pop(NULL, None)
    term = _join_members(tuple(flat))
    return or_null(term, sure=sure) if null else term


def _join_members(members: tuple[Term, ...]) -> Term:
    if not members or Simple("any") in members:
        return Simple("any")
    if len(members) == 1:
        return members[0]
    if all(isinstance(member, Literals) for member in members):
        values = (value for member in members if isinstance(member, Literals) for value in member.values)
        return Literals(tuple(values))
    return Either(members)


def literals_in(term: Term) -> Iterator[Literals]:
    """Yield the choices of literals that a term contains directly."""
    match term:
        case Literals():
            yield term
        case ListOf(inner) | MapOf(inner) | OrNull(inner):
            yield from literals_in(inner)
        case Either(members):
            for member in members:
                yield from literals_in(member)
        case _:
            return


def models_in(term: Term) -> Iterator[Model]:
    """Yield the models that a term contains directly."""
    match term:
        case Nested(model):
            yield model
        case ListOf(inner) | MapOf(inner) | OrNull(inner):
            yield from models_in(inner)
        case Either(members):
            for member in members:
                yield from models_in(member)
        case _:
            return


NUMBERS = frozenset({"integer", "count", "number"})
OBJECTS = frozenset({"object", "some object"})
SCALARS = {str: "string", bool: "boolean", int: "integer"}


def fits(narrow: Term, wide: Term) -> bool:
    """Tell whether a reader of *wide* can read every *narrow*, null aside; the unknown fits."""
    return all(any(_member_fits(one, other) for other in _union_members(wide)) for one in _union_members(narrow))


def _union_members(term: Term) -> Iterator[Term]:
    match term:
        case OrNull(inner):
            yield from _union_members(inner)
        case Either(members):
            for member in members:
                yield from _union_members(member)
        case _:
            yield term


def _member_fits(narrow: Term, wide: Term) -> bool:
    match narrow, wide:
        case (Simple("unread"), _) | (_, Simple("unread" | "any")):
            return True
        case Simple(word, _), Simple(other, sure):
            return _word_fits(word, other, narrow, sure=sure)
        case Literals(values), Literals(others):
            return {*map(repr, values)} <= {*map(repr, others)}
        case Literals(values), Simple(word):
            return all(SCALARS[type(value)] == word or (word in NUMBERS and type(value) is int) for value in values)
        case (ListOf(inner), ListOf(outer)) | (MapOf(inner), MapOf(outer)):
            return fits(inner, outer) and _null_fits(inner, outer)
        case _:
            return _is_object(narrow) and _is_object(wide)


def _word_fits(word: str, other: str, narrow: Simple, *, sure: bool) -> bool:
    if word in NUMBERS and other in NUMBERS:
        return other != "integer" or word == "integer" or not (sure and narrow.sure)
    return word == other or {word, other} <= OBJECTS


def _null_fits(inner: Term, outer: Term) -> bool:
    """Tell whether an *inner* that may be null stands where an *outer* may be null."""
    return not (isinstance(inner, OrNull) and inner.sure) or isinstance(outer, OrNull) or outer == Simple("any")


def _is_object(term: Term) -> bool:
    return isinstance(term, Nested | MapOf) or (isinstance(term, Simple) and term.word in OBJECTS)


def describe_term(term: Term) -> str:
    """Describe a type in words: `number`, `list of string`, `"a" or "b"`."""
    match term:
        case OrNull(inner, sure):
            return f"{describe_term(inner)} or null" if sure else describe_term(inner)
        case Either(members):
            return " or ".join(map(describe_term, members))
        case Literals(values):
            return " or ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in values)
        case ListOf(item):
            return f"list of {describe_term(item)}"
        case MapOf(value):
            return f"object of {describe_term(value)}"
        case Nested():
            return "object"
        case _:
            return {"count": "number", "some object": "object", "unread": "unknown"}.get(term.word, term.word)
