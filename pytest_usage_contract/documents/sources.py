"""The documents under one folder: text, JSON and YAML, read within bounds, never from outside, and places in them."""

import json
import posixpath
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import unquote

from pytest_usage_contract.core.escape import escape

LARGEST_DOCUMENT: Final = 16 * 1024 * 1024
"""The most bytes of a document that is read; OpenAI's OpenAPI document has 2.8 million."""

MOST_NODES: Final = 2_000_000
"""The most nodes of a document of YAML, with its aliases unfolded; OpenAI's OpenAPI document has 110,000."""

Steps = tuple[str, ...]


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


class Folder:
    """The documents in a folder, *root* as it was given, and data that is *known* already; paths are relative to it."""

    def __init__(self, root: Path, known: dict[str, Any] | None = None) -> None:
        self.root = root
        self._data = known or {}

    def place(self, path: str, line: int = 0, column: int = 0, steps: Steps = ()) -> Position:
        """Return a place in the document at *path*, as its reader would write it."""
        pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)
        return Position((self.root / path).as_posix(), line, column, pointer)

    def find_target(self, path: str, link: str) -> str | None:
        """Return the document that a *link* in the one at *path* leads to, or None; raise `OutsideError`."""
        given = unquote(link.partition("#")[0].partition("?")[0]).replace("\\", "/")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), given))
        if target.startswith(("/", "../")) or target == ".." or ":" in target or "\0" in target:
            raise OutsideError(link)
        return target if self._find_file(target) else None

    def _find_file(self, path: str) -> Path | None:
        """Return the file at *path*, or None; raise `OutsideError` where a symbolic link leads out."""
        try:
            root = self.root.resolve()
            file = (root / path).resolve()
            if not file.is_relative_to(root):
                raise OutsideError(path)
            return file if file.is_file() else None
        except (OSError, RuntimeError):  # too long a name; before Python 3.13, a link to itself
            return None

    def read_text(self, path: str, largest: int = LARGEST_DOCUMENT) -> str:
        """Return a text with plain line ends; raise `DocumentError` if it is not there, no text, or too large."""
        place = self.place(path)
        try:
            file = self._find_file(path)
            if file is None:
                raise DocumentError(place, "there is no such document")
            with file.open("rb") as opened:
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
            before = content[: fault.start].rpartition(b"\n")
            where = self.place(path, before[0].count(b"\n") + len(before[1]) + 1, len(before[2]) + 1)
            raise DocumentError(where, "not UTF-8") from None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def read_data(self, path: str) -> Any:
        """Return the JSON or YAML at *path*, parsed once; raise `DocumentError` with line and column."""
        if path not in self._data:
            text, place = self.read_text(path), self.place(path)
            try:
                self._data[path] = parse_json(place, text) if path.endswith(".json") else parse_yaml(place, text)
            except RecursionError:
                raise DocumentError(place, "nested too deeply") from None
        return self._data[path]


def parse_json(place: Position, text: str) -> Any:
    """Parse JSON; raise `DocumentError` with line and column."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise DocumentError(Position(place.path, fault.lineno, fault.colno), f"not JSON: {fault.msg}") from None
    except ValueError as fault:  # an integer of too many digits
        raise DocumentError(place, f"not JSON: {quote(str(fault))}") from None


def parse_yaml(place: Position, text: str) -> Any:
    """Parse YAML; raise `DocumentError` with line and column, also where its aliases unfold into too much."""
    yaml: Any = import_parser("yaml", "PyYAML")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        node = loader.get_single_node()
        if node is not None:
            _count_nodes(node, {}, place)
        return loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = Position(place.path, mark.line + 1, mark.column + 1)
        raise DocumentError(where, f"not YAML: {fault.problem}") from None
    except DocumentError:
        raise
    except (yaml.YAMLError, ValueError, TypeError) as fault:
        raise DocumentError(place, f"not YAML: {quote(str(fault))}") from None


def _count_nodes(node: Any, sizes: dict[int, int], place: Position) -> int:
    """Refuse aliases that unfold into too much, and one inside its own anchor, before anything is built of them."""
    if id(node) not in sizes:
        sizes[id(node)] = MOST_NODES + 1  # until it is known, so that an anchor around itself is too much
        parts = node.value if isinstance(node.value, list) else ()
        inner = (one for part in parts for one in (part if isinstance(part, tuple) else (part,)))
        sizes[id(node)] = 1 + sum(_count_nodes(one, sizes, place) for one in inner)
    if sizes[id(node)] > MOST_NODES:
        where = Position(place.path, node.start_mark.line + 1, node.start_mark.column + 1)
        raise DocumentError(where, f"aliases that unfold into more than {MOST_NODES:,} nodes")
    return sizes[id(node)]


def parse_pointer(pointer: str) -> Steps:
    """Parse `/components/schemas/Usage` into its steps; a leading `#` of a fragment is allowed."""
    inner = pointer.removeprefix("#").removeprefix("/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in inner.split("/")) if inner else ()


def find_value(document: Any, steps: Steps) -> Any:
    """Return the value at a pointer; raise `LookupError` if there is none."""
    value = document
    for step in steps:
        if isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 7:
            value = value[int(step)]
        elif isinstance(value, dict):
            # YAML reads the status 200 as a number.
            value = value[step] if step in value else {str(name): inner for name, inner in value.items()}[step]
        else:
            raise LookupError(step)
    return value
