"""Untrusted text and usages as a report shows them: on one line, cut, with nothing that could be taken for an order.

A report is written, read back and merged, so whatever passes here a second time comes out as it went in.
"""

import math
import re
from collections.abc import Mapping
from itertools import count, islice
from typing import Final

from pytest_usage_contract.core.escape import LONGEST, SHORT, as_text, describe, outline

LONGEST_TEXT: Final = 300
"""Characters of a message or the name of a test that are shown before it is cut."""

_LEEWAY: Final = 24
"""Characters of `… (1048576 characters)` and a little more: what was cut once is not cut again."""

_OWN_WORDS: Final = re.compile(r"string of \d+ characters|number of about \d+ digits|-?infinity, or a number .* read")
"""Descriptions of values that have passed here before."""

_MOST_LEVELS: Final = 12
_MOST_PER_LEVEL: Final = 60
_MOST_VALUES: Final = 300


def to_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return *text* on one line, cut to about *longest*, with a backslash escape for what is not printable."""
    line = make_printable(text[: longest + _LEEWAY + 1])
    if len(line) <= longest + _LEEWAY:
        return line
    return f"{line[:longest]}… ({len(text)} characters)"


def make_printable(text: str) -> str:
    """Return *text* with a backslash escape for what is not printable: controls, separators, marks of direction."""
    return text if text.isprintable() else "".join(map(_escape_character, text))


def _escape_character(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def tame_usage(value: object) -> object:
    """Return a usage that may be shown, stored and sent: JSON data with its numbers, its texts and its extent cut.

    A value that lies deeper, or comes later, than a reader would follow becomes `…`.
    """
    return _tame_value(value, _MOST_LEVELS, count(1))


def _tame_value(value: object, depth: int, number: "count[int]") -> object:
    if next(number) > _MOST_VALUES or (depth == 0 and isinstance(value, Mapping | list | tuple)):
        return "…"
    match value:
        case None | bool():
            return value
        case int():
            return value if value.bit_length() < 4 * LONGEST else describe(value)
        case float():
            return value if math.isfinite(value) else describe(value)
        case Mapping():
            items = islice(value.items(), _MOST_PER_LEVEL)
            return {to_line(as_text(name), LONGEST): _tame_value(item, depth - 1, number) for name, item in items}
        case list() | tuple():
            return [_tame_value(item, depth - 1, number) for item in value[:_MOST_PER_LEVEL]]
        case _:
            text = as_text(value)
            return to_line(text) if len(text) <= SHORT or _OWN_WORDS.fullmatch(text) else outline(text)


def pluralize(number: int, noun: str) -> str:
    """Return the number with its noun: `1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
