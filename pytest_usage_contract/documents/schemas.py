"""Read schemas of OpenAPI 3.0 and 3.1, and of JSON Schema, into terms.

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

    def value_at(self, spot: Spot) -> Any:
        """Return the value at a spot; raise `DocumentError` if there is none."""
        path, steps = spot
        document, _ = self.load(path)
        try:
            return find_value(document, steps)
        except LookupError:
            raise DocumentError(self.locate(spot), f"nothing stands at {quote('#' + format_pointer(steps))}") from None

    def locate(self, spot: Spot) -> Position:
        """Return the position of a spot in its text."""
        path, steps = spot
        return Position(self.library.display_path(path), *locate_value(self.load(path)[1], steps))

    def add_remark(self, spot: Spot, message: str) -> None:
        """Add a remark on what is unknown at a spot."""
        self.remarks.append(Remark(self.locate(spot), message))

    def read_term(self, spot: Spot, above: tuple[Spot, ...] = ()) -> Term:
        """Return the type of the schema at *spot*; *above* are the spots of the schemas around it."""
        schema = self.value_at(spot)
        if spot in above or len(above) > DEEPEST_SCHEMA:
            self.add_remark(above[-1], "a schema that contains itself: below this point its fields are unknown")
            return Simple("some object")
        if not isinstance(schema, dict):
            return self._read_boolean(schema, spot)
        above = (*above, spot)
        if "$ref" in schema:
            term = self._read_reference(schema["$ref"], spot, above)
        elif "allOf" in schema:
            term = self._merge_objects(spot, above)
        elif union := next((key for key in UNION_KEYS if key in schema), None):
            term = self._read_union(spot, union, above)
        else:
            term = self._read_typed(schema, spot, above)
        return or_null(term) if schema.get("nullable") is True else term

    def _read_boolean(self, schema: object, spot: Spot) -> Term:
        if schema is True:
            return Simple("any")
        raise DocumentError(self.locate(spot), f"{quote(str(schema))} is no schema")

    def find_target(self, reference: object, spot: Spot) -> Spot | None:
        """Return the spot that a reference means, or None, with a remark, where it cannot be followed."""
        if not isinstance(reference, str):
            raise DocumentError(self.locate(spot), "a $ref that is no text")
        file, _, pointer = reference.partition("#")
        try:
            path = resolve_link(spot[0], file) if file else spot[0]
            if file and self.library.read(path) is None:
                self.add_remark(spot, f"{quote(reference)} is unknown: it is not there")
                return None
        except OutsideError:
            self.add_remark(spot, f"{quote(reference)} is unknown: it leads out of the folder")
            return None
        return path, parse_pointer(pointer)

    def _read_reference(self, reference: object, spot: Spot, above: tuple[Spot, ...]) -> Term:
        target = self.find_target(reference, spot)
        return self.read_term(target, above) if target else Simple("unread")

    def _list_parts(self, spot: Spot, key: str) -> list[Spot]:
        parts = self.value_at(spot)[key]
        if not isinstance(parts, list) or not parts:
            raise DocumentError(self.locate(spot), f"{key} is no list of schemas")
        return [(spot[0], (*spot[1], key, str(number))) for number in range(len(parts))]

    def _merge_objects(self, spot: Spot, above: tuple[Spot, ...]) -> Term:
        """Merge all of several objects into one; of a field in two schemas the last one counts."""
        terms = [self.read_term(part, above) for part in self._list_parts(spot, "allOf")]
        own = self.value_at(spot)
        if "properties" in own:
            terms.append(self._read_object(own, spot, above))
        terms = [term for term in terms if term != Simple("any")] or [Simple("any")]
        models = [term.model for term in terms if isinstance(term, Nested)]
        if len(terms) == 1:
            return terms[0]
        if len(models) < len(terms):
            self.add_remark(spot, "all of several schemas that are not all objects: its type is unknown")
            return Simple("unread")
        entries = {entry.name: entry for model in models for entry in model.entries}
        return Nested(Model(self._find_name(own, spot), tuple(entries.values())))

    def _read_union(self, spot: Spot, key: str, above: tuple[Spot, ...]) -> Term:
        term = either(tuple(self.read_term(part, above) for part in self._list_parts(spot, key)))
        inner = term if isinstance(term, Either) else getattr(term, "inner", None)
        if isinstance(inner, Either) and sum(isinstance(member, Nested) for member in inner.members) > 1:
            self.add_remark(spot, "one of several objects, whose fields are not told apart: they are unknown")
            rest = tuple(member for member in inner.members if not isinstance(member, Nested))
            united = either((*rest, Simple("some object")))
            return united if inner is term else or_null(united)
        return term

    def _read_typed(self, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        if "const" in schema or "enum" in schema:
            return self._read_literals(schema, spot)
        named = schema.get("type", "object" if "properties" in schema else [])
        words = named if isinstance(named, list) else [named]
        terms = tuple(self._read_word(word, schema, spot, above) for word in words)
        return terms[0] if len(terms) == 1 else either(terms)

    def _read_literals(self, schema: dict[str, Any], spot: Spot) -> Term:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(values, list) or not all(isinstance(value, str | int | None) for value in values):
            self.add_remark(spot, "an enum of other values than texts and whole numbers: its type is unknown")
            return Simple("unread")
        real = tuple(value for value in values if value is not None)
        choice = Literals(real) if real else NULL
        return either((choice, NULL)) if None in values else choice

    def _read_word(self, word: object, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        if word == "object":
            return self._read_object(schema, spot, above)
        if word == "array":
            items = (spot[0], (*spot[1], "items"))
            return ListOf(self._read_value(items, above) if "items" in schema else Simple("any"))
        if isinstance(word, str) and word in SCHEMA_TYPES:
            return SCHEMA_TYPES[word]
        raise DocumentError(self.locate(spot), f"the type {quote(str(word))} is not understood")

    def _read_object(self, schema: dict[str, Any], spot: Spot, above: tuple[Spot, ...]) -> Term:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            raise DocumentError(self.locate(spot), "an object's properties or required names are misshapen")
        if not properties:
            more = (spot[0], (*spot[1], "additionalProperties"))
            inner = (
                self._read_value(more, above) if isinstance(schema.get("additionalProperties"), dict) else Simple("any")
            )
            return Simple("object") if inner == Simple("any") else MapOf(inner)
        self.fields += len(properties)
        if self.fields > MOST_FIELDS:
            raise DocumentError(
                self.locate(spot), f"more than {MOST_FIELDS:,} fields, those of nested objects among them"
            )
        entries = (self._read_entry(str(name), spot, required, above) for name in properties)
        return Nested(Model(self._find_name(schema, spot), tuple(entries)))

    def _read_entry(self, name: str, spot: Spot, required: list[object], above: tuple[Spot, ...]) -> ModelEntry:
        inner = (spot[0], (*spot[1], "properties", name))
        schema = self.value_at(inner)
        meaning = schema.get("description", "") if isinstance(schema, dict) else ""
        return ModelEntry(
            name, refine_count(name, self._read_value(inner, above)), name in required, " ".join(str(meaning).split())
        )

    def _read_value(self, spot: Spot, above: tuple[Spot, ...]) -> Term:
        """Return the type of a field, an item or a value; null alone is read as any type."""
        return either((self.read_term(spot, above),))

    def _find_name(self, schema: dict[str, Any], spot: Spot) -> str:
        named = [step for step in spot[1] if not step.isdigit() and step not in {"schema", "allOf", *UNION_KEYS}]
        title = schema.get("title")
        return title if isinstance(title, str) else (named or [posixpath.splitext(posixpath.basename(spot[0]))[0]])[-1]
