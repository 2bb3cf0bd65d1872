"""What a mock answers: which usage, in which body or stream, framed as the provider frames it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal, get_args

from pytest_usage_contract.core.contract import Contract, Endpoint, Framing
from pytest_usage_contract.core.usage import ABSENT, Absent
from pytest_usage_contract.payloads.counterexamples import Counterexample, counterexamples
from pytest_usage_contract.payloads.examples import Example, examples

BrokenStream = Literal["no-usage", "null-usage", "cut"]
"""The ways in which real streams fail to tell their usage."""

Streaming = bool | BrokenStream | None
"""Whether to stream, and how; None for what the request asks for."""

BROKEN: Final[tuple[str, ...]] = get_args(BrokenStream)

Choice = str | Example | Counterexample | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a mock: *usages* by contract, *stream* as `usage_mock` takes it, and the *status*."""

    usages: Mapping[str, object]
    stream: Streaming = None
    status: int = 200

    @property
    def failed(self) -> bool:
        """Whether this is an error, with an error body."""
        return not 200 <= self.status < 300


def read_answer(
    contracts: Sequence[Contract],
    *,
    example: Choice = None,
    stream: Streaming = None,
    status: int = 200,
    usage: Mapping[str, Any] | Absent | None = None,
) -> Answer:
    """Read what `usage_mock` was told; raises `LookupError`, `TypeError` or `ValueError` that say what would do."""
    if example is not None and usage is not None:
        raise TypeError("give an example or a usage, not both")
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError(f"status={status!r} is no status of a final response; one is from 200 to 599")
    _check_stream(contracts, stream)
    if usage is not None:
        chosen = _readable(usage)
        return Answer({contract.name: chosen for contract in contracts}, stream, status)
    return Answer({contract.name: _usage(contract, example) for contract in contracts}, stream, status)


def _check_stream(contracts: Sequence[Contract], stream: object) -> None:
    if stream not in (None, True, False, *BROKEN):
        raise ValueError(
            f"stream={stream!r} is no stream; there are True, {', '.join(map(repr, BROKEN))}, or False for none"
        )
    without = [contract.name for contract in contracts if not any(endpoint.stream for endpoint in contract.endpoints)]
    if stream and without:
        having = [contract.name for contract in contracts if contract.name not in without]
        instead = f"name {' or '.join(having)}" if having else "leave stream out"
        verb = "document" if len(without) > 1 else "documents"
        raise ValueError(f"{' and '.join(without)} {verb} no stream; {instead}")


def _readable(usage: object) -> object:
    if usage is ABSENT:
        return usage
    if not isinstance(usage, Mapping):
        raise TypeError(
            f"usage={usage!r:.60} is no mapping of wire names to JSON values; model_dump() makes one of an SDK's object"
        )
    try:
        return json.loads(json.dumps(dict(usage)))
    except (TypeError, ValueError, RecursionError) as refusal:
        raise TypeError(
            f"the usage to answer with is not JSON: {refusal}; give numbers, text, null, lists and dicts"
        ) from None


def _usage(contract: Contract, example: Choice) -> object:
    if isinstance(example, Example | Counterexample):
        if example.contract != contract.name:
            raise LookupError(
                f"{example} is an example of {example.contract}, not of {contract}; name {example.contract}"
            )
        return example.usage
    known = examples(contract)
    if example is None:
        return known[0].usage  # the documented one where there is one, else the full one
    usages = {legal.name: legal.usage for legal in known}
    if example not in usages:
        usages |= {illegal.name: illegal.usage for illegal in counterexamples(contract)}
    if example in usages:
        return usages[example]
    names = ", ".join(legal.name for legal in known)
    raise LookupError(f"{contract} has no example {example!r} (there are {names}; and its counterexamples)")


def wants_stream(stream: Streaming, endpoint: Endpoint, request: bytes) -> bool:
    """Whether to stream: as told, and else as the request asks for it, or as the endpoint must."""
    if endpoint.stream is None or endpoint.body is None or stream is not None:
        return endpoint.stream is not None and (endpoint.body is None or bool(stream))
    try:
        asked = json.loads(request)
    except ValueError:
        return False
    return isinstance(asked, dict) and asked.get("stream") is True


def make_body(endpoint: Endpoint, usage: object) -> bytes:
    """A whole answer with *usage* in place, or with none where it is `ABSENT`."""
    return json.dumps(with_usage_at(endpoint.body or {}, endpoint.at, usage)).encode()


def make_error_body(status: int) -> bytes:
    """An error as all the providers send it."""
    known = {member.value: member.phrase for member in HTTPStatus}
    return json.dumps({"error": {"code": status, "message": known.get(status, "Error")}}).encode()


def make_chunks(endpoint: Endpoint, framing: Framing, usage: object, stream: Streaming) -> tuple[bytes, ...]:
    """The server-sent events of a whole stream, or of one that is broken in the way that *stream* says."""
    events = list(framing.events) or [_terminal(endpoint, framing)]
    place = framing.at[-1]
    if stream == "null-usage":
        usage = None
    if stream == "no-usage" and any([] in values for values in framing.terminal.values()):
        events.pop()  # it is there for the usage alone
    else:
        events[-1] = with_usage_at(events[-1], place, ABSENT if stream == "no-usage" else usage)
    framed = [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]
    if stream == "cut":
        framed[-1] = framed[-1][: len(framed[-1]) // 2]
    elif framing.done:
        framed.append(b"data: [DONE]\n\n")
    return tuple(framed)


def _terminal(endpoint: Endpoint, framing: Framing) -> Mapping[str, Any]:
    """The event that ends a stream, as far as its framing tells."""
    parent = framing.at[-1].rpartition(".")[0]
    whole = endpoint.body or {}
    event = with_usage_at({}, parent, whole) if parent else whole
    for place, values in {**(framing.carriers or {}), **framing.terminal}.items():
        event = with_usage_at(event, place, "stop" if values[0] is ... else values[0])
    return event


def with_usage_at(body: Mapping[str, Any], place: str, value: object) -> dict[str, Any]:
    """A copy of *body* with *value* at a dotted *place*, which may lead through lists (`choices[].usage`)."""
    copy = deepcopy(dict(body))
    *above, last = _steps(place)
    here: Any = copy
    for step in above:
        inner = here.get(step.removesuffix("[]"))
        if not inner:
            inner = here[step.removesuffix("[]")] = [{}] if step.endswith("[]") else {}
        here = inner[0] if step.endswith("[]") else inner
    here.pop(last, None)
    if value is not ABSENT:
        here[last] = deepcopy(value)
    return copy


def _steps(place: str) -> Iterable[str]:
    return place.split(".")
