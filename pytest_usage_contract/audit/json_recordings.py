"""HAR files, cassettes and exports in JSON: whole where they are small, else item by item, in constant memory."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Recorded, RecordedExchange, Unread
from pytest_usage_contract.audit.kinds import MARK, Kind
from pytest_usage_contract.audit.opening import ReadFault, Source, load
from pytest_usage_contract.audit.recorders import ENTRY, INTERACTION, read_entry, read_interaction
from pytest_usage_contract.audit.records import BARE, Reading, read_at, read_record
from pytest_usage_contract.core.escape import describe, escape

SMALL: Final = 8 * 1024 * 1024
"""Bytes of a document that the standard library is asked to read."""

DEEPEST: Final = 500
"""Levels of nesting that are built of a larger one."""

CASSETTES: Final = ("interactions", "http_interactions", "responses")
"""Names of what a cassette holds: that of VCR, in Python and in Ruby, and of `responses`."""

ITEM: Final = "item"
"""Of a list of records."""


def read_json_recording(source: Source, location: str, kind: Kind, reading: Reading = BARE) -> Iterator[Recorded]:
    """Yield the exchanges of a document in JSON; it is one body where it is nothing else."""
    head, document = source.peek(SMALL + 1), None
    if len(head) <= SMALL and source.fault is None:
        with suppress(ValueError, RecursionError):
            document = json.loads(head)
    if document is not None:
        yield from _read_document(document, head, location, kind, reading)
    elif kind is Kind.BODY and not (reading != BARE and head.lstrip().startswith(b"[")):
        yield read_body(source, location, reading)
    else:
        yield from _read_items(source, location, kind, reading)


def read_body(source: Source, location: str, reading: Reading = BARE) -> Recorded:
    """Return a file that is one body, whatever it is: what is no JSON is for the judge to say."""
    head = source.peek(MOST_BYTES + 1)
    if source.fault is not None:
        return Unread(location, str(source.fault))
    if len(head) > MOST_BYTES:
        return Unread(location, f"is one body of more than {MOST_BYTES:,} bytes")
    if reading != BARE:
        return read_record(location, "", 0, head, reading)
    return RecordedExchange(location=location, body=head)


def _read_document(document: object, content: bytes, location: str, kind: Kind, reading: Reading) -> Iterator[Recorded]:
    members = document if isinstance(document, dict) else {}
    log, held = members.get("log"), [name for name in CASSETTES if name in members]
    items: object = None
    if isinstance(log, dict) and ("entries" in log or kind is Kind.HAR):
        place, unit, items = "log.entries", ENTRY, log.get("entries")
    elif kind is Kind.HAR:
        yield Unread(location, "is no HAR: it has no log.entries")
        return
    elif held and reading == BARE:
        place, unit, items = held[0], INTERACTION, members[held[0]]
    elif reading != BARE and isinstance(document, list):
        place, unit, items = "", ITEM, document
    else:
        yield read_record(location, "", 0, content, reading)
        return
    if isinstance(items, list):
        yield from (_read_item(location, unit, number, item, reading) for number, item in enumerate(items, 1))
    else:
        shown = "nothing" if items is None else escape(describe(items))
        yield Unread(location, f"{shown}, where a list of {place.rpartition('.')[2]} should be", place)


def _read_item(location: str, unit: str, number: int, item: object, reading: Reading) -> Recorded:
    if unit == ENTRY:
        return read_entry(location, number, item)
    return (
        read_interaction(location, number, item)
        if unit == INTERACTION
        else read_at(location, unit, number, item, reading)
    )


def _read_items(source: Source, location: str, kind: Kind, reading: Reading) -> Iterator[Recorded]:
    """Yield the exchanges of a document that is large or broken, those before the break."""
    ijson = load("ijson", f"is larger than {SMALL:,} bytes, or damaged")
    unit, number = {Kind.HAR: ENTRY, Kind.CASSETTE: INTERACTION}.get(kind, ITEM), 0
    if source.peek(len(MARK)) == MARK:
        source.read(len(MARK))
    meter = Meter(source)
    try:
        for number, item in enumerate(
            _build_items(ijson.basic_parse(meter, use_float=True), kind, ijson.ObjectBuilder), 1
        ):
            yield _read_item(location, unit, number, item, reading)
            meter.reset()
    except ReadFault:
        raise
    except (ijson.JSONError, OSError) as fault:
        why = str(fault) if isinstance(fault, OSError) else "is no JSON"
        yield (
            Unread(location, f"{why}; what comes before is read", unit, number + 1) if number else Unread(location, why)
        )


class Meter:
    """Reads a source, and no more than `MOST_BYTES` of it for one item."""

    def __init__(self, source: Source) -> None:
        self._source, self._left = source, MOST_BYTES

    def reset(self) -> None:
        """Begin with another item."""
        self._left = MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        if self._left <= 0:
            raise OSError(f"is longer than {MOST_BYTES:,} bytes")
        piece = self._source.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def _build_items(events: Iterator[tuple[str, Any]], kind: Kind, builder_class: Any) -> Iterator[object]:
    """Yield the items of the list of exchanges, built one by one out of the *events* of a parser."""
    _find_list(events, kind)
    depth, builder = 0, builder_class()
    for event, value in events:
        depth += event.startswith("start_") - event.startswith("end_")
        if depth < 0:
            return
        if depth > DEEPEST:
            raise OSError("is nested too deeply")
        builder.event(event, value)
        if depth == 0:
            yield builder.value
            builder = builder_class()


def _find_list(events: Iterator[tuple[str, Any]], kind: Kind) -> None:
    """Read on to the beginning of the list of exchanges; raise `OSError` where there is none."""
    path: list[str] = []
    for event, value in events:
        if event == "map_key":
            path[-1] = value
        elif event in ("start_map", "start_array"):
            if event == "start_array" and _is_list_of_exchanges(path, kind):
                return
            path.append("")
            if len(path) > DEEPEST:
                raise OSError("is nested too deeply")
        elif event in ("end_map", "end_array"):
            path.pop()
    raise OSError(f"is no {kind}: it has no list of exchanges")


def _is_list_of_exchanges(path: Sequence[str], kind: Kind) -> bool:
    if kind is Kind.HAR:
        return tuple(path) == ("log", "entries")
    return len(path) == 1 and path[0] in CASSETTES if kind is Kind.CASSETTE else not path
