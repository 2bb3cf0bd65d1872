"""Schemas of OpenAPI 3.0 and 3.1, and of JSON Schema, read into those of a contract file.

What is read is always all of several schemas, so that `allOf`, a `$ref` with something beside it, and a property that
is said twice are one thing; each such set is read once.
"""

import posixpath
from typing import Any, Final

from pytest_usage_contract.documents.combinations import UNIONS, Combinations, Parts, Spot
from pytest_usage_contract.documents.data_files import DataFiles
from pytest_usage_contract.documents.library import DocumentError, Remarks, quote
from pytest_usage_contract.documents.middle import (
    ANY,
    NULL,
    PERHAPS_NULL,
    UNREAD,
    Definitions,
    Schema,
    TooLargeError,
    check_size,
    choice,
    join,
    or_null,
)

NUMBER: Final = frozenset({"number", "integer"})
TYPES: Final = {
    "number": NUMBER,
    **{name: frozenset({name}) for name in ("integer", "string", "boolean", "null", "object", "array")},
}
MOST_FIELDS: Final = 2_000
"""The most fields that are read, those of nested objects among them."""

SCALARS: Final = ("string", "number", "integer", "boolean")
EVERY: Final = frozenset().union(*TYPES.values())


class SchemaReader(Combinations):
    """One reading of schemas, which fills *definitions* and *remarks*."""

    def __init__(self, documents: DataFiles, remarks: Remarks) -> None:
        super().__init__(documents, remarks)
        self.definitions = Definitions()
        self._read: dict[Parts, Schema | None] = {}
        self._left = MOST_FIELDS

    def read(self, *spots: Spot) -> Schema:
        """Return the schema of what fits all schemas at *spots*."""
        found = [self._read_plain(parts) for parts in self.alternatives(*spots)]
        possible = [schema for schema in found if schema is not None]
        try:
            # Each is bounded before it is compared with others, since what is shared inside it counts once only here.
            return check_size(join(map(check_size, possible))) if possible else self._unread(spots[-1], "never fits")
        except TooLargeError as fault:
            raise DocumentError(self.locate(spots[-1]), str(fault)) from None

    def _unread(self, spot: Spot, why: str) -> Schema:
        self.remarks.add(self.locate(spot), f"a schema that {why}: its type is unknown")
        return UNREAD

    def _read_plain(self, parts: Parts) -> Schema | None:
        """Return the schema of one alternative; None where nothing fits it."""
        if parts not in self._read:
            self._read[parts] = UNREAD  # what is read inside itself, unless it is an object, which has a name
            self._read[parts] = self._read_types(parts)
        return self._read[parts]

    def _read_types(self, parts: Parts) -> Schema | None:
        schemas = [self.value_at(spot) for spot in parts]
        marks = {word for schema in schemas for word in schema.get("x-unknown", ())}
        if "type" in marks or any(spot in self.lost for spot in parts):
            return UNREAD
        if not parts:
            return ANY
        told = (self._types(schema, spot) for schema, spot in zip(schemas, parts, strict=True))
        types = frozenset.intersection(*told)
        null = "null" in types or any(schema.get("nullable") is True for schema in schemas)
        valued = [schema for schema in schemas if {"const", "enum"} & schema.keys()]
        found: list[Schema] = []
        if valued:
            found, null = self._read_values(valued, parts[-1], null=null)
        else:
            if types >= EVERY:
                return ANY
            if "object" in types:
                found.append(self._read_object(schemas, parts, null=null and types <= {"object", "null"}))
            if "array" in types:
                items = [spot.at("items") for spot, schema in zip(parts, schemas, strict=True) if "items" in schema]
                found.append({"type": "array", "items": self._read_value(items)} if items else {"type": "array"})
            found += [
                {"type": name} for name in SCALARS if name in types and not (name == "integer" and types >= NUMBER)
            ]
        nulls = [PERHAPS_NULL if "null" in marks else NULL] if null else []
        return join([*found, *nulls]) if found else nulls[0] if nulls else None

    def _types(self, schema: dict[str, Any], spot: Spot) -> frozenset[str]:
        """Return the types that a schema allows, all where it says none."""
        named = schema.get("type")
        if named is None:
            implied = [word for word, key in (("object", "properties"), ("array", "items")) if key in schema]
            return frozenset(implied) or EVERY
        for name in (names := named if isinstance(named, list) else [named]):
            if not isinstance(name, str) or name not in TYPES:
                raise DocumentError(self.locate(spot), f"the type {quote(name)} is not understood")
        return frozenset().union(*(TYPES[name] for name in names))

    def _read_values(self, schemas: list[dict[str, Any]], spot: Spot, *, null: bool) -> tuple[list[Schema], bool]:
        """Return what all enums and constants have in common, and whether null is among it."""
        listed = [[schema["const"]] if "const" in schema else schema["enum"] for schema in schemas]
        plain = all(isinstance(values, list) for values in listed)
        if not plain or not all(isinstance(value, str | int | None) for values in listed for value in values):
            why = "has other values than texts, whole numbers, true, false and null"
            return [self._unread(spot, why)], null and plain and all(None in values for values in listed)
        known = [{(type(value), value) for value in values} for values in listed]
        common = [value for value in listed[0] if all((type(value), value) in values for values in known)]
        real = [value for value in common if value is not None]
        said = None in common or any(schema.get("nullable") is True for schema in schemas)
        return [choice(real)] if real else [], null and said

    def _read_object(self, schemas: list[dict[str, Any]], parts: Parts, *, null: bool) -> Schema:
        """Return a reference to an object, or one without fields that are told."""
        fields: dict[str, list[Spot]] = {}
        required: dict[str, None] = {}
        for schema, spot in zip(schemas, parts, strict=True):
            properties, names = schema.get("properties", {}), schema.get("required", [])
            if not isinstance(properties, dict) or not isinstance(names, list):
                raise DocumentError(self.locate(spot), "an object's properties or required names are misshapen")
            for name in properties:
                fields.setdefault(str(name), []).append(spot.at("properties", str(name)))
            required |= dict.fromkeys(map(str, names))
        if not fields:
            more = [
                spot.at("additionalProperties")
                for spot, schema in zip(parts, schemas, strict=True)
                if isinstance(schema.get("additionalProperties"), dict)
            ]
            inner = self._read_value(more) if more else ANY
            return {"type": "object", "additionalProperties": inner} if inner != ANY else {"type": "object"}
        self._left -= len(fields)
        if self._left < 0:
            raise DocumentError(
                self.locate(parts[-1]), f"more than {MOST_FIELDS:,} fields, those of nested objects among them"
            )
        name = self.definitions.reserve(self._find_name(schemas[-1], parts[-1]))
        itself: Schema = {"$ref": f"#/$defs/{name}"}
        self._read[parts] = or_null(itself) if null else itself  # it may contain itself
        read = {field: self._read_field(spots) for field, spots in fields.items()}
        needed = [field for field in fields if field in required]
        listed = {"required": needed} if needed else {}
        return self.definitions.keep(name, {"type": "object", "properties": read, **listed})

    def _read_value(self, spots: list[Spot]) -> Schema:
        """Return the schema of a field, an item or a value; null alone is read as any type."""
        schema = self.read(*spots)
        return ANY if schema in (NULL, PERHAPS_NULL) else schema

    def _read_field(self, spots: list[Spot]) -> Schema:
        """Return the schema of a field with its meaning: its own, or else that of the schema it refers to."""
        schema = self._read_value(spots)
        told = [*reversed(spots), *(spot for parts in self.alternatives(*spots) for spot in parts)]
        values = [self.value_at(spot) for spot in told]
        meanings = (value.get("description") for value in values if isinstance(value, dict))
        meaning = next((" ".join(text.split()) for text in meanings if isinstance(text, str) and text.strip()), "")
        return {**schema, "description": meaning} if meaning else schema

    def _find_name(self, schema: dict[str, Any], spot: Spot) -> str:
        named = [
            step for step in spot.steps if not step.isdigit() and step not in {"schema", "items", "allOf", *UNIONS}
        ]
        title = schema.get("title")
        return (
            title if isinstance(title, str) else (named or [posixpath.splitext(posixpath.basename(spot.path))[0]])[-1]
        )
