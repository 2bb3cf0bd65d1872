"""JSON and YAML of a folder, each document parsed once and within bounds, and JSON pointers into them."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from pytest_usage_contract.documents.library import (
    INSTALL,
    DocumentError,
    Library,
    MissingExtraError,
    Position,
    quote,
)

Steps = tuple[str, ...]

MOST_NODES: Final = 2_000_000
"""The most nodes of a document of YAML, with its aliases unfolded; OpenAI's OpenAPI document has 110,000."""


class DataFiles:
    """The documents of JSON and YAML in a library, of which some are *given* already."""

    def __init__(self, library: Library, given: Mapping[str, Any] | None = None) -> None:
        self.library = library
        self._loaded: dict[str, Any] = dict(given or {})

    def load(self, path: str) -> Any:
        """Return the document at *path*; raise `DocumentError` if it cannot be read."""
        if path not in self._loaded:
            text, place = self.library.read_text(path), self.library.place(path)
            try:
                self._loaded[path] = parse_json(place, text) if path.endswith(".json") else parse_yaml(place, text)
            except RecursionError:
                raise DocumentError(place, "nested too deeply") from None
        return self._loaded[path]

    def place(self, path: str, steps: Steps) -> Position:
        """Return the place of what stands at a pointer."""
        return Position(self.library.place(path).path, pointer=format_pointer(steps))

    def resolve(self, path: str, link: str) -> str | None:
        """Return the document that a *link* in another one leads to, or None; raise `OutsideError`."""
        target = self.library.resolve(path, link)
        return target if self.library.find_file(target) is not None else None


def parse_json(place: Position, text: str) -> Any:
    """Parse JSON; raise `DocumentError` with line and column."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise DocumentError(Position(place.path, fault.lineno, fault.colno), f"not JSON: {fault.msg}") from None
    except ValueError as fault:  # an integer of too many digits
        raise DocumentError(place, f"not JSON: {quote(str(fault))}") from None


def import_yaml() -> Any:
    """Return the module of PyYAML."""
    try:
        return import_module("yaml")
    except ImportError as failure:
        raise MissingExtraError(f"reading this document needs PyYAML: {INSTALL}") from failure


def parse_yaml(place: Position, text: str) -> Any:
    """Parse YAML; raise `DocumentError` with line and column, also where its aliases unfold into too much."""
    yaml = import_yaml()
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count_nodes(node, place)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise DocumentError(
            Position(place.path, mark.line + 1, mark.column + 1), f"not YAML: {fault.problem}"
        ) from None
    except DocumentError:
        raise
    except (yaml.YAMLError, ValueError, TypeError) as fault:
        raise DocumentError(place, f"not YAML: {quote(str(fault))}") from None


def _count_nodes(root: Any, place: Position) -> None:
    """Refuse aliases that unfold into too much, and one inside its own anchor, before anything is built of them."""
    sizes: dict[int, int] = {}

    def count(node: Any) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = MOST_NODES + 1  # until it is known, so that an anchor around itself is too much
            sizes[id(node)] = 1 + sum(map(count, _children(node)))
        if sizes[id(node)] > MOST_NODES:
            where = Position(place.path, node.start_mark.line + 1, node.start_mark.column + 1)
            raise DocumentError(where, f"aliases that unfold into more than {MOST_NODES:,} nodes")
        return sizes[id(node)]

    count(root)


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node.value, list):
        for part in node.value:
            yield from part if isinstance(part, tuple) else (part,)


def parse_pointer(pointer: str) -> Steps:
    """Parse `/components/schemas/Usage` into its steps; a leading `#` of a fragment is allowed."""
    inner = pointer.removeprefix("#").removeprefix("/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in inner.split("/")) if inner else ()


def format_pointer(steps: Steps) -> str:
    """Format the steps as a pointer."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def find_value(document: Any, steps: Steps) -> Any:
    """Return the value at a pointer; raise `LookupError` if there is none."""
    value = document
    for step in steps:
        if isinstance(value, list) and re.fullmatch(r"\d{1,6}", step, re.ASCII):
            value = value[int(step)]
        elif isinstance(value, dict):
            # YAML reads the status 200 as a number.
            value = value[step] if step in value else value[next(name for name in value if str(name) == step)]
        else:
            raise LookupError(step)
    return value
