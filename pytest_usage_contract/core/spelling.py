"""The names an SDK shows (`inputTokens`, `InputTokens`) told from the names on the wire (`input_tokens`)."""

import re
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from pytest_usage_contract.core.escape import as_text, escape, path_step
from pytest_usage_contract.core.fields import FieldTree
from pytest_usage_contract.core.walk import rebuild


@dataclass(frozen=True, slots=True)
class Respelling:
    """A usage with its SDK names put back into wire names, and the triples (path, wire name, SDK name) that were."""

    usage: dict[str, object]
    pairs: tuple[tuple[str, str, str], ...]
    mixed: bool
    """Whether names of several words stood there in both spellings, that of the wire and the other."""


def normalize_name(name: object) -> str:
    """Return what all spellings of a name share: `b64_json`, `b64Json` and `B64JSON` alike."""
    return as_text(name).replace("_", "").lower()


def may_respell(names: Iterable[object], known: AbstractSet[str]) -> bool:
    """Tell whether one of *names* may be another spelling of one that is *known*, and normalized.

    They are normalized all at once: there may be thousands.
    """
    try:
        text = "\n".join(names)  # type: ignore[arg-type]  # as they are in JSON
    except TypeError:
        text = "\n".join(map(as_text, names))
    return not known.isdisjoint(normalize_name(text).split("\n"))


def sdk_name(wire: str) -> str:
    """Return the name that an SDK shows: `inputTokens` for `input_tokens`, and `input_tokens` for `inputTokens`."""
    first, *words = wire.split("_")
    if words:
        return first + "".join(map(str.capitalize, words))
    return re.sub("(?<=.)[A-Z]", lambda letter: f"_{letter[0].lower()}", wire)


@dataclass(frozen=True, slots=True)
class _Notes:
    """Notes of a walk: the respelled pairs, and whether names of several words have underscores, or have not."""

    pairs: list[tuple[str, str, str]]
    underscored: set[bool]


def respell(tree: FieldTree, usage: dict[str, object]) -> Respelling:
    """Put the SDK names in *usage* back into wire names, at every depth; nothing else is changed."""
    notes = _Notes([], set())
    respelt = _respell(notes, tree, usage, tree.path)
    # Where a digit begins a word, two spellings with underscores differ: `1h_tokens`, `_1h_tokens`.
    return Respelling(respelt, tuple(notes.pairs), mixed=bool(notes.pairs) and len(notes.underscored) > 1)


def describe_spelling(usage: dict[str, object]) -> str:
    """Return which spelling a usage has, by the first name at any depth that tells, or nothing where none does."""
    for name, value in usage.items():
        if "_" in name.strip("_") or not name.islower():
            return f'the names are spelled as in "{escape(name)}"'
        if isinstance(value, dict) and (inner := describe_spelling(value)):
            return inner
    return ""


def _respell(notes: _Notes, tree: FieldTree, usage: dict[str, object], at: str) -> dict[str, object]:
    by_sound = {normalize_name(name): name for name in tree.fields if name not in usage}
    respelt: dict[str, object] = {}
    for name, value in usage.items():
        # Of two SDK names for one wire name the first will do; the other is undocumented.
        wire = name if name in tree.fields else by_sound.pop(normalize_name(name), name)
        field = tree.fields.get(wire)
        if field is None:
            respelt[name] = value
            continue
        path = at + path_step(wire)
        if wire != name:
            notes.pairs.append((path, wire, name))
        if wire != name or "_" in name or name != name.lower():
            notes.underscored.add("_" in name)
        respelt[wire] = rebuild(value, field, path, partial(_respell, notes))
    return respelt
