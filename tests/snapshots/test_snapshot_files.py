"""What stands in a file, and what becomes of a file that is not what it should be."""

import json

import pytest

BOTH = """
from shop import respond

def test_one(usage_snapshot):
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot(name="values", values=True)
"""

SEVERAL = """
import json
from shop import body

def test_one(usage_snapshot):
    usage = json.loads(body())["usage"]
    one = {"usage": usage}
    other = {"usage": {**usage, "total_tokens": None, "cost": "free"}}
    assert [one, other, {"usage": {}}] == usage_snapshot(contract="openrouter")
    assert [one, other] == usage_snapshot(contract="openrouter", values=True)
"""

HOSTILE = {
    "zebra": 1,
    "a.b": {"\x1b[31m": None},
    "ant\u202e\x7f": [{"n": 1}, {"n": "x"}, 2, [True]],
    "long" * 100: 1.5,
}


def test_a_file_has_one_field_a_line_in_the_order_of_the_documentation(shop, snapshot):
    shop.test(BOTH)
    usage = {"cost": 1e-3, "total_tokens": 165, "input_tokens_details": {"tier": "\u202eflex", "cached_tokens": 1}}
    shop.answers(dict(usage, output_tokens=None, details=[], input_tokens=120, about={}))
    shop.stores()
    assert shop.files == snapshot


def test_several_responses_have_the_union_of_their_shapes(shop, snapshot):
    shop.test(SEVERAL)
    shop.stores()
    assert shop.files == snapshot


def test_hostile_names_and_texts_are_escaped(shop, snapshot):
    shop.test(BOTH)
    shop.answers(HOSTILE)
    shop.stores()
    assert all(text.isascii() and text.replace("\n", "").isprintable() for text in shop.files.values())
    assert shop.files == snapshot
    shop.answers(HOSTILE | {"zebra": "\x1b]8;;\x07"})
    assert shop.tells() == snapshot(name="told")


def test_nothing_but_the_usage_is_stored(shop):
    shop.stores()
    assert "resp_1" not in shop.file.read_text()
    assert "nobody must see" not in shop.file.read_text()


GOOD = {"format": 1, "contract": "openrouter/alpha_responses", "source": "anywhere", "shape": {}}

BAD = {
    "no JSON": ("{,}", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    "empty": ("", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "no UTF-8": (b"\xff", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "too deep": ("[" * 100_000, "is not JSON"),
    "a huge number": ('{"format": ' + "1" * 5_000 + "}", "is not JSON"),
    "a list": ("[]", 'is no snapshot of a usage: it has no "format"'),
    "no format": ("{}", 'is no snapshot of a usage: it has no "format"'),
    "a true format": ('{"format": true}', 'is no snapshot of a usage: it has no "format"'),
    "a later format": ('{"format": 2}', "has format 2, this version of pytest-usage-contract reads 1"),
    "no contract": (
        '{"format": 1}',
        "is of the contract null, the response was read under openrouter/alpha_responses",
    ),
    "another contract": (
        GOOD | {"contract": "atoma/completions"},
        'is of the contract string "atoma/completions", the response was read under openrouter/alpha_responses',
    ),
    "no shape": ({**GOOD, "shape": None} | {"shape": 3}, 'has number 3 as its "shape"'),
    "values": (
        {"format": 1, "contract": "openrouter/alpha_responses", "values": {}},
        'has no "shape", but "values"',
    ),
    "neither": ({"format": 1, "contract": "openrouter/alpha_responses"}, 'has no "shape"'),
    "a misspelt type": (
        GOOD | {"shape": {"usage.cost": "numbre"}},
        'usage.cost has string "numbre", which is no shape of a field',
    ),
    "a type that is none": (
        GOOD | {"shape": {"usage.cost\x1b": 3}},
        r"usage.cost\x1b has number 3, which is no shape of a field",
    ),
}
BAD_VALUES = {
    "a number": ({"values": 3}, 'has number 3 among its "values"'),
    "a list of numbers": ({"values": [{}, 3]}, 'has number 3 among its "values"'),
    "a shape": ({"shape": {}}, 'has no "values", but "shape"'),
}


def spoil(shop, text):
    raw = text if isinstance(text, bytes | str) else json.dumps(text)
    shop.file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return shop.file.read_bytes()


@pytest.mark.parametrize("text, why", BAD.values(), ids=BAD.keys())
def test_a_file_that_cannot_be_compared_is_left_alone_until_asked(shop, text, why):
    shop.stores()
    good = shop.file.read_bytes()
    bad = spoil(shop, text)
    told = shop.tells().splitlines()
    assert told == [
        f"pytest_usage_contract.SnapshotFileError: __usage__/test_shop/test_one.usage.json {why}; "
        "restore the file, or write it anew with --snapshot-update"
    ]
    assert shop.file.read_bytes() == bad
    shop.stores()
    assert shop.file.read_bytes() == good


@pytest.mark.parametrize("said, why", BAD_VALUES.values(), ids=BAD_VALUES.keys())
def test_so_is_a_file_of_values(shop, said, why):
    shop.test(
        """
        from shop import respond

        def test_one(usage_snapshot):
            assert respond() == usage_snapshot(values=True)
        """
    )
    shop.stores()
    spoil(shop, {"format": 1, "contract": "openrouter/alpha_responses"} | said)
    assert f"test_one.usage.json {why}; restore" in shop.tells()


def test_a_file_that_cannot_be_read_is_an_error_of_its_own(shop):
    shop.stores()
    path = shop.file
    path.unlink()
    path.mkdir()
    assert shop.tells().startswith("IsADirectoryError: ")


def test_a_file_laid_out_in_another_way_says_the_same(shop):
    shop.stores()
    held = json.loads(shop.file.read_text())
    held["source"] = "an earlier reading"
    held["shape"] = dict(reversed(held["shape"].items()))
    text = spoil(shop, held)
    shop.runs().assert_outcomes(passed=1)
    assert shop.file.read_bytes() == text


NO_USAGE = {
    "absent": ({}, ["no-usage  usage  absent, documented as an object at usage"]),
    "a number": ({"usage": 3}, ["wrong-type  usage  number 3, documented as an object"]),
}


@pytest.mark.parametrize("options", [(), ("--snapshot-update",)], ids=["compare", "update"])
@pytest.mark.parametrize("body, findings", NO_USAGE.values(), ids=NO_USAGE.keys())
def test_a_response_without_usage_is_told_and_stored_nowhere(shop, options, body, findings):
    shop.stores()
    before = shop.files
    (shop.pytester.path / "body.json").write_text(json.dumps(body))
    told = shop.tells(*options).splitlines()
    assert told[0] == "pytest_usage_contract.UsageSnapshotError: the response has no usage"
    assert [line.strip() for line in told[1:]] == findings
    assert shop.files == before


MISUSES = {
    "one of several": (
        "[{'usage': {}}, {'usage': {}}, httpx.Response(200, json={})] == usage_snapshot(contract='openrouter')",
        "pytest_usage_contract.UsageSnapshotError: response 3 of 3 has no usage\n"
        "  no-usage  usage  absent, documented as an object at usage",
    ),
    "two contracts": (
        "[{'usage': {'prompt_tokens_details': {'audio_tokens': 1}}}, {'usage': {'output_tokens_details': {}}}]"
        " == usage_snapshot",
        "LookupError: responses of atoma/completions and of openrouter/alpha_responses cannot share a snapshot",
    ),
    "no names": (
        "{'usage': {'x': 1}} == usage_snapshot",
        "LookupError: this response tells no URL that a contract covers, and its usage fits no contract; "
        "name the contract",
    ),
    "no usage, no URL": (
        "b'[1]' == usage_snapshot",
        "LookupError: this response tells no URL that a contract covers, and its usage fits no contract; "
        "name the contract",
    ),
    "a usage that is none": (
        "{'usage': 3} == usage_snapshot",
        "LookupError: this response tells no URL that a contract covers, and its usage fits no contract; "
        "name the contract",
    ),
    "names of two": (
        "{'usage': {'text_tokens': 1}} == usage_snapshot",
        "LookupError: this response tells no URL that a contract covers, and its usage fits orq/images_generations and "
        "orq/images_edits alike; name the contract",
    ),
    "not a number": (
        "{'usage': {'total_tokens': float('nan')}} == usage_snapshot(values=True, contract='openrouter')",
        "pytest_usage_contract.UsageSnapshotError: usage.total_tokens is NaN, which JSON cannot hold; "
        "compare the shape instead",
    ),
    "not JSON": (
        "{'usage': {'total_tokens': 1j}} == usage_snapshot(values=True, contract='openrouter')",
        "pytest_usage_contract.UsageSnapshotError: usage.total_tokens is 1j, which JSON cannot hold; "
        "compare the shape instead",
    ),
    "digits": (
        "{'usage': {'total_tokens': 10**5000}} == usage_snapshot(values=True, contract='openrouter')",
        "pytest_usage_contract.UsageSnapshotError: usage.total_tokens is number of about 4983 digits, "
        "which JSON cannot hold; compare the shape instead",
    ),
    "depth": (
        "{'usage': deep} == usage_snapshot(values=True, contract='openrouter')",
        "pytest_usage_contract.UsageSnapshotError: usage" + ".deep" * 32 + " is nested too deeply for a snapshot of "
        "values; compare the shape instead",
    ),
}


@pytest.mark.parametrize("expression, told", MISUSES.values(), ids=MISUSES.keys())
def test_what_cannot_be_compared_is_told_and_stored_nowhere(shop, expression, told):
    shop.test(
        f"""
        import httpx

        def test_one(usage_snapshot):
            deep = {{}}
            for _ in range(100):
                deep = {{"deep": deep}}
            assert {expression}
        """
    )
    assert shop.tells("--snapshot-update") == told
    assert not shop.stored.exists()


def test_what_no_values_can_hold_has_a_shape_all_the_same(shop):
    shop.test(
        """
        def test_one(usage_snapshot):
            deep = {}
            for _ in range(100):
                deep = {"deep": deep}
            strange = {"total_tokens": float("inf"), "input_tokens": 1j, "output_tokens": 10**5000, "deep": deep}
            assert {"usage": strange} == usage_snapshot(contract="openrouter")
        """
    )
    shop.stores()
    shape = json.loads(shop.file.read_text())["shape"]
    assert list(shape.values()) == ["no JSON value", "number", "non-finite number", *["object, not documented"] * 32]
    shop.runs().assert_outcomes(passed=1)
