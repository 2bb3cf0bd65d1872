"""Read documents from a folder or a git revision of one, never from outside it; name positions in them.

Paths are POSIX paths relative to the root of the library. A link that leads out of it, by dots, by a leading slash,
by a drive or by a symbolic link, is refused before anything is opened.
"""

import posixpath
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

from pytest_usage_contract.core.escape import escape


@dataclass(frozen=True, slots=True)
class Position:
    """A line and a column of a document, both from 1; *path* is shown as it was given."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{escape(self.path, 200)}:{self.line}:{self.column}"


class DocumentError(ValueError):
    """A document cannot be read as a contract; the message says where, what is there, and what could be."""

    def __init__(self, place: Position, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning: what could not be read, so that it is unknown in the contract."""

    place: Position
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def quote(text: str) -> str:
    """Return a piece of a document for a message: escaped, cut, and in guillemets."""
    return f"«{escape(text)}»"


LARGEST_DOCUMENT: Final = 16 * 1024 * 1024
"""The most bytes of a document that is read."""


class OutsideError(ValueError):
    """A path leads out of the library."""


class Library(Protocol):
    """Documents under one root."""

    def display_path(self, path: str) -> str:
        """Return a path as its reader would write it."""

    def read(self, path: str) -> bytes | None:
        """Return at most `LARGEST_DOCUMENT` bytes and one, or None if there is no file; raise `OutsideError`."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The documents in a folder, *root* as it was given."""

    root: Path

    def display_path(self, path: str) -> str:
        return (self.root / path).as_posix()

    def read(self, path: str) -> bytes | None:
        root = self.root.resolve()
        file = (root / normalize_path(path)).resolve()
        if not file.is_relative_to(root):
            raise OutsideError(path)
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            return opened.read(LARGEST_DOCUMENT + 1)


@dataclass(frozen=True, slots=True)
class Revision:
    """The documents in a folder of a git repository at a *revision*; *root* is relative to the working directory."""

    revision: str
    root: str

    def display_path(self, path: str) -> str:
        return f"{self.revision}:{posixpath.normpath(posixpath.join(self.root, path))}"

    def read(self, path: str) -> bytes | None:
        name = f"{self.revision}:./{posixpath.normpath(posixpath.join(self.root, normalize_path(path)))}"
        # What begins with a dash would be an option.
        if self.revision.startswith("-") or not self.revision:
            return None
        try:
            shown = subprocess.run(["git", "show", name], capture_output=True, check=False)  # noqa: S603, S607 - no shell
        except (OSError, ValueError):
            return None
        # A folder is shown as a list of its files.
        found = shown.returncode == 0 and not shown.stdout.startswith(f"tree {name}\n".encode())
        return shown.stdout[: LARGEST_DOCUMENT + 1] if found else None


def normalize_path(path: str) -> str:
    """Return *path* without its dots; raise `OutsideError` where it leads out."""
    normal = posixpath.normpath(path.replace("\\", "/"))
    if normal.startswith(("/", "../")) or normal == ".." or ":" in normal.partition("/")[0] or "\0" in normal:
        raise OutsideError(path)
    return normal


def resolve_link(page: str, link: str) -> str:
    """Return the path that a link on *page* leads to; raise `OutsideError` where it leads out."""
    target = unquote(link.partition("#")[0].partition("?")[0])
    if target.startswith("/") or "://" in target:
        raise OutsideError(link)
    return normalize_path(posixpath.join(posixpath.dirname(page), target))


def read_text(library: Library, path: str, largest: int = LARGEST_DOCUMENT) -> str | None:
    """Return the text at *path* with plain line ends, or None; raise `DocumentError` if it is no text, or too large."""
    place = Position(library.display_path(path))
    content = library.read(path)
    if content is None:
        return None
    if len(content) > largest:
        raise DocumentError(place, f"larger than the {largest // 1024:,} KiB of a document that is read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = content[: fault.start]
        line, column = before.count(b"\n") + 1, fault.start - (before.rfind(b"\n") + 1) + 1
        raise DocumentError(Position(place.path, line, column), "not UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
