"""Untrusted names, values and texts as they are shown: escaped, with their type, on one line, and cut.

A report is written, read back and merged, so whatever passes `to_line` twice, or `tame_usage` and then `tame_again`,
comes out as it went in.
"""

import math
import re
from collections.abc import Mapping
from itertools import count, islice
from typing import Final

LONGEST: Final = 60
"""Characters of a foreign name that are shown before it is cut."""

SHORT: Final = 24
"""Characters of a foreign value that are shown at all: of a longer one, which may be a completion or a key, none."""

LONGEST_TEXT: Final = 300
"""Characters of a message or the name of a test that are shown before it is cut."""

_LEEWAY: Final = 24
"""Characters of `… (1048576 characters)` and a little more: what was cut once is not cut again."""

OURS: Final = "…"
"""The one name of an object that stands where a value is not shown, and holds what is said of it."""

_MOST_LEVELS: Final = 12
_MOST_PER_LEVEL: Final = 60
_MOST_VALUES: Final = 300

JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "number": (int, float),
    "string": (str,),
    "array": (list, tuple),
    "object": (Mapping,),
}
"""The types of JSON, and those of Python that stand for them; a boolean is no number, so that it comes first."""

_TYPE_NAMES: Final[Mapping[type, str]] = {kind: name for name, kinds in JSON_TYPES.items() for kind in (*kinds, dict)}

BRIEF: Final[Mapping[type, str]] = {int: "number", float: "number", bool: "boolean", type(None): "null"}
"""The types of JSON of which a value is short, and cannot change while it waits to be described."""

PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORD: Final = re.compile(r"[A-Za-z]+(?:[_.][A-Za-z]+)*+")


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
    return "\\" + char if char in '"\\' else _escape_unprintable(char)


def _escape_unprintable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def describe(value: object) -> str:
    """A JSON value with its type, in the words of the messages: `string "10"`, `number 10`, `null`, `absent`."""
    if type(value) is int:
        return _number(value)  # nearly all are
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
            return f"object with {pluralize(len(value), 'name')}"
        case list():
            return f"list of {pluralize(len(value), 'item')}"
        case _:
            return escape(repr(value))


def json_type(value: object) -> str:
    """Return the JSON type of a value: `number`, `object`; nothing for what is no JSON value."""
    return _TYPE_NAMES.get(type(value)) or next((n for n, types in JSON_TYPES.items() if isinstance(value, types)), "")


def outline(value: object) -> str:
    """A JSON value that may hold what must not be shown: of a text no more than its length."""
    return f"string of {pluralize(len(value), 'character')}" if isinstance(value, str) else describe(value)


def _number(value: int | float) -> str:  # noqa: PYI041 - the two are told apart
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}infinity, or a number too large to be read"
    if isinstance(value, int) and value.bit_length() > 4 * LONGEST:
        return f"number of about {int(value.bit_length() * math.log10(2)) + 1} digits"
    return f"number {value}"


def as_text(value: object) -> str:
    """Return a foreign value or name as text; bytes as their literal, since `python -bb` forbids `str` of them."""
    return repr(value) if isinstance(value, bytes | bytearray) else str(value)


def path_step(name: object) -> str:
    """One step of a path after its parent: `.cached_tokens`, or `["gpt-4.1"]` where a dot would mislead."""
    text = as_text(name)
    return f".{text}" if len(text) <= LONGEST and PLAIN.fullmatch(text) else f'["{escape(text)}"]'


def is_word(value: object) -> bool:
    """Tell whether *value* is what programs call things by (`rate_limit_exceeded`), and no key and no sentence."""
    return isinstance(value, str) and len(value) <= LONGEST and WORD.fullmatch(value) is not None


def with_article(noun: str) -> str:
    """A JSON type as a phrase: `a number`, `an object`."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def to_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return *text* on one line, cut to about *longest*, with a backslash escape for what is not printable."""
    line = make_printable(text[: longest + _LEEWAY + 1])
    if len(line) <= longest + _LEEWAY:
        return line
    return f"{line[:longest]}… ({len(text)} characters)"


def make_printable(text: str) -> str:
    """Return *text* with a backslash escape for what is not printable: controls, separators, marks of direction."""
    return text if text.isprintable() else "".join(map(_escape_unprintable, text))


def hide_commands(line: str) -> str:
    """Return *line* so that GitHub's runner takes no order from it: it obeys `::` at the beginning, `##[` anywhere."""
    quiet = line.replace("##[", "##\\[")
    return quiet.replace("::", "\\::", 1) if quiet.lstrip().startswith("::") else quiet


def escape_command_data(text: str) -> str:
    """Return *text* as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_command_property(text: str) -> str:
    """Return *text* as the value of a property of a workflow command."""
    return escape_command_data(text).replace(":", "%3A").replace(",", "%2C")


def tame_usage(value: object) -> object:
    """Return a usage that may be shown, stored and sent: JSON data with its numbers, its texts and its extent cut.

    In the place of a value that is not shown, such as a long text, stands an object `{"…": "string of 53 characters"}`;
    a foreign name `…` is escaped, so that nothing foreign is taken for it.
    """
    return _tame_value(value, _MOST_LEVELS, count(1), ours=False)


def tame_again(value: object) -> object:
    """Return what `tame_usage` has made as it is, and whatever else a file may hold in its place tamed."""
    return _tame_value(value, _MOST_LEVELS, count(1), ours=True)


def _tame_value(value: object, depth: int, number: "count[int]", *, ours: bool) -> object:
    if ours and isinstance(value, Mapping) and [*value] == [OURS]:
        return {OURS: to_line(as_text(value[OURS]), LONGEST)}
    if next(number) > _MOST_VALUES or (depth == 0 and isinstance(value, Mapping | list | tuple)):
        return {OURS: "left out"}
    match value:
        case None | bool():
            return value
        case int():
            return value if value.bit_length() < 4 * LONGEST else {OURS: describe(value)}
        case float():
            return value if math.isfinite(value) else {OURS: describe(value)}
        case Mapping():
            items = islice(value.items(), _MOST_PER_LEVEL)
            return {_tame_name(name): _tame_value(item, depth - 1, number, ours=ours) for name, item in items}
        case list() | tuple():
            return [_tame_value(item, depth - 1, number, ours=ours) for item in value[:_MOST_PER_LEVEL]]
        case _:
            text = as_text(value)
            return to_line(text) if len(text) <= SHORT else {OURS: outline(text)}


def _tame_name(name: object) -> str:
    text = as_text(name)
    return to_line(text, LONGEST) if text != OURS else "\\u2026"


def pluralize(number: int, noun: str) -> str:
    """Return the number with its noun: `1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
