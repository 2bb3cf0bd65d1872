"""The walk through a usage by its documented fields: what is seen on the way, and the usage made anew."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.fields import Field, FieldTree, Step

Object = dict[str, object]


class Strangers(NamedTuple):
    """What is undocumented in the object at a *path*, by name; *instead* says that something documented is absent."""

    path: str
    items: Object
    instead: bool


class Survey(NamedTuple):
    """The fields of one usage.

    *seen* maps the path of each documented field that is there to whether it has a value (not null). *numbers*
    are the documented fields with a number, its path and itself; *undocumented* is what else there
    is, object by object.
    """

    seen: dict[str, bool]
    numbers: list[tuple[Field, str, int | float]]
    undocumented: list[Strangers]


def survey(tree: FieldTree, usage: Object) -> Survey:
    """Walk *usage* once; what stands further out comes first."""
    seen: dict[str, bool] = {}
    numbers: list[tuple[Field, str, int | float]] = []
    undocumented: list[Strangers] = []
    objects = [(tree, tree.path, usage)]
    for inner, at, value in objects:  # grows while it is walked, so that no depth is too deep
        known, strangers = at == inner.path, {}
        for name, item in value.items():
            field = inner.fields.get(name)
            if field is None:
                strangers[name] = item
                continue
            path = field.path if known else at + path_step(name)
            seen[field.path] = item is not None
            if type(item) is int or type(item) is float:  # not bool, which is no number on the wire
                numbers.append((field, path, item))
            elif (below := field.tree or field.again) is not None:
                objects += [(below, *end) for end in _ends(item, field.steps, path)]
        if strangers:
            undocumented.append(Strangers(at, strangers, len(value) - len(strangers) < len(inner.fields)))
    return Survey(seen, numbers, undocumented)


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
            yield from _ends(item, steps[1:], path + path_step(key))


def without_undocumented(tree: FieldTree, usage: Object) -> Object:
    """*usage* without what is undocumented."""
    return {
        name: rebuild(value, field, field.path, lambda inner, item, _: without_undocumented(inner, item))
        for name, value in usage.items()
        if (field := tree.fields.get(name)) is not None
    }


def rebuild(value: object, field: Field, path: str, change: Callable[[FieldTree, Object, str], Object]) -> object:
    """The *value* of *field*, at *path*, with each object in it that has a tree put through *change*."""
    tree = field.tree or field.again
    return value if tree is None else _rebuilt(value, field.steps, tree, path, change)


def _rebuilt(
    value: object,
    steps: tuple[Step, ...],
    tree: FieldTree,
    path: str,
    change: Callable[[FieldTree, Object, str], Object],
) -> object:
    if not steps:
        return change(tree, value, path) if isinstance(value, dict) else value
    if steps[0] == "[]" and isinstance(value, list):
        return [_rebuilt(item, steps[1:], tree, path + "[]", change) for item in value]
    if steps[0] == "[*]" and isinstance(value, dict):
        return {key: _rebuilt(v, steps[1:], tree, path + path_step(key), change) for key, v in value.items()}
    return value
