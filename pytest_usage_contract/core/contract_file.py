"""A contract as a contract file, and back: the JSON Schema of its usage, and beside it all else that is declared.

The schema is for any tool; what it has no words for stands below `x-usage-contract`. Only what differs from the
default is written. In a stream's pattern, `{"any": true}` stands for any value but null.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json

from pytest_usage_contract.core.accounting import Beside, Part, Rule, Total, Whole
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Pattern, Source
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.tokens import NO_DIALECT
from pytest_usage_contract.core.usage_model import misfit, model_of, pointer_step
from pytest_usage_contract.core.usage_schema import schema_of

DECLARED: Final = "x-usage-contract"

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes of a contract file that is read."""

ORDER: Final[Mapping[type, tuple[str, ...]]] = {
    Contract: (
        "name",
        "source",
        "aliases",
        "default",
        "either_spelling",
        "erratum",
        "endpoints",
        "accounting",
        "dialect",
        "divergences",
    ),
    Source: ("document", "package", "version", "read"),
    Endpoint: ("method", "hosts", "path", "at", "presence", "excused", "text", "body", "stream", "unknown_stream"),
    Framing: (
        *("at", "terminal", "carriers", "may_follow", "cumulative", "presence", "excused", "asked"),
        *("array", "lines", "messages", "named", "events", "done"),
    ),
    Dialect: ("input", "output", "total", "cache_read", "cache_creation", "reasoning", "zeros"),
    Divergence: ("path", "why", "source"),
}
"""What is declared beside the schema, in the order in which it is written."""

RULES: Final[Mapping[tuple[str, str], Any]] = {
    ("total", "of"): Total,
    ("whole", "parts"): Whole,
    ("part", "whole"): Part,
    ("part", "beside"): Beside,
}
"""The rules of accounting by the names of their two sides."""

ANY: Final = {"any": True}


class Declaration(BaseModel):
    """All that stands below `x-usage-contract`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    source: Source
    aliases: tuple[str, ...] = ()
    default: bool = False
    either_spelling: bool = False
    erratum: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    accounting: tuple[dict[str, Any], ...] = ()
    dialect: Dialect = NO_DIALECT
    divergences: tuple[Divergence, ...] = ()


def write_contract(contract: Contract) -> dict[str, Any]:
    """Return *contract* as a contract file: a JSON Schema of its usage, and all else that is declared.

    Raise `ValueError` that names what JSON cannot say: a model's own validators and limits, a rule of another kind.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.name,
        "description": f"documented in {contract.source}",
        DECLARED: _plain(contract),
        **({} if contract.example is None else {"examples": [_plain(contract.example)]}),
        **schema_of(contract.usage),
    }


json_schema = write_contract
"""The public name: what a contract promises, as JSON Schema."""


def format_contract_file(data: Mapping[str, Any]) -> str:
    """Return a contract file as text, in which whatever a terminal could take for an order is escaped."""
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return re.sub(r"[^\n -~]", lambda char: char[0] if char[0].isprintable() else json.dumps(char[0])[1:-1], text)


def is_contract_file(path: str | Path) -> bool:
    """Tell whether there is a contract file at *path*, by a look at the words in it."""
    file = Path(path)
    if file.suffix.lower() != ".json" or not file.is_file():
        return False
    with file.open("rb") as opened:
        return f'"{DECLARED}"'.encode() in opened.read(LARGEST)


def _plain(value: Any) -> Any:
    """Return *value* as JSON has it."""
    for sides, rule in RULES.items():
        if type(value) is rule:
            return dict(zip(sides, (_plain(getattr(value, field.name)) for field in fields(value)), strict=True))
    if type(value) in ORDER:
        plain = {field.name: field for field in fields(value)}
        return {
            name: _plain(getattr(value, name))
            for name in ORDER[type(value)]
            if getattr(value, name) != _default(plain[name])
        }
    match value:
        case Mapping():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case date():
            return value.isoformat()
        case _ if value is ...:
            return ANY
        case None | str() | bool() | int() | float():
            return value
        case _:
            raise ValueError(f"{escape(repr(value))} cannot be said in a contract file")


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def read_contract(path: str | Path) -> Contract:
    """Return the contract of the contract file at *path*.

    Raise `ValueError` that says where it is damaged, what was there, and what would do; `OSError` without a file.
    """
    with Path(path).open("rb") as file:
        content = file.read(LARGEST + 1)
    try:
        return _parse(_load(content))
    except ValueError as damage:
        raise ValueError(f"{escape(str(path), 200)}{damage}") from None


def _load(content: bytes) -> Any:
    if len(content) > LARGEST:
        raise ValueError(f"#: larger than the {LARGEST // 1024:,} KiB of a contract file that is read")
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError as refusal:
        raise ValueError(f"#: not JSON: {refusal}") from None


def parse_contract(data: Mapping[str, Any]) -> Contract:
    """Return the contract of a contract file; raise `ValueError` that begins with the pointer to what is wrong."""
    try:
        content = to_json(data, inf_nan_mode="constants")
    except ValueError as refusal:
        raise ValueError(f"#: not JSON: {escape(str(refusal), 200)}") from None
    return _parse(_load(content))


def _parse(data: Any) -> Contract:
    if not isinstance(data, dict) or not isinstance(data.get(DECLARED), dict):
        raise misfit("#", data, f"a contract file, which is an object with {DECLARED}")
    told = _read_declaration(data[DECLARED])
    shown = data.get("examples", [None])
    if not isinstance(shown, list) or not shown or not isinstance(shown[0], Mapping | None):
        raise misfit("#/examples", shown, "a list that begins with a usage")
    accounting = tuple(_read_rule(rule, number) for number, rule in enumerate(told.accounting))
    usage = model_of(data, told.source.document)
    try:
        contract = Contract(
            name=told.name,
            source=told.source,
            usage=usage,
            endpoints=tuple(map(_with_any, told.endpoints)),
            accounting=accounting,
            example=shown[0],
            default=told.default,
            erratum=told.erratum,
            aliases=told.aliases,
            either_spelling=told.either_spelling,
            dialect=told.dialect,
            divergences=told.divergences,
        )
        checker(contract)
    except ValueError as refusal:
        raise ValueError(f"#/{DECLARED}: {refusal}") from None
    return contract


def _read_declaration(data: Mapping[str, Any]) -> Declaration:
    try:
        return Declaration.model_validate_json(to_json(data), strict=True)
    except ValidationError as refusal:
        error = refusal.errors(include_url=False, include_context=False)[0]
        # pydantic names the alternatives of a pattern, too: one, or several.
        steps = [str(step) for step in error["loc"] if not str(step).startswith(("dict[", "tuple["))]
        at = "/".join(("#", DECLARED, *map(pointer_step, steps)))
        raise ValueError(f"{at}: {_describe_error(error)}") from None


def _describe_error(error: Any) -> str:
    if error["type"] in ("missing", "extra_forbidden", "unexpected_keyword_argument"):
        return "missing" if error["type"] == "missing" else "no word of a contract file"
    return f"{describe(error['input'])}; {escape(error['msg'], 200)}"


def _read_rule(rule: Mapping[str, Any], number: int) -> Rule:
    for (one, other), kind in RULES.items():
        if (
            {*rule} == {one, other}
            and isinstance(rule[one], str)
            and _is_side(rule[other], many=other in ("of", "parts"))
        ):
            return kind(rule[one], tuple(rule[other]) if isinstance(rule[other], list) else rule[other])  # type: ignore[no-any-return]  # by the table
    known = " or ".join(f"{{{one}, {other}}}" for one, other in RULES)
    raise misfit(f"#/{DECLARED}/accounting/{number}", rule, f"{known} of names of counts")


def _is_side(side: object, *, many: bool) -> bool:
    return isinstance(side, list) and all(isinstance(name, str) for name in side) if many else isinstance(side, str)


def _with_any(endpoint: Endpoint) -> Endpoint:
    """Return *endpoint* with the values of its patterns, and of those of its stream, that may be any."""
    endpoint, stream = replace(endpoint, excused=_read_pattern(endpoint.excused)), endpoint.stream
    if stream is None:
        return endpoint
    patterns = {name: _read_pattern(getattr(stream, name)) for name in ("terminal", "carriers", "excused", "asked")}
    return replace(endpoint, stream=replace(stream, **patterns))


def _read_pattern(pattern: Pattern | tuple[Pattern, ...] | None) -> Any:
    if isinstance(pattern, tuple):
        return tuple(map(_read_pattern, pattern))
    return pattern and {
        name: tuple(... if value == ANY else value for value in found) for name, found in pattern.items()
    }
