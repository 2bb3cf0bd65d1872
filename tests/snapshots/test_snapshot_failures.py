"""What a reader is told when a usage is no longer as stored, whole."""

import pytest

CHANGED = {
    "cost": 0.0012,
    "cost_details": {"upstream": [0.001, None]},
    "output_tokens_details": {"reasoning_tokens": None},
    "input_tokens_details": None,
    "total_tokens": "165",
}
TEST = """
from shop import respond

def test_one(usage_snapshot):
    assert respond() == usage_snapshot{}
"""


@pytest.mark.parametrize("options", ["", "(values=True)"], ids=["shape", "values"])
def test_a_difference_is_told_field_by_field(shop, options, snapshot):
    shop.test(TEST.format(options))
    shop.stores()
    shop.answers(CHANGED | {"input_tokens": 120})
    assert shop.tells() == snapshot
    shop.stores()
    shop.answers()
    assert shop.tells() == snapshot(name="and back")


def test_it_is_whole_without_asking_for_it_and_under_xdist(shop):
    shop.stores()
    shop.answers({f"field_{number:02}": number for number in range(40)})
    told = shop.tells()
    assert len(told.splitlines()) == 1 + 40 + 5 + 2
    assert shop.tells("-n", "2") == told


def test_a_snapshot_that_is_not_there_is_told_as_such(shop, snapshot):
    assert shop.tells() == snapshot


def test_several_responses_are_told_apart(shop, snapshot):
    several = """
    import json
    from shop import body

    def test_one(usage_snapshot):
        usages = json.loads(body())["usage"]["of"]
        responses = [{"usage": usage} for usage in usages]
        assert responses == usage_snapshot(contract="openrouter", values=VALUES)
    """
    for values in (True, False):
        shop.test(several.replace("VALUES", str(values)))
        shop.answers(of=[{"input_tokens": 1}, {"input_tokens": 1, "cost": 1}, {"input_tokens": 1}])
        shop.stores()
        shop.answers(of=[{"input_tokens": 1}, {"input_tokens": True, "cost": 1}])
        assert shop.tells() == snapshot
        shop.answers(of=[{"input_tokens": 1.0}, {"input_tokens": 1, "cost": 1}, {"input_tokens": 1}, {"cost": 2}])
        assert shop.tells() == snapshot


def test_a_dump_of_an_object_is_told_as_such(shop, snapshot):
    shop.test(
        """
        from dataclasses import dataclass
        import json
        from shop import body

        @dataclass
        class Response:
            usage: dict

        def test_one(usage_snapshot):
            assert Response(json.loads(body())["usage"]) == usage_snapshot(contract="openrouter")
        """
    )
    shop.stores()
    shop.answers(cost=0.1)
    assert shop.tells() == snapshot


def test_how_many_responses_had_a_field_is_no_matter_but_whether_all_had_it_is(shop):
    test = """
    ONE, OTHER = {"usage": {"input_tokens": 1}}, {"usage": {"input_tokens": 1, "cost": 1}}

    def test_one(usage_snapshot):
        assert [RESPONSES] == usage_snapshot(contract="openrouter")
    """
    shop.test(test.replace("RESPONSES", "ONE, OTHER"))
    shop.stores()
    shop.test(test.replace("RESPONSES", "ONE, OTHER, ONE, OTHER, OTHER"))
    shop.runs().assert_outcomes(passed=1)
    shop.test(test.replace("RESPONSES", "OTHER, OTHER"))
    assert "  usage.cost  was number, seen in 1 of 2, now number\n" in shop.tells()
