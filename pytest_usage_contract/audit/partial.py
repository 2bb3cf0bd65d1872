"""What was found in a part of an audit, which merges with what was found in others, in whatever order they come.

The law: of everything that is named only the first few are, in the order of their places, so that a sum of parts
names the same, however the inputs were cut and whoever was done first. Where a policy may demand a usage that the
documentation lets be absent, both verdicts are counted, apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from pytest_usage_contract.audit.exchanges import format_place
from pytest_usage_contract.audit.lines import LINE
from pytest_usage_contract.audit.opening import hide_secrets
from pytest_usage_contract.core.escape import make_printable, tame_usage, to_line
from pytest_usage_contract.core.finding import Finding, Verdict, fingerprint_of
from pytest_usage_contract.reports.report import UnmatchedCall
from pytest_usage_contract.reports.tally import ContractTally, tame_call, tame_finding

FIRST: Final = 10
"""Places that are named of what was found, and of what could not be judged."""

MOST_ADDRESSES: Final = 1000
"""Addresses that no contract covers which are told apart."""


class Place(NamedTuple):
    """The place of an exchange: the *unit* (line, entry, interaction) of that *number* in the part from *start* on."""

    location: str
    start: int = 0
    number: int = 0
    unit: str = ""


@dataclass(slots=True)
class Noted:
    """Places that are only counted, the first of them named, each with a word on it."""

    count: int = 0
    first: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, place: Place, why: str = "") -> None:
        self.absorb(Noted(1, [(place, why)]))

    def absorb(self, other: "Noted") -> None:
        self.count += other.count
        self.first = sorted([*self.first, *other.first])[:FIRST]


@dataclass(slots=True)
class Offence:
    """A *finding*, how often it occurred, and where first; *finding*, *usage* and *call* are those of the first."""

    finding: Finding
    places: list[Place]
    count: int = 1
    usage: Any = None
    call: str = ""

    def absorb(self, other: "Offence") -> None:
        if other.places[0] < self.places[0]:
            self.finding, self.usage, self.call = other.finding, other.usage, other.call
        self.count += other.count
        self.places = sorted([*self.places, *other.places])[:FIRST]


@lru_cache(maxsize=4096)
def _name_finding(contract: str, code: str, path: str, json_type: str) -> str:
    """Return the fingerprint of a finding as it is told."""
    return fingerprint_of(contract, code, make_printable(path), json_type)


@dataclass(slots=True)
class Counts:
    """What was judged: a tally for each contract, and every finding by its fingerprint."""

    contracts: dict[str, ContractTally] = field(default_factory=dict)
    findings: dict[str, Offence] = field(default_factory=dict)

    def add(self, verdict: Verdict, place: Place, call: str) -> None:
        """Count what one exchange came to."""
        name, has_usage = make_printable(verdict.contract), isinstance(verdict.wire, dict)
        tally = self.contracts.get(name) or self.contracts.setdefault(name, ContractTally())
        tally.count(verdict.seen, kept=verdict.kept, without_usage=verdict.kept and not has_usage)
        for found in verdict.findings:
            before = self.findings.get(_name_finding(name, found.code, found.path, found.type))
            if before is not None and len(before.places) == FIRST and before.places[-1] < place:
                before.count += 1  # as nearly all are, where nearly all have it
                continue
            finding = tame_finding(name, found)
            usage = tame_usage(verdict.wire) if has_usage else None
            offence = Offence(finding, [place], usage=usage, call=to_line(call))
            if before is None:
                self.findings[finding.fingerprint] = offence
            else:
                before.absorb(offence)

    def absorb(self, other: "Counts", names: Iterable[str] | None = None) -> None:
        """Add what others have counted, of all contracts or of those with *names* alone."""
        wanted = other.contracts.keys() if names is None else set(names)
        for name, tally in other.contracts.items():
            if name in wanted:
                self.contracts.setdefault(name, ContractTally()).absorb(tally)
        for fingerprint, offence in other.findings.items():
            if offence.finding.contract not in wanted:
                continue
            if fingerprint in self.findings:
                self.findings[fingerprint].absorb(offence)
            else:
                self.findings[fingerprint] = replace(offence)


@dataclass(slots=True)
class Partial:
    """What was found in some parts: *always*, and *demanded* or *undemanded*, as the answers must carry a usage or not.

    *lines* are the numbers of lines in each part of a file that was cut, by the bytes that they begin at. *unmatched*
    are calls that no contract covers, by method, host, path and what they look like; *uncovered* counts those that
    could carry no usage. *unnamed* told no request.
    """

    always: Counts = field(default_factory=Counts)
    demanded: Counts = field(default_factory=Counts)
    undemanded: Counts = field(default_factory=Counts)
    other_statuses: int = 0
    not_recorded: int = 0
    uncovered: int = 0
    left_out: int = 0
    unnamed: Noted = field(default_factory=Noted)
    unread: Noted = field(default_factory=Noted)
    unmatched: dict[str, int] = field(default_factory=dict)
    used_urls: set[str] = field(default_factory=set)
    lines: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """The number of exchanges that were judged."""
        return sum(tally.checked for part in (self.always, self.undemanded) for tally in part.contracts.values())

    @property
    def findings(self) -> int:
        """The number of different findings, where no usage is demanded."""
        return len(self.always.findings.keys() | self.undemanded.findings.keys())

    def count_unmatched(self, method: str, host: str, path: str, looks_like: str) -> None:
        """Count a call that no contract covers."""
        call = tame_call(UnmatchedCall(method=method, host=host, path=path, count=1, looks_like=looks_like))
        self._add_unmatched({f"{call.host}\n{call.path}\n{call.method}\n{call.looks_like}": 1})

    def _add_unmatched(self, calls: dict[str, int]) -> None:
        """Add calls by address; beyond a number, the last in order are counted and not told apart."""
        for address, number in calls.items():
            self.unmatched[address] = self.unmatched.get(address, 0) + number
        for address in sorted(self.unmatched)[MOST_ADDRESSES:] if len(self.unmatched) > MOST_ADDRESSES else ():
            self.left_out += self.unmatched.pop(address)

    def absorb(self, other: "Partial") -> None:
        """Add what was found in other parts."""
        for name in ("always", "demanded", "undemanded", "unnamed", "unread"):
            getattr(self, name).absorb(getattr(other, name))
        for name in ("other_statuses", "not_recorded", "uncovered", "left_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self._add_unmatched(other.unmatched)
        self.used_urls |= other.used_urls
        for location, counted in other.lines.items():
            self.lines.setdefault(location, {}).update(counted)

    def move(self, location: str) -> None:
        """Take everything that was found for found at *location*: there its one file is now."""
        for counts in (self.always, self.demanded, self.undemanded):
            for offence in counts.findings.values():
                offence.places = [place._replace(location=location) for place in offence.places]
        for noted in (self.unnamed, self.unread):
            noted.first = [(place._replace(location=location), why) for place, why in noted.first]
        for counted in [*self.lines.values()]:
            self.lines = {location: counted}

    def describe(self, place: Place) -> str:
        """Return a place in words, with the number of a line counted from the beginning of its file."""
        parts = self.lines.get(place.location, {}) if place.unit == LINE else {}
        before = sum(lines for start, lines in parts.items() if start < place.start)
        return format_place(hide_secrets(place.location), place.unit, place.number + before)


def merge_partials(partials: Iterable[Partial]) -> Partial:
    """Return what was found in all of them."""
    merged = Partial()
    for partial in partials:
        merged.absorb(partial)
    return merged


@cache
def _partial_adapter() -> TypeAdapter[Partial]:
    return TypeAdapter(Partial)


def dump_partial(partial: Partial) -> bytes:
    """Return it as JSON."""
    return _partial_adapter().dump_json(partial)


def load_partial(content: bytes) -> Partial:
    """Read what `dump_partial` has written; raise `ValueError` for anything else."""
    return _partial_adapter().validate_json(content)
