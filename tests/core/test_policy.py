"""What fails: how a policy is read, and the one decision that follows from it."""

from itertools import product

import pytest

from pytest_usage_contract.core.codes import KINDS
from pytest_usage_contract.core.policy import Policy, decide, parse_kinds

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


def test_a_finding_fails_where_its_kind_does_and_nobody_has_taken_it():
    ways = {
        way: decide("drift", fail_on, known=known, excused=excused)
        for way in product([("drift",), ("schema",)], [False, True], [False, True])
        for fail_on, known, excused in [way]
    }
    assert [way for way, failing in ways.items() if failing] == [(("drift",), False, False)]


def test_a_policy_ignores_a_code_everywhere_or_at_one_path():
    policy = Policy(ignore=("null-value", "undocumented-field usage.cost"))
    assert policy.ignores("null-value", "usage.any")
    assert policy.ignores("undocumented-field", "usage.cost")
    assert not policy.ignores("undocumented-field", "usage.price")
    assert not Policy().ignores("null-value", "usage.any")
    assert (Policy().fail_on, Policy().enabled) == (("schema",), True)
