"""Whether a run passes: what its findings, the required contracts and the coverage of documented fields come to.

The law: a finding fails where an occurrence of it failed, unless the baseline knows it; a required contract needs
an exchange that was checked; every contract of the report needs its coverage; an interrupted run proves nothing.
What mocks answered counts for none of the last three. Reports that all passed merge to one that passes.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.policy import decide
from pytest_usage_contract.reports.baseline import Accepted, Baseline
from pytest_usage_contract.reports.report import (
    AcceptedReport,
    ContractReport,
    FindingReport,
    Report,
    Settings,
    by_kind,
)
from pytest_usage_contract.reports.texts import count_of, make_printable, one_line


def conclude(
    report: Report, settings: Settings, *, baseline: Baseline | None = None, today: date | None = None
) -> Report:
    """The report with what the baseline knows, the outcome, and the reasons for it."""
    if baseline is not None:
        day = today or date.today()  # noqa: DTZ011 - a day of the team's own calendar
        report = _against(report, baseline, settings.fail_on, day)
    asked = replace(
        settings,
        require=tuple(map(make_printable, settings.require)),
        baseline=None if settings.baseline is None else make_printable(settings.baseline),
    )
    report = replace(report, settings=asked)
    reasons = tuple(_reasons(report))
    return replace(report, outcome="failed" if reasons else "passed", reasons=reasons)


def with_policy(report: Report, fail_on: Collection[Kind]) -> Report:
    """The report as if *fail_on* had been its policy: what a marker, an `xfail` or a test took stays taken."""
    findings = tuple(replace(found, failing=_fails(found, fail_on, known=found.known)) for found in report.findings)
    return replace(report, findings=findings)


def _against(report: Report, baseline: Baseline, fail_on: Collection[Kind], today: date) -> Report:
    findings = tuple(
        _known(found, baseline.entries.get(found.fingerprint), fail_on, today) for found in report.findings
    )
    seen = {found.fingerprint for found in findings}
    prunable = tuple(
        AcceptedReport(
            fingerprint=entry.fingerprint, contract=one_line(entry.contract), code=entry.code, path=one_line(entry.path)
        )
        for entry in baseline.entries.values()
        if entry.fingerprint not in seen
    )
    return replace(report, findings=findings, prunable=prunable)


def _known(found: FindingReport, entry: Accepted | None, fail_on: Collection[Kind], today: date) -> FindingReport:
    known = entry is not None and entry.holds(today)
    # What another baseline knew did not fail for that reason alone.
    would_fail = found.failing or (found.known and _fails(found, fail_on))
    return replace(
        found,
        known=known,
        failing=would_fail and not known,
        reason=one_line(entry.reason) if entry else "",
        until=entry.until.isoformat() if entry and entry.until else None,
    )


def _fails(found: FindingReport, fail_on: Collection[Kind], *, known: bool = False) -> bool:
    return decide(found.kind, fail_on, known=known, excused=not found.open)


def _reasons(report: Report) -> Iterator[str]:
    if report.interrupted:
        yield "the run was interrupted, so that not everything was judged"
    failing = tuple(found for found in report.findings if found.failing)
    if failing:
        kinds = " and ".join(f"{number} {kind}" for kind, number in by_kind(failing))
        yield f"{kinds} finding fails" if len(failing) == 1 else f"{kinds} findings fail"
    for name in report.settings.require:
        contract = report.contracts.get(name)
        if contract is None or not contract.checked:
            yield f"{one_line(name)} is required, and was not exercised{_but_mocked(contract)}"
    if report.settings.min_coverage is not None:
        yield from _coverage(report, report.settings.min_coverage)


def _but_mocked(contract: ContractReport | None) -> str:
    if contract is None or not contract.mocked:
        return ""
    return f" ({contract.mocked} answered by mocks, which do not count)"


def _coverage(report: Report, wanted: float) -> Iterator[str]:
    if not report.contracts:
        yield f"no contract was exercised, so that no documented field was seen; {wanted:g} % must be"
    for name, contract in report.contracts.items():
        if contract.covered * 100 < wanted * len(contract.fields):
            yield (
                f"{one_line(name)}: {contract.covered} of {count_of(len(contract.fields), 'documented field')} seen, "
                f"{wanted:g} % must be; never seen: {', '.join(contract.unseen)}"
            )
