"""The report as the last section of pytest's output: a line a contract, then the findings, each once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, Protocol

from pytest_usage_contract.core.escape import hide_commands, pluralize, to_line
from pytest_usage_contract.reports.audited import list_unjudged
from pytest_usage_contract.reports.report import (
    STATES,
    AcceptedEntry,
    ContractReport,
    FindingReport,
    Report,
    State,
    count_kinds,
)

Line = tuple[str, Mapping[str, bool]]
"""A text, and the markup that pytest gives it where it colours: `{"red": True}`."""

SECTION_TITLE: Final = "usage contracts"

MOST_TESTS: Final = {0: 3, 1: 1000}
"""Tests of a finding that are named, by verbosity."""

MOST_LINES: Final = {-1: 10, 0: 20, 1: 1000}
"""Findings of one state, and calls that no contract covers, that are listed."""

NO_COLOUR: Final[Mapping[str, bool]] = {}
GREEN, YELLOW, RED = {"green": True}, {"yellow": True}, {"red": True}
STATE_COLOURS: Final[Mapping[State, Mapping[str, bool]]] = {
    "fails": RED,
    "warns": YELLOW,
    "known": NO_COLOUR,
    "ignored": NO_COLOUR,
}


class Writer(Protocol):
    """The part of pytest's terminal reporter that the section needs."""

    def write_sep(self, sep: str, title: str, **markup: bool) -> None:
        """Write a line of *sep* with a title in the middle."""

    def write_line(self, line: str, **markup: bool) -> None:
        """Write a line."""


def write_summary(report: Report, writer: Writer, verbosity: int = 0) -> None:
    """Write the section of a run, whose failed tests have told what fails in them.

    With a *verbosity* below 0 it has no title, and a line for each thing; above 0 everything there is.
    """
    if verbosity >= 0:
        writer.write_sep("=", SECTION_TITLE)
    for text, markup in format_summary(report, verbosity, failures=False):
        writer.write_line(text, **markup)


def format_summary(report: Report, verbosity: int = 0, *, failures: bool = True) -> Iterator[Line]:
    """Yield the lines of the section; none of them is a command to the log of a CI job that shows it.

    *failures* is false where the failed tests have told in full what fails in them.
    """
    for text, markup in _summarize(report, verbosity, failures=failures):
        yield hide_commands(text), markup


def _summarize(report: Report, verbosity: int, *, failures: bool) -> Iterator[Line]:
    level = min(verbosity, 1)
    if level < 0:
        yield f"{SECTION_TITLE}: {_format_totals(report)}", NO_COLOUR
    else:
        yield from _summarize_contracts(report, level)
    yield from _summarize_unjudged(report, level)
    for state in STATES if level >= 0 else STATES[:2]:
        findings = [found for found in report.findings if found.state == state]
        yield from _summarize_findings(state, findings, level, failures=failures)
    yield from _summarize_baseline(report, level)
    for error in report.errors:
        yield f"error in the plugin: {to_line(error)}", YELLOW
    for reason in report.reasons:
        yield f"failed: {reason}", RED


def format_kinds(findings: tuple[FindingReport, ...]) -> str:
    """Return the number of findings of each kind: `2 schema, 1 drift`."""
    return ", ".join(f"{number} {kind}" for kind, number in count_kinds(findings))


def format_kept(counts: ContractReport | Report) -> str:
    """Return how many exchanges were kept: `3 kept, 2 of them without a usage`."""
    without = f", {counts.without_usage} of them without a usage" if counts.without_usage else ""
    return f"{counts.kept} kept{without}"


def format_times(found: FindingReport) -> str:
    """Return `, 2 times`, or nothing for a finding that occurred once."""
    return f", {found.count} times" if found.count > 1 else ""


def explain_state(found: FindingReport) -> str:
    """Return the words of the baseline, or of the tests, on why a finding does not fail, or fails again."""
    if found.expired:
        return f"accepted until {to_line(str(found.until))}, which is over"
    if found.known:
        until = f" (until {to_line(found.until)})" if found.until else ""
        return f"{to_line(found.reason) or 'accepted without a reason'}{until}"
    return ", ".join(f"{to_line(reason)} ({number})" for reason, number in found.ignored.items())


def _format_totals(report: Report) -> str:
    if not (report.checked or report.mocked):
        return "no response was seen that a contract covers"
    parts = [f"{report.checked} checked", format_kept(report), format_kinds(report.findings)]
    if report.mocked:
        parts.insert(1, f"{report.mocked} mocked")
    if report.known:
        parts.append(f"known: {report.known}")
    return ", ".join(filter(None, parts))


def _summarize_contracts(report: Report, level: int) -> Iterator[Line]:
    if not (report.checked or report.mocked):
        yield "no response was seen that a contract covers", YELLOW
    rows = [
        (to_line(name, 60), *_format_cells(contract), report.findings_of(name))
        for name, contract in report.contracts.items()
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for (*cells, findings), contract in zip(rows, report.contracts.values(), strict=True):
        texts = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join((*texts, format_kinds(findings) or "no findings")), _choose_colour(contract, findings)
        if level and contract.unseen:
            yield f"    never seen: {to_line(', '.join(contract.unseen), 2000)}", NO_COLOUR


def _format_cells(contract: ContractReport) -> tuple[str, str]:
    mocked = f", {contract.mocked} mocked" if contract.mocked else ""
    counts = f"{contract.checked} checked, {format_kept(contract)}{mocked}"
    percent = int(contract.coverage * 100)  # rounded down: 100 % is all of them
    return counts, f"{contract.covered} of {len(contract.fields)} fields seen ({percent} %)"


def _choose_colour(contract: ContractReport, findings: tuple[FindingReport, ...]) -> Mapping[str, bool]:
    states = {found.state for found in findings}
    if "fails" in states:
        return RED
    return YELLOW if "warns" in states or not contract.checked else GREEN


def _summarize_unjudged(report: Report, level: int) -> Iterator[Line]:
    if report.abandoned and level >= 0:
        yield f"{pluralize(report.abandoned, 'stream')} left by the consumer before the usage came", NO_COLOUR
    if report.other_statuses and level >= 0:
        yield f"{pluralize(report.other_statuses, 'response')} with a status other than 2xx", NO_COLOUR
    if report.audit is not None:
        yield from ((line, NO_COLOUR) for line in list_unjudged(report.audit))
    calls = sorted(report.unmatched, key=lambda call: not call.looks_like)
    for call in calls[: MOST_LINES[level]]:
        line = f"no contract covers {to_line(call.method)} {to_line(call.host)}{to_line(call.path)} ({call.count})"
        hint = f"; it looks like {to_line(call.looks_like)}, so map it in usage_contract_urls: {to_line(call.mapping)}"
        yield (f"{line}{hint}", YELLOW) if call.looks_like else (line, NO_COLOUR)
    yield from _count_rest(len(calls), level)
    for line in report.unused_urls:
        yield f"no call has matched this line of usage_contract_urls: {to_line(line)}", YELLOW


def _summarize_findings(state: State, findings: list[FindingReport], level: int, *, failures: bool) -> Iterator[Line]:
    if level < 0 and not failures:
        findings = [found for found in findings if not found.told]
    for found in findings[: MOST_LINES[level]]:
        head = f"{to_line(found.code)}  {to_line(found.path)}  in {to_line(found.contract, 60)}{format_times(found)}"
        why = f": {explain_state(found)}" if explain_state(found) else ""
        brief = level < 1 and (level < 0 or state in ("known", "ignored") or (found.told and not failures))
        where = f"  {format_places(found, 1)}" if brief and state in ("fails", "warns") else ""
        yield f"{state:<7} {head}{why}{where}", STATE_COLOURS[state]
        if not brief:
            yield f"        {to_line(found.message)}", NO_COLOUR
            yield from _locate(found, level)
    yield from _count_rest(len(findings), level)


def _locate(found: FindingReport, level: int) -> Iterator[Line]:
    if level:
        yield f"        {to_line(found.call)}  fingerprint {to_line(found.fingerprint)}", NO_COLOUR
        if found.usage is not None:
            yield f"        {to_line(json.dumps(found.usage), 2000)}", NO_COLOUR
    yield f"        {format_places(found, MOST_TESTS[level])}", NO_COLOUR
    if level and found.places and found.tests:
        yield f"        {format_tests(found.tests, MOST_TESTS[level])}", NO_COLOUR


def format_places(found: FindingReport, first: int) -> str:
    """Return the *first* lines that made the calls, or the first tests where no line is known, and how many follow.

    Of what no test has made every occurrence has a place of its own, of which only some are known.
    """
    if found.places and not found.tests:
        known = ", ".join(map(to_line, found.places[:first]))
        return f"{known} and {found.count - first} more" if found.count > first else known
    return format_tests(found.places or found.tests, first)


def format_tests(tests: tuple[str, ...], first: int) -> str:
    """Return the *first* tests by name and the number of the rest; a finding without any belongs to the run."""
    if not tests:
        return "outside any test"
    more = f" and {len(tests) - first} more" if len(tests) > first else ""
    return ", ".join(map(to_line, islice(tests, first))) + more


def _count_rest(number: int, level: int) -> Iterable[Line]:
    return [(f"        … and {number - MOST_LINES[level]} more", NO_COLOUR)] if number > MOST_LINES[level] else []


def _summarize_baseline(report: Report, level: int) -> Iterator[Line]:
    if report.known and level >= 0:
        yield f"known: {report.known}", NO_COLOUR
    if report.prunable and level >= 0:
        yield f"{_count_entries(report.prunable)} of the baseline not seen", NO_COLOUR
        yield from _list_entries(report.prunable, level)
    if report.typeless:
        hint = 'write what is accepted, such as type = "number"'
        yield f"{_count_entries(report.typeless)} of the baseline for drift of any JSON type; {hint}", YELLOW
        yield from _list_entries(report.typeless, level)


def _count_entries(entries: tuple[AcceptedEntry, ...]) -> str:
    return f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"


def _list_entries(entries: tuple[AcceptedEntry, ...], level: int) -> Iterator[Line]:
    for entry in entries[: MOST_LINES[1] if level > 0 else 0]:
        place = f"{to_line(entry.code)}  {to_line(entry.path)}  in {to_line(entry.contract)}"
        yield f"        {place} ({to_line(entry.fingerprint)})", NO_COLOUR
