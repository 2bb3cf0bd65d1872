"""Read a source into a contract file: a page with all that it links to, a schema, an operation, or an SDK's class."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract_file import DECLARED, parse_contract, write_contract
from pytest_usage_contract.documents.combinations import Spot
from pytest_usage_contract.documents.data_files import DataFiles, parse_pointer
from pytest_usage_contract.documents.library import DocumentError, Library, Position, Remark, Remarks, quote
from pytest_usage_contract.documents.middle import Definitions, Schema, split_null
from pytest_usage_contract.documents.operations import read_operation
from pytest_usage_contract.documents.page_example import find_package, read_example
from pytest_usage_contract.documents.pages import PageReader
from pytest_usage_contract.documents.schemas import SchemaReader
from pytest_usage_contract.documents.sdk_classes import read_class
from pytest_usage_contract.documents.wire_names import WireNames, parse_wire_names, to_snake_case

SCHEMA_SUFFIXES: Final = (".json", ".yaml", ".yml")
PAGE_SUFFIXES: Final = (".md", ".mdx", ".markdown")
CLASS: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", re.ASCII)
"""The name of a class: `openai.types:CompletionUsage`."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A contract file, and the remarks on what in its source could not be read."""

    data: dict[str, Any]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says: the *usage* with its *definitions*, and what is known of it beside."""

    usage: Schema
    definitions: Definitions
    place: Position
    document: str
    package: str = ""
    version: str = ""
    endpoints: tuple[Mapping[str, Any], ...] = ()
    example: Any = None
    either_spelling: bool = False


def read_document(  # noqa: PLR0913 - a source leaves much for its reader to say
    document: str | Path,
    *,
    name: str | None = None,
    endpoint: str | None = None,
    package: str | None = None,
    version: str = "",
    wire_names: str | Mapping[str, str] | None = None,
    root: str | Path | None = None,
    read: date | None = None,
) -> ReadDocument:
    """Read a source into a contract file: `docs/Usage.md`, `openapi.yaml#operationId`, `openai.types:CompletionUsage`.

    A path may end in `#`, and a JSON pointer or the id of an operation; a contract file is given back as it is.
    *name* is `provider/endpoint`, *endpoint* is `POST host/path`. Nothing outside *root*, the document's own folder if
    it is not given, is read. *wire_names* is `snake_case`, `as_shown`, or a table from shown names to wire names.
    *package*, *version* and *read* say where the document comes from, and when. Raise `DocumentError` for the
    document, `ValueError` for an argument, `MissingExtraError` without the parsers.
    """
    remarks = Remarks()
    calls = () if endpoint is None else (parse_endpoint(endpoint),)
    try:
        found = _read(str(document), root, parse_wire_names(wire_names), remarks)
    except RecursionError:
        raise DocumentError(Position(str(document)), "nested too deeply") from None
    if not isinstance(found, Reading):
        return ReadDocument(found, ())
    source = {
        "document": found.document,
        "package": found.package if package is None else package,
        "version": version or found.version,
        "read": read.isoformat() if read else "",
    }
    declared = {
        "name": name or f"document/{_name_after(found.document)}",
        "source": {word: value for word, value in source.items() if value},
        **({"either_spelling": True} if found.either_spelling else {}),
        **({"endpoints": [*(calls or found.endpoints)]} if calls or found.endpoints else {}),
    }
    return ReadDocument(_write(found, declared, remarks), remarks.listed())


def _read(document: str, root: str | Path | None, names: WireNames, remarks: Remarks) -> Reading | dict[str, Any]:
    """Return what a source says, or the contract file that it is."""
    path, _, fragment = document.partition("#")
    suffix = posixpath.splitext(path)[1].lower()
    if suffix in PAGE_SUFFIXES and not fragment:
        library, inner = _open_library(path, root)
        return _read_page(PageReader(library, names, remarks), inner)
    if suffix in SCHEMA_SUFFIXES:
        library, inner = _open_library(path, root)
        files = DataFiles(library)
        given = files.load(inner)
        if isinstance(given, dict) and DECLARED in given and not fragment:
            return given
        return _read_data(SchemaReader(files, remarks), inner, fragment)
    if CLASS.fullmatch(document) and not Path(document).exists():
        return _read_class(document, remarks)
    message = "a page has no pointer" if suffix in PAGE_SUFFIXES else f"no kind of document that is known: {KINDS}"
    raise DocumentError(Position(document), message)


def _name_after(document: str) -> str:
    return to_snake_case(re.sub(r"[^A-Za-z0-9_]+", "_", document).strip("_")) or "usage"


KINDS: Final = f"{', '.join((*PAGE_SUFFIXES, *SCHEMA_SUFFIXES))}, and module:Class"


def _open_library(path: str, root: str | Path | None) -> tuple[Library, str]:
    """Return the library that a document lies in, and its path there."""
    if root is None:
        return Library(Path(path).parent), Path(path).name
    try:
        return Library(Path(root)), Path(path).resolve().relative_to(Path(root).resolve()).as_posix()
    except ValueError:
        raise DocumentError(Position(path), f"not in the root {quote(Path(root).as_posix())}") from None
    except (OSError, RuntimeError) as fault:  # a link that is its own target
        raise DocumentError(Position(path), f"cannot be read ({type(fault).__name__})") from None


def _read_page(reader: PageReader, path: str) -> Reading:
    usage, page, flavour = reader.read(path)
    shown = read_example(page, reader.remarks)
    example = None if shown is None else reader.respell(shown, usage, flavour)
    if example is not None:
        reader.refine(usage, example)
    if reader.doubtful:
        first = reader.doubtful[0]
        message = (
            f"the wire may spell {quote(first)} so, or {quote(to_snake_case(first))}: one spelling throughout is "
            "accepted; say which with wire names"
        )
        reader.remarks.add(page.place, message)
    return Reading(
        usage=usage,
        definitions=reader.definitions,
        place=page.place,
        document=page.title or posixpath.splitext(posixpath.basename(path))[0],
        package=find_package(page),
        example=example,
        either_spelling=bool(reader.doubtful),
    )


def _read_data(reader: SchemaReader, path: str, fragment: str) -> Reading:
    root = reader.value_at(Spot(path, ()))
    known: dict[str, Any] = root if isinstance(root, dict) else {}
    about = known.get("info")
    title, version = (about.get("title"), about.get("version")) if isinstance(about, dict) else (None, None)
    spot = Spot(path, parse_pointer(fragment) if fragment.startswith("/") else ())
    endpoints: list[dict[str, Any]] = []
    if fragment and not fragment.startswith("/"):
        usage, endpoints = read_operation(reader, path, fragment)
    elif not fragment and ("openapi" in known or "paths" in known):
        raise DocumentError(reader.locate(spot), _describe_choice(known))
    else:
        usage = reader.read(spot)
    usage, null = split_null(usage)
    if null is True and not endpoints:
        endpoints = [{"hosts": [], "path": "", "presence": "nullable"}]  # of no call, yet the usage may be null
    objects = [member for member in usage.get("anyOf", [usage]) if "$ref" in member]
    if not objects:
        raise DocumentError(reader.locate(spot), "documents no object with fields")
    schema = reader.value_at(spot)
    examples = schema.get("examples") if isinstance(schema, dict) else None
    title_of = reader.definitions.titles[objects[0]["$ref"].rpartition("/")[2]]
    named = title_of if len(objects) == 1 else fragment.rpartition("/")[2]
    return Reading(
        usage=objects[0] if len(objects) == 1 else {"anyOf": objects},
        definitions=reader.definitions,
        place=reader.locate(spot),
        document=named or posixpath.splitext(posixpath.basename(path))[0],
        package=title if isinstance(title, str) else "",
        version=str(version) if isinstance(version, str | int | float) else "",
        endpoints=tuple(endpoints),
        example=schema.get("example", examples[0] if isinstance(examples, list) and examples else None),
    )


def _describe_choice(root: Mapping[str, Any]) -> str:
    components = root.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    named = [f"#/components/schemas/{name}" for name in schemas or () if "usage" in str(name).lower()]
    hint = f", for example {quote(named[0])}" if named else ""
    return f"an OpenAPI document has many schemas: name one by a pointer or by the id of an operation{hint}"


def _read_class(document: str, remarks: Remarks) -> Reading:
    found = read_class(document)
    reading = _read_data(SchemaReader(DataFiles(Library(Path()), {document: found.schema}), remarks), document, "")
    return Reading(
        usage=reading.usage,
        definitions=reading.definitions,
        place=Position(document),
        document=found.name,
        package=found.package,
        version=found.version,
    )


def _write(found: Reading, declared: dict[str, Any], remarks: Remarks) -> dict[str, Any]:
    """Return the contract file, without an example that breaks what the same document promises."""
    data = {DECLARED: declared, **found.definitions.unfold(found.usage)}
    try:
        contract = parse_contract(data)
        if isinstance(found.example, dict):
            try:
                checker(contract).validator.validate_python(found.example, strict=True)
                contract = parse_contract({**data, "examples": [found.example]})
            except ValidationError as fault:
                where = ".".join(map(str, fault.errors()[0]["loc"]))
                remarks.add(found.place, f"the example breaks the document at {quote(where)}: it is left out")
        return write_contract(contract)
    except ValueError as fault:
        raise DocumentError(found.place, str(fault)) from None


def parse_endpoint(text: str) -> dict[str, Any]:
    """Parse `POST api.acme.example/v1/chat` into an endpoint; raise `ValueError` for anything else."""
    method, _, url = text.strip().partition(" ")
    host, slash, path = url.strip().removeprefix("https://").removeprefix("http://").partition("/")
    if not (re.fullmatch(r"[A-Z]+", method) and host and slash and path) or " " in url.strip():
        raise ValueError(f"{text!r} is no endpoint; one reads POST host/path")
    return {"method": method, "hosts": [host], "path": f"/{path}".rstrip("/"), "presence": "unknown"}
