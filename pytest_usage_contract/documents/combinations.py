"""All that a value must fit together, and its alternatives: references followed, `allOf` and unions taken apart.

What refers to itself, or is referred to often, is looked at once.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.escape import describe
from pytest_usage_contract.documents.data_files import DataFiles, Steps, find_value, format_pointer, parse_pointer
from pytest_usage_contract.documents.library import DocumentError, OutsideError, Position, Remarks, quote

UNIONS: Final = ("oneOf", "anyOf")
TELLING: Final = frozenset(
    {"type", "properties", "required", "items", "additionalProperties", "const", "enum", "nullable", "x-unknown"}
)
"""The words of a schema, but for unions and references, that say something of its values."""

MOST_ALTERNATIVES: Final = 200
MOST_READINGS: Final = 2_000
"""The most alternatives of a value, and sets of schemas, that are read; OpenAI's document needs 58 and 93."""


class Spot(NamedTuple):
    """A schema: a pointer into a document.

    Of `UNIONS` the first *taken* have been told apart already; before that, -1 says that it is still to be followed.
    """

    path: str
    steps: Steps
    taken: int = -1

    def at(self, *steps: str) -> "Spot":
        """Return the spot further inside."""
        return Spot(self.path, (*self.steps, *steps))


Parts = tuple[Spot, ...]
"""Schemas that a value must fit all together."""


class Combinations:
    """The schemas of some documents, seen as sets that a value must fit; what cannot be read goes into *remarks*."""

    def __init__(self, documents: DataFiles, remarks: Remarks) -> None:
        self.documents, self.remarks = documents, remarks
        self.lost: set[Spot] = set()
        self._alternatives: dict[Parts, tuple[Parts, ...]] = {}

    def value_at(self, spot: Spot) -> Any:
        """Return what stands at a spot; raise `DocumentError` if nothing does."""
        try:
            return find_value(self.documents.load(spot.path), spot.steps)
        except (LookupError, StopIteration):
            where = quote(f"#{format_pointer(spot.steps)}")
            raise DocumentError(self.locate(spot), f"nothing stands at {where}") from None

    def locate(self, spot: Spot) -> Position:
        """Return the place of a spot."""
        return self.documents.place(spot.path, spot.steps)

    def alternatives(self, *spots: Spot) -> tuple[Parts, ...]:
        """Return the alternatives of what fits all of *spots*: each a set of schemas without a union."""
        parts = self._collect(spots)
        if parts not in self._alternatives:
            if len(self._alternatives) > MOST_READINGS:
                raise DocumentError(self.locate(spots[-1]), f"more than {MOST_READINGS:,} combinations of schemas")
            self._alternatives[parts] = ()  # a union that is one of its own members adds nothing to itself
            self._alternatives[parts] = found = tuple(dict.fromkeys(self._distribute(parts)))
            if len(found) > MOST_ALTERNATIVES:
                raise DocumentError(self.locate(spots[-1]), f"more than {MOST_ALTERNATIVES} alternatives")
        return self._alternatives[parts]

    def _distribute(self, parts: Parts) -> Iterator[Parts]:
        for number, spot in enumerate(parts):
            schema = self.value_at(spot)
            for key in [key for key in UNIONS[max(spot.taken, 0) :] if key in schema][:1]:
                rest = spot._replace(taken=UNIONS.index(key) + 1)
                others = [*parts[:number], rest, *parts[number + 1 :]]
                for member in self._list(spot, key):
                    yield from self.alternatives(*others, member)
                return
        yield parts

    def _list(self, spot: Spot, key: str) -> list[Spot]:
        listed = self.value_at(spot)[key]
        if not isinstance(listed, list) or not listed:
            raise DocumentError(self.locate(spot), f"{key} is no list of schemas")
        return [spot.at(key, str(number)) for number in range(len(listed))]

    def _collect(self, spots: Parts) -> Parts:
        """Return the schemas that say something: references followed, and `allOf` taken apart."""
        found: dict[Spot, None] = {}
        seen: set[Spot] = set()
        rest, again = [*reversed(spots)], False
        while rest:
            spot = rest.pop()
            schema = self.value_at(spot)
            if spot in seen or schema is True:
                again = again or spot in seen
                continue
            if not isinstance(schema, dict):
                raise DocumentError(self.locate(spot), f"{describe(schema)}, which is no schema")
            if spot.taken < 0:
                seen.add(spot)
                rest += [spot._replace(taken=0), *reversed(self._follow(schema, spot))]
            elif schema.keys() & (TELLING | {*UNIONS[max(spot.taken, 0) :]}) or spot in self.lost:
                found[spot] = None
        if again and not found:
            self.remarks.add(self.locate(spots[-1]), "a schema that is only itself again: its type is unknown")
            self.lost.add(spots[-1]._replace(taken=0))
            return (spots[-1]._replace(taken=0),)
        return tuple(found)

    def _follow(self, schema: dict[str, Any], spot: Spot) -> list[Spot]:
        target = self._find_target(schema["$ref"], spot) if "$ref" in schema else None
        if "$ref" in schema and target is None:
            self.lost.add(spot._replace(taken=0))
        return [*([target] if target else ()), *(self._list(spot, "allOf") if "allOf" in schema else ())]

    def _find_target(self, reference: object, spot: Spot) -> Spot | None:
        """Return what a reference means, or None, with a remark, where it cannot be followed."""
        if not isinstance(reference, str):
            raise DocumentError(self.locate(spot), "a $ref that is no text")
        file, _, pointer = reference.partition("#")
        try:
            path = self.documents.resolve(spot.path, file) if file else spot.path
        except OutsideError:
            self.remarks.add_outside(self.locate(spot), reference)
            return None
        if path is None:
            self.remarks.add(self.locate(spot), f"{quote(reference)} is unknown: it is not there")
        return Spot(path, parse_pointer(pointer)) if path else None

    def follow(self, spot: Spot) -> Spot:
        """Return the spot behind any references of what is no schema."""
        seen: set[Spot] = set()
        while isinstance(value := self.value_at(spot), dict) and "$ref" in value and spot not in seen:
            seen.add(spot)
            spot = self._find_target(value["$ref"], spot) or spot
        return spot

    def members(self, spots: Parts, names: Sequence[str]) -> Iterator[tuple[Parts, bool]]:
        """Yield the schemas of a member in each alternative, none where it has none, and whether it is required."""
        if not names:
            yield spots, True
            return
        for parts in self.alternatives(*spots):
            schemas = [(spot, self.value_at(spot)) for spot in parts]
            found = tuple(spot.at("properties", names[0]) for spot, schema in schemas if names[0] in _names(schema))
            needed = any(
                names[0] in schema["required"] for _, schema in schemas if isinstance(schema.get("required"), list)
            )
            for inner, required in self.members(found, names[1:]) if found else [((), False)]:
                yield inner, needed and required


def _names(schema: dict[str, Any]) -> Collection[str]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else ()
