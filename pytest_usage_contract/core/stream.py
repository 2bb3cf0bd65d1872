"""What a stream's events amount to: the one usage that they carry together, and what was wrong on the way.

The usage of a stream is the field-wise last value that is not null, up to the event that ends the stream.
Counts in a stream are cumulative: adding them up, or taking the last chunk alone, is how billing goes wrong.
A stream that ended before its usage has no usage, which is something else than a usage of zeros.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_usage_contract.core.body import NotJson, dig, read
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.text import named

DONE: Final = b"[DONE]"


def payloads(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The `data` of each server-sent event in *chunks*, which may split lines and characters anywhere.

    Follows the WHATWG's description of event streams: lines end in LF, CR or CRLF, a line that begins with a
    colon is a comment, the lines of one event's data are joined by LF. An event without its blank line at the
    end is given too: a stream that was cut right behind its last event has said all that it had to say.
    """
    data: list[bytes] = []
    for line in _lines(chunks):
        if line[:5] == b"data:":
            data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif not line and data:
            yield data[0] if len(data) == 1 else b"\n".join(data)
            data.clear()
    if data:
        yield b"\n".join(data)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    after_return = False
    first = True
    for whole in chunks:
        chunk = whole.removeprefix(b"\xef\xbb\xbf") if first else whole
        # A CR at the end of a chunk has ended its line; the LF of a CRLF that was split belongs to it.
        chunk = chunk[1:] if after_return and chunk[:1] == b"\n" else chunk
        if not whole:
            continue
        first, after_return = False, whole[-1:] == b"\r"
        lines = chunk.splitlines(keepends=False)
        if not lines:
            continue
        ended = chunk[-1:] in (b"\n", b"\r")
        if pieces and (len(lines) > 1 or ended):
            lines[0] = b"".join((*pieces, lines[0]))
            pieces.clear()
        if not ended:
            pieces.append(lines.pop())
        yield from lines
    if pieces:
        yield b"".join(pieces)


@dataclass
class Folded:
    """What a stream amounts to.

    *usage* is the folded usage, None where none came in time. *ended* says that the stream came to the end that
    is documented for it. *misplaced*, *decreased* and *unreadable* are what was wrong: the place of a usage
    that stood in an event that should carry none, the counts that went down with their two values, and why an
    event that spoke of a usage could not be read. *error* is an error that the stream carried instead.
    """

    usage: object = None
    ended: bool = False
    excused: bool = False
    misplaced: str | None = None
    late: bool = False
    decreased: dict[str, tuple[float, float]] = field(default_factory=dict)
    unreadable: str = ""
    error: object = None


def fold(events: Iterable[object], framing: Framing) -> Folded:
    """Fold *events*, decoded or as the bytes of their data; reads each once, and keeps none.

    An event of bytes is decoded only where its text can matter.
    """
    folded = Folded()
    matters = framing.mark.search
    done = False
    for event in events:
        if isinstance(event, bytes):
            if not matters(event):
                done = done or event.strip() == DONE
                continue
            try:
                decoded = read(event)
            except NotJson as refusal:
                folded.unreadable = folded.unreadable or str(refusal)
                continue
        else:
            decoded = event
            done = done or event == DONE.decode()
        if isinstance(decoded, Mapping):
            _take(decoded, framing, folded, over=done or folded.ended)
    if done and folded.usage is not None:
        folded.ended = True
    if not folded.ended:
        folded.usage = None
    return folded


def _take(event: Mapping[str, object], framing: Framing, folded: Folded, *, over: bool) -> None:
    """Let one event add what it has."""
    for place in framing.at:
        try:
            usage = dig(event, place)
        except KeyError:
            continue
        if usage is None:
            continue
        if over:
            folded.late = True
            return
        if not _fits(event, framing.carriers or framing.terminal):
            folded.misplaced = folded.misplaced or place
        if isinstance(usage, dict) and isinstance(folded.usage, dict | None):
            folded.usage = _merged(folded.usage or {}, usage, "usage", folded.decreased)
        else:
            folded.usage = usage
    if over:
        return
    folded.error = event.get("error") or folded.error
    if _fits(event, framing.terminal):
        folded.excused = framing.presence != "required" or _fits(event, framing.excused)
        folded.ended = folded.usage is not None or folded.excused


def _merged(
    before: dict[str, object],
    after: Mapping[str, object],
    path: str,
    decreased: dict[str, tuple[float, float]],
) -> dict[str, object]:
    """Field by field the later value, unless it is null where the earlier one is not."""
    merged = dict(before)
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(old, value, path + named(name), decreased)
        elif value is not None or old is None:
            merged[name] = value
            if isinstance(old, int | float) and isinstance(value, int | float) and value < old:
                decreased[path + named(name)] = (old, value)
    return merged


def _fits(event: Mapping[str, object], pattern: Mapping[str, tuple[object, ...]] | None) -> bool:
    return pattern is not None and all(
        any(event.get(name) == value and type(event.get(name)) is type(value) for value in values)
        for name, values in pattern.items()
    )
