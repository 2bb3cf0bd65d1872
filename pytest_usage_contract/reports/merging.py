"""The reports of several runs as one: of CI jobs, of shards, of a matrix; and `usage-contract merge`, which joins them.

The law: counts add up, tests are united, and what only one run was asked for is asked of them all together, so that
runs that all passed merge to one that passes.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.core.escape import hide_commands, to_line
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.providers.registry import contracts_named, entries
from pytest_usage_contract.reports import check_writable, write_report
from pytest_usage_contract.reports.audited import add_audits
from pytest_usage_contract.reports.baseline import Baseline, read_baseline
from pytest_usage_contract.reports.json_report import read_report
from pytest_usage_contract.reports.outcome import apply_policy, conclude
from pytest_usage_contract.reports.phase import Phase
from pytest_usage_contract.reports.report import (
    ANY,
    AcceptedEntry,
    ContractReport,
    Demands,
    FieldReport,
    FindingReport,
    Report,
    share_seen,
    sort_findings,
    sort_places,
    sum_unmatched,
)
from pytest_usage_contract.reports.tally import Tally, document
from pytest_usage_contract.reports.terminal import format_summary

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
    """Return one report of all *reports*, judged by the gate, by their own settings but for those given here.

    Raise `ValueError` where the reports do not agree on a coverage and none is given.
    """
    own = [report.settings for report in reports]
    own_kinds = tuple(kind for kind in KINDS if any(kind in one.fail_on for one in own))
    demands = Demands(
        fail_on=own_kinds if fail_on is None else fail_on,
        require=_unite(one.require for one in own) if require is None else require,
        demand=_unite(one.demand for one in own),
        min_coverage=_agree_on_coverage(own) if min_coverage is None else min_coverage,
        baseline=own[0].baseline if len({one.baseline for one in own}) == 1 else None,
        configuration=next((one.configuration for one in own if one.configuration), ""),
        strict=any(one.strict for one in own),
    )
    tally = Tally()
    required = [entry.load() for entry in entries() if entry.name in demands.require]
    tally.add(Phase(documented={contract.name: document(contract) for contract in required}))
    report = _sum_reports((*reports, tally.report(require=demands.require)))
    report = replace(report, unused_urls=_find_unused(reports))
    if fail_on is not None:
        report = apply_policy(report, fail_on)
    return conclude(report, demands, baseline=baseline, today=today)


def _agree_on_coverage(demands: Sequence[Demands]) -> float | None:
    asked = {one.min_coverage for one in demands}
    if len(asked) > 1:
        words = sorted("none" if one is None else f"{one:g} %" for one in asked)
        raise ValueError(f"the reports do not agree on a coverage ({', '.join(words)}); say --min-coverage")
    return asked.pop()


def _sum_reports(reports: Sequence[Report]) -> Report:
    contracts = _join_by_name(chain.from_iterable(report.contracts.items() for report in reports), _add_contracts)
    found = ((finding.fingerprint, finding) for report in reports for finding in report.findings)
    findings = _join_by_name(found, _add_findings)
    return Report(
        checked=sum(report.checked for report in reports),
        without_usage=sum(report.without_usage for report in reports),
        mocked=sum(report.mocked for report in reports),
        abandoned=sum(report.abandoned for report in reports),
        other_statuses=sum(report.other_statuses for report in reports),
        interrupted=any(report.interrupted for report in reports),
        missing=_unite(report.missing for report in reports),
        contracts=dict(sorted(contracts.items())),
        findings=sort_findings(findings.values()),
        unmatched=sum_unmatched(call for report in reports for call in report.unmatched),
        prunable=_find_prunable(reports, findings),
        typeless=tuple({entry.fingerprint: entry for report in reports for entry in report.typeless}.values()),
        errors=_unite(report.errors for report in reports),
        audit=add_audits([report.audit for report in reports if report.audit]),
    )


def _unite(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted(set(chain.from_iterable(texts))))


def _join_by_name(pairs: Iterable[tuple[str, T]], join: Callable[[T, T], T]) -> dict[str, T]:
    by_name: dict[str, list[T]] = {}
    for name, item in pairs:
        by_name.setdefault(name, []).append(item)
    return {name: reduce(join, items) for name, items in by_name.items()}


def _add_contracts(one: ContractReport, other: ContractReport) -> ContractReport:
    fields = _join_by_name(chain(one.fields.items(), other.fields.items()), _add_fields)
    return replace(
        one if one.source else other,
        checked=one.checked + other.checked,
        without_usage=one.without_usage + other.without_usage,
        mocked=one.mocked + other.mocked,
        coverage=share_seen(fields),
        fields=fields,
        kept=one.kept + other.kept,
    )


def _add_fields(one: FieldReport, other: FieldReport) -> FieldReport:
    return FieldReport(one.seen + other.seen, one.null + other.null)


def _add_findings(one: FindingReport, other: FindingReport) -> FindingReport:
    known = one.known and other.known
    # The words of the baseline are those of the report whose view of the finding holds.
    telling = one if one.known == known else other
    return replace(
        one,
        count=one.count + other.count,
        tests=tuple(sorted({*one.tests, *other.tests})),
        places=sort_places((*one.places, *other.places)),
        failing=one.failing or other.failing,
        known=known,
        reason=telling.reason,
        until=telling.until,
        ignored=dict(sorted((Counter(one.ignored) + Counter(other.ignored)).items())),
    )


def _find_prunable(reports: Sequence[Report], found: Mapping[str, object]) -> tuple[AcceptedEntry, ...]:
    """Return the entries that every run with a baseline has missed, and no run without one has found."""
    unseen = [{entry.fingerprint: entry for entry in report.prunable} for report in reports if report.settings.baseline]
    common = set.intersection(*map(set, unseen)) if unseen else set()
    return tuple(entry for name, entry in unseen[0].items() if name in common - found.keys()) if unseen else ()


def _find_unused(reports: Sequence[Report]) -> tuple[str, ...]:
    """Return the lines that no run has used; where one run has used a line, or has none such, it is not told."""
    common = set.intersection(*(set(report.unused_urls) for report in reports))
    return tuple(line for line in reports[0].unused_urls if line in common)


def add_merge(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare `usage-contract merge`; `args.run(args)` runs it and returns the exit status."""
    about = "join the JSON reports of several runs, and apply the gate to all of them together"
    example = "example: usage-contract merge usage-*.json --report usage.html --require any"
    parser = subparsers.add_parser("merge", help=about, description=about, epilog=example)
    add = parser.add_argument
    add("reports", nargs="+", type=Path, metavar="REPORT", help="a report in JSON, of pytest --usage-contract-report")
    add("--report", action="append", default=[], type=Path, metavar="PATH", help="write .json, .md, .html or .sarif")
    add("--fail-on", metavar="KINDS", help="kinds that fail: schema,accounting,drift,booking, or all, or none")
    required = "fail unless this contract, one of a provider's, or any at all was exercised (repeatable)"
    add("--require", action="append", metavar="NAME", help=required)
    add("--min-coverage", type=float, metavar="N", help="fail unless N percent of the documented fields were seen")
    add("--baseline", type=Path, metavar="PATH", help="file of findings that the team has accepted")
    add(
        "-q",
        "--quiet",
        action="store_const",
        dest="verbosity",
        const=-1,
        default=0,
        help="one line, and what needs a look",
    )
    add("-v", "--verbose", action="store_const", dest="verbosity", const=1, help="every test, and every usage")
    parser.set_defaults(run=_run_merge)


def _run_merge(args: argparse.Namespace) -> int:
    """Merge, write and print; return 0 where the gate passes, 1 where it fails, 2 for a misuse."""
    try:
        report = _merge_files(args)
        for path in args.report:
            write_report(report, path)
    except (ValueError, LookupError, OSError) as misuse:
        # A `LookupError` of the registry names the contracts there are, and may well be long.
        sys.stderr.write(f"usage-contract merge: {hide_commands(to_line(str(misuse), 1000))}\n")
        return 2
    for text, _ in format_summary(report, args.verbosity):
        sys.stdout.write(f"{text}\n")
    return 1 if report.outcome == "failed" else 0


def _merge_files(args: argparse.Namespace) -> Report:
    for path in args.report:
        check_writable(path)
    _refuse_repeats(args.reports)
    reports = [read_report(path) for path in args.reports]
    percent = args.min_coverage
    if percent is not None and not 0 <= percent <= 100:
        raise ValueError(f"--min-coverage {percent:g} is no percentage; give a number from 0 to 100")
    known = {name for report in reports for name in report.contracts}
    return merge(
        reports,
        fail_on=None if args.fail_on is None else parse_kinds(args.fail_on),
        require=None if args.require is None else tuple(_settle_names(args.require, known)),
        min_coverage=percent,
        baseline=read_baseline(args.baseline) if args.baseline else None,
    )


def _refuse_repeats(paths: Sequence[Path]) -> None:
    """Raise `ValueError` where one file is given twice, by whatever names: its exchanges would count twice."""
    given: dict[str, Path] = {}
    for path in paths:
        if (first := given.setdefault(os.path.realpath(path), path)) is not path:
            also = f", as {str(first)!r}" if first != path else ""
            raise ValueError(f"{str(path)!r} is given twice{also}; name each report once")


def _settle_names(names: list[str], known: set[str]) -> Iterator[str]:
    """Yield what is required: `any`, providers and contracts; what the reports know need not be known here."""
    for name in names:
        if name in {ANY, *known, *(contract.partition("/")[0] for contract in known)}:
            yield name
        else:
            found = contracts_named(name)
            yield from (name,) if name == found[0].provider else (contract.name for contract in found)
