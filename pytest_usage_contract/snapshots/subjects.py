"""What stands on the other side of `==`: one response or several, and the contract that their usages fall under.

A list is several responses if each of its items is a whole response by itself; else it is what `check_usage`
takes a list for, the events of one stream.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_usage_contract import judging
from pytest_usage_contract.contracts import contracts
from pytest_usage_contract.core.body import NotJson, read
from pytest_usage_contract.core.check import is_stream
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.message import finding_lines
from pytest_usage_contract.core.spelling import squashed
from pytest_usage_contract.core.sse import payloads
from pytest_usage_contract.core.subject import Subject, body_of, dump, read_subject
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
    read_ones = [_read(item, contract) for item in items]
    first = read_ones[0][0]
    usages: list[Mapping[str, object]] = []
    for number, (judged_under, verdict) in enumerate(read_ones, 1):
        if judged_under.name != first.name:
            raise LookupError(f"responses of {first} and of {judged_under} cannot share a snapshot")
        usage = verdict.wire
        if not isinstance(usage, dict):
            which = f"response {number} of {len(items)}" if len(items) > 1 else "the response"
            raise UsageSnapshotError("\n".join((f"{which} has no usage", *finding_lines(verdict.findings))))
        usages.append(usage)
    return Usages(first, tuple(usages), next((verdict.note for _, verdict in read_ones if verdict.note), ""))


def _several(response: object) -> bool:
    return isinstance(response, list | tuple) and bool(response) and all(map(_whole, response))


def _whole(item: object) -> bool:
    """Whether an item of a list is a response by itself, rather than an event or a chunk of a stream."""
    match item:
        case bytes() | str():
            return item.lstrip()[:1] in (b"{", "{")
        case list() | tuple():
            return True
        case Mapping():
            return isinstance(item.get("usage"), Mapping)
        case _:
            return _is_response(item)


def _is_response(item: object) -> bool:
    if body_of(item) is not None:
        return True
    dumped = dump(item)
    return isinstance(dumped, dict) and isinstance(dumped.get("usage"), dict)


def _read(response: object, contract: str | Contract | None) -> tuple[Contract, Verdict]:
    """Read as `check_usage` does, but without its note that the test has judged: a snapshot judges nothing.

    So the gate still judges an exchange that was compared.
    """
    run = judging._runs[-1] if judging._runs else None
    seen = run.recall(response) if run else None
    subject = Subject("bytes", seen.body) if seen else read_subject(response)
    place = (seen.place if seen else None) or judging._place_of(response)
    by_shape = contract is None and place is None
    settled = _by_shape(subject) if by_shape else judging._settled(contract, subject, place)
    return settled, judging._verdict(settled, subject, place, demand=True)


def _by_shape(subject: Subject) -> Contract:
    """The contract that documents the most of the names in a usage; raises `LookupError` unless there is one."""
    names = {squashed(name) for usage in _usages(_decoded(subject)) for name in _names(usage)}
    fitting = {one: len(names & {squashed(field.name) for field in one.fields}) for one in contracts()}
    best = max(fitting.values())
    found = [one for one, number in fitting.items() if number == best]
    if best and len(found) == 1:
        return found[0]
    fits = f"its usage fits {' and '.join(map(str, found))} alike" if best else "its usage fits no contract"
    raise LookupError(f"this response has no URL that a contract covers, and {fits}; say usage_snapshot(contract=…)")


def _decoded(subject: Subject) -> Iterator[object]:
    if subject.form == "value":
        yield subject.content
        return
    content = subject.content
    if isinstance(content, bytes):
        content = payloads((content,)) if is_stream(content) else (content,)
    for item in content:  # type: ignore[attr-defined]  # events, or the one body
        try:
            yield read(item) if isinstance(item, bytes) else item
        except NotJson:
            continue


def _usages(bodies: Iterator[object]) -> Iterator[Mapping[str, object]]:
    """Where a usage may stand: at the top, as OpenRouter's events have it in `response`, or bare."""
    for body in bodies:
        if isinstance(body, Mapping):
            inner = body.get("response")
            usage = body.get("usage", inner.get("usage") if isinstance(inner, Mapping) else body)
            if isinstance(usage, Mapping):
                yield usage


def _names(usage: Mapping[str, object]) -> Iterator[str]:
    for name, value in usage.items():
        yield name
        if isinstance(value, Mapping):
            yield from map(str, value)
