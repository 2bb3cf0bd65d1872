"""The frozen record of one phase of a test: the one form in which exchanges go from a test to the report.

`dump_phase` makes it plain where it leaves a process, and `load_phase` reads it where it arrives.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pytest_usage_contract.core.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A *finding* in one exchange; it is *failing* there, or may be *excused* from that by what is named."""

    finding: Finding
    failing: bool
    excused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedExchange:
    """An exchange that a contract covers, and its findings.

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
    """All that one phase of a *test* saw, or that belongs to no test; one that *begins* forgets the last attempt."""

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
def _phase_adapter() -> TypeAdapter[Phase]:
    return TypeAdapter(Phase)


def dump_phase(phase: Phase) -> dict[str, Any]:
    """Return *phase* as data that JSON, and the channel of a worker, can carry."""
    plain: dict[str, Any] = _phase_adapter().dump_python(phase, mode="json")
    return plain


def load_phase(plain: object) -> Phase:
    """Read what `dump_phase` made; raise `ValueError` for anything else."""
    return _phase_adapter().validate_python(plain)
