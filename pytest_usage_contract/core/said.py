"""What a response said of each of its `Tokens`: told, not told, no count at all, or in doubt."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.tokens import NO_DIALECT, Number, Tokens, is_count, read_tokens, wire_value

TOKENS: Final = tuple(Tokens.__dataclass_fields__)


class Expected(NamedTuple):
    """What should be booked: *tokens* that were told, or nothing: since none were, or the *wire* has what is no count.

    What is doubtful cannot be said.
    """

    state: Literal["told", "untold", "wrong", "doubtful"]
    tokens: Number = 0
    wire: object = None


@dataclass(frozen=True)
class Said:
    """The sound *counts* of a *usage*, and what is *wrong* on the wire, each by the name of the `Tokens`.

    *doubtful* is what the response contradicts, and all of a usage whose contract has no dialect. Without a usage
    nothing is told, and there may be no *contract*.
    """

    counts: Mapping[str, Number]
    wrong: Mapping[str, object]
    doubtful: frozenset[str]
    usage: object
    contract: Contract | None

    def expect(self, terms: tuple[str, ...]) -> Expected:
        """Return what should be booked for the first of the *terms* less the others, as far as they are told."""
        if terms not in self._expected:
            self._expected[terms] = self._expect(*terms)
        return self._expected[terms]

    @cached_property
    def _expected(self) -> dict[tuple[str, ...], Expected]:
        return {}

    def _expect(self, first: str, *others: str) -> Expected:
        if first in self.wrong:
            return Expected("wrong", wire=self.wrong[first])
        if not self.doubtful.isdisjoint((first, *others)) or any(term in self.wrong for term in others):
            return Expected("doubtful")
        if first not in self.counts:
            return Expected("untold")
        return Expected("told", self.counts[first] - sum(self.counts.get(term, 0) for term in others))


def read_said(contract: Contract | None, usage: object) -> Said:
    """Read what *usage* says under *contract*; a total that is not told is the sum of input and output."""
    dialect = contract.dialect if contract else NO_DIALECT
    if contract is None or dialect == NO_DIALECT:
        return Said({}, {}, frozenset(TOKENS if contract else ()), usage, contract)
    tokens = read_tokens(dialect, contract.accounting, usage, trusted=usage == contract.example)
    counts = {name: count for name in TOKENS if (count := getattr(tokens, name)) is not None}
    there = {name: wire_value(usage, getattr(dialect, name)) for name in TOKENS if name not in counts}
    wrong = {name: value for name, value in there.items() if value is not None and not is_count(value)}
    doubtful = frozenset(name for name, value in there.items() if is_count(value))
    if there.get("total", 0) is None and counts.keys() >= {"input", "output"}:
        counts["total"] = counts["input"] + counts["output"]
    return Said(counts, wrong, doubtful, usage, contract)
