"""Untrusted values and names, shown: escaped, with their type, and cut."""

import math
import re
from typing import Final

LONGEST: Final = 60
"""Characters of a foreign name that are shown before it is cut."""

SHORT: Final = 24
"""Characters of a foreign value that are shown at all: of a longer one, which may be a completion or a key, none."""

PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def escape(text: str, longest: int = LONGEST) -> str:
    """*text* on one line, with nothing in it that a terminal, a log or a reader could take for an order.

    Whatever is not printable (control characters, escapes, line and paragraph separators, bidirectional
    marks, lone surrogates) becomes a backslash escape, as do the quote and the backslash itself.
    """
    safe = text[:longest]
    if not safe.isprintable() or '"' in safe or "\\" in safe:
        safe = "".join(map(_escape, safe))
    safe = safe.replace("##[", "##\\[")  # GitHub's runner takes an order from anywhere in a line of a log
    return safe if len(text) <= longest else f"{safe}… ({len(text)} characters)"


def _escape(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def describe(value: object) -> str:
    """A JSON value with its type, in the words of the messages: `string "10"`, `number 10`, `null`, `absent`."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean {str(value).lower()}"
        case str():
            return f'string "{escape(value)}"' if len(value) <= SHORT else outline(value)
        case int() | float():
            return _number(value)
        case dict():
            return f"object with {_plural(len(value), 'name')}"
        case list():
            return f"list of {_plural(len(value), 'item')}"
        case _:
            return escape(repr(value))


def outline(value: object) -> str:
    """A JSON value that may hold what must not be shown: of a text no more than its length."""
    return f"string of {_plural(len(value), 'character')}" if isinstance(value, str) else describe(value)


def _number(value: int | float) -> str:  # noqa: PYI041 - the two are told apart
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}infinity, or a number too large to be read"
    if isinstance(value, int) and value.bit_length() > 4 * LONGEST:
        return f"number of about {value.bit_length() * 3 // 10} digits"
    return f"number {value}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_text(value: object) -> str:
    """Return a foreign value or name as text; bytes as their literal, since `python -bb` forbids `str` of them."""
    return repr(value) if isinstance(value, bytes | bytearray) else str(value)


def path_step(name: object) -> str:
    """One step of a path after its parent: `.cached_tokens`, or `["gpt-4.1"]` where a dot would mislead."""
    text = as_text(name)
    return f".{text}" if len(text) <= LONGEST and PLAIN.fullmatch(text) else f'["{escape(text)}"]'


def with_article(noun: str) -> str:
    """A JSON type as a phrase: `a number`, `an object`."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
