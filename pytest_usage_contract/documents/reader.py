"""Read a document into a contract: one page with all that it links to, or one schema."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.documents import page_examples
from pytest_usage_contract.documents.declarations import build_model
from pytest_usage_contract.documents.document_files import DocumentError, Folder, Library, Position, Remark, quote
from pytest_usage_contract.documents.flavours import find_flavour
from pytest_usage_contract.documents.openapi import DataDocuments, read_schema
from pytest_usage_contract.documents.pages import PageReader
from pytest_usage_contract.documents.schemas import Schemas
from pytest_usage_contract.documents.terms import Model, Nested
from pytest_usage_contract.documents.wire_names import parse_wire_names, to_snake_case

SCHEMA_SUFFIXES: Final = (".json", ".yaml", ".yml")
PAGE_SUFFIXES: Final = (".md", ".mdx", ".markdown")


class ReadDocument(NamedTuple):
    """A contract, and the warnings about what in its document could not be read."""

    contract: Contract
    warnings: tuple[Remark, ...]

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The warnings."""
        return self.warnings

    @property
    def data(self) -> dict[str, Any]:
        """The contract as a contract file."""
        return write_contract(self.contract)


class ReadOptions(NamedTuple):
    """Details about a document that it does not state itself."""

    name: str | None = None
    endpoint: Endpoint | None = None
    package: str | None = None
    version: str = ""
    read: date | None = None
    wire_names: str | Mapping[str, str] | None = None
    flavour: str | None = None


def read_document(  # noqa: PLR0913 - goes with this reader
    path: str | Path,
    *,
    name: str | None = None,
    endpoint: str | Endpoint | None = None,
    root: str | Path | None = None,
    wire_names: str | Mapping[str, str] | None = None,
    pointer: str | None = None,
    package: str | None = None,
    version: str = "",
    read: date | None = None,
) -> ReadDocument:
    """Read the document at *path*, of which a fragment may be the *pointer*: `openapi.yaml#/components/schemas/Usage`.

    *name* is `provider/endpoint`; *endpoint* is `POST host/path`; nothing outside *root*, the document's own folder
    if it is not given, is read. *wire_names* is `snake_case`, `as_shown`, or a table from shown names to wire names.
    Raise `DocumentError` for the document, `ValueError` for an argument, `MissingExtraError` without the parsers.
    """
    call = parse_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    return read_with_options(
        path, ReadOptions(name, call, package, version, read, wire_names), root=root, pointer=pointer
    )


def read_with_options(
    path: str | Path, options: ReadOptions, *, root: str | Path | None = None, pointer: str | None = None
) -> ReadDocument:
    """Read the document at *path*, as `read_document` does, with *options* for all that it does not state."""
    file, _, fragment = str(path).partition("#")
    folder = Path(root) if root is not None else Path(file).parent
    inner = Path(file).name
    if root is not None:
        try:
            inner = Path(file).resolve().relative_to(folder.resolve()).as_posix()
        except ValueError:
            raise DocumentError(
                Position(Path(file).as_posix()), f"not in the root {quote(folder.as_posix())}"
            ) from None
    return read_from(Folder(folder), inner, pointer or fragment or None, options)


def read_from(library: Library, path: str, pointer: str | None, options: ReadOptions) -> ReadDocument:
    """Read the document at *path* in *library*."""
    suffix = posixpath.splitext(path)[1].lower()
    try:
        if suffix in SCHEMA_SUFFIXES:
            return _read_schema(library, path, pointer, options)
        if suffix in PAGE_SUFFIXES and not pointer:
            return _read_pages(library, path, options)
    except RecursionError:
        raise DocumentError(Position(library.display_path(path)), "nested too deeply") from None
    kinds = ", ".join((*PAGE_SUFFIXES, *SCHEMA_SUFFIXES))
    message = "a page has no pointer" if suffix in PAGE_SUFFIXES else f"no kind of document that is known: {kinds}"
    raise DocumentError(Position(library.display_path(path)), message)


def _read_pages(library: Library, path: str, options: ReadOptions) -> ReadDocument:
    reading = PageReader(library, parse_wire_names(options.wire_names))
    model, flavour = reading.read_object_page(path, find_flavour(options.flavour) if options.flavour else None)
    page = reading.load_page(path)
    shown, remark = page_examples.read_example(page)
    remarks = [*reading.remarks, *([remark] if remark else [])]

    def name_of(name: str) -> str:
        return reading.names.of(name, wire=flavour.wire).name

    example = page_examples.respell_example(shown, Nested(model), name_of) if shown is not None else None
    if isinstance(example, dict):
        model = page_examples.refine_by_example(model, example)
    if reading.doubtful:
        first = reading.doubtful[0]
        message = (
            f"the wire may spell {quote(first)} so, or {quote(to_snake_case(first))}: one spelling throughout is "
            "accepted; say which with wire names"
        )
        remarks.append(Remark(page.place, message))
    package = options.package or page_examples.find_package(page) or library.display_path(path)
    source = Source(document=page.title or model.name, package=package, version=options.version, read=options.read)
    contract = _build_contract(model, source, options, options.endpoint, either_spelling=bool(reading.doubtful))
    return _add_example(contract, example, page.place, remarks)


def _read_schema(library: Library, path: str, pointer: str | None, options: ReadOptions) -> ReadDocument:
    schemas = Schemas(library, DataDocuments(library))
    model, spot, endpoint = read_schema(schemas, path, pointer)
    schema = schemas.value_at(spot)
    source = Source(
        document=model.name,
        package=options.package or library.display_path(path),
        version=options.version,
        read=options.read,
    )
    contract = _build_contract(model, source, options, options.endpoint or endpoint, either_spelling=False)
    shown = schema.get("example", next(iter(schema.get("examples") or ()), None)) if isinstance(schema, dict) else None
    return _add_example(contract, shown, schemas.locate(spot), schemas.remarks)


def _build_contract(
    model: Model, source: Source, options: ReadOptions, endpoint: Endpoint | None, *, either_spelling: bool
) -> Contract:
    name = (
        options.name
        or f"document/{to_snake_case(re.sub(r'[^A-Za-z0-9_]+', '_', source.document).strip('_')) or 'usage'}"
    )
    return Contract(
        name=name,
        source=source,
        usage=build_model(model),
        endpoints=(endpoint,) if endpoint else (),
        either_spelling=either_spelling,
    )


def _add_example(contract: Contract, shown: object, place: Position, remarks: list[Remark]) -> ReadDocument:
    """Return the contract with the documented example, unless that breaks what the same document promises."""
    if isinstance(shown, dict):
        try:
            checker(contract).validator.validate_python(shown, strict=True)
            contract = replace(contract, example=shown)
        except ValidationError as fault:
            where = ".".join(map(str, fault.errors()[0]["loc"]))
            remarks.append(Remark(place, f"the example breaks the document at {quote(where)}: it is left out"))
    return ReadDocument(contract, tuple(remarks))


def parse_endpoint(text: str) -> Endpoint:
    """Parse `POST api.acme.example/v1/chat` into an endpoint; raise `ValueError` for anything else."""
    method, _, url = text.strip().partition(" ")
    host, slash, path = url.strip().removeprefix("https://").removeprefix("http://").partition("/")
    if not (re.fullmatch(r"[A-Z]+", method) and host and slash and path) or " " in url.strip():
        raise ValueError(f"{text!r} is no endpoint; one reads POST host/path")
    return Endpoint(path=f"/{path}".rstrip("/"), hosts=(host,), method=method, presence="unknown")
