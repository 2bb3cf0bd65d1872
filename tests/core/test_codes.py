"""The one table of codes."""

import re

import pytest

from pytest_usage_contract.core.codes import CODES, KINDS, find_code

# A code is what policies, baselines and reports go by: none may change its name or its kind.
BY_KIND = {
    "schema": """no-usage missing-field null-value wrong-type non-finite-number sdk-spelling error-body not-json
        no-terminal-usage""",
    "accounting": """total-mismatch part-exceeds-whole parts-mismatch negative-count fractional-count
        decreasing-count stream-mismatch""",
    "drift": "undocumented-field misplaced-usage",
    "booking": "booked-mismatch booked-missing booked-twice",
}


def test_no_code_is_lost_or_changes_its_kind():
    kinds = {name: code.kind for name, code in CODES.items()}
    assert kinds == kinds | {name: kind for kind, names in BY_KIND.items() for name in names.split()}
    assert set(kinds.values()) == set(KINDS)


def test_a_code_is_kebab_case_and_has_one_line_of_meaning():
    assert [*CODES] == [code.name for code in CODES.values()]
    assert [name for name in CODES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    assert [code for code in CODES.values() if not re.fullmatch(r"[^\n]{20,100}[^.]", code.meaning)] == []


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        CODES["new"] = CODES["no-usage"]


def test_a_code_has_an_example_with_its_path_a_cause_and_a_remedy():
    assert [
        code.name for code in CODES.values() if not re.match(r"(\$|usage|gen_ai)[\w.]*: [^\n`]+$", code.example)
    ] == []
    texts = [text for code in CODES.values() for text in (code.cause, code.remedy)]
    assert [text for text in texts if not re.fullmatch(r"[^\n]{20,110}[^.]", text)] == []


def test_a_code_is_found_by_its_name_or_else_the_nearest_one_is_named():
    assert find_code("no-usage") is CODES["no-usage"]
    with pytest.raises(LookupError, match="'no-usge', did you mean 'no-usage'"):
        find_code("no-usge")
    with pytest.raises(LookupError, match="'xyz' .there are no-usage, "):
        find_code("xyz")
