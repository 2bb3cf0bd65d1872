"""The report of an audit: what was found in all its parts, by the policy of the project."""

from collections import Counter
from collections.abc import Iterable

from pytest_usage_contract.audit.opening import hide_secrets
from pytest_usage_contract.audit.partial import Counts, Noted, Offence, Partial
from pytest_usage_contract.core.escape import make_printable, to_line
from pytest_usage_contract.core.policy import Policy, decide
from pytest_usage_contract.providers.registry import entries
from pytest_usage_contract.reports.audited import AuditReport, UnreadPlace
from pytest_usage_contract.reports.phase import Documentation
from pytest_usage_contract.reports.report import (
    FindingReport,
    Report,
    UnmatchedCall,
    sort_findings,
    sum_unmatched,
)
from pytest_usage_contract.reports.tally import ContractTally, document


def make_report(
    partial: Partial,
    policy: Policy,
    *,
    require: Iterable[str] = (),
    urls: Iterable[str] = (),
    sample: int = 1,
    missing: tuple[str, ...] = (),
) -> Report:
    """Return the report on what was found, not yet judged by the gate; contracts in *require* are in it in any case.

    *urls* are the mapped lines that are told where no call has matched them. An audit with something *missing* was
    interrupted.
    """
    counts = choose(partial, policy)
    for name in require:
        if "/" in name:
            counts.contracts.setdefault(make_printable(name), ContractTally())
    documented = {entry.name: document(entry.load()) for entry in entries() if entry.name in counts.contracts}
    contracts = {
        name: tally.report(documented.get(name, Documentation())) for name, tally in sorted(counts.contracts.items())
    }
    return Report(
        checked=sum(contract.checked for contract in contracts.values()),
        without_usage=sum(contract.without_usage for contract in contracts.values()),
        other_statuses=partial.other_statuses,
        interrupted=bool(missing),
        missing=missing,
        contracts=contracts,
        findings=sort_findings(_report_offence(offence, partial, policy) for offence in counts.findings.values()),
        unmatched=sum_unmatched(_list_unmatched(partial)),
        unused_urls=tuple(dict.fromkeys(to_line(line) for line in urls if line not in partial.used_urls)),
        audit=AuditReport(
            sample=sample,
            not_recorded=partial.not_recorded,
            uncovered=partial.uncovered + partial.left_out,
            unnamed=partial.unnamed.count,
            unnamed_places=tuple(place for place, _ in _list_places(partial.unnamed, partial)),
            unread=partial.unread.count,
            unread_places=tuple(
                UnreadPlace(place=place, why=why) for place, why in _list_places(partial.unread, partial)
            ),
        ),
    )


def choose(partial: Partial, policy: Policy) -> Counts:
    """Return what counts by *policy*: of answers without a usage the verdict that demands one, or the other."""
    counts = Counts()
    counts.absorb(partial.always)
    demanded = [name for name in partial.demanded.contracts if policy.demands(name)]
    counts.absorb(partial.demanded, demanded)
    counts.absorb(partial.undemanded, partial.undemanded.contracts.keys() - set(demanded))
    return counts


def _report_offence(offence: Offence, partial: Partial, policy: Policy) -> FindingReport:
    finding = offence.finding
    excused = policy.excuse(finding.contract, finding.code, finding.path)
    return FindingReport(
        **finding._asdict(),
        kind=finding.kind,
        fingerprint=finding.fingerprint,
        count=offence.count,
        tests=(),
        places=tuple(to_line(partial.describe(place), 1000) for place in offence.places),
        failing=decide(finding.kind, policy.fail_on, excused=bool(excused)),
        known=False,
        usage=offence.usage,
        ignored=dict(Counter({to_line(excused): offence.count})) if excused else {},
        call=offence.call,
    )


def _list_unmatched(partial: Partial) -> Iterable[UnmatchedCall]:
    for address, count in partial.unmatched.items():
        host, path, method, looks_like = address.split("\n")
        yield UnmatchedCall(method=method, host=host, path=path, count=count, looks_like=looks_like)


def _list_places(noted: Noted, partial: Partial) -> list[tuple[str, str]]:
    return [(to_line(partial.describe(place), 1000), to_line(hide_secrets(why))) for place, why in noted.first]
