"""The words in which all sources say what they know: JSON Schema, with `x-unknown` for what they cannot say."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = dict[str, Any]

ANY: Final[Schema] = {}
NULL: Final[Schema] = {"type": "null"}
PERHAPS_NULL: Final[Schema] = {"type": "null", "x-unknown": ["null"]}
UNREAD: Final[Schema] = {"x-unknown": ["type"]}
SOME_OBJECT: Final[Schema] = {"type": "object", "x-unknown": ["fields"]}

WORDS: Final = ("null", "whole", "fields", "type")
"""What may be unknown, in the order in which it is written."""

MOST_PARTS: Final = 1_000
"""The most schemas inside one another, references not followed."""

KINDS: Final[Mapping[type, str]] = {str: "string", bool: "boolean", int: "integer"}


class TooLargeError(ValueError):
    """A schema is larger than its bounds; the message says which."""


def mark_unknown(schema: Schema, word: str) -> Schema:
    """Return *schema* with a mark that the source cannot say *word* of it."""
    marked = {*schema.get("x-unknown", ()), word}
    return {**schema, "x-unknown": [known for known in WORDS if known in marked]}


def or_null(schema: Schema, *, sure: bool = True) -> Schema:
    """Return *schema* or null; where that is not *sure*, the source cannot say it. Any value may be null anyway."""
    if schema == ANY:
        return schema
    inner, null = split_null(schema)
    one = isinstance(inner.get("type"), str) and not {"const", "enum"} & inner.keys()
    nullable = {**inner, "type": [inner["type"], "null"]} if one else {"anyOf": [*_members(inner), NULL]}
    return nullable if sure or null is True else mark_unknown(nullable, "null")


def split_null(schema: Schema) -> tuple[Schema, bool | None]:
    """Return *schema* without its null, and whether it has one; None where its source cannot say that."""
    types, members = schema.get("type"), schema.get("anyOf", ())
    if isinstance(types, list):
        inner: Schema = {**schema, "type": types[0]}
    elif NULL in members:
        rest = [member for member in members if member != NULL]
        inner = rest[0] if len(rest) == 1 else {"anyOf": rest}
    elif schema == PERHAPS_NULL:
        return NULL, None
    else:
        return schema, schema in (ANY, NULL)
    unknown = [word for word in inner.pop("x-unknown", ()) if word != "null"] if isinstance(types, list) else []
    null = None if "null" in schema.get("x-unknown", ()) else True
    return {**inner, **({"x-unknown": unknown} if unknown else {})}, null


def _members(schema: Schema) -> list[Schema]:
    return list(schema["anyOf"]) if schema.keys() == {"anyOf"} else [schema]


def join(schemas: Iterable[Schema]) -> Schema:
    """Return one of *schemas*: flat, without repetition, and with the null outside; null alone is null."""
    members: list[Schema] = []
    nulls: set[bool | None] = set()
    for schema in schemas:
        inner, null = split_null(schema)
        nulls.add(null)
        members += [member for member in _members(inner) if member not in members]
    if ANY in members:
        return ANY
    members = _join_values([member for member in members if member != NULL])
    if not members:
        return NULL
    joined = members[0] if len(members) == 1 else {"anyOf": members}
    return or_null(joined, sure=True in nulls) if nulls & {True, None} else joined


def _join_values(members: list[Schema]) -> list[Schema]:
    """Make one enum of all constants, without those that another member has already."""
    types = {member.get("type") for member in members if not {"const", "enum"} & member.keys()}
    types |= {"integer"} if "number" in types else set()
    values = [value for member in members for value in values_of(member) if KINDS[type(value)] not in types]
    plain = [member for member in members if not values_of(member)]
    if "number" in types:
        plain = [member for member in plain if member != {"type": "integer"}]
    return [*plain, choice(values)] if values else plain


def values_of(schema: Schema) -> list[str | int | bool]:
    """Return the values of a constant or an enum; none of any other schema."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def choice(values: Iterable[object]) -> Schema:
    """Return the schema of one of *values*, of which True and 1 are two."""
    listed = [value for _, value in {(type(value), value): value for value in values}.items()]
    return {"const": listed[0]} if len(listed) == 1 else {"enum": listed}


class Definitions:
    """The objects of a document by name, each read once; an object may contain itself."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self.titles: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def reserve(self, wanted: str) -> str:
        """Return a free name like *wanted* for an object that is about to be read."""
        plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in wanted[:80]).strip("_")
        name, number = plain or "Object", 2
        while name in self.schemas:
            name, number = f"{plain or 'Object'}{number}", number + 1
        self.schemas[name], self.titles[name] = {}, wanted
        return name

    def keep(self, name: str, schema: Schema) -> Schema:
        """Return a reference to the object that *name* was reserved for, or to another that is the same."""
        self.schemas[name] = schema
        return {"$ref": f"#/$defs/{self._known.setdefault(json.dumps(schema), name)}"}

    def resolve(self, schema: Schema) -> Schema:
        """Return the object that *schema* refers to, or else itself."""
        return self.schemas[_name(schema)] if "$ref" in schema else schema

    def unfold(self, usage: Schema) -> Schema:
        """Return the schema of a whole document, of which *usage* is one object or several alternatives."""
        root = self.resolve(usage)
        used: dict[str, None] = {}
        rest = [root]
        while rest:
            schema = rest.pop()
            if "$ref" in schema and (name := _name(schema)) not in used:
                used[name] = None
                rest.append(self.schemas[name])
            rest += inner_schemas(schema)
        named = {name: schema for name, schema in self.schemas.items() if name in used}
        itself = "$ref" in usage and _name(usage) in named
        return {**(usage if itself else root), **({"$defs": named} if named else {})}


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/")


def inner_schemas(schema: Schema) -> list[Schema]:
    """Return the schemas directly inside *schema*."""
    named = (schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict))
    return [*schema.get("properties", {}).values(), *named, *schema.get("anyOf", ())]


def check_size(schema: Schema) -> Schema:
    """Return *schema*, whose parts can then be compared and printed in time; raise `TooLargeError`."""
    rest, number = [schema], 0
    while rest:
        number += 1
        if number > MOST_PARTS:
            raise TooLargeError(f"more than {MOST_PARTS:,} schemas inside one another")
        rest += inner_schemas(rest.pop())
    return schema
