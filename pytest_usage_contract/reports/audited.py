"""What an audit of recorded exchanges did not judge: as data, summed, and in lines that every form shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pydantic import NonNegativeInt, PositiveInt

from pytest_usage_contract.core.escape import pluralize, to_line

MOST_NAMES: Final = 3
"""Places of what told no request that are named."""


@dataclass(frozen=True, kw_only=True)
class UnreadPlace:
    """A place in what was recorded that could not be read, and *why*."""

    place: str
    why: str


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """What an audit did not judge; of *sample* exchanges it took one.

    *not_recorded* are responses without their body, *unnamed* told no request, *uncovered* went to other addresses
    that no contract covers than those that are told. Of what was *unread*, and *unnamed*, the first places are named.
    """

    sample: PositiveInt = 1
    not_recorded: NonNegativeInt = 0
    uncovered: NonNegativeInt = 0
    unnamed: NonNegativeInt = 0
    unnamed_places: tuple[str, ...] = ()
    unread: NonNegativeInt = 0
    unread_places: tuple[UnreadPlace, ...] = ()


def list_unjudged(audit: AuditReport) -> Iterator[str]:
    """Yield what an audit did not judge, each line safe to show as plain text."""
    if audit.sample > 1:
        yield f"a sample: one exchange in {audit.sample} was judged"
    if audit.not_recorded:
        yield f"{pluralize(audit.not_recorded, 'response')} whose body was not recorded"
    if audit.uncovered:
        yield f"{pluralize(audit.uncovered, 'response')} from an address that no contract covers"
    if audit.unnamed:
        first = [*map(to_line, audit.unnamed_places[:MOST_NAMES]), *(["…"] if audit.unnamed > MOST_NAMES else [])]
        told = f"that tells no request, which --url or --contract judges ({', '.join(first)})"
        yield f"{pluralize(audit.unnamed, 'response')} {told}"
    yield from (f"unread  {to_line(unread.place, 1000)}: {to_line(unread.why)}" for unread in audit.unread_places)
    if (more := audit.unread - len(audit.unread_places)) > 0:
        yield f"unread  … and {more} more"


def add_audits(audits: Sequence[AuditReport]) -> AuditReport | None:
    """Return what all of them did not judge; their sample is the smallest that any of them took."""
    if not audits:
        return None
    return AuditReport(
        sample=max(one.sample for one in audits),
        not_recorded=sum(one.not_recorded for one in audits),
        uncovered=sum(one.uncovered for one in audits),
        unnamed=sum(one.unnamed for one in audits),
        unnamed_places=tuple(dict.fromkeys(chain.from_iterable(one.unnamed_places for one in audits))),
        unread=sum(one.unread for one in audits),
        unread_places=tuple(dict.fromkeys(chain.from_iterable(one.unread_places for one in audits))),
    )
