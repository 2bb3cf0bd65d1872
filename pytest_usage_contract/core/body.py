"""Reading a body: what it is, and as JSON no more of it than is needed, and never beyond bounds.

pydantic's parser is fast and strict: it refuses nesting beyond about 200, integers beyond 4,300 digits, a
byte-order mark and lone surrogates. The standard library reads those, so what it reads is judged instead.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Final

from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema, from_json

from pytest_usage_contract.core.exchange import Representation

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a body that the standard library, which builds all of it in memory, is asked to read."""

DIGITS: Final = 4_300
"""Digits of an integer that Python reads by default; a longer one counts as too large to be a number."""


DEEPEST: Final = 100
"""Levels of nesting that are read where pydantic's parser has refused a body."""

MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""The brackets of a JSON text, and the strings, in which brackets mean nothing."""

CLOSING: Final = {"[": "]", "{": "}"}


_SIGNS: Final = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
"""How a body begins that is still in an encoding; the others have no sign."""

_VISIBLE: Final = re.compile(rb"\S")

_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")


_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:(?P<field>:|(?:data|event|id|retry)(?:[:\r\n]|\Z))|[{\[<\"])")
"""How a body begins that is an event stream by its first *field*, or surely is none."""

_DATA: Final = re.compile(rb"[\r\n]data(?:[:\r\n]|\Z)")
"""A line of data, behind others that a parser skips: with fields that it does not know."""


class NotJson(ValueError):  # noqa: N818 - it reads as what the body is
    """The body is not JSON; the message says where and how, and quotes nothing of it."""


@cache
def _envelope(*names: str) -> SchemaValidator:
    """Reads only *names* of the top-level object, and skips the rest without building it."""
    anything = core_schema.typed_dict_field(core_schema.any_schema(), required=False)
    return SchemaValidator(core_schema.typed_dict_schema(dict.fromkeys(names, anything)))


ENVELOPE: Final = _envelope("usage")
"""Reads the one member of a body that matters most often."""

LAST_COUNTS: Final = _envelope("a").validate_json(b'{"a":0,"a":1,"a":2}') == {"a": 2}
"""Whether pydantic's parser takes the last of duplicate names; that of 2.10 takes now this one, now that."""


def read_members(body: bytes, *names: str) -> object:
    """Return the members *names* of a JSON object, or the whole value where the body is JSON but no object.

    Of duplicate names the last counts. Raises `NotJson`.
    """
    if LAST_COUNTS:
        with suppress(ValidationError):
            return _envelope(*names).validate_json(body)
    return read_json(body)


def read_json(body: bytes) -> object:
    """Return the whole JSON value of *body*; raise `NotJson`."""
    if not body or body.isspace():
        raise NotJson("empty body")
    try:
        return from_json(body, cache_strings="none")
    except ValueError as refusal:
        if len(body) > LARGEST:
            raise NotJson(f"{refusal}, and too large to be read in another way") from None
        return _read_leniently(body, str(refusal))


def _read_leniently(body: bytes, refusal: str) -> object:
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        return json.loads(_shallow(text), parse_int=_integer)
    except UnicodeDecodeError:
        raise NotJson("not UTF-8") from None
    except ValueError:
        raise NotJson(refusal) from None


def _shallow(text: str) -> str:
    """*text* with what is nested deeper than `DEEPEST` left out, after a look whether its brackets match.

    So a good usage beside a deep nesting is judged, and no depth is too deep for the parser's stack.
    """
    kept: list[str] = []
    opened: list[str] = []
    start = 0
    for mark in MARKS.finditer(text):
        bracket = mark[0]
        if bracket in CLOSING:
            opened.append(CLOSING[bracket])
            if len(opened) == DEEPEST + 1:
                kept.append(text[start : mark.end()])
        elif bracket[0] != '"':
            if not opened or opened.pop() != bracket:
                raise ValueError("brackets do not match")
            if len(opened) == DEEPEST:
                start = mark.start()
    if opened:
        raise ValueError("brackets do not match")
    return "".join((*kept, text[start:]))


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= DIGITS else -math.inf if digits[0] == "-" else math.inf


def is_stream(body: bytes) -> bool:
    """Tell by its lines whether a body is server-sent events rather than JSON or a page."""
    begun = _BEGINNING.match(body)
    return _DATA.search(body) is not None if begun is None else begun["field"] is not None


def find_encoding(body: bytes, representation: Representation) -> str:
    """Say which encoding a body is still in that is neither JSON nor text; return nothing where it is in none."""
    last = representation.encodings[-1:]
    if not last or not body.startswith(_SIGNS.get(last[0], b"")) or is_text(body):
        return ""
    return f"content-encoding: {last[0]} cannot be decoded here"


def is_text(body: bytes) -> bool:
    """Tell whether *body* is text rather than what an encoding has made of it."""
    with suppress(UnicodeDecodeError):
        body.decode()
        return not _NO_TEXT.search(body)
    return False


def dig(value: object, place: str) -> object:
    """Return the value at a dotted *place*; raise `KeyError` where there is none."""
    for name in place.split("."):
        if not isinstance(value, Mapping):
            raise KeyError(place)
        value = value[name]
    return value


def read_lines(body: bytes, mark: re.Pattern[bytes] = _VISIBLE) -> Iterator[bytes]:
    """Yield the lines of *body*, each an event, in which a *mark* begins, and the last that is not blank."""
    behind = 0
    while match := mark.search(body, behind):
        start, stop = body.rfind(b"\n", behind, match.start()) + 1, body.find(b"\n", match.start())
        line, behind = body[start or behind : stop if stop >= 0 else None], stop if stop >= 0 else len(body)
        yield line.strip()
    if last := body[behind:].strip().rpartition(b"\n")[2]:
        yield last.strip()


def is_lines(body: bytes) -> bool:
    """Tell whether *body* is a JSON object on its first line, and more on others."""
    first, _, rest = body.strip().partition(b"\n")
    if not (rest and first.startswith(b"{")):
        return False
    with suppress(NotJson):
        return isinstance(read_json(first), dict)
    return False


def read_items(body: bytes) -> list[object]:
    """Return the items of a JSON array, and of one that was cut off those that came whole; raise `NotJson`."""
    for text in (body, body.rstrip().removesuffix(b",") + b"]"):
        with suppress(NotJson):
            whole = read_json(text)
            return whole if isinstance(whole, list) else [whole]
    try:
        begun = from_json(body, allow_partial=True, cache_strings="none")
    except ValueError as refusal:
        raise NotJson(str(refusal)) from None
    return list(begun)[:-1]
