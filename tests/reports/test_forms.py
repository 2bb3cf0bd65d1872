"""Every form in which a report is told: as it is stored beside this module, bounded, and safe whatever it tells of."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from pytest_usage_contract.core.codes import PAGE
from pytest_usage_contract.reports import FORMS as WRITTEN_FORMS
from pytest_usage_contract.reports.annotations import format_annotations
from pytest_usage_contract.reports.baseline import parse_baseline
from pytest_usage_contract.reports.html import to_html
from pytest_usage_contract.reports.json_report import to_json
from pytest_usage_contract.reports.markdown import to_markdown
from pytest_usage_contract.reports.report import Report, UnmatchedCall
from pytest_usage_contract.reports.sarif import to_sarif
from pytest_usage_contract.reports.terminal import format_summary

OURS = {"h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "br", "pre"}
OURS |= {"details", "summary"}
FORBIDDEN = {"script", "img", "iframe", "object", "form", "input"}


def unprintable(text):
    """Characters that control, separate or turn round what is shown."""
    return [char for char in text if not char.isprintable() and char != "\n"]


def obeyed(text):
    """Lines that the log of a CI job would take for commands."""
    return [line for line in text.split("\n") if line.lstrip().startswith("::") or "##[" in line] + unprintable(text)


def commands(text):
    """Workflow commands that are not ours, or have properties that are not."""
    ours = re.compile(r"::(error|warning|notice) file=[^,:]+,line=\d+,title=usage contract::.*")
    return [line for line in text.split("\n") if line and not ours.fullmatch(line)] + unprintable(text)


def texts(value):
    """Return what is unprintable in the texts of data."""
    if isinstance(value, dict):
        return [*texts([*value]), *texts([*value.values()])]
    if isinstance(value, list):
        return [char for item in value for char in texts(item)]
    return unprintable(value) if isinstance(value, str) else []


def markup(text):
    """Elements of a page that load or run something, and attributes that do."""
    found = unprintable(text)

    class Page(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend({tag} & FORBIDDEN)
            found.extend(name for name, _ in attrs if name.startswith("on") or name == "src")

    Page().feed(text)
    return found


def rendered(text):
    """Elements that Markdown makes of a text, other than those of our own pages."""
    page = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(text)
    ours = page.replace(f'<a href="{PAGE}#', "")
    return [tag for tag in re.findall(r"<([a-z]\w*)[^>]*>", ours) if tag not in OURS] + unprintable(page)


def terminal(report):
    """The section at each verbosity, one below the other."""
    return (
        "\n\n".join("\n".join(line for line, _ in format_summary(report, verbosity)) for verbosity in (-1, 0, 1)) + "\n"
    )


def annotated(report):
    return "\n".join(format_annotations(report)) + "\n"


def baseline(report):
    return parse_baseline("", "new").with_new(report.findings, date(2026, 11, 22)).text


class Form(NamedTuple):
    """The writer of a form, the finder of what would act on its reader, and the longest that `nasty` may become."""

    suffix: str
    write: Callable[[Report], str]
    acting: Callable[[str], list[str]]
    longest: int


FORMS = {
    "terminal": Form("txt", terminal, obeyed, 15_000),
    "annotations": Form("log", annotated, commands, 4_000),
    "baseline": Form("toml", baseline, unprintable, 2_000),
    "json": Form("json", to_json, lambda text: texts(json.loads(text)), 30_000),
    "sarif": Form("sarif", to_sarif, lambda text: texts(json.loads(text)), 5_000),
    "markdown": Form("md", to_markdown, rendered, 30_000),
    "html": Form("html", to_html, markup, 60_000),
}
each = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def test_every_form_that_can_be_asked_for_is_here():
    assert {form.suffix for form in FORMS.values()} >= {suffix.removeprefix(".") for suffix in WRITTEN_FORMS}


@each
def test_each_form_is_as_stored(form, varied, snapshot):
    stored = {"_write_mode": WriteMode.TEXT, "file_extension": form.suffix}
    assert form.write(varied) == snapshot(extension_class=type("Stored", (SingleFileSnapshotExtension,), stored))


@each
def test_no_form_lets_a_foreign_text_act(form, nasty, varied):
    assert form.acting(form.write(varied)) == []
    assert form.acting(form.write(nasty)) == []
    assert len(form.write(nasty)) < form.longest


ACTING = [
    (unprintable, "\x1b[31m"),
    (obeyed, "  ::set-output name=a::b"),
    (obeyed, "see ##[error]x"),
    (commands, "::set-output name=a::b"),
    (commands, "::error file=a,col=1,title=usage contract::x"),
    (texts, {"a": ["\u202e"]}),
    (markup, "<script>alert(1)</script>"),
    (markup, "<p onclick=alert(1)>"),
    (rendered, "<img src=x>"),
    (rendered, "[e](https://f)"),
]


@pytest.mark.parametrize("acting, text", ACTING)
def test_what_acts_would_be_seen(acting, text):
    assert acting(text) != []


@pytest.fixture
def flood(phase, tallied):
    """170 findings with a large usage, seen in 5,000 tests each, beside 150 calls that no contract covers."""
    usage = {f"new_{number}": {"x" * 60: "y" * 60} for number in range(300)}
    report = tallied(phase("a", "undocumented-field usage.a", usage=usage))
    tests = tuple(f"tests/test_of_some_length.py::test_{number}" for number in range(5000))
    found = replace(report.findings[0], tests=tests, count=5000)
    calls = (UnmatchedCall(method="POST", host="api.acme.test", path=f"/{number}", count=1) for number in range(150))
    findings = tuple(replace(found, path=f"usage.a{number}") for number in range(170))
    return replace(report, findings=findings, unmatched=tuple(calls))


FLOODED = [
    (lambda report: "\n".join(line for line, _ in format_summary(report)), "warns ", 20, {130, 4997}),
    (annotated, "::warning", 9, {4997}),
    (to_markdown, "\n| warns |", 100, {4997}),
    (to_html, '<article class="finding', None, {50, 4988}),
]


@pytest.mark.parametrize("write, mark, most, left", FLOODED, ids=["terminal", "annotations", "markdown", "html"])
def test_of_very_much_each_form_shows_the_first_and_counts_the_rest(write, mark, most, left, flood):
    text = write(flood)
    shown = text.count(mark)
    assert shown == most or (most is None and 0 < shown < 100)
    assert {int(number) for number in re.findall(r"(\d+) more\b", text)} == {*left, 170 - shown}
    assert len(text.encode()) < 1_000_000
