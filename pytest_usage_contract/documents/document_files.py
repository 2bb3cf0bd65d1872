"""The documents under one folder, read within bounds and never from outside it, and the places in them."""

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import unquote

from pytest_usage_contract.core.escape import escape

LARGEST_DOCUMENT: Final = 16 * 1024 * 1024
"""The most bytes of a document that is read; OpenAI's OpenAPI document has 2.8 million."""


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


class OutsideError(ValueError):
    """A path leads out of the folder."""


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


def import_parser(module: str, package: str) -> ModuleType:
    """Return a parser's *module*, which comes with the extra `documents`."""
    try:
        return import_module(module)
    except ImportError as failure:
        install = 'pip install "pytest-usage-contract[documents]"'
        raise MissingExtraError(f"reading this document needs {package}: {install}") from failure


def locate_mark(start: Position, mark: Any) -> Position:
    """Return the place of a *mark* of PyYAML in a text that begins at *start*."""
    return Position(start.path, max(start.line, 1) + mark.line, mark.column + 1) if mark else start


@dataclass(frozen=True, slots=True)
class Folder:
    """The documents in a folder, *root* as it was given; all paths are POSIX paths relative to it."""

    root: Path

    def place(self, path: str, line: int = 0, column: int = 0) -> Position:
        """Return a place in the document at *path*, as its reader would write it."""
        return Position((self.root / path).as_posix(), line, column)

    def find_target(self, path: str, link: str) -> str | None:
        """Return what a *link* in the document at *path* leads to, None if it is not there; raise `OutsideError`."""
        given = unquote(link.partition("#")[0].partition("?")[0]).replace("\\", "/")
        if ":" in given or "\0" in given:
            raise OutsideError(link)
        target = Path(os.path.relpath((self.root / path).parent / given, self.root)).as_posix()
        return target if self._has(target) else None

    def _has(self, path: str) -> bool:
        """Tell whether there is a file at *path*; raise `OutsideError` where that, or a symbolic link, leads out."""
        try:
            root = self.root.resolve()
            file = (root / path).resolve()
            if not file.is_relative_to(root):
                raise OutsideError(path)
            return file.is_file()
        except (OSError, RuntimeError):  # too long a name; before Python 3.13, a link to itself
            return False

    def read_text(self, path: str, largest: int = LARGEST_DOCUMENT) -> str:
        """Return a text with plain line ends; raise `DocumentError` if it is not there, no text, or too large."""
        place = self.place(path)
        try:
            if not self._has(path):
                raise DocumentError(place, "there is no such document")
            with (self.root / path).open("rb") as opened:
                content = opened.read(largest + 1)
        except OutsideError:
            raise DocumentError(place, "leads out of the folder") from None
        except OSError as fault:
            raise DocumentError(place, f"cannot be read ({type(fault).__name__})") from None
        if len(content) > largest:
            raise DocumentError(place, f"larger than the {largest // 1024:,} KiB of a document that is read")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            lines = content[: fault.start].split(b"\n")
            raise DocumentError(self.place(path, len(lines), len(lines[-1]) + 1), "not UTF-8") from None
        return text.replace("\r\n", "\n").replace("\r", "\n")
