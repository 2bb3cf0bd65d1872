"""Lines of a file, or of a range of its bytes, with their numbers; a range begins behind the next end of a line."""

from collections.abc import Iterator
from functools import partial
from io import BufferedReader
from typing import Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Unread
from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.kinds import MARK
from pytest_usage_contract.audit.opening import Source, open_source
from pytest_usage_contract.reports.tally import ContractTally

LINE: Final = "line"

_BUFFER: Final = 1024 * 1024


class Lane:
    """Passes lines by that need not be read on, here none; *lines* are those that have begun in the last range."""

    def __init__(self) -> None:
        self.lines = 0

    def prove(self, line: bytes) -> bool:  # noqa: ARG002 - a faster lane looks at it
        """Tell whether nothing is to be found on a *line*, and take account of it then."""
        return False

    def end(self) -> dict[str, ContractTally]:
        """Return what was passed by since the last end, by the names of contracts."""
        return {}


def read_lines_of(found: Input, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes | Unread]]:
    """Yield the lines, blank ones among them, that begin from byte *start* on and before *stop*, as they stand there.

    Their numbers count from 1 at the start of the range. `Unread` stands for a line that is too long, and for the one
    at which the file breaks off. Raises `OSError` where the file cannot be opened.
    """
    with open_source(found.location, found.size, max(start - 1, 0)) as (_, source):
        yield from number_lines(source, found.location, start, stop)


def number_lines(
    source: Source, location: str, start: int = 0, stop: int | None = None, lane: Lane | None = None
) -> Iterator[tuple[int, bytes | Unread]]:
    """Yield the lines of a *source* that stands before *start*, as `read_lines_of` does, less what a *lane* passes."""
    lane = lane or Lane()
    file, number, prove = BufferedReader(source, _BUFFER), 0, lane.prove
    left = float("inf") if stop is None else stop - start
    try:
        if start:
            left -= _skip_line(file) - 1
        elif source.peek(len(MARK)) == MARK:
            left -= len(file.read(len(MARK)))
        lines = iter(partial(file.readline, MOST_BYTES + 1), b"")
        for number, line in enumerate(lines, 1) if left > 0 else ():
            if not prove(line):
                if len(line) > MOST_BYTES and not line.endswith(b"\n"):
                    yield number, Unread(location, f"is a line of more than {MOST_BYTES:,} bytes", LINE, number)
                    left -= _skip_line(file)
                else:
                    yield number, line
            left -= len(line)
            if left <= 0:
                break
    except OSError as fault:
        yield number + 1, Unread(location, f"{fault}; what comes before is read", LINE, number + 1)
    finally:
        lane.lines = number


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
