"""Plain usages, which consist of counts and of objects of counts: one walk sees in them all that pydantic would."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pytest_usage_contract.core.escape import PLAIN
from pytest_usage_contract.core.fast_path import Node, has_fields_alone, is_provable, unwrap
from pytest_usage_contract.core.fields import Field, FieldTree
from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.core.pydantic_errors import missing_field, wrong_type
from pytest_usage_contract.core.walk import Object, Strangers, Survey

JSON_TYPES: Final = frozenset({int, float, str, bool, type(None), list, dict})
"""What JSON data is made of; a value of another type may pass for one of these, which is for pydantic to say."""


def is_plain(node: Node, definitions: Mapping[str, Node] = MappingProxyType({})) -> bool:
    """Tell whether a value with this core schema is a count, or an object of nothing but such, judged as that.

    *definitions* are the nodes that it may refer to, but for those that it is part of.
    """
    match node["type"]:
        case "int" | "union":
            return node.get("strict") is not False and is_provable(node)
        case "model" if has_fields_alone(node) and "extras_schema" not in node["schema"]:
            return all(
                PLAIN.fullmatch(name)
                and "validation_alias" not in field
                and is_plain(unwrap(field["schema"])[0], definitions)
                for name, field in node["schema"]["fields"].items()
            )
        case "definitions":
            return is_plain(node["schema"], {inner["ref"]: inner for inner in node["definitions"]})
        case "definition-ref" if (inner := definitions.get(node["schema_ref"])) is not None:
            others = {name: other for name, other in definitions.items() if other is not inner}
            return is_plain(inner, others)
        case _:
            return False


def look(contract: str, tree: FieldTree, usage: Object) -> tuple[Survey, list[Finding]] | None:
    """Return what there is in a plain *usage*, and what breaks its schema; None where it is no JSON data."""
    seen: dict[str, bool] = {}
    numbers: list[tuple[Field, str, int | float]] = []
    undocumented: list[Strangers] = []
    broken: list[Finding] = []
    objects: list[tuple[FieldTree, dict[str, Any]]] = [(tree, usage)]
    for inner, value in objects:  # grows while it is walked
        fields, strangers = inner.fields, {}
        for name, item in value.items():
            field = fields.get(name)
            if field is None:
                strangers[name] = item
                continue
            kind = type(item)
            seen[field.path] = item is not None
            if kind is dict and field.tree is not None:
                objects.append((field.tree, item))
            elif field.counts and (kind is int or (kind is float and _is_sound(field, item))):
                numbers.append((field, field.path, item))
            elif kind not in JSON_TYPES:
                return None
            elif item is not None or not field.nullable:
                broken.append(_fault(contract, field, item))
        lacking = len(value) - len(strangers) < len(fields)
        if strangers:
            undocumented.append(Strangers(inner.path, strangers, lacking))
        if lacking:
            broken += _absent(contract, inner, value)
    return Survey(seen, numbers, undocumented), broken


def _is_sound(field: Field, value: float) -> bool:
    """Tell whether a fractional *value* is what *field* is documented to be; 165.0 is an integer in JSON."""
    return math.isfinite(value) and (field.type == "number" or value.is_integer())


def _fault(contract: str, field: Field, value: object) -> Finding:
    """Return the finding of a *value* that *field* may not have."""
    endless = field.counts and type(value) is float and not math.isfinite(value)
    code = "null-value" if value is None else "non-finite-number" if endless else "wrong-type"
    return wrong_type(contract, field.path, value, field.type, code)


def _absent(contract: str, tree: FieldTree, value: Object) -> Iterator[Finding]:
    """Yield the findings of the fields that an object must have, and has not."""
    for field in tree.fields.values():
        if field.required and field.name not in value:
            yield missing_field(contract, field.path, field.type)
