"""The names an SDK shows (`inputTokens`, `InputTokens`) told from the names on the wire (`input_tokens`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_usage_contract.core.shape import Shape


@dataclass(frozen=True, slots=True)
class Respelling:
    """A usage with its SDK names put back into wire names, and the pairs (wire path, SDK name) that were."""

    usage: dict[str, object]
    pairs: tuple[tuple[str, str], ...]
    mixed: bool
    """Whether names that differ between the two spellings stood there in wire spelling, too."""


def squashed(name: str) -> str:
    """What all spellings of a name share: `b64_json`, `b64Json` and `B64JSON` alike."""
    return name.replace("_", "").lower()


def respelling(shape: Shape, usage: dict[str, object]) -> Respelling:
    """Put the SDK names in *usage* back into wire names, at every depth; nothing else is changed."""
    pairs: list[tuple[str, str]] = []
    wire_names: list[str] = []
    respelt = _respelt(shape, usage, pairs, wire_names)
    return Respelling(respelt, tuple(pairs), bool(pairs and wire_names))


def _respelt(
    shape: Shape, usage: dict[str, object], pairs: list[tuple[str, str]], wire_names: list[str]
) -> dict[str, object]:
    by_sound = {squashed(name): name for name in shape.fields if name not in usage}
    respelt: dict[str, object] = {}
    for name, value in usage.items():
        wire = name if name in shape.fields else by_sound.get(squashed(name), name)
        field = shape.fields.get(wire)
        if field is not None and wire != name:
            pairs.append((field.path, name))
        elif field is not None and "_" in name:
            wire_names.append(name)
        if field is not None and field.shape is not None:
            value = _inner(field.shape, value, pairs, wire_names)  # noqa: PLW2901 - the same value, respelt
        respelt[wire] = value
    return respelt


def _inner(shape: Shape, value: object, pairs: list[tuple[str, str]], wire_names: list[str]) -> object:
    if isinstance(value, list):
        return [_inner(shape, item, pairs, wire_names) for item in value]
    return _respelt(shape, value, pairs, wire_names) if isinstance(value, dict) else value


def names(shape: Shape) -> Iterator[str]:
    """The documented names at every depth, squashed."""
    return (squashed(field.name) for field in shape)
