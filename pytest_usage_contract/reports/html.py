"""The report as one HTML page that needs no network and no script: contracts, findings, and what was not judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pytest_usage_contract.core.escape import pluralize
from pytest_usage_contract.reports.audited import list_unjudged
from pytest_usage_contract.reports.html_parts import (
    MOST_ROWS,
    allow_breaks,
    escape_html,
    render_finding,
    render_table,
    wrap_code,
)
from pytest_usage_contract.reports.report import (
    STATES,
    AcceptedEntry,
    ContractReport,
    FieldReport,
    FindingReport,
    Report,
    UnmatchedCall,
)
from pytest_usage_contract.reports.terminal import format_kept, format_kinds

MOST_FINDING_CHARACTERS: Final = 800_000
"""Characters of HTML after which findings are only counted."""

SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""Nothing is loaded, and nothing runs, whatever a response has brought into the page."""


def to_html(report: Report) -> str:
    """Return the whole page, of less than a megabyte."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{SECURITY_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>Usage contracts: {report.outcome}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#findings">Skip to the findings</a>',
            *_render_banner(report),
            "<main>",
            *_render_contracts(report),
            *_render_findings(report),
            *_render_unjudged(report),
            "</main>",
            _render_footer(report),
            "</body>",
            "</html>",
            "",
        )
    )


def _render_banner(report: Report) -> Iterator[str]:
    yield f'<header class="{report.outcome}">'
    yield '<p class="eyebrow">token usage, judged against its documentation</p>'
    yield f"<h1>Usage contracts: <span>{report.outcome}</span></h1>"
    if report.reasons:
        yield '<ul class="reasons" aria-label="why the run failed">'
        yield from (f"<li>{allow_breaks(escape_html(reason, 2000))}</li>" for reason in report.reasons)
        yield "</ul>"
    fields = sum(len(contract.fields) for contract in report.contracts.values())
    covered = sum(contract.covered for contract in report.contracts.values())
    facts = (
        ("exchanges checked", str(report.checked)),
        ("kept in full", str(report.kept)),
        ("of them without a usage", str(report.without_usage)),
        ("answered by mocks", str(report.mocked)),
        ("findings that fail", str(sum(found.failing for found in report.findings))),
        ("findings that do not", str(sum(not found.failing for found in report.findings))),
        ("documented fields seen", f"{covered}/{fields}"),
    )
    yield '<dl class="facts">'
    yield from (f"<div><dt>{name}</dt> <dd>{value}</dd></div>" for name, value in facts)
    yield "</dl>"
    yield "</header>"


def _render_contracts(report: Report) -> Iterator[str]:
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
        fields = pluralize(len(contract.fields), "documented field")
        yield f'<article class="contract" aria-labelledby="contract-{number}">'
        yield f'<header><h3 id="contract-{number}">{allow_breaks(escape_html(name, 80))}</h3>'
        yield (
            f'<p><span class="share">{int(contract.coverage * 100)} %</span> '
            f'<span class="dim">{contract.covered} of {fields} seen</span></p></header>'
        )
        yield f'<p class="dim">{_count_exchanges(contract)}</p>'
        yield f"<p>{_link_to_findings(contract, report.findings_of(name))}</p>"
        yield '<ul class="tiles">'
        yield from (_render_field(path, counts, contract.checked) for path, counts in contract.fields.items())
        yield "</ul>"
        yield "</article>"
    yield "</section>"


def _count_exchanges(contract: ContractReport) -> str:
    checked = f"{pluralize(contract.checked, 'exchange')} checked, {format_kept(contract)}"
    mocked = f", {contract.mocked} answered by mocks, which do not count" if contract.mocked else ""
    source = f" · documented in {escape_html(contract.source)}" if contract.source else ""
    return (checked if contract.checked else "nothing checked") + mocked + source


def _link_to_findings(contract: ContractReport, findings: tuple[FindingReport, ...]) -> str:
    if not contract.checked and not findings:
        return '<span class="badge warns">not exercised</span>'
    if not findings:
        return '<span class="badge none">no findings</span>'
    worst = min((found.state for found in findings), key=STATES.index)
    return f'<a href="#findings"><span class="badge {worst}">{format_kinds(findings)}</span></a>'


def _render_field(path: str, counts: FieldReport, checked: int) -> str:
    """Return the tile of a field: its name, a bar, and how often it had a value, was null, or was absent."""
    parent, dot, name = path.removeprefix("usage.").rpartition(".")
    label = allow_breaks(escape_html(name, 80))
    above = f'<span class="parent">{allow_breaks(escape_html(parent + dot, 80))}</span>' if parent else ""
    of = max(checked, counts.seen + counts.null, 1)
    seen, null = counts.seen / of, counts.null / of
    absent = max(checked - counts.seen - counts.null, 0)
    words = [f"<b>{counts.seen}</b> seen" if counts.seen else "<b>never seen</b>"]
    words += [f"{number} {word}" for number, word in ((counts.null, "null"), (absent, "absent")) if number]
    kind = "tile" if counts.seen else "tile never"
    spans = ", ".join(f"<span>{word}</span>" for word in words)
    bar = f'<i style="width:{seen:.1%}"></i><i class="n" style="width:{null:.1%}"></i>'
    return (
        f'<li class="{kind}" style="--seen:{seen:.3f}"><span class="name">{above}{label}</span> '
        f'<span>{spans}<span class="bar" aria-hidden="true">{bar}</span></span></li>'
    )


def _render_findings(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="findings">'
    yield '<h2 id="findings" tabindex="-1">Findings</h2>'
    if not report.findings:
        yield '<p><span class="badge none">nothing was found</span></p>'
    size = 0
    for number, found in enumerate(sorted(report.findings, key=lambda found: STATES.index(found.state))):
        article = render_finding(found, number)
        size += len(article)
        if size > MOST_FINDING_CHARACTERS:
            yield f"<p>{pluralize(len(report.findings) - number, 'more finding')} in the JSON report.</p>"
            break
        yield article
    yield "</section>"


def _render_unjudged(report: Report) -> Iterator[str]:
    """Yield a section on what was not judged, and one on the entries of the baseline that no finding fits."""
    audited = [*list_unjudged(report.audit)] if report.audit else []
    beside = report.abandoned or report.other_statuses or report.unmatched or report.unused_urls or report.errors
    if beside or audited:
        yield '<section aria-labelledby="beside">'
        yield '<h2 id="beside">Not judged</h2>'
        if report.abandoned:
            yield f"<p>{pluralize(report.abandoned, 'stream')} left by the consumer before the usage came.</p>"
        if report.other_statuses:
            yield f"<p>{pluralize(report.other_statuses, 'response')} with a status other than 2xx.</p>"
        yield from (f"<p>{wrap_code(line)}</p>" for line in audited)
        yield from (f"<p>Error in the plugin: {wrap_code(error)}</p>" for error in report.errors[:MOST_ROWS])
        yield from render_table(
            ("call that no contract covers", "times", "looks like", "line of usage_contract_urls that maps it"),
            [_describe_call(call) for call in report.unmatched],
        )
        rows = [(wrap_code(line),) for line in report.unused_urls]
        yield from render_table(("line of usage_contract_urls that no call has matched",), rows)
        yield "</section>"
    yield from _render_entries("prunable", "Accepted in the baseline, and not seen", report.prunable)
    yield from _render_entries("typeless", "Accepted in the baseline whatever the JSON type", report.typeless)


def _describe_call(call: UnmatchedCall) -> tuple[str, ...]:
    hints = (wrap_code(text) if text else "" for text in (call.looks_like, call.mapping))
    return (wrap_code(f"{call.method} {call.host}{call.path}"), str(call.count), *hints)


def _render_entries(name: str, title: str, entries: tuple[AcceptedEntry, ...]) -> Iterator[str]:
    if entries:
        yield f'<section aria-labelledby="{name}">'
        yield f'<h2 id="{name}">{title}</h2>'
        columns = ("code", "path", "contract", "fingerprint")
        rows = [tuple(wrap_code(getattr(entry, column)) for column in columns) for entry in entries]
        yield from render_table(columns, rows)
        yield "</section>"


def _render_footer(report: Report) -> str:
    demands = report.settings
    words = [f"fails on {', '.join(demands.fail_on) or 'nothing'}"]
    if demands.require:
        words.append(f"requires {escape_html(', '.join(demands.require), 2000)}")
    if demands.demand:
        words.append(f"demands a usage of {escape_html(', '.join(demands.demand), 2000)}")
    if demands.min_coverage is not None:
        words.append(f"wants {demands.min_coverage:g} % of the documented fields")
    if demands.baseline:
        words.append(f"baseline {escape_html(demands.baseline)}")
    return f"<footer><p>{'; '.join(words)}.</p></footer>"
