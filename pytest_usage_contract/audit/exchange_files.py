"""Read recorded exchanges from files: bodies in JSON, JSON lines and event streams, HAR files, VCR cassettes."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pytest_usage_contract.core.body import is_stream
from pytest_usage_contract.core.exchange import Request

EXCHANGE_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".har", ".yaml", ".yml", ".txt", ".sse")

MOST_UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a compressed body that are unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """One response out of a file; *where* leads back to it, and *host* is empty where the file tells no request."""

    where: str
    body: bytes
    method: str = ""
    host: str = ""
    path: str = ""
    status: int = 200


def read_exchanges(path: Path) -> Iterator[RecordedExchange]:
    """Yield the exchanges in a file, or in all files of a folder that have one of `EXCHANGE_SUFFIXES`.

    Raise `ValueError` where a file cannot be read, or is of no known kind.
    """
    if path.is_dir():
        for inner in sorted(inner for inner in path.rglob("*") if inner.suffix in EXCHANGE_SUFFIXES):
            yield from read_exchanges(inner)
        return
    try:
        content = path.read_bytes()
    except OSError as refusal:
        raise ValueError(f"{path} cannot be read: {refusal.strerror}") from None
    if path.suffix not in EXCHANGE_SUFFIXES:
        raise ValueError(
            f"{path}: {path.suffix or 'no suffix'} is no kind of file that is read; {', '.join(EXCHANGE_SUFFIXES)} are"
        )
    yield from _parse_file(path, content)


def _parse_file(path: Path, content: bytes) -> Iterator[RecordedExchange]:
    if is_stream(content):
        yield RecordedExchange(where=str(path), body=content)
    elif path.suffix in (".jsonl", ".ndjson"):
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield RecordedExchange(where=f"{path}:{number}", body=line)
    elif path.suffix in (".yaml", ".yml"):
        yield from _parse_cassette(path, _load_yaml(path, content))
    else:
        yield from _parse_json(path, content)


def _parse_json(path: Path, content: bytes) -> Iterator[RecordedExchange]:
    """Yield the file as one body, unless it is a HAR or a cassette that was written as JSON."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None  # what is no JSON is for the judge to say
    if isinstance(document, dict) and isinstance(document.get("log"), dict) and "entries" in document["log"]:
        yield from _parse_har(path, document["log"]["entries"])
    elif isinstance(document, dict) and "interactions" in document:
        yield from _parse_cassette(path, document)
    else:
        yield RecordedExchange(where=str(path), body=content)


def _parse_har(path: Path, entries: Any) -> Iterator[RecordedExchange]:
    for number, entry in enumerate(entries, 1):
        where = f"{path}, entry {number}"
        with _name_place(where):
            content = entry["response"].get("content", {})
            text = content.get("text", "").encode("utf-8", "surrogatepass")
            body = base64.b64decode(text, validate=True) if content.get("encoding") == "base64" else text
            url, status = entry["request"]["url"], entry["response"]["status"]
            recorded = _build_exchange(where, entry["request"]["method"], url, status, body)
        yield recorded


def _parse_cassette(path: Path, document: Any) -> Iterator[RecordedExchange]:
    with _name_place(str(path)):
        interactions = [*document["interactions"]]
    for number, interaction in enumerate(interactions, 1):
        where = f"{path}, interaction {number}"
        with _name_place(where):
            request, response = interaction["request"], interaction["response"]
            body, status = response["body"]["string"], response["status"]
            recorded = _build_exchange(
                where,
                request["method"],
                request["uri"],
                status["code"] if isinstance(status, Mapping) else status,
                body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"),
            )
        yield recorded


def _build_exchange(where: str, method: str, url: str, status: int, body: bytes) -> RecordedExchange:
    request = Request.of(method.upper(), url)
    return RecordedExchange(
        where=where,
        method=request.method,
        host=request.host,
        path=request.path,
        status=int(status),
        body=_unpack(body),
    )


def _unpack(body: bytes) -> bytes:
    """Unpack a body that a cassette holds as it was sent, compressed, up to a bound."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    return zlib.decompressobj(wbits=31).decompress(body, MOST_UNPACKED_BYTES)


def _load_yaml(path: Path, content: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415 - of the extra `documents`
    except ImportError:
        raise ValueError(f'{path} is YAML: pip install "pytest-usage-contract[documents]" reads it') from None
    try:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError as refusal:
        raise ValueError(f"{path} is no YAML: {getattr(refusal, 'problem', None) or 'unreadable'}") from None


@contextmanager
def _name_place(where: str) -> Iterator[None]:
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, zlib.error) as refusal:
        raise ValueError(f"{where}: no exchange stands here ({type(refusal).__name__})") from None
