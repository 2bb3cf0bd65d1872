"""Read a source into a contract file: a page with all that it links to, a schema, an operation, or an SDK's class."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import (
    DECLARED,
    is_contract_file,
    parse_contract,
    read_contract,
    write_contract,
)
from pytest_usage_contract.core.usage_schema import NULL, PERHAPS_NULL, Schema
from pytest_usage_contract.documents.data_files import DataFiles, Spot, parse_pointer
from pytest_usage_contract.documents.document_files import DocumentError, Folder, Position, Remark, Remarks, quote
from pytest_usage_contract.documents.json_schemas import SchemaReader
from pytest_usage_contract.documents.operations import read_operation
from pytest_usage_contract.documents.page_code import find_package
from pytest_usage_contract.documents.pages import PageReader, WireNames, parse_wire_names, to_snake_case
from pytest_usage_contract.documents.sdk_classes import read_class

DATA_SUFFIXES: Final = (".json", ".yaml", ".yml")
PAGE_SUFFIXES: Final = (".md", ".mdx", ".markdown")

CLASS: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", re.ASCII)
"""The name of a class: `openai.types:CompletionUsage`."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A contract file, and the remarks on what in its source could not be read."""

    data: dict[str, Any]
    remarks: tuple[Remark, ...]


class Reading(NamedTuple):
    """What a source says: the *schema* of its usage with all definitions, and what is known of it beside."""

    schema: Schema
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
    if is_contract_file(document):
        told = {"name": name, "endpoint": endpoint, "package": package, "version": version}
        if asked := [word for word, value in told.items() if value]:
            says = f"{str(document)!r} is a contract file, which says its {asked[0]}"
            raise ValueError(f"{says}; what would do is its path alone")
        return ReadDocument(write_contract(read_contract(document)), ())
    remarks = Remarks()
    calls = () if endpoint is None else (parse_endpoint(endpoint),)
    try:
        found = _read(str(document), root, parse_wire_names(wire_names), remarks)
    except RecursionError:
        raise DocumentError(Position(str(document)), "nested too deeply") from None
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", found.document).strip("_")
    source = {
        "document": found.document,
        "package": found.package if package is None else package,
        "version": version or found.version,
        "read": read.isoformat() if read else "",
    }
    declared = {
        "name": name or f"document/{to_snake_case(plain) or 'usage'}",
        "source": {word: value for word, value in source.items() if value},
        "either_spelling": found.either_spelling,
        "endpoints": [*(calls or found.endpoints)],
    }
    return ReadDocument(_write(found, declared, remarks), remarks.listed())


def _read(document: str, root: str | Path | None, names: WireNames, remarks: Remarks) -> Reading:
    path, _, fragment = document.partition("#")
    suffix = posixpath.splitext(path)[1].lower()
    if suffix in PAGE_SUFFIXES and not fragment:
        folder, inner = _open_folder(path, root)
        return _read_page(PageReader(folder, names, remarks), inner)
    if suffix in DATA_SUFFIXES:
        folder, inner = _open_folder(path, root)
        return _read_data(SchemaReader(DataFiles(folder, remarks)), inner, fragment)
    if CLASS.fullmatch(document) and not Path(document).exists():
        found = read_class(document)
        reading = _read_data(SchemaReader(DataFiles(Folder(Path()), remarks, {document: found.schema})), document, "")
        return reading._replace(document=found.name, package=found.package, version=found.version)
    kinds = f"no kind of document that is known: {', '.join((*PAGE_SUFFIXES, *DATA_SUFFIXES))}, and module:Class"
    raise DocumentError(Position(document), "a page has no pointer" if suffix in PAGE_SUFFIXES else kinds)


def _open_folder(path: str, root: str | Path | None) -> tuple[Folder, str]:
    """Return the folder of a document, or *root*, and the document's path there."""
    if root is None:
        return Folder(Path(path).parent), Path(path).name
    try:
        return Folder(Path(root)), Path(path).resolve().relative_to(Path(root).resolve()).as_posix()
    except ValueError:
        raise DocumentError(Position(path), f"not in the root {quote(Path(root).as_posix())}") from None
    except (OSError, RuntimeError) as fault:  # a link that is its own target
        raise DocumentError(Position(path), f"cannot be read ({type(fault).__name__})") from None


def _read_page(reader: PageReader, path: str) -> Reading:
    usage, page, example = reader.read(path)
    return Reading(
        schema={**usage, "$defs": reader.definitions},
        place=page.place,
        document=page.title or Path(path).stem,
        package=find_package(page.blocks),
        example=example,
        either_spelling=bool(reader.doubtful),
    )


def _read_data(reader: SchemaReader, path: str, fragment: str) -> Reading:
    root = reader.files.value_at(Spot(path, ()))
    known: dict[str, Any] = root if isinstance(root, dict) else {}
    about = known["info"] if isinstance(known.get("info"), dict) else {}
    spot = Spot(path, parse_pointer(fragment) if fragment.startswith("/") else ())
    endpoints: list[dict[str, Any]] = []
    if fragment and not fragment.startswith("/"):
        usage, endpoints = read_operation(reader, path, fragment)
    elif not fragment and ("openapi" in known or "paths" in known):
        raise DocumentError(reader.files.locate(spot), _describe_choice(known))
    else:
        usage = reader.read_alternatives(spot)
        if NULL in usage or PERHAPS_NULL in usage:
            endpoints = [{"hosts": [], "path": "", "presence": "nullable"}]  # of no call, yet the usage may be null
    schema = reader.files.value_at(spot)
    objects = {one["$ref"]: reader.definitions[one["$ref"].rpartition("/")[2]] for one in usage if "$ref" in one}
    titles = [one["title"] for one in objects.values() if "title" in one]
    if not titles:
        raise DocumentError(reader.files.locate(spot), "documents no object with fields")
    examples = schema.get("examples")
    version = about.get("version")
    return Reading(
        schema={"anyOf": [{"$ref": one} for one in objects if "title" in objects[one]], "$defs": reader.definitions},
        place=reader.files.locate(spot),
        document=titles[0] if len(titles) == 1 else fragment.rpartition("/")[2] or Path(path).stem,
        package=about["title"] if isinstance(about.get("title"), str) else "",
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


def _write(found: Reading, declared: dict[str, Any], remarks: Remarks) -> dict[str, Any]:
    """Return the contract file, without an example that breaks what the same document promises."""
    data = {DECLARED: declared, **found.schema}
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
    found = re.fullmatch(r"([A-Z]+) +(?:https?://)?([^/ :]+(?::\d+)?)(/[^ ]*[^/ ])/*", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no endpoint; one reads POST host/path")
    return {"method": found[1], "hosts": [found[2]], "path": found[3], "presence": "unknown"}


class DocumentLine(NamedTuple):
    """`contracts/chat.json`, or `docs/Usage.md = acme/chat POST api.acme.example/v1/chat wire_names=snake_case`."""

    document: str
    name: str | None = None
    endpoint: str | None = None
    wire_names: str | None = None

    def read(self, folder: Path) -> Contract:
        """Read the contract of the line, whose path is relative to *folder*; raise `ValueError` or `OSError`."""
        path = folder / self.document
        if self.name is None:
            return read_contract(path)
        document = self.document if CLASS.fullmatch(self.document) and not path.exists() else path
        read = read_document(document, name=self.name, endpoint=self.endpoint, wire_names=self.wire_names)
        return parse_contract(read.data)


def parse_line(line: str) -> DocumentLine:
    """Parse one line; raise `ValueError` if it is none."""
    document, equals, rest = line.partition(" = ")
    if not equals and document.strip().lower().endswith(".json"):
        return DocumentLine(document.strip())
    name, _, options = rest.strip().partition(" ")
    if not (equals and document.strip() and "/" in name):
        raise ValueError(
            f"{line.strip()!r} is no document; a line reads contracts/chat.json, which is a contract file, "
            "or docs/Usage.md = provider/endpoint POST host/path"
        )
    words = options.split()
    spelled = [word.removeprefix("wire_names=") for word in words if word.startswith("wire_names=")]
    call = " ".join(word for word in words if not word.startswith("wire_names="))
    if call:
        parse_endpoint(call)
    return DocumentLine(document.strip(), name, call or None, spelled[0] if spelled else None)
