"""The values of a contract file: what a schema says of one, of which types it is, and whether it may be null.

Two schemas are compared value by value; where one says that something is unknown, it fits whatever the other says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pytest_usage_contract.core.usage_schema import definition_key

Node = Mapping[str, Any]

INSIDE: Final = {"array": "items", "object": "additionalProperties"}
"""The word for what is in a list, and in a map."""

NUMBERS: Final = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value of one of the *alternatives*, which are schemas without references and with one type each.

    *null* tells whether it may be null, or is None where that is unknown; *definitions* are those of its file.
    """

    alternatives: tuple[Node, ...]
    null: bool | None
    definitions: Node

    @property
    def objects(self) -> tuple[Node, ...]:
        """The alternatives that are objects with fields."""
        return tuple(node for node in self.alternatives if "properties" in node)

    @property
    def is_free(self) -> bool:
        """Whether it is an object of any names and any values."""
        return {"type": "object"} in map(_bare, self.alternatives)

    def inside(self, word: str) -> "Value | None":
        """Return the value in the list here (`items`) or in the map here (`additionalProperties`), if there is one."""
        found = [node[word] for node in self.alternatives if word in node]
        return read_value(found[0], self.definitions) if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One field of an object: its *name* on the wire, its *value*, whether it must be there, and what it means."""

    name: str
    value: Value
    required: bool
    meaning: str


def _bare(node: Node) -> Node:
    return {word: value for word, value in node.items() if word not in ("description", "title")}


def read_value(node: Node, definitions: Node) -> Value:
    """Return the value that a schema describes."""
    found = _join_enums([*_alternatives(node, definitions)])
    real = tuple(one for one in found if kind_of(one) != "null")
    unsure = "null" in node.get("x-unknown", ()) or any(not kind_of(one) for one in real)
    return Value(real, None if unsure else len(real) < len(found), definitions)


def _join_enums(found: Sequence[Node]) -> list[Node]:
    """Return the alternatives with one enum of all values: `"a"` or `"b"` is one of both, however it is written."""
    values = {repr(value): value for one in found for value in one.get("enum", ())}
    others = [one for one in found if "enum" not in one]
    return [*others, {"enum": [values[key] for key in sorted(values)]}] if values else others


def entries_of(objects: Sequence[Node], definitions: Node) -> tuple[Entry, ...]:
    """Return the fields of an object that is one of *objects*; one that not all of them have may be absent."""
    properties: dict[str, list[Node]] = {}
    for node in objects:
        for name, value in node["properties"].items():
            properties.setdefault(name, []).append(value)
    return tuple(
        Entry(
            name,
            read_value(nodes[0] if len(nodes) == 1 else {"anyOf": nodes}, definitions),
            all(name in node.get("required", ()) for node in objects),
            next((" ".join(node["description"].split()) for node in nodes if "description" in node), ""),
        )
        for name, nodes in properties.items()
    )


def _alternatives(node: Node, definitions: Node) -> Iterator[Node]:
    """Yield the schemas of one type each that *node* consists of, every one once."""
    if "$ref" in node:
        yield from _alternatives(definitions[definition_key(node["$ref"])], definitions)
    elif "anyOf" in node:
        once: list[Node] = []
        for inner in node["anyOf"]:
            once += [one for one in _alternatives(inner, definitions) if one not in once]
        yield from once
    elif "const" in node or "enum" in node:
        values = [node["const"]] if "const" in node else node["enum"]
        if real := sorted((value for value in values if value is not None), key=repr):
            yield {"enum": real}
        if None in values:
            yield {"type": "null"}
    elif isinstance(node.get("type"), list):
        for word in node["type"]:
            yield {"type": "null"} if word == "null" else {**node, "type": word}
    else:
        yield {"type": "object", **node} if "properties" in node else node


def kind_of(node: Node) -> str:
    """Return the type of an alternative: a word of JSON Schema, `enum`, `unknown`, or nothing where any will do."""
    if "enum" in node:
        return "enum"
    return "unknown" if "type" in node.get("x-unknown", ()) else str(node.get("type", ""))


def fits(narrow: Value, wide: Value) -> bool:
    """Tell whether a reader of *wide* can read every *narrow*, null aside; the unknown fits."""
    return all(
        any(_one_fits(one, narrow.definitions, other, wide.definitions) for other in wide.alternatives)
        for one in narrow.alternatives
    )


def _one_fits(one: Node, its: Node, other: Node, others: Node) -> bool:
    narrow, wide = kind_of(one), kind_of(other)
    if narrow == "unknown" or wide in ("unknown", ""):
        return True
    if narrow == "enum":
        values: Sequence[object] = one["enum"]
        if wide == "enum":
            return {*map(repr, values)} <= {*map(repr, other["enum"])}
        return all(wide in _words_of(value) for value in values)
    if {narrow, wide} <= NUMBERS:
        sure = not any("whole" in node.get("x-unknown", ()) for node in (one, other))
        return wide != "integer" or narrow == "integer" or not sure
    if narrow != wide:
        return False
    word = INSIDE.get(narrow, "")
    if narrow == "array" or (word in one and word in other):
        inner, outer = read_value(one.get(word, {}), its), read_value(other.get(word, {}), others)
        return fits(inner, outer) and not (inner.null is True and outer.null is False)
    return True


def _words_of(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("boolean",)
    return ("string",) if isinstance(value, str) else ("integer", "number")


def describe_value(value: Value) -> str:
    """Describe the types of a value in words, null aside: `number`, `list of string`, `"a" or "b"`."""
    return " or ".join(_describe(node, value.definitions) for node in value.alternatives) or "null"


def _describe(node: Node, definitions: Node) -> str:
    kind = kind_of(node)
    if kind == "enum":
        return " or ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in node["enum"])
    word = INSIDE.get(kind, "")
    if kind == "array" or word in node:
        inner = read_value(node.get(word, {}), definitions)
        phrase = "list" if kind == "array" else "object"
        return f"{phrase} of {describe_value(inner)}{' or null' if inner.null else ''}"
    return kind or "any"
