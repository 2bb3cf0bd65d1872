"""The messages of an AWS event stream, as a mock sends them."""

import json
from base64 import b64encode
from collections.abc import Mapping
from struct import pack
from typing import Any
from zlib import crc32

_TEXT = 7


def make_message(event: Mapping[str, Any]) -> bytes:
    """Return the message of an *event*: `{type: payload}`, or one that has a `type`, which is sent as a chunk."""
    if "type" in event:
        name, payload = "chunk", {"bytes": b64encode(json.dumps(event).encode()).decode()}
    else:
        ((name, payload),) = event.items()
    return write_message(json.dumps(payload).encode(), {":event-type": name, ":message-type": "event"})


def write_message(payload: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the message of a *payload* under *headers*."""
    kind = {":content-type": "application/json"}
    written = b"".join(_write_header(name, value) for name, value in {**headers, **kind}.items())
    lengths = pack("!II", len(written) + len(payload) + 16, len(written))
    message = lengths + pack("!I", crc32(lengths)) + written + payload
    return message + pack("!I", crc32(message))


def _write_header(name: str, value: str) -> bytes:
    return pack("!B", len(name)) + name.encode() + pack("!BH", _TEXT, len(value.encode())) + value.encode()
