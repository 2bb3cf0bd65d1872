"""Requests that no mock answers: reported at the end of the test, even where an SDK wrapped or retried the error away.

Among them are calls to mocked hosts through clients that respx cannot reach, which a guard keeps from going out.
requests, urllib3, botocore and aiohttp are stopped where a request leaves for the network, below the mocks that a team
may have for them; every other client where it asks for the address of a host, and these as well if they are imported
later. gRPC looks up addresses by itself: it is stopped where a channel is made, unless that was before, or gRPC is
imported later.
"""

import functools
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from pytest_usage_contract.core.escape import escape

Method = Callable[..., Any]

_NEAREST: Final = 3
"""Mocked routes that a message names."""


class UsageMockError(AssertionError):
    """A request went where no mock answers it; the message names it and the nearest routes."""

    __module__ = "pytest_usage_contract.mocks"  # where it is found by others


class UnansweredRequest(NamedTuple):
    """A request: never a header, a query string or a prompt. *client* is one that respx cannot reach."""

    method: str
    host: str
    path: str
    client: str = ""

    def __str__(self) -> str:
        line = f"{escape(self.method)} {escape(self.host)}{escape(self.path, 200)}"
        return f"{line} through {self.client}; httpx and httpx2 are what it can answer" if self.client else line


class MockedRoute(NamedTuple):
    """A route that is mocked, and the contract it is mocked for."""

    method: str
    host: str
    path: str
    contract: str

    def __str__(self) -> str:
        return f"{self.method} {self.host}/{self.path.removeprefix('/')}  ({self.contract})"

    def likeness(self, request: UnansweredRequest) -> float:
        """Return how near this route is to a request, up to 1."""
        ours, theirs = f"{self.method} {self.host}{self.path}", f"{request.method} {request.host}{request.path}"
        return SequenceMatcher(None, ours, theirs).ratio()


def format_unanswered(requests: Iterable[UnansweredRequest], mocked: Iterable[MockedRoute]) -> str:
    """Return a line for each request, with how often it was made, and the routes that are nearest to them."""
    times = Counter(requests)
    lines = [f"no mock answers {request}{f' ({count} times)' if count > 1 else ''}" for request, count in times.items()]
    by_likeness = sorted(mocked, key=lambda route: -max(route.likeness(request) for request in times))
    return "\n".join([*lines, "nearest mocked", *(f"  {route}" for route in by_likeness[:_NEAREST])])


class Gatekeeper(Protocol):
    """The one that knows which hosts are mocked."""

    def mocks_host(self, host: str, port: object) -> bool:
        """Tell whether *host* is mocked, at *port*."""

    def refuse(self, request: UnansweredRequest) -> Exception:
        """Note a request, and return the error to raise."""


class Guard:
    """The guard that from `start` to `stop` lets no call to a mocked host go out."""

    def __init__(self, gatekeeper: Gatekeeper) -> None:
        self._gatekeeper = gatekeeper
        self._replaced: list[tuple[Any, str, Method, Method]] = []

    def start(self) -> None:
        """Replace every way out that is there now."""
        self._replace(socket, "getaddrinfo", _wrap_getaddrinfo)
        for module, owner, name, wrap in _WAYS_OUT:
            if module in sys.modules:
                self._replace(getattr(sys.modules[module], owner) if owner else sys.modules[module], name, wrap)

    def stop(self) -> None:
        """Put everything back, unless somebody has replaced it over us: then ours lets everything through."""
        for owner, name, original, ours in reversed(self._replaced):
            if getattr(owner, name) is ours:
                setattr(owner, name, original)
        self._replaced.clear()

    def _replace(self, owner: Any, name: str, wrap: "Callable[[Method, Guard], Method]") -> None:
        original = getattr(owner, name)
        if not original.__module__.startswith(getattr(owner, "__module__", owner.__name__)):
            return  # another's mock, which lets nothing out
        ours = functools.wraps(original)(wrap(original, self))
        self._replaced.append((owner, name, original, ours))
        setattr(owner, name, ours)

    def check(self, host: str, port: object, request: UnansweredRequest) -> None:
        """Raise the gatekeeper's error if *request* would go out to a mocked host."""
        if self._replaced and self._gatekeeper.mocks_host(host, port):
            raise self._gatekeeper.refuse(request)


def _wrap_getaddrinfo(original: Method, guard: Guard) -> Method:
    def getaddrinfo(host: Any, port: Any = None, *args: Any, **kwargs: Any) -> Any:
        text = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower()
        guard.check(text, port, UnansweredRequest("a call to", text, "", "another client"))
        return original(host, port, *args, **kwargs)

    return getaddrinfo


def _wrap_send(original: Method, guard: Guard) -> Method:
    client = original.__module__.partition(".")[0]  # requests or botocore

    def send(sender: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        url = urlsplit(request.url)
        guard.check(
            url.hostname or "", url.port, UnansweredRequest(request.method, url.hostname or "", url.path, client)
        )
        return original(sender, request, *args, **kwargs)

    return send


def _wrap_urlopen(original: Method, guard: Guard) -> Method:
    def urlopen(pool: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        guard.check(pool.host, pool.port, UnansweredRequest(method, pool.host, urlsplit(url).path, "urllib3"))
        return original(pool, method, url, *args, **kwargs)

    return urlopen


def _wrap_aiohttp_connect(original: Method, guard: Guard) -> Method:
    async def connect(connector: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        request = UnansweredRequest(req.method, req.url.raw_host, req.url.raw_path, "aiohttp")
        guard.check(req.url.raw_host, req.url.port, request)
        return await original(connector, req, *args, **kwargs)

    return connect


def _wrap_grpc_channel(original: Method, guard: Guard) -> Method:
    def channel(target: str, *args: Any, **kwargs: Any) -> Any:
        host, _, port = target.rpartition("/")[2].partition(":")
        guard.check(host, port, UnansweredRequest("a call to", host, "", "gRPC"))
        return original(target, *args, **kwargs)

    return channel


_WAYS_OUT: Final = (
    ("requests.adapters", "HTTPAdapter", "send", _wrap_send),
    ("botocore.httpsession", "URLLib3Session", "send", _wrap_send),
    ("urllib3.connectionpool", "HTTPConnectionPool", "urlopen", _wrap_urlopen),
    ("aiohttp", "BaseConnector", "connect", _wrap_aiohttp_connect),
    ("grpc", "", "insecure_channel", _wrap_grpc_channel),
    ("grpc", "", "secure_channel", _wrap_grpc_channel),
    ("grpc.aio", "", "insecure_channel", _wrap_grpc_channel),
    ("grpc.aio", "", "secure_channel", _wrap_grpc_channel),
)
"""Module, class (if any) and function where a request leaves for the network, and what we put in its place."""
