"""One request and its response, as they were seen on the wire."""

from enum import StrEnum
from typing import Final, NamedTuple

from pytest_usage_contract.core.escape import escape

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class Ending(StrEnum):
    """The end of the reading of a response."""

    WHOLE = "whole"
    """The body was read to its end."""
    CUT = "cut"
    """The server ended or broke the body before its end."""
    LEFT = "left"
    """The consumer stopped reading before the end; what came is no evidence against the server."""


class Request(NamedTuple):
    """A request; never a header, a query string or a prompt.

    *host* carries a port only where the URL does and it is not the default one (`openrouter.ai`, `127.0.0.1:4000`),
    in lower case.
    """

    method: str
    host: str
    path: str

    @classmethod
    def of(cls, method: str, url: object) -> "Request":
        """Cut *url*, a text or a client's own URL, to its host and path."""
        scheme, _, rest = str(url).partition("#")[0].partition("?")[0].partition("://")
        authority, _, path = rest.partition("/")
        host = authority.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS.get(scheme.lower(), ""))
        return cls(method, host, f"/{path}")


Facts = tuple[str, object, int, bool, bool, bytes, Ending, bool]
"""An exchange before its URL is cut: method, URL, and what follows the request in `Exchange`, in its order."""


class Exchange(NamedTuple):
    """One request and its response.

    *body* is decoded (gzip and the like undone) and holds what was read of it, up to the bound of the capture.
    *stream* tells that the content type is that of events, of a body that does not begin as JSON.
    *overflowed* says that the body was longer than that bound.
    """

    request: Request
    status: int
    stream: bool = False
    mocked: bool = False
    body: bytes = b""
    ending: Ending = Ending.WHOLE
    overflowed: bool = False

    @classmethod
    def of(cls, facts: Facts) -> "Exchange":
        """Return the exchange that *facts* tell of."""
        method, url, *rest = facts
        return cls(Request.of(method, url), *rest)  # type: ignore[arg-type]  # a tuple forgets its types in a star

    @property
    def call(self) -> str:
        """The call in words, safe to show: `POST openrouter.ai/api/v1/responses (200)`."""
        method, host, path = self.request
        return f"{escape(method)} {escape(host)}{escape(path, 200)} ({self.status})"
