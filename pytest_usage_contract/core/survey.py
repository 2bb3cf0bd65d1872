"""Which documented fields a usage has, at every depth, through lists and maps, and what else it has."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pytest_usage_contract.core.shape import Field, Shape, Step
from pytest_usage_contract.core.text import named

Object = dict[str, object]


class Survey(NamedTuple):
    """What one usage has.

    *seen* maps the path of each documented field that is there to whether it has a value (not null). *numbers*
    are the documented fields with a number, its path and itself; *strangers* are (path, name, value).
    """

    seen: dict[str, bool]
    numbers: list[tuple[Field, str, int | float]]
    strangers: list[tuple[str, str, object]]


def survey(shape: Shape, usage: Object) -> Survey:
    """Walk *usage* once; what stands further out comes first."""
    seen: dict[str, bool] = {}
    numbers: list[tuple[Field, str, int | float]] = []
    strangers: list[tuple[str, str, object]] = []
    objects = [(shape, shape.path, usage)]
    for inner, at, value in objects:  # grows while it is walked, so that no depth is too deep
        known = at == inner.path
        for name, item in value.items():
            field = inner.fields.get(name)
            if field is None:
                strangers.append((at + named(name), name, item))
                continue
            path = field.path if known else at + named(name)
            seen[field.path] = item is not None
            if type(item) is int or type(item) is float:  # not bool, which is no number on the wire
                numbers.append((field, path, item))
            elif (below := field.shape or field.again) is not None:
                objects += [(below, *end) for end in _ends(item, field.steps, path)]
    return Survey(seen, numbers, strangers)


def _ends(value: object, steps: tuple[Step, ...], path: str) -> Iterator[tuple[str, Object]]:
    """The objects that *steps* lead to, with their paths."""
    if not steps:
        if isinstance(value, dict):
            yield path, value
    elif steps[0] == "[]":
        for item in value if isinstance(value, list) else ():
            yield from _ends(item, steps[1:], path + "[]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _ends(item, steps[1:], path + named(key))


def documented(shape: Shape, usage: Object) -> Object:
    """*usage* without its strangers."""
    return {
        name: rebuilt(value, field, field.path, lambda inner, item, _: documented(inner, item))
        for name, value in usage.items()
        if (field := shape.fields.get(name)) is not None
    }


def rebuilt(value: object, field: Field, path: str, change: Callable[[Shape, Object, str], Object]) -> object:
    """The *value* of *field*, at *path*, with each object in it that has a shape put through *change*."""
    shape = field.shape or field.again
    return value if shape is None else _rebuilt(value, field.steps, shape, path, change)


def _rebuilt(
    value: object,
    steps: tuple[Step, ...],
    shape: Shape,
    path: str,
    change: Callable[[Shape, Object, str], Object],
) -> object:
    if not steps:
        return change(shape, value, path) if isinstance(value, dict) else value
    if steps[0] == "[]" and isinstance(value, list):
        return [_rebuilt(item, steps[1:], shape, path + "[]", change) for item in value]
    if steps[0] == "[*]" and isinstance(value, dict):
        return {key: _rebuilt(v, steps[1:], shape, path + named(key), change) for key, v in value.items()}
    return value
