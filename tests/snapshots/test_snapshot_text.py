"""The text of a file, and what becomes of a file that is not what it should be."""

import json

import pytest
from toy import TOY

from pytest_usage_contract.snapshots import SnapshotFileError
from pytest_usage_contract.snapshots.snapshot_text import parse_snapshot

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
    assert [one, other, {"usage": {}}] == usage_snapshot(contract="toy")
    assert [one, other] == usage_snapshot(contract="toy", values=True)
"""

HOSTILE = {
    "zebra": 1,
    "a.b": {"\x1b[31m": None},
    "ant\u202e\x7f": [{"n": 1}, {"n": "x"}, 2, [True]],
    "long" * 100: 1.5,
}


def test_a_file_has_one_field_a_line_in_the_order_of_the_documentation(shop, snapshot):
    shop.test(BOTH)
    usage = {"cost": 1e-3, "total_tokens": 165, "input_details": {"tier": "\u202eflex", "cached_tokens": 1}}
    shop.answers(dict(usage, output_tokens=None, details=[], input_tokens=120, about={}))
    shop.stores()
    assert shop.files == snapshot


def test_several_responses_have_the_union_of_their_shapes(shop, snapshot):
    shop.test(SEVERAL)
    shop.answers({"total_tokens": 2, "input_tokens": 1})
    shop.stores()
    assert shop.files == snapshot


def test_hostile_names_and_texts_are_escaped(shop, snapshot):
    shop.test(BOTH)
    shop.answers(HOSTILE)
    shop.stores()
    assert all(text.isascii() and text.replace("\n", "").isprintable() for text in shop.files.values())
    assert shop.files == snapshot
    shop.answers(HOSTILE | {"zebra": "\x1b]8;;\x07"})
    assert "\n  usage.zebra  was number, now string\n" in shop.tells()


def test_what_no_values_can_hold_has_a_shape_all_the_same(shop):
    shop.test(
        """
        def test_one(usage_snapshot):
            deep = {}
            for _ in range(100):
                deep = {"deep": deep}
            strange = {"total_tokens": float("inf"), "input_tokens": 1j, "output_tokens": 10**5000, "deep": deep}
            assert {"usage": strange} == usage_snapshot(contract="toy")
        """
    )
    shop.stores()
    shape = json.loads(shop.file.read_text())["shape"]
    assert list(shape.values()) == ["no JSON value", "number", "non-finite number", *["object, not documented"] * 32]
    assert shop.told() == {"test_one": ""}


def test_nothing_but_the_usage_is_stored_and_no_half_written_file_is_left(shop):
    shop.stores()
    assert "toy-1" not in shop.file.read_text()
    assert "nobody must see" not in shop.file.read_text()
    assert [path.name for path in shop.file.parent.iterdir()] == ["test_one.usage.json"]


# Files that cannot be compared.

GOOD = {"format": 1, "contract": "toy/chat"}

BAD = {
    "no JSON": ("{,}", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    "empty": ("", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "too deep": ("[" * 100_000, "is not JSON"),
    "a huge number": ('{"format": ' + "1" * 5_000 + "}", "is not JSON"),
    "a list": ([], 'is no snapshot of a usage: it has no "format"'),
    "no format": ({}, 'is no snapshot of a usage: it has no "format"'),
    "a true format": ({"format": True}, 'is no snapshot of a usage: it has no "format"'),
    "a later format": ({"format": 2}, "has format 2, this version of pytest-usage-contract reads 1"),
    "no contract": ({"format": 1}, "is of the contract null, the response was read under toy/chat"),
    "another contract": (
        GOOD | {"contract": "another/chat"},
        'is of the contract string "another/chat", the response was read under toy/chat',
    ),
    "a number for a shape": (GOOD | {"shape": 3}, 'has number 3 as its "shape"'),
    "values": (GOOD | {"values": {}}, 'has no "shape", but "values"'),
    "neither": (GOOD, 'has no "shape"'),
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
    "a number": (GOOD | {"values": 3}, 'has number 3 among its "values"'),
    "a list of numbers": (GOOD | {"values": [{}, 3]}, 'has number 3 among its "values"'),
    "a shape": (GOOD | {"shape": {}}, 'has no "values", but "shape"'),
}
ROWS = [pytest.param("shape", *row, id=name) for name, row in BAD.items()]
ROWS += [pytest.param("values", *row, id=f"{name} for values") for name, row in BAD_VALUES.items()]


@pytest.mark.parametrize("kind, held, why", ROWS)
def test_what_cannot_be_compared_is_refused(kind, held, why):
    with pytest.raises(SnapshotFileError) as raised:
        parse_snapshot(held if isinstance(held, str) else json.dumps(held), TOY, kind)
    assert str(raised.value) == why


def test_a_file_that_cannot_be_compared_is_left_alone_until_asked(shop):
    shop.stores()
    good = shop.file.read_bytes()
    shop.file.write_bytes(b"\xff")
    assert shop.tells() == (
        "pytest_usage_contract.SnapshotFileError: __usage__/test_shop/test_one.usage.json is not JSON: "
        "Expecting value: line 1 column 1 (char 0); restore the file, or write it anew with --snapshot-update"
    )
    assert shop.file.read_bytes() == b"\xff"
    shop.stores()
    assert shop.file.read_bytes() == good


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
    shop.file.write_text(json.dumps(held))
    assert shop.told() == {"test_one": ""}
    assert json.loads(shop.file.read_text()) == held
