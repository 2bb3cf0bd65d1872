"""The exchanges of an input, one after the other; what cannot be read is told, and the rest goes on."""

import os
from collections.abc import Iterator

from pytest_usage_contract.audit.exchanges import Recorded, Unread
from pytest_usage_contract.audit.inputs import Input, identify
from pytest_usage_contract.audit.json_recordings import read_json_recording
from pytest_usage_contract.audit.kinds import NO_RECORDING, Kind, look_at_kind
from pytest_usage_contract.audit.lines import LINE, Block, Lane, number_blocks
from pytest_usage_contract.audit.opening import describe_fault, open_source
from pytest_usage_contract.audit.records import BARE, Reading, read_record
from pytest_usage_contract.audit.yaml_cassettes import read_yaml_cassette

__all__ = ["BARE", "Reading", "read_input"]


def read_input(
    found: Input, reading: Reading = BARE, start: int = 0, stop: int | None = None, lane: Lane | None = None
) -> Iterator[Recorded]:
    """Yield the exchanges of an input; of one that is splittable, those on the lines that begin in a range of bytes.

    Lines are counted from the start of the range; what a *lane* passes by is not among them.
    """
    try:
        with open_source(found.location, found.size, max(start - 1, 0)) as (_, source):
            shorter = _look_again(found, stop)
            kind = found.kind or look_at_kind(source, found.location)
            if kind is None:
                yield Unread(found.location, NO_RECORDING)
            elif kind is Kind.LINES:
                blocks = number_blocks(source, found.location, start, stop)
                yield from _read_lines(blocks, found.location, reading, lane or Lane())
            elif kind is Kind.YAML:
                yield from read_yaml_cassette(source, found.location)
            else:
                yield from read_json_recording(source, found.location, kind, reading)
            if shorter is not None:
                yield shorter
    except OSError as fault:
        yield Unread(found.location, describe_fault(fault))


def _look_again(found: Input, stop: int | None) -> Unread | None:
    """Return what says that a file is shorter than when it was found; raise `OSError` where it is another one."""
    if found.size is None or not found.identity:
        return None
    now = os.stat(found.location)
    if identify(now) != found.identity:
        raise OSError("was replaced by another file since it was found")
    if now.st_size >= min(found.size, found.size if stop is None else stop):
        return None
    return Unread(found.location, f"was {found.size:,} bytes long when it was found, and is {now.st_size:,} now")


def _read_lines(blocks: Iterator[Block], location: str, reading: Reading, lane: Lane) -> Iterator[Recorded]:
    lane.lines = 0
    for first, block in blocks:
        lane.lines = first + len(block) - 1
        for number, line in lane.sift(enumerate(block, first)):
            if isinstance(line, Unread):
                yield line
            elif not line.isspace():
                yield read_record(location, LINE, number, line.rstrip(b"\r\n"), reading)
