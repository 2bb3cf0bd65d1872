"""Lines of a file, or of a range of its bytes, with their numbers; a range begins behind the next end of a line."""

import math
from collections.abc import Iterable, Iterator
from io import BufferedReader, RawIOBase
from typing import Any, Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Unread
from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.kinds import MARK
from pytest_usage_contract.audit.opening import ReadFault, Source, open_source
from pytest_usage_contract.reports.tally import ContractTally

LINE: Final = "line"

_BLOCK: Final = 256 * 1024
"""Bytes of lines that are read at a time."""

Line = tuple[int, bytes | Unread]
"""A line with its number."""

Block = tuple[int, list[bytes | Unread]]
"""Lines in a row, and the number of the first."""


class Lane:
    """Passes lines by that need not be read on, here none; *lines* are those of the range that was read last."""

    def __init__(self) -> None:
        self.lines = 0

    def sift(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield those of the *lines* that are to be read on, and take account of the others."""
        return iter(lines)

    def end(self) -> dict[str, ContractTally]:
        """Return what was passed by since the last end, by the names of contracts."""
        return {}


def read_lines_of(found: Input, start: int = 0, stop: int | None = None) -> Iterator[Line]:
    """Yield the lines of `read_blocks_of` one by one, each with its number."""
    for number, block in read_blocks_of(found, start, stop):
        yield from enumerate(block, number)


def read_blocks_of(found: Input, start: int = 0, stop: int | None = None) -> Iterator[Block]:
    """Yield the lines, blank ones among them, that begin from byte *start* on and before *stop*, as they stand there.

    Their numbers count from 1 at the start of the range. `Unread` stands for a line that is too long, and for the one
    at which the file breaks off. Raises `OSError` where the file cannot be opened, or, behind what could be read of it,
    not be read on.
    """
    with open_source(found.location, found.size, max(start - 1, 0)) as (_, source):
        yield from number_blocks(source, found.location, start, stop)


def number_blocks(source: Source, location: str, start: int = 0, stop: int | None = None) -> Iterator[Block]:
    """Yield the lines of a *source* that stands one byte before *start*, as `read_blocks_of` does."""
    lines = _Lines(source)
    file, number = BufferedReader(lines, _BLOCK), 1
    left = math.inf if stop is None else stop - start
    if start:
        left += 1 - len(file.readline()) - lines.left_out
    elif source.peek(len(MARK)) == MARK:
        left -= len(source.read(len(MARK)))
    left_out = lines.left_out
    while left > 0:
        # A hint of 0 would be none.
        read = file.readlines(int(min(_BLOCK, left - 1))) if left > 1 else [file.readline()]
        if lines.fault is not None and read and not read[-1].endswith(b"\n"):
            del read[-1]  # at which the source breaks off
        if not any(read):
            break
        if stop is not None:
            left -= sum(map(len, read)) + lines.left_out - left_out
        block: list[bytes | Unread] = [*read]
        if lines.left_out > left_out:  # of the last of the block, which is longer than a block
            left_out = lines.left_out
            block[-1] = Unread(location, f"is a line of more than {MOST_BYTES:,} bytes", LINE, number + len(block) - 1)
        yield number, block
        number += len(block)
    if isinstance(lines.fault, ReadFault):
        raise lines.fault
    if lines.fault is not None:
        yield number, [Unread(location, f"{lines.fault}; what comes before is read", LINE, number)]


class _Lines(RawIOBase):
    """Passes a source through, but of a line that is too long only the beginning, and ends behind the last whole line.

    *left_out* is how many bytes are not passed through, and *fault* what ended the source before its end.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._length = 0
        self.left_out = 0
        self.fault: OSError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = self._read(buffer)
        while size and self._length > MOST_BYTES:
            end = bytes(buffer[:size]).find(b"\n")
            self.left_out += size if end < 0 else end
            if end >= 0:
                buffer[: size - end] = bytes(buffer[end:size])
                size, self._length = size - end, 0
            else:
                size = self._read(buffer)
        end = bytes(buffer[:size]).rfind(b"\n")
        self._length = self._length + size if end < 0 else size - end - 1
        return size

    def _read(self, buffer: Any) -> int:
        try:
            return self._source.readinto(buffer)
        except OSError as fault:
            self.fault = fault
            return 0
