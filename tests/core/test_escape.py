"""Names and texts that came from a response are shown escaped and cut, since all of them are hostile."""

import pytest

from pytest_usage_contract.core.escape import (
    escape,
    escape_command_data,
    escape_command_property,
    hide_commands,
    json_type,
    path_step,
    with_article,
)

ESCAPED = {
    "plain": "plain",
    "##[error]": "##\\[error]",
    "é漢😀": "é漢😀",
    "a b": "a b",
    '"': '\\"',
    "\\": "\\\\",
    "\n\r\t\0": r"\n\r\t\x00",
    "\x1b[31mred\x9b": r"\x1b[31mred\x9b",
    "\u2028\u2029\u202e\u200b\xa0": r"\u2028\u2029\u202e\u200b\xa0",
    "\ud800": r"\ud800",
    "\U000e0001": r"\U000e0001",
    "x" * 60: "x" * 60,
    "x" * 61: "x" * 60 + "… (61 characters)",
    "\n" * 61: r"\n" * 60 + "… (61 characters)",
    "x" * 1_000_000: "x" * 60 + "… (1000000 characters)",
}

NAMED = {
    "cached_tokens": ".cached_tokens",
    "_x9": "._x9",
    "a" * 60: f".{'a' * 60}",
    "a" * 61: f'["{"a" * 60}… (61 characters)"]',
    "gpt-4.1": '["gpt-4.1"]',
    "9": '["9"]',
    "": '[""]',
    "ä": '["ä"]',
    "tokens\n": r'["tokens\n"]',
    7: '["7"]',
}


@pytest.mark.parametrize("text, shown", ESCAPED.items(), ids=range(len(ESCAPED)))
def test_a_text_is_escaped_and_cut(text, shown):
    assert escape(text) == shown
    assert escape(text).isprintable()


def test_a_text_is_cut_where_it_is_told():
    assert escape("four", 3) == "fou… (4 characters)"


@pytest.mark.parametrize("name, step", NAMED.items(), ids=range(len(NAMED)))
def test_a_name_is_one_step_of_a_path(name, step):
    assert path_step(name) == step


def test_a_noun_has_its_article():
    assert [with_article(noun) for noun in ("number", "object", "integer")] == ["a number", "an object", "an integer"]


COMMANDS = {
    "::error::x": "\\::error::x",
    " \t::error::x": " \t\\::error::x",
    "see ##[error]x": "see ##\\[error]x",
    "a::b": "a::b",
}


@pytest.mark.parametrize("line, shown", COMMANDS.items())
def test_a_line_that_would_be_a_command_is_none(line, shown):
    assert hide_commands(line) == shown == hide_commands(shown)


def test_what_a_command_says_can_neither_end_it_nor_its_properties():
    assert escape_command_data("100 %\r\n::error::x") == "100 %25%0D%0A::error::x"
    assert escape_command_property("a,line=7::b") == "a%2Cline=7%3A%3Ab"


def test_a_value_has_one_json_type_or_none():
    values = (None, True, 1.5, "1", [1], {"a": 1}, {1, 2})
    types = ["null", "boolean", "number", "string", "array", "object", ""]
    assert [json_type(value) for value in values] == types
