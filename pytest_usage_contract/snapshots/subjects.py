"""What stands on the other side of `==`: one response or several, and the contract that their usages fall under.

A list is several responses if each of its items is a whole response by itself; else it is what `check_usage`
takes a list for, the events of one stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.message import format_findings
from pytest_usage_contract.core.response import dump_object, read_body
from pytest_usage_contract.judgement import judge
from pytest_usage_contract.snapshots import UsageSnapshotError


@dataclass(frozen=True, slots=True)
class Usages:
    """The *usages* of the responses, as they were on the wire, all under one *contract*; *note* is what they lack."""

    contract: Contract
    usages: tuple[Mapping[str, object], ...]
    note: str = ""


def read_usages(response: object, contract: str | Contract | None) -> Usages:
    """Read one response, or a list of several.

    Raises `UsageSnapshotError` for a response without usage, `LookupError` where it is not clear which contract
    is meant, and `TypeError` for what is no response.
    """
    items = list(response) if _several(response) else [response]  # type: ignore[call-overload]  # it is a list then
    # A look is no judgement: the gate still judges an exchange that was compared.
    looks = [judge(item, contract, demand=True, by_names=True) for item in items]
    first = looks[0].contract
    usages: list[Mapping[str, object]] = []
    for number, (judged_under, verdict, _) in enumerate(looks, 1):
        if judged_under.name != first.name:
            raise LookupError(f"responses of {first} and of {judged_under} cannot share a snapshot")
        usage = verdict.wire
        if not isinstance(usage, dict):
            which = f"response {number} of {len(items)}" if len(items) > 1 else "the response"
            raise UsageSnapshotError("\n".join((f"{which} has no usage", *format_findings(verdict.findings))))
        usages.append(usage)
    return Usages(first, tuple(usages), next((looked.verdict.note for looked in looks if looked.verdict.note), ""))


def _several(response: object) -> bool:
    return isinstance(response, list | tuple) and bool(response) and all(map(_whole, response))


def _whole(item: object) -> bool:
    """Whether an item of a list is a response by itself, rather than an event or a chunk of a stream."""
    match item:
        case str():
            return item.lstrip().startswith("{")
        case bytes():
            return item.lstrip().startswith(b"{")
        case list() | tuple():
            return True
        case Mapping():
            return isinstance(item.get("usage"), Mapping)
        case _:
            return _is_response(item)


def _is_response(item: object) -> bool:
    if read_body(item) is not None:
        return True
    dumped = dump_object(item)
    return isinstance(dumped, dict) and isinstance(dumped.get("usage"), dict)
