"""The routes from a request's method, host and path to the contract and the endpoint that it falls under.

A path is a template of whole segments: `{name}` stands for one or more characters within one segment, a leading
`**/` for any segments before. A host may be a pattern, in which `*` stands for characters without a dot. The most
precise endpoint wins: a mapped one before all others, a team's own before a built-in one, then a literal host before a
pattern, then more literal segments. Segments are split before they are decoded; a query never counts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from pytest_usage_contract.core.endpoint import Endpoint
from pytest_usage_contract.providers.registry import Entry, contracts_named, entries, entry_of
from pytest_usage_contract.providers.sources import count_changes

if TYPE_CHECKING:
    from pytest_usage_contract.core.contract import Contract

ANYWHERE: Final = "**/"

_OPEN: Final = ".+"

NOWHERE: Final = Endpoint(path="", hosts=())
"""The endpoint of a contract that declares none, and is served where a team says."""

MOST: Final = 1024
"""Calls whose route is remembered."""


class Route(NamedTuple):
    """An endpoint, and the contract that promises something about it."""

    contract: "Contract"
    endpoint: Endpoint


class Template:
    """The *path* of an endpoint, segment by segment."""

    __slots__ = ("_anywhere", "_segments", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._anywhere = path.startswith(ANYWHERE)
        segments = segments_of(path.removeprefix(ANYWHERE))
        self._segments = [_segment(segment) if "{" in segment else segment for segment in segments]

    @property
    def precision(self) -> tuple[int, bool]:
        """More literal segments are more precise, and of two alike the one that is a whole path."""
        return sum(isinstance(segment, str) for segment in self._segments), not self._anywhere

    @property
    def end(self) -> str | None:
        """The last segment, where it is literal."""
        return last if isinstance(last := self._segments[-1], str) else None

    def fits(self, segments: Sequence[str]) -> bool:
        """Tell whether a call's *segments* are such a path."""
        enough = len(segments) >= len(self._segments) if self._anywhere else len(segments) == len(self._segments)
        return enough and self.common_end(segments) == len(self._segments)

    def common_end(self, segments: Sequence[str]) -> int:
        """Return how many segments at the end of a call's path are those at the end of this one."""
        number = 0
        for mine, theirs in zip(reversed(self._segments), reversed(segments), strict=False):
            if not (mine == theirs if isinstance(mine, str) else mine.fullmatch(theirs)):
                break
            number += 1
        return number

    def likeness(self, segments: Sequence[str]) -> int:
        """Return how many segments that are not all open end both paths; 0 if two could and only one does."""
        named = [not isinstance(segment, re.Pattern) or segment.pattern != _OPEN for segment in self._segments]
        end = self.common_end(segments)
        number = sum(named[len(named) - end :])
        return number if number >= min(2, len(segments), sum(named)) else 0


def segments_of(path: str) -> tuple[str, ...]:
    """Split a path before it is decoded: an encoded slash is part of its segment, and a slash at its end is none."""
    return tuple(unquote(segment) for segment in path.rstrip("/").removeprefix("/").split("/"))


def _segment(template: str) -> re.Pattern[str]:
    literals = re.split(r"\{[^{}]*\}", template)
    return re.compile(_OPEN.join(map(re.escape, literals)), re.DOTALL)


@lru_cache(maxsize=MOST)
def _template(path: str) -> Template:
    return Template(path)


@dataclass(frozen=True, slots=True)
class MappedUrl:
    """A line of `usage_contract_urls`: a gateway or test server that answers as documented endpoints do.

    It stands for its URL and all below it; *name* is a contract, or a provider, whose endpoints are served there.
    *line* is what was written.
    """

    host: str
    path: str
    name: str
    line: str

    @classmethod
    def read(cls, line: str) -> "MappedUrl":
        """Read `http://127.0.0.1:4000/v1 = openrouter`; raise `ValueError` for what is no such line."""
        url, equals, name = line.rpartition("=")
        parts = urlsplit(url.strip())
        if not (equals and name.strip() and parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError(f"{line!r} is no mapping; one reads http://host:port/path = provider/endpoint")
        return cls(parts.netloc.rpartition("@")[2].lower(), parts.path.rstrip("/"), name.strip(), line.strip())

    def routes(self) -> list[Route]:
        """Return every endpoint that may be served here; raise `LookupError` where the name means no contract."""
        named = contracts_named(self.name)
        return [Route(contract, endpoint) for contract in named for endpoint in contract.endpoints or [NOWHERE]]

    def find(self, method: str, segments: Sequence[str]) -> Route | None:
        """Return the route with the longest common end, at least one segment unless this very URL has one contract."""
        base = segments_of(self.path) if self.path else ()
        if tuple(segments[: len(base)]) != base:
            return None
        routes = [route for route in self.routes() if route.endpoint.method == method]
        exact = tuple(segments) in (base, (*base, "")) and len({route.contract.name for route in routes}) == 1
        ends = [_template(route.endpoint.path).common_end(segments) for route in routes]
        longest = max(ends, default=0)
        if longest == 0 and not exact:
            return None
        best = [route for route, end in zip(routes, ends, strict=True) if end == longest]
        return next((route for route in best if route.contract.default), best[0]) if best else None


class _Candidate(NamedTuple):
    entry: Entry
    number: int
    method: str
    template: Template
    precision: tuple[bool, bool, int, bool]

    def route(self) -> Route:
        contract = self.entry.load()
        return Route(contract, contract.endpoints[self.number])


class Routes:
    """Finds the route of a call, at a cost that does not grow with the number of contracts."""

    def __init__(self, mapped: Iterable[MappedUrl] = (), among: "Iterable[Contract | Entry] | None" = None) -> None:
        """Take the contracts there are now, or those *among* which to find, and *mapped* URLs.

        Raises `LookupError` for a mapped name that means none.
        """
        self.used_urls: set[str] = set()
        """The lines of mapped URLs that a call has matched."""
        self._mapped: dict[str, list[MappedUrl]] = {}
        for line in sorted(mapped, key=lambda line: -len(line.path)):
            contracts_named(line.name)
            self._mapped.setdefault(line.host, []).append(line)
        self._hosts: dict[str, list[_Candidate]] = {}
        self._ends: dict[tuple[str, str], list[tuple[Entry, int, Template]]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], _Candidate]]] = {}
        known = entries() if among is None else [one if isinstance(one, Entry) else entry_of(one) for one in among]
        for entry in known:
            for number, (method, _, path) in enumerate(entry.calls):
                self._ends.setdefault((method, _last_word(path)), []).append((entry, number, _template(path)))
            for host, candidate in _candidates(entry):
                if "*" in host:
                    self._patterns.setdefault(_ending(host), []).append((_host_pattern(host), candidate))
                else:
                    self._hosts.setdefault(host, []).append(candidate)
        self._at = lru_cache(maxsize=MOST)(self._find_at)
        self.find = lru_cache(maxsize=MOST)(self._find)
        self.knows = lru_cache(maxsize=MOST)(self._knows)

    def _knows(self, host: str) -> bool:
        """Tell whether any contract is served at *host*."""
        return any(name in self._mapped for name in _spellings(host)) or bool(self._at(host))

    def _find(self, method: str, host: str, path: str) -> Route | None:
        """Return the route of a request; a contract's host without a port is that host at any port."""
        segments = segments_of(path)
        for name in _spellings(host):
            for line in self._mapped.get(name, ()):
                if (route := line.find(method, segments)) is not None:
                    self.used_urls.add(line.line)
                    return route
        by_end = self._at(host)
        fitting = [
            candidate
            for end in (segments[-1], None)
            for candidate in by_end.get((method, end), ())
            if candidate.template.fits(segments)
        ]
        return max(fitting, key=lambda candidate: candidate.precision).route() if fitting else None

    def look_alikes(self, method: str, path: str) -> Iterator[Route]:
        """Yield the endpoints that a call may fall under at another host: those whose path ends most like its own."""
        for entry, number in self._find_ends(method, path):
            contract = entry.load()
            yield Route(contract, contract.endpoints[number])

    def ends_as_documented(self, method: str, path: str) -> bool:
        """Tell whether there is such an endpoint, and load no contract."""
        return bool(self._find_ends(method, path))

    def _find_ends(self, method: str, path: str) -> list[tuple[Entry, int]]:
        segments = segments_of(path)
        found = [
            (template.likeness(segments), template.fits(segments), entry, number)
            for entry, number, template in self._ends.get((method, _last_word(path)), ())
        ]
        most = max((like for like, *_ in found), default=0)
        # What is documented as this very path comes first, and then what is served at the most hosts.
        found.sort(key=lambda one: (not one[1], -len(one[2].calls[one[3]][1])))
        return [(entry, number) for like, _, entry, number in found if like == most > 0]

    def _find_at(self, host: str) -> dict[tuple[str, str | None], list[_Candidate]]:
        """Return what is served at *host*, by method and last segment."""
        name = _without_port(host)
        found = [candidate for spelling in _spellings(host) for candidate in self._hosts.get(spelling, ())]
        for ending in (_ending(name), ""):
            found += [candidate for pattern, candidate in self._patterns.get(ending, ()) if pattern.fullmatch(name)]
        by_end: dict[tuple[str, str | None], list[_Candidate]] = {}
        for candidate in found:
            by_end.setdefault((candidate.method, candidate.template.end), []).append(candidate)
        return by_end


def _candidates(entry: Entry) -> Iterator[tuple[str, _Candidate]]:
    for number, (method, hosts, path) in enumerate(entry.calls):
        template = _template(path)
        for host in hosts:
            precision = (entry.own, "*" not in host, *template.precision)
            yield host.lower(), _Candidate(entry, number, method, template, precision)


def _last_word(path: str) -> str:
    """Return the last word of a path, which no template leaves open but one whose end is open."""
    return re.split(r"\W", path.rstrip("/"))[-1]


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _spellings(host: str) -> Iterator[str]:
    """Yield the names that a contract or a line may have for a call's *host*, which has no port if it is a default."""
    yield host
    if (name := _without_port(host)) != host:
        yield name
    else:
        yield from (f"{host}:80", f"{host}:443")


def _ending(host: str) -> str:
    """The last two labels of a host, or nothing where a pattern leaves them open."""
    ending = ".".join(host.split(".")[-2:])
    return "" if "*" in ending else ending


def _host_pattern(host: str) -> re.Pattern[str]:
    return re.compile("[^.]*".join(map(re.escape, host.split("*"))))


@lru_cache(maxsize=1)
def _routes_of(changes: int) -> Routes:  # noqa: ARG001 - other contracts have other routes
    return Routes()


def known_routes() -> Routes:
    """Return where all known contracts are served, made anew only when there are others."""
    return _routes_of(count_changes())
