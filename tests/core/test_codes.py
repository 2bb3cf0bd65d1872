"""The one table of codes, and how a policy is read."""

import re

import pytest

from pytest_usage_contract.core.codes import CODES, KINDS
from pytest_usage_contract.core.policy import parse_kinds

# A code is what policies, baselines and reports go by: none may change its name or its kind.
BY_KIND = {
    "schema": """no-usage missing-field null-value wrong-type non-finite-number sdk-spelling error-body not-json
        no-terminal-usage""",
    "accounting": """total-mismatch part-exceeds-whole parts-mismatch negative-count fractional-count
        decreasing-count stream-mismatch""",
    "drift": "undocumented-field misplaced-usage",
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


READ = [
    ("schema", ("schema",)),
    ("drift,schema", ("schema", "drift")),
    (" drift , accounting ", ("accounting", "drift")),
    ("all", KINDS),
    ("none", ()),
    ("", ()),
    (("drift", "schema"), ("schema", "drift")),
    (("all",), KINDS),
    ((), ()),
    ({"schema": 1}, ("schema",)),
]

REFUSED = {
    "schemas": "'schemas'",
    "schema;drift": "'schema;drift'",
    "schema,all,x": "'all', 'x'",
    ("none", "drift"): "'none'",
    "schema,": "''",
}


@pytest.mark.parametrize("policy, failing", READ)
def test_a_policy_is_read(policy, failing):
    assert parse_kinds(policy) == failing


@pytest.mark.parametrize("policy, wrong", REFUSED.items())
def test_a_policy_that_is_none_is_refused(policy, wrong):
    with pytest.raises(ValueError, match="not a kind") as refusal:
        parse_kinds(policy)
    assert str(refusal.value) == f"{wrong}: not a kind of finding; there are schema, accounting, drift, or all, or none"
