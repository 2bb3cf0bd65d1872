"""The pages in HTML and Markdown beyond the stored ones: how they are built, and runs of which there is less to tell."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from pytest_usage_contract.core.codes import PAGE
from pytest_usage_contract.reports.html import to_html
from pytest_usage_contract.reports.markdown import append_to, escape_markdown, quote_code, to_markdown
from pytest_usage_contract.reports.report import Report

VOID = {"meta", "link", "wbr", "br"}


class Page(HTMLParser):
    """The names and the words of a page, whose elements must be closed in their order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.labelled, self.words = [], [], set(), []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        self.labelled |= {value for name, value in attrs if name == "aria-labelledby"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data.split() if "style" not in self.open else []

    @property
    def text(self):
        return " ".join(self.words)


def test_every_part_of_the_page_has_a_name_of_its_own(varied):
    page = Page(to_html(varied))
    assert len(page.ids) == len(set(page.ids))
    assert page.labelled <= set(page.ids)
    assert len(page.labelled) > 3


def test_the_page_needs_nothing_but_itself(varied):
    page = to_html(varied).replace(f'<a href="{PAGE}#', "")
    assert [outside for outside in ("http://", "https://", "url(", "@import") if outside in page] == []


def test_a_place_in_a_list_is_marked_once(phase, tallied):
    report = tallied(phase("a::1", "wrong-type usage.lines[].n", usage={"lines": [{"n": "1"}, {"n": "2"}, []]}))
    assert re.findall(r"<(mark|span)>( +[^<]*)</", to_html(report)) == [
        ("span", "  &quot;lines&quot;: ["),
        ("span", "    {"),
        ("mark", "      &quot;n&quot;: &quot;1&quot;"),
        ("span", "    }"),
        ("span", "    {"),
        ("span", "      &quot;n&quot;: &quot;2&quot;"),
        ("span", "    }"),
        ("span", "    []"),
        ("span", "  ]"),
    ]


def test_a_hostile_text_is_there_to_be_read(nasty):
    assert "<script>alert(1)</script>" in Page(to_html(nasty)).text


def test_a_run_without_findings_says_so(phase, tallied):
    page = Page(to_html(tallied(phase("a::1"))))
    assert "Usage contracts: passed" in page.text
    assert "nothing was found" in page.text
    assert "beside" not in page.ids


def test_a_run_that_saw_nothing_says_so():
    nothing = "No response was seen that a contract covers."
    assert nothing in Page(to_html(Report())).text
    assert to_markdown(Report()) == f"## Usage contracts: passed\n\n{nothing}\n\n"


def test_a_policy_that_fails_on_nothing_is_told(tallied):
    assert "fails on nothing." in Page(to_html(tallied(fail_on=()))).text


def test_mappings_that_nothing_matched_are_told_where_nothing_else_is():
    report = replace(Report(), unused_urls=("http://x = acme",))
    assert "beside" in Page(to_html(report)).ids
    assert "`http://x = acme`" in to_markdown(report)


@pytest.mark.parametrize("beside", ["abandoned", "other_statuses"])
def test_what_was_not_judged_is_told_without_a_table_of_calls(beside):
    report = replace(Report(), **{beside: 2})
    page = to_html(report)
    assert "beside" in Page(page).ids
    assert "<table>" not in page
    assert to_markdown(report).endswith(": 2\n\n")


@pytest.mark.parametrize("code, links", [("wrong-type", 1), ("new-code", 0)])
def test_a_code_leads_to_its_explanation_where_there_is_one(phase, tallied, code, links):
    report = tallied(phase("a::1", "wrong-type usage.total"))
    report = replace(report, findings=(replace(report.findings[0], code=code),))
    for page in (to_html(report), to_markdown(report)):
        assert page.count(f"{PAGE}#{code}") == links


def test_a_report_is_added_to_what_others_wrote(tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("# Ours\n")
    append_to(path, Report())
    assert path.read_text() == "# Ours\n" + to_markdown(Report())


@pytest.mark.parametrize(
    "foreign, shown",
    [("a b", "`a b`"), ("a`b", "<code>a&#96;b</code>"), ("a|b", "<code>a&#124;b</code>"), (" ", "<code> </code>")],
)
def test_code_is_enclosed_by_what_it_cannot_end(foreign, shown):
    assert quote_code(foreign) == shown


@pytest.mark.parametrize("foreign", ["<b>", "**b**", "[a](b)", "![a](b)", "`b`", "&lt;", "a | b", "@b", "https://b.c"])
def test_text_is_read_as_text(foreign):
    page = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(escape_markdown(foreign))
    assert not re.search(r"<(?!/?p>)", page)
