"""JSON and YAML of a folder, each document parsed once and within bounds, pointers into them, and references."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.usage_schema import UNREAD
from pytest_usage_contract.documents.document_files import (
    DocumentError,
    Folder,
    OutsideError,
    Position,
    Remarks,
    import_parser,
    locate_mark,
    quote,
)

Steps = tuple[str, ...]

MOST_NODES: Final = 2_000_000
"""The most nodes of a document of YAML, with its aliases unfolded; OpenAI's OpenAPI document has 110,000."""


class Spot(NamedTuple):
    """A place in a document of JSON or YAML."""

    path: str
    steps: Steps

    def at(self, *steps: str) -> "Spot":
        """Return the spot further inside."""
        return Spot(self.path, (*self.steps, *steps))


LOST: Final = Spot("", ("unread",))
"""What a reference means that cannot be followed."""


class DataFiles:
    """The documents of JSON and YAML in a folder, of which some are *known* already."""

    def __init__(self, folder: Folder, remarks: Remarks, known: Mapping[str, Any] | None = None) -> None:
        self.folder, self.remarks = folder, remarks
        self._data: dict[str, Any] = dict(known or {})

    def _load(self, path: str) -> Any:
        """Return the JSON or YAML at *path*, parsed once; raise `DocumentError` with line and column."""
        if path not in self._data:
            text, place = self.folder.read_text(path), self.folder.place(path)
            try:
                self._data[path] = _parse_json(place, text) if path.endswith(".json") else _parse_yaml(place, text)
            except RecursionError:
                raise DocumentError(place, "nested too deeply") from None
        return self._data[path]

    def value_at(self, spot: Spot) -> Any:
        """Return what stands at a spot; raise `DocumentError` if nothing does."""
        try:
            return UNREAD if spot == LOST else find_value(self._load(spot.path), spot.steps)
        except LookupError:
            place = self.locate(spot)
            raise DocumentError(place, f"nothing stands at {quote(f'#{place.pointer}')}") from None

    def locate(self, spot: Spot) -> Position:
        """Return the place of a spot."""
        pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in spot.steps)
        return Position(self.folder.place(spot.path).path, pointer=pointer)

    def follow(self, spot: Spot, beside: Collection[str] = ()) -> Spot:
        """Return what references mean that stand alone, or with other words than those of *beside*.

        It is `LOST`, with a remark, where they lead nowhere.
        """
        seen: set[Spot] = set()
        while (
            isinstance(value := self.value_at(spot), dict)
            and "$ref" in value
            and not any(word in value for word in beside)
        ):
            if spot in seen:
                self.remarks.add(self.locate(spot), "a reference that is only itself again: what it means is unknown")
                return LOST
            seen.add(spot)
            spot = self.find_target(value["$ref"], spot)
        return spot

    def find_target(self, reference: object, spot: Spot) -> Spot:
        """Return what one reference means; `LOST`, with a remark, where it cannot be followed."""
        if not isinstance(reference, str):
            raise DocumentError(self.locate(spot), "a $ref that is no text")
        file, _, pointer = reference.partition("#")
        try:
            path = self.folder.find_target(spot.path, file) if file else spot.path
        except OutsideError:
            self.remarks.add_outside(self.locate(spot), reference)
            return LOST
        if path is None:
            self.remarks.add(self.locate(spot), f"{quote(reference)} is unknown: it is not there")
        return Spot(path, parse_pointer(pointer)) if path else LOST


def _parse_json(place: Position, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise DocumentError(Position(place.path, fault.lineno, fault.colno), f"not JSON: {fault.msg}") from None
    except ValueError as fault:  # an integer of too many digits
        raise DocumentError(place, f"not JSON: {quote(str(fault))}") from None


def _parse_yaml(place: Position, text: str) -> Any:
    yaml: Any = import_parser("yaml", "PyYAML")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count_nodes(node, {}, place)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as fault:
        raise DocumentError(locate_mark(place, fault.problem_mark), f"not YAML: {fault.problem}") from None
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
        where = locate_mark(place, node.start_mark)
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
