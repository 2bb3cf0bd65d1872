"""What fails: how a policy is read, and the one decision that follows from it."""

from itertools import product

import pytest

from pytest_usage_contract.core.codes import KINDS
from pytest_usage_contract.core.policy import Ignore, Policy, decide, parse_ignore, parse_kinds

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
    assert (
        str(refusal.value)
        == f"{wrong}: not a kind of finding; there are schema, accounting, drift, booking, or all, or none"
    )


def test_a_policy_that_is_no_text_and_no_list_is_refused():
    with pytest.raises(
        ValueError, match="^3: not kinds of finding; there are schema, accounting, drift, booking, or all, or none$"
    ):
        parse_kinds(3)


def test_a_finding_fails_where_its_kind_does_and_nobody_has_taken_it():
    ways = {
        way: decide("drift", fail_on, known=known, excused=excused)
        for way in product([("drift",), ("schema",)], [False, True], [False, True])
        for fail_on, known, excused in [way]
    }
    assert [way for way, failing in ways.items() if failing] == [(("drift",), False, False)]
    assert decide("drift", ("drift",))


def test_where_nobody_said_anything_else_a_broken_schema_fails():
    assert Policy() == Policy(fail_on=("schema",), ignore=(), demand=frozenset(), enabled=True)


PARSED = {
    "null-value": ("null-value", "", ""),
    " undocumented-field  usage.cost ": ("undocumented-field", "usage.cost", ""),
    "undocumented-field usage.cost in openrouter/responses": (
        "undocumented-field",
        "usage.cost",
        "openrouter/responses",
    ),
    "no-usage in orq": ("no-usage", "", "orq"),
    'undocumented-field usage["a in b"]': ("undocumented-field", 'usage["a in b"]', ""),
    'undocumented-field usage["a in b"] in a/b': ("undocumented-field", 'usage["a in b"]', "a/b"),
}
EXAMPLE = "one reads 'undocumented-field usage.cost in acme'"
NOT_PARSED = {
    "": f"'' ignores nothing; {EXAMPLE}",
    3: f"3 ignores nothing; {EXAMPLE}",
    "cost": "'cost' ignores nothing: no code is called 'cost' (there are ",
    "undocumented-feild usage.cost": (
        "'undocumented-feild usage.cost' ignores nothing: no code is called 'undocumented-feild', "
        "did you mean 'undocumented-field'? (there are "
    ),
}


@pytest.mark.parametrize("line, parsed", PARSED.items())
def test_a_line_says_what_is_ignored(line, parsed):
    assert parse_ignore(line) == parsed


@pytest.mark.parametrize("line, message", NOT_PARSED.items())
def test_a_line_that_ignores_nothing_is_refused(line, message):
    with pytest.raises(ValueError, match="ignores nothing") as refusal:
        parse_ignore(line)
    assert str(refusal.value).partition("(there are ")[:2] == message.partition("(there are ")[:2]


def test_a_policy_ignores_a_code_everywhere_or_at_a_path_or_under_contracts():
    ignores = (
        Ignore("null-value"),
        Ignore("wrong-type", "usage.a", by="file"),
        Ignore("no-usage", "", frozenset(["a/b"])),
    )
    policy = Policy(ignore=ignores)
    excused = {
        found: policy.excuse(*found)
        for found in product(("a/b", "c/d"), ("null-value", "wrong-type", "no-usage"), ("usage.a", "usage.b"))
    }
    assert {found: by for found, by in excused.items() if by} == {
        **{(name, "null-value", path): "marker" for name in ("a/b", "c/d") for path in ("usage.a", "usage.b")},
        **{(name, "wrong-type", "usage.a"): "file" for name in ("a/b", "c/d")},
        **{("a/b", "no-usage", path): "marker" for path in ("usage.a", "usage.b")},
    }


@pytest.mark.parametrize("demand, demanded", [((), []), (("a/b",), ["a/b"]), (("all",), ["a/b", "c/d"])])
def test_a_policy_demands_a_usage_under_some_contracts_or_all(demand, demanded):
    assert [name for name in ("a/b", "c/d") if Policy(demand=frozenset(demand)).demands(name)] == demanded
