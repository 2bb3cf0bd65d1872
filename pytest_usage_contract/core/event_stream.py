"""Event streams of AWS (`application/vnd.amazon.eventstream`): the event in each message of a binary body.

A message is, by big-endian numbers: the length of all of it and that of its headers, the CRC32 of these two; headers;
a payload; the CRC32 of all before. A header is its name behind a byte of length, a byte of type, and a value, as
`botocore.eventstream` reads them.
"""

import json
import re
import struct
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from pytest_usage_contract.core.body import NotJson, read_json

_PRELUDE: Final = struct.Struct("!III")
_LENGTHS: Final = struct.Struct("!II")
_LENGTH: Final = struct.Struct("!H")
_CHECKSUM: Final = 4

_SIZES: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a value, by its type: true, false, whole numbers, a time and a UUID."""

_LONG: Final = (6, 7)
"""Types of values that tell their length: bytes, and text."""

_SHORT: Final = 1024
"""Bytes of headers that are remembered."""

_ANY: Final = re.compile(b"")

MOST_HEADERS: Final = 128 * 1024
MOST_PAYLOAD: Final = 24 * 1024 * 1024
"""Bytes beyond which no client reads a message."""


def is_message(body: bytes) -> bool:
    """Tell whether *body* begins with the prelude of a message."""
    return len(body) >= _PRELUDE.size and crc32(body[: _LENGTHS.size]) == _PRELUDE.unpack_from(body)[2]


def read_messages(body: bytes, mark: re.Pattern[bytes] = _ANY) -> Iterator[bytes]:
    """Yield the event of each message of *body* with a *mark*, and of the last, as JSON: its payload under its type.

    A chunk is what its bytes say, an exception an `error` with its type. A message that was cut is no event; raise
    `NotJson` for one that is damaged.
    """
    event = b""
    for head, payload in _cut(body):
        event = _read_chunk(payload) if head.is_chunk else head.before + (head.payload or payload or b"{}") + b"}"
        if mark.search(event):
            yield event
            event = b""
    if event:
        yield event


class _Head(NamedTuple):
    """What the headers of a message say: how its event begins, and *payload* where that is not the message's own."""

    before: bytes
    payload: bytes = b""
    is_chunk: bool = False


def _cut(body: bytes) -> Iterator[tuple[_Head, bytes]]:
    """Yield the head and the payload of each whole message; raise `NotJson` for one that is damaged."""
    start = 0
    while start + _PRELUDE.size <= len(body):
        total, headers, checksum = _PRELUDE.unpack_from(body, start)
        payload = total - headers - _PRELUDE.size - _CHECKSUM
        sound = crc32(body[start : start + _LENGTHS.size]) == checksum
        if not (sound and headers <= MOST_HEADERS and 0 <= payload <= MOST_PAYLOAD):
            raise NotJson(f"the message at byte {start} is damaged")
        message = body[start : start + total]
        if len(message) < total:
            return
        if crc32(message[:-_CHECKSUM]) != int.from_bytes(message[-_CHECKSUM:]):
            raise NotJson(f"the message at byte {start} is damaged")
        end = _PRELUDE.size + headers
        if (head := (_known_head if headers <= _SHORT else _read_head)(message[_PRELUDE.size : end])) is None:
            raise NotJson(f"the message at byte {start} has damaged headers")
        yield head, message[end:-_CHECKSUM]
        start += total


def _read_head(raw: bytes) -> _Head | None:
    """Return what headers say; None of damaged ones."""
    headers: dict[str, str] = {}
    try:
        while raw:
            name, raw = raw[1 : 1 + raw[0]], raw[1 + raw[0] :]
            kind, raw = raw[0], raw[1:]
            size = _LENGTH.unpack_from(raw)[0] if kind in _LONG else _SIZES[kind]
            skipped = _LENGTH.size if kind in _LONG else 0
            value, raw = raw[skipped : skipped + size], raw[skipped + size :]
            if kind == max(_LONG):
                headers[name.decode()] = value.decode()
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None
    kind_of_message = headers.get(":message-type", "event")
    if kind_of_message != "event":  # an exception has a type, and an error that no document knows a code
        error = headers.get(":exception-type", headers.get(":error-code", kind_of_message))
        return _Head(b'{"error": ', json.dumps({"type": error}).encode())
    name_of_event = headers.get(":event-type", "")
    return _Head(b"{%s: " % json.dumps(name_of_event).encode(), is_chunk=name_of_event == "chunk")


_known_head = lru_cache(maxsize=64)(_read_head)
"""The same, remembered: nearly all messages of a stream have the headers of others."""


def _read_chunk(payload: bytes) -> bytes:
    """Return the event that a chunk holds, or the chunk where it holds none."""
    try:
        chunk = read_json(payload)
        return b64decode(chunk["bytes"], validate=True)  # type: ignore[index]  # what has none raises
    except (ValueError, LookupError, TypeError):
        return payload
