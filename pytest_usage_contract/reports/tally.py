"""Gather the phases of the tests, in whatever order they arrive, and make the report of the run from them.

`dump_phase` makes one plain where it may leave a process, and `load_phase` reads it where it arrives.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_usage_contract.core.escape import make_printable, tame_again, to_line
from pytest_usage_contract.reports.report import (
    ContractReport,
    FieldReport,
    FindingReport,
    Report,
    UnmatchedCall,
    share_seen,
    sort_findings,
    sort_places,
    sum_unmatched,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.core.finding import Finding
    from pytest_usage_contract.reports.phase import CheckedExchange, Documentation, Occurrence, Phase


@cache
def _phase_adapter() -> "TypeAdapter[Phase]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - needed where something was received

    from pytest_usage_contract.reports.phase import Phase  # noqa: PLC0415 - likewise

    return TypeAdapter(Phase)


def dump_phase(phase: "Phase") -> dict[str, Any]:
    """Return *phase* as data that JSON, and the channel of a worker, can carry."""
    plain: dict[str, Any] = _phase_adapter().dump_python(phase, mode="json")
    return plain


def load_phase(plain: object) -> "Phase":
    """Read what `dump_phase` made; raise `ValueError` for anything else."""
    return _phase_adapter().validate_python(plain)


def document(contract: "Contract") -> "Documentation":
    """Return what a report says of *contract* itself."""
    from pytest_usage_contract.core.checker import checker  # noqa: PLC0415 - needed where something was judged
    from pytest_usage_contract.reports.phase import Documentation  # noqa: PLC0415 - likewise

    fields = tuple(field.path for field in checker(contract).fields)
    return Documentation(fields=fields, source=str(contract.source), version=contract.source.version)


class Tally:
    """The phases of each test until the report is asked for."""

    def __init__(self) -> None:
        self._by_test: dict[str, list[Phase]] = {}
        self._documented: dict[str, Documentation] = {}
        self._used_urls: set[str] = set()

    def add(self, phase: "Phase") -> None:
        """Keep one phase of a test, or of none; a test counts with its last attempt."""
        self._documented.update({make_printable(name): told for name, told in phase.documented.items()})
        self._used_urls.update(phase.used_urls)
        if phase.begins:
            self._by_test.pop(phase.test, None)
        else:
            self._by_test.setdefault(phase.test, []).append(phase)

    def report(
        self,
        *,
        require: Iterable[str] = (),
        urls: Iterable[str] = (),
        interrupted: bool = False,
        missing: Iterable[str] = (),
    ) -> Report:
        """Return the report so far, not yet judged by the gate; contracts in *require* are in it in any case.

        *urls* are the lines of `usage_contract_urls`, in the words of `Phase.used_urls`. *missing* says what a run
        that lost a worker, or was ended before its end, has not seen; it is *interrupted* then, too.
        """
        unseen = tuple(sorted({to_line(text) for text in missing}))
        phases = [phase for _, phases in sorted(self._by_test.items()) for phase in phases]
        exercised: dict[str, ContractTally] = {make_printable(name): ContractTally() for name in require if "/" in name}
        findings: dict[str, _FindingTally] = {}
        for phase in phases:
            for exchange in phase.exchanges:
                name = make_printable(exchange.contract)
                exercised.setdefault(name, ContractTally()).add(exchange)
                for found in exchange.occurrences:
                    finding = tame_finding(name, found.finding)
                    group = findings.setdefault(finding.fingerprint, _FindingTally(finding, exchange))
                    group.add(phase.test, exchange.place, found)
        return Report(
            checked=sum(contract.checked for contract in exercised.values()),
            without_usage=sum(contract.without_usage for contract in exercised.values()),
            mocked=sum(contract.mocked for contract in exercised.values()),
            abandoned=sum(phase.abandoned for phase in phases),
            other_statuses=sum(phase.other_statuses for phase in phases),
            interrupted=interrupted or bool(unseen),
            missing=unseen,
            contracts={name: counts.report(self._documented.get(name)) for name, counts in sorted(exercised.items())},
            findings=sort_findings(group.report() for group in findings.values()),
            unmatched=sum_unmatched(tame_call(call) for phase in phases for call in phase.unmatched),
            unused_urls=tuple(dict.fromkeys(to_line(line) for line in urls if line not in self._used_urls)),
            errors=tuple(sorted({to_line(error) for phase in phases for error in phase.errors})),
        )


@dataclass(slots=True)
class ContractTally:
    """Counts of one contract while they grow."""

    checked: int = 0
    mocked: int = 0
    kept: int = 0
    without_usage: int = 0
    with_value: Counter[str] = field(default_factory=Counter)
    null: Counter[str] = field(default_factory=Counter)

    def add(self, exchange: "CheckedExchange") -> None:
        if exchange.again:
            if exchange.again == "kept" and not exchange.mocked:
                self.kept -= 1
                self.without_usage -= exchange.without_usage
            return
        if exchange.mocked:
            self.mocked += 1
            return
        kept = not exchange.occurrences
        self.count(exchange.seen, kept=kept, without_usage=exchange.without_usage and kept)

    def count(self, seen: Mapping[str, bool], *, kept: bool, without_usage: bool, number: int = 1) -> None:
        """Count a *number* of checked exchanges that are alike, and the fields that were *seen* in each."""
        self.checked += number
        self.kept += number * kept
        self.without_usage += number * without_usage
        for path, has_value in seen.items():
            (self.with_value if has_value else self.null)[path] += number

    def absorb(self, other: "ContractTally") -> None:
        """Add what another has counted."""
        for name in ("checked", "mocked", "kept", "without_usage"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.with_value.update(other.with_value)
        self.null.update(other.null)

    def report(self, documented: "Documentation | None") -> ContractReport:
        """Return the counts under what is *documented*, or, where nobody has told that, under what was seen."""
        paths = (documented and documented.fields) or sorted({*self.with_value, *self.null})
        fields = {path: FieldReport(self.with_value[path], self.null[path]) for path in paths}
        return ContractReport(
            version=to_line(documented.version) if documented else "",
            checked=self.checked,
            without_usage=self.without_usage,
            mocked=self.mocked,
            coverage=share_seen(fields),
            fields=fields,
            kept=self.kept,
            source=to_line(documented.source) if documented else "",
        )


def tame_finding(contract: str, found: "Finding") -> "Finding":
    """Return a finding under *contract* with its texts on one line each, and cut."""
    expected, actual, message = map(to_line, (found.expected, found.actual, found.message))
    # A path is not cut: the fingerprint is of all of it.
    path = make_printable(found.path)
    return found._replace(contract=contract, path=path, expected=expected, actual=actual, message=message)


@dataclass
class _FindingTally:
    """Occurrences of one finding while they are counted."""

    finding: "Finding"
    first: "CheckedExchange"
    count: int = 0
    tests: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    failing: bool = False
    ignored: Counter[str] = field(default_factory=Counter)

    def add(self, test: str, place: str, found: "Occurrence") -> None:
        self.count += 1
        self.tests |= {to_line(test, 1000)} - {""}
        self.places |= {to_line(place, 1000)} - {""}
        self.failing |= found.failing
        if found.excused:
            self.ignored[to_line(found.excused)] += 1

    def report(self) -> FindingReport:
        return FindingReport(
            **self.finding._asdict(),
            kind=self.finding.kind,
            fingerprint=self.finding.fingerprint,
            count=self.count,
            tests=tuple(sorted(self.tests)),
            places=sort_places(self.places),
            failing=self.failing,
            known=False,
            usage=tame_again(self.first.usage),
            ignored=dict(sorted(self.ignored.items())),
            call=to_line(self.first.call),
        )


def tame_call(call: UnmatchedCall) -> UnmatchedCall:
    """Return a call with its texts on one line each, and cut."""
    return replace(
        call,
        method=to_line(call.method, 20),
        host=to_line(call.host),
        path=to_line(call.path),
        looks_like=to_line(call.looks_like),
    )
