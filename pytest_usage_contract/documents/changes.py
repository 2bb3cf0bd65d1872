"""The kinds of change between two versions of a contract, and changes as text, JSON, Markdown or annotations."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from pytest_usage_contract.core.escape import escape_command_data, escape_command_property

Severity = Literal["breaking", "drift", "safe", "note"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""The order in which changes are listed: breaking a reader, new, helping only, or a matter of words."""


class ChangeRule(NamedTuple):
    """One rule of the table: *name* is stable and kebab-case, *meaning* is one sentence."""

    name: str
    severity: Severity
    meaning: str


RULES: Final[Mapping[str, ChangeRule]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            ChangeRule("field-removed", "breaking", "a field is documented no longer"),
            ChangeRule("field-renamed", "breaking", "a field is gone and another came that seems to be the same"),
            ChangeRule("field-became-optional", "breaking", "a field that was always there may be absent"),
            ChangeRule("field-became-nullable", "breaking", "a field that was never null may be null"),
            ChangeRule("type-widened", "breaking", "a field may have values of further types"),
            ChangeRule("type-changed", "breaking", "a field has values of another type"),
            ChangeRule("usage-became-optional", "breaking", "a body that always had a usage may have none"),
            ChangeRule("usage-became-nullable", "breaking", "a usage that was never null may be null"),
            ChangeRule("endpoint-removed", "breaking", "a call is documented no longer"),
            ChangeRule("usage-moved", "breaking", "the usage stands at another place of the body"),
            ChangeRule("field-added", "drift", "a field is documented that was not"),
            ChangeRule("endpoint-added", "drift", "a call is documented that was not"),
            ChangeRule("field-became-required", "safe", "a field that could be absent is always there"),
            ChangeRule("field-never-null", "safe", "a field that could be null is null no longer"),
            ChangeRule("type-narrowed", "safe", "a field has values of fewer types"),
            ChangeRule("usage-became-required", "safe", "a body that could be without a usage always has one"),
            ChangeRule("usage-never-null", "safe", "a usage that could be null is null no longer"),
            ChangeRule("meaning-changed", "note", "the description of a field has changed"),
            ChangeRule("document-renamed", "note", "the documentation calls the usage by another name"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the *rule*, the *path* as the wire spells it, what was (*old*) and what is (*new*).

    All texts are safe to show. *sure* is how sure a guess is, in percent; what is no guess is 100.
    """

    rule: str
    path: str
    old: str
    new: str
    message: str
    sure: int = 100

    @property
    def severity(self) -> Severity:
        """The severity of the change for a reader of the response."""
        return RULES[self.rule].severity


ChangeFormat = Literal["text", "json", "markdown", "github"]
CHANGE_FORMATS: Final[tuple[ChangeFormat, ...]] = get_args(ChangeFormat)


def render(changes: Sequence[Change], fmt: ChangeFormat = "text") -> str:
    """Format *changes* in one of `CHANGE_FORMATS`, without a newline at the end; raise `ValueError` for another."""
    if fmt not in RENDERERS:
        raise ValueError(f"{fmt!r} is no format; there are {', '.join(CHANGE_FORMATS)}")
    return RENDERERS[fmt](changes)


def _summarize(changes: Sequence[Change]) -> str:
    """Return `2 breaking, 1 drift`, or that nothing changed."""
    numbers = {severity: sum(change.severity == severity for change in changes) for severity in SEVERITIES}
    return ", ".join(f"{number} {severity}" for severity, number in numbers.items() if number) or "nothing changed"


def _format_text(changes: Sequence[Change]) -> str:
    rows = [(change.severity, change.rule, change.path) for change in changes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(
        [*(line + change.message for line, change in zip(lines, changes, strict=True)), _summarize(changes)]
    )


def _format_json(changes: Sequence[Change]) -> str:
    records = [{"rule": change.rule, "severity": change.severity, **asdict(change)} for change in changes]
    return json.dumps({"format": 1, "changes": records}, indent=2)


def _format_markdown(changes: Sequence[Change]) -> str:
    rows = [
        f"| {change.severity} | {change.rule} | {_escape_cell(change.path)} | {_escape_cell(change.message)} |"
        for change in changes
    ]
    table = ["| severity | rule | path | change |", "|---|---|---|---|", *rows, ""] if rows else []
    return "\n".join([*table, _summarize(changes)])


def _escape_cell(text: str) -> str:
    """Escape *text* so that Markdown and HTML show it as it is."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-!|~" else char for char in safe)


def _format_annotations(changes: Sequence[Change]) -> str:
    levels = {"breaking": "error", "drift": "warning"}
    return "\n".join(
        f"::{levels.get(change.severity, 'notice')} title={escape_command_property(change.rule)}"
        f"::{escape_command_data(f'{change.path}: {change.message}')}"
        for change in changes
    )


RENDERERS: Final[Mapping[str, Callable[[Sequence[Change]], str]]] = {
    "text": _format_text,
    "json": _format_json,
    "markdown": _format_markdown,
    "github": _format_annotations,
}
