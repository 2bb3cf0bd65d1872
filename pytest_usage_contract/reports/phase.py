"""What one phase of a test saw: the one form in which exchanges go from a test to the report."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.reports.report import UnmatchedCall


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
    shown beside a finding, tamed; None where nothing was found. *place* is the line of the test that made the call
    (`tests/test_bot.py:41`). *without_usage* says that the answer carried none, as it may. *again* is of one that an
    earlier phase has told of, as kept or broken, and of which no more was found until now.
    """

    contract: str
    call: str
    mocked: bool = False
    again: Literal["", "kept", "broken"] = ""
    place: str = ""
    without_usage: bool = False
    seen: dict[str, bool] = field(default_factory=dict)
    occurrences: tuple[Occurrence, ...] = ()
    usage: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """The documented *fields* of a contract by their paths, and the *source*, in its *version*, of the promise."""

    fields: tuple[str, ...] = ()
    source: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """All that one phase of a *test* saw, or that belongs to no test; one that *begins* forgets the last attempt.

    *documented* is told of contracts by their names, once a process, as are the *used_urls*: the lines of
    `usage_contract_urls` that a call has matched.
    """

    test: str = ""
    begins: bool = False
    exchanges: tuple[CheckedExchange, ...] = ()
    other_statuses: int = 0
    abandoned: int = 0
    unmatched: tuple[UnmatchedCall, ...] = ()
    errors: tuple[str, ...] = ()
    documented: dict[str, Documentation] = field(default_factory=dict)
    used_urls: tuple[str, ...] = ()
