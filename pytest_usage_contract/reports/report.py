"""What one run saw, as data: format 1 of the JSON report, written and read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.reports.texts import one_line, tame_usage

FORMAT: Final = 1

ESSENTIAL: Final = ("outcome", "settings", "checked", "mocked", "contracts", "findings", "unmatched")
"""What a report must say; without the rest it can be read, as one that an older version wrote."""

Outcome = Literal["passed", "failed"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the run was asked to demand."""

    fail_on: tuple[Kind, ...] = ("schema",)
    require: tuple[str, ...] = ()
    min_coverage: float | None = None
    baseline: str | None = None


@dataclass(frozen=True)
class FieldReport:
    """In how many checked exchanges a documented field had a value, and in how many it was null."""

    seen: int = 0
    null: int = 0


@dataclass(frozen=True, kw_only=True)
class ContractReport:
    """What was seen of one contract; *mocked* exchanges count neither as checked nor for fields and coverage."""

    checked: int
    mocked: int
    coverage: float
    fields: dict[str, FieldReport]
    kept: int = 0
    source: str = ""

    @property
    def unseen(self) -> tuple[str, ...]:
        """The documented fields that no checked exchange had a value in."""
        return tuple(path for path, counts in self.fields.items() if not counts.seen)

    @property
    def covered(self) -> int:
        """How many documented fields were seen with a value."""
        return len(self.fields) - len(self.unseen)


@dataclass(frozen=True, kw_only=True)
class FindingReport:
    """All occurrences of one finding.

    *tests* are in order of their names, without what belongs to no test; *usage* and *call* are those of the
    first of them. *ignored* counts what a marker, an `xfail` or the test's own judging took. *reason* and
    *until* are what the baseline says of the finding; where it is not *known* for all that, it has expired.
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
        """Whether the baseline accepted it until a day that is over."""
        return self.until is not None and not self.known

    @property
    def open(self) -> int:
        """How many occurrences nothing but the policy and the baseline has to judge."""
        return self.count - sum(self.ignored.values())


@dataclass(frozen=True, kw_only=True)
class Unmatched:
    """A call to a host that has contracts, though none for this call."""

    method: str
    host: str
    path: str
    count: int


@dataclass(frozen=True, kw_only=True)
class AcceptedReport:
    """An entry of the baseline that no finding of the run fits: a candidate for pruning."""

    fingerprint: str
    contract: str
    code: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All verdicts of one run, or of several that were merged; *reasons* say in words why it failed."""

    format: Literal[1] = FORMAT
    outcome: Outcome = "passed"
    reasons: tuple[str, ...] = ()
    settings: Settings = Settings()
    checked: int = 0
    mocked: int = 0
    abandoned: int = 0
    other_statuses: int = 0
    interrupted: bool = False
    contracts: dict[str, ContractReport] = field(default_factory=dict)
    findings: tuple[FindingReport, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    prunable: tuple[AcceptedReport, ...] = ()
    errors: tuple[str, ...] = ()

    def of(self, contract: str) -> tuple[FindingReport, ...]:
        """The findings of one contract."""
        return tuple(finding for finding in self.findings if finding.contract == contract)

    @property
    def known(self) -> int:
        """How many findings the baseline knows."""
        return sum(finding.known for finding in self.findings)


def by_kind(findings: tuple[FindingReport, ...]) -> Iterator[tuple[Kind, int]]:
    """How many findings there are of each kind that there are any of."""
    for kind in KINDS:
        if number := sum(finding.kind == kind for finding in findings):
            yield kind, number


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def to_json(report: Report) -> str:
    """The report as JSON text, indented, in ASCII."""
    return json.dumps(_adapter().dump_python(report, mode="json"), indent=1) + "\n"


def from_json(text: str | bytes, name: str = "this") -> Report:
    """Read a report; raises `ValueError` where the file called *name* is none of format 1, and says what is wrong."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        raise ValueError(f"{name} is no JSON report: {one_line(str(refusal))}") from None
    if not isinstance(given, dict) or "format" not in given:
        raise ValueError(f'{name} is no report of usage contracts: it has no "format"')
    if given["format"] != FORMAT:
        shown = one_line(json.dumps(given["format"]), 60)
        raise ValueError(f"{name} is a report of format {shown}; this version reads format {FORMAT}")
    for essential in ESSENTIAL:
        if essential not in given:
            raise ValueError(f'{name} is no report of format {FORMAT}: it has no "{essential}"')
    try:
        report = _adapter().validate_json(text, strict=True)
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_input=False)[0]
        place = one_line(".".join(map(str, first["loc"])), 120)
        raise ValueError(f"{name} is no report of format {FORMAT}: {place}: {one_line(first['msg'])}") from None
    return replace(report, findings=tuple(replace(found, usage=tame_usage(found.usage)) for found in report.findings))


def read_report(path: Path) -> Report:
    """The report in a file; raises `ValueError` where there is none."""
    try:
        return from_json(path.read_bytes(), str(path))
    except OSError as refusal:
        raise ValueError(f"{path} cannot be read: {refusal.strerror}") from None
