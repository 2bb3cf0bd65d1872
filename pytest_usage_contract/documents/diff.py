"""Compare two contract files: list the changes that matter to the code that reads the response.

What a document cannot say (whether null is allowed, whether a number is whole, what an object that was not read has
in it) has not changed: a source that says less makes no change. A field that went while another came in the same
object may be the same under a new name; that is guessed, and the change says how sure it is.
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.escape import escape, path_step
from pytest_usage_contract.core.usage_schema import definition_key
from pytest_usage_contract.documents.changes import SEVERITIES, Change

Node = Mapping[str, Any]

INSIDE: Final = {"[]": "items", "[*]": "additionalProperties"}
"""The words for what is in a list, and in a map, by the step to it."""

READERS: Final = {"integer": {"number", "number?"}, "number": {"number?"}, "number?": {"integer", "number"}}
"""The further types whose readers can read a type; of `number?` it is unknown whether it is whole."""

SYNONYMS: Final = {"prompt": "input", "completion": "output", "cache": "cached", "read": "cached"}
"""The words of one dialect of counting, and those of the other."""

SURE_ENOUGH: Final = 60
MOST_PAIRS: Final = 10_000
"""Percent from which on a removed field and an added one are taken for the same, and the most pairs that are rated."""


class Value(NamedTuple):
    """A value that one of the *alternatives* describes, each without a reference and of one type; none is null.

    *null* tells whether it may be null, or is None where that is unknown; *definitions* are those of its file.
    """

    alternatives: tuple[Node, ...]
    null: bool | None
    definitions: Node
    required: bool
    meaning: str

    def fields(self) -> "dict[str, Value] | None":
        """Return the fields of the object here by name; None where there is no object, or it was not read."""
        objects = [node for node in self.alternatives if "properties" in node]
        if not objects:
            free = (node for node in self.alternatives if not node.keys() & {"x-unknown", "additionalProperties"})
            return {} if any(node.get("type") == "object" for node in free) else None
        named: dict[str, list[Node]] = {}
        for node in objects:
            for name, inner in node["properties"].items():
                named.setdefault(name, []).append(inner)
        needed = [{*node.get("required", ())} for node in objects]
        return {
            name: read_value(nodes, self.definitions, required=all(name in names for names in needed))
            for name, nodes in named.items()
        }

    def inside(self, step: str) -> "Value | None":
        """Return the value in the list or the map here, if there is one."""
        word = INSIDE[step]
        holders = [node for node in self.alternatives if word in node or (step == "[]" and node.get("type") == "array")]
        return read_value([node.get(word, {}) for node in holders], self.definitions) if holders else None


def read_value(nodes: Sequence[Node], definitions: Node, *, required: bool = True) -> Value:
    """Return the value that one of *nodes* describes, which are schemas."""
    found = [*_alternatives({"anyOf": nodes}, definitions)]
    real = tuple(node for node in found if node.get("type") != "null")
    unsaid = any("null" in node.get("x-unknown", ()) for node in (*nodes, *found))
    null = None if unsaid or "any" in {_kind(node)[0] for node in real} else len(real) < len(found)
    meanings = (" ".join(node["description"].split()) for node in nodes if "description" in node)
    return Value(real, null, definitions, required, next(meanings, ""))


def _alternatives(node: Node, definitions: Node) -> Iterator[Node]:
    """Yield the schemas of one type, or one value, that *node* consists of, every one once."""
    if "$ref" in node:
        yield from _alternatives(definitions[definition_key(node["$ref"])], definitions)
    elif "anyOf" in node:
        found = [one for inner in node["anyOf"] for one in _alternatives(inner, definitions)]
        yield from {json.dumps(one): one for one in found}.values()
    elif "const" in node or "enum" in node:
        values = [node["const"]] if "const" in node else node["enum"]
        yield from ({"type": "null"} if value is None else {"const": value} for value in values)
    elif isinstance(node.get("type"), list):
        yield from ({"type": "null"} if word == "null" else {**node, "type": word} for word in node["type"])
    else:
        yield {"type": "object", **node} if "properties" in node else node


def _kind(node: Node) -> tuple[str, str]:
    """Return the type of an alternative, and the only value that it allows, as JSON, or nothing."""
    if "const" in node:
        value = node["const"]
        word = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "integer"
        return word, f'"{value}"' if isinstance(value, str) else str(value).lower()
    unknown = node.get("x-unknown", ())
    return "unknown" if "type" in unknown else "number?" if "whole" in unknown else node.get("type", "any"), ""


def _fits(narrow: Value, wide: Value) -> bool:
    """Tell whether a reader of *wide* can read every *narrow*, but for null and what is inside; the unknown fits."""
    allowed = {*map(_kind, wide.alternatives)}
    words = {word for word, only in allowed if not only}
    return bool(words & {"any", "unknown"}) or all(
        kind in allowed or kind[0] == "unknown" or words & {kind[0], *READERS.get(kind[0], ())}
        for kind in map(_kind, narrow.alternatives)
    )


def _describe(value: Value, *, null: bool = True) -> str:
    """Describe the types of a value, with or without *null*: `number or null`, `list of string`, `"a" or "b"`."""
    words = []
    for node in value.alternatives:
        word, only = _kind(node)
        step = {"array": "[]", "object": "[*]"}.get(word, "")
        inner = value._replace(alternatives=(node,)).inside(step) if step else None
        plain = {"array": "list", "number?": "number"}.get(word, word)
        words.append(only or (f"{plain} of {_describe(inner)}" if inner else plain))
    words += ["null"] if (null and value.null) or not words else []
    return " or ".join(dict.fromkeys(words))


def compare(old: Node, new: Node) -> tuple[Change, ...]:
    """Return all changes from *old* to *new*, the worst first, then in the order of the documentation."""
    found: list[Change] = []
    one, other = (escape(side["x-usage-contract"]["source"]["document"]) for side in (old, new))
    if one != other:
        found.append(Change("document-renamed", "usage", one, other, f"called {one}, now {other}"))
    found += _compare_endpoints(*(side["x-usage-contract"].get("endpoints", []) for side in (old, new)))
    before, after = (read_value([side], side.get("$defs", {})) for side in (old, new))
    found += _compare_insides(before, after, "usage", ())
    if not all(_describes([side.get(word) for word in ("properties", "anyOf", "$defs")]) for side in (old, new)):
        found = [change for change in found if change.rule != "meaning-changed"]  # such as a class without texts
    return tuple(sorted(found, key=lambda change: SEVERITIES.index(change.severity)))


def _describes(node: object) -> bool:
    """Tell whether a schema inside *node* says what it means."""
    if isinstance(node, dict):
        return isinstance(node.get("description"), str) or any(map(_describes, node.values()))
    return isinstance(node, list) and any(map(_describes, node))


def _compare_endpoints(old: Sequence[Node], new: Sequence[Node]) -> Iterator[Change]:
    """Yield the changes of calls, if both documents have any."""
    before, after = ({_describe_call(one): None for one in side if one["path"]} for side in (old, new))
    for call in [*before, *after] if before and after else ():
        if call not in after:
            yield Change("endpoint-removed", "usage", call, "", f"{call} is documented no longer")
        elif call not in before:
            yield Change("endpoint-added", "usage", "", call, f"{call} is documented, was not")
    for one, other in zip(old[:1], new[:1], strict=False):
        was, now = (escape(side.get("at", "usage")) for side in (one, other))
        if was != now:
            yield Change("usage-moved", "usage", was, now, f"stood at {was}, now at {now}")
        was, now = (side.get("presence", "optional") for side in (one, other))
        if was != now and "unknown" not in (was, now):
            rule = "usage-never-null" if was == "nullable" else f"usage-became-{now}"
            yield Change(rule, "usage", was, now, f"was {was}, is {now}")


def _describe_call(endpoint: Node) -> str:
    return escape(f"{endpoint.get('method', 'POST')} {'|'.join(endpoint['hosts'])}{endpoint['path']}", 200)


def _compare_values(old: Value, new: Value, path: str, around: tuple[object, ...]) -> Iterator[Change]:
    if old.required != new.required:
        before, after = ("required", "optional") if old.required else ("optional", "required")
        message = "may be absent, was required" if old.required else "always there now"
        yield Change(f"field-became-{after}", path, before, after, message)
    if (old.null, new.null) == (False, True):
        yield Change("field-became-nullable", path, "never null", "may be null", "may be null, was not")
    elif (old.null, new.null) == (True, False):
        yield Change("field-never-null", path, "may be null", "never null", "never null now")
    forth, back = _fits(new, old), _fits(old, new)
    if not (forth and back):
        rule = "type-narrowed" if forth else "type-widened" if back else "type-changed"
        before, after = (escape(_describe(value, null=False), 200) for value in (old, new))
        yield Change(rule, path, before, after, f"was {before}, is {after}")
    if old.meaning != new.meaning:
        before, after = escape(old.meaning, 200), escape(new.meaning, 200)
        was = f"was «{before}»" if before else "was not described"
        message = f"described as «{after}», {was}" if after else f"no longer described as «{before}»"
        yield Change("meaning-changed", path, before, after, message)
    yield from _compare_insides(old, new, path, around)


def _compare_insides(old: Value, new: Value, path: str, around: tuple[object, ...]) -> Iterator[Change]:
    """Yield the changes of the objects here, or in the list or the map here, where both sides were read."""
    here = tuple(id(node["properties"]) for node in (*old.alternatives, *new.alternatives) if "properties" in node)
    if here and here in around:  # an object may contain itself
        return
    before, after = old.fields(), new.fields()
    if before is not None and after is not None:
        yield from _compare_objects(before, after, path, (*around, here))
    for step in INSIDE:
        one, other = old.inside(step), new.inside(step)
        if one and other:
            yield from _compare_values(one, other, path + step, around)


def _compare_objects(
    old: Mapping[str, Value], new: Mapping[str, Value], path: str, around: tuple[object, ...]
) -> Iterator[Change]:
    came = {name: value for name, value in new.items() if name not in old}
    renamed = _pair_renames({name: value for name, value in old.items() if name not in new}, came)
    for name, value in old.items():
        at = path + path_step(name)
        if name in new:
            yield from _compare_values(value, new[name], at, around)
        elif name in renamed:
            other, sure = renamed[name]
            before, after = (path_step(one).removeprefix(".") for one in (name, other))
            yield Change("field-renamed", at, before, after, f"perhaps renamed to {after}, {sure} % sure", sure)
            yield from _compare_values(value, new[other], path + path_step(other), around)
        else:
            yield Change("field-removed", at, escape(_describe(value), 200), "", "documented no longer")
    for name, value in came.items():
        if name not in renamed:
            what, how = escape(_describe(value), 200), "always there" if value.required else "may be absent"
            yield Change("field-added", path + path_step(name), "", what, f"documented, was not: {what}, {how}")


def _pair_renames(gone: Mapping[str, Value], came: Mapping[str, Value]) -> dict[str, tuple[str, int]]:
    """Return the new name of each field that seems to be renamed, by either name, and how sure that is."""
    both = product(gone, came) if len(gone) * len(came) <= MOST_PAIRS else ()
    pairs = [(_rate(one, gone[one], other, came[other]), one, other) for one, other in both]
    found: dict[str, tuple[str, int]] = {}
    for sure, one, other in sorted(pairs, key=lambda pair: -pair[0]):
        if sure >= SURE_ENOUGH and not {one, other} & found.keys():
            found[one] = found[other] = other, sure
    return found


def _rate(old_name: str, old: Value, new_name: str, new: Value) -> int:
    """Rate in percent how likely two fields are the same: by name, by type, and by description."""
    if not (_fits(old, new) or _fits(new, old)):
        return 0
    first, second = (
        " ".join(SYNONYMS.get(word, word) for word in one[:100].lower().split("_")) for one in (old_name, new_name)
    )
    name = difflib.SequenceMatcher(None, first, second).ratio()
    if not (old.meaning and new.meaning):
        return round(95 * name)
    return round(70 * name + 29 * difflib.SequenceMatcher(None, old.meaning[:500], new.meaning[:500]).ratio())
