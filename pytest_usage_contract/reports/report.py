"""The report of a run as data, and as format 2 of the JSON report: written, read, and refused with the reason."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, NonNegativeInt, PositiveInt, TypeAdapter, ValidationError

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.core.escape import tame_usage, to_line

REPORT_FORMAT: Final = 2

READ_FORMATS: Final = (1, 2)
"""Format 1 is format 2 without the names that came later, and with no JSON type in the fingerprints of drift."""

ESSENTIAL: Final = ("outcome", "settings", "checked", "mocked", "contracts", "findings", "unmatched")
"""Names that a report must have; without the others it is read as one that an older version wrote."""

ANY: Final = "any"
"""In place of a name that is required: whichever contract there is."""

Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Outcome = Literal["passed", "failed"]
State = Literal["fails", "warns", "known", "ignored"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""The states of a finding, the worst first."""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Demands that the run was asked to make, which JSON calls its `settings`.

    What is in *require* must have been exercised: a contract, one of a provider's, or `any` at all. The answers of
    the contracts in *demand*, or of `all`, must carry a usage.
    """

    fail_on: tuple[Kind, ...] = ("schema",)
    require: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()
    min_coverage: float | None = None
    baseline: str | None = None


@dataclass(frozen=True)
class FieldReport:
    """Numbers of checked exchanges in which a documented field had a value (*seen*), and in which it was null."""

    seen: NonNegativeInt = 0
    null: NonNegativeInt = 0


@dataclass(frozen=True, kw_only=True)
class ContractReport:
    """Counts of one contract, documented in a *version* of its *source*.

    Exchanges *without_usage* are among those that were *kept*. *mocked* ones count neither as checked nor for fields
    and coverage.
    """

    version: str = ""
    checked: NonNegativeInt
    without_usage: NonNegativeInt = 0
    mocked: NonNegativeInt
    coverage: Share
    fields: dict[str, FieldReport]
    kept: NonNegativeInt = 0
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

    *type* is, of drift, the JSON type of what stands there. *tests* are in order of their names, without what
    belongs to no test; *usage* and *call* are those of the first of them. *places* are the lines of
    the tests that made the calls. *ignored* counts the occurrences that a marker, an `xfail` or the test's own
    judging took, by the reason. *reason* and *until* are those of the entry in
    the baseline; where the finding is not *known* for all that, the entry has expired.
    """

    contract: str
    kind: Kind
    code: str
    path: str
    expected: str
    actual: str
    message: str
    fingerprint: Fingerprint
    count: PositiveInt
    tests: tuple[str, ...]
    places: tuple[str, ...] = ()
    failing: bool
    known: bool
    usage: Any
    type: str = ""
    ignored: dict[str, PositiveInt] = field(default_factory=dict)
    call: str = ""
    reason: str = ""
    until: str | None = None

    @property
    def expired(self) -> bool:
        """Tell whether the baseline accepted it until a day that is over."""
        return self.until is not None and not self.known

    @property
    def told(self) -> bool:
        """Tell whether a failed test has told it; what fails none, or belongs to none, has nobody else to tell it."""
        return self.failing and bool(self.tests)

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
    count: PositiveInt
    looks_like: str = ""

    @property
    def mapping(self) -> str:
        """Return the line of `usage_contract_urls` that would have it judged, or nothing where it looks like none."""
        return f"http://{self.host} = {self.looks_like}" if self.looks_like else ""


@dataclass(frozen=True, kw_only=True)
class AcceptedEntry:
    """An entry of the baseline, as the report names it."""

    fingerprint: Fingerprint
    contract: str
    code: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The verdicts of one run, or of several that were merged; *reasons* say in words why it failed.

    *missing* says in words what a run that was *interrupted* has not seen. *unused_urls* are the lines of
    `usage_contract_urls` that no call has matched. *prunable* are entries of the baseline that no finding fits;
    *typeless* are those that accept drift of whatever JSON type, since they name none.
    """

    format: Literal[1, 2] = REPORT_FORMAT
    outcome: Outcome = "passed"
    reasons: tuple[str, ...] = ()
    settings: Demands = Demands()
    checked: NonNegativeInt = 0
    without_usage: NonNegativeInt = 0
    mocked: NonNegativeInt = 0
    abandoned: NonNegativeInt = 0
    other_statuses: NonNegativeInt = 0
    interrupted: bool = False
    missing: tuple[str, ...] = ()
    contracts: dict[str, ContractReport] = field(default_factory=dict)
    findings: tuple[FindingReport, ...] = ()
    unmatched: tuple[UnmatchedCall, ...] = ()
    unused_urls: tuple[str, ...] = ()
    prunable: tuple[AcceptedEntry, ...] = ()
    typeless: tuple[AcceptedEntry, ...] = ()
    errors: tuple[str, ...] = ()

    def findings_of(self, contract: str) -> tuple[FindingReport, ...]:
        """Return the findings of one contract."""
        return tuple(finding for finding in self.findings if finding.contract == contract)

    @property
    def kept(self) -> int:
        """Return the number of checked exchanges without any finding."""
        return sum(contract.kept for contract in self.contracts.values())

    @property
    def known(self) -> int:
        """Return the number of findings that the baseline accepts."""
        return sum(finding.known for finding in self.findings)


def split_place(place: str) -> tuple[str, int]:
    """Return the file and the line of a place such as `tests/test_bot.py:41`; the first line where it names none."""
    named = re.fullmatch(r"(.+):([1-9][0-9]{0,8})", place)
    return (named[1], int(named[2])) if named else (place, 1)


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
    """Read a report; raise `ValueError` where *text*, which messages call *name*, is none, or is damaged.

    All texts of a report that was written here can be shown as they are; one that cannot was forged or damaged.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        raise ValueError(f"{name} is no JSON report: {to_line(str(refusal))}") from None
    if not isinstance(given, dict) or "format" not in given:
        raise ValueError(f'{name} is no report of usage contracts: it has no "format"')
    number = given["format"]
    if type(number) is not int or number not in READ_FORMATS:
        shown = to_line(json.dumps(number), 60)
        known = " and ".join(map(str, READ_FORMATS))
        raise ValueError(f"{name} is a report of format {shown}; this version reads formats {known}")
    for essential in ESSENTIAL:
        if essential not in given:
            raise ValueError(f'{name} is no report of format {number}: it has no "{essential}"')
    for forged in _find_unprintable(given):
        raise ValueError(f'{name} is damaged: the text "{to_line(forged, 60)}" is none that a report is written with')
    try:
        report = _report_adapter().validate_json(text, strict=True)
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_input=False)[0]
        place = to_line(".".join(map(str, first["loc"])), 120)
        raise ValueError(f"{name} is no report of format {number}: {place}: {to_line(first['msg'])}") from None
    findings = tuple(replace(found, usage=tame_usage(found.usage)) for found in report.findings)
    return replace(report, format=REPORT_FORMAT, findings=findings)


def _find_unprintable(value: object) -> Iterator[str]:
    """Yield the texts of JSON data, names included, that a terminal or a log could take for an order."""
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text if not text.isprintable():
                yield text
            case dict() as members:
                pending += [*members, *members.values()]
            case list() as items:
                pending += items
            case _:
                pass


def read_report(path: Path) -> Report:
    """Read the report in a file; raise `ValueError` where there is none."""
    try:
        return from_json(path.read_bytes(), str(path))
    except OSError as refusal:
        raise ValueError(f"{path} cannot be read: {refusal.strerror}") from None
