"""The commands `usage-contract import` and `usage-contract diff`, to be plugged into the command line."""

import argparse
import posixpath
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.documents.changes import CHANGE_FORMATS, Change, render
from pytest_usage_contract.documents.contract_module import module_source
from pytest_usage_contract.documents.diff import compare
from pytest_usage_contract.documents.document_files import Revision
from pytest_usage_contract.documents.flavours import FLAVOURS
from pytest_usage_contract.documents.parsers import MissingExtraError
from pytest_usage_contract.documents.reader import (
    PAGE_SUFFIXES,
    SCHEMA_SUFFIXES,
    ReadDocument,
    ReadOptions,
    parse_endpoint,
    read_from,
    read_with_options,
)
from pytest_usage_contract.providers.registry import find_contract

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

SUCCESS, FAILURE, MISUSE = 0, 1, 2

FAIL_ON: Final = ("breaking", "any", "none")

ContractLookup = Callable[[str], Contract]
"""Finds the contract of a name, or raises `LookupError`."""


def resolve_argument(
    argument: str, lookup: ContractLookup = find_contract, options: ReadOptions | None = None
) -> ReadDocument:
    """Return the contract that *argument* means: a file first, then `REV:path`, then a name for *lookup*.

    Raise `DocumentError`, or what *lookup* raises.
    """
    options = options or ReadOptions()
    file, _, pointer = argument.partition("#")
    if Path(file).is_file():
        return read_with_options(argument, options)
    suffix = posixpath.splitext(file)[1].lower()
    revision, colon, path = file.partition(":")
    if suffix not in (*PAGE_SUFFIXES, *SCHEMA_SUFFIXES):
        return ReadDocument(lookup(argument), ())
    if not colon:
        return read_with_options(argument, options)  # which says that it is not there
    folder, name = posixpath.split(path.removeprefix("./"))
    return read_from(Revision(revision, folder), name, pointer or None, options)


def add_import(subparsers: "Subparsers") -> None:
    """Declare `import`; its namespace carries `run`."""
    parser = subparsers.add_parser("import", help="print a document as a contract's module")
    parser.add_argument("document", metavar="DOCUMENT", help="a .md, .mdx, .json or .yaml file, with #POINTER or #ID")
    parser.add_argument("--name", help="provider/endpoint")
    parser.add_argument("--endpoint", help='"POST host/path"')
    parser.add_argument("--package", help="where the document comes from, if it does not say so")
    parser.add_argument("--version", default="", help="the version of that")
    parser.add_argument("--root", help="the folder that links may not leave (default: the document's own)")
    _add_reading(parser)
    parser.set_defaults(run=run_import)


def add_diff(subparsers: "Subparsers", lookup: ContractLookup = find_contract) -> None:
    """Declare `diff`; *lookup* finds a contract by its name, or raises `LookupError`."""
    parser = subparsers.add_parser("diff", help="what changed for the code that reads the response")
    for side in ("old", "new"):
        parser.add_argument(side, metavar=side.upper(), help="a document, REV:document, or the name of a contract")
    parser.add_argument("--fail-on", choices=FAIL_ON, default="breaking", help="which changes make it exit with 1")
    parser.add_argument("--format", choices=CHANGE_FORMATS, default="text")
    _add_reading(parser)
    parser.set_defaults(run=lambda given: run_diff(given, lookup))


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wire-names",
        action="append",
        metavar="snake_case|as_shown|SHOWN=WIRE",
        default=[],
        help="how the wire spells the names that an SDK shows, in general or for one name",
    )
    parser.add_argument("--flavour", choices=[flavour.name for flavour in FLAVOURS], help="the language of a page")


def join_wire_names(given: Sequence[str]) -> str | Mapping[str, str] | None:
    """Return the options `--wire-names` as `read_document` takes them."""
    table = dict(one.split("=", 1) for one in given if "=" in one)
    conventions = [one for one in given if "=" not in one]
    if table and conventions:
        table["*"] = conventions[-1]
    return table or (conventions[-1] if conventions else None)


def run_import(given: argparse.Namespace) -> int:
    """Print the module; the warnings go to the standard error."""
    try:
        options = ReadOptions(
            name=given.name,
            endpoint=parse_endpoint(given.endpoint) if given.endpoint else None,
            package=given.package,
            version=given.version,
            read=date.today(),  # noqa: DTZ011 - the day on this desk
            wire_names=join_wire_names(given.wire_names),
            flavour=given.flavour,
        )
        read = read_with_options(given.document, options, root=given.root)
        printed = module_source(read.contract)
    except (ValueError, OSError, MissingExtraError) as fault:
        return _report_misuse(fault)
    _print_warnings(read)
    sys.stdout.write(printed)
    return SUCCESS


def run_diff(given: argparse.Namespace, lookup: ContractLookup) -> int:
    """Print the changes from one contract to the other."""
    options = ReadOptions(wire_names=join_wire_names(given.wire_names), flavour=given.flavour)
    try:
        old, new = (resolve_argument(argument, lookup, options) for argument in (given.old, given.new))
        changes = compare(old.contract, new.contract)
    except (ValueError, LookupError, OSError, MissingExtraError) as fault:
        return _report_misuse(fault)
    _print_warnings(old)
    _print_warnings(new)
    if printed := render(changes, given.format):
        sys.stdout.write(f"{printed}\n")
    return FAILURE if is_failing(changes, given.fail_on) else SUCCESS


def is_failing(changes: Sequence[Change], fail_on: str) -> bool:
    """Tell whether a change is one that fails under `--fail-on`."""
    if fail_on == "breaking":
        return any(change.severity == "breaking" for change in changes)
    return bool(changes) and fail_on == "any"


def _print_warnings(read: ReadDocument) -> None:
    for remark in read.warnings:
        sys.stderr.write(f"warning: {remark}\n")


def _report_misuse(fault: Exception) -> int:
    message = fault.args[0] if isinstance(fault, LookupError) and fault.args else fault
    sys.stderr.write(f"error: {message}\n")
    return MISUSE
