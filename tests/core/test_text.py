"""Everything that came from a response is shown escaped, with its type, and cut."""

from math import inf, nan

import pytest

from pytest_usage_contract.core.text import article, described, escaped, named, outlined
from pytest_usage_contract.core.usage import ABSENT


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "null"),
        (ABSENT, "absent"),
        (True, "boolean true"),
        (False, "boolean false"),
        ("10", 'string "10"'),
        ("", 'string ""'),
        ("x" * 24, f'string "{"x" * 24}"'),
        ("x" * 25, "string of 25 characters"),
        (10, "number 10"),
        (-1, "number -1"),
        (0.5, "number 0.5"),
        (1e22, "number 1e+22"),
        (2**239, f"number {2**239}"),
        (2**240, "number of about 72 digits"),
        (-(2**240), "number of about 72 digits"),
        (10**4000, "number of about 3986 digits"),
        (nan, "NaN"),
        (inf, "infinity, or a number too large to be read"),
        (-inf, "-infinity, or a number too large to be read"),
        ({}, "object with 0 names"),
        ({"a": 1}, "object with 1 name"),
        ([], "list of 0 items"),
        ([1], "list of 1 item"),
        (b"\x1b", "b'\\\\x1b'"),
    ],
)
def test_a_value_is_described_with_its_type(value, text):
    assert described(value) == text


@pytest.mark.parametrize(
    "value, text",
    [
        ("secret", "string of 6 characters"),
        ("s", "string of 1 character"),
        (10, "number 10"),
        ({"secret": "secret"}, "object with 1 name"),
        (["secret"], "list of 1 item"),
    ],
)
def test_what_may_be_secret_is_outlined(value, text):
    assert outlined(value) == text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain", "plain"),
        ("##[error]", "##\\[error]"),
        ("é漢😀", "é漢😀"),
        ("a b", "a b"),
        ('"', '\\"'),
        ("\\", "\\\\"),
        ("\n\r\t\0", r"\n\r\t\x00"),
        ("\x1b[31mred\x9b", r"\x1b[31mred\x9b"),
        ("\u2028\u2029\u202e\u200b\xa0", r"\u2028\u2029\u202e\u200b\xa0"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "… (61 characters)"),
        ("\n" * 61, r"\n" * 60 + "… (61 characters)"),
    ],
)
def test_a_text_is_escaped_and_cut(text, shown):
    assert escaped(text) == shown
    assert escaped(text).isprintable()


def test_a_text_is_cut_where_it_is_told():
    assert escaped("four", 3) == "fou… (4 characters)"


@pytest.mark.parametrize(
    "name, step",
    [
        ("cached_tokens", ".cached_tokens"),
        ("_x9", "._x9"),
        ("a" * 60, f".{'a' * 60}"),
        ("a" * 61, f'["{"a" * 60}… (61 characters)"]'),
        ("gpt-4.1", '["gpt-4.1"]'),
        ("9", '["9"]'),
        ("", '[""]'),
        ("ä", '["ä"]'),
        ("tokens\n", r'["tokens\n"]'),
        (7, '["7"]'),
    ],
)
def test_a_name_is_one_step_of_a_path(name, step):
    assert named(name) == step


@pytest.mark.parametrize("noun, phrase", [("number", "a number"), ("object", "an object"), ("integer", "an integer")])
def test_a_noun_has_its_article(noun, phrase):
    assert article(noun) == phrase
