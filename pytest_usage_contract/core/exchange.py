"""One request and its response, as they were seen on the wire."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How the reading of a response ended."""

    WHOLE = "whole"
    """The body was read to its end."""
    CUT = "cut"
    """The server ended or broke the body before its end."""
    LEFT = "left"
    """The consumer stopped reading before the end; what came is no evidence against the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What is known of one request and its response; never a header, a query string or a prompt.

    *host* carries a port only where the URL does (`openrouter.ai`, `127.0.0.1:4000`), in lower case.
    *body* is decoded (gzip and the like undone) and holds what was read of it, up to the bound of the capture.
    *overflowed* says that the body was longer than that bound.
    """

    method: str
    host: str
    path: str
    status: int
    body: bytes
    stream: bool = False
    ending: Ending = Ending.WHOLE
    overflowed: bool = False
    mocked: bool = False
