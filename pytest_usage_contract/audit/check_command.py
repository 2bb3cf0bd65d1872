"""The command `usage-contract check`: judge what was recorded, and sum up what was judged, and what was not and why."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from os.path import isdir
from typing import TYPE_CHECKING, Final

from pytest_usage_contract.api import check_usage
from pytest_usage_contract.audit.exchanges import NO_REQUEST, Recorded, RecordedExchange, Unread
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.kinds import PACKED, SUFFIXES
from pytest_usage_contract.audit.reading import BARE, Reading, read_input
from pytest_usage_contract.core.body import find_encoding
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import escape, pluralize
from pytest_usage_contract.core.exchange import Request
from pytest_usage_contract.core.finding import Verdict, format_verdict
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.providers.registry import contracts_named, find_contract
from pytest_usage_contract.providers.routes import MappedUrl, Routes

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

KEPT, BROKEN, MISUSE = 0, 1, 2

MOST_NAMES: Final = 5
"""Bodies that tell no request which are named."""

MOST_ADDRESSES: Final = 20
"""Addresses that no contract covers which are named."""


def add_check(subparsers: "Subparsers") -> argparse.ArgumentParser:
    """Declare `check`."""
    parser = subparsers.add_parser(
        "check",
        help="judge what was recorded: JSON, JSON lines, event streams, HAR, cassettes",
        description="Judge what was recorded: bodies in JSON and JSON lines, event streams, HAR files, cassettes of\n"
        "VCR and of responses; each may be packed by gzip.",
        epilog="examples: usage-contract check tests/cassettes\n"
        "          usage-contract check --contract orq/deployments_invoke body.json\n"
        '          usage-contract check --url "http://gateway:4000/v1 = openrouter" calls.har',
    )
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="a file, a folder, a glob, a URL, or - for the standard input"
    )
    parser.add_argument("--contract", metavar="NAME", help="judge under this contract what tells no request")
    parser.add_argument(
        "--url",
        metavar="URL",
        action="append",
        default=[],
        help='"URL = NAME" maps a gateway, as a line of usage_contract_urls does; a URL alone is where that was called '
        "which tells no request (repeatable)",
    )
    parser.add_argument(
        "--body", metavar="POINTER", default="", help="where a record of a log holds the body: /response"
    )
    parser.add_argument("--url-at", metavar="POINTER", default="", help="where it holds the URL: /request/url")
    parser.add_argument("--fail-on", metavar="KINDS", default="schema", help="schema,accounting,drift, or all, or none")
    return parser


@dataclass
class Sums:
    """The sums of what was judged, and of what was not."""

    kept: int = 0
    without_usage: int = 0
    warned: int = 0
    broken: int = 0
    other_statuses: int = 0
    not_recorded: int = 0
    unread: int = 0
    unnamed: int = 0
    names: list[str] = field(default_factory=list)
    uncovered: Counter[Request] = field(default_factory=Counter)

    @property
    def judged(self) -> int:
        return self.kept + self.warned + self.broken

    def take(self, verdict: Verdict, *, fails: bool) -> None:
        """Count what was judged; it is kept where nothing was found, as in a run under pytest."""
        self.broken += fails
        self.warned += bool(verdict.findings) and not fails
        self.kept += verdict.kept
        self.without_usage += verdict.kept and not isinstance(verdict.wire, dict)

    def refuse(self, unread: Unread) -> None:
        """Name what cannot be read, and count it."""
        self.unread += 1
        print(f"usage-contract check: {escape(unread.where, 200)}: {escape(unread.why, 200)}", file=sys.stderr)

    def leave_out(self, recorded: RecordedExchange) -> None:
        """Count a body that tells no request, where nothing else says whose it is, and keep the first names."""
        self.unnamed += 1
        if self.unnamed <= MOST_NAMES + 1:
            self.names.append(escape(recorded.where, 200) if self.unnamed <= MOST_NAMES else "…")

    def lines(self) -> Iterator[str]:
        """Yield the summary."""
        others = (
            (self.not_recorded, "not recorded"),
            (self.other_statuses, "of another status than 2xx"),
            (self.uncovered.total(), "at an address that no contract covers"),
            (self.unnamed, f"that told no request, which --contract NAME judges ({', '.join(self.names)})"),
            (self.unread, "unreadable"),
        )
        left_out = ", ".join(f"{number} {words}" for number, words in others if number)
        if self.judged:
            without = f" ({self.without_usage} of them without a usage)" if self.without_usage else ""
            warned = f", {self.warned} with findings that do not fail" if self.warned else ""
            yield f"{self.judged} judged, {self.kept} kept{without}, {self.broken} broken{warned}"
            if left_out:
                yield f"not judged: {left_out}"
            return
        kinds = ", ".join((*SUFFIXES, *PACKED))
        yield f"nothing was judged: {left_out or f'there is no file of a kind that is read ({kinds})'}"
        for (method, host, path), number in self.uncovered.most_common(MOST_ADDRESSES):
            yield f"  {escape(method, 20)} {escape(host)}{escape(path, 200)}  {pluralize(number, 'time')}"
        if self.uncovered:
            yield '--url "URL = NAME", or usage_contract_urls, says which contract an address has'


def run_check(given: argparse.Namespace, mapped: Iterable[MappedUrl] = ()) -> int:
    """Judge the files that are *given*, whose calls may go to *mapped* addresses, too; return the exit status."""
    failing = parse_kinds(given.fail_on)
    if given.contract:
        contracts_named(given.contract)
    lines = [url for url in given.url if "=" in url.partition("?")[0]]
    addresses = [url for url in given.url if url not in lines]
    places = Routes([*mapped, *map(MappedUrl.read, lines)])
    bare = Request.of("POST", addresses[-1]) if addresses else NO_REQUEST
    sums, files_only = Sums(), not any(isdir(path) for path in given.paths)
    for recorded in _read_all(given.paths, Reading(body=given.body, url_at=given.url_at)):
        if isinstance(recorded, Unread):
            sums.refuse(recorded)
            continue
        found = _judge(recorded, places, bare, given.contract, sums)
        if found is None:
            continue
        verdict, contract = found
        sums.take(verdict, fails=verdict.fails(failing))
        if verdict.findings:
            where = escape(recorded.where, 200)
            print(format_verdict(verdict, contract, failing=failing, call=where), end="\n\n")
    if sums != Sums(unread=1) or not files_only:  # else the one line has said it
        print("\n".join(sums.lines()))
    if not sums.judged:
        return MISUSE
    return BROKEN if sums.broken else MISUSE if sums.unread and files_only else KEPT


def _read_all(paths: Sequence[str], reading: Reading = BARE) -> Iterator[Recorded]:
    for found in find_inputs(paths):
        if isinstance(found, Unread):
            yield found
        else:
            yield from read_input(found, reading)


def _judge(
    recorded: RecordedExchange, places: Routes, bare: Request, named: str | None, sums: Sums
) -> tuple[Verdict, Contract] | None:
    """Judge an exchange by the contract of its request, or else of the name; count in *sums* what cannot be judged."""
    request, body = bare if recorded.request == NO_REQUEST else recorded.request, recorded.body
    route = places.find(*request)
    if route is None and request != NO_REQUEST:
        sums.uncovered[request] += 1
    elif route is None and named is None:
        sums.leave_out(recorded)
    elif not 200 <= recorded.status < 300:
        sums.other_statuses += 1
    elif body is None:
        sums.not_recorded += 1
    elif encoding := find_encoding(body, recorded.representation):
        sums.refuse(Unread(recorded.location, encoding, recorded.unit, recorded.number))
    elif route is None:
        verdict = check_usage(body, named)
        return verdict, find_contract(verdict.contract)
    else:
        contract, endpoint = route.contract, route.endpoint
        return check_bytes(contract, body, endpoint=endpoint, representation=recorded.representation), contract
    return None
