"""The whole message that a reader gets when a usage is no longer as stored."""

import pytest
from toy import KEPT

from pytest_usage_contract.core.response import DUMPED

CHANGED = {
    "cost": 0.0012,
    "cost_details": {"upstream": [0.001, None]},
    "output_details": {"reasoning_tokens": None},
    "input_details": None,
    "total_tokens": "165",
}

BOTH = """
import json
from shop import body

def test_shape(usage_snapshot):
    assert RESPONSES == usage_snapshot(contract="toy")

def test_values(usage_snapshot):
    assert RESPONSES == usage_snapshot(contract="toy", values=True)
"""

ONE = BOTH.replace("RESPONSES", "json.loads(body())")
SEVERAL = BOTH.replace("RESPONSES", '[{"usage": usage} for usage in json.loads(body())["usage"]["of"]]')


def test_a_snapshot_that_is_not_there_is_told_as_such(shop, snapshot):
    assert shop.tells() == snapshot


def test_a_difference_is_told_field_by_field(shop, snapshot):
    shop.test(ONE)
    shop.stores()
    shop.answers({name: value for name, value in KEPT.items() if name != "output_tokens"}, **CHANGED)
    assert shop.told() == snapshot
    shop.stores()
    shop.answers()
    assert shop.told() == snapshot(name="and back")


def test_the_names_in_a_map_and_the_number_of_items_are_no_part_of_a_shape(shop, snapshot):
    nova, luna = {"model": "nova", "tokens": 3}, {"model": "luna", "tokens": 0}
    shop.test(ONE)
    shop.answers(lines=[nova], by_day={"2026-11-28": nova})
    shop.stores()
    shop.answers(lines=[nova, luna], by_day={"a": nova, "b": luna})
    told = shop.told()
    assert told["test_shape"] == ""
    assert told["test_values"] == snapshot
    shop.answers(lines=nova, by_day={"a": None})
    assert shop.told()["test_shape"] == snapshot(name="of other kinds")


def test_several_responses_are_told_apart(shop, snapshot):
    shop.test(SEVERAL)
    one, other = {"input_tokens": 1}, {"input_tokens": 1, "cost": 1}
    shop.answers(of=[one, other, one])
    shop.stores()
    shop.answers(of=[one, other | {"input_tokens": True}])
    assert shop.told() == snapshot
    shop.answers(of=[one | {"input_tokens": 1.0}, other, one, {"cost": 2}])
    assert shop.told() == snapshot(name="one more")


def test_how_many_responses_had_a_field_is_no_matter_but_whether_all_had_it_is(shop):
    shop.test(SEVERAL)
    one, other = {"input_tokens": 1}, {"input_tokens": 1, "cost": 1}
    shop.answers(of=[one, other])
    shop.stores()
    shop.answers(of=[one, other, one, other, other])
    assert shop.told()["test_shape"] == ""
    shop.answers(of=[other, other])
    assert "\n  usage.cost  was number, seen in 1 of 2, now number\n" in shop.told()["test_shape"]


def test_it_is_whole_without_asking_for_it(shop):
    shop.stores()
    shop.answers({f"field_{number:02}": number for number in range(40)})
    new = [line for line in shop.tells().splitlines() if "  new, number, not documented" in line]
    assert [line.split()[0] for line in new] == [f"usage.field_{number:02}" for number in range(40)]


def test_a_dump_of_an_object_is_told_as_such(shop):
    shop.test(
        """
        from dataclasses import dataclass
        import json
        from shop import body

        @dataclass
        class Response:
            usage: dict

        def test_one(usage_snapshot):
            assert Response(json.loads(body())["usage"]) == usage_snapshot(contract="toy")
        """
    )
    shop.stores()
    shop.answers(cost=0.1)
    assert f"\n  usage.cost  new, number, not documented\n{DUMPED}\n" in shop.tells()


NO_USAGE = """
import httpx
import pytest

RESPONSES = {
    "absent": {"id": 1},
    "a number": {"usage": 3},
    "one of several": [{"usage": {}}, {"usage": {}}, httpx.Response(200, json={})],
}

@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES)
def test_one(usage_snapshot, response):
    assert response == usage_snapshot(contract="toy")
"""


@pytest.mark.parametrize("options", [(), ("--snapshot-update",)], ids=["compare", "update"])
def test_a_response_without_usage_is_told_with_its_finding_and_stored_nowhere(shop, options):
    shop.test(NO_USAGE)
    told = [error.splitlines() for error in shop.told(*options).values()]
    assert [lines[0] for lines in told] == [
        "pytest_usage_contract.UsageSnapshotError: the response has no usage",
        "pytest_usage_contract.UsageSnapshotError: the response has no usage",
        "pytest_usage_contract.UsageSnapshotError: response 3 of 3 has no usage",
    ]
    assert [[tuple(line.split()[:2]) for line in lines[1:]] for lines in told] == [
        [("no-usage", "usage")],
        [("wrong-type", "usage")],
        [("no-usage", "usage")],
    ]
    assert not shop.stored.exists()


MISUSES = """
import pytest

DEEP = {}
for _ in range(100):
    DEEP = {"deep": DEEP}

USES = {
    "two contracts": ([{"usage": {"tool_tokens": 1}}, {"usage": {"lone_tokens": 1}}], {}),
    "no names": ({"usage": {"x": 1}}, {}),
    "no usage and no URL": (b"[1]", {}),
    "a usage that is none": ({"usage": 3}, {}),
    "names of two": ({"usage": {"twin_tokens": 1}}, {}),
    "not a number": ({"usage": {"total_tokens": float("nan")}}, {"contract": "toy", "values": True}),
    "not JSON": ({"usage": {"total_tokens": 1j}}, {"contract": "toy", "values": True}),
    "digits": ({"usage": {"total_tokens": 10**5000}}, {"contract": "toy", "values": True}),
    "depth": ({"usage": DEEP}, {"contract": "toy", "values": True}),
}

@pytest.mark.parametrize("response, options", USES.values(), ids=USES)
def test(usage_snapshot, response, options):
    assert response == usage_snapshot(**options)
"""
CANNOT = "which JSON cannot hold; compare the shape instead"


def test_what_cannot_be_compared_is_told_and_stored_nowhere(shop):
    shop.test(MISUSES)
    told = {name.removeprefix("test[")[:-1]: error for name, error in shop.told("--snapshot-update").items()}
    # Whose usage it may be is told by the look at it, which has its own tests.
    for name, words in [("no names", "no contract"), ("no usage and no URL", "no contract")]:
        assert words in told.pop(name)
    assert told.pop("a usage that is none").startswith("LookupError: ")
    assert "twins/one and twins/two" in told.pop("names of two")
    error = "pytest_usage_contract.UsageSnapshotError: usage"
    assert told == {
        "two contracts": "LookupError: responses of toy/chat and of lone/chat cannot share a snapshot",
        "not a number": f"{error}.total_tokens is NaN, {CANNOT}",
        "not JSON": f"{error}.total_tokens is 1j, {CANNOT}",
        "digits": f"{error}.total_tokens is number of about 5001 digits, {CANNOT}",
        "depth": f"{error}{'.deep' * 32} is nested too deeply for a snapshot of values; compare the shape instead",
    }
    assert not shop.stored.exists()
