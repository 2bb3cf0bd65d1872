"""One request and its response, as they were seen on the wire."""

from enum import StrEnum
from typing import NamedTuple


class Ending(StrEnum):
    """The end of the reading of a response."""

    WHOLE = "whole"
    """The body was read to its end."""
    CUT = "cut"
    """The server ended or broke the body before its end."""
    LEFT = "left"
    """The consumer stopped reading before the end; what came is no evidence against the server."""


class Exchange(NamedTuple):
    """One request and its response; never a header, a query string or a prompt.

    *host* carries a port only where the URL does (`openrouter.ai`, `127.0.0.1:4000`), in lower case.
    *body* is decoded (gzip and the like undone) and holds what was read of it, up to the bound of the capture.
    *overflowed* says that the body was longer than that bound.
    """

    method: str
    host: str
    path: str
    status: int
    stream: bool = False
    mocked: bool = False
    body: bytes = b""
    ending: Ending = Ending.WHOLE
    overflowed: bool = False
