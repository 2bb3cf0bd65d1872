"""Schemas of OpenAPI 3.0 and 3.1, and of JSON Schema, read into those of a contract file.

A value must fit all that is said of it: what a `$ref` leads to, every part of `allOf`, and what stands beside them. So
whatever is read is a set of schemas; a union makes several of it, the alternatives. Each is read once, so that a
schema may be used often, and may contain itself.
"""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pytest_usage_contract.core.escape import describe
from pytest_usage_contract.core.fields import MOST_FIELDS
from pytest_usage_contract.core.usage_schema import (
    NULL,
    PERHAPS_NULL,
    UNKNOWNS,
    UNREAD,
    Schema,
    any_of,
    free_key,
    mark_unknown,
)
from pytest_usage_contract.documents.data_files import DataFiles, Spot
from pytest_usage_contract.documents.document_files import DocumentError, quote

UNIONS: Final = ("oneOf", "anyOf")
VALUES: Final = ("const", "enum")
TELLING: Final = {"type", "properties", "required", "items", "additionalProperties", *VALUES, "nullable", "x-unknown"}
"""The words of a schema, but for unions and references, that say something of its values."""

NAMELESS: Final = {"schema", "items", "allOf", *UNIONS}
"""The steps of a pointer that are no names."""

SCALARS: Final = ("string", "number", "integer", "boolean")
TYPES: Final = {name: {name} for name in (*SCALARS, "null", "object", "array")} | {"number": {"number", "integer"}}
EVERY: Final = frozenset(TYPES)

COMBINED: Final = TELLING | {"allOf", *UNIONS}
"""The words that say something beside a reference."""

MOST_ALTERNATIVES: Final = 200
MOST_READINGS: Final = 10_000
"""The most alternatives of a value, and of all values, that are read; OpenAI's document needs 58 and 93."""


Parts = tuple[Spot, ...]
"""Schemas that a value must fit all together; none of them has a union or a reference any more."""

Schemas = dict[Spot, Schema]
"""The same with what stands there."""


class SchemaReader:
    """One reading of schemas, which fills *definitions* and *remarks*."""

    def __init__(self, files: DataFiles) -> None:
        self.files = files
        self.definitions: dict[str, Schema] = {}
        self._expanded: dict[Spot, tuple[Parts, ...]] = {}
        self._read: dict[Parts, list[Schema]] = {}
        self._spare = MOST_FIELDS

    def alternatives(self, *spots: Spot) -> tuple[Parts, ...]:
        """Return the alternatives of what fits all of *spots*."""
        return self._combine([self._expand(spot) for spot in spots], spots[-1])

    def _expand(self, given: Spot) -> tuple[Parts, ...]:
        """Return the alternatives of a schema: references followed, `allOf` and unions taken apart."""
        spot = self.files.follow(given, COMBINED)
        if spot not in self._expanded:
            schema = self.files.value_at(spot)
            if not isinstance(schema, dict) and schema is not True:
                raise DocumentError(self.files.locate(spot), f"{describe(schema)}, which is no schema")
            self._expanded[spot] = ()  # what is one of its own alternatives adds nothing to itself
            self._expanded[spot] = self._combine([*self._take_apart({} if schema is True else schema, spot)], spot)
        return self._expanded[spot]

    def _take_apart(self, schema: dict[str, Any], spot: Spot) -> Iterator[Sequence[Parts]]:
        """Yield the alternatives of all that a value must fit."""
        if "$ref" in schema:
            yield self._expand(self.files.find_target(schema["$ref"], spot))
        for part in self._list(schema, spot, "allOf"):
            yield self._expand(part)
        if TELLING & schema.keys():
            yield [(spot,)]
        for union in UNIONS:
            if union in schema:
                yield [parts for member in self._list(schema, spot, union) for parts in self._expand(member)]

    def _list(self, schema: dict[str, Any], spot: Spot, word: str) -> list[Spot]:
        listed = schema.get(word, [True])
        if not isinstance(listed, list) or not listed:
            raise DocumentError(self.files.locate(spot), f"{word} is no list of schemas")
        return [spot.at(word, str(number)) for number in range(len(listed))] if word in schema else []

    def _combine(self, factors: Sequence[Sequence[Parts]], spot: Spot) -> tuple[Parts, ...]:
        """Return each combination of one alternative of every factor."""
        found: tuple[Parts, ...] = ((),)
        for factor in factors:
            combined = dict.fromkeys(tuple(dict.fromkeys(one + other)) for one in found for other in factor)
            if len(combined) > MOST_ALTERNATIVES:
                raise DocumentError(self.files.locate(spot), f"more than {MOST_ALTERNATIVES} alternatives")
            found = tuple(combined)
        return found

    def read(self, *spots: Spot) -> Schema:
        """Return the schema of what fits all schemas at *spots*; one of null alone, which tells no type, is any."""
        found = self.read_alternatives(*spots)
        schema = any_of([NULL if one == PERHAPS_NULL else one for one in found])
        schema = {} if schema == NULL else schema
        return mark_unknown(schema, "null") if PERHAPS_NULL in found and schema else schema

    def read_alternatives(self, *spots: Spot) -> list[Schema]:
        """Return the alternatives as schemas of one type each, of which an object is a reference to a definition."""
        found = [schema for parts in self.alternatives(*spots) for schema in self._read_parts(parts)]
        if not found:
            self.files.remarks.add(self.files.locate(spots[-1]), "a schema that nothing fits: its type is unknown")
        return found or [UNREAD]

    def _read_parts(self, parts: Parts) -> list[Schema]:
        """Return what one alternative may be; nothing where nothing fits it."""
        if parts not in self._read:
            if len(self._read) >= MOST_READINGS:
                raise DocumentError(
                    self.files.locate(parts[-1]), f"more than {MOST_READINGS:,} combinations of schemas"
                )
            self._read[parts] = [UNREAD]  # what consists of itself, unless it is an object
            self._read[parts] = self._read_types(parts, {spot: self.files.value_at(spot) for spot in parts})
        return self._read[parts]

    def _read_types(self, parts: Parts, schemas: Schemas) -> list[Schema]:
        unknown = [schema["x-unknown"] for schema in schemas.values() if isinstance(schema.get("x-unknown"), list)]
        marks = {word for words in unknown for word in UNKNOWNS if word in words}
        types = EVERY.intersection(*(self._list_types(schema, spot) for spot, schema in schemas.items()))
        nullable = any(schema.get("nullable") is True for schema in schemas.values())
        null = [PERHAPS_NULL if "null" in marks else NULL] if nullable or "null" in types else []
        if "type" in marks:
            return [UNREAD]
        if any(word in schema for schema in schemas.values() for word in VALUES):
            return self._read_values(schemas, parts[-1], null, nullable=nullable)
        if types == EVERY:
            return [{}]
        found: list[Schema] = [{"type": name} for name in SCALARS if name in types]
        found += [self._read_inside("array", "items", schemas)] if "array" in types else []
        fields = self._list_fields(schemas) if "object" in types else {}
        if "object" in types and not fields:
            found.append(self._read_inside("object", "additionalProperties", schemas))
        found = [*(mark_unknown(one, *marks - {"null"}) for one in found), *null]
        if fields:
            key = free_key(title := self._find_title(schemas[parts[-1]], parts[-1]), self.definitions)
            self._read[parts] = found = [{"$ref": f"#/$defs/{key}"}, *found]  # it may contain itself
            self.definitions[key] = {"title": title}
            self.definitions[key] |= self._read_object(fields, schemas)
        return found

    def _list_types(self, schema: Schema, spot: Spot) -> frozenset[str]:
        """Return the types that a schema allows, all where it says none."""
        named = schema.get("type")
        if named is None:
            implied = [word for word, key in (("object", "properties"), ("array", "items")) if key in schema]
            return frozenset(implied) or EVERY
        for name in (names := named if isinstance(named, list) else [named]):
            if not isinstance(name, str) or name not in TYPES:
                raise DocumentError(self.files.locate(spot), f"the type {quote(name)} is not understood")
        return frozenset().union(*(TYPES[name] for name in names))

    def _read_values(self, schemas: Schemas, spot: Spot, null: list[Schema], *, nullable: bool) -> list[Schema]:
        """Return what all enums and constants have in common."""
        valued = [schema for schema in schemas.values() if any(word in schema for word in VALUES)]
        listed = [[schema["const"]] if "const" in schema else schema["enum"] for schema in valued]
        if not all(isinstance(values, list) for values in listed):
            listed = [[0.5]]
        null = null if nullable or all(None in values for values in listed) else []
        if not all(isinstance(value, str | int | None) for values in listed for value in values):
            why = "a schema that has other values than texts, whole numbers, true, false and null: its type is unknown"
            self.files.remarks.add(self.files.locate(spot), why)
            return [UNREAD, *null]
        known = [{(type(value), value) for value in values} for values in listed]
        common = [value for value in listed[0] if all((type(value), value) in values for values in known)]
        real = [value for value in common if value is not None]
        return [*([{"enum": real}] if real else []), *null]

    def _read_inside(self, kind: str, word: str, schemas: Schemas) -> Schema:
        """Return a list or a map, as a definition, so that however often it is used it is there once."""
        inner = [spot.at(word) for spot, schema in schemas.items() if schema.get(word) not in (None, True, False)]
        if not inner:
            return {"type": kind}
        read = self.read(*inner)
        key = free_key(f"{kind} {len(self.definitions)}", self.definitions)
        self.definitions[key] = {"type": kind, word: read}
        return {"$ref": f"#/$defs/{key}"}

    def _list_fields(self, schemas: Schemas) -> dict[str, list[Spot]]:
        """Return where each field of an object is described."""
        fields: dict[str, list[Spot]] = {}
        for spot, schema in schemas.items():
            properties = schema.get("properties", {})
            if not isinstance(properties, dict) or not isinstance(schema.get("required", []), list):
                raise DocumentError(self.files.locate(spot), "an object's properties or required names are misshapen")
            for name in map(str, properties):
                fields.setdefault(name, []).append(spot.at("properties", name))
        self._spare -= len(fields)
        if self._spare < 0:
            message = f"more than {MOST_FIELDS:,} fields, those of nested objects among them"
            raise DocumentError(self.files.locate(spot), message)
        return fields

    def _read_object(self, fields: dict[str, list[Spot]], schemas: Schemas) -> Schema:
        needed = {str(name) for schema in schemas.values() for name in schema.get("required", ())}
        return {
            "type": "object",
            "properties": {name: self._read_field(spots) for name, spots in fields.items()},
            "required": [name for name in fields if name in needed],
        }

    def _read_field(self, spots: list[Spot]) -> Schema:
        """Return the schema of a field with its meaning: its own, or else that of the schema it refers to."""
        schema = self.read(*spots)
        told = [*reversed(spots), *(spot for parts in self.alternatives(*spots) for spot in parts)]
        values = [self.files.value_at(spot) for spot in told]
        meanings = (value.get("description") for value in values if isinstance(value, dict))
        meaning = next((" ".join(text.split()) for text in meanings if isinstance(text, str) and text.strip()), "")
        return {**schema, "description": meaning} if meaning else schema

    def _find_title(self, schema: Schema, spot: Spot) -> str:
        if isinstance(title := schema.get("title"), str) and title:
            return title
        named = [step for step in spot.steps if not step.isdigit() and step not in NAMELESS]
        return named[-1] if named else posixpath.splitext(posixpath.basename(spot.path))[0]
