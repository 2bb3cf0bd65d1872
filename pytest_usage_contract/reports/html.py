"""The report as one HTML page that needs no network and no script: what was seen, and what was found in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pytest_usage_contract.reports.finding_html import article
from pytest_usage_contract.reports.markup import breaking, code, text
from pytest_usage_contract.reports.report import ContractReport, FieldReport, FindingReport, Report
from pytest_usage_contract.reports.terminal import STATES, findings_in_words, state_of
from pytest_usage_contract.reports.texts import count_of

LARGEST: Final = 800_000
"""Characters after which findings are only counted."""

MOST: Final = 100
"""Rows of a table."""

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Nothing is loaded, and nothing runs, whatever a response has brought into the page."""


def to_html(report: Report) -> str:
    """The whole page, of less than a megabyte."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>Usage contracts: {report.outcome}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#findings">Skip to the findings</a>',
            *_banner(report),
            "<main>",
            *_contracts(report),
            *_findings(report),
            *_beside(report),
            "</main>",
            *_footer(report),
            "</body>",
            "</html>",
            "",
        )
    )


def _banner(report: Report) -> Iterator[str]:
    yield f'<header class="{report.outcome}">'
    yield '<p class="eyebrow">token usage, judged against its documentation</p>'
    yield f"<h1>Usage contracts: <span>{report.outcome}</span></h1>"
    if report.reasons:
        yield '<ul class="reasons" aria-label="why the run failed">'
        yield from (f"<li>{breaking(text(reason, 2000))}</li>" for reason in report.reasons)
        yield "</ul>"
    fields = sum(len(contract.fields) for contract in report.contracts.values())
    covered = sum(contract.covered for contract in report.contracts.values())
    facts = (
        ("exchanges checked", str(report.checked)),
        ("kept in full", str(sum(contract.kept for contract in report.contracts.values()))),
        ("answered by mocks", str(report.mocked)),
        ("findings that fail", str(sum(found.failing for found in report.findings))),
        ("findings that do not", str(sum(not found.failing for found in report.findings))),
        ("documented fields seen", f"{covered}/{fields}"),
    )
    yield '<dl class="facts">'
    yield from (f"<div><dt>{name}</dt> <dd>{value}</dd></div>" for name, value in facts)
    yield "</dl>"
    yield "</header>"


def _contracts(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="contracts">'
    yield '<h2 id="contracts">Contracts and their documented fields</h2>'
    if not (report.checked or report.mocked):
        yield "<p>No response was seen that a contract covers.</p>"
    if report.contracts:
        yield '<ul class="legend" aria-hidden="true">'
        yield '<li><span class="swatch scale"></span>seen in few to all exchanges</li>'
        yield '<li><span class="swatch some-null"></span>was null</li>'
        yield '<li><span class="swatch never"></span>never seen with a value</li>'
        yield "</ul>"
    for number, (name, contract) in enumerate(report.contracts.items(), 1):
        yield f'<article class="contract" aria-labelledby="contract-{number}">'
        yield f'<header><h3 id="contract-{number}">{breaking(text(name, 80))}</h3>'
        yield f"<p>{_share(contract)}</p></header>"
        yield f'<p class="dim">{_counts(contract)}{_documented(contract)}</p>'
        yield f"<p>{_found(contract, report.of(name))}</p>"
        yield '<ul class="tiles">'
        yield from (_tile(path, counts, contract.checked) for path, counts in contract.fields.items())
        yield "</ul>"
        yield "</article>"
    yield "</section>"


def _share(contract: ContractReport) -> str:
    percent = int(contract.coverage * 100)
    fields = count_of(len(contract.fields), "documented field")
    return f'<span class="share">{percent} %</span> <span class="dim">{contract.covered} of {fields} seen</span>'


def _counts(contract: ContractReport) -> str:
    counts = f"{count_of(contract.checked, 'exchange')} checked, {contract.kept} kept"
    mocked = f", {contract.mocked} answered by mocks, which do not count" if contract.mocked else ""
    return (counts if contract.checked else "nothing checked") + mocked


def _documented(contract: ContractReport) -> str:
    return f" · documented in {text(contract.source)}" if contract.source else ""


def _found(contract: ContractReport, findings: tuple[FindingReport, ...]) -> str:
    if not contract.checked and not findings:
        return '<span class="badge warns">not exercised</span>'
    if not findings:
        return '<span class="badge none">no findings</span>'
    worst = min((state_of(found) for found in findings), key=[*STATES].index)
    return f'<a href="#findings"><span class="badge {worst}">{findings_in_words(findings)}</span></a>'


def _tile(path: str, counts: FieldReport, checked: int) -> str:
    """A field: its name, a bar, and how often it had a value, was null, or was absent."""
    parent, dot, name = path.removeprefix("usage.").rpartition(".")
    above = f'<span class="parent">{breaking(text(parent + dot, 80))}</span>' if parent else ""
    of = max(checked, counts.seen + counts.null, 1)
    seen, null = counts.seen / of, counts.null / of
    absent = max(checked - counts.seen - counts.null, 0)
    words = [f"<b>{counts.seen}</b> seen" if counts.seen else "<b>never seen</b>"]
    words += [f"{number} {word}" for number, word in ((counts.null, "null"), (absent, "absent")) if number]
    kind = "tile" if counts.seen else "tile never"
    spans = ", ".join(f"<span>{word}</span>" for word in words)
    bar = f'<i style="width:{seen:.1%}"></i><i class="n" style="width:{null:.1%}"></i>'
    return (
        f'<li class="{kind}" style="--seen:{seen:.3f}"><span class="name">{above}{breaking(text(name, 80))}</span> '
        f'<span>{spans}<span class="bar" aria-hidden="true">{bar}</span></span></li>'
    )


def _findings(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="findings">'
    yield '<h2 id="findings" tabindex="-1">Findings</h2>'
    if not report.findings:
        yield '<p><span class="badge none">nothing was found</span></p>'
    size = 0
    for number, found in enumerate(sorted(report.findings, key=lambda found: [*STATES].index(state_of(found)))):
        shown = article(found, number)
        size += len(shown)
        if size > LARGEST:
            yield f"<p>{count_of(len(report.findings) - number, 'more finding')} in the JSON report.</p>"
            break
        yield shown
    yield "</section>"


def _beside(report: Report) -> Iterator[str]:
    """What was not judged, and what the baseline has that was not seen."""
    if report.abandoned or report.other_statuses or report.unmatched or report.errors:
        yield '<section aria-labelledby="beside">'
        yield '<h2 id="beside">Not judged</h2>'
        if report.abandoned:
            yield f"<p>{count_of(report.abandoned, 'stream')} left by the consumer before the usage came.</p>"
        if report.other_statuses:
            yield f"<p>{count_of(report.other_statuses, 'response')} with a status other than 2xx.</p>"
        yield from (f"<p>Error in the plugin: {code(error)}</p>" for error in report.errors[:MOST])
        calls = ((code(f"{call.method} {call.host}{call.path}"), str(call.count)) for call in report.unmatched)
        yield from _table(("call to a host with contracts, none of which covers it", "times"), list(calls))
        yield "</section>"
    if report.prunable:
        yield '<section aria-labelledby="prunable">'
        yield '<h2 id="prunable">Accepted in the baseline, and not seen</h2>'
        entries = ((code(e.code), code(e.path), code(e.contract), code(e.fingerprint)) for e in report.prunable)
        yield from _table(("code", "path", "contract", "fingerprint"), list(entries))
        yield "</section>"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>'
        yield f"<tr>{''.join(f'<th scope=col>{name}</th>' for name in head)}</tr>"
        yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[:MOST])
        yield "</table></div>"
    if len(rows) > MOST:
        yield f"<p>and {len(rows) - MOST} more</p>"


def _footer(report: Report) -> Iterator[str]:
    settings = report.settings
    asked = [f"fails on {', '.join(settings.fail_on) or 'nothing'}"]
    asked += [f"requires {text(', '.join(settings.require), 2000)}"] if settings.require else []
    asked += (
        [f"wants {settings.min_coverage:g} % of the documented fields"] if settings.min_coverage is not None else []
    )
    asked += [f"baseline {text(settings.baseline)}"] if settings.baseline else []
    yield f"<footer><p>{'; '.join(asked)}.</p></footer>"
