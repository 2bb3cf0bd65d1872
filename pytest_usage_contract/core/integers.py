"""Whole numbers that are written as fractions: JSON knows one kind of number, so that 165.0 is an integer."""

from copy import copy
from typing import Any

from pydantic import ValidationError


def with_integers(usage: dict[str, object], broken: ValidationError) -> dict[str, object] | None:
    """Return a copy of *usage* with integers where pydantic has nothing else against a number; None without any."""
    places = [error["loc"] for error in broken.errors(include_url=False) if _is_whole(error["type"], error["input"])]
    if not places:
        return None
    whole = copy(usage)
    copies: dict[int, Any] = {id(whole): whole}
    for place in places:
        value: Any = whole
        for step in place:
            if not (step in value if isinstance(value, dict) else isinstance(value, list) and isinstance(step, int)):
                continue  # the name of an alternative
            inner = value[step]
            if id(inner) not in copies:
                inner = int(inner) if isinstance(inner, float) else copy(inner)
                value[step] = inner
                copies[id(inner)] = inner
            value = inner
    return whole


def _is_whole(kind: str, value: object) -> bool:
    return kind == "int_type" and isinstance(value, float) and value.is_integer()
