"""One finding on the page: what is wrong, where it was seen, and beside it the usage that shows it."""

import json
from collections.abc import Iterator
from typing import Final

from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.reports.markup import breaking, code, text
from pytest_usage_contract.reports.report import FindingReport
from pytest_usage_contract.reports.terminal import explain_state, format_times, state_of

FIRST: Final = 12
"""Tests that are named."""


def article(found: FindingReport, number: int) -> str:
    """The finding as a part of the page; *number* makes its names unique."""
    state = state_of(found)
    return "\n".join(
        (
            f'<article class="finding {state}" aria-labelledby="finding-{number}">',
            "<header>",
            f'<span class="badge {state}">{state}</span> <span class="dim">{found.kind}{format_times(found)}</span>',
            f'<h3 id="finding-{number}">{text(found.code)} <span class="path">{breaking(text(found.path))}</span></h3>',
            f'<p class="message">{text(found.message)}</p>',
            f'<p class="dim">in {code(found.contract, 80)}</p>',
            *_said(found),
            *_tests(found.tests),
            "</header>",
            *_evidence(found),
            "</article>",
        )
    )


def _said(found: FindingReport) -> Iterator[str]:
    if said := explain_state(found):
        label = {"known": "Accepted", "ignored": "Ignored"}.get(state_of(found), "Baseline")
        yield f"<p><b>{label}:</b> {text(said)}</p>"


def _tests(tests: tuple[str, ...]) -> Iterator[str]:
    if not tests:
        yield '<p class="tests dim">outside any test</p>'
        return
    shown = "".join(f"<li>{code(test)}</li>" for test in tests[:FIRST])
    more = f"<li>and {len(tests) - FIRST} more</li>" if len(tests) > FIRST else ""
    yield f'<ul class="tests" aria-label="tests">{shown}{more}</ul>'


def _evidence(found: FindingReport) -> Iterator[str]:
    yield f'<div><p class="dim tests">{code(found.call)}</p>'
    if found.usage is None:
        yield '<p class="dim">no usage to show</p></div>'
        return
    yield f'<pre class="usage" tabindex="0" role="region" aria-label="usage with {text(found.code)}">'
    yield "".join(_lines(found)) + "</pre></div>"


def _lines(found: FindingReport) -> Iterator[str]:
    """The usage as indented JSON; the place of the finding is marked, or written in where something is absent."""
    marked = False
    above, _, name = found.path.rpartition(".")
    for path, row in _rows("usage", "usage", found.usage, 0):
        tag = "mark" if path == found.path and not marked else "span"
        marked |= tag == "mark"
        yield f"<{tag}>{text(row, 200)}</{tag}>"
        if found.actual == "absent" and path == above:
            yield f"<del>{'  ' * (path.count('.') + 1)}{text(name, 80)} is absent</del>"


def _rows(path: str, name: str, value: object, depth: int) -> Iterator[tuple[str | None, str]]:
    """Lines of JSON text, each with the path of what begins on it, or None where something ends."""
    indent = "  " * depth
    label = f"{json.dumps(name, ensure_ascii=False)}: " if name else ""
    if isinstance(value, dict) and value:
        yield path, f"{indent}{label}{{"
        for key, item in value.items():
            yield from _rows(path + path_step(key), key, item, depth + 1)
        yield None, f"{indent}}}"
    elif isinstance(value, list) and value:
        yield path, f"{indent}{label}["
        for item in value:
            yield from _rows(f"{path}[]", "", item, depth + 1)
        yield None, f"{indent}]"
    else:
        yield path, f"{indent}{label}{json.dumps(value, ensure_ascii=False)}"
