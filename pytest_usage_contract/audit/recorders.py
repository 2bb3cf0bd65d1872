"""Exchanges as recorders write them: the entries of HAR files, and the interactions of cassettes.

What was not recorded is not recorded: a response without its body is none with an empty one.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pytest_usage_contract.core.body import is_text
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.exchange import UNTOLD, Representation, Request

MOST_UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a packed body, or file, that are unpacked."""

_PIECE: Final = 16 * 1024
"""Bytes that are unpacked at a time: they become no more than 16 MiB at once."""

NO_REQUEST: Final = Request("", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """One response out of a file; *where* leads back to it.

    *body* is None where it was not recorded, and *request* `NO_REQUEST` where the file tells none.
    """

    where: str
    body: bytes | None
    request: Request = NO_REQUEST
    status: int = 200
    representation: Representation = UNTOLD


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a place in one, that cannot be read, and *why*."""

    where: str
    why: str


Recorded = RecordedExchange | Unread


def read_har(path: Path, entries: object) -> Iterator[Recorded]:
    """Yield the exchanges of the HAR file at *path*, whose *entries* are those of its log."""
    if not isinstance(entries, list):
        yield Unread(f"{path}, log.entries", f"{_outline(entries)}, where a list of entries should be")
        return
    for number, entry in enumerate(entries, 1):
        yield _read(f"{path}, entry {number}", _read_entry, entry, path.parent)


def _read_entry(where: str, entry: Any, folder: Path) -> RecordedExchange:
    request, response = entry["request"], entry["response"]
    content = response.get("content") or {}
    headers = {header["name"]: header["value"] for header in response.get("headers", ())}
    told = Representation.of({"content-type": content.get("mimeType"), **_lower(headers)})
    body = _body_of_entry(content, response, folder)
    return _build(where, request["method"], request["url"], response["status"], told, body)


def _body_of_entry(content: Mapping[str, Any], response: Mapping[str, Any], folder: Path) -> bytes | None:
    text = content.get("text")
    if text is None and (events := response.get("_eventSourceMessages")):  # as browsers write a stream
        return b"".join(_format_event(str(event["data"])) for event in events)
    if text is None and (name := content.get("_file")):  # as Playwright writes it: beside the HAR
        beside = folder / Path(str(name)).name
        return beside.read_bytes() if beside.is_file() else None
    if text is None or (text == "" and content.get("size") != 0):
        return None
    return base64.b64decode(text, validate=True) if content.get("encoding") == "base64" else _encode(text)


def _format_event(data: str) -> bytes:
    return b"".join(b"data: " + _encode(line) + b"\n" for line in data.split("\n")) + b"\n"


def find_interactions(document: object) -> object:
    """Return what a cassette holds: interactions of VCR, or responses of `responses`; None for what is no cassette."""
    names = ("interactions", "http_interactions", "responses")
    held = [document[name] for name in names if name in document] if isinstance(document, dict) else []
    return held[0] if held else None


def read_interactions(where: str, interactions: object) -> Iterator[Recorded]:
    """Yield the exchanges of a cassette, whichever recorder has written it."""
    if not isinstance(interactions, list):
        yield Unread(f"{where}, interactions", f"{_outline(interactions)}, where a list should be")
        return
    for number, interaction in enumerate(interactions, 1):
        yield _read(f"{where}, interaction {number}", _read_interaction, interaction)


def _read_interaction(where: str, interaction: Any) -> RecordedExchange:
    response = interaction["response"]
    request = interaction.get("request", response)  # the recorder of `responses` writes both as one
    address = next(request[name] for name in ("uri", "url") if name in request)
    status = response.get("status", response.get("status_code"))
    told = Representation.of({"content-type": response.get("content_type"), **_lower(response.get("headers") or {})})
    code = status["code"] if isinstance(status, Mapping) else status
    return _build(where, request["method"], address, code, told, _body_of_interaction(response))


def _body_of_interaction(response: Mapping[str, Any]) -> bytes | None:
    body = response.get("body", response.get("content"))  # VCR before 2.0 wrote what httpx answered as its content
    if isinstance(body, Mapping):
        packed = body.get("base64_string")
        body = body.get("string") if packed is None else base64.b64decode(packed)
    if body is None and "parsed_body" in response:
        return json.dumps(response["parsed_body"]).encode()
    return body if body is None or isinstance(body, bytes) else _encode(body)


def _build(
    where: str, method: str, url: str, status: int, told: Representation, body: bytes | None
) -> RecordedExchange:
    return RecordedExchange(
        where=where,
        request=Request.of(method.upper(), url),
        status=int(status),
        body=None if body is None else unpack(body, told),
        representation=told,
    )


def _read(where: str, read: Any, *given: object) -> Recorded:
    try:
        found: RecordedExchange = read(where, *given)
    except (LookupError, TypeError, ValueError, AttributeError, OSError, StopIteration) as refusal:
        return Unread(where, f"no exchange stands here ({type(refusal).__name__})")
    return found


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return *headers* by their names in lower case; a cassette may hold several values of each, or bytes."""
    values = {name: value if isinstance(value, list) else [value] for name, value in headers.items() if value}
    return {name.lower(): ", ".join(map(_decode, given)) for name, given in values.items()}


def _decode(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _outline(value: object) -> str:
    return escape(describe(value)) if value is not None else "nothing"


def unpack(body: bytes, told: Representation) -> bytes:
    """Undo the encoding of a body that was recorded as it was sent, as far as httpx can, and up to a bound."""
    encodings = told.encodings or (("gzip",) if body.startswith(b"\x1f\x8b") else ())
    if not encodings or is_text(body):  # a recorder may have undone it, and left the header
        return body
    import httpx  # noqa: PLC0415 - few bodies need it

    pieces: Iterable[bytes] = (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
    response = httpx.Response(200, headers={"content-encoding": ", ".join(encodings)}, content=pieces)
    unpacked = bytearray()
    try:
        for part in response.iter_bytes():
            unpacked += part
            if len(unpacked) > MOST_UNPACKED_BYTES:
                break
    except httpx.DecodingError:
        return bytes(unpacked) or body
    return bytes(unpacked[:MOST_UNPACKED_BYTES])
