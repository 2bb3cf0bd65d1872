"""What a snapshot says of the fields of a usage: the shape that several usages share, or the values of one."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.snapshots import SnapshotFileError
from pytest_usage_contract.snapshots.walk import TYPES, Entry, entries, format_place, json_type

_TYPE: Final = "|".join(TYPES)
_STORED: Final = re.compile(
    rf"(?P<types>(?:{_TYPE})(?: or (?:{_TYPE}))*)(?P<stranger>, not documented)?"
    r"(?:, seen in (?P<seen>\d+) of (?P<of>\d+))?"
)


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """What stands at a path: its *types*, in how many (*seen*) *of* how many responses, and whether documented."""

    types: tuple[str, ...]
    seen: int
    of: int
    documented: bool

    @property
    def words(self) -> str:
        """`number`, `number or null`, `number, seen in 3 of 5`."""
        return " or ".join(self.types) + self._seen

    @property
    def stored(self) -> str:
        """As it stands in the file: `number, not documented, seen in 3 of 5`."""
        return " or ".join(self.types) + ("" if self.documented else ", not documented") + self._seen

    @property
    def _seen(self) -> str:
        return f", seen in {self.seen} of {self.of}" if self.seen < self.of else ""

    @property
    def essence(self) -> object:
        """What equal shapes share; how many responses there were, and lacked the field, is no part of it."""
        return self.types, self.seen < self.of

    @classmethod
    def read(cls, path: str, text: object) -> "ShapeRecord":
        """Read what `stored` wrote; raises `SnapshotFileError`."""
        match = _STORED.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise SnapshotFileError(f"{escape(path, 200)} has {describe(text)}, which is no shape of a field")
        seen, of = (int(match[name] or 1) for name in ("seen", "of"))
        return cls(tuple(match["types"].split(" or ")), seen, of, documented=not match["stranger"])


@dataclass(frozen=True, slots=True)
class Value:
    """The *value* at a path, and whether it is *documented*."""

    value: object
    documented: bool

    @property
    def types(self) -> tuple[str, ...]:
        return (json_type(self.value),)

    @property
    def words(self) -> str:
        """`number 12`, `string "auto"`; what is inside an object or a list has paths of its own."""
        return self.types[0] if isinstance(self.value, dict | list) else describe(self.value)

    @property
    def essence(self) -> object:
        """What equal values share: the type too, since 1 is not true, while 1 and 1.0 are the same JSON number."""
        return self.types if isinstance(self.value, dict | list) else (self.types, self.value)


FieldRecords = Mapping[str, ShapeRecord] | Mapping[str, Value]
"""What is known of each path."""


def record_shape(contract: Contract, usages: Sequence[Mapping[str, object]]) -> dict[str, ShapeRecord]:
    """The union of the shapes of *usages*; a path that one has several times has the types of all of them."""
    first: dict[str, Entry] = {}
    types: dict[str, dict[str, None]] = {}
    seen: dict[str, int] = {}
    for usage in usages:
        found = entries(contract, usage, exact=False)
        for entry in found:
            first.setdefault(entry.path, entry)
            types.setdefault(entry.path, {})[json_type(entry.value)] = None
        for path in {entry.path for entry in found}:
            seen[path] = seen.get(path, 0) + 1
    return {
        path: ShapeRecord(_in_order(types[path]), seen[path], len(usages), rank is not None)
        for path, rank, _ in sorted(first.values(), key=format_place)
    }


def _in_order(types: Collection[str]) -> tuple[str, ...]:
    return tuple(types if len(types) == 1 else sorted(types, key=TYPES.index))


def record_values(contract: Contract, usage: Mapping[str, object]) -> dict[str, Value]:
    """The value at each path, items of lists apart."""
    found = sorted(entries(contract, usage, exact=True), key=format_place)
    return {entry.path: Value(entry.value, entry.rank is not None) for entry in found}
