"""The report of a run as data, the order in which things stand in it, and the sum of what is the same."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, NonNegativeInt, PositiveInt

from pytest_usage_contract.core.codes import CODES, KINDS, Kind
from pytest_usage_contract.reports.audited import AuditReport

REPORT_FORMAT: Final = 2

ANY: Final = "any"
"""In place of a name that is required: whichever contract there is."""

NO_CONFIGURATION: Final = "pyproject.toml"
"""The file that is named where a run was configured by none: code scanning takes no result without a file."""

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
    the contracts in *demand*, or of `all`, must carry a usage. *configuration* is the file that may say so. *strict*
    is an audit that fails where something could not be read.
    """

    fail_on: tuple[Kind, ...] = ("schema",)
    require: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()
    min_coverage: float | None = None
    baseline: str | None = None
    configuration: str = ""
    strict: bool = False


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
    *typeless* are those that accept drift of whatever JSON type, since they name none. *audit* is there of exchanges
    that were recorded, and not seen by tests.
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
    audit: AuditReport | None = None

    def findings_of(self, contract: str) -> tuple[FindingReport, ...]:
        """Return the findings of one contract."""
        return tuple(finding for finding in self.findings if finding.contract == contract)

    def locate(self, found: FindingReport | None = None) -> tuple[tuple[str, int], ...]:
        """Return the files and lines of a finding, at least one; without one, of what the run itself is told to demand.

        It is where its calls were made, else its tests' files, else the configuration.
        """
        if found is not None and (found.places or found.tests):
            files = dict.fromkeys(test.partition("::")[0] for test in found.tests)
            return tuple(map(split_place, found.places)) or tuple((file, 1) for file in files)
        return ((self.settings.configuration or NO_CONFIGURATION, 1),)

    @property
    def kept(self) -> int:
        """Return the number of checked exchanges without any finding."""
        return sum(contract.kept for contract in self.contracts.values())

    @property
    def known(self) -> int:
        """Return the number of findings that the baseline accepts."""
        return sum(finding.known for finding in self.findings)


def split_place(place: str) -> tuple[str, int]:
    """Return the file and the line of a place such as `tests/test_bot.py:41`; the first line where it names none.

    An entry or an interaction of a recording, `calls.har, entry 3`, is in its file.
    """
    named = re.fullmatch(r"(.+):([1-9][0-9]{0,17})", place)
    inside = re.fullmatch(r"(.+), (?:entry|interaction) [0-9]+", place)
    return (named[1], int(named[2])) if named else (inside[1] if inside else place, 1)


def count_kinds(findings: tuple[FindingReport, ...]) -> Iterator[tuple[Kind, int]]:
    """Yield each kind that has findings, and their number."""
    for kind in KINDS:
        if number := sum(finding.kind == kind for finding in findings):
            yield kind, number


def share_seen(fields: Mapping[str, FieldReport]) -> float:
    """Return the coverage of a contract: the share of its *fields* that were seen with a value."""
    return round(sum(counts.seen > 0 for counts in fields.values()) / len(fields), 4) if fields else 0.0


def sort_places(places: Iterable[str]) -> tuple[str, ...]:
    """Return places, such as `tests/test_bot.py:41`, each once and in the order of files and lines."""
    return tuple(sorted(set(places), key=lambda place: (split_place(place), place)))


def sort_findings(findings: Iterable[FindingReport]) -> tuple[FindingReport, ...]:
    """Sort by contract, then by kind, then in the order of the table of codes, then by path and type."""
    codes = tuple(CODES)
    return tuple(
        sorted(
            findings,
            key=lambda found: (
                found.contract,
                KINDS.index(found.kind),
                codes.index(found.code) if found.code in codes else len(codes),
                found.path,
                found.type,
            ),
        )
    )


def sum_unmatched(calls: Iterable[UnmatchedCall]) -> tuple[UnmatchedCall, ...]:
    """Return calls of the same method, host and path as one, in order; they look like what any of them does."""
    summed: dict[tuple[str, str, str], UnmatchedCall] = {}
    for call in calls:
        place = (call.host, call.path, call.method)
        before = summed.get(place, replace(call, count=0))
        looks_like = max(before.looks_like, call.looks_like)
        summed[place] = replace(call, count=before.count + call.count, looks_like=looks_like)
    return tuple(call for _, call in sorted(summed.items()))
