"""A fast lane for bodies on lines: it proves most of them kept, and counts what is seen in them by its shape.

The law: it finds nothing. Whatever it cannot prove, and whatever goes wrong in it, is left to the full check, which is
the only truth; what it has proved comes to the same counts.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

from msgspec.json import Decoder

from pytest_usage_contract.audit.lines import Lane, Line
from pytest_usage_contract.audit.typed_usage import Untyped, wrap, write_sift
from pytest_usage_contract.core.body import LARGEST, LAST_COUNTS
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.escape import make_printable
from pytest_usage_contract.core.fast_path import KEPT, WHOLE
from pytest_usage_contract.reports.tally import ContractTally

MOST_SHAPES: Final = 1000
"""Shapes of usages that are counted apart before they are added up."""


class FastLane(Lane):
    """Proves bodies of a *contract*, answers of an *endpoint* where it is known, and counts them."""

    def __init__(self, contract: Contract, endpoint: Endpoint | None) -> None:
        super().__init__()
        self._checker, self._tally = checker(contract), ContractTally()
        self._counted: dict[Hashable, int] = {}
        self._seen: dict[Hashable, Mapping[str, bool]] = {}
        at = (endpoint or contract.documented).at
        if at == TOP or not LAST_COUNTS:
            return
        place = at.split(".")
        self._read = Decoder(wrap(dict[str, Any], place)).decode
        self._find = attrgetter(".".join(["inner"] * len(place)))
        try:
            self.sift = write_sift(self._checker, place, self._counted, self._prove)  # type: ignore[method-assign,assignment]  # once
        except Untyped:
            self.sift = self._sift_mappings  # type: ignore[method-assign]  # a lane is of one kind for good

    def _sift_mappings(self, lines: Iterable[Line]) -> Iterator[Line]:
        return ((number, line) for number, line in lines if not self._prove(line, KEPT))

    def _prove(self, line: Any, shape: Hashable) -> bool:
        """Prove by the lean judge of mappings, which knows more; count by the *shape*, or find it."""
        try:
            usage = self._find(self._read(line))
            proved = self._checker.proof(usage)
            if not proved or len(line) > LARGEST or not (line.isascii() or str(line, "utf-8")):
                return False
            if shape == KEPT:
                shape = WHOLE if proved == WHOLE else _outline(usage)
            if shape not in self._counted:
                self._add_up(MOST_SHAPES)
                self._counted[shape], self._seen[shape] = 0, self._checker.read(usage).seen
            self._counted[shape] += 1
        except Exception:  # noqa: BLE001 - whatever the doubt, there is the full check
            return False
        return True

    def end(self) -> dict[str, ContractTally]:
        self._add_up(0)
        tally, self._tally = self._tally, ContractTally()
        return {make_printable(self._checker.contract.name): tally} if tally.checked else {}

    def _add_up(self, most: int) -> None:
        """Add up the shapes where there are more than so many."""
        if len(self._counted) >= most:
            for shape, number in self._counted.items():
                self._tally.count(self._seen[shape], kept=True, without_usage=False, number=number)
            self._counted.clear()
            self._seen.clear()


def _outline(value: object) -> Hashable:
    """Return what tells apart usages in which not the same fields are there, or not in the same order."""
    if type(value) is dict:
        return tuple((name, _outline(inner)) for name, inner in value.items())
    if type(value) is list:
        return tuple(map(_outline, value))
    return value is not None
