"""Lines of a file, or of a range of its bytes, with their numbers; a range begins behind the next end of a line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedReader
from itertools import count
from typing import Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Unread
from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.kinds import MARK
from pytest_usage_contract.audit.opening import Source, open_source
from pytest_usage_contract.reports.tally import ContractTally

LINE: Final = "line"

_BUFFER: Final = 1024 * 1024

_LOOK: Final = 16 * 1024


class Lane:
    """Passes lines by that need not be read on, here none; *lines* are those of the last range."""

    def __init__(self) -> None:
        self.lines = 0

    def sift(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """Yield those of the numbered *lines* that are to be read on, and take account of the others."""
        return iter(lines)

    def end(self) -> dict[str, ContractTally]:
        """Return what was passed by since the last end, by the names of contracts."""
        return {}


def read_lines_of(found: Input, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes | Unread]]:
    """Yield the lines, blank ones among them, that begin from byte *start* on and before *stop*, as they stand there.

    Their numbers count from 1 at the start of the range. `Unread` stands for a line that is too long, and for the one
    at which the file breaks off. Raises `OSError` where the file cannot be opened.
    """
    with open_lines(found, start, stop) as source:
        yield from number_lines(source, found.location, start)


@contextmanager
def open_lines(found: Input, start: int = 0, stop: int | None = None) -> Iterator[Source]:
    """Open an input for the bytes of those lines alone that begin in a range; all of them where there is none."""
    begin, end = find_line(found, start), found.size if stop is None else find_line(found, stop)
    with open_source(found.location, end, begin) as (_, source):
        yield source


def find_line(found: Input, start: int) -> int:
    """Return where the first line begins that does so at byte *start* or behind it."""
    if start in {0, found.size}:
        return start
    with open_source(found.location, found.size, start - 1) as (_, source):
        return start - 1 + _skip_line(BufferedReader(source, _LOOK))


def number_lines(
    source: Source, location: str, start: int = 0, lane: Lane | None = None
) -> Iterator[tuple[int, bytes | Unread]]:
    """Yield the lines of a *source* , a range from *start* on, as `read_lines_of` does, less what a *lane* passes."""
    lane, file = lane or Lane(), BufferedReader(source, _BUFFER)
    counter = count(1)
    try:
        if not start and source.peek(len(MARK)) == MARK:
            file.read(len(MARK))
        lines = zip(counter, iter(partial(file.readline, MOST_BYTES + 1), b""), strict=False)
        for number, line in lane.sift(lines):
            if len(line) > MOST_BYTES and not line.endswith(b"\n"):
                yield number, Unread(location, f"is a line of more than {MOST_BYTES:,} bytes", LINE, number)
                _skip_line(file)
            else:
                yield number, line
        lane.lines = next(counter) - 2  # the end has taken one, too
    except OSError as fault:
        lane.lines = next(counter) - 1
        yield lane.lines, Unread(location, f"{fault}; what comes before is read", LINE, lane.lines)


def count_lines(found: Input, stop: int) -> int:
    """Return how many lines begin before byte *stop*; add it to the numbers of a range that starts there."""
    with open_source(found.location, found.size) as (_, source):
        number = left = 0
        left = stop
        while left > 0 and (piece := source.read(min(left, _BUFFER))):
            number += piece.count(b"\n")
            left -= len(piece)
        return number


def _skip_line(file: "BufferedReader[Source]") -> int:
    """Read on behind the end of the line, and return how many bytes that were."""
    number = 0
    while piece := file.readline(_BUFFER):
        number += len(piece)
        if piece.endswith(b"\n"):
            break
    return number
