"""The usages over which accounting code stumbles, as far as a contract's dialect has them: each a legal example.

`cached` and `cache-written` have tokens of the cache, inside the input or beside it; `reasoning-outside` has reasoning
beside the output. In `absent-details` the provider tells none of them, and in `zero-is-not-absent` he tells that they
are zero. `last-chunk-wins` is the usage of a stream in which an earlier event has told less.
"""

from collections.abc import Iterator
from typing import Any, Final

from pytest_usage_contract.core.accounting import Beside
from pytest_usage_contract.core.contract import Contract, Framing
from pytest_usage_contract.core.stream import fits
from pytest_usage_contract.core.tokens import read_tokens
from pytest_usage_contract.core.usage import ABSENT
from pytest_usage_contract.payloads.derivation import Node, add_up, replace_values, value_at

Usage = dict[str, Any]

LAST_CHUNK: Final = "last-chunk-wins"

_BEGUN: Final = 2
"""The output that an earlier event tells."""


def trap_shapes(contract: Contract, usage: Usage, places: tuple[Node, ...]) -> Iterator[tuple[str, Usage]]:
    """Yield name and usage of each trap that there is, made from a *usage* in which everything is present.

    The totals are not made the sums of what is left.
    """
    dialect = contract.dialect
    parts = {"cached": dialect.cache_read, "cache-written": dialect.cache_creation}
    if any(isinstance(rule, Beside) and rule.part == dialect.reasoning for rule in contract.accounting):
        parts["reasoning-outside"] = dialect.reasoning
    for name, part in parts.items():
        shape = add_up(contract, _keep_only(contract, usage, places, part), places)
        if part and _is_understood(contract, shape, part):
            yield name, shape
    named = {*dialect.input_parts, *dialect.output_parts} - {*dialect.zeros}
    told = [node for node in places if node.name in named]
    if told:
        zeros = _keep_only(contract, usage, places, *named)
        yield "zero-is-not-absent", replace_values(zeros, {node.steps: 0 for node in told})
    without = _keep_only(contract, usage, places)
    if any(value_at(without, node.steps) is ABSENT for node in told):
        yield "absent-details", without
    if any(_carries_twice(place.stream) for place in contract.endpoints):
        yield LAST_CHUNK, usage


def earlier_usage(contract: Contract, usage: Usage, places: tuple[Node, ...]) -> Usage:
    """Return the usage as an earlier event of its stream tells it: with little output, and none of its parts."""
    begun = {contract.dialect.output: _BEGUN, **dict.fromkeys(contract.dialect.output_parts, 0)}
    return add_up(contract, replace_values(usage, {n.steps: begun[n.name] for n in places if n.name in begun}), places)


def _carries_twice(framing: Framing | None) -> bool:
    """Tell whether more than one event of a stream is documented to carry a usage."""
    carriers = framing.events if framing and framing.carriers is not None else ()
    return sum(any(fits(event, {place: (None,)}) for place in framing.at) for event in carriers if framing) > 1


def _keep_only(contract: Contract, usage: Usage, places: tuple[Node, ...], *parts: str) -> Usage:
    """Return *usage* with its headlines, these *parts*, and what must be there beside them."""
    dialect = contract.dialect
    kept = [node.steps for node in places if node.name in (dialect.input, dialect.output, dialect.total, *parts)]
    left_out = [
        node.steps
        for node in places
        if not node.field.required and not any(steps[: len(node.steps)] == node.steps for steps in kept)
    ]
    return replace_values(usage, dict.fromkeys(left_out, ABSENT))


def _is_understood(contract: Contract, shape: Usage, part: str) -> bool:
    """Tell whether a headline can be told though the *part* is not zero."""
    tokens = read_tokens(contract.dialect, contract.accounting, shape)
    headline = tokens.output if part == contract.dialect.reasoning else tokens.input
    return headline is not None
