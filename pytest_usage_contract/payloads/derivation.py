"""A usage made up from what a contract says of it: every documented field present, and numbers that add up."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pytest_usage_contract.core.accounting import Part, Rule, Total, Whole, breaks_any
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.fields import Field, FieldTree, alternatives_of, tree_of
from pytest_usage_contract.core.tokens import NO_DIALECT
from pytest_usage_contract.core.usage import ABSENT

Numbers = dict[str, int]
"""Whole numbers by path below `usage`."""


def applicable_rules(rules: Sequence[Rule], counts: Mapping[str, object]) -> list[Rule]:
    """The rules whose operands are all among *counts*; the others are silent."""
    return [rule for rule in rules if all(path in counts for path in rule.operands)]


def sum_up(rules: Sequence[Rule], counts: Numbers) -> Numbers:
    """*counts* with each total that the *rules* know made the sum of what it is of."""
    counts = dict(counts)
    sums = [rule.operands for rule in applicable_rules(rules, counts) if isinstance(rule, Total | Whole)]
    for _ in sums:  # a total may be part of another, so that it takes as many rounds as there are totals
        for whole, *parts in sums:
            counts[whole] = sum(counts[part] for part in parts)
    return counts


def balance(rules: Sequence[Rule], counts: Numbers) -> Numbers:
    """*counts* that keep all *rules*, as near to the given ones as is easily found; zeros where nothing is."""
    rules = applicable_rules(rules, counts)
    sums = {rule.operands[0] for rule in rules if isinstance(rule, Total | Whole)}
    for _ in rules:
        counts = sum_up(rules, counts)
        for rule in rules:
            if isinstance(rule, Part) and counts[rule.part] > counts[rule.whole]:
                if rule.part in sums:
                    counts[rule.whole] = counts[rule.part]
                else:
                    counts[rule.part] = counts[rule.whole]
    counts = sum_up(rules, counts)
    return dict.fromkeys(counts, 0) if breaks_any(rules, counts) else counts


Step = str | int

KEY: Final = "example"
"""The one key of a map whose keys the documentation leaves open."""

PLAIN: Final[Mapping[str, object]] = {
    "string": "text",
    "boolean": False,
    "integer": 1,
    "number": 0.25,
    "object": {},
    "array": [],
}
"""What stands in a field that is no count, by the type that JSON Schema gives it."""

FORMATS: Final[Mapping[str, object]] = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1S",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.test/",
}
"""What stands in a text of which the schema tells a format."""

_PRIMES: Final = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107)


@dataclass(frozen=True, slots=True)
class Node:
    """One documented field where it stands in a usage: the *steps* that lead there, and its *path* in a finding."""

    field: Field
    steps: tuple[Step, ...]
    path: str

    @property
    def name(self) -> str:
        """The path below `usage`."""
        return self.path.removeprefix("usage").removeprefix(".")

    @property
    def inside(self) -> tuple[tuple[Step, ...], str]:
        """The steps and the path that lead to the object here, or to the one in the list or map here."""
        keys: list[Step] = [0 if step == "[]" else KEY for step in self.field.steps]
        path = "".join(step if step == "[]" else path_step(KEY) for step in self.field.steps)
        return (*self.steps, *keys), self.path + path

    @property
    def skeleton(self) -> dict[str, Any] | list[Any]:
        """An empty object, in as many lists of one item and maps of one key as lead to it here."""
        value: dict[str, Any] | list[Any] = {}
        for step in reversed(self.field.steps):
            value = [value] if step == "[]" else {KEY: value}
        return value


def alternatives(contract: Contract) -> tuple[Contract, ...]:
    """*contract*, or one for each of the objects that its usage may be, with what is said of its counts."""
    models = alternatives_of(contract.usage)
    return (contract,) if models == (contract.usage,) else tuple(_only(contract, model) for model in models)


def _only(contract: Contract, model: type[BaseModel]) -> Contract:
    counts = {field.path.removeprefix("usage."): field.path for field in tree_of(model) if field.counts}
    rules = applicable_rules(contract.accounting, counts)
    return replace(contract, usage=model, accounting=rules, dialect=NO_DIALECT, example=None)


def nodes_of(contract: Contract) -> tuple[Node, ...]:
    """Every documented field of a usage with one item in each list and one key in each map."""
    return tuple(_nodes(checker(contract).tree, (), "usage"))


def _nodes(tree: FieldTree, above: tuple[Step, ...], path: str) -> Iterator[Node]:
    for field in tree.fields.values():
        node = Node(field, (*above, field.name), path + path_step(field.name))
        yield node
        if field.tree is not None:
            yield from _nodes(field.tree, *node.inside)


def derive_usage(contract: Contract, places: tuple[Node, ...]) -> dict[str, Any]:
    """A usage with a value at each of *places*, which hold their parents."""
    usage: dict[str, Any] = {}
    schema = _schema(contract)
    numbers = iter(_PRIMES * len(places))
    below = {rule.part for rule in contract.accounting if isinstance(rule, Part) and "." in rule.whole}
    start = {
        node.name: 100 + 20 * number if len(node.steps) == 1 and node.name not in below else next(numbers)
        for number, node in enumerate(node for node in places if node.field.counts)
    }
    counts = balance(contract.accounting, start)
    for node in places:
        value: object = counts.get(node.name, ABSENT)
        if value is ABSENT:
            value = node.skeleton if node.field.tree else _plain(node, schema)
        parent = value_at(usage, node.steps[:-1])
        if value is not ABSENT and isinstance(parent, dict):
            parent[node.field.name] = value
    return usage


def value_at(usage: object, steps: tuple[Step, ...]) -> Any:
    """Return the value where the *steps* lead, or `ABSENT`."""
    for step in steps:
        try:
            usage = usage[step]  # type: ignore[index]  # what cannot be indexed has nothing there
        except (LookupError, TypeError):
            return ABSENT
    return usage


def replace_values(usage: dict[str, Any], changes: Mapping[tuple[Step, ...], object]) -> dict[str, Any]:
    """A copy of *usage* with other values at some places, or with nothing where the value is `ABSENT`."""
    copy = deepcopy(usage)
    for steps, value in changes.items():
        parent = value_at(copy, steps[:-1])
        if value is not ABSENT:
            parent[steps[-1]] = value
        elif isinstance(parent, dict):
            parent.pop(steps[-1], None)
    return copy


def counts_in(usage: dict[str, Any], places: tuple[Node, ...]) -> dict[str, Any]:
    """The counts of *usage* by path below `usage`."""
    found = {node.name: value_at(usage, node.steps) for node in places if node.field.counts}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def find_faults(contract: Contract, usage: dict[str, Any]) -> list[tuple[Step, ...]]:
    """Return the places where pydantic, strictly, refuses *usage*."""
    try:
        checker(contract).validator.validate_json(json.dumps(usage), strict=True)
    except ValidationError as broken:
        return [error["loc"] for error in broken.errors(include_url=False, include_context=False)]
    return []


def adds_up(contract: Contract, usage: dict[str, Any], places: tuple[Node, ...]) -> bool:
    """Tell whether *usage* keeps the accounting."""
    counts = _with_zeros(contract, counts_in(usage, places))
    return not breaks_any(applicable_rules(contract.accounting, counts), counts)


def add_up(contract: Contract, usage: dict[str, Any], places: tuple[Node, ...]) -> dict[str, Any]:
    """*usage* with each of its totals made the sum of what is left in it."""
    told = counts_in(usage, places)
    counts = sum_up(contract.accounting, _with_zeros(contract, told))
    return replace_values(usage, {node.steps: counts[node.name] for node in places if node.name in told})


def _with_zeros(contract: Contract, counts: dict[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(contract.dialect.zeros, 0), **counts}


class _WithoutAbsent(GenerateJsonSchema):
    """`ABSENT` is no JSON value to show as a default."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is ABSENT:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def _schema(contract: Contract) -> dict[str, Any]:
    try:
        return contract.usage.model_json_schema(schema_generator=_WithoutAbsent)
    except PydanticUserError:  # a type that JSON Schema has no word for
        return {}


def _plain(node: Node, root: dict[str, Any]) -> object:
    """A value for a field that is no count, or `ABSENT` where the schema does not say enough to make one up."""
    schemas = [*_alternatives(root, root)]
    for step in node.steps:
        found = [inner for schema in schemas if isinstance(inner := _inside(schema, step), dict)]
        schemas = [one for inner in found for one in _alternatives(inner, root)]
    schema = schemas[0] if schemas else {}
    if "const" in schema:
        return schema["const"]
    known = [*schema.get("examples", ()), *schema.get("enum", ())]
    kind = schema.get("type", "")
    made_up = FORMATS.get(schema.get("format", ""), PLAIN.get(kind, ABSENT))
    return deepcopy(known[0]) if known else made_up if made_up is ABSENT else deepcopy(made_up)


def _inside(schema: dict[str, Any], step: Step) -> object:
    """Return the schema of an item of a list, or of a member of an object."""
    inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    return inner or schema.get("additionalProperties")


def _alternatives(schema: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas that a schema stands for, references resolved; that of null is none of them."""
    if "$ref" in schema:
        yield from _alternatives(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    elif "anyOf" in schema or "oneOf" in schema:
        for one in schema.get("anyOf") or schema["oneOf"]:
            yield from _alternatives(one, root)
    elif schema.get("type") != "null":
        yield schema
