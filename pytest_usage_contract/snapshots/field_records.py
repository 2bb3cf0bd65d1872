"""Records of the fields of a usage, each at its path: the shape that several usages share, or the values of one."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import describe, escape, path_step
from pytest_usage_contract.core.fields import Field, FieldTree
from pytest_usage_contract.snapshots import SnapshotFileError

MAX_DEPTH: Final = 32
"""Levels of nesting that are recorded; whatever is below is part of the object or list that holds it."""

VALUE_TYPES: Final = ("number", "non-finite number", "string", "boolean", "object", "list", "no JSON value", "null")
"""The types of values, in the order in which several at one path are listed."""

_ANY_TYPE: Final = "|".join(VALUE_TYPES)
_SHAPE_TEXT: Final = re.compile(
    rf"(?P<types>(?:{_ANY_TYPE})(?: or (?:{_ANY_TYPE}))*)(?P<undocumented>, not documented)?"
    r"(?:, seen in (?P<seen>\d+) of (?P<of>\d+))?"
)


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """The *types* at a path, in how many (*seen*) *of* how many responses it is, and whether it is documented."""

    types: tuple[str, ...]
    seen: int
    of: int
    documented: bool

    @property
    def words(self) -> str:
        """`number`, `number or null`, `number, seen in 3 of 5`."""
        return " or ".join(self.types) + self._frequency

    @property
    def text(self) -> str:
        """The record as it stands in the file: `number, not documented, seen in 3 of 5`."""
        return " or ".join(self.types) + ("" if self.documented else ", not documented") + self._frequency

    @property
    def _frequency(self) -> str:
        return f", seen in {self.seen} of {self.of}" if self.seen < self.of else ""

    @property
    def essence(self) -> object:
        """The part that equal shapes share; how many responses there were, and lacked the field, is not in it."""
        return self.types, self.seen < self.of

    @classmethod
    def parse(cls, path: str, text: object) -> "ShapeRecord":
        """Parse the `text` of a record; raise `SnapshotFileError` for what is none."""
        match = _SHAPE_TEXT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise SnapshotFileError(f"{escape(path, 200)} has {describe(text)}, which is no shape of a field")
        seen, of = (int(match[name] or 1) for name in ("seen", "of"))
        return cls(tuple(match["types"].split(" or ")), seen, of, documented=not match["undocumented"])


@dataclass(frozen=True, slots=True)
class ValueRecord:
    """The *value* at a path, and whether it is *documented*."""

    value: object
    documented: bool

    @property
    def types(self) -> tuple[str, ...]:
        return (name_type(self.value),)

    @property
    def words(self) -> str:
        """`number 12`, `string "auto"`; what is inside an object or a list has paths of its own."""
        return self.types[0] if isinstance(self.value, dict | list) else describe(self.value)

    @property
    def essence(self) -> object:
        """The part that equal values share: the type too, since 1 is not true; 1 and 1.0 are the same JSON number."""
        return self.types if isinstance(self.value, dict | list) else (self.types, self.value)


FieldRecords = Mapping[str, ShapeRecord] | Mapping[str, ValueRecord]
"""The record of each path."""


def record_shape(contract: Contract, usages: Sequence[Mapping[str, object]]) -> dict[str, ShapeRecord]:
    """Return the union of the shapes of *usages*; a path that one has several times has the types of all of them."""
    first: dict[str, FieldValue] = {}
    types: dict[str, dict[str, None]] = {}
    seen: dict[str, int] = {}
    for usage in usages:
        fields = list_fields(contract, usage, exact=False)
        for field in fields:
            first.setdefault(field.path, field)
            types.setdefault(field.path, {})[name_type(field.value)] = None
        for path in {field.path for field in fields}:
            seen[path] = seen.get(path, 0) + 1
    return {
        path: ShapeRecord(_sort_types(types[path]), seen[path], len(usages), rank is not None)
        for path, rank, _ in sorted(first.values(), key=_sort_key)
    }


def _sort_types(types: Collection[str]) -> tuple[str, ...]:
    return tuple(types if len(types) == 1 else sorted(types, key=VALUE_TYPES.index))


def record_values(contract: Contract, usage: Mapping[str, object]) -> dict[str, ValueRecord]:
    """Return the value at each path, items of lists apart."""
    fields = sorted(list_fields(contract, usage, exact=True), key=_sort_key)
    return {field.path: ValueRecord(field.value, field.rank is not None) for field in fields}


class FieldValue(NamedTuple):
    """One *value* at a *path*; *rank* is the place of its field in the documentation, None for an undocumented one."""

    path: str
    rank: int | None
    value: object


def list_fields(contract: Contract, usage: Mapping[str, object], *, exact: bool) -> list[FieldValue]:
    """Return every field of *usage*, at every depth.

    Where *exact* is set, items of lists and of maps have paths of their own (`details[0]`); else they share one.
    """
    walk = _FieldWalk(checker(contract).order, exact=exact)
    walk.enter_object(checker(contract).tree, usage, "usage", 1)
    return walk.fields


def _sort_key(field: FieldValue) -> tuple[bool, int, str]:
    """Put the documented fields first, in the order of the documentation, then the others by name."""
    return (True, 0, field.path) if field.rank is None else (False, field.rank, "")


def name_type(value: object) -> str:
    """Return the type of a JSON value, in the words of `VALUE_TYPES`."""
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


class _FieldWalk:
    """One way through a usage, gathering its *fields*."""

    def __init__(self, order: Mapping[str, int], *, exact: bool) -> None:
        self.fields: list[FieldValue] = []
        self._order = order
        self._exact = exact

    def enter_object(self, tree: FieldTree | None, value: Mapping[str, Any], at: str, depth: int) -> None:
        """Gather the fields of one object, and all below them."""
        documented: Mapping[str, Field] = tree.fields if tree is not None else {}
        own_path = tree is not None and at == tree.path
        for name, item in value.items():
            field = documented.get(name)
            path = field.path if own_path and field is not None else at + path_step(name)
            rank = self._order[field.path] if field is not None else None
            self.fields.append(FieldValue(path, rank, item))
            if isinstance(item, dict | list) and depth < MAX_DEPTH:
                self._enter(field, item, path, rank, depth + 1)

    def _enter(
        self, field: Field | None, value: dict[str, Any] | list[Any], path: str, rank: int | None, depth: int
    ) -> None:
        """Gather what is inside an object or a list; it is documented where that is what the field promises."""
        tree, step = (field.tree, field.step) if field is not None else (None, "")
        if isinstance(value, dict) and step != "[*]":
            self.enter_object(tree if not step else None, value, path, depth)
            return
        fits = step == ("[]" if isinstance(value, list) else "[*]")
        for at, inner in self._items(value, path):
            if isinstance(inner, dict):
                self.enter_object(tree if fits else None, inner, at, depth)
                continue
            self.fields.append(FieldValue(at, rank, inner))
            if isinstance(inner, list) and depth < MAX_DEPTH:
                self._enter(None, inner, at, rank, depth + 1)

    def _items(self, value: dict[str, Any] | list[Any], path: str) -> Iterable[tuple[str, Any]]:
        if isinstance(value, list):
            return [(f"{path}[{number}]" if self._exact else f"{path}[]", item) for number, item in enumerate(value)]
        return [(path + (path_step(name) if self._exact else "[*]"), item) for name, item in value.items()]
