"""The text of a snapshot's file, one field a line under the contract's name: formatted, parsed and compared.

    {
      "format": 1,
      "contract": "openrouter/alpha_responses",
      "source": "PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21",
      "shape": {
        "usage.input_tokens": "number",
        "usage.cost": "number, not documented"
      }
    }

Nothing but the usage enters, and all of it is ASCII: what a terminal or a reviewer could be fooled by is escaped.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, Literal

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.fields import FieldTree
from pytest_usage_contract.snapshots import SnapshotFileError, UsageSnapshotError
from pytest_usage_contract.snapshots.field_records import (
    MAX_DEPTH,
    FieldRecords,
    ShapeRecord,
    ValueRecord,
    name_type,
    record_shape,
    record_values,
)

SNAPSHOT_FORMAT: Final = 1

SnapshotMode = Literal["shape", "values"]


def format_snapshot(contract: Contract, usages: Sequence[Mapping[str, object]], mode: SnapshotMode) -> str:
    """Return the text of a snapshot of *usages*; raise `UsageSnapshotError` for values that JSON cannot hold."""
    if mode == "shape":
        content: object = {path: record.text for path, record in record_shape(contract, usages).items()}
    else:
        values = [_order_names(checker(contract).tree, usage, "usage", 1) for usage in usages]
        content = values[0] if len(values) == 1 else values
    head = {"format": SNAPSHOT_FORMAT, "contract": contract.name, "source": str(contract.source)}
    return json.dumps({**head, mode: content}, indent=2).replace("\x7f", "\\u007f") + "\n"


def _order_names(tree: FieldTree | None, value: object, path: str, depth: int) -> object:
    """Return *value* with its names in the order of the documentation, the others behind them by name."""
    if depth > MAX_DEPTH:
        raise UsageSnapshotError(f"{path} is nested too deeply for a snapshot of values; compare the shape instead")
    if isinstance(value, dict):
        fields = tree.fields if tree is not None else {}
        names = [*(name for name in fields if name in value), *sorted(value.keys() - fields.keys())]
        inner = {name: fields[name].tree if name in fields else None for name in names}
        return {name: _order_names(inner[name], value[name], f"{path}.{escape(name)}", depth + 1) for name in names}
    if isinstance(value, list):
        return [_order_names(tree, item, f"{path}[]", depth + 1) for item in value]
    if name_type(value).startswith("no") or (isinstance(value, int) and value.bit_length() > 14_000):
        raise UsageSnapshotError(f"{path} is {describe(value)}, which JSON cannot hold; compare the shape instead")
    return value


def parse_snapshot(text: str, contract: Contract, mode: SnapshotMode) -> tuple[FieldRecords, ...]:
    """Return the records of each response, or of all together; raise `SnapshotFileError` for any other text."""
    try:
        snapshot = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        where = f": {refusal}" if isinstance(refusal, json.JSONDecodeError) else ""
        raise SnapshotFileError(f"is not JSON{where}") from None
    if not isinstance(snapshot, dict) or type(snapshot.get("format")) is not int:
        raise SnapshotFileError('is no snapshot of a usage: it has no "format"')
    if snapshot["format"] != SNAPSHOT_FORMAT:
        raise SnapshotFileError(
            f"has format {snapshot['format']}, this version of pytest-usage-contract reads {SNAPSHOT_FORMAT}"
        )
    if snapshot.get("contract") != contract.name:
        raise SnapshotFileError(
            f"is of the contract {describe(snapshot.get('contract'))}, the response was read under {contract.name}"
        )
    if mode not in snapshot:
        other = "values" if mode == "shape" else "shape"
        raise SnapshotFileError(f'has no "{mode}"' + (f', but "{other}"' if other in snapshot else ""))
    content = snapshot[mode]
    if mode == "shape":
        if not isinstance(content, dict):
            raise SnapshotFileError(f'has {describe(content)} as its "shape"')
        return ({path: ShapeRecord.parse(path, line) for path, line in content.items()},)
    usages: list[Any] = content if isinstance(content, list) else [content]
    if strange := [usage for usage in usages if not isinstance(usage, dict)]:
        raise SnapshotFileError(f'has {describe(strange[0])} among its "values"')
    return tuple(record_values(contract, usage) for usage in usages)


def compare_snapshots(stored: str, received: str, contract: Contract, mode: SnapshotMode) -> Iterator[tuple[str, str]]:
    """Yield the path of each field that differs, and how; raise `SnapshotFileError` where *stored* is no snapshot."""
    was, now = (parse_snapshot(text, contract, mode) for text in (stored, received))
    several = max(len(was), len(now)) > 1
    for number, (before, after) in enumerate(zip_longest(was, now), 1):
        if before is None or after is None:
            yield f"response {number}", "new" if before is None else "gone"
            continue
        for path, difference in _compare_records(before, after):
            yield f"response {number}: {path}" if several else path, difference


def _compare_records(was: FieldRecords, now: FieldRecords) -> Iterator[tuple[str, str]]:
    """Yield each path that differs, and how: `new, number`, `was number, now null`, `gone, was number`.

    The fields of an object that is gone, or is one no longer, are gone with it and not listed one by one.
    """
    lost: set[str] = set()
    for path in _merge_paths(was, now):
        before, after = was.get(path), now.get(path)
        if before is None:
            assert after is not None  # noqa: S101 - a path is from one side or the other
            yield path, f"new, {after.words}{'' if after.documented else ', not documented'}"
        elif after is None:
            if lost.isdisjoint(path[:at] for at, char in enumerate(path) if char in ".["):
                yield path, f"gone, was {before.words}"
        elif before.essence != after.essence:
            yield path, f"was {before.words}, now {after.words}"
        if before is not None and (after is None or not _may_have_fields(after)):
            lost.add(path)


def _merge_paths(was: FieldRecords, now: FieldRecords) -> Iterator[str]:
    """Yield the paths of both sides in the order of *now*, each that is gone behind the one it stood behind."""
    behind: dict[str, list[str]] = {"": []}
    anchor = ""
    for path in was:
        if path in now:
            anchor = path
        else:
            behind.setdefault(anchor, []).append(path)
    yield from behind[""]
    for path in now:
        yield path
        yield from behind.get(path, ())


def _may_have_fields(record: ShapeRecord | ValueRecord) -> bool:
    return "object" in record.types or "list" in record.types
