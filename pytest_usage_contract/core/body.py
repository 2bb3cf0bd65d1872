"""Reading a body as JSON: no more of it than is needed, and never beyond bounds.

pydantic's parser is fast and strict: it refuses nesting beyond about 200, integers beyond 4,300 digits, a
byte-order mark and lone surrogates. The standard library reads those, so what it reads is judged instead.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Final

from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema, from_json

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a body that the standard library, which builds all of it in memory, is asked to read."""

DIGITS: Final = 4_300
"""Digits of an integer that Python reads by default; a longer one counts as too large to be a number."""


class NotJson(ValueError):
    """The body is not JSON; the message says where and how, and quotes nothing of it."""


@cache
def _envelope(*names: str) -> SchemaValidator:
    """Reads only *names* of the top-level object, and skips the rest without building it."""
    anything = core_schema.typed_dict_field(core_schema.any_schema(), required=False)
    return SchemaValidator(core_schema.typed_dict_schema(dict.fromkeys(names, anything)))


def read_members(body: bytes, *names: str) -> object:
    """The members *names* of a JSON object, or the whole value where the body is JSON but no object.

    Of duplicate names the last counts. Raises `NotJson`.
    """
    try:
        return _envelope(*names).validate_json(body)
    except ValidationError:
        return read(body)


def read(body: bytes) -> object:
    """The whole JSON value of *body*; raises `NotJson`."""
    if not body.strip():
        raise NotJson("empty body")
    try:
        return from_json(body, cache_strings="none")
    except ValueError as refusal:
        if len(body) > LARGEST:
            raise NotJson(str(refusal)) from None
        return _read_leniently(body, str(refusal))


def _read_leniently(body: bytes, refusal: str) -> object:
    try:
        return json.loads(body, parse_int=_integer)
    except UnicodeDecodeError:
        raise NotJson("not UTF-8") from None
    except RecursionError:
        raise NotJson("nested too deeply to be read") from None
    except ValueError:
        raise NotJson(refusal) from None


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= DIGITS else math.copysign(math.inf, -1 if digits[0] == "-" else 1)


def dig(value: object, place: str) -> object:
    """What stands at a dotted *place*; raises `KeyError` where nothing does."""
    for name in place.split("."):
        if not isinstance(value, Mapping):
            raise KeyError(place)
        value = value[name]
    return value
