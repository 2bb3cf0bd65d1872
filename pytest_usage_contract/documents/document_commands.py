"""The commands `usage-contract import` and `usage-contract diff`, to be plugged into the command line."""

import argparse
import posixpath
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_usage_contract.core.contract_file import format_contract_file, write_contract
from pytest_usage_contract.documents.changes import CHANGE_FORMATS, render
from pytest_usage_contract.documents.diff import compare
from pytest_usage_contract.documents.reader import CLASS, DATA_SUFFIXES, PAGE_SUFFIXES, read_document
from pytest_usage_contract.providers.registry import find_contract

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

SUCCESS, FAILURE = 0, 1


def read_argument(argument: str, **options: Any) -> dict[str, Any]:
    """Return the contract file that *argument* means, and print the warnings of a document to the standard error.

    It is a contract file, a document with its fragment, a class of an installed package, or the name of a contract;
    *options* are those of `read_document`. Raise `ValueError`, `LookupError`, `OSError` or `ImportError`.
    """
    file = argument.partition("#")[0]
    known = posixpath.splitext(file)[1].lower() in (*PAGE_SUFFIXES, *DATA_SUFFIXES)
    if not (known or Path(file).is_file() or CLASS.fullmatch(argument)):
        return write_contract(find_contract(argument))
    read = read_document(argument, **options)
    for remark in read.remarks:
        sys.stderr.write(f"warning: {remark}\n")
    return read.data


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


def add_diff(subparsers: "Subparsers") -> None:
    """Declare `diff`; its namespace carries `run`."""
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
    parser.add_argument(
        "--fail-on", choices=("breaking", "any", "none"), default="breaking", help="which changes make it exit with 1"
    )
    parser.add_argument("--format", choices=CHANGE_FORMATS, default="text")
    _add_wire_names(parser)
    parser.set_defaults(run=run_diff)


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
    asked = {word: getattr(given, word) for word in ("name", "endpoint", "package", "version", "root")}
    today = date.today()  # noqa: DTZ011 - the day on this desk
    names = join_wire_names(given.wire_names)
    data = read_argument(given.document, read=given.read or today, wire_names=names, **asked)
    sys.stdout.write(format_contract_file(data))
    return SUCCESS


def run_diff(given: argparse.Namespace) -> int:
    """Print the changes from one contract to the other, and return whether one is among them that fails."""
    names = join_wire_names(given.wire_names)
    changes = compare(*(read_argument(argument, wire_names=names) for argument in (given.old, given.new)))
    if printed := render(changes, given.format):
        sys.stdout.write(f"{printed}\n")
    severities = {change.severity for change in changes}
    failing = {"breaking": {"breaking"} & severities, "any": severities, "none": set()}[given.fail_on]
    return FAILURE if failing else SUCCESS
