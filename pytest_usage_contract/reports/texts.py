"""What a report says in foreign words: on one line, cut, and with nothing in it that anything could take for an order.

A report is written, read back and merged, so whatever passes here a second time comes out as it went in.
"""

import math
import re
from collections.abc import Mapping
from itertools import count, islice
from typing import Final

from pytest_usage_contract.core.escape import LONGEST, SHORT, as_text, describe, outline

LONG: Final = 300
"""Characters of a message or the name of a test that are shown before it is cut."""

_LEEWAY: Final = 24
"""As long as `… (1048576 characters)` and a little more: what was cut once is not cut again."""

_OWN_WORDS: Final = re.compile(r"string of \d+ characters|number of about \d+ digits|-?infinity, or a number .* read")
"""What stands for a value that has passed here before."""

_DEEPEST: Final = 12
_MOST: Final = 60
_IN_ALL: Final = 300


def one_line(text: str, longest: int = LONG) -> str:
    """*text* on one line; what is not printable becomes a backslash escape, and the end of a long text its length."""
    shown = make_printable(text[: longest + _LEEWAY + 1])
    if len(shown) <= longest + _LEEWAY:
        return shown
    return f"{shown[:longest]}… ({len(text)} characters)"


def make_printable(text: str) -> str:
    """*text* with a backslash escape for whatever is not printable: controls, separators, marks of direction."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def tame_usage(value: object) -> object:
    """A usage as it may be shown, stored and sent: JSON data with its numbers, its texts and its extent cut.

    What lies deeper, or comes later, than a reader would follow reads `…`.
    """
    return _shown(value, _DEEPEST, count(1))


def _shown(value: object, depth: int, number: "count[int]") -> object:
    if next(number) > _IN_ALL or (depth == 0 and isinstance(value, Mapping | list | tuple)):
        return "…"
    match value:
        case None | bool():
            return value
        case int():
            return value if value.bit_length() < 4 * LONGEST else describe(value)
        case float():
            return value if math.isfinite(value) else describe(value)
        case Mapping():
            items = islice(value.items(), _MOST)
            return {one_line(as_text(name), LONGEST): _shown(item, depth - 1, number) for name, item in items}
        case list() | tuple():
            return [_shown(item, depth - 1, number) for item in value[:_MOST]]
        case _:
            text = as_text(value)
            return one_line(text) if len(text) <= SHORT or _OWN_WORDS.fullmatch(text) else outline(text)


def count_of(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
