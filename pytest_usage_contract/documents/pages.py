"""The pages of one SDK's documentation, read into schemas: an object with all that it links to.

What cannot be read is unknown, and remarked where it is named; it is never guessed.
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.documents.library import DocumentError, Library, OutsideError, Position, Remarks, quote
from pytest_usage_contract.documents.markdown_page import Page, Row, parse_page, read_inline
from pytest_usage_contract.documents.middle import (
    ANY,
    UNREAD,
    Definitions,
    Schema,
    TooLargeError,
    check_size,
    choice,
    join,
)
from pytest_usage_contract.documents.type_cells import (
    FLAVOURS,
    Cell,
    CellType,
    Flavour,
    NotUnderstoodError,
    parse_cell,
    read_cell,
    show_object,
)
from pytest_usage_contract.documents.wire_names import WireNames

LARGEST_PAGE: Final = 256 * 1024
"""The most bytes of a page; the largest of the known ones has 100,000."""

OTHER_LANGUAGES: Final = {"go": "Go", "php": "PHP", "java": "Java", "ruby": "Ruby", "csharp": "C#"}

EXTRA_ROWS: Final = frozenset({"additionalProperties", "__pydantic_extra__", "additional_properties"})
"""Rows that allow further fields and are no fields themselves."""


class PageReader:
    """One reading of a document, which fills *remarks*, *definitions* and *doubtful* (names of unsure spelling)."""

    def __init__(self, library: Library, names: WireNames, remarks: Remarks) -> None:
        self.library, self.names, self.remarks = library, names, remarks
        self.definitions = Definitions()
        self.doubtful: list[str] = []
        self._pages: dict[str, Page] = {}
        self._read: dict[tuple[str, str], Schema] = {}

    def read(self, path: str) -> tuple[Schema, Page, Flavour]:
        """Return the object on the page at *path*; raise `DocumentError` if there is none."""
        page = self._load(path)
        if page.rows is None:
            kind = "an enum" if page.values is not None else "a union; its members have pages of their own"
            raise DocumentError(page.place, f"documents {kind}, where an object is looked for")
        flavour = _detect(page)
        return self._read_page(path, flavour), page, flavour

    def _load(self, path: str) -> Page:
        if path not in self._pages:
            text = self.library.read_text(path, LARGEST_PAGE)
            self._pages[path] = parse_page(self.library.place(path).path, text)
        return self._pages[path]

    def _read_page(self, path: str, flavour: Flavour) -> Schema:
        """Return the type on a page; that of an object is a reference, so that it may contain itself."""
        if (path, flavour.name) not in self._read:
            page = self._load(path)
            if not all(_can_read(flavour, row.cell) for row in _fields(page)):
                flavour = _detect(page)  # the page that links here could be of several, and this one decides
            if page.rows is not None:
                stem = posixpath.splitext(posixpath.basename(path))[0]
                name = self.definitions.reserve(page.title.rpartition(".")[2] or stem)
                self._read[path, flavour.name] = {"$ref": f"#/$defs/{name}"}
                self.definitions.schemas[name] = self._read_object(page, path, flavour)
            else:
                self._read[path, flavour.name] = UNREAD  # a union that is one of its own members
                self._read[path, flavour.name] = self._read_choice(page, path, flavour)
        return self._read[path, flavour.name]

    def _read_object(self, page: Page, path: str, flavour: Flavour) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        sounds: dict[str, bool] = {}
        for row in _fields(page):
            wire = self.names.of(row.name, wire=flavour.wire)
            sound = normalize_name(wire.name)
            if wire.name in properties or (sound in sounds and not (wire.sure and sounds[sound])):
                raise DocumentError(row.place, f"a second field whose name on the wire may be {quote(wire.name)}")
            self.doubtful += [] if wire.sure else [row.name]
            sounds[sound] = wire.sure
            cell = self._read_cell(row.cell, row.place, path, flavour)
            if cell.optional and row.required:
                message = f"the field {quote(row.name)} is required, yet its type says optional: optional"
                self.remarks.add(row.place, message)
            required += [wire.name] if row.required and not cell.optional else []
            properties[wire.name] = {**cell.schema, **({"description": row.meaning} if row.meaning else {})}
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}

    def _read_cell(self, markdown: str, place: Position, path: str, flavour: Flavour) -> CellType:
        def resolve(name: str, link: str) -> Schema:
            target = self._find_target(name, link, place, path)
            return UNREAD if target is None else self._read_page(target, flavour)

        try:
            cell = read_cell(flavour, _parse(markdown), resolve)
            return cell._replace(schema=check_size(cell.schema))
        except NotUnderstoodError:
            raise DocumentError(place, _not_understood(markdown, [flavour])) from None
        except TooLargeError as fault:
            raise DocumentError(place, str(fault)) from None

    def _read_choice(self, page: Page, path: str, flavour: Flavour) -> Schema:
        if page.values is not None:
            return {"type": "string"} if page.open_values or not page.values else choice(page.values)
        found = [self._read_cell(member, page.place, path, flavour).schema for member in page.members or ()]
        return join(found) if found else UNREAD

    def _find_target(self, name: str, link: str, place: Position, path: str) -> str | None:
        """Return the page of a type: linked, or called after it and standing beside *path*."""
        outside = False
        why = "it is not linked"
        try:
            if link and self.library.find_file(target := self.library.resolve(path, link)):
                return target
            why = f"{quote(link)} is not there" if link else why
        except OutsideError:
            outside = True
        beside = self._find_beside(name.rpartition(".")[2], path)
        if beside is not None and link:
            shown = posixpath.basename(beside)
            self.remarks.add(place, f"{quote(link)} is read from {quote(shown)} beside, titled alike")
        elif beside is None and outside:
            self.remarks.add_outside(place, link)
        elif beside is None:
            self.remarks.add(place, f"{quote(name)} is unknown: {why}")
        return beside

    def _find_beside(self, name: str, path: str) -> str | None:
        """Return the page in the same folder that is called and titled *name*."""
        for suffix in (".md", ".mdx"):
            candidate = posixpath.join(posixpath.dirname(path), name.lower() + suffix)
            try:
                if self._load(candidate).title.rpartition(".")[2] == name:
                    return candidate
            except DocumentError:
                continue
        return None

    def respell(self, example: Any, schema: Schema, flavour: Flavour) -> Any:
        """Return an example in wire names; the names of a map are data, and stay."""
        objects = [*self._objects(schema)]
        if isinstance(example, list):
            items = next((inner["items"] for inner in objects if "items" in inner), ANY)
            return [self.respell(inner, items, flavour) for inner in example]
        if not isinstance(example, dict):
            return example
        values = next((inner["additionalProperties"] for inner in objects if "additionalProperties" in inner), None)
        fields: Schema = next((inner["properties"] for inner in objects if "properties" in inner), {})
        if values is not None and not fields:
            return {name: self.respell(inner, values, flavour) for name, inner in example.items()}
        spelled = ((self.names.of(name, wire=flavour.wire).name, inner) for name, inner in example.items())
        return {name: self.respell(inner, fields.get(name, ANY), flavour) for name, inner in spelled}

    def _objects(self, schema: Schema) -> Iterator[Schema]:
        yield self.definitions.resolve(schema)
        for member in schema.get("anyOf", ()):
            yield from self._objects(member)

    def refine(self, schema: Schema, example: Mapping[str, Any]) -> None:
        """Say of fields of unknown type that they are objects where the *example* shows them to be."""
        for inner in self._objects(schema):
            properties = inner.get("properties", {})
            for name, value in example.items():
                if isinstance(value, dict) and name in properties:
                    properties[name] = show_object(properties[name])
                    self.refine(properties[name], value)


def _fields(page: Page) -> list[Row]:
    return [row for row in page.rows or () if row.name not in EXTRA_ROWS]


def _detect(page: Page) -> Flavour:
    """Return the flavour in which all cells of a page can be read; raise `DocumentError` at the first that cannot."""
    spoken = {block.language for block in page.blocks}
    candidates = [flavour for flavour in FLAVOURS if spoken & flavour.languages]
    if not candidates and (others := [OTHER_LANGUAGES[word] for word in spoken if word in OTHER_LANGUAGES]):
        message = f"a page of a {others[0]} SDK; those of TypeScript and Python SDKs are read, and OpenAPI documents"
        raise DocumentError(page.place, message)
    rows = _fields(page)
    shown_by_wire = any("_" in row.name.strip("_") for row in rows)
    candidates = candidates or sorted(FLAVOURS, key=lambda flavour: flavour.wire is not shown_by_wire)
    for row in rows:
        left = [flavour for flavour in candidates if _can_read(flavour, row.cell)]
        if not left:
            raise DocumentError(row.place, _not_understood(row.cell, candidates))
        candidates = left
    return candidates[0]


def _can_read(flavour: Flavour, markdown: str) -> bool:
    try:
        read_cell(flavour, _parse(markdown), lambda *_: UNREAD)
    except NotUnderstoodError:
        return False
    return True


def _parse(markdown: str) -> Cell:
    tokens = read_inline(markdown)
    return parse_cell(tokens[0].children or () if tokens and tokens[0].type == "inline" else tokens)


def _not_understood(cell: str, flavours: list[Flavour]) -> str:
    languages = " or ".join(flavour.name for flavour in flavours)
    return f"the type cell {quote(cell)} is not understood in a page of a {languages} SDK"
