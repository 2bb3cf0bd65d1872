"""The `usage-contract` command: contracts listed, shown, explained, and kept by what was recorded.

Exit status 0: kept; 1: findings that fail; 2: misuse, or nothing was judged.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_usage_contract.api import check_usage
from pytest_usage_contract.audit.exchange_files import RecordedExchange, read_exchanges
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES, find_code
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import format_contract_file, json_schema
from pytest_usage_contract.core.escape import escape
from pytest_usage_contract.core.fields import Field
from pytest_usage_contract.core.finding import Verdict, format_verdict
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.documents import document_commands as documents
from pytest_usage_contract.providers.registry import contracts, contracts_named, find_contract
from pytest_usage_contract.providers.routes import Routes
from pytest_usage_contract.reports.merging import add_merge

EXIT_KEPT, EXIT_BROKEN, EXIT_MISUSE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status; argparse itself exits with 2 on misuse."""
    given = _build_parser().parse_args(arguments)
    try:
        status: int = given.run(given)
    except (ValueError, LookupError, OSError, ImportError) as misuse:
        print(f"usage-contract {given.command}: {misuse}", file=sys.stderr)
        return EXIT_MISUSE
    return status


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="usage-contract", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    listing = commands.add_parser("list", help="the contracts there are")
    listing.set_defaults(run=_run_list)

    show = commands.add_parser("show", help="one contract: its fields, its source, its example")
    show.add_argument("name", metavar="NAME", help="provider/endpoint, the name of a document, or a provider")
    show.add_argument("--json-schema", action="store_true", help="as a contract file: JSON Schema, and all else")
    show.set_defaults(run=_run_show)

    explain = commands.add_parser("explain", help="what the code of a finding means")
    explain.add_argument("code", metavar="CODE", nargs="?", help="one code; without it, all")
    explain.set_defaults(run=_run_explain)

    check = commands.add_parser(
        "check", help="judge what was recorded: JSON, JSON lines, event streams, HAR, cassettes"
    )
    check.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a file, or a folder of files")
    check.add_argument("--contract", metavar="NAME", help="judge under this contract what tells no request")
    check.add_argument("--fail-on", metavar="KINDS", default="schema", help="schema,accounting,drift, or all, or none")
    check.set_defaults(run=_run_check)

    documents.add_import(commands)
    documents.add_diff(commands)
    add_merge(commands)
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
    version = f" {contract.source.version}" if contract.source.version else ""
    lines = [contract.name, f"documented in {contract.source}{version and f' (version{version})'}"]
    lines += [
        f"  {endpoint.method} {host}/{endpoint.path.removeprefix('/')}"
        for endpoint in contract.endpoints
        for host in endpoint.hosts
    ]
    width = max(len(field.path) for field in checker(contract).fields)
    lines += ["fields", *(f"  {field.path:<{width}}  {_describe_field(field)}" for field in checker(contract).fields)]
    if contract.accounting:
        lines += ["accounting", *(f"  {words}" for words in contract.rules)]
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


def _run_check(given: argparse.Namespace) -> int:
    failing = parse_kinds(given.fail_on)
    if given.contract:
        contracts_named(given.contract)
    places, judged, broken = Routes(), 0, 0
    for path in given.paths:
        for recorded in read_exchanges(path):
            found = _judge_exchange(recorded, places, given.contract)
            if found is None:
                continue
            verdict, contract = found
            judged += 1
            broken += verdict.fails(failing)
            if verdict.findings:
                print(format_verdict(verdict, contract, failing=failing, call=escape(recorded.where, 200)), end="\n\n")
    print(f"{judged} judged, {judged - broken} kept, {broken} broken" if judged else "nothing was judged")
    return EXIT_MISUSE if not judged else EXIT_BROKEN if broken else EXIT_KEPT


def _judge_exchange(recorded: RecordedExchange, places: Routes, named: str | None) -> tuple[Verdict, Contract] | None:
    """Judge an exchange by the contract of its request, or else of the name; return None where none covers it."""
    place = places.find(recorded.method, recorded.host, recorded.path)
    if place is None and (recorded.host or named is None):
        return None
    if not 200 <= recorded.status < 300:
        return None
    verdict = check_usage(recorded.body, place.contract if place else named)
    return verdict, find_contract(verdict.contract)
