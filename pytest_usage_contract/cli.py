"""The `usage-contract` command: contracts listed, shown, explained, and kept by what was recorded.

Exit status 0: kept; 1: findings that fail; 2: misuse, or nothing was judged.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from pytest_usage_contract.audit.check_command import add_check, run_check
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES, find_code
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import format_contract_file, json_schema
from pytest_usage_contract.core.fields import Field
from pytest_usage_contract.core.tokens import describe_dialect
from pytest_usage_contract.documents import document_commands as documents
from pytest_usage_contract.project import Project
from pytest_usage_contract.providers.registry import contracts, contracts_named, find_contract
from pytest_usage_contract.providers.sources import add_source
from pytest_usage_contract.reports.merging import add_merge

EXIT_KEPT, EXIT_MISUSE = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status; misuse of its arguments exits with 2 at once."""
    given = _build_parser().parse_args(arguments)
    with ExitStack() as project:
        try:
            given.project = Project(Path.cwd(), getattr(given, "contracts", None) or ())
            project.callback(add_source(given.project.bring))
            status: int = given.run(given)
        except (ValueError, LookupError, OSError, ImportError) as misuse:
            print(f"usage-contract {given.command}: {misuse}", file=sys.stderr)
            status = EXIT_MISUSE
    return status


class _Parser(argparse.ArgumentParser):
    """Tells of misuse in one line, as the commands do themselves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_MISUSE, f"{self.prog}: {message}; `{self.prog} --help` tells what would do\n")


def _build_parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(prog="usage-contract", description=__doc__)
    parser.add_argument("--version", action="version", version=f"usage-contract {version('pytest-usage-contract')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    listing = commands.add_parser(
        "list",
        help="the contracts there are",
        description="List the contracts there are, each with the source where its promise was read.",
        epilog="example: usage-contract list",
    )
    listing.set_defaults(run=_run_list)

    show = commands.add_parser(
        "show",
        help="one contract: its fields, its source, its example",
        description="Show a contract: where it is served, its fields, its accounting, its documented example.",
        epilog="example: usage-contract show openrouter/alpha_responses",
    )
    show.add_argument("name", metavar="NAME", help="provider/endpoint, the name of a document, or a provider")
    show.add_argument("--json-schema", action="store_true", help="as a contract file: JSON Schema, and all else")
    show.set_defaults(run=_run_show)

    explain = commands.add_parser(
        "explain",
        help="what the code of a finding means",
        description="Say what the code of a finding means, with an example, the usual cause, and what to do.",
        epilog="example: usage-contract explain wrong-type",
    )
    explain.add_argument("code", metavar="CODE", nargs="?", help="one code; without it, all")
    explain.set_defaults(run=_run_explain)

    add_check(commands).set_defaults(run=lambda given: run_check(given, given.project))
    documents.add_import(commands)
    documents.add_diff(commands)
    add_merge(commands)
    for name in ("list", "show", "check", "diff"):
        commands.choices[name].add_argument(
            "--contracts",
            metavar="MODULE",
            action="append",
            help="a module, or its file, that brings contracts of your own (repeatable)",
        )
    return parser


def _run_list(_: argparse.Namespace) -> int:
    width = max(len(contract.name) for contract in contracts())
    for contract in contracts():
        print(f"{contract.name:<{width}}  {contract.source}")
    return EXIT_KEPT


def _run_show(given: argparse.Namespace) -> int:
    shown = [find_contract(given.name)] if given.json_schema else contracts_named(given.name)
    if given.json_schema:
        print(format_contract_file(json_schema(shown[0])), end="")
    else:
        print("\n\n".join("\n".join(_describe_contract(contract)) for contract in shown))
    return EXIT_KEPT


def _describe_contract(contract: Contract) -> list[str]:
    lines = [contract.name, f"documented in {contract.source}"]
    lines += [
        f"  {endpoint.method} {host}/{endpoint.path.removeprefix('/')}"
        for endpoint in contract.endpoints
        for host in endpoint.hosts
    ]
    width = max(len(field.path) for field in checker(contract).fields)
    lines += ["fields", *(f"  {field.path:<{width}}  {_describe_field(field)}" for field in checker(contract).fields)]
    if contract.accounting:
        lines += ["accounting", *(f"  {words}" for words in contract.rules)]
    if told := [*describe_dialect(contract.dialect, contract.accounting)]:
        lines += ["tokens", *(f"  {name:<14}  {where}" for name, where in told)]
    if contract.example is not None:
        lines += ["documented example", f"  {json.dumps(contract.example)}"]
    if contract.either_spelling:
        lines.append("names may be spelled as on the wire or as an SDK shows them, in one way throughout")
    return lines + ([f"erratum: {contract.erratum}"] if contract.erratum else [])


def _describe_field(field: Field) -> str:
    needs = "required" if field.required else "may be absent"
    null = ", may be null" if field.nullable and "null" not in field.unknown else ""
    unknown = f", not said: {', '.join(field.unknown)}" if field.unknown else ""
    return f"{field.type:<7}  {needs}{null}{unknown}{'  ' + field.meaning if field.meaning else ''}"


def _run_explain(given: argparse.Namespace) -> int:
    for code in CODES.values() if given.code is None else (find_code(given.code),):
        print(f"{code.name} ({code.kind}): {code.meaning}")
    if given.code is not None:
        print(f"  example  {code.example}\n  cause    {code.cause}\n  remedy   {code.remedy}\n  page     {code.docs}")
    return EXIT_KEPT
