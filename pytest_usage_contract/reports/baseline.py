"""The findings that a team has accepted, in a TOML file that people read, edit and review.

The law: an update only ever appends. What people wrote (a reason, a date, a comment, an order) stays as it is,
and so does an entry whose day is over: its new date is for people to set.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.escape import JSON_TYPES, to_line
from pytest_usage_contract.core.finding import Finding, fingerprint_of
from pytest_usage_contract.reports.report import FindingReport

HEADER: Final = """\
# Findings that this project accepts: they are shown, and do not fail.
# "reason" is yours to write. With a line such as `until = 2027-01-31` an entry fails again after that day.
"""


@dataclass(frozen=True, kw_only=True)
class BaselineEntry:
    """An accepted finding; *until* is the last day on which the entry holds, None where it holds for good.

    *type* is, of drift, the JSON type of what is accepted; an entry without one, as older versions wrote them,
    accepts every type.
    """

    fingerprint: str
    contract: str
    code: str
    path: str
    first_seen: date
    type: str = ""
    reason: str = ""
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Tell whether the finding is still accepted."""
        return self.until is None or today <= self.until

    @property
    def any_type(self) -> bool:
        """Tell whether the entry accepts drift of whatever type."""
        return not self.type and CODES[self.code].kind == "drift"


@dataclass(frozen=True)
class Baseline:
    """The entries of one file by fingerprint, in their order, and the *text* they were read from."""

    entries: Mapping[str, BaselineEntry]
    text: str = ""

    def find(self, found: Finding | FindingReport) -> BaselineEntry | None:
        """Return the entry that accepts a finding, or has accepted it: one of its type, else one of every type."""
        kinds = dict.fromkeys((found.type, ""))
        named = (fingerprint_of(found.contract, found.code, found.path, json_type) for json_type in kinds)
        return next((self.entries[name] for name in named if name in self.entries), None)

    def knows(self, found: Finding | FindingReport, today: date) -> bool:
        """Tell whether a finding is accepted, so that it does not fail."""
        entry = self.find(found)
        return entry is not None and entry.holds(today)

    def with_new(self, findings: Iterable[FindingReport], today: date) -> "Baseline":
        """Return this baseline with entries appended for the failing ones of *findings* that it has none for."""
        new = [found for found in findings if found.failing and self.find(found) is None]
        if not new:
            return self
        text = self.text.rstrip("\n") + "\n" if self.text.strip() else HEADER
        return parse_baseline(text + "".join(_format_entry(found, today) for found in new), "the updated baseline")


def read_baseline(path: Path, *, may_be_new: bool = False) -> Baseline:
    """Read the file at *path*; raise `ValueError` where it cannot be read or understood, or contradicts itself.

    *may_be_new* takes a missing file for an empty one, since an update is about to write it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # line ends stay as they are
    except FileNotFoundError:
        if may_be_new:
            return Baseline({})
        raise ValueError(
            f"baseline {path} does not exist; --usage-contract-update-baseline makes it from the findings that fail"
        ) from None
    except OSError as refusal:
        raise ValueError(f"baseline {path} cannot be read: {refusal.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"baseline {path} is not in UTF-8") from None
    return parse_baseline(text, f"baseline {path}")


def parse_baseline(text: str, name: str) -> Baseline:
    """Parse the *text* of a baseline, which messages call *name*; raise `ValueError` as `read_baseline` does."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as refusal:
        raise ValueError(f"{name} is no TOML: {to_line(str(refusal))}") from None
    tables = document.pop("accepted", [])
    if document:
        raise ValueError(f"{name}: {_quote(next(iter(document)))} is no part of a baseline, only [[accepted]] is")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{name}: its entries are to be tables, each under [[accepted]]")
    entries: dict[str, BaselineEntry] = {}
    for number, table in enumerate(tables, 1):
        entry = _parse_entry(table, f"{name}, entry {number}")
        if entry.fingerprint in entries:
            raise ValueError(f"{name}, entry {number}: fingerprint {entry.fingerprint} has an entry already")
        entries[entry.fingerprint] = entry
    return Baseline(entries, text)


def _parse_entry(table: dict[str, Any], where: str) -> BaselineEntry:
    for field in fields(BaselineEntry):
        value = table.get(field.name)
        if value is None and field.name in ("type", "reason", "until"):
            continue
        if value is None:
            raise ValueError(f'{where}: has no "{field.name}"')
        wanted = date if field.name in ("first_seen", "until") else str
        if not isinstance(value, wanted) or isinstance(value, datetime):
            what = "a date without quotes, such as 2027-01-31" if wanted is date else "a string"
            raise ValueError(f'{where}: "{field.name}" is to be {what}')  # noqa: TRY004 - a file is misused, no call
    if unknown := sorted(table.keys() - {field.name for field in fields(BaselineEntry)}):
        raise ValueError(f"{where}: {_quote(unknown[0])} is no part of an entry")
    entry = BaselineEntry(**table)
    if entry.code not in CODES:
        raise ValueError(f"{where}: {_quote(entry.code)} is no code of a finding; usage-contract explain lists them")
    if entry.type and CODES[entry.code].kind != "drift":
        raise ValueError(f"{where}: {_quote(entry.code)} is no drift, and only drift has a type")
    if entry.type and entry.type not in JSON_TYPES:
        raise ValueError(f"{where}: {_quote(entry.type)} is no JSON type; there are {', '.join(JSON_TYPES)}")
    return replace(entry, fingerprint=_settle_fingerprint(entry, where))


def _settle_fingerprint(entry: BaselineEntry, where: str) -> str:
    """Return the fingerprint of what the entry says; raise `ValueError` where it has that of another finding.

    An entry of an older version, to which people have added a type, keeps the fingerprint that it had without one.
    """
    without_type = fingerprint_of(entry.contract, entry.code, entry.path)
    fingerprint = fingerprint_of(entry.contract, entry.code, entry.path, entry.type)
    if entry.fingerprint not in (fingerprint, without_type):
        what = "contract, code, path and type" if entry.type else "contract, code and path"
        raise ValueError(
            f"{where}: fingerprint {_quote(entry.fingerprint)} is not that of its {what}, which is {fingerprint}"
        )
    return fingerprint


def _format_entry(found: FindingReport, today: date) -> str:
    json_type = f"type = {_quote_toml(found.type)}\n" if found.type else ""
    return f"""
[[accepted]]
fingerprint = {_quote_toml(found.fingerprint)}
contract = {_quote_toml(found.contract)}
code = {_quote_toml(found.code)}
path = {_quote_toml(found.path)}
{json_type}first_seen = {today}
reason = ""
"""


def _quote_toml(text: str) -> str:
    # Printable text as a JSON string is a basic string of TOML too; where it is not printable it is escaped before.
    return json.dumps(text, ensure_ascii=False)


def _quote(text: str) -> str:
    return f'"{to_line(text, 60)}"'
