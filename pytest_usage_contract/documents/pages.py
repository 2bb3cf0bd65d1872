"""Read pages of one kit of documentation into a model: an object with all that it links to.

What cannot be read is unknown, and remarked where it is named; it is never guessed. A page that was found beside
another because its link leads nowhere is remarked, too.
"""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.documents.document_files import (
    DocumentError,
    Library,
    OutsideError,
    Position,
    Remark,
    normalize_path,
    quote,
    read_text,
    resolve_link,
)
from pytest_usage_contract.documents.flavours import FLAVOURS, UNDERSCORE_FLAVOURS, Flavour, read_cell
from pytest_usage_contract.documents.markdown_pages import read_page
from pytest_usage_contract.documents.page import Page, Row
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    Term,
    either,
    models_in,
)
from pytest_usage_contract.documents.type_cells import Expression, NotUnderstoodError
from pytest_usage_contract.documents.wire_names import WireNames

LARGEST_PAGE: Final = 1024 * 1024
"""The most bytes of a page; the largest of the known ones has 100,000."""

MOST_FIELDS: Final = 2_000
"""The most fields of a contract, counted wherever they stand."""

EXTRA_ROWS: Final = frozenset(
    {"additionalProperties", "AdditionalProperties", "__pydantic_extra__", "additional_properties"}
)
"""Rows that allow further fields and are no fields themselves."""

COUNT_NAMES: Final = re.compile(r"tokens?(_|$)|(^|_)(count|requests)$", re.IGNORECASE)
"""Names of numbers that count something; of others, such as a cost, a fraction is nothing to speak of."""


def refine_count(name: str, term: Term) -> Term:
    """Return *term* as the type of the field *name*: a number is a count if the name says so."""
    match term:
        case Simple("number", sure) if COUNT_NAMES.search(name):
            return Simple("count", sure)
        case OrNull(inner, sure):
            return OrNull(refine_count(name, inner), sure)
        case _:
            return term


@dataclass(slots=True)
class PageReader:
    """One reading of a document, which fills *remarks*, *doubtful* (names of unsure spelling) and *pages*."""

    library: Library
    names: WireNames
    remarks: list[Remark] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    _terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    _sizes: Counter[int] = field(default_factory=Counter)

    def read_object_page(self, path: str, flavour: Flavour | None) -> tuple[Model, Flavour]:
        """Return the object that the page at *path* documents; raise `DocumentError` if there is none."""
        page = self.load_page(path)
        if page.rows is None:
            kind = "an enum" if page.values is not None else "a union; its members have pages of their own"
            raise DocumentError(page.place, f"documents {kind}, where an object is looked for")
        chosen = flavour or detect_flavour(page)
        return self._read_object(page, path, chosen, (path,)), chosen

    def load_page(self, path: str) -> Page:
        """Return the page at *path*; raise `DocumentError` if it cannot be read."""
        if path not in self.pages:
            text = read_text(self.library, path, LARGEST_PAGE)
            if text is None:
                raise DocumentError(Position(self.library.display_path(path)), "there is no such document")
            self.pages[path] = read_page(self.library.display_path(path), text)
        return self.pages[path]

    def _read_object(self, page: Page, path: str, flavour: Flavour, above: tuple[str, ...]) -> Model:
        entries: dict[str, ModelEntry] = {}
        sounds: dict[str, bool] = {}
        for row in page.rows or ():
            if row.name in EXTRA_ROWS:
                continue
            wire = self.names.of(row.name, wire=flavour.wire)
            if not wire.sure:
                self.doubtful.append(row.name)
            sound = normalize_name(wire.name)
            if wire.name in entries or (sound in sounds and not (wire.sure and sounds[sound])):
                raise DocumentError(row.place, f"a second field whose name on the wire may be {quote(wire.name)}")
            sounds[sound] = wire.sure
            entries[wire.name] = self._read_entry(row, wire.name, path, flavour, above)
        model = Model(page.title or posixpath.splitext(posixpath.basename(path))[0], tuple(entries.values()))
        self._check_size(model, page.place)
        return model

    def _check_size(self, model: Model, place: Position) -> None:
        """Refuse a contract in which a few pages, each linked twice, would make a billion fields."""
        inner = (self._sizes[id(found)] for entry in model.entries for found in models_in(entry.term))
        self._sizes[id(model)] = size = len(model.entries) + sum(inner)
        if size > MOST_FIELDS:
            raise DocumentError(place, f"more than {MOST_FIELDS:,} fields, those of nested objects among them")

    def _read_entry(self, row: Row, name: str, path: str, flavour: Flavour, above: tuple[str, ...]) -> ModelEntry:
        def resolve(reference: Expression) -> Term:
            return self._read_reference(reference, row.place, path, flavour, above)

        try:
            cell = read_cell(flavour, row.type, resolve, required=row.required)
        except NotUnderstoodError:
            message = f"type cell {quote(row.cell)} is not understood in a document of {flavour.name}"
            raise DocumentError(row.place, message) from None
        if cell.optional and row.required:
            self._add_remark(
                row.place, f"the field {quote(row.name)} is required, yet its type says optional: optional"
            )
        required = row.required and not cell.optional
        return ModelEntry(name, self._merge_objects(refine_count(name, cell.term), row.place), required, row.meaning)

    def _add_remark(self, place: Position, message: str) -> None:
        self.remarks.append(Remark(place, message))

    def _merge_objects(self, term: Term, place: Position) -> Term:
        """Replace a union of objects by one object of unknown fields: which of them a response has cannot be told."""
        match term:
            case OrNull(inner, sure):
                return OrNull(self._merge_objects(inner, place), sure)
            case ListOf(item):
                return ListOf(self._merge_objects(item, place))
            case MapOf(value):
                return MapOf(self._merge_objects(value, place))
            case Either(members) if sum(isinstance(member, Nested) for member in members) > 1:
                self._add_remark(place, "one of several objects, whose fields are not told apart: they are unknown")
                rest = tuple(member for member in members if not isinstance(member, Nested))
                return either((*rest, Simple("some object")))
            case _:
                return term

    def _read_reference(
        self, reference: Expression, place: Position, path: str, flavour: Flavour, above: tuple[str, ...]
    ) -> Term:
        """Return the type on the page that a reference means; unknown where there is none to be read."""
        target = self._find_target(reference, place, path)
        if target is None:
            return Simple("unread")
        if target in above:
            self._add_remark(place, f"{quote(reference.head)} contains itself: below this point its fields are unknown")
            return Simple("some object")
        key = (target, flavour.name)
        if key not in self._terms:
            self._terms[key] = self._read_target(target, flavour, (*above, target))
        return self._terms[key]

    def _read_target(self, target: str, flavour: Flavour, above: tuple[str, ...]) -> Term:
        page = self.load_page(target)
        if not all(_can_read(flavour, row) for row in page.rows or ()):
            flavour = detect_flavour(page)  # the page that links here could be of several, and this one decides
        if page.rows is not None:
            return Nested(self._read_object(page, target, flavour, above))
        if page.values is not None:
            return Simple("string") if page.open_values or not page.values else Literals(page.values)
        return self._read_union(page, target, flavour, above)

    def _read_union(self, page: Page, path: str, flavour: Flavour, above: tuple[str, ...]) -> Term:
        def resolve(reference: Expression) -> Term:
            return self._read_reference(reference, page.place, path, flavour, above)

        try:
            members = [read_cell(flavour, found, resolve, required=True).term for found in page.alternatives or ()]
        except NotUnderstoodError as fault:
            raise DocumentError(page.place, f"the type {quote(str(fault))} of the union is not understood") from None
        return self._merge_objects(either(tuple(members)), page.place)

    def _find_target(self, reference: Expression, place: Position, path: str) -> str | None:
        """Return the path of the page of a reference: linked, or called after it and standing beside *path*."""
        name = re.split(r"[.\\:]", reference.head)[-1]
        try:
            target = resolve_link(path, reference.link) if reference.link else None
            if target is not None and self.library.read(target) is not None:
                return target
            why = f"{quote(reference.link)} is not there" if reference.link else "it is not linked"
        except OutsideError:
            why = f"{quote(reference.link)} leads out of the folder"
        except OSError:
            why = f"{quote(reference.link)} cannot be read"
        beside = self._find_beside(name, path)
        if beside is None:
            self._add_remark(place, f"{quote(reference.head)} is unknown: {why}")
        elif reference.link:
            self._add_remark(place, f"{why}: read from {quote(posixpath.basename(beside))} beside, titled alike")
        return beside

    def _find_beside(self, name: str, path: str) -> str | None:
        """Return the page in the same folder that is called and titled *name*."""
        for suffix in (".md", ".mdx"):
            candidate = posixpath.join(posixpath.dirname(path), name.lower() + suffix)
            try:
                page = self.load_page(normalize_path(candidate))
            except (DocumentError, OutsideError, OSError):
                continue
            if page.title.rpartition(".")[2] == name:
                return normalize_path(candidate)
        return None


def detect_flavour(page: Page) -> Flavour:
    """Return the flavour in which all cells of a page can be read; raise `DocumentError` at the first that cannot."""
    rows = [row for row in page.rows or () if row.name not in EXTRA_ROWS]
    spoken = {block.language for block in page.examples}
    order = UNDERSCORE_FLAVOURS if any("_" in row.name.strip("_") for row in rows) else FLAVOURS
    candidates = [flavour for flavour in order if spoken & {*flavour.languages}] or [*order]
    for row in rows:
        left = [flavour for flavour in candidates if _can_read(flavour, row)]
        if not left:
            languages = " or ".join(flavour.name for flavour in candidates)
            raise DocumentError(
                row.place, f"type cell {quote(row.cell)} is not understood in a document of {languages}"
            )
        candidates = left
    return candidates[0]


def _can_read(flavour: Flavour, row: Row) -> bool:
    try:
        read_cell(flavour, row.type, lambda _: Simple("unread"), required=row.required)
    except NotUnderstoodError:
        return False
    return True
