"""Server-sent events: the data of those events in a body that can matter.

Most events of a stream matter to nobody. So the body is searched as it is, and only what stands around a match is cut
out and read.
"""

import re
from collections.abc import Iterator
from typing import Final

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_BLANK: Final = re.compile(rb"\n[\n\r]|\r\r")
"""The end of a line and of the blank one behind it, at any line end; of two CRLFs what is in the middle."""

_DATA: Final = re.compile(rb"data")

_FIELD: Final = (b"data:", b"data")
"""How a line with data begins, cut to five bytes; without a colon it is an empty one."""


def read_events(body: bytes, mark: re.Pattern[bytes] = _DATA, end: bytes = b"[DONE]") -> Iterator[bytes]:
    """Yield the `data` of each event of *body* in whose text a *mark* begins or an *end* stands, and of the last event.

    Follows the WHATWG's description of event streams: lines end in LF, CR or CRLF, a line that begins with a
    colon is a comment, the lines of one event's data are joined by LF. Beyond it, an event without its blank
    line at the end is given too: a stream that was cut right behind its last event has said all it had to say.
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    usual = found[0] if (found := _BLANK.search(body)) else b"\n\n"
    behind = given = 0
    ends = _find(body, end, 0)
    while (match := mark.search(body, behind)) or ends >= 0:
        place = match.start() if match and not 0 <= ends < match.start() else ends
        event, behind = _cut(body, usual, behind, place)
        data = event[6:] if event[:6] == b"data: " and b"\n" not in event else _data(event)
        if data is not None:
            yield data
            given = behind
        if 0 <= ends < behind:
            ends = _find(body, end, behind)
    if (place := body.rfind(b"data", given)) >= 0:
        yield from _last(_cut(body, usual, given, place)[0]) or _last(_end_in_feeds(body[given:]))


def _find(body: bytes, word: bytes, start: int) -> int:
    """Return where a *word* stands first from *start* on, or -1, as `bytes.find` does in twice the time."""
    if body.rfind(word, start) < 0:
        return -1
    return next(re.compile(re.escape(word)).finditer(body, start)).start()


def _last(events: bytes) -> tuple[bytes, ...]:
    """Return the data of the last of *events* that has any, or nothing; empty data are no event, by the standard."""
    return next(((data,) for event in reversed(events.split(b"\n\n")) if (data := _data(event))), ())


def _cut(body: bytes, usual: bytes, behind: int, place: int) -> tuple[bytes, int]:
    """Return the text of the event around a *place*, *behind* one before, with LFs, and where it ends."""
    start, found = body.rfind(usual, behind, place), _BLANK.search(body, place)
    start, stop = (behind if start < 0 else start + 2), (found.start() if found else len(body))
    event = _end_in_feeds(body[start:stop].strip(b"\r\n"))
    if b"\n\n" in event:  # a blank line of another kind is nearer
        return _cut(body, usual, max(blank.end() for blank in _BLANK.finditer(body, start, place)), place)
    return event, stop


def _end_in_feeds(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _data(event: bytes) -> bytes | None:
    """Return the data in the lines of one event; None where it has none."""
    lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line[:5] in _FIELD]
    return b"\n".join(lines) if lines else None
