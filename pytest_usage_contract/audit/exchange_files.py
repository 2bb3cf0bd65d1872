"""Read recorded exchanges from files: bodies in JSON, JSON lines and event streams, HAR files, cassettes."""

import json
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any, Final

from pytest_usage_contract.audit.recorders import (
    MOST_UNPACKED_BYTES,
    Recorded,
    RecordedExchange,
    Unread,
    find_interactions,
    read_har,
    read_interactions,
)
from pytest_usage_contract.core.body import is_stream

EXCHANGE_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".har", ".yaml", ".yml", ".txt", ".sse")

GZIP: Final = ".gz"
"""The suffix of a file of any of these kinds that is packed; it need not have another."""


def read_exchanges(path: Path) -> Iterator[Recorded]:
    """Yield what is recorded in a file, or in all files of a folder that are of `EXCHANGE_SUFFIXES`, packed or not.

    What cannot be read is yielded as `Unread`, and the rest goes on.
    """
    if path.is_dir():
        for inner in sorted(inner for inner in path.rglob("*") if _kind(inner) is not None and inner.is_file()):
            yield from _read_file(inner)
    elif _kind(path) is None:
        kinds = ", ".join((*EXCHANGE_SUFFIXES, GZIP))
        yield Unread(str(path), f"{path.suffix or 'no suffix'} is no kind of file that is read; {kinds} are")
    else:
        yield from _read_file(path)


def _kind(path: PurePath) -> str | None:
    """Return the suffix that tells of what kind a file is, nothing where it is packed and has no other, or None."""
    suffix = path.suffix.lower()
    if suffix == GZIP:
        return _kind(path.with_suffix("")) or ""
    return suffix if suffix in EXCHANGE_SUFFIXES else None


def _read_file(path: Path) -> Iterator[Recorded]:
    try:
        content = path.read_bytes()
    except OSError as refusal:
        yield Unread(str(path), f"cannot be read: {refusal.strerror}")
        return
    if path.suffix.lower() == GZIP:
        try:
            content = GzipFile(fileobj=BytesIO(content)).read(MOST_UNPACKED_BYTES)
        except (BadGzipFile, EOFError, zlib.error):
            yield Unread(str(path), "is no gzip, or not whole")
            return
    yield from _parse_file(path, _kind(path) or _guess_kind(content), content)


def _guess_kind(content: bytes) -> str:
    return ".json" if is_stream(content) or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else ".yaml"


def _parse_file(path: Path, kind: str, content: bytes) -> Iterator[Recorded]:
    where = str(path)
    if kind in (".yaml", ".yml"):
        try:
            document = _load_yaml(content)
        except ValueError as refusal:
            yield Unread(where, str(refusal))
            return
        interactions = find_interactions(document)
        if interactions is None:
            yield Unread(where, "is no cassette: it has neither interactions nor responses")
        else:
            yield from read_interactions(where, interactions)
    elif is_stream(content):
        yield RecordedExchange(where=where, body=content)
    elif kind in (".jsonl", ".ndjson"):
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield RecordedExchange(where=f"{where}:{number}", body=line)
    else:
        yield from _parse_json(path, kind, content)


def _parse_json(path: Path, kind: str, content: bytes) -> Iterator[Recorded]:
    """Yield the file as one body, unless it is a HAR or a cassette that was written as JSON."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None  # what is no JSON is for the judge to say
    log = document.get("log") if isinstance(document, dict) else None
    if isinstance(log, dict) and ("entries" in log or kind == ".har"):
        yield from read_har(path, log.get("entries"))
    elif kind == ".har":
        yield Unread(str(path), "is no HAR: it has no log.entries")
    elif (interactions := find_interactions(document)) is not None:
        yield from read_interactions(str(path), interactions)
    else:
        yield RecordedExchange(where=str(path), body=content)


def _load_yaml(content: bytes) -> Any:
    """Return the one document of a YAML file; raise `ValueError` where it has none."""
    try:
        import yaml  # noqa: PLC0415 - of the extra `documents`
    except ImportError:
        raise ValueError('is YAML: pip install "pytest-usage-contract[documents]" reads it') from None
    try:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as refusal:
        raise ValueError(f"is no YAML: {getattr(refusal, 'problem', None) or 'unreadable'}") from None
