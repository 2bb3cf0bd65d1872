"""Format 2 of the JSON report: written, read, and refused with the reason; format 1 is read as well."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pytest_usage_contract.core.escape import tame_again, to_line
from pytest_usage_contract.reports.report import REPORT_FORMAT, Report

READ_FORMATS: Final = (1, 2)
"""Format 1 is format 2 without the names that came later, and with no JSON type in the fingerprints of drift."""

ESSENTIAL: Final = ("outcome", "settings", "checked", "mocked", "contracts", "findings", "unmatched")
"""Names that a report must have; without the others it is read as one that an older version wrote."""


@cache
def _report_adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def to_json(report: Report) -> str:
    """Return the report as JSON text, indented, in ASCII."""
    return json.dumps(_report_adapter().dump_python(report, mode="json"), indent=1) + "\n"


def from_json(text: str | bytes, name: str = "this") -> Report:
    """Read a report; raise `ValueError` where *text*, which messages call *name*, is none, or is damaged.

    All texts of a report that was written here can be shown as they are; one that cannot was forged or damaged.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as refusal:
        raise ValueError(f"{name} is no JSON report: {to_line(str(refusal))}") from None
    if not isinstance(given, dict) or "format" not in given:
        raise ValueError(f'{name} is no report of usage contracts: it has no "format"')
    number = given["format"]
    if type(number) is not int or number not in READ_FORMATS:
        shown = to_line(json.dumps(number), 60)
        known = " and ".join(map(str, READ_FORMATS))
        raise ValueError(f"{name} is a report of format {shown}; this version reads formats {known}")
    for essential in ESSENTIAL:
        if essential not in given:
            raise ValueError(f'{name} is no report of format {number}: it has no "{essential}"')
    for forged in _find_unprintable(given):
        raise ValueError(f'{name} is damaged: the text "{to_line(forged, 60)}" is none that a report is written with')
    try:
        report = _report_adapter().validate_json(json.dumps(given), strict=True)
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_input=False)[0]
        place = to_line(".".join(map(str, first["loc"])), 120)
        raise ValueError(f"{name} is no report of format {number}: {place}: {to_line(first['msg'])}") from None
    findings = tuple(replace(found, usage=tame_again(found.usage)) for found in report.findings)
    return replace(report, format=REPORT_FORMAT, findings=findings)


def _find_unprintable(value: object) -> Iterator[str]:
    """Yield the texts of JSON data, names included, that a terminal or a log could take for an order."""
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text if not text.isprintable():
                yield text
            case dict() as members:
                pending += [*members, *members.values()]
            case list() as items:
                pending += items
            case _:
                pass


def read_report(path: Path) -> Report:
    """Read the report in a file; raise `ValueError` where there is none."""
    try:
        return from_json(path.read_bytes(), str(path))
    except OSError as refusal:
        raise ValueError(f"{path} cannot be read: {refusal.strerror}") from None
