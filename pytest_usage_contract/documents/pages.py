"""The pages of one SDK's documentation, read into schemas: an object with all that it links to, and its example.

What cannot be read is unknown, and remarked where it is named; it is never guessed.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.core.usage_schema import UNREAD, Schema, any_of, free_key
from pytest_usage_contract.documents.document_files import DocumentError, Folder, OutsideError, Position, Remarks, quote
from pytest_usage_contract.documents.markdown_page import Page, Row, parse_page, read_inline
from pytest_usage_contract.documents.page_code import PYTHON, TYPESCRIPT, CellReader, NotUnderstoodError, read_example

LARGEST_PAGE: Final = 256 * 1024
"""The most bytes of a page; the largest of the known ones has 100,000."""

OTHER_LANGUAGES: Final = {"go": "Go", "php": "PHP", "java": "Java", "ruby": "Ruby", "csharp": "C#"}

INSIDE: Final = ("items", "additionalProperties", "properties")

EXTRA_ROWS: Final = {"additionalProperties", "__pydantic_extra__", "additional_properties"}
"""Rows that allow further fields and are no fields themselves."""


WORD: Final = re.compile(
    r"""[A-Z]+s(?![a-z])         # IDs
      | [A-Z]+\d+(?![a-z])       # B64 of B64JSON
      | [A-Z]+(?![a-z])          # BYOK of IsBYOK, HTTP of HTTPStatus
      | [A-Z]?[a-z]+\d+(?![a-z0-9])  # b64 of b64Json
      | \d+[a-z]*                # 1h of ephemeral1hInputTokens
      | [A-Z]?[a-z]+
    """,
    re.VERBOSE,
)


class WireNames(NamedTuple):
    """Rules for the names on the wire: a *convention*, or nothing if none was given, and *overrides* of it."""

    convention: str = ""
    overrides: Mapping[str, str] = {}

    def of(self, shown: str, *, exact: bool) -> tuple[str, bool]:
        """Return the name on the wire, and whether no other is possible; *exact* says that the page shows it.

        An SDK shows `inputTokens` where the wire has `input_tokens`, or perhaps `inputTokens`.
        """
        if shown in self.overrides or self.convention == "as_shown":
            return self.overrides.get(shown, shown), True
        if exact and not self.convention:
            return shown.removesuffix("_") or shown, True  # the underscore keeps `async_` from being a keyword
        name = to_snake_case(shown)
        return name, name == shown or (self.convention == "snake_case" and not re.search(r"\d", shown))


def parse_wire_names(given: str | Mapping[str, str] | None) -> WireNames:
    """Parse the rules that were asked for: a convention, a table of names, or nothing; raise `ValueError`."""
    table = {"*": given or ""} if given is None or isinstance(given, str) else {"*": "", **given}
    convention = table.pop("*")
    if convention not in ("", "snake_case", "as_shown"):
        raise ValueError(f"{convention!r} is no convention of wire names; there are snake_case and as_shown")
    return WireNames(convention, table)


def to_snake_case(shown: str) -> str:
    """Spell `ephemeral1hInputTokens` as `ephemeral_1h_input_tokens`, `b64Json` as `b64_json`, `IsBYOK` as `is_byok`."""
    head = shown[: len(shown) - len(shown.lstrip("_"))]
    if not re.fullmatch(r"\w+", shown, re.ASCII) or ("_" in shown.strip("_") and shown == shown.lower()):
        return shown
    return head + "_".join(WORD.findall(shown)).lower()


class PageReader:
    """One reading of a document, which fills *remarks*, *definitions* and *doubtful* (names of unsure spelling)."""

    def __init__(self, folder: Folder, names: WireNames, remarks: Remarks) -> None:
        self.folder, self.names, self.remarks = folder, names, remarks
        self.definitions: dict[str, Schema] = {}
        self.doubtful: list[str] = []
        self._pages: dict[str, Page] = {}
        self._keys: dict[str, str] = {}

    def read(self, path: str) -> tuple[Schema, Page, Any]:
        """Return the object on the page at *path*, the page, and its example in wire names, or None.

        Raise `DocumentError` if there is no object.
        """
        page = self._load(path)
        if page.rows is None:
            kind = "an enum" if page.values is not None else "a union; its members have pages of their own"
            raise DocumentError(page.place, f"documents {kind}, where an object is looked for")
        usage, shown = self._read_page(path), read_example(page.blocks, self.remarks)
        example = self._respell(shown, usage, exact=_is_exact(page, linking=False))
        self._refine(usage, example or {})
        if self.doubtful:
            spelled = f"the wire may spell {quote(self.doubtful[0])} so, or {quote(to_snake_case(self.doubtful[0]))}"
            message = f"{spelled}: one spelling throughout is accepted; say which with wire names"
            self.remarks.add(page.place, message)
        return usage, page, example

    def _load(self, path: str) -> Page:
        if path not in self._pages:
            text = self.folder.read_text(path, LARGEST_PAGE)
            page = self._pages[path] = parse_page(self.folder.place(path).path, text)
            page.rows = page.rows and [row for row in page.rows if row.name not in EXTRA_ROWS]
        return self._pages[path]

    def _read_page(self, path: str, *, linking: bool = False) -> Schema:
        """Return a reference to the type on a page; *linking* tells of the page that links here whether it is exact."""
        page = self._load(path)
        if path not in self._keys:
            stem = posixpath.splitext(posixpath.basename(path))[0]
            key = self._keys[path] = free_key(page.title.rpartition(".")[2] or stem, self.definitions)
            self.definitions[key] = UNREAD  # until it is read
            self.definitions[key] = self._read_type(page, path, exact=_is_exact(page, linking=linking))
        elif page.rows is None and self.definitions[self._keys[path]] == UNREAD:
            return UNREAD  # a union that is one of its own members
        return {"$ref": f"#/$defs/{self._keys[path]}"}

    def _read_type(self, page: Page, path: str, *, exact: bool) -> Schema:
        if page.rows is not None:
            return self._read_object(page.rows, path, exact=exact)
        if page.values is not None:
            return {"enum": page.values} if page.values else {"type": "string"}
        members = [self._read_cell(member, page.place, path, exact=exact)[0] for member in page.members or ()]
        return any_of(members) if members else UNREAD

    def _read_object(self, rows: Sequence[Row], path: str, *, exact: bool) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        sounds: dict[str, bool] = {}
        for row in rows:
            name, sure = self.names.of(row.name, exact=exact)
            sound = normalize_name(name)
            if name in properties or (sound in sounds and not (sure and sounds[sound])):
                raise DocumentError(row.place, f"a second field whose name on the wire may be {quote(name)}")
            self.doubtful += [] if sure else [row.name]
            sounds[sound] = sure
            schema, optional = self._read_cell(row.cell, row.place, path, exact=exact)
            if optional and row.required:
                message = f"the field {quote(row.name)} is required, yet its type says optional: optional"
                self.remarks.add(row.place, message)
            required += [name] if row.required and not optional else []
            properties[name] = {**schema, **({"description": row.meaning} if row.meaning else {})}
        return {"type": "object", "properties": properties, "required": required}

    def _read_cell(self, cell: str, place: Position, path: str, *, exact: bool) -> tuple[Schema, bool]:
        def resolve(name: str, link: str) -> Schema:
            target = self._find_target(name, link, place, path)
            return self._read_page(target, linking=exact) if target else UNREAD

        try:
            return CellReader(exact, resolve, {}).read_field(read_inline(cell))
        except NotUnderstoodError:
            message = f"the type cell {quote(cell)} is not understood in a page of a TypeScript or Python SDK"
            raise DocumentError(place, message) from None

    def _find_target(self, name: str, link: str, place: Position, path: str) -> str | None:
        """Return the page of a type: linked, or called after it and standing beside *path*."""
        outside, why = False, f"{quote(link)} is not there" if link else "it is not linked"
        try:
            if link and (target := self.folder.find_target(path, link)):
                return target
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

    def _find_beside(self, title: str, path: str) -> str | None:
        """Return the page in the same folder that is called and titled so."""
        for suffix in (".md", ".mdx"):
            candidate = posixpath.join(posixpath.dirname(path), title.lower() + suffix)
            with suppress(DocumentError):
                if self._load(candidate).title.rpartition(".")[2] == title:
                    return candidate
        return None

    def _respell(self, example: Any, schema: Schema, *, exact: bool) -> Any:
        """Return an example in wire names; the names of a map are data, and stay."""
        nodes = self._nodes(schema)
        inside: list[Schema] = [next((node[word] for node in nodes if word in node), {}) for word in INSIDE]
        items, values, fields = inside
        if isinstance(example, list):
            return [self._respell(inner, items, exact=exact) for inner in example]
        if not isinstance(example, dict):
            return example
        if values and not fields:
            return {name: self._respell(inner, values, exact=exact) for name, inner in example.items()}
        spelled = {self.names.of(name, exact=exact)[0]: inner for name, inner in example.items()}
        return {name: self._respell(inner, fields.get(name, {}), exact=exact) for name, inner in spelled.items()}

    def _nodes(self, schema: Schema) -> list[Schema]:
        """Return the alternatives of a value, each once."""
        nodes, seen = [schema], set()
        for node in nodes:  # grows while it is walked
            if "$ref" in node and node["$ref"] not in seen:
                seen.add(node["$ref"])
                nodes.append(self.definitions[node["$ref"].rpartition("/")[2]])
            nodes += node.get("anyOf", ())
        return nodes

    def _refine(self, schema: Schema, example: Mapping[str, Any]) -> None:
        """Say of fields of unknown type that they are objects where the *example* shows them to be."""
        for node in self._nodes(schema):
            fields = node.get("properties", {})
            for name in fields.keys() & {name for name, value in example.items() if isinstance(value, dict)}:
                fields[name] = _as_object(fields[name])
                self._refine(fields[name], example[name])


def _as_object(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {**schema, "anyOf": [*map(_as_object, schema["anyOf"])]}
    return {**schema, "type": "object", "x-unknown": ["fields"]} if schema.get("x-unknown") == ["type"] else schema


def _is_exact(page: Page, *, linking: bool) -> bool:
    """Tell whether a page shows the names and nulls of the wire, as those of Python SDKs do."""
    spoken = {block.language for block in page.blocks}
    if spoken & {"python", "py"}:
        return True
    if spoken & {"typescript", "ts", "javascript", "js"}:
        return False
    if others := [OTHER_LANGUAGES[word] for word in spoken if word in OTHER_LANGUAGES]:
        message = f"a page of a {others[0]} SDK; those of TypeScript and Python SDKs are read, and OpenAPI documents"
        raise DocumentError(page.place, message)
    cells = [row.cell for row in page.rows or ()]
    if any(map(TYPESCRIPT.search, cells)):
        return False
    return linking or any(map(PYTHON.search, cells)) or any("_" in row.name.strip("_") for row in page.rows or ())
