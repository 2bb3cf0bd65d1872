"""Whether all values of one type are values of another, given all that is unknown about the two."""

from collections.abc import Iterator

from pytest_usage_contract.documents.terms import Choice, Either, ListOf, MapOf, Nested, OrNull, Simple, Term

NUMBERS = frozenset({"integer", "count", "number"})
OBJECTS = frozenset({"object", "some object"})
SCALARS = {str: "string", bool: "boolean", int: "integer"}


def fits(narrow: Term, wide: Term) -> bool:
    """Whether whoever reads *wide* can read every *narrow*, null aside; what is unknown fits."""
    return all(any(_fits(one, other) for other in _members(wide)) for one in _members(narrow))


def _members(term: Term) -> Iterator[Term]:
    match term:
        case OrNull(inner):
            yield from _members(inner)
        case Either(members):
            for member in members:
                yield from _members(member)
        case _:
            yield term


def _fits(narrow: Term, wide: Term) -> bool:
    match narrow, wide:
        case (Simple("unread"), _) | (_, Simple("unread" | "any")):
            return True
        case Simple(word, _), Simple(other, sure):
            return _word_fits(word, other, narrow, sure=sure)
        case Choice(values), Choice(others):
            return {*map(repr, values)} <= {*map(repr, others)}
        case Choice(values), Simple(word):
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
    """Whether an item that may be null stood where items may be null."""
    return not (isinstance(inner, OrNull) and inner.sure) or isinstance(outer, OrNull) or outer == Simple("any")


def _is_object(term: Term) -> bool:
    return isinstance(term, Nested | MapOf) or (isinstance(term, Simple) and term.word in OBJECTS)


def describe_fit(term: Term) -> str:
    """A type in words: `number`, `list of string`, `"a" or "b"`."""
    match term:
        case OrNull(inner, sure):
            return f"{describe_fit(inner)} or null" if sure else describe_fit(inner)
        case Either(members):
            return " or ".join(map(describe_fit, members))
        case Choice(values):
            return " or ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in values)
        case ListOf(item):
            return f"list of {describe_fit(item)}"
        case MapOf(value):
            return f"object of {describe_fit(value)}"
        case Nested():
            return "object"
        case _:
            return {"count": "number", "some object": "object", "unread": "unknown"}.get(term.word, term.word)
