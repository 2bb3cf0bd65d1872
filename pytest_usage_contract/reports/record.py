"""What one phase of a test saw, frozen: the one form in which it goes from where it was seen to the report.

It is made plain where it leaves a process, and read again where it arrives: `to_plain`, `from_plain`.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pytest_usage_contract.core.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A *finding* in one exchange, whether it is *failing* there, and what *excused* it from that, if anything did."""

    finding: Finding
    failing: bool
    excused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedExchange:
    """An exchange that a contract covers, and what was found of it.

    *seen* maps the path of each documented field that was there to whether it had a value (not null). *usage* is
    shown beside a finding, tamed; None where nothing was found.
    """

    contract: str
    call: str
    mocked: bool = False
    seen: dict[str, bool] = field(default_factory=dict)
    occurrences: tuple[Occurrence, ...] = ()
    usage: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedCall:
    """Calls to a host that has contracts, though none for these."""

    method: str
    host: str
    path: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What one phase of a *test* saw, or, without a test, what belongs to none; one that *begins* forgets the last."""

    test: str = ""
    begins: bool = False
    exchanges: tuple[CheckedExchange, ...] = ()
    other_statuses: int = 0
    abandoned: int = 0
    unmatched: tuple[UnmatchedCall, ...] = ()
    errors: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything was seen."""
        return bool(self.exchanges or self.other_statuses or self.abandoned or self.unmatched or self.errors)


@cache
def _adapter() -> TypeAdapter[Phase]:
    return TypeAdapter(Phase)


def to_plain(phase: Phase) -> dict[str, Any]:
    """Return *phase* as what JSON, and the channel to a worker, can carry."""
    plain: dict[str, Any] = _adapter().dump_python(phase, mode="json")
    return plain


def from_plain(plain: object) -> Phase:
    """Read what `to_plain` made; raise `ValueError` for anything else."""
    return _adapter().validate_python(plain)
