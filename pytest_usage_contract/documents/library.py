"""Documents under one folder, read within bounds and never from outside it, and the places in them."""

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from pytest_usage_contract.core.escape import escape

LARGEST_DOCUMENT: Final = 16 * 1024 * 1024
"""The most bytes of a document that is read; OpenAI's OpenAPI document has 2.8 million."""

INSTALL: Final = 'pip install "pytest-usage-contract[documents]"'


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a document: a line and a column from 1, or a JSON pointer; *path* is shown as it was given."""

    path: str
    line: int = 0
    column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        where = f":{self.line}:{self.column}" if self.line else f"#{escape(self.pointer, 200)}" if self.pointer else ""
        return f"{escape(self.path, 200)}{where}"


class DocumentError(ValueError):
    """A document cannot be read as a contract; the message says where, what is there, and what could be."""

    def __init__(self, place: Position, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


class MissingExtraError(ImportError):
    """Documents cannot be read without their parsers; the message says how to install them."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What could not be read, so that it is unknown in the contract."""

    place: Position
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Remarks:
    """The remarks of one reading: each said once, and of links that lead out of the folder no more than a sum."""

    def __init__(self) -> None:
        self._said: dict[Remark, None] = {}
        self._outside: dict[str, Position] = {}

    def add(self, place: Position, message: str) -> None:
        self._said[Remark(place, message)] = None

    def add_outside(self, place: Position, link: str) -> None:
        """Remember a *link* that leads out of the folder."""
        self._outside.setdefault(link, place)

    def listed(self) -> tuple[Remark, ...]:
        """Return all remarks, the sum of the links outside first."""
        if not self._outside:
            return tuple(self._said)
        first, number = next(iter(self._outside)), len(self._outside)
        links = "1 link leads" if number == 1 else f"{number} links lead"
        message = f"{links} out of the folder, the first to {quote(first)}: what is documented there is unknown"
        return (Remark(self._outside[first], message), *self._said)


def quote(text: object) -> str:
    """Return a piece of a document for a message: escaped, cut, and in guillemets."""
    return f"«{escape(text if isinstance(text, str) else type(text).__name__)}»"


class OutsideError(ValueError):
    """A path leads out of the library."""


@dataclass(frozen=True, slots=True)
class Library:
    """The documents in a folder, *root* as it was given; all paths are POSIX paths relative to it."""

    root: Path

    def place(self, path: str, line: int = 0, column: int = 0) -> Position:
        """Return a place in the document at *path*, as its reader would write it."""
        return Position((self.root / path).as_posix(), line, column)

    def resolve(self, page: str, link: str) -> str:
        """Return the path that a *link* in *page* leads to; raise `OutsideError` where it leads out."""
        target = unquote(link.partition("#")[0].partition("?")[0]).replace("\\", "/")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        if path.startswith(("/", "../")) or path == ".." or ":" in path or "\0" in path:
            raise OutsideError(link)
        return path

    def find_file(self, path: str) -> Path | None:
        """Return the file at *path*, or None; raise `OutsideError` where a symbolic link leads out."""
        try:
            root = self.root.resolve()
            file = (root / path).resolve()
            if not file.is_relative_to(root):
                raise OutsideError(path)
            return file if file.is_file() else None
        except (
            OSError,
            RuntimeError,
        ):  # too long a name; before Python 3.13, a link to itself
            return None

    def read_text(self, path: str, largest: int = LARGEST_DOCUMENT) -> str:
        """Return a text with plain line ends; raise `DocumentError` if it is not there, no text, or too large."""
        try:
            file = self.find_file(path)
            content = b"" if file is None else _read_bytes(file, largest)
        except (OSError, OutsideError) as fault:
            raise DocumentError(self.place(path), f"cannot be read ({type(fault).__name__})") from None
        if file is None:
            raise DocumentError(self.place(path), "there is no such document")
        if len(content) > largest:
            raise DocumentError(self.place(path), f"larger than the {largest // 1024:,} KiB of a document that is read")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            before = content[: fault.start]
            column = fault.start - (before.rfind(b"\n") + 1) + 1
            raise DocumentError(self.place(path, before.count(b"\n") + 1, column), "not UTF-8") from None
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(file: Path, largest: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(largest + 1)
