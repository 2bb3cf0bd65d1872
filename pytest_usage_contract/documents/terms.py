"""What a document says of the type of a value, as data between the documents, the models and the printed module.

A document is read into terms, a pydantic model is built from terms, and the terms of any model can be told again,
so that whatever is printed or compared is the same thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Simple:
    """A type in one word (`WORDS` has them all); of a number that is not *sure* it is unknown whether it is whole."""

    word: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
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


Term = Simple | Choice | ListOf | MapOf | Nested | Either | OrNull


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a model: its *name* on the wire, its type, whether it must be there, and what it means."""

    name: str
    term: Term
    required: bool
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The fields of an object; what the documentation calls it is no part of the promise."""

    name: str = field(compare=False)
    entries: tuple[Entry, ...]


NULL = Simple("null")
"""The type of null; it stands alone only until `either` has seen it."""


def or_null(term: Term, *, sure: bool = True) -> Term:
    """*term* or null, said once; anything at all may be null anyway."""
    if isinstance(term, OrNull):
        return OrNull(term.inner, sure=sure or term.sure)
    return term if term == Simple("any") else OrNull(term, sure=sure)


def either(members: tuple[Term, ...]) -> Term:
    """One of *members*: flat, without repetition, and with the null outside."""
    flat: dict[Term, None] = {}
    null, sure = NULL in members, NULL in members
    for member in members:
        if isinstance(member, OrNull):
            null, sure = True, sure or member.sure
        inner = member.inner if isinstance(member, OrNull) else member
        flat.update(dict.fromkeys(inner.members if isinstance(inner, Either) else (inner,)))
    flat.pop(NULL, None)
    term = _united(tuple(flat))
    return or_null(term, sure=sure) if null else term


def _united(members: tuple[Term, ...]) -> Term:
    if not members or Simple("any") in members:
        return Simple("any")
    if len(members) == 1:
        return members[0]
    if all(isinstance(member, Choice) for member in members):
        values = (value for member in members if isinstance(member, Choice) for value in member.values)
        return Choice(tuple(values))
    return Either(members)


def choices_in(term: Term) -> Iterator[Choice]:
    """The choices that a term speaks of directly."""
    match term:
        case Choice():
            yield term
        case ListOf(inner) | MapOf(inner) | OrNull(inner):
            yield from choices_in(inner)
        case Either(members):
            for member in members:
                yield from choices_in(member)
        case _:
            return


def models_in(term: Term) -> Iterator[Model]:
    """The models that a term speaks of directly."""
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
