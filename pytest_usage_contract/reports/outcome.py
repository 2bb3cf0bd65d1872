"""Decide whether a run passes, by its findings, the required contracts and the coverage of documented fields.

The law: a finding fails where an occurrence of it failed, unless the baseline knows it; a required contract needs
an exchange that was checked; every contract of the report needs its coverage; an interrupted run proves nothing.
What mocks answered counts for none of the last three. Reports that all passed merge to one that passes.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.escape import make_printable, pluralize, to_line
from pytest_usage_contract.core.policy import decide
from pytest_usage_contract.reports.report import (
    ANY,
    AcceptedEntry,
    Demands,
    FindingReport,
    Report,
    count_kinds,
)

if TYPE_CHECKING:
    from pytest_usage_contract.reports.baseline import Baseline, BaselineEntry


def conclude(
    report: Report,
    demands: Demands,
    *,
    baseline: "Baseline | None" = None,
    today: date | None = None,
    filtered: bool = False,
) -> Report:
    """Return the report with the findings that the baseline knows, the outcome, and the reasons for it.

    A run that was *filtered* (`-k`, names of tests, whatever deselects), or did not come to its end, tells nothing of
    the entries of the baseline that it has not seen.
    """
    if baseline is not None:
        day = today or date.today()  # noqa: DTZ011 - a day of the team's own calendar
        report = _apply_baseline(report, baseline, demands.fail_on, day)
    if filtered or report.interrupted:
        report = replace(report, prunable=())
    printable = replace(
        demands,
        require=tuple(map(make_printable, demands.require)),
        demand=tuple(map(make_printable, demands.demand)),
        baseline=None if demands.baseline is None else make_printable(demands.baseline),
        configuration=make_printable(demands.configuration),
    )
    report = replace(report, settings=printable)
    reasons = tuple(_list_reasons(report))
    return replace(report, outcome="failed" if reasons else "passed", reasons=reasons)


def apply_policy(report: Report, fail_on: Collection[Kind]) -> Report:
    """Return the report as if *fail_on* had been its policy; what a marker, an `xfail` or a test took stays taken."""
    findings = tuple(replace(found, failing=_fails(found, fail_on, known=found.known)) for found in report.findings)
    return replace(report, findings=findings)


def _apply_baseline(report: Report, baseline: "Baseline", fail_on: Collection[Kind], today: date) -> Report:
    findings = tuple(_apply_entry(found, baseline.find(found), fail_on, today) for found in report.findings)
    seen = {entry.fingerprint for found in findings if (entry := baseline.find(found))}
    entries = baseline.entries.values()
    return replace(
        report,
        findings=findings,
        prunable=tuple(_shorten_entry(entry) for entry in entries if entry.fingerprint not in seen),
        typeless=tuple(_shorten_entry(entry) for entry in entries if entry.any_type),
    )


def _shorten_entry(entry: "BaselineEntry") -> AcceptedEntry:
    return AcceptedEntry(
        fingerprint=entry.fingerprint, contract=to_line(entry.contract), code=entry.code, path=to_line(entry.path)
    )


def _apply_entry(
    found: FindingReport, entry: "BaselineEntry | None", fail_on: Collection[Kind], today: date
) -> FindingReport:
    known = entry is not None and entry.holds(today)
    # What another baseline knew did not fail for that reason alone.
    would_fail = found.failing or (found.known and _fails(found, fail_on))
    return replace(
        found,
        known=known,
        failing=would_fail and not known,
        reason=to_line(entry.reason) if entry else "",
        until=entry.until.isoformat() if entry and entry.until else None,
    )


def _fails(found: FindingReport, fail_on: Collection[Kind], *, known: bool = False) -> bool:
    return decide(found.kind, fail_on, known=known, excused=not found.open)


def _list_reasons(report: Report) -> Iterator[str]:
    if report.interrupted:
        what = f": {'; '.join(report.missing)}" if report.missing else ""
        yield f"the run was interrupted, so that not everything was judged{what}"
    failing = tuple(found for found in report.findings if found.failing)
    if failing:
        kinds = " and ".join(f"{number} {kind}" for kind, number in count_kinds(failing))
        yield f"{kinds} finding fails" if len(failing) == 1 else f"{kinds} findings fail"
    for name in report.settings.require:
        wanted = [counts for contract, counts in report.contracts.items() if _is_meant(contract, name)]
        if not any(counts.checked for counts in wanted):
            mocked = sum(counts.mocked for counts in wanted)
            but = f" ({mocked} answered by mocks, which do not count)" if mocked else ""
            yield f"{_describe_required(name)}{but}"
    if report.settings.strict and report.audit and report.audit.unread:
        yield f"{pluralize(report.audit.unread, 'place')} could not be read, and --strict was given"
    if report.settings.min_coverage is not None:
        yield from _list_uncovered(report, report.settings.min_coverage)


def _is_meant(contract: str, required: str) -> bool:
    """Tell whether *contract* is the one, or one of those, that must have been exercised."""
    return required in (ANY, contract, contract.partition("/")[0])


def _describe_required(name: str) -> str:
    if name == ANY:
        return "at least one response is required, and none was judged"
    what = to_line(name) if "/" in name else f"a contract of {to_line(name)}"
    return f"{what} is required, and {'was not' if '/' in name else 'none was'} exercised"


def _list_uncovered(report: Report, wanted: float) -> Iterator[str]:
    if not report.contracts:
        yield f"no contract was exercised, so that no documented field was seen; {wanted:g} % must be"
    for name, contract in report.contracts.items():
        if contract.covered * 100 < wanted * len(contract.fields):
            yield (
                f"{to_line(name)}: {contract.covered} of {pluralize(len(contract.fields), 'documented field')} seen, "
                f"{wanted:g} % must be; never seen: {', '.join(contract.unseen)}"
            )
