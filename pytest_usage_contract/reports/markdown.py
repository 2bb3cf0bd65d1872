"""The report as GitHub-flavoured Markdown: for a pull request, a wiki, or the summary of a CI job."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.escape import to_line
from pytest_usage_contract.reports.audited import list_unjudged
from pytest_usage_contract.reports.report import STATES, FindingReport, Report, UnmatchedCall
from pytest_usage_contract.reports.terminal import explain_state, format_kept, format_kinds

MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>#|~&@$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
"""Characters that Markdown gives a meaning to."""

FITS_BACKTICKS: Final = re.compile(r"[^`| ]([^`|]*[^`| ])?")
"""Text that a pair of backticks makes code of, in a table too."""

MOST_ITEMS: Final = 100
"""Rows of the table of findings, and items of a list."""

MOST_PLACES_IN_CELL: Final = 3
"""Lines that showed a finding, or its tests, that are named."""

MOST_SUMMARY_BYTES: Final = 900_000
"""Bytes of the whole; GitHub refuses the summary of a step above 1 MiB."""


def to_markdown(report: Report) -> str:
    """Return the whole report, a heading of the second level and all that belongs under it."""
    return "\n".join(_format_sections(report)) + "\n"


def append_to(path: Path, report: Report) -> None:
    """Add the report to a file that others write to as well, such as the summary of a GitHub step."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(to_markdown(report))


def escape_markdown(untrusted: str, longest: int = 300) -> str:
    """Return an untrusted text on one line, with a backslash before everything that Markdown gives a meaning to."""
    return MARKUP.sub(r"\\\g<0>", to_line(untrusted, longest))


def quote_code(untrusted: str, longest: int = 300) -> str:
    """Return an untrusted text as code, in backticks where they can enclose it."""
    line = to_line(untrusted, longest)
    return f"`{line}`" if FITS_BACKTICKS.fullmatch(line) else wrap_html_code(untrusted, longest)


def wrap_html_code(untrusted: str, longest: int = 300) -> str:
    """Return an untrusted text as code in HTML: where Markdown is not read, and where no backtick could enclose it."""
    line = to_line(untrusted, longest)
    return f"<code>{MARKUP.sub(lambda char: f'&#{ord(char[0][0])};{char[0][1:]}', line)}</code>"


def _format_sections(report: Report) -> Iterator[str]:
    yield f"## Usage contracts: {report.outcome}"
    yield ""
    if report.reasons:
        yield from (f"- {escape_markdown(reason, 2000)}" for reason in report.reasons)
        yield ""
    if not (report.checked or report.mocked):
        yield "No response was seen that a contract covers."
        yield ""
    if report.contracts:
        yield from _format_table(
            ("contract", "checked", "kept", "mocked", "fields seen", "findings"),
            (
                (
                    quote_code(name),
                    str(contract.checked),
                    format_kept(contract).replace(" kept", ""),
                    str(contract.mocked),
                    f"{contract.covered} of {len(contract.fields)} ({int(contract.coverage * 100)} %)",
                    format_kinds(report.findings_of(name)),
                )
                for name, contract in report.contracts.items()
            ),
        )
    yield from _list_findings(report)
    yield from _list_unseen(report)
    yield from _list_unjudged(report)


def _list_findings(report: Report) -> Iterator[str]:
    findings = sorted(report.findings, key=lambda found: STATES.index(found.state))
    if not findings:
        return
    yield "### Findings"
    yield ""
    yield from _format_table(
        ("", "code", "path", "message", "contract", "times", "where"),
        (_format_row(found) for found in findings[:MOST_ITEMS]),
    )
    if len(findings) > MOST_ITEMS:
        yield f"{len(findings) - MOST_ITEMS} more findings stand in the JSON report."
        yield ""
    size = 0
    for found in findings[:MOST_ITEMS]:
        if found.usage is not None and found.state in ("fails", "warns") and size < MOST_SUMMARY_BYTES // 4:
            block = "\n".join(_fold_usage(found))
            size += len(block)
            yield block


def _format_row(found: FindingReport) -> Iterator[str]:
    explanation = f"<br>{escape_markdown(explain_state(found))}" if explain_state(found) else ""
    named = found.places or found.tests
    places = "<br>".join(quote_code(place, 200) for place in named[:MOST_PLACES_IN_CELL])
    rest = (len(named) if found.tests else found.count) - MOST_PLACES_IN_CELL
    yield f"**{found.state}**" if found.failing else found.state
    yield _link_code(found.code)
    yield quote_code(found.path, 120)
    yield escape_markdown(found.message) + explanation
    yield quote_code(found.contract, 60)
    yield str(found.count)
    yield (places or "outside any test") + (f" and {rest} more" if rest > 0 else "")


def _link_code(code: str) -> str:
    return f"[{quote_code(code)}]({CODES[code].docs})" if code in CODES else quote_code(code)


def _fold_usage(found: FindingReport) -> Iterator[str]:
    """Yield the usage that showed a finding, folded away."""
    place = f"{wrap_html_code(found.path, 120)} in {wrap_html_code(found.call)}"
    yield f"<details><summary>{wrap_html_code(found.code)} {place}</summary>"
    yield ""
    # Four spaces and no fence: nothing in a text can end such a block but the end of its line.
    yield from (f"    {row}" for row in json.dumps(found.usage, indent=2).splitlines())
    yield ""
    yield "</details>"
    yield ""


def _list_unseen(report: Report) -> Iterator[str]:
    unseen = {name: contract.unseen for name, contract in report.contracts.items() if contract.unseen}
    if unseen:
        yield "### Documented, and never seen"
        yield ""
        for name, paths in unseen.items():
            yield f"- {quote_code(name)}: {', '.join(quote_code(path) for path in paths)}"
        yield ""


def _list_unjudged(report: Report) -> Iterator[str]:
    items = [_describe_call(call) for call in report.unmatched[:MOST_ITEMS]]
    items += [f"no call has matched {quote_code(line)} in `usage_contract_urls`" for line in report.unused_urls]
    for entry in report.typeless[:MOST_ITEMS]:
        place = f"{quote_code(entry.path)} in {quote_code(entry.contract)}"
        items.append(f"the baseline accepts {quote_code(entry.code)} {place} of any JSON type, since it names none")
    for entry in report.prunable[:MOST_ITEMS]:
        accepted = f"{quote_code(entry.code)} {quote_code(entry.path)} in {quote_code(entry.contract)}"
        items.append(f"the baseline accepts {accepted}, which was not seen")
    items += [f"error in the plugin: {escape_markdown(error)}" for error in report.errors]
    if report.abandoned:
        items.append(f"streams that the consumer left before the usage came: {report.abandoned}")
    if report.other_statuses:
        items.append(f"responses with a status other than 2xx: {report.other_statuses}")
    if report.audit is not None:
        items += map(escape_markdown, list_unjudged(report.audit))
    if items:
        yield "### Not judged, and not needed"
        yield ""
        yield from (f"- {item}" for item in items)
        yield ""


def _describe_call(call: UnmatchedCall) -> str:
    line = f"no contract covers {quote_code(call.method)} {quote_code(call.host + call.path)} ({call.count})"
    hint = f", which looks like {quote_code(call.looks_like)}: map it by {quote_code(call.mapping)}"
    return line + (hint if call.looks_like else "")


def _format_table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
