"""Changes as text, JSON, Markdown, or annotations of GitHub."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final, Literal, get_args

from pytest_usage_contract.documents.changes import SEVERITIES, Change

Format = Literal["text", "json", "markdown", "github"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

LEVELS: Final = {"breaking": "error", "drift": "warning", "safe": "notice", "note": "notice"}


def render(changes: Sequence[Change], fmt: Format = "text") -> str:
    """*changes* in one of `FORMATS`, without a newline at the end; raises `ValueError` for another."""
    if fmt not in RENDERERS:
        raise ValueError(f"{fmt!r} is no format; there are {', '.join(FORMATS)}")
    return RENDERERS[fmt](changes)


def summary(changes: Sequence[Change]) -> str:
    """`2 breaking, 1 drift`, or that nothing changed."""
    numbers = {severity: sum(change.severity == severity for change in changes) for severity in SEVERITIES}
    return ", ".join(f"{number} {severity}" for severity, number in numbers.items() if number) or "nothing changed"


def _text(changes: Sequence[Change]) -> str:
    widths = [max((len(column(change)) for change in changes), default=0) for column in COLUMNS]
    lines = [
        "  ".join(f"{column(change):<{width}}" for column, width in zip(COLUMNS, widths, strict=True))
        for change in changes
    ]
    return "\n".join(
        [*(f"{line}  {change.message}" for line, change in zip(lines, changes, strict=True)), summary(changes)]
    )


COLUMNS: Final[tuple[Callable[[Change], str], ...]] = (
    lambda change: change.severity,
    lambda change: change.rule,
    lambda change: change.path,
)


def _json(changes: Sequence[Change]) -> str:
    told = [{"rule": change.rule, "severity": change.severity, **asdict(change)} for change in changes]
    return json.dumps({"format": 1, "changes": told}, indent=2)


def _markdown(changes: Sequence[Change]) -> str:
    rows = [
        f"| {change.severity} | {change.rule} | {_cell(change.path)} | {_cell(change.message)} |" for change in changes
    ]
    table = ["| severity | rule | path | change |", "|---|---|---|---|", *rows, ""] if rows else []
    return "\n".join([*table, summary(changes)])


def _cell(text: str) -> str:
    """*text* so that Markdown and HTML show it as it is."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-!|~" else char for char in safe)


def _github(changes: Sequence[Change]) -> str:
    return "\n".join(
        f"::{LEVELS[change.severity]} title={_property(change.rule)}::{_data(f'{change.path}: {change.message}')}"
        for change in changes
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


RENDERERS: Final[Mapping[str, Callable[[Sequence[Change]], str]]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "github": _github,
}
