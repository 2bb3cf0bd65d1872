"""The names an SDK shows (`inputTokens`, `InputTokens`) told from the names on the wire (`input_tokens`)."""

from dataclasses import dataclass
from functools import partial

from pytest_usage_contract.core.shape import Shape
from pytest_usage_contract.core.survey import rebuilt
from pytest_usage_contract.core.text import as_text, escaped, named


@dataclass(frozen=True, slots=True)
class Respelling:
    """A usage with its SDK names put back into wire names, and the triples (path, wire name, SDK name) that were."""

    usage: dict[str, object]
    pairs: tuple[tuple[str, str, str], ...]
    mixed: bool
    """Whether names that differ between the two spellings stood there in wire spelling, too."""


def squashed(name: object) -> str:
    """What all spellings of a name share: `b64_json`, `b64Json` and `B64JSON` alike."""
    return as_text(name).replace("_", "").lower()


@dataclass(frozen=True, slots=True)
class _Notes:
    """What is noted on the way: the pairs, and the names whose spelling tells."""

    pairs: list[tuple[str, str, str]]
    wire_names: list[str]


def respelling(shape: Shape, usage: dict[str, object]) -> Respelling:
    """Put the SDK names in *usage* back into wire names, at every depth; nothing else is changed."""
    notes = _Notes([], [])
    respelt = _respelt(notes, shape, usage, shape.path)
    # Where a digit begins a word, two spellings with underscores differ: `1h_tokens`, `_1h_tokens`.
    underscored = [name for _, _, name in notes.pairs if "_" in name]
    mixed = len(notes.pairs) > len(underscored) and bool(notes.wire_names or underscored)
    return Respelling(respelt, tuple(notes.pairs), mixed)


def spelled(usage: dict[str, object]) -> str:
    """Which spelling a usage has, shown by the first name at any depth that tells, or nothing where none does."""
    for name, value in usage.items():
        if "_" in name.strip("_") or not name.islower():
            return f'the names are spelled as in "{escaped(name)}"'
        if isinstance(value, dict) and (inner := spelled(value)):
            return inner
    return ""


def _respelt(notes: _Notes, shape: Shape, usage: dict[str, object], at: str) -> dict[str, object]:
    by_sound = {squashed(name): name for name in shape.fields if name not in usage}
    respelt: dict[str, object] = {}
    for name, value in usage.items():
        # Of two SDK names for one wire name the first will do; the other is a stranger.
        wire = name if name in shape.fields else by_sound.pop(squashed(name), name)
        field = shape.fields.get(wire)
        if field is None:
            respelt[name] = value
            continue
        path = at + named(wire)
        if wire != name:
            notes.pairs.append((path, wire, name))
        elif "_" in name:
            notes.wire_names.append(name)
        respelt[wire] = rebuilt(value, field, path, partial(_respelt, notes))
    return respelt
