"""The one table of codes, and how a policy is read."""

import re

import pytest

from pytest_usage_contract.core.codes import CODES, KINDS, kinds

BY_KIND = {
    "schema": """no-usage missing-field null-value wrong-type non-finite-number sdk-spelling error-body not-json
        no-terminal-usage""",
    "accounting": """total-mismatch part-exceeds-whole parts-mismatch negative-count fractional-count
        decreasing-count stream-mismatch""",
    "drift": "undocumented-field misplaced-usage",
}


def test_there_are_these_codes_and_no_others():
    found = {kind: " ".join(code.name for code in CODES.values() if code.kind == kind) for kind in KINDS}
    assert found == {kind: " ".join(names.split()) for kind, names in BY_KIND.items()}


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_is_kebab_case_and_has_one_line_of_meaning(code):
    assert CODES[code.name] is code
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.name)
    assert re.fullmatch(r"[^\n]{20,100}[^.]", code.meaning)


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        CODES["new"] = CODES["no-usage"]


@pytest.mark.parametrize(
    "policy, failing",
    [
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
    ],
)
def test_a_policy_is_read(policy, failing):
    assert kinds(policy) == failing


@pytest.mark.parametrize(
    "policy, wrong",
    [
        ("schemas", "'schemas'"),
        ("schema;drift", "'schema;drift'"),
        ("schema,all,x", "'all', 'x'"),
        (("none", "drift"), "'none'"),
        ("schema,", "''"),
    ],
)
def test_a_policy_that_is_none_is_refused(policy, wrong):
    with pytest.raises(ValueError, match="^" + re.escape(wrong)) as refusal:
        kinds(policy)
    assert str(refusal.value) == (
        f"{wrong}: not a kind of finding; there are schema, accounting, drift, or all, or none"
    )
