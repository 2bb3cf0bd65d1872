"""The report of a run as data, and as format 1 of the JSON report: written, read, and refused with the reason."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.core.escape import tame_again, to_line

REPORT_FORMAT: Final = 1

ESSENTIAL: Final = ("outcome", "settings", "checked", "mocked", "contracts", "findings", "unmatched")
"""Names that a report must have; without the others it is read as one that an older version wrote."""

Outcome = Literal["passed", "failed"]
State = Literal["fails", "warns", "known", "ignored"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""The states of a finding, the worst first."""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Demands that the run was asked to make, which JSON calls its `settings`."""

    fail_on: tuple[Kind, ...] = ("schema",)
    require: tuple[str, ...] = ()
    min_coverage: float | None = None
    baseline: str | None = None


@dataclass(frozen=True)
class FieldReport:
    """Numbers of checked exchanges in which a documented field had a value (*seen*), and in which it was null."""

    seen: int = 0
    null: int = 0


@dataclass(frozen=True, kw_only=True)
class ContractReport:
    """Counts of one contract; *mocked* exchanges count neither as checked nor for fields and coverage."""

    checked: int
    mocked: int
    coverage: float
    fields: dict[str, FieldReport]
    kept: int = 0
    source: str = ""

    @property
    def unseen(self) -> tuple[str, ...]:
        """Return the documented fields that no checked exchange had a value in."""
        return tuple(path for path, counts in self.fields.items() if not counts.seen)

    @property
    def covered(self) -> int:
        """Return the number of documented fields that were seen with a value."""
        return len(self.fields) - len(self.unseen)


@dataclass(frozen=True, kw_only=True)
class FindingReport:
    """All occurrences of one finding.

    *tests* are in order of their names, without what belongs to no test; *usage* and *call* are those of the
    first of them. *ignored* counts the occurrences that a marker, an `xfail` or the test's own judging took, by
    the reason. *reason* and *until* are those of the entry in the baseline; where the finding is not *known* for
    all that, the entry has expired.
    """

    contract: str
    kind: Kind
    code: str
    path: str
    expected: str
    actual: str
    message: str
    fingerprint: str
    count: int
    tests: tuple[str, ...]
    failing: bool
    known: bool
    usage: Any
    ignored: dict[str, int] = field(default_factory=dict)
    call: str = ""
    reason: str = ""
    until: str | None = None

    @property
    def expired(self) -> bool:
        """Tell whether the baseline accepted it until a day that is over."""
        return self.until is not None and not self.known

    @property
    def open(self) -> int:
        """Return the number of occurrences that nothing but the policy and the baseline has to judge."""
        return self.count - sum(self.ignored.values())

    @property
    def state(self) -> State:
        """Return in one word what the finding does to the run: `fails`, `warns`, or nothing: `known` or `ignored`."""
        if self.failing:
            return "fails"
        if self.known:
            return "known"
        return "warns" if self.open else "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedCall:
    """Calls that no contract covers, to a host that has some, or which one *looks_like* (its name)."""

    method: str
    host: str
    path: str
    count: int
    looks_like: str = ""


@dataclass(frozen=True, kw_only=True)
class PrunableEntry:
    """An entry of the baseline that no finding of the run fits: a candidate for pruning."""

    fingerprint: str
    contract: str
    code: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The verdicts of one run, or of several that were merged; *reasons* say in words why it failed."""

    format: Literal[1] = REPORT_FORMAT
    outcome: Outcome = "passed"
    reasons: tuple[str, ...] = ()
    settings: Demands = Demands()
    checked: int = 0
    mocked: int = 0
    abandoned: int = 0
    other_statuses: int = 0
    interrupted: bool = False
    contracts: dict[str, ContractReport] = field(default_factory=dict)
    findings: tuple[FindingReport, ...] = ()
    unmatched: tuple[UnmatchedCall, ...] = ()
    prunable: tuple[PrunableEntry, ...] = ()
    errors: tuple[str, ...] = ()

    def findings_of(self, contract: str) -> tuple[FindingReport, ...]:
        """Return the findings of one contract."""
        return tuple(finding for finding in self.findings if finding.contract == contract)

    @property
    def known(self) -> int:
        """Return the number of findings that the baseline accepts."""
        return sum(finding.known for finding in self.findings)


def count_kinds(findings: tuple[FindingReport, ...]) -> Iterator[tuple[Kind, int]]:
    """Yield each kind that has findings, and their number."""
    for kind in KINDS:
        if number := sum(finding.kind == kind for finding in findings):
            yield kind, number


@cache
def _report_adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def to_json(report: Report) -> str:
    """Return the report as JSON text, indented, in ASCII."""
    return json.dumps(_report_adapter().dump_python(report, mode="json"), indent=1) + "\n"


def from_json(text: str | bytes, name: str = "this") -> Report:
    """Read a report; raise `ValueError` where *text*, which messages call *name*, is none of format 1."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        raise ValueError(f"{name} is no JSON report: {to_line(str(refusal))}") from None
    if not isinstance(given, dict) or "format" not in given:
        raise ValueError(f'{name} is no report of usage contracts: it has no "format"')
    if given["format"] != REPORT_FORMAT:
        shown = to_line(json.dumps(given["format"]), 60)
        raise ValueError(f"{name} is a report of format {shown}; this version reads format {REPORT_FORMAT}")
    for essential in ESSENTIAL:
        if essential not in given:
            raise ValueError(f'{name} is no report of format {REPORT_FORMAT}: it has no "{essential}"')
    try:
        report = _report_adapter().validate_json(text, strict=True)
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_input=False)[0]
        place = to_line(".".join(map(str, first["loc"])), 120)
        raise ValueError(f"{name} is no report of format {REPORT_FORMAT}: {place}: {to_line(first['msg'])}") from None
    return replace(report, findings=tuple(replace(found, usage=tame_again(found.usage)) for found in report.findings))


def read_report(path: Path) -> Report:
    """Read the report in a file; raise `ValueError` where there is none."""
    try:
        return from_json(path.read_bytes(), str(path))
    except OSError as refusal:
        raise ValueError(f"{path} cannot be read: {refusal.strerror}") from None
