"""Event streams of AWS (`application/vnd.amazon.eventstream`): the event in each message of a binary body.

A message is, by big-endian numbers: the length of all of it and that of its headers, the CRC32 of these two; headers;
a payload; the CRC32 of all before. A header is its name behind a byte of length, a byte of type, and a value, as
`botocore.eventstream` reads them.
"""

import json
import struct
from base64 import b64decode
from collections.abc import Iterator
from typing import Final
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

MOST_HEADERS: Final = 128 * 1024
MOST_PAYLOAD: Final = 24 * 1024 * 1024
"""Bytes beyond which no client reads a message."""


def is_message(body: bytes) -> bool:
    """Tell whether *body* begins with the prelude of a message."""
    return len(body) >= _PRELUDE.size and crc32(body[: _LENGTHS.size]) == _PRELUDE.unpack_from(body)[2]


def read_messages(body: bytes) -> Iterator[bytes]:
    """Yield the event of each message in *body* as JSON: its payload, under its type.

    A chunk is what its bytes say, an exception an `error` with its type. A message that was cut is no event; raise
    `NotJson` for one that is damaged.
    """
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
        yield _event(_read_headers(message[_PRELUDE.size : end], start), message[end:-_CHECKSUM])
        start += total


def _read_headers(raw: bytes, start: int) -> dict[str, str]:
    """Return the headers that are text."""
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
        raise NotJson(f"the message at byte {start} has damaged headers") from None
    return headers


def _event(headers: dict[str, str], payload: bytes) -> bytes:
    kind = headers.get(":message-type", "event")
    if kind != "event":  # an exception has a type, and an error that no document knows a code
        error = headers.get(":exception-type", headers.get(":error-code", kind))
        return json.dumps({"error": {"type": error}}).encode()
    name = headers.get(":event-type", "")
    if name == "chunk":
        return _read_chunk(payload)
    return b"{%s: %s}" % (json.dumps(name).encode(), payload or b"{}")


def _read_chunk(payload: bytes) -> bytes:
    """Return the event that a chunk holds, or the chunk where it holds none."""
    try:
        chunk = read_json(payload)
        return b64decode(chunk["bytes"], validate=True)  # type: ignore[index]  # what has none raises
    except (ValueError, LookupError, TypeError):
        return payload
