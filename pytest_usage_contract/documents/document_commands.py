"""The commands `usage-contract import` and `usage-contract diff`, to be plugged into the command line."""

import argparse
import posixpath
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import (
    format_contract_file,
    is_contract_file,
    parse_contract,
    read_contract,
    write_contract,
)
from pytest_usage_contract.documents.changes import CHANGE_FORMATS, Change, render
from pytest_usage_contract.documents.diff import compare
from pytest_usage_contract.documents.reader import CLASS, DATA_SUFFIXES, PAGE_SUFFIXES, read_document
from pytest_usage_contract.providers.registry import find_contract

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

SUCCESS, FAILURE = 0, 1

FAIL_ON: Final = ("breaking", "any", "none")

ContractLookup = Callable[[str], Contract]
"""Finds the contract of a name, or raises `LookupError`."""


def read_argument(argument: str, lookup: ContractLookup = find_contract, **options: Any) -> dict[str, Any]:
    """Return the contract file that *argument* means, and print the warnings of a document to the standard error.

    It is a contract file, a document with its fragment, a class of an installed package, or a name for *lookup*;
    *options* are those of `read_document`. Raise `ValueError`, `LookupError`, `OSError` or `ImportError`.
    """
    file = argument.partition("#")[0]
    known = posixpath.splitext(file)[1].lower() in (*PAGE_SUFFIXES, *DATA_SUFFIXES)
    if is_contract_file(argument):
        if asked := [word for word in ("name", "endpoint", "package", "version") if options.get(word)]:
            raise ValueError(
                f"{argument!r} is a contract file, which says its {asked[0]}; what would do is its path alone"
            )
        return write_contract(read_contract(argument))
    if not (known or Path(file).is_file() or CLASS.fullmatch(argument)):
        return write_contract(lookup(argument))
    read = read_document(argument, **options)
    for remark in read.remarks:
        sys.stderr.write(f"warning: {remark}\n")
    return write_contract(parse_contract(read.data))


def add_import(subparsers: "Subparsers") -> None:
    """Declare `import`; its namespace carries `run`."""
    parser = subparsers.add_parser(
        "import",
        help="print a document as a contract file",
        description="Print a document, or a class of an installed package, as a contract file. "
        'For example: usage-contract import docs/Usage.md --name acme/chat --endpoint "POST api.acme.example/v1/chat"',
    )
    parser.add_argument(
        "document", metavar="DOCUMENT", help="a .md, .mdx, .json or .yaml file, with #/POINTER or #ID, or module:Class"
    )
    parser.add_argument("--name", help="provider/endpoint")
    parser.add_argument("--endpoint", help='"POST host/path"')
    parser.add_argument("--package", help="where the document comes from, if it does not say so")
    parser.add_argument("--version", default="", help="the version of that")
    parser.add_argument("--read", type=date.fromisoformat, metavar="DAY", help="when it was read (default: today)")
    parser.add_argument("--root", help="the folder that links may not leave (default: the document's own)")
    _add_wire_names(parser)
    parser.set_defaults(run=run_import)


def add_diff(subparsers: "Subparsers", lookup: ContractLookup = find_contract) -> None:
    """Declare `diff`; *lookup* finds a contract by its name, or raises `LookupError`."""
    parser = subparsers.add_parser(
        "diff",
        help="what changed for the code that reads the response",
        description="Tell what changed for the code that reads the response. "
        "For example: usage-contract diff openai/chat_completions openai.types:CompletionUsage",
    )
    for side in ("old", "new"):
        parser.add_argument(
            side, metavar=side.upper(), help="the name of a contract, a contract file, a document, or module:Class"
        )
    parser.add_argument("--fail-on", choices=FAIL_ON, default="breaking", help="which changes make it exit with 1")
    parser.add_argument("--format", choices=CHANGE_FORMATS, default="text")
    _add_wire_names(parser)
    parser.set_defaults(run=lambda given: run_diff(given, lookup))


def _add_wire_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wire-names",
        action="append",
        metavar="snake_case|as_shown|SHOWN=WIRE",
        default=[],
        help="how the wire spells the names that an SDK shows, in general or for one name",
    )


def join_wire_names(given: Sequence[str]) -> str | Mapping[str, str] | None:
    """Return the options `--wire-names` as `read_document` takes them."""
    table = dict(one.split("=", 1) for one in given if "=" in one)
    conventions = [one for one in given if "=" not in one]
    if table and conventions:
        table["*"] = conventions[-1]
    return table or (conventions[-1] if conventions else None)


def run_import(given: argparse.Namespace) -> int:
    """Print the contract file; the warnings go to the standard error."""
    data = read_argument(
        given.document,
        name=given.name,
        endpoint=given.endpoint,
        package=given.package,
        version=given.version,
        read=given.read or date.today(),  # noqa: DTZ011 - the day on this desk
        root=given.root,
        wire_names=join_wire_names(given.wire_names),
    )
    sys.stdout.write(format_contract_file(data))
    return SUCCESS


def run_diff(given: argparse.Namespace, lookup: ContractLookup) -> int:
    """Print the changes from one contract to the other."""
    names = join_wire_names(given.wire_names)
    old, new = (read_argument(argument, lookup, wire_names=names) for argument in (given.old, given.new))
    changes = compare(old, new)
    if printed := render(changes, given.format):
        sys.stdout.write(f"{printed}\n")
    return FAILURE if is_failing(changes, given.fail_on) else SUCCESS


def is_failing(changes: Sequence[Change], fail_on: str) -> bool:
    """Tell whether a change is one that fails under `--fail-on`."""
    if fail_on == "breaking":
        return any(change.severity == "breaking" for change in changes)
    return bool(changes) and fail_on == "any"
