"""The report as GitHub-flavoured Markdown: for a pull request, a wiki, or the summary of a CI job."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import STATES, explain_state, findings_in_words, state_of
from pytest_usage_contract.reports.texts import one_line

SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>#|~&@$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
ENCLOSED: Final = re.compile(r"[^`| ]([^`|]*[^`| ])?")
"""What a pair of backticks makes code of, in a table too."""
MOST: Final = 100
FIRST: Final = 3
LARGEST: Final = 900_000
"""Bytes; GitHub refuses the summary of a step above 1 MiB."""


def to_markdown(report: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def append_to(path: Path, report: Report) -> None:
    """Add the report to a file that others write to as well, such as the summary of a GitHub step."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(to_markdown(report))


def text(foreign: str, longest: int = 300) -> str:
    """A foreign text, with a backslash before everything that Markdown gives a meaning to."""
    return SPECIAL.sub(r"\\\g<0>", one_line(foreign, longest))


def code(foreign: str, longest: int = 300) -> str:
    """A foreign text as code."""
    safe = one_line(foreign, longest)
    return f"`{safe}`" if ENCLOSED.fullmatch(safe) else html(foreign, longest)


def html(foreign: str, longest: int = 300) -> str:
    """A foreign text as code in HTML: where Markdown is not read, and where no backtick could enclose it."""
    return f"<code>{SPECIAL.sub(lambda char: f'&#{ord(char[0][0])};{char[0][1:]}', one_line(foreign, longest))}</code>"


def _lines(report: Report) -> Iterator[str]:
    yield f"## Usage contracts: {report.outcome}"
    yield ""
    if report.reasons:
        yield from (f"- {text(reason, 2000)}" for reason in report.reasons)
        yield ""
    if not (report.checked or report.mocked):
        yield "No response was seen that a contract covers."
        yield ""
    if report.contracts:
        yield from _table(
            ("contract", "checked", "kept", "mocked", "fields seen", "findings"),
            (
                (
                    code(name),
                    str(contract.checked),
                    str(contract.kept),
                    str(contract.mocked),
                    f"{contract.covered} of {len(contract.fields)} ({int(contract.coverage * 100)} %)",
                    findings_in_words(report.of(name)),
                )
                for name, contract in report.contracts.items()
            ),
        )
    yield from _findings(report)
    yield from _unseen(report)
    yield from _beside(report)


def _findings(report: Report) -> Iterator[str]:
    findings = sorted(report.findings, key=lambda found: tuple(STATES).index(state_of(found)))
    if not findings:
        return
    yield "### Findings"
    yield ""
    yield from _table(
        ("", "code", "path", "message", "contract", "times", "tests"), (_row(found) for found in findings[:MOST])
    )
    if len(findings) > MOST:
        yield f"{len(findings) - MOST} more findings stand in the JSON report."
        yield ""
    size = 0
    for found in findings[:MOST]:
        if found.usage is not None and state_of(found) in ("fails", "warns") and size < LARGEST // 4:
            block = "\n".join(_usage(found))
            size += len(block)
            yield block


def _row(found: FindingReport) -> Iterator[str]:
    said = f"<br>{text(explain_state(found))}" if explain_state(found) else ""
    yield f"**{state_of(found)}**" if found.failing else state_of(found)
    yield code(found.code)
    yield code(found.path, 120)
    yield text(found.message) + said
    yield code(found.contract, 60)
    yield str(found.count)
    yield _tests(found.tests) or "outside any test"


def _tests(tests: tuple[str, ...]) -> str:
    more = f" and {len(tests) - FIRST} more" if len(tests) > FIRST else ""
    return "<br>".join(code(test, 200) for test in tests[:FIRST]) + more


def _usage(found: FindingReport) -> Iterator[str]:
    """The usage that showed a finding, folded away."""
    yield f"<details><summary>{html(found.code)} {html(found.path, 120)} in {html(found.call)}</summary>"
    yield ""
    # Four spaces and no fence: nothing in a text can end such a block but the end of its line.
    yield from (f"    {row}" for row in json.dumps(found.usage, indent=2).splitlines())
    yield ""
    yield "</details>"
    yield ""


def _unseen(report: Report) -> Iterator[str]:
    unseen = {name: contract.unseen for name, contract in report.contracts.items() if contract.unseen}
    if unseen:
        yield "### Documented, and never seen"
        yield ""
        for name, paths in unseen.items():
            yield f"- {code(name)}: {', '.join(code(path) for path in paths)}"
        yield ""


def _beside(report: Report) -> Iterator[str]:
    told = [
        *(
            f"no contract covers {code(call.method)} {code(call.host + call.path)} ({call.count})"
            for call in report.unmatched[:MOST]
        ),
        *(
            f"the baseline accepts {code(entry.code)} {code(entry.path)} in {code(entry.contract)}, which was not seen"
            for entry in report.prunable[:MOST]
        ),
        *(f"error in the plugin: {text(error)}" for error in report.errors),
    ]
    if report.abandoned:
        told.append(f"streams that the consumer left before the usage came: {report.abandoned}")
    if report.other_statuses:
        told.append(f"responses with a status other than 2xx: {report.other_statuses}")
    if told:
        yield "### Not judged, and not needed"
        yield ""
        yield from (f"- {item}" for item in told)
        yield ""


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
