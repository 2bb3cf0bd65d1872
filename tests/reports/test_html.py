from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pytest_usage_contract.reports.html import to_html
from pytest_usage_contract.reports.report import Report

VOID = {"meta", "link", "wbr", "br"}


class Page(HTMLParser):
    """What a page consists of, and whether its elements are closed in their order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.ids, self.words = [], set(), set(), [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


TOLD = [
    "Usage contracts: failed",
    "2 schema findings fail",
    "orq/images_edits is required, and was not exercised (1 answered by mocks, which do not count)",
    "exchanges checked 10",
    "documented fields seen 9/19",
    "100 % 7 of 7 documented fields seen",
    "9 exchanges checked, 1 kept · documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21",
    "nothing checked, 1 answered by mocks, which do not count",
    "output_tokens_details 5 seen, 4 absent",
    "output_tokens_details.reasoning_tokens 5 seen, 4 absent",
    "output_tokens 8 seen, 1 null",
    "fails schema, 4 times missing-field usage.output_tokens_details absent, documented as an object",
    "output_tokens_details is absent",
    "Accepted: reported to the provider, ticket 7 (until 2026-12-31)",
    "Baseline: accepted until 2026-11-01, which is over",
    "Ignored: xfail (1)",
    "outside any test",
    "1 stream left by the consumer before the usage came.",
    "2 responses with a status other than 2xx.",
    "POST openrouter.ai/api/v1/chat/completions3",
    "Error in the plugin: ValueError: a fault of the plugin's own",
    "Accepted in the baseline, and not seen",
    "fails on schema; requires orq/images_edits; wants 50 % of the documented fields; baseline usage-baseline.toml.",
]


@pytest.fixture
def page(varied):
    return Page(to_html(varied(min_coverage=50.0)))


@pytest.mark.parametrize("words", TOLD)
def test_the_page_tells_everything(page, words):
    assert words in page.text


def test_the_page_needs_nothing_but_itself(page, varied):
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "form", "input"})
    assert not {name for name in page.attributes if name.startswith("on")}
    text = to_html(varied())
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text


def test_every_part_of_the_page_has_a_name_of_its_own(page, varied):
    assert len(page.ids) == len(set(page.ids))
    text = to_html(varied())
    named = {part.partition('"')[0] for part in text.split('aria-labelledby="')[1:]}
    assert named <= set(page.ids)
    assert text.count("<h1>") == 1


def test_the_place_of_a_finding_is_marked_in_its_usage(varied):
    text = to_html(varied())
    assert "<mark>  &quot;total_tokens&quot;: &quot;120&quot;</mark>" in text
    assert "<del>  output_tokens_details is absent</del>" in text
    assert "<mark>  &quot;cost&quot;: 0.5</mark>" in text


def test_a_usage_with_lists_is_shown_with_its_place(phase, tallied, kept):
    report = tallied(phase("a::1", {**kept, "details": [{"tokens": 1}, []]}))
    found = replace(report.findings[0], path="usage.details[].tokens")
    text = to_html(replace(report, findings=(found,)))
    assert "<mark>      &quot;tokens&quot;: 1</mark>" in text
    assert "<span>    []</span>" in text


def test_a_finding_without_a_usage_says_so(phase, tallied, kept):
    report = tallied(phase("a::1", {**kept, "cost": 1}))
    page = Page(to_html(replace(report, findings=(replace(report.findings[0], usage=None),))))
    assert "no usage to show" in page.text


def test_a_run_without_findings_says_so(phase, tallied, kept):
    text = Page(to_html(tallied(phase("a::1", kept)))).text
    assert "Usage contracts: passed" in text
    assert "no findings" in text
    assert "nothing was found" in text


def test_a_run_that_saw_nothing_says_so():
    assert "No response was seen that a contract covers." in Page(to_html(Report())).text


def test_a_required_contract_that_was_not_exercised_says_so(tallied):
    text = Page(to_html(tallied(require=("orq/images_edits",)))).text
    assert "not exercised" in text
    assert "no findings" not in text


def test_a_policy_that_fails_on_nothing_is_told(tallied):
    assert "fails on nothing." in Page(to_html(tallied(fail_on=()))).text


def test_five_thousand_tests_with_many_findings_stay_below_a_megabyte(phase, tallied, kept):
    data = phase("a", {**kept, **{f"new_{number}": {"x" * 60: "y" * 60} for number in range(300)}})
    few = tallied(*(data | {"test": f"tests/test_of_some_length.py::test_{number}"} for number in range(50)))
    tests = tuple(f"tests/test_of_some_length.py::test_{number}" for number in range(5000))
    report = replace(few, findings=tuple(replace(found, tests=tests, count=5000) for found in few.findings))
    text = to_html(report)
    assert len(text.encode()) < 1_000_000
    assert "and 4988 more" in text
    assert "more findings in the JSON report" in text


def test_what_was_left_is_told_without_a_table_of_calls(tallied):
    text = to_html(tallied({"test": "a", "exchanges": [], "abandoned": 2}))
    assert "2 streams left by the consumer" in text
    assert "<table>" not in text


def test_very_many_calls_that_no_contract_covers_are_counted(tallied):
    calls = [{"method": "POST", "host": "openrouter.ai", "path": f"/{number}", "count": 1} for number in range(150)]
    text = Page(to_html(tallied({"test": "a", "exchanges": [], "unmatched": calls}))).text
    assert "and 50 more" in text


def test_nothing_hostile_becomes_markup(nasty):
    text = to_html(nasty)
    page = Page(text)
    assert page.tags.isdisjoint({"script", "img", "form"})
    assert not {name for name in page.attributes if name.startswith("on")}
    assert "<script>alert(1)</script>" in page.text
    assert all(char.isprintable() or char == "\n" for char in text)
    assert len(text) < 100_000
