"""Which fields a usage has, each at its path, and what kind of value stands there."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.fields import Field, FieldTree

DEEPEST: Final = 32
"""Levels of nesting that are looked into; whatever is below is part of the object or list that holds it."""

TYPES: Final = ("number", "non-finite number", "string", "boolean", "object", "list", "no JSON value", "null")
"""The types of values, in the order in which several at one path are told."""


class Entry(NamedTuple):
    """One *value* at a *path*; *rank* is the place of its field in the documentation, None for an undocumented one."""

    path: str
    rank: int | None
    value: object


def json_type(value: object) -> str:
    """The type of a JSON value, in the words of `TYPES`."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "number"
        case float():
            return "number" if math.isfinite(value) else "non-finite number"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "list"
        case _:
            return "no JSON value"


def entries(contract: Contract, usage: Mapping[str, object], *, exact: bool) -> list[Entry]:
    """Every field of *usage*, at every depth.

    Where *exact* is set, items of lists and of maps have paths of their own (`details[0]`); else they share one.
    """
    walk = _Walk(checker(contract).order, exact=exact)
    walk.object(checker(contract).tree, usage, "usage", 1)
    return walk.found


def format_place(entry: Entry) -> tuple[bool, int, str]:
    """The documented fields come in the order of the documentation, then the others by name."""
    return (True, 0, entry.path) if entry.rank is None else (False, entry.rank, "")


class _Walk:
    """One way through a usage, with what it *found*."""

    def __init__(self, order: Mapping[str, int], *, exact: bool) -> None:
        self.found: list[Entry] = []
        self._order = order
        self._exact = exact

    def object(self, shape: FieldTree | None, value: Mapping[str, Any], at: str, depth: int) -> None:
        """Find the fields of one object, and all below them."""
        fields: Mapping[str, Field] = shape.fields if shape is not None else {}
        known = shape is not None and at == shape.path
        for name, item in value.items():
            field = fields.get(name)
            path = field.path if known and field is not None else at + path_step(name)
            rank = self._order[field.path] if field is not None else None
            self.found.append(Entry(path, rank, item))
            if isinstance(item, dict | list) and depth < DEEPEST:
                self._inside(field, item, path, rank, depth + 1)

    def _inside(
        self, field: Field | None, value: dict[str, Any] | list[Any], path: str, rank: int | None, depth: int
    ) -> None:
        """Find what is inside an object or a list; it is documented where that is what the field promises."""
        shape, step = (field.tree, field.step) if field is not None else (None, "")
        if isinstance(value, dict) and step != "[*]":
            self.object(shape if not step else None, value, path, depth)
            return
        fits = step == ("[]" if isinstance(value, list) else "[*]")
        for at, inner in self._items(value, path):
            if isinstance(inner, dict):
                self.object(shape if fits else None, inner, at, depth)
                continue
            self.found.append(Entry(at, rank, inner))
            if isinstance(inner, list) and depth < DEEPEST:
                self._inside(None, inner, at, rank, depth + 1)

    def _items(self, value: dict[str, Any] | list[Any], path: str) -> Iterable[tuple[str, Any]]:
        if isinstance(value, list):
            return [(f"{path}[{number}]" if self._exact else f"{path}[]", item) for number, item in enumerate(value)]
        return [(path + (path_step(name) if self._exact else "[*]"), item) for name, item in value.items()]
