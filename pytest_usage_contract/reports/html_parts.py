"""The parts of the HTML page that repeat: untrusted text, tables, and each finding beside the usage that shows it."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.escape import path_step, to_line
from pytest_usage_contract.reports.report import FindingReport
from pytest_usage_contract.reports.terminal import explain_state, format_times

MOST_ROWS: Final = 100
"""Rows of a table."""

MOST_LISTED: Final = 12
"""Lines that showed a finding, and its tests, that are named."""


def escape_html(untrusted: str, longest: int = 300) -> str:
    """Return an untrusted text on one line, cut, with nothing in it that is markup."""
    return escape(to_line(untrusted, longest))


def allow_breaks(escaped: str) -> str:
    """Let a line end behind each underscore, dot and slash of an escaped text."""
    return escaped.replace("_", "_<wbr>").replace(".", ".<wbr>").replace("/", "/<wbr>")


def wrap_code(untrusted: str, longest: int = 300) -> str:
    """Return an untrusted text as code, in which a line may end where a name has its joints."""
    return f"<code>{allow_breaks(escape_html(untrusted, longest))}</code>"


def render_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield a table of cells that are HTML already, and the number of rows that do not fit; nothing without rows."""
    if rows:
        yield '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>'
        yield f"<tr>{''.join(f'<th scope=col>{name}</th>' for name in head)}</tr>"
        yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[:MOST_ROWS])
        yield "</table></div>"
    if len(rows) > MOST_ROWS:
        yield f"<p>and {len(rows) - MOST_ROWS} more</p>"


def render_finding(found: FindingReport, number: int) -> str:
    """Return the finding as an article; *number* makes its id unique on the page."""
    state, path = found.state, allow_breaks(escape_html(found.path))
    return "\n".join(
        (
            f'<article class="finding {state}" aria-labelledby="finding-{number}">',
            "<header>",
            f'<span class="badge {state}">{state}</span> <span class="dim">{found.kind}{format_times(found)}</span>',
            f'<h3 id="finding-{number}">{_link_code(found.code)} <span class="path">{path}</span></h3>',
            f'<p class="message">{escape_html(found.message)}</p>',
            f'<p class="dim">in {wrap_code(found.contract, 80)}</p>',
            *_render_explanation(found),
            *_render_list("lines that made the calls", found.places),
            *_render_list("tests", found.tests),
            *(() if found.tests else ('<p class="tests dim">outside any test</p>',)),
            "</header>",
            *_render_evidence(found),
            "</article>",
        )
    )


def _render_explanation(found: FindingReport) -> Iterator[str]:
    if explanation := explain_state(found):
        label = {"known": "Accepted", "ignored": "Ignored"}.get(found.state, "Baseline")
        yield f"<p><b>{label}:</b> {escape_html(explanation)}</p>"


def _link_code(code: str) -> str:
    """Return the code, as a link to what the documentation says of it."""
    name = escape_html(code)
    return f'<a href="{escape(CODES[code].docs)}" rel="noreferrer">{name}</a>' if code in CODES else name


def _render_list(label: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        items = [wrap_code(name) for name in names[:MOST_LISTED]]
        items += [f"and {len(names) - MOST_LISTED} more"] if len(names) > MOST_LISTED else []
        yield f'<ul class="tests" aria-label="{label}">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def _render_evidence(found: FindingReport) -> Iterator[str]:
    yield f'<div><p class="dim tests">{wrap_code(found.call)}</p>'
    if found.usage is None:
        yield '<p class="dim">no usage to show</p></div>'
        return
    yield f'<pre class="usage" tabindex="0" role="region" aria-label="usage with {escape_html(found.code)}">'
    yield "".join(_mark_usage(found)) + "</pre></div>"


def _mark_usage(found: FindingReport) -> Iterator[str]:
    """Yield the usage as lines of JSON, with the finding's place marked, or written in where something is absent."""
    marked = False
    above, _, name = found.path.rpartition(".")
    for path, row in _lay_out_json("usage", "usage", found.usage, 0):
        tag = "mark" if path == found.path and not marked else "span"
        marked |= tag == "mark"
        yield f"<{tag}>{escape_html(row, 200)}</{tag}>"
        if found.actual == "absent" and path == above:
            yield f"<del>{'  ' * (path.count('.') + 1)}{escape_html(name, 80)} is absent</del>"


def _lay_out_json(path: str, name: str, value: object, depth: int) -> Iterator[tuple[str | None, str]]:
    """Yield lines of JSON text, each with the path of the value that begins on it, or None where one ends."""
    indent = "  " * depth
    label = f"{json.dumps(name, ensure_ascii=False)}: " if name else ""
    if isinstance(value, dict) and value:
        yield path, f"{indent}{label}{{"
        for key, item in value.items():
            yield from _lay_out_json(path + path_step(key), key, item, depth + 1)
        yield None, f"{indent}}}"
    elif isinstance(value, list) and value:
        yield path, f"{indent}{label}["
        for item in value:
            yield from _lay_out_json(f"{path}[]", "", item, depth + 1)
        yield None, f"{indent}]"
    else:
        yield path, f"{indent}{label}{json.dumps(value, ensure_ascii=False)}"
