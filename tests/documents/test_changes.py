"""Changes as text, JSON, Markdown and annotations of GitHub, with hostile names shown as they are."""

import json

import pytest

from pytest_usage_contract.documents import RULES, Change, render

HOSTILE = 'usage["a\\"|<b>`\\n::error::%"]'
CHANGES = (
    Change("field-renamed", "usage.input_tokens", "input_tokens", "prompt_tokens", "perhaps renamed", 99),
    Change("field-added", HOSTILE, "", "integer", "documented, was not: integer"),
)


def test_text_has_a_line_a_change_and_a_sum():
    assert render(CHANGES) == (
        "breaking  field-renamed  usage.input_tokens             perhaps renamed\n"
        f"drift     field-added    {HOSTILE}  documented, was not: integer\n"
        "1 breaking, 1 drift"
    )


def test_markdown_is_a_table_that_shows_names_as_they_are():
    assert render(CHANGES, "markdown") == (
        "| severity | rule | path | change |\n|---|---|---|---|\n"
        "| breaking | field-renamed | usage.input\\_tokens | perhaps renamed |\n"
        '| drift | field-added | usage\\["a\\\\"\\|&lt;b&gt;\\`\\\\n::error::%"\\] '
        "| documented, was not: integer |\n\n1 breaking, 1 drift"
    )


def test_github_gets_an_annotation_a_change():
    assert render(CHANGES, "github") == (
        "::error title=field-renamed::usage.input_tokens: perhaps renamed\n"
        '::warning title=field-added::usage["a\\"|<b>`\\n::error::%25"]: documented, was not: integer'
    )


def test_json_has_every_detail_of_a_change():
    assert json.loads(render(CHANGES, "json")) == {
        "format": 1,
        "changes": [
            {
                "rule": "field-renamed",
                "severity": "breaking",
                "path": "usage.input_tokens",
                "old": "input_tokens",
                "new": "prompt_tokens",
                "message": "perhaps renamed",
                "sure": 99,
            },
            {
                "rule": "field-added",
                "severity": "drift",
                "path": HOSTILE,
                "old": "",
                "new": "integer",
                "message": "documented, was not: integer",
                "sure": 100,
            },
        ],
    }


def test_nothing_changed_is_said_in_each_format():
    assert [render((), form) for form in ("text", "markdown", "github")] == ["nothing changed", "nothing changed", ""]
    with pytest.raises(ValueError, match="'xml' is no format; there are text, json, markdown, github"):
        render((), "xml")


def test_every_rule_is_in_its_table_by_its_name():
    assert [rule.name for rule in RULES.values()] == [*RULES]
