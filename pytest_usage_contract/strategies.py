"""Any legal usage of a contract, for property tests with hypothesis (the extra `hypothesis` of this package)."""

from typing import Any

from hypothesis import strategies as st

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.usage import ABSENT
from pytest_usage_contract.payloads.derivation import Node, adds_up, balance, find_faults, replace_values
from pytest_usage_contract.payloads.examples import Base, bases
from pytest_usage_contract.providers.registry import find_contract

LARGEST_COUNT = 10**9
"""More tokens than any call has had."""


def usages(name: str | Contract, *, coherent: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Draw legal usages of the contract that *name* means, as the wire carries them; they shrink to small whole counts.

    Where the documentation lets a field be absent or null, it is so in some. With *coherent* set the accounting holds,
    too; else the counts are any numbers that the schema allows, negative and fractional ones among them.

    Raise `LookupError` for a name that means no contract, or several.
    """
    contract = name if isinstance(name, Contract) else find_contract(name)
    return st.one_of([_usages_of(whole, coherent) for whole in bases(contract)])


def _usages_of(whole: Base, coherent: bool) -> st.SearchStrategy[dict[str, Any]]:  # noqa: FBT001 - passed on by position
    contract = whole.contract
    return _draw_usage(contract, whole, coherent).filter(
        lambda usage: not find_faults(contract, usage) and (not coherent or adds_up(contract, usage, whole.places))
    )


@st.composite
def _draw_usage(draw: st.DrawFn, contract: Contract, whole: Base, coherent: bool) -> dict[str, Any]:  # noqa: FBT001 - composite's
    replaced: dict[tuple[str | int, ...], object] = {}
    counts: dict[str, Any] = {}
    for node in whole.places:
        if any(node.steps[: len(steps)] == steps for steps in replaced):
            continue
        replacement = draw(_replacements(node))
        if replacement is not node:
            replaced[node.steps] = replacement
        elif node.field.counts:
            counts[node.name] = draw(_count_strategy(node, coherent=coherent))
    if coherent:
        counts = balance(contract.accounting, counts)
    numbers = {node.steps: counts[node.name] for node in whole.places if node.name in counts}
    return replace_values(whole.usage, {**numbers, **replaced})


def _replacements(node: Node) -> st.SearchStrategy[object]:
    """Return the field itself, or what may stand in its place, the simplest first."""
    choices: list[object] = [node]
    if node.field.nullable:
        choices.insert(0, None)
    if not node.field.required:
        choices.insert(0, ABSENT)
    return st.sampled_from(choices)


def _count_strategy(node: Node, *, coherent: bool) -> st.SearchStrategy[float]:
    if coherent:
        return st.integers(0, LARGEST_COUNT)
    whole = st.integers(-LARGEST_COUNT, LARGEST_COUNT)
    return whole if node.field.type == "integer" else whole | st.floats(allow_nan=False, allow_infinity=False)
