"""Server-sent events: the data of each event in a stream of bytes, however the bytes were cut into chunks."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

PIECE: Final = 64 * 1024
"""Bytes that are split at a time, so that a whole body costs no more memory than a chunk."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_FIELD: Final = (b"data:", b"data")
"""How a line with data begins, cut to five bytes; without a colon it is an empty one."""


def read_events(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The `data` of each event in *chunks*, which may split lines and characters anywhere.

    Follows the WHATWG's description of event streams: lines end in LF, CR or CRLF, a line that begins with a
    colon is a comment, the lines of one event's data are joined by LF. Beyond it, an event without its blank
    line at the end is given too: a stream that was cut right behind its last event has said all it had to say.
    """
    mark = BYTE_ORDER_MARK
    for event in chain.from_iterable(_events(_pieces(chunks))):
        before, _, last = event.rpartition(b"\n")
        if last[:5] == b"data:" and b"data" not in before:
            yield last[6:] if last[5:6] == b" " else last[5:]
        else:
            lines = [_data(line) for line in event.removeprefix(mark).split(b"\n") if line[:5] in _FIELD]
            if lines:
                yield b"\n".join(lines)
        mark = b""


def _data(line: bytes) -> bytes:
    return line[5:].removeprefix(b" ")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """*chunks* in pieces that are not too large, with LF at the end of every line, and none empty."""
    after_return = False
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE):
            piece = chunk[start : start + PIECE]
            # A CR at the end of a piece has ended its line; the LF of a CRLF that was split belongs to it.
            unsplit = piece[1:] if after_return and piece[:1] == b"\n" else piece
            after_return = piece[-1:] == b"\r"
            if b"\r" in unsplit:
                unsplit = unsplit.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if unsplit:
                yield unsplit


def _events(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The texts between blank lines, as many at a time as a piece has."""
    begun: list[bytes] = []
    for piece in pieces:
        if begun and begun[-1][-1:] == b"\n" == piece[:1]:
            yield [b"".join(begun)]
            begun.clear()
        *whole, rest = piece.split(b"\n\n")
        if whole:
            whole[0] = b"".join((*begun, whole[0]))
            begun.clear()
            yield whole
        if rest:
            begun.append(rest)
    yield [b"".join(begun)]
