"""`usage-contract merge`: the reports of CI jobs as one, and the gate's answer to it as an exit status."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.providers.registry import contracts_named
from pytest_usage_contract.reports import check_writable, write
from pytest_usage_contract.reports.baseline import read_baseline
from pytest_usage_contract.reports.merging import merge
from pytest_usage_contract.reports.report import Report, read_report
from pytest_usage_contract.reports.terminal import format_summary
from pytest_usage_contract.reports.texts import one_line

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

KEPT, FAILS, MISUSE = 0, 1, 2


def add_merge(subparsers: "Subparsers") -> None:
    """Declare the command; `args.run(args)` runs it and gives the exit status."""
    about = "join the JSON reports of several runs, and apply the gate to all of them together"
    parser = subparsers.add_parser("merge", help=about, description=about)
    add = parser.add_argument
    add("reports", nargs="+", type=Path, metavar="REPORT", help="a report in JSON, of pytest --usage-contract-report")
    add("--report", action="append", default=[], type=Path, metavar="PATH", help="write .json, .md, .html or .sarif")
    add("--fail-on", metavar="KINDS", help="kinds that fail: schema,accounting,drift, or all, or none")
    add("--require", action="append", metavar="NAME", help="fail unless this contract was exercised (repeatable)")
    add("--min-coverage", type=float, metavar="N", help="fail unless N percent of the documented fields were seen")
    add("--baseline", type=Path, metavar="PATH", help="file of findings that the team has accepted")
    add("-q", "--quiet", action="store_const", dest="verbosity", const=-1, default=0, help="one line, and what fails")
    add("-v", "--verbose", action="store_const", dest="verbosity", const=1, help="every test, and every usage")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Merge, write and tell; 0 where the gate passes, 1 where it fails, 2 where the command cannot be obeyed."""
    try:
        report = _merged(args)
        for path in args.report:
            write(report, path)
    except (ValueError, LookupError, OSError) as misuse:
        sys.stderr.write(f"usage-contract merge: {_words(misuse)}\n")
        return MISUSE
    for text, _ in format_summary(report, args.verbosity):
        sys.stdout.write(f"{text}\n")
    return FAILS if report.outcome == "failed" else KEPT


def _merged(args: argparse.Namespace) -> Report:
    for path in args.report:
        check_writable(path)
    reports = [read_report(path) for path in args.reports]
    percent = args.min_coverage
    if percent is not None and not 0 <= percent <= 100:
        raise ValueError(f"--min-coverage {percent:g} is no percentage; give a number from 0 to 100")
    known = {name for report in reports for name in report.contracts}
    return merge(
        reports,
        fail_on=None if args.fail_on is None else parse_kinds(args.fail_on),
        require=None if args.require is None else tuple(_required(args.require, known)),
        min_coverage=percent,
        baseline=read_baseline(args.baseline) if args.baseline else None,
    )


def _required(names: list[str], known: set[str]) -> Iterator[str]:
    """The names of contracts; one that the reports know need not be known here."""
    for name in names:
        yield from (name,) if name in known else (contract.name for contract in contracts_named(name))


def _words(misuse: Exception) -> str:
    # A LookupError of `meant_by` says what there is, and may well be long.
    return one_line(str(misuse), 1000)
