"""Compare two contract files: list the changes that matter to the code that reads the response.

What a document cannot say (whether null is allowed, whether a number is whole, what an object that was not read has
in it) has not changed: a flavour that says less makes no change. A field that went while another came in the same
object may be the same under a new name; that is guessed, and the change says how sure it is.
"""

import difflib
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from pytest_usage_contract.core.escape import escape, path_step
from pytest_usage_contract.documents.changes import SEVERITIES, Change
from pytest_usage_contract.documents.values import Entry, Node, Value, describe_value, entries_of, fits, read_value

SYNONYMS: Final = {
    "prompt": "input",
    "completion": "output",
    "generated": "output",
    "cache": "cached",
    "read": "cached",
}
"""The words of one dialect of counting, and those of the other."""

SURE_ENOUGH: Final = 60
"""Percent from which on a removed field and an added one are taken for the same."""


Objects = Sequence[Node]
"""The alternatives of an object."""


def compare(old: Node, new: Node) -> tuple[Change, ...]:
    """Return all changes from *old* to *new*, the worst first, then in the order of the documentation."""
    before, after = (read_value(side, side.get("$defs", {})) for side in (old, new))
    found = [
        *_compare_documents(*(side["x-usage-contract"]["source"]["document"] for side in (old, new))),
        *_compare_endpoints(*(side["x-usage-contract"].get("endpoints", []) for side in (old, new))),
        *_compare_insides(before, after, "usage", ()),
    ]
    if not (_describes_fields(old) and _describes_fields(new)):  # such as a class, whose fields have no texts
        found = [change for change in found if change.rule != "meaning-changed"]
    return tuple(sorted(found, key=lambda change: SEVERITIES.index(change.severity)))


def _describes_fields(file: Node) -> bool:
    """Tell whether a contract file says of any field what it means."""
    nodes: list[object] = [file.get(word) for word in ("properties", "anyOf", "$defs")]
    for node in nodes:  # grows while it is walked
        if isinstance(node, dict):
            if isinstance(node.get("description"), str):
                return True
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
    return False


def _compare_documents(old: str, new: str) -> Iterator[Change]:
    before, after = escape(old), escape(new)
    if before != after:
        yield Change("document-renamed", "usage", before, after, f"called {before}, now {after}")


def _compare_endpoints(old: Sequence[Node], new: Sequence[Node]) -> Iterator[Change]:
    """Yield the changes of calls, if both documents have any."""
    if not (old and new):
        return
    before, after = ([*dict.fromkeys(_describe_call(one) for one in side if one["path"])] for side in (old, new))
    for call in (call for call in before if after and call not in after):
        yield Change("endpoint-removed", "usage", call, "", f"{call} is documented no longer")
    for call in (call for call in after if before and call not in before):
        yield Change("endpoint-added", "usage", "", call, f"{call} is documented, was not")
    yield from _compare_presence(old[0], new[0])


def _describe_call(endpoint: Node) -> str:
    return escape(f"{endpoint.get('method', 'POST')} {'|'.join(endpoint['hosts'])}{endpoint['path']}", 200)


def _compare_presence(old: Node, new: Node) -> Iterator[Change]:
    before, after = (escape(side.get("at", "usage")) for side in (old, new))
    if before != after:
        yield Change("usage-moved", "usage", before, after, f"stood at {before}, now at {after}")
    before, after = (side.get("presence", "optional") for side in (old, new))
    if "unknown" in {before, after} or before == after:
        return
    rule = {
        ("required", "optional"): "usage-became-optional",
        ("optional", "required"): "usage-became-required",
        ("nullable", "optional"): "usage-never-null",
        ("nullable", "required"): "usage-never-null",
    }.get((before, after), "usage-became-nullable")
    yield Change(rule, "usage", before, after, f"was {before}, is {after}")


def _compare_insides(old: Value, new: Value, path: str, around: tuple[object, ...]) -> Iterator[Change]:
    """Yield the changes of the objects here, or in the list or map here, where both sides were read."""
    before, after = old.objects, new.objects
    here = tuple(id(node["properties"]) for node in (*before, *after))
    if before and after:
        if here not in around:  # an object may contain itself
            yield from _compare_objects(
                entries_of(before, old.definitions), entries_of(after, new.definitions), path, (*around, here)
            )
    elif before and new.is_free:
        yield from _compare_objects(entries_of(before, old.definitions), (), path, around)
    elif after and old.is_free:
        yield from _compare_objects((), entries_of(after, new.definitions), path, around)
    for word, step in (("items", "[]"), ("additionalProperties", "[*]")):
        one, other = old.inside(word), new.inside(word)
        if one and other:
            yield from _compare_insides(one, other, path + step, around)


def _compare_objects(
    old: Sequence[Entry], new: Sequence[Entry], path: str, around: tuple[object, ...]
) -> Iterator[Change]:
    before = {entry.name: entry for entry in old}
    after = {entry.name: entry for entry in new}
    gone = [entry for name, entry in before.items() if name not in after]
    came = [entry for name, entry in after.items() if name not in before]
    renamed = _pair_renames(gone, came)
    for name, entry in before.items():
        at = path + path_step(name)
        if name in after:
            yield from _compare_entries(entry, after[name], at, around)
        elif name in renamed:
            other, sure = renamed[name]
            message = f"perhaps renamed to {_show_name(other.name)}, {sure} % sure"
            yield Change("field-renamed", at, _show_name(name), _show_name(other.name), message, sure)
            yield from _compare_entries(entry, other, path + path_step(other.name), around)
        else:
            yield Change("field-removed", at, _describe(entry.value), "", "documented no longer")
    taken = {other.name for other, _ in renamed.values()}
    yield from (_addition(entry, path) for entry in came if entry.name not in taken)


def _addition(entry: Entry, path: str) -> Change:
    what = escape(_describe(entry.value), 200)
    how = "always there" if entry.required else "may be absent"
    return Change("field-added", path + path_step(entry.name), "", what, f"documented, was not: {what}, {how}")


def _describe(value: Value) -> str:
    return f"{describe_value(value)} or null" if value.null and value.alternatives else describe_value(value)


def _show_name(name: str) -> str:
    return path_step(name).removeprefix(".")


def _pair_renames(gone: list[Entry], came: list[Entry]) -> dict[str, tuple[Entry, int]]:
    """Return the likeliest pairs of a removed field and an added one, each field in one pair at most."""
    pairs = sorted(
        ((_rate_likeness(one, other), one, other) for one, other in product(gone, came)), key=lambda pair: -pair[0]
    )
    found: dict[str, tuple[Entry, int]] = {}
    taken: set[str] = set()
    for sure, one, other in pairs:
        if sure >= SURE_ENOUGH and one.name not in found and other.name not in taken:
            found[one.name] = (other, sure)
            taken.add(other.name)
    return found


def _rate_likeness(one: Entry, other: Entry) -> int:
    """Rate in percent how likely two fields are the same: by name, by type, and by description."""
    if not (fits(one.value, other.value) or fits(other.value, one.value)):
        return 0
    name = difflib.SequenceMatcher(None, _translate_name(one.name), _translate_name(other.name)).ratio()
    if one.meaning and other.meaning:
        meaning = difflib.SequenceMatcher(None, one.meaning[:500], other.meaning[:500]).ratio()
        return round(70 * name + 29 * meaning)
    return round(95 * name)


def _translate_name(name: str) -> str:
    return " ".join(SYNONYMS.get(word, word) for word in name[:100].lower().split("_"))


def _compare_entries(old: Entry, new: Entry, path: str, around: tuple[object, ...]) -> Iterator[Change]:
    if old.required != new.required:
        rule = "field-became-optional" if old.required else "field-became-required"
        before, after = ("required", "optional") if old.required else ("optional", "required")
        yield Change(rule, path, before, after, "may be absent, was required" if old.required else "always there now")
    if old.value.null is False and new.value.null is True:
        yield Change("field-became-nullable", path, "never null", "may be null", "may be null, was not")
    elif old.value.null is True and new.value.null is False:
        yield Change("field-never-null", path, "may be null", "never null", "never null now")
    yield from _compare_types(old.value, new.value, path)
    if old.meaning != new.meaning:
        before, after = escape(old.meaning, 200), escape(new.meaning, 200)
        was = f"was «{before}»" if before else "was not described"
        message = f"described as «{after}», {was}" if after else f"no longer described as «{before}»"
        yield Change("meaning-changed", path, before, after, message)
    yield from _compare_insides(old.value, new.value, path, around)


def _compare_types(old: Value, new: Value, path: str) -> Iterator[Change]:
    forth, back = fits(new, old), fits(old, new)
    if forth and back:
        return
    rule = "type-narrowed" if forth else "type-widened" if back else "type-changed"
    before, after = (escape(describe_value(value), 200) for value in (old, new))
    yield Change(rule, path, before, after, f"was {before}, is {after}")
