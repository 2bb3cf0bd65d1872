"""The usual reasons why a number that was booked is not the one that the response said.

A part was counted twice, or left out; the headline was read in the dialect of another provider; of a stream the first
chunk was taken, or the sum over all; zero stands for what is not told; or the number is another one of the usage.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final

from pytest_usage_contract.core.accounting import Beside, add, are_equal, format_number, to_exact
from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.said import Said, read_said
from pytest_usage_contract.core.tokens import NO_DIALECT, Number, is_count, wire_value

Usages = Callable[[], Sequence[object]]
"""Gives the usage of each event of a stream, in their order; nothing of what is no stream."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "input": ("cache_read", "cache_creation"),
    "output": ("reasoning",),
    "total": ("cache_read", "cache_creation", "reasoning", "input", "output"),
}
"""The tokens that a booked headline may have twice, or lack."""


def are_same(one: int | Fraction, other: int | Fraction) -> bool:
    """Tell whether two exact numbers are the same: as nearly as accounting asks for, where *other* is a fraction."""
    return one == other or (not isinstance(other, int) and are_equal(one, other))


def find_reason(number: int | Fraction, count: Number, terms: tuple[str, ...], said: Said, usages: Usages) -> str:
    """Return why *number* was booked where *count* was *said* of the *terms*, or nothing where that cannot be seen."""
    told = to_exact(count)
    if part := _find_part(number - told, number, terms, said):
        return part
    if chunk := _find_chunk(number, terms, said, usages):
        return chunk
    if number == 0:
        return "left out"
    return "counted twice" if are_same(number, 2 * told) else _find_place(number, said.usage)


def _find_part(more: int | Fraction, number: int | Fraction, terms: tuple[str, ...], said: Said) -> str:
    parts = [*_parts(terms[0], said)]
    for some in (some for size in range(1, len(parts) + 1) for some in combinations(parts, size)):
        names, total = [name for name, _ in some], add(value for _, value in some)
        part = f"{' + '.join(names)} = {format_number(total)}"
        if are_same(more, total):
            return f"more by {part}, counted twice"
        if are_same(-more, total):
            if {*names} <= {*terms[1:]}:
                return f"less by {part}, taken off twice"
            headline = getattr(said.contract.dialect, terms[0]) if said.contract else ""
            other = headline and number == wire_value(said.usage, headline)
            return (
                f"less by {part}, {f'beside usage.{headline}: headline of the other dialect' if other else 'left out'}"
            )
    return ""


def _parts(name: str, said: Said) -> Iterator[tuple[str, Number]]:
    """Yield what the tokens called *name* consist of, as far as it is there: by its own name, or by its path."""
    dialect = said.contract.dialect if said.contract else NO_DIALECT
    yield from ((part, said.counts[part]) for part in PARTS.get(name, ()) if said.counts.get(part))
    for rule in said.contract.accounting if said.contract else ():
        if isinstance(rule, Beside) and rule.headline == getattr(dialect, name) and rule.part not in dialect.fields:
            count = wire_value(said.usage, rule.part)
            if is_count(count) and count:
                yield f"usage.{rule.part}", count


def _find_chunk(number: int | Fraction, terms: tuple[str, ...], said: Said, usages: Usages) -> str:
    expected = [read_said(said.contract, usage).expect(terms) for usage in usages()] if said.contract else []
    counts = [to_exact(one.tokens) for one in expected if one.state == "told"]
    if len(counts) > 1 and are_same(number, counts[0]):
        return "first chunk instead of last"
    return "sum over chunks" if len(counts) > 1 and are_same(number, sum(counts)) else ""


def _find_place(number: int | Fraction, value: object, path: str = "usage") -> str:
    """Return where else in the usage the number stands."""
    if is_count(value) and to_exact(value) == number:
        return f"that is {path}"
    inside = value.items() if isinstance(value, Mapping) else ()
    return next(filter(None, (_find_place(number, one, path + path_step(name)) for name, one in inside)), "")
