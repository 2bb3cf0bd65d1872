"""Schemas of OpenAPI 3.0 and 3.1, and of JSON Schema, read into terms.

They say of everything whether it may be null and whether it is whole, and spell names as the wire does. A schema that
contains itself is an object of unknown fields at that point; what is not understood is unknown, and remarked.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_usage_contract.documents.document_files import (
    DocumentError,
    Library,
    OutsideError,
    Position,
    Remark,
    quote,
    resolve_link,
)
from pytest_usage_contract.documents.pages import MOST_FIELDS, refine_count
from pytest_usage_contract.documents.parsers import find_value, format_pointer, locate_value, parse_pointer
from pytest_usage_contract.documents.terms import (
    NULL,
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    Simple,
    Term,
    either,
    or_null,
)

Steps = tuple[str, ...]
Spot = tuple[str, Steps]
"""A document of the library and a pointer into it."""

SCHEMA_TYPES: Final[Mapping[str, Term]] = {
    "integer": Simple("integer"),
    "number": Simple("number"),
    "string": Simple("string"),
    "boolean": Simple("boolean"),
    "null": NULL,
}
DEEPEST_SCHEMA: Final = 30
UNION_KEYS: Final = ("oneOf", "anyOf")


@dataclass(slots=True)
class Schemas:
    """The schemas of one library; *load* gives a document and its text."""

    library: Library
    load: Callable[[str], tuple[Any, str]]
    remarks: list[Remark] = field(default_factory=list)
    fields: int = 0

    def at(self, spot: Spot) -> Any:
        """What stands at a spot; raises `DocumentError`."""
        path, steps = spot
        document, _ = self.load(path)
        try:
            return find_value(document, steps)
        except LookupError:
            raise DocumentError(self.place(spot), f"nothing stands at {quote('#' + format_pointer(steps))}") from None

    def place(self, spot: Spot) -> Position:
        """Where in its text a spot is."""
        path, steps = spot
        return Position(self.library.shown(path), *locate_value(self.load(path)[1], steps))

    def remark(self, spot: Spot, message: str) -> None:
        """Say what is unknown at a spot."""
        self.remarks.append(Remark(self.place(spot), message))

    def term(self, spot: Spot, above: tuple[Spot, ...] = ()) -> Term:
        """The type that the schema at *spot* says; *above* are the spots of the schemas around it."""
        schema = self.at(spot)
        if spot in above or len(above) > DEEPEST_SCHEMA:
            self.remark(above[-1], "a schema that contains itself: below this point its fields are unknown")
            return Simple("some object")
        if not isinstance(schema, dict):
            return self._anything(schema, spot)
        above = (*above, spot)
        if "$ref" in schema:
            term = self._referred(schema["$ref"], spot, above)
        elif "allOf" in schema:
            term = self._merged(spot, above)
        elif union := next((key for key in UNION_KEYS if key in schema), None):
            term = self._union(spot, union, above)
        else:
            term = self._typed(schema, spot, above)
        return or_null(term) if schema.get("nullable") is True else term

    def _anything(self, schema: object, spot: Spot) -> Term:
        if schema is True:
            return Simple("any")
        raise DocumentError(self.place(spot), f"{quote(str(schema))} is no schema")

    def target(self, reference: object, spot: Spot) -> Spot | None:
        """The spot that a reference means, or None, remarked, where it cannot be followed."""
        if not isinstance(reference, str):
            raise DocumentError(self.place(spot), "a $ref that is no text")
        file, _, pointer = reference.partition("#")
        try:
            path = resolve_link(spot[0], file) if file else spot[0]
            if file and self.library.read(path) is None:
                self.remark(spot, f"{quote(reference)} is unknown: it is not there")
                return None
        except OutsideError:
            self.remark(spot, f"{quote(reference)} is unknown: it leads out of the folder")
            return None
        return path, parse_pointer(pointer)

    def _referred(self, reference: object, spot: Spot, above: tuple[Spot, ...]) -> Term:
        target = self.target(reference, spot)
        return self.term(target, above) if target else Simple("unread")

    def _parts(self, spot: Spot, key: str) -> list[Spot]:
        parts = self.at(spot)[key]
        if not isinstance(parts, list) or not parts:
            raise DocumentError(self.place(spot), f"{key} is no list of schemas")
        return [(spot[0], (*spot[1], key, str(number))) for number in range(len(parts))]

    def _merged(self, spot: Spot, above: tuple[Spot, ...]) -> Term:
        """All of several objects as one; the last word on a field is the last schema's."""
        terms = [self.term(part, above) for part in self._parts(spot, "allOf")]
        own = self.at(spot)
        if "properties" in own:
            terms.append(self._object(own, spot, above))
        terms = [term for term in terms if term != Simple("any")] or [Simple("any")]
        models = [term.model for term in terms if isinstance(term, Nested)]
        if len(terms) == 1:
            return terms[0]
        if len(models) < len(terms):
            self.remark(spot, "all of several schemas that are not all objects: its type is unknown")
            return Simple("unread")
        entries = {entry.name: entry for model in models for entry in model.entries}
        return Nested(Model(self._name(own, spot), tuple(entries.values())))

    def _union(self, spot: Spot, key: str, above: tuple[Spot, ...]) -> Term:
        term = either(tuple(self.term(part, above) for part in self._parts(spot, key)))
        inner = term if isinstance(term, Either) else getattr(term, "inner", None)
        if isinstance(inner, Either) and sum(isinstance(member, Nested) for member in inner.members) > 1:
            self.remark(spot, "one of several objects, whose fields are not told apart: they are unknown")
            rest = tuple(member for member in inner.members if not isinstance(member, Nested))
            united = either((*rest, Simple("some object")))
            return united if inner is term else or_null(united)
        return term

    def _typed(self, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        if "const" in schema or "enum" in schema:
            return self._chosen(schema, spot)
        named = schema.get("type", "object" if "properties" in schema else [])
        words = named if isinstance(named, list) else [named]
        terms = tuple(self._worded(word, schema, spot, above) for word in words)
        return terms[0] if len(terms) == 1 else either(terms)

    def _chosen(self, schema: dict[str, Any], spot: Spot) -> Term:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(values, list) or not all(isinstance(value, str | int | None) for value in values):
            self.remark(spot, "an enum of other values than texts and whole numbers: its type is unknown")
            return Simple("unread")
        real = tuple(value for value in values if value is not None)
        choice = Literals(real) if real else NULL
        return either((choice, NULL)) if None in values else choice

    def _worded(self, word: object, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        if word == "object":
            return self._object(schema, spot, above)
        if word == "array":
            items = (spot[0], (*spot[1], "items"))
            return ListOf(self._value(items, above) if "items" in schema else Simple("any"))
        if isinstance(word, str) and word in SCHEMA_TYPES:
            return SCHEMA_TYPES[word]
        raise DocumentError(self.place(spot), f"the type {quote(str(word))} is not understood")

    def _object(self, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            raise DocumentError(self.place(spot), "an object's properties or required names are misshapen")
        if not properties:
            more = (spot[0], (*spot[1], "additionalProperties"))
            inner = self._value(more, above) if isinstance(schema.get("additionalProperties"), dict) else Simple("any")
            return Simple("object") if inner == Simple("any") else MapOf(inner)
        self.fields += len(properties)
        if self.fields > MOST_FIELDS:
            raise DocumentError(
                self.place(spot), f"more than {MOST_FIELDS:,} fields, those of nested objects among them"
            )
        entries = (self._entry(str(name), spot, required, above) for name in properties)
        return Nested(Model(self._name(schema, spot), tuple(entries)))

    def _entry(self, name: str, spot: Spot, required: list[object], above: tuple[Spot, ...]) -> ModelEntry:
        inner = (spot[0], (*spot[1], "properties", name))
        told = self.at(inner)
        meaning = told.get("description", "") if isinstance(told, dict) else ""
        return ModelEntry(
            name, refine_count(name, self._value(inner, above)), name in required, " ".join(str(meaning).split())
        )

    def _value(self, spot: Spot, above: tuple[Spot, ...]) -> Term:
        """The type of a field, an item or a value, where nothing but null is as good as anything."""
        return either((self.term(spot, above),))

    def _name(self, schema: dict[str, Any], spot: Spot) -> str:
        named = [step for step in spot[1] if not step.isdigit() and step not in {"schema", "allOf", *UNION_KEYS}]
        title = schema.get("title")
        return title if isinstance(title, str) else (named or [posixpath.splitext(posixpath.basename(spot[0]))[0]])[-1]
