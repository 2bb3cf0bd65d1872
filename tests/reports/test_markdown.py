import re

import pytest
from markdown_it import MarkdownIt

from pytest_usage_contract.reports.markdown import append_to, code, text, to_markdown
from pytest_usage_contract.reports.report import Report

PASSED = """\
## Usage contracts: passed

| contract | checked | kept | mocked | fields seen | findings |
|---|---|---|---|---|---|
| `openrouter/alpha_responses` | 1 | 0 | 0 | 7 of 7 (100 %) | 1 drift |

### Findings

|  | code | path | message | contract | times | tests |
|---|---|---|---|---|---|---|
| warns | `undocumented-field` | `usage.cost` | number 0.5, not documented | `openrouter/alpha_responses` | 1 | `a::1` |

<details><summary><code>undocumented-field</code> <code>usage.cost</code> in \
<code>POST openrouter.ai/api/alpha/responses (200)</code></summary>

    {
      "input_tokens": 100,
      "input_tokens_details": {
        "cached_tokens": 40
      },
      "output_tokens": 20,
      "output_tokens_details": {
        "reasoning_tokens": 5
      },
      "total_tokens": 120,
      "cost": 0.5
    }

</details>

"""
LINES = [
    "- 2 schema findings fail",
    "- orq/images\\_edits is required, and was not exercised (1 answered by mocks, which do not count)",
    "| `orq/images_edits` | 0 | 0 | 1 | 0 of 6 (0 %) | 4 schema |",
    (
        "| **fails** | `missing-field` | `usage.output_tokens_details` | absent, documented as an object | "
        "`openrouter/alpha_responses` | 4 | `tests/test_bill.py::test_a`<br>`tests/test_bill.py::test_b`<br>"
        "`tests/test_bill.py::test_c` and 1 more |"
    ),
    (
        '| known | `wrong-type` | `usage.total_tokens` | string "120", documented as a number<br>reported to the '
        "provider, ticket 7 (until 2026-12-31) | `openrouter/alpha_responses` | 1 | `tests/test_chat.py::test_known` |"
    ),
    (
        "- `orq/images_generations`: `usage.input_tokens`, `usage.input_tokens_details.image_tokens`, "
        "`usage.input_tokens_details.text_tokens`, `usage.output_tokens`"
    ),
    "- no contract covers `POST` `openrouter.ai/api/v1/chat/completions` (3)",
    "- the baseline accepts `wrong-type` `usage.total_tokens` in `orq/images_edits`, which was not seen",
    "- error in the plugin: ValueError: a fault of the plugin's own",
    "- streams that the consumer left before the usage came: 1",
    "- responses with a status other than 2xx: 2",
]


@pytest.fixture
def render():
    return MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render


def test_a_report_reads_as_a_page(phase, tallied, kept):
    assert to_markdown(tallied(phase("a::1", {**kept, "cost": 0.5}))) == PASSED


@pytest.mark.parametrize("row", LINES)
def test_a_report_tells_everything(varied, row):
    assert row in to_markdown(varied()).splitlines()


def test_a_run_that_saw_nothing_says_so():
    nothing = "## Usage contracts: passed\n\nNo response was seen that a contract covers.\n\n"
    assert to_markdown(Report()) == nothing


def test_a_finding_outside_any_test_is_told_as_that(phase, tallied, kept):
    assert "| 1 | outside any test |" in to_markdown(tallied(phase("", {**kept, "cost": 1})))


def test_very_many_findings_and_usages_stay_a_page(phase, tallied, kept):
    large = {f"new_{number}": {str(key): "x" * 60 for key in range(100)} for number in range(50)}
    data = [phase(f"a::{number}", {**kept, **large, f"a_{number}": 1}) for number in range(120)]
    page = to_markdown(tallied(*data))
    assert len(page) < 1_000_000
    assert "\n70 more findings stand in the JSON report.\n" in page


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
    assert code(foreign) == shown


@pytest.mark.parametrize("foreign", ["<b>", "**b**", "[a](b)", "![a](b)", "`b`", "&lt;", "a | b", "@b", "https://b.c"])
def test_text_is_read_as_text(render, foreign):
    page = render(text(foreign))
    assert not re.search(r"<(?!/?p>)", page)


def test_nothing_hostile_becomes_markup(render, nasty):
    page = render(to_markdown(nasty))
    tags = set(re.findall(r"<[a-z][^>]*>", page))
    ours = {"<h2>", "<h3>", "<ul>", "<li>", "<p>", "<table>", "<thead>", "<tbody>", "<tr>", "<th>", "<td>", "<code>"}
    assert tags <= ours | {"<strong>", "<br>", "<details>", "<summary>", "<pre>"}
    assert page.count("<table>") == 2
    assert all(char.isprintable() or char == "\n" for char in page)
    assert len(page) < 60_000
