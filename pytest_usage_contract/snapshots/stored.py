"""A snapshot as the text of its file: one field a line, under the contract's name; and that text read again.

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
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.fields import FieldTree as Documented
from pytest_usage_contract.snapshots import SnapshotFileError, UsageSnapshotError
from pytest_usage_contract.snapshots.shapes import FieldRecords, ShapeRecord, record_shape, record_values
from pytest_usage_contract.snapshots.walk import DEEPEST, json_type

FORMAT: Final = 1

Kind = Literal["shape", "values"]
Usage = Mapping[str, object]


def write(contract: Contract, usages: Sequence[Usage], kind: Kind) -> str:
    """The text of a snapshot of *usages*; raises `UsageSnapshotError` for values that JSON cannot hold."""
    if kind == "shape":
        said: object = {path: shape.stored for path, shape in record_shape(contract, usages).items()}
    else:
        values = [_arranged(checker(contract).tree, usage, "usage", 1) for usage in usages]
        said = values[0] if len(values) == 1 else values
    head = {"format": FORMAT, "contract": contract.name, "source": str(contract.source)}
    return json.dumps({**head, kind: said}, indent=2).replace("\x7f", "\\u007f") + "\n"


def read(text: str, contract: Contract, kind: Kind) -> tuple[FieldRecords, ...]:
    """What a snapshot says of each response, or of all together; raises `SnapshotFileError`."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        where = f": {refusal}" if isinstance(refusal, json.JSONDecodeError) else ""
        raise SnapshotFileError(f"is not JSON{where}") from None
    if not isinstance(held, dict) or type(held.get("format")) is not int:
        raise SnapshotFileError('is no snapshot of a usage: it has no "format"')
    if held["format"] != FORMAT:
        raise SnapshotFileError(f"has format {held['format']}, this version of pytest-usage-contract reads {FORMAT}")
    if held.get("contract") != contract.name:
        raise SnapshotFileError(
            f"is of the contract {describe(held.get('contract'))}, the response was read under {contract.name}"
        )
    if kind not in held:
        other = "values" if kind == "shape" else "shape"
        raise SnapshotFileError(f'has no "{kind}"' + (f', but "{other}"' if other in held else ""))
    return _shape(held[kind]) if kind == "shape" else _values(held[kind], contract)


def _shape(said: object) -> tuple[FieldRecords, ...]:
    if not isinstance(said, dict):
        raise SnapshotFileError(f'has {describe(said)} as its "shape"')
    return ({path: ShapeRecord.read(path, text) for path, text in said.items()},)


def _values(said: object, contract: Contract) -> tuple[FieldRecords, ...]:
    usages: list[Any] = said if isinstance(said, list) else [said]
    if strange := [usage for usage in usages if not isinstance(usage, dict)]:
        raise SnapshotFileError(f'has {describe(strange[0])} among its "values"')
    return tuple(record_values(contract, usage) for usage in usages)


def _arranged(shape: Documented | None, value: object, path: str, depth: int) -> object:
    """*value* with its names in the order of the documentation, the others behind them by name."""
    if depth > DEEPEST:
        raise UsageSnapshotError(f"{path} is nested too deeply for a snapshot of values; compare the shape instead")
    if isinstance(value, dict):
        fields = shape.fields if shape is not None else {}
        names = [*(name for name in fields if name in value), *sorted(value.keys() - fields.keys())]
        inner = {name: fields[name].tree if name in fields else None for name in names}
        return {name: _arranged(inner[name], value[name], f"{path}.{escape(name)}", depth + 1) for name in names}
    if isinstance(value, list):
        return [_arranged(shape, item, f"{path}[]", depth + 1) for item in value]
    if json_type(value).startswith("no") or (isinstance(value, int) and value.bit_length() > 14_000):
        raise UsageSnapshotError(f"{path} is {describe(value)}, which JSON cannot hold; compare the shape instead")
    return value
