"""Usages with one fault each, derived from the contract: what the checker, and a careful program, must refuse.

A fault that cannot stand alone is left out: a negative total, say, where all that it is made of is required.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import nan
from typing import Any, Final, cast

from pytest_usage_contract.core.accounting import Part, Rule, Total, Whole, apply_rules
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES, Kind
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.spelling import normalize_name, sdk_name
from pytest_usage_contract.core.usage import ABSENT
from pytest_usage_contract.payloads.derivation import (
    Node,
    Numbers,
    Step,
    adds_up,
    applicable_rules,
    counts_in,
    find_faults,
    replace_values,
    sum_up,
    value_at,
)
from pytest_usage_contract.payloads.examples import Base, bases


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A usage that breaks the contract named *contract* by one finding: its *code*, at *path*."""

    name: str
    contract: str
    usage: dict[str, Any]
    kind: Kind
    code: str
    path: str

    def __str__(self) -> str:
        return f"{self.contract}-{self.name}"

    @property
    def wire(self) -> bytes:
        """The usage as JSON text, with NaN written as careless servers write it."""
        return json.dumps(self.usage).encode()


_NUMBERS: Final[Mapping[str, object]] = {"string": "10", "boolean": True, "object": {}}

WRONG_TYPES: Final[Mapping[str, Mapping[str, object]]] = {
    "number": _NUMBERS,
    "integer": {**_NUMBERS, "fraction": 1.5},
    "object": {"string": "{}", "list": [], "number": 1},
    "list": {"string": "[]", "object": {}, "number": 1},
    "string": {"number": 1, "boolean": True, "object": {}},
    "boolean": {"string": "true", "number": 1, "object": {}},
}
"""By documented type, what servers have sent in its place."""

Fault = tuple[str, dict[str, Any], str, str]
"""The name of a counterexample, its usage, and the code and path of its finding."""


def counterexamples(contract: Contract) -> tuple[Counterexample, ...]:
    """One for each fault that can stand alone; raises `ValueError` where no usage can be made up at all."""
    return tuple(
        Counterexample(name + whole.suffix, contract.name, usage, CODES[code].kind, code, path)
        for whole in bases(contract)
        for faulty in (_of_schema, _misspelt, _of_counts, _of_rules, _undocumented)
        for name, usage, code, path in faulty(whole.contract, whole)
    )


def _of_schema(contract: Contract, whole: Base) -> Iterator[Fault]:
    for node in whole.places:
        if node.field.required:
            yield f"{node.name}-missing", replace_values(whole.usage, {node.steps: ABSENT}), "missing-field", node.path
        null = replace_values(whole.usage, {node.steps: None})
        if not node.field.nullable and find_faults(contract, null):  # a field of another alternative is not looked at
            yield f"{node.name}-null", null, "null-value", node.path
        for what, value in WRONG_TYPES.get(node.field.type, {}).items():
            usage = replace_values(whole.usage, {node.steps: value})
            if find_faults(contract, usage):
                yield f"{node.name}-{what}", usage, "wrong-type", node.path
        if node.field.type in ("number", "integer"):
            yield f"{node.name}-nan", replace_values(whole.usage, {node.steps: nan}), "non-finite-number", node.path


def _misspelt(contract: Contract, whole: Base) -> Iterator[Fault]:
    for node in whole.places:
        name = sdk_name(node.field.name)
        siblings = [normalize_name(other.field.name) for other in whole.places if other.steps[:-1] == node.steps[:-1]]
        if name != node.field.name and siblings.count(normalize_name(name)) == 1 and not contract.either_spelling:
            there = value_at(whole.usage, node.steps)
            usage = replace_values(whole.usage, {node.steps: ABSENT, (*node.steps[:-1], name): there})
            yield f"{node.name}-misspelt", usage, "sdk-spelling", node.path


def _of_counts(contract: Contract, whole: Base) -> Iterator[Fault]:
    for node in whole.places:
        if not node.field.counts:
            continue
        if usage := _alone(contract, whole, node, (-1,)):
            yield f"{node.name}-negative", usage, "negative-count", node.path
        there = value_at(whole.usage, node.steps)
        # A total is made of whole counts: it can be fractional alone only within the tolerance.
        if node.field.type == "number" and (usage := _alone(contract, whole, node, (there + 0.5, there + 0.005))):
            yield f"{node.name}-fractional", usage, "fractional-count", node.path


def _alone(contract: Contract, whole: Base, node: Node, values: tuple[float, ...]) -> dict[str, Any] | None:
    """The usage with one of *values* at *node* that is wrong nowhere else, without optional counts that forbid it."""
    others = {
        other.steps: ABSENT
        for other in whole.places
        if not other.field.required and node.steps[: len(other.steps)] != other.steps
    }
    totals = [rule for rule in contract.accounting if rule.operands[:1] != (node.name,)]
    for value, apart, following in product(values, ({}, others), (totals, [])):
        usage = replace_values(whole.usage, {**apart, node.steps: value})
        counts = sum_up(following, counts_in(usage, whole.places))
        usage = _counted(whole, usage, counts)
        odd = [name for name, count in counts.items() if count < 0 or count != int(count)]
        if odd == [node.name] and not find_faults(contract, usage) and adds_up(contract, usage, whole.places):
            return usage
    return None


def _counted(whole: Base, usage: dict[str, Any], counts: Numbers) -> dict[str, Any]:
    """*usage* with the numbers of *counts*."""
    places: dict[tuple[Step, ...], object] = {
        node.steps: counts[node.name] for node in whole.places if node.name in counts
    }
    return replace_values(usage, places)


def _of_rules(contract: Contract, whole: Base) -> Iterator[Fault]:
    counts = counts_in(whole.usage, whole.places)
    for rule in applicable_rules(contract.accounting, counts):
        for broken in _breaking(contract, rule, counts):
            usage = _counted(whole, whole.usage, broken)
            found = [breach for _, breach in apply_rules(contract.accounting, broken) if breach]
            if (
                len(found) == 1
                and rule.breach(broken)
                and min(broken.values()) >= 0
                and not find_faults(contract, usage)
            ):
                fault = f"above-{rule.operands[1]}" if isinstance(rule, Part) else "off-by-one"
                yield f"{rule.operands[0]}-{fault}", usage, found[0].code, f"usage.{found[0].path}"
                break


def _breaking(contract: Contract, rule: Rule, counts: Numbers) -> Iterator[Numbers]:
    """Numbers that break *rule*, and perhaps others, which follow as far as they can."""
    others = [other for other in contract.accounting if other is not rule]
    if isinstance(rule, Part):
        apart = [other for other in others if other.operands[:1] != (rule.whole,)]
        yield sum_up(apart, {**counts, rule.part: counts[rule.whole] + 1})
        yield sum_up(others, {**counts, rule.whole: max(counts[rule.part] - 1, 0)})
    elif isinstance(rule, Total | Whole):
        whole, *parts = rule.operands
        for path, change in ((whole, 1), (whole, -1), *((part, 1) for part in parts)):
            yield sum_up(others, {**counts, path: counts[path] + change})


def _undocumented(contract: Contract, whole: Base) -> Iterator[Fault]:
    objects = [(checker(contract).tree, cast("tuple[Step, ...]", ()), "usage")]
    objects += [(node.field.tree, *node.inside) for node in whole.places if node.field.tree]
    for tree, steps, path in objects:
        known = {normalize_name(name) for name in tree.fields}
        name = next(
            name for name in ("undocumented_tokens", "undocumented_tokens_2") if normalize_name(name) not in known
        )
        usage = replace_values(whole.usage, {(*steps, name): 1})
        yield f"{path.removeprefix('usage.')}-undocumented", usage, "undocumented-field", path + path_step(name)
