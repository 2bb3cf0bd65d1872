"""Where each contract's endpoint is served: from a request's method, host and path to the promise it falls under."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from pytest_usage_contract.contracts import contracts, meant_by
from pytest_usage_contract.core.contract import Contract, Endpoint


class Place(NamedTuple):
    """An endpoint, and the contract that promises something about it."""

    contract: Contract
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Mapped:
    """A line of `usage_contract_urls`: a gateway or test server that answers as a documented endpoint does.

    *name* is a contract, or a provider, whose endpoints are all taken to be served there.
    """

    host: str
    path: str
    name: str

    @classmethod
    def read(cls, line: str) -> "Mapped":
        """Read `http://127.0.0.1:4000/v1/responses = openrouter/alpha_responses`; raises `ValueError`."""
        url, equals, name = line.rpartition("=")
        parts = urlsplit(url.strip())
        if not (equals and name.strip() and parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError(f"{line!r} is no mapping; one reads http://host:port/path = provider/endpoint")
        return cls(parts.netloc.rpartition("@")[2].lower(), parts.path.rstrip("/"), name.strip())

    def places(self) -> list[Place]:
        """The places this line makes; raises `LookupError` where its name means no contract."""
        return [
            Place(contract, replace(endpoint, hosts=(self.host,)))
            for contract in meant_by(self.name)
            for endpoint in self._endpoints(contract)
        ]

    def _endpoints(self, contract: Contract) -> Iterable[Endpoint]:
        if self.name == contract.provider or not self.path:
            return contract.endpoints
        fitting = (endpoint for endpoint in contract.endpoints if self.path.endswith(endpoint.path))
        documented = next(fitting, contract.endpoints[0] if contract.endpoints else Endpoint(path="", hosts=()))
        return [replace(documented, path=self.path)]


class Places:
    """Look-up by host, so that its cost does not grow with the number of contracts."""

    def __init__(self, contracts: Iterable[Contract], mapped: Iterable[Mapped] = ()) -> None:
        """Mapped places come before documented ones, so that a team can judge a path by another contract."""
        self._by_host: dict[str, list[Place]] = {}
        places = [place for line in mapped for place in line.places()]
        places += (Place(contract, endpoint) for contract in contracts for endpoint in contract.endpoints)
        for place in places:
            for host in place.endpoint.hosts:
                self._by_host.setdefault(host.lower(), []).append(place)

    def knows(self, host: str) -> bool:
        """Whether any contract is served at *host*."""
        return host in self._by_host or host.partition(":")[0] in self._by_host

    def find(self, method: str, host: str, path: str) -> Place | None:
        """The place of a request; a contract's host without a port is that host at any port."""
        at_host = self._by_host.get(host) or self._by_host.get(host.partition(":")[0])
        if at_host is not None:
            for place in at_host:
                if place.endpoint.serves(method, path):
                    return place
        return None


_documented: list[tuple[tuple[Contract, ...], Places]] = []


def documented_places() -> Places:
    """Where all known contracts are served, made anew only when there are others."""
    known = contracts()
    if not _documented or _documented[0][0] != known:
        _documented[:] = [(known, Places(known))]
    return _documented[0][1]
