"""Exchanges as recorders write them: the entries of HAR files, and the interactions of cassettes.

What was not recorded is not recorded: a response without its body is none with an empty one.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Recorded, RecordedExchange, Unread
from pytest_usage_contract.core.body import is_text
from pytest_usage_contract.core.exchange import Representation, Request

MOST_UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a packed body that are unpacked."""

_PIECE: Final = 256
"""Bytes that are unpacked at a time: they become no more than 8 MiB of zstd at once, and less of gzip."""

Write = Callable[[Any], str]
"""Makes a value of JSON a text."""

ENTRY, INTERACTION = "entry", "interaction"


def read_entry(location: str, number: int, entry: object, unit: str = ENTRY) -> Recorded:
    """Return the exchange of an *entry* of the log of a HAR file."""
    return _read(_read_entry, location, unit, number, entry)


def read_interaction(
    location: str, number: int, interaction: object, unit: str = INTERACTION, write: Write = json.dumps
) -> Recorded:
    """Return the exchange of an *interaction* of a cassette, whichever recorder has written it.

    A body that is a value instead of a text is made one by *write*.
    """
    return _read(_read_interaction, location, unit, number, interaction, write)


def _read(read: Any, location: str, unit: str, number: int, *given: object) -> Recorded:
    try:
        found: RecordedExchange = read(location, unit, number, *given)
    except Exception as refusal:  # noqa: BLE001 - one of them must not end the others of its file
        return Unread(location, f"no exchange stands here ({type(refusal).__name__})", unit, number)
    return found


def _read_entry(location: str, unit: str, number: int, entry: Any) -> RecordedExchange:
    request, response = entry["request"], entry["response"]
    content = response.get("content") or {}
    headers = {header["name"]: header["value"] for header in response.get("headers", ())}
    told = Representation.of({"content-type": content.get("mimeType"), **_lower(headers)})
    body = _body_of_entry(content, response, Path(location).parent if unit == ENTRY else None)
    return RecordedExchange(
        location=location,
        unit=unit,
        number=number,
        request=_read_request(request["method"], request["url"]),
        status=int(response["status"]),
        body=None if body is None else unpack(body, told),
        representation=told,
    )


def _body_of_entry(content: Mapping[str, Any], response: Mapping[str, Any], folder: Path | None) -> bytes | None:
    text = content.get("text")
    if text is None and (events := response.get("_eventSourceMessages")):  # as browsers write a stream
        return b"".join(_format_event(str(event["data"])) for event in events)
    if text is None and folder and (name := content.get("_file")):  # as Playwright writes it: beside the HAR
        beside = folder / Path(str(name)).name
        return _read_beside(beside) if beside.is_file() else None
    if text is None or (text == "" and content.get("size") != 0):
        return None
    return base64.b64decode(text, validate=True) if content.get("encoding") == "base64" else _encode(text)


def _read_beside(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise OSError(path)
    return body


def _format_event(data: str) -> bytes:
    return b"".join(b"data: " + _encode(line) + b"\n" for line in data.split("\n")) + b"\n"


def _read_interaction(location: str, unit: str, number: int, interaction: Any, write: Write) -> RecordedExchange:
    response = interaction["response"]
    request = interaction.get("request", response)  # the recorder of `responses` writes both as one
    address = next(request[name] for name in ("uri", "url") if name in request)
    status = response.get("status", response.get("status_code"))
    told = Representation.of({"content-type": response.get("content_type"), **_lower(response.get("headers") or {})})
    body = _body_of_interaction(response, write)
    return RecordedExchange(
        location=location,
        unit=unit,
        number=number,
        request=_read_request(request.get("method", "POST"), address),
        status=int(status["code"] if isinstance(status, Mapping) else status),
        body=None if body is None else unpack(body, told),
        representation=told,
    )


def _body_of_interaction(response: Mapping[str, Any], write: Write) -> bytes | None:
    body = response.get("body", response.get("content"))  # VCR before 2.0 wrote what httpx answered as its content
    if isinstance(body, Mapping) and (not body or body.keys() & {"string", "base64_string"}):
        packed = body.get("base64_string")
        body = body.get("string") if packed is None else base64.b64decode(packed)
    if body is None:
        body = response.get("parsed_body")  # as pydantic-ai records JSON
    return body if body is None or isinstance(body, bytes) else encode_body(body, write)


def encode_body(body: object, write: Write = json.dumps) -> bytes:
    """Return a body that was recorded as a text, or as the JSON value that it is, which *write* makes a text."""
    if not isinstance(body, (str, Mapping, list)):
        raise TypeError("a body is a text, or an object or list of JSON")
    return _encode(body if isinstance(body, str) else write(body))


def _read_request(method: object, url: object) -> Request:
    if not (isinstance(method, str) and isinstance(url, str)):  # the text of anything else may have no end
        raise TypeError("a method and a URL are texts")
    return Request.of(method.upper(), url)


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return *headers* by their names in lower case; a cassette may hold several values of each, or bytes."""
    values = {name: value if isinstance(value, list) else [value] for name, value in headers.items() if value}
    return {name.lower(): ", ".join(map(_decode, given)) for name, given in values.items()}


def _decode(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
