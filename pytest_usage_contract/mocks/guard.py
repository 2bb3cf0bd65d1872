"""Keeps calls to mocked hosts from going out through clients that respx cannot reach: requests, aiohttp, any other.

requests and aiohttp are stopped where a request leaves for the network, below the mocks that a team may have for
them; every other client where it asks for the address of a host, and these two as well if they are imported later.
"""

import functools
import socket
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from pytest_usage_contract.mocks.unanswered import Asked

Method = Callable[..., Any]


class Gatekeeper(Protocol):
    """Who knows what is mocked."""

    def mocks_host(self, host: str, port: object) -> bool:
        """Whether *host* is mocked, at *port*."""

    def refuse(self, asked: Asked) -> Exception:
        """Note what was asked, and give the error to raise."""


class Guard:
    """From `start` to `stop` no call to a mocked host goes out unnoticed."""

    def __init__(self, gatekeeper: Gatekeeper) -> None:
        self._gatekeeper = gatekeeper
        self._put: list[tuple[Any, str, Method, Method]] = []

    def start(self) -> None:
        """Stand at every way out that is there now."""
        self._replace(socket, "getaddrinfo", _getaddrinfo)
        for module, owner, name, wrap in _CLIENTS:
            if module in sys.modules:
                self._replace(getattr(sys.modules[module], owner), name, wrap)

    def stop(self) -> None:
        """Put everything back, unless somebody has replaced it over us: then ours lets everything through."""
        for owner, name, original, ours in reversed(self._put):
            if getattr(owner, name) is ours:
                setattr(owner, name, original)
        self._put.clear()

    def _replace(self, owner: Any, name: str, wrap: "Callable[[Method, Guard], Method]") -> None:
        original = getattr(owner, name)
        if original.__module__ not in (owner.__name__, getattr(owner, "__module__", None)):
            return  # another's mock, which lets nothing out
        ours = functools.wraps(original)(wrap(original, self))
        self._put.append((owner, name, original, ours))
        setattr(owner, name, ours)

    def check(self, host: str, port: object, asked: Asked) -> None:
        """Raise if *asked* would go out to a mocked host."""
        if self._put and self._gatekeeper.mocks_host(host, port):
            raise self._gatekeeper.refuse(asked)


def _getaddrinfo(original: Method, guard: Guard) -> Method:
    def getaddrinfo(host: Any, port: Any = None, *args: Any, **kwargs: Any) -> Any:
        text = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower()
        guard.check(text, port, Asked("a call to", text, "", "another client"))
        return original(host, port, *args, **kwargs)

    return getaddrinfo


def _requests_send(original: Method, guard: Guard) -> Method:
    def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        url = urlsplit(request.url)
        guard.check(url.hostname or "", url.port, Asked(request.method, url.hostname or "", url.path, "requests"))
        return original(adapter, request, *args, **kwargs)

    return send


def _aiohttp_connect(original: Method, guard: Guard) -> Method:
    async def connect(connector: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        asked = Asked(req.method, req.url.raw_host, req.url.raw_path, "aiohttp")
        guard.check(req.url.raw_host, req.url.port, asked)
        return await original(connector, req, *args, **kwargs)

    return connect


_CLIENTS: Final = (
    ("requests.adapters", "HTTPAdapter", "send", _requests_send),
    ("aiohttp", "BaseConnector", "connect", _aiohttp_connect),
)
"""Module, class and method where a request leaves for the network, and what we put in its place."""
