"""The reports of several runs as one: of CI jobs, of shards, of a matrix.

The law: counts add up, tests are united, and what only one run was asked for is asked of them all together, so that
runs that all passed merge to one that passes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import chain
from typing import TypeVar

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.reports.baseline import Baseline
from pytest_usage_contract.reports.outcome import conclude, with_policy
from pytest_usage_contract.reports.report import (
    AcceptedReport,
    ContractReport,
    FieldReport,
    FindingReport,
    Report,
    Settings,
)
from pytest_usage_contract.reports.tally import Tally, contract_report, sort_findings, sum_unmatched

T = TypeVar("T")


def merge(
    reports: Sequence[Report],
    *,
    fail_on: tuple[Kind, ...] | None = None,
    require: tuple[str, ...] | None = None,
    min_coverage: float | None = None,
    baseline: Baseline | None = None,
    today: date | None = None,
) -> Report:
    """One report of all *reports*, and the gate's judgement of it, by their own settings but for those given here.

    Raises `ValueError` where the reports do not agree on a coverage and none is given.
    """
    own = [report.settings for report in reports]
    settings = Settings(
        fail_on=tuple(kind for kind in KINDS if any(kind in one.fail_on for one in own))
        if fail_on is None
        else fail_on,
        require=tuple(sorted({name for one in own for name in one.require})) if require is None else require,
        min_coverage=_agreed(own) if min_coverage is None else min_coverage,
        baseline=own[0].baseline if len({one.baseline for one in own}) == 1 else None,
    )
    report = _united((*reports, Tally().report(require=settings.require)))
    if fail_on is not None:
        report = with_policy(report, fail_on)
    return conclude(report, settings, baseline=baseline, today=today)


def _agreed(settings: Sequence[Settings]) -> float | None:
    asked = {one.min_coverage for one in settings}
    if len(asked) > 1:
        words = sorted("none" if one is None else f"{one:g} %" for one in asked)
        raise ValueError(f"the reports do not agree on a coverage ({', '.join(words)}); say --min-coverage")
    return asked.pop()


def _united(reports: Sequence[Report]) -> Report:
    contracts = _joined(chain.from_iterable(report.contracts.items() for report in reports), _contract)
    found = ((finding.fingerprint, finding) for report in reports for finding in report.findings)
    findings = _joined(found, _finding)
    return Report(
        checked=sum(report.checked for report in reports),
        mocked=sum(report.mocked for report in reports),
        abandoned=sum(report.abandoned for report in reports),
        other_statuses=sum(report.other_statuses for report in reports),
        interrupted=any(report.interrupted for report in reports),
        contracts=dict(sorted(contracts.items())),
        findings=sort_findings(findings.values()),
        unmatched=sum_unmatched(call for report in reports for call in report.unmatched),
        prunable=_unseen_by_all(reports, findings),
        errors=tuple(sorted({error for report in reports for error in report.errors})),
    )


def _joined(pairs: Iterable[tuple[str, T]], join: Callable[[T, T], T]) -> dict[str, T]:
    by_name: dict[str, list[T]] = {}
    for name, item in pairs:
        by_name.setdefault(name, []).append(item)
    return {name: reduce(join, items) for name, items in by_name.items()}


def _contract(one: ContractReport, other: ContractReport) -> ContractReport:
    fields = _joined(chain(one.fields.items(), other.fields.items()), _field)
    return contract_report(
        one.checked + other.checked,
        one.mocked + other.mocked,
        one.kept + other.kept,
        fields,
        one.source or other.source,
    )


def _field(one: FieldReport, other: FieldReport) -> FieldReport:
    return FieldReport(one.seen + other.seen, one.null + other.null)


def _finding(one: FindingReport, other: FindingReport) -> FindingReport:
    known = one.known and other.known
    # What a baseline says of it is told by the report whose view of it holds.
    telling = one if one.known == known else other
    return replace(
        one,
        count=one.count + other.count,
        tests=tuple(sorted({*one.tests, *other.tests})),
        failing=one.failing or other.failing,
        known=known,
        reason=telling.reason,
        until=telling.until,
        ignored=dict(sorted((Counter(one.ignored) + Counter(other.ignored)).items())),
    )


def _unseen_by_all(reports: Sequence[Report], found: Mapping[str, object]) -> tuple[AcceptedReport, ...]:
    """The entries that every run with a baseline has missed, and no run without one has found."""
    unseen = [{entry.fingerprint: entry for entry in report.prunable} for report in reports if report.settings.baseline]
    common = set.intersection(*map(set, unseen)) if unseen else set()
    return tuple(entry for name, entry in unseen[0].items() if name in common - found.keys()) if unseen else ()
