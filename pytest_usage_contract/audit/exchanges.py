"""One response out of a file, or a place that cannot be read; both lead back to where they stand."""

from dataclasses import dataclass
from typing import Final

from pytest_usage_contract.core.exchange import UNTOLD, Representation, Request

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a line, an entry, an interaction, or a file of one body; a longer one is not read."""

NO_REQUEST: Final = Request("", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """One response out of the file at *location*, where it is the *unit* (line, entry, interaction) of that *number*.

    Units are counted from 1, those of a byte range from its start; 0 is that of a file which is one body.
    *body* is None where it was not recorded, and *request* `NO_REQUEST` where the file tells none.
    """

    location: str
    unit: str = ""
    number: int = 0
    body: bytes | None
    request: Request = NO_REQUEST
    status: int = 200
    representation: Representation = UNTOLD

    @property
    def where(self) -> str:
        """The place in words."""
        return format_place(self.location, self.unit, self.number)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a place in one, that cannot be read, and *why*."""

    location: str
    why: str
    unit: str = ""
    number: int = 0

    @property
    def where(self) -> str:
        """The place in words."""
        return format_place(self.location, self.unit, self.number)


Recorded = RecordedExchange | Unread


def format_place(location: str, unit: str, number: int) -> str:
    """Return a place in words: `calls.jsonl:3`, or `calls.har, entry 3`."""
    if unit == "line":
        return f"{location}:{number}"
    return ", ".join(filter(None, (location, f"{unit} {number or ''}".strip())))
