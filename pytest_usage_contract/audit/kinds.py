"""The kind of a file, by how it begins, and where that says nothing, by its name."""

import re
from contextlib import suppress
from enum import StrEnum
from typing import Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES
from pytest_usage_contract.audit.opening import Source
from pytest_usage_contract.core.body import NotJson, is_lines, is_stream, read_json, read_members

HEAD: Final = 1024 * 1024
"""Bytes that are looked at."""

SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".har", ".yaml", ".yml", ".txt", ".log", ".sse")
"""Those of the files in a folder that are looked at, by themselves or before one of `PACKED`."""

PACKED: Final = (".gz", ".zst")

NO_RECORDING: Final = "is no recording: neither JSON, nor an event stream, a HAR or a cassette"

MARK: Final = b"\xef\xbb\xbf"


class Kind(StrEnum):
    """What a file holds."""

    LINES = "lines"
    """JSON lines, each a body, or a record that holds one."""
    BODY = "body"
    """One body: JSON, an event stream, or what a server has sent in their place."""
    HAR = "har"
    CASSETTE = "cassette"
    """A cassette in JSON."""
    YAML = "yaml"
    """A cassette in YAML."""


_RECORDING: Final = re.compile(
    rb'\{\s*(?:"\w+"\s*:\s*(?:\d+|"[^"]*")\s*,\s*)*'
    rb'"(?:(?P<har>log)"\s*:\s*\{|(?:interactions|http_interactions|responses)"\s*:\s*\[)'
)
_CASSETTE: Final = re.compile(rb"^[{\"\s]*(?:interactions|http_interactions|responses)\"?\s*:", re.MULTILINE)


def suffix_of(name: str) -> str:
    """Return the suffix in lower case, without that of a packed file; nothing where there is none that is known."""
    name = name.partition("?")[0].lower() if "://" in name else name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def look_at_kind(source: Source, name: str) -> Kind | None:
    """Return the kind of what is to be read; where the first line is all that was seen, after a look beyond it."""
    head = source.peek(HEAD)
    kind = find_kind(head, name)
    if kind is Kind.BODY and len(head) == HEAD and b"\n" not in head:
        kind = find_kind(source.peek(MOST_BYTES), name)
    return kind


def find_kind(head: bytes, name: str) -> Kind | None:
    """Return the kind of a file that begins with *head*; None for one that is no recording."""
    suffix, text = suffix_of(name), head.removeprefix(MARK).lstrip()
    if suffix in (".yaml", ".yml"):
        return Kind.YAML
    if is_stream(head) or _is_begun(text):
        return Kind.BODY
    if suffix in (".jsonl", ".ndjson"):
        return Kind.LINES
    recording = _RECORDING.match(text)
    if recording and (not recording["har"] or b'"entries"' in text):
        return Kind.HAR if recording["har"] else Kind.CASSETTE
    if suffix == ".har":
        return Kind.HAR
    if is_lines(text) or _is_log(text):
        return Kind.LINES
    if suffix == ".json" or text[:1] in (b"{", b"["):
        return Kind.BODY
    return Kind.YAML if _CASSETTE.search(text) else None


def _is_log(text: bytes) -> bool:
    """Tell whether lines are behind a first one that is broken or is none: two records in a row, each on its line."""
    lines = [line.strip() for line in text.split(b"\n", 3)[1:3]]
    with suppress(NotJson):
        return len(lines) == 2 and all(len(line) > 2 and line[:1] == b"{" and read_json(line) for line in lines)
    return False


def _is_begun(text: bytes) -> bool:
    """Tell whether the first line is a chunk of a response that goes on, as Ollama and Cohere stream on lines."""
    with suppress(NotJson):
        members = read_members(text.partition(b"\n")[0], "done", "is_finished")
        return isinstance(members, dict) and (members.get("done") is False or members.get("is_finished") is False)
    return False
