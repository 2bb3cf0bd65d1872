"""One request and its response, as they were seen on the wire."""

import re
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
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

    *host* carries a port only where the URL does and it is not the default one (`api.acme.example`, `127.0.0.1:4000`),
    in lower case.
    """

    method: str
    host: str
    path: str

    @classmethod
    def of(cls, method: str, url: object) -> "Request":
        """Cut *url*, a text or a client's own URL, to its host and path."""
        return cls(method, *_cut(str(url).partition("#")[0].partition("?")[0]))

    @classmethod
    def at(cls, method: str, host: str, port: int | None, path: str) -> "Request":
        """Return a request by the parts of its URL; *host* may have its port in it, or be a bare IPv6 address."""
        name = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        return cls(method, name if port is None else f"{name}:{port}", path or "/")


@lru_cache(maxsize=256)
def _cut(url: str) -> tuple[str, str]:
    """Return the host and the path of a URL without its query."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    host = authority.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS.get(scheme.lower(), ""))
    return host, f"/{path}"


class Representation(NamedTuple):
    """The headers of a response that say how its body is to be read, in lower case; empty where nothing was told."""

    content_type: str = ""
    encoding: str = ""

    @classmethod
    def of(cls, headers: object) -> "Representation":
        """Read the *headers* of a client's response; whatever does not look like them tells nothing."""
        told = []
        for name in ("content-type", "content-encoding"):
            value: object = ""
            with suppress(Exception):
                value = headers.get(name)  # type: ignore[attr-defined]  # what has no such method raises
            told.append(value.strip().lower() if isinstance(value, str) else "")
        return cls(*told)

    @property
    def is_event_stream(self) -> bool:
        """Tell whether the content type is that of server-sent events."""
        return self.content_type.startswith("text/event-stream")

    @property
    def is_lines(self) -> bool:
        """Tell whether the content type is that of JSON on lines."""
        return self.media_type in ("application/x-ndjson", "application/jsonl")

    @property
    def is_messages(self) -> bool:
        """Tell whether the content type is that of an AWS event stream."""
        return self.media_type == "application/vnd.amazon.eventstream"

    @property
    def media_type(self) -> str:
        """The content type without its parameters, where it is one that can be shown."""
        kind = self.content_type.partition(";")[0].strip()
        return kind if _MEDIA_TYPE.fullmatch(kind) else ""

    @property
    def encodings(self) -> tuple[str, ...]:
        """The encodings that the body was sent in, in their order, those that can be shown."""
        named = (name.strip() for name in self.encoding[:200].split(","))
        return tuple(name for name in named if _ENCODING.fullmatch(name) and name != "identity")


_MEDIA_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}")
_ENCODING: Final = re.compile(r"[a-z0-9-]{1,20}")

UNTOLD: Final = Representation()
"""Of a response without those headers, or of a body that need not be asked for them."""


class Exchange(NamedTuple):
    """One request and its response.

    *body* is decoded (gzip and the like undone) and holds what was read of it, up to the bound of the capture.
    *representation* is not asked for where the body begins as JSON. *asking* is the body of the request, only where a
    stream answers it, and only until that is judged: it may have asked for the usage.
    *overflowed* says that the body was longer than that bound.
    """

    request: Request
    status: int
    representation: Representation = UNTOLD
    mocked: bool = False
    body: bytes = b""
    ending: Ending = Ending.WHOLE
    overflowed: bool = False
    asking: bytes = b""

    @property
    def size(self) -> int:
        """The bytes that it keeps."""
        return len(self.body) + len(self.asking)

    @property
    def call(self) -> str:
        """The call in words, safe to show: `POST api.acme.example/v1/chat (200)`."""
        method, host, path = self.request
        return f"{escape(method)} {escape(host)}{escape(path, 200)} ({self.status})"
