"""The command `usage-contract check`: judge what was recorded, and decide over it as a run under pytest does."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_usage_contract.audit.cluster import CLUSTER_PART_SIZE, WAVE, judge_on_cluster
from pytest_usage_contract.audit.conclusion import make_report
from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.inputs import Input, find_inputs
from pytest_usage_contract.audit.jobs import Judged, judge_parts
from pytest_usage_contract.audit.opening import hide_secrets
from pytest_usage_contract.audit.partial import Partial, Place
from pytest_usage_contract.audit.plan import PART_SIZE, Part, Plan, split
from pytest_usage_contract.audit.progress import show_progress
from pytest_usage_contract.audit.settings import Settings, read_plan, read_settings
from pytest_usage_contract.audit.state import open_state
from pytest_usage_contract.core.escape import pluralize, to_line
from pytest_usage_contract.project import Project
from pytest_usage_contract.reports import write_report, write_whole
from pytest_usage_contract.reports.outcome import conclude
from pytest_usage_contract.reports.report import Report
from pytest_usage_contract.reports.terminal import format_summary

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

KEPT, BROKEN, MISUSE = 0, 1, 2

EXAMPLES: Final = """\
examples: usage-contract check tests/cassettes
          usage-contract check --contract orq/deployments_invoke body.json
          usage-contract check --url "http://gateway:4000/v1 = openrouter" calls.har
          usage-contract check --body /response --url-at /request/url --jobs 8 --state nightly.db logs/
"""


def add_check(subparsers: "Subparsers") -> argparse.ArgumentParser:
    """Declare `check`."""
    parser = subparsers.add_parser(
        "check",
        help="judge what was recorded: JSON, JSON lines, event streams, HAR, cassettes",
        description="Judge what was recorded: bodies in JSON and JSON lines, event streams, HAR files, cassettes of\n"
        "VCR and of responses; each may be packed by gzip or zstd.",
        epilog=EXAMPLES,
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="a file, a folder, a glob, a URL, or - for the standard input")
    whose = parser.add_argument_group("whose it is")
    whose.add_argument("--contract", metavar="NAME", help="judge all of it under this contract, whatever was called")
    whose.add_argument(
        "--url",
        metavar="URL",
        action="append",
        default=[],
        help='"URL = NAME" maps a gateway, as a line of usage_contract_urls does; a URL alone is where that was called '
        "which tells no request (repeatable)",
    )
    whose.add_argument("--body", metavar="POINTER", default="", help="where in a line of a log the body stands")
    whose.add_argument("--url-at", metavar="POINTER", default="", help="where in a line of a log the URL stands")
    _add_gate(parser.add_argument_group("what fails, and what is written"))
    _add_work(parser.add_argument_group("how it is done"))
    return parser


def _add_gate(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--fail-on", metavar="KINDS", help="kinds that fail: schema,accounting,drift, or all, or none")
    demand = "fail what answers without a usage under this contract, this provider, or `all` (repeatable)"
    add("--demand", metavar="NAME", action="append", default=[], help=demand)
    ignored = "findings that do not fail: CODE PATH in NAME (repeatable)"
    add("--ignore", metavar="LINE", action="append", default=[], help=ignored)
    required = "fail unless this contract, one of a provider's, or any at all was exercised (repeatable)"
    add("--require", metavar="NAME", action="append", default=[], help=required)
    add("--min-coverage", metavar="N", help="fail unless N percent of the documented fields were seen")
    add("--baseline", metavar="PATH", type=Path, help="file of findings that the team has accepted")
    add("--update-baseline", action="store_true", help="accept what is found now")
    add("--strict", action="store_true", help="fail where something could not be read")
    add("--report", metavar="PATH", action="append", default=[], type=Path, help="write .json, .md, .html or .sarif")
    add("-q", "--quiet", action="store_const", dest="verbosity", const=-1, default=0, help="one line, and what fails")
    add("-v", "--verbose", action="store_const", dest="verbosity", const=1, help="every place, and every usage")


def _add_work(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--jobs", metavar="N", type=_read_number, default=1, help="judge in N processes")
    remembered = "remember in this file what was judged, and judge only what is new"
    add("--state", metavar="PATH", type=Path, help=remembered)
    add("--dask", metavar="ADDRESS", help="judge on the Dask cluster with its scheduler there: tcp://host:8786")
    sampled = "judge one exchange in N, the same ones whenever it is run"
    add("--sample", metavar="N", type=_read_number, default=1, help=sampled)


def _read_number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def run_check(given: argparse.Namespace, project: Project) -> int:
    """Judge what is at the paths that are *given*; write the reports, print the summary, and return the exit status."""
    settings, plan = read_settings(given, project), read_plan(given, project)
    if given.state and plan.sample > 1:
        raise ValueError("--state holds everything that was judged, and takes no --sample")
    judge = partial(judge_parts, plan=plan, jobs=given.jobs)
    if given.dask:
        judge = partial(judge_on_cluster, plan=plan, address=given.dask, wave=1 if given.state else WAVE)
    audit = judge_all(given.paths, plan, judge, state=given.state, size=CLUSTER_PART_SIZE if given.dask else PART_SIZE)
    report = conclude_audit(audit.found, plan, settings, audit.missing)
    for text, _ in format_summary(report, given.verbosity):
        print(text)
    if given.state:
        print(f"{audit.new} of {pluralize(audit.found.judged, 'exchange')} in {given.state} are new")
    if not report.checked:
        print(
            f"usage-contract check: nothing was judged of {to_line(hide_secrets(' '.join(given.paths)))}",
            file=sys.stderr,
        )
        return MISUSE
    return BROKEN if report.outcome == "failed" else KEPT


@dataclass(slots=True)
class Audit:
    """What was *found*, of how many exchanges that are *new*, and what an interrupted audit is *missing*."""

    found: Partial = field(default_factory=Partial)
    new: int = 0
    missing: tuple[str, ...] = ()


def judge_all(
    paths: Sequence[str],
    plan: Plan,
    judge: Callable[[Sequence[Part]], Iterable[Judged]],
    *,
    state: Path | None = None,
    size: int,
) -> Audit:
    """Judge what is at *paths*, and not in the *state* yet, which takes one part of about *size* bytes at a time."""
    audit, inputs = Audit(), dict[str, Input]()
    for found in find_inputs(paths):
        if isinstance(found, Unread):
            audit.found.unread.add(Place(found.location), found.why)
        else:
            inputs.setdefault(found.identity or found.location, found)
    with open_state(state, plan) if state else nullcontext() as held:
        new = held.list_new([*inputs.values()], size) if held else _cut(inputs.values(), plan, size)
        parts, done = [*new], 0
        try:
            for some, judged in show_progress(judge(parts), sum(part.size for part in parts)):
                audit.new += judged.judged
                if held is None or not held.keep(some[0], judged):
                    audit.found.absorb(judged)
                done += len(some)
        except KeyboardInterrupt:
            audit.missing = (f"{len(parts) - done} of {pluralize(len(parts), 'part')}",)
        if held is not None:
            audit.found.absorb(held.sum())
    return audit


def _cut(inputs: Iterable[Input], plan: Plan, size: int) -> Iterator[Part]:
    """Yield the parts of all inputs; where a sample is taken each is one, so that the same lines are taken."""
    for found in inputs:
        yield from split(found, size) if plan.sample == 1 else (Part(found),)


def conclude_audit(found: Partial, plan: Plan, settings: Settings, missing: tuple[str, ...] = ()) -> Report:
    """Return the report on what was found, and write what was asked for."""
    baseline, policy = settings.baseline, settings.policy
    report = make_report(
        found,
        policy,
        require=settings.demands.require,
        urls=() if missing else settings.urls,
        sample=plan.sample,
        missing=missing,
    )
    if settings.update_baseline and baseline is not None and settings.baseline_path is not None:
        baseline = baseline.with_new(report.findings, date.today())  # noqa: DTZ011 - a day of the team's own calendar
        write_whole(settings.baseline_path, baseline.text)
    report = conclude(report, settings.demands, baseline=baseline, filtered=plan.sample > 1)
    for path in settings.reports:
        write_report(report, path)
    return report
