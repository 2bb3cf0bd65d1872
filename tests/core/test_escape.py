"""Names and texts that came from a response are shown escaped and cut, since all of them are hostile."""

import pytest

from pytest_usage_contract.core.escape import escape, path_step, with_article

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
