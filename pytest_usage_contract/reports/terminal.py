"""The report as the last section of pytest's output: a line a contract, then the findings, each once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, Protocol

from pytest_usage_contract.reports.report import ContractReport, FindingReport, Report, by_kind
from pytest_usage_contract.reports.texts import count_of, one_line

Line = tuple[str, Mapping[str, bool]]
"""A text, and the markup that pytest gives it where it colours: `{"red": True}`."""

TITLE: Final = "usage contracts"
FIRST: Final = {0: 3, 1: 1000}
"""How many tests of a finding are named, by verbosity."""
MOST: Final = {0: 20, 1: 1000}
"""How many findings of one state, and how many calls that no contract covers, are listed."""

PLAIN: Final[Mapping[str, bool]] = {}
GREEN, YELLOW, RED = {"green": True}, {"yellow": True}, {"red": True}
STATES: Final[Mapping[str, Mapping[str, bool]]] = {"fails": RED, "warns": YELLOW, "known": PLAIN, "ignored": PLAIN}


class Writer(Protocol):
    """What pytest's terminal reporter can do."""

    def write_sep(self, sep: str, title: str, **markup: bool) -> None:
        """Write a line of *sep* with a title in the middle."""

    def write_line(self, line: str, **markup: bool) -> None:
        """Write a line."""


def write_summary(report: Report, writer: Writer, verbosity: int = 0) -> None:
    """Write the section; with a *verbosity* below 0 no more than the outcome, above 0 everything there is."""
    if verbosity >= 0:
        writer.write_sep("=", TITLE)
    for text, markup in format_summary(report, verbosity):
        writer.write_line(text, **markup)


def format_summary(report: Report, verbosity: int = 0) -> Iterator[Line]:
    """The lines of the section; none of them is a command to the log of a CI job that shows it."""
    for text, markup in _summary(report, verbosity):
        # GitHub's runner obeys a line that begins with `::`, white space aside, or has `##[` anywhere.
        quiet = text.replace("##[", "##\\[")
        yield quiet.replace("::", "\\::", 1) if quiet.lstrip().startswith("::") else quiet, markup


def _summary(report: Report, verbosity: int) -> Iterator[Line]:
    if verbosity < 0:
        yield f"{TITLE}: {_totals(report)}", PLAIN
    else:
        level = min(verbosity, 1)
        yield from _contracts(report, level)
        yield from _beside(report, level)
        for state in STATES:
            yield from _findings(state, [found for found in report.findings if state_of(found) == state], level)
        yield from _baseline(report, level)
    for error in report.errors:
        yield f"error in the plugin: {one_line(error)}", YELLOW
    for reason in report.reasons:
        yield f"failed: {reason}", RED


def state_of(found: FindingReport) -> str:
    """In one word what a finding does to the run: `fails`, `warns`, or nothing, being `known` or `ignored`."""
    if found.failing:
        return "fails"
    if found.known:
        return "known"
    return "warns" if found.open else "ignored"


def findings_in_words(findings: tuple[FindingReport, ...]) -> str:
    """`2 schema, 1 drift`."""
    return ", ".join(f"{number} {kind}" for kind, number in by_kind(findings))


def format_times(found: FindingReport) -> str:
    """`, 2 times`, and nothing for once."""
    return f", {found.count} times" if found.count > 1 else ""


def explain_state(found: FindingReport) -> str:
    """What the team or a test has said about a finding."""
    if found.expired:
        return f"accepted until {one_line(str(found.until))}, which is over"
    if found.known:
        until = f" (until {one_line(found.until)})" if found.until else ""
        return f"{one_line(found.reason) or 'accepted without a reason'}{until}"
    return ", ".join(f"{one_line(reason)} ({number})" for reason, number in found.ignored.items())


def _totals(report: Report) -> str:
    if not (report.checked or report.mocked):
        return "no response was seen that a contract covers"
    kept = sum(contract.kept for contract in report.contracts.values())
    parts = [f"{report.checked} checked", f"{kept} kept", findings_in_words(report.findings)]
    if report.mocked:
        parts.insert(1, f"{report.mocked} mocked")
    if report.known:
        parts.append(f"known: {report.known}")
    return ", ".join(filter(None, parts))


def _contracts(report: Report, level: int) -> Iterator[Line]:
    if not (report.checked or report.mocked):
        yield "no response was seen that a contract covers", YELLOW
    rows = [(one_line(name, 60), *_row(contract), report.of(name)) for name, contract in report.contracts.items()]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for (*cells, findings), contract in zip(rows, report.contracts.values(), strict=True):
        texts = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join((*texts, findings_in_words(findings) or "no findings")), _colour(contract, findings)
        if level and contract.unseen:
            yield f"    never seen: {one_line(', '.join(contract.unseen), 2000)}", PLAIN


def _row(contract: ContractReport) -> tuple[str, str]:
    mocked = f", {contract.mocked} mocked" if contract.mocked else ""
    counts = f"{contract.checked} checked, {contract.kept} kept{mocked}"
    percent = int(contract.coverage * 100)  # rounded down: 100 % is all of them
    return counts, f"{contract.covered} of {len(contract.fields)} fields seen ({percent} %)"


def _colour(contract: ContractReport, findings: tuple[FindingReport, ...]) -> Mapping[str, bool]:
    states = {state_of(found) for found in findings}
    if "fails" in states:
        return RED
    return YELLOW if "warns" in states or not contract.checked else GREEN


def _beside(report: Report, level: int) -> Iterator[Line]:
    """What was not judged."""
    if report.abandoned:
        yield f"{count_of(report.abandoned, 'stream')} left by the consumer before the usage came", PLAIN
    if report.other_statuses:
        yield f"{count_of(report.other_statuses, 'response')} with a status other than 2xx", PLAIN
    for call in report.unmatched[: MOST[level]]:
        yield (
            f"no contract covers {one_line(call.method)} {one_line(call.host)}{one_line(call.path)} ({call.count})",
            PLAIN,
        )
    yield from _more(len(report.unmatched), level)


def _findings(state: str, findings: list[FindingReport], level: int) -> Iterator[Line]:
    brief = state in ("known", "ignored") and not level
    for found in findings[: MOST[level]]:
        head = f"{one_line(found.code)}  {one_line(found.path)}  in {one_line(found.contract, 60)}{format_times(found)}"
        yield f"{state:<7} {head}{f': {explain_state(found)}' if explain_state(found) else ''}", STATES[state]
        if not brief:
            yield f"        {one_line(found.message)}", PLAIN
            yield from _where(found, level)
    yield from _more(len(findings), level)


def _where(found: FindingReport, level: int) -> Iterator[Line]:
    if level:
        yield f"        {one_line(found.call)}  fingerprint {one_line(found.fingerprint)}", PLAIN
        if found.usage is not None:
            yield f"        {one_line(json.dumps(found.usage), 2000)}", PLAIN
    yield f"        {format_tests(found.tests, FIRST[level])}", PLAIN


def format_tests(tests: tuple[str, ...], first: int) -> str:
    """The *first* tests by name, and how many more; a finding without any belongs to the run."""
    if not tests:
        return "outside any test"
    more = f" and {len(tests) - first} more" if len(tests) > first else ""
    return ", ".join(map(one_line, islice(tests, first))) + more


def _more(number: int, level: int) -> Iterable[Line]:
    return [(f"        … and {number - MOST[level]} more", PLAIN)] if number > MOST[level] else []


def _baseline(report: Report, level: int) -> Iterator[Line]:
    if report.known:
        yield f"known: {report.known}", PLAIN
    if report.prunable:
        yield f"{count_of(len(report.prunable), 'entry').replace('entrys', 'entries')} of the baseline not seen", PLAIN
    for entry in report.prunable[: MOST[1] if level else 0]:
        yield (
            (
                f"        {one_line(entry.code)}  {one_line(entry.path)}  in {one_line(entry.contract)}"
                f" ({entry.fingerprint})"
            ),
            PLAIN,
        )
