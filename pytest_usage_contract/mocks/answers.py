"""The answers of a mock: one usage, in a body or a stream, framed as the provider frames it."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal, get_args

import httpx

from pytest_usage_contract.core.contract import Contract, Endpoint, Framing
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.stream import asks_for_usage, fits
from pytest_usage_contract.core.usage import ABSENT, Absent
from pytest_usage_contract.mocks.aws_messages import make_message
from pytest_usage_contract.payloads.counterexamples import Counterexample, counterexamples
from pytest_usage_contract.payloads.examples import Example, examples

BrokenStream = Literal["no-usage", "null-usage", "cut"]
"""The ways in which real streams fail to tell their usage."""

Streaming = bool | BrokenStream | None
"""True for a stream, a word for a broken one, False for none; None for what the request asks for."""

BROKEN_STREAMS: Final[tuple[str, ...]] = get_args(BrokenStream)

ExampleChoice = str | Example | Counterexample | None
"""An example, or its name; None for the documented one, or else the full one."""

MOCKED: Final = "usage_contract.mocked"
"""The response extension by which capture tells our answers from a server's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: *usages*, and what *earlier* events of a stream tell, by contract; its *stream*, its *status*."""

    usages: Mapping[str, object]
    stream: Streaming = None
    status: int = 200
    earlier: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Tell whether this is an error, with an error body."""
        return not 200 <= self.status < 300


def read_answer(
    contracts: Sequence[Contract],
    *,
    example: ExampleChoice = None,
    stream: Streaming = None,
    status: int = 200,
    usage: Mapping[str, Any] | Absent | None = None,
) -> Answer:
    """Return the answer that these arguments of `usage_mock` ask for.

    Raise `LookupError`, `TypeError` or `ValueError` that say what would do.
    """
    if example is not None and usage is not None:
        raise TypeError("give an example or a usage, not both")
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError(f"status={status!r} is no status of a final response; one is from 200 to 599")
    _check_stream(contracts, stream)
    if usage is not None:
        chosen = _copy_json(usage)
        return Answer({contract.name: chosen for contract in contracts}, stream, status)
    found = {contract.name: _find_example(contract, example) for contract in contracts}
    earlier = {name: one.earlier for name, one in found.items() if isinstance(one, Example) and one.earlier}
    return Answer({name: one.usage for name, one in found.items()}, stream, status, earlier)


def _check_stream(contracts: Sequence[Contract], stream: object) -> None:
    if stream not in (None, True, False, *BROKEN_STREAMS):
        raise ValueError(
            f"stream={stream!r} is no stream; there are True, {', '.join(map(repr, BROKEN_STREAMS))}, or False for none"
        )
    # Of several contracts, those without a stream answer as they do.
    if stream and not any(endpoint.stream for contract in contracts for endpoint in contract.endpoints):
        names = " and ".join(contract.name for contract in contracts)
        raise ValueError(f"{names} {'document' if len(contracts) > 1 else 'documents'} no stream; leave stream out")


def _copy_json(usage: object) -> object:
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


def _find_example(contract: Contract, example: ExampleChoice) -> Example | Counterexample:
    if isinstance(example, Example | Counterexample):
        if example.contract != contract.name:
            raise LookupError(
                f"{example} is an example of {example.contract}, not of {contract}; name {example.contract}"
            )
        return example
    known = examples(contract)
    if example is None:
        return known[0]  # the documented one where there is one, else the full one
    found: dict[str, Example | Counterexample] = {legal.name: legal for legal in known}
    if example not in found:
        found |= {illegal.name: illegal for illegal in counterexamples(contract)}
    if example in found:
        return found[example]
    names = ", ".join(legal.name for legal in known)
    raise LookupError(f"{contract} has no example {example!r} (there are {names}; and its counterexamples)")


def make_response(answer: Answer, contract: str, endpoint: Endpoint, request: bytes) -> httpx.Response:
    """Return *answer* with the usage of a *contract* in place, to a *request* of that body."""
    extensions, usage, earlier = {MOCKED: True}, answer.usages[contract], answer.earlier.get(contract)
    if answer.is_error or endpoint.stream is None or not wants_stream(answer.stream, endpoint, request):
        content = make_error_body(answer.status) if answer.is_error else make_body(endpoint, usage)
        kind = {"content-type": "application/json"}
        return httpx.Response(answer.status, headers=kind, content=content, extensions=extensions)
    if endpoint.stream.asked and not asks_for_usage(endpoint.stream, request):
        usage = ABSENT  # as the provider does
    chunks = make_chunks(endpoint, endpoint.stream, usage, answer.stream, earlier)
    sent = ChunkStream(chunks, cut=answer.stream == "cut")
    kind = {"content-type": media_type(endpoint.stream)}
    return httpx.Response(answer.status, headers=kind, stream=sent, extensions=extensions)


def media_type(framing: Framing) -> str:
    """Return the content type of a stream of *framing*."""
    if framing.messages:
        return "application/vnd.amazon.eventstream"
    return "application/x-ndjson" if framing.lines else "text/event-stream"


def wants_stream(stream: Streaming, endpoint: Endpoint, request: bytes) -> bool:
    """Tell whether to stream: as *stream* says, and else as the request asks for it, or as the endpoint must."""
    if endpoint.stream is None or endpoint.body is None or stream is not None:
        return endpoint.stream is not None and (endpoint.body is None or bool(stream))
    try:
        body = json.loads(request)
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("stream") is True


def make_body(endpoint: Endpoint, usage: object) -> bytes:
    """Return a whole answer with *usage* in place, or with none where it is `ABSENT`."""
    return json.dumps(place_value(endpoint.body or {}, endpoint.at, usage)).encode()


def make_error_body(status: int) -> bytes:
    """Return an error body as all the providers send it."""
    phrases = {member.value: member.phrase for member in HTTPStatus}
    return json.dumps({"error": {"code": status, "message": phrases.get(status, "Error")}}).encode()


def make_chunks(
    endpoint: Endpoint, framing: Framing, usage: object, stream: Streaming, earlier: object = None
) -> tuple[bytes, ...]:
    """Return the server-sent events of a whole stream, or of one that is broken in the way that *stream* says.

    What events before the last tell is *usage*, too, or what they told *earlier*.
    """
    events = list(framing.events) or [_make_terminal_event(endpoint, framing)]
    usage = None if stream == "null-usage" else ABSENT if stream == "no-usage" else usage
    if usage is ABSENT and [] in events[-1].values():
        events.pop()  # it is there for the usage alone
    else:
        places = _usage_places(events, framing)
        for number, place in places:
            told = usage if earlier is None or (number, place) == places[-1] else earlier
            events[number] = place_value(events[number], place, told)
        if stream == "cut":
            del events[places[-1][0] + 1 :]
    chunks = [_make_event(event, framing) for event in events]
    if stream == "cut":
        chunks[-1] = chunks[-1][: len(chunks[-1]) // 2]
    elif framing.done:
        chunks.append(b"data: [DONE]\n\n")
    return tuple(chunks)


def _usage_places(events: Sequence[Mapping[str, Any]], framing: Framing) -> list[tuple[int, str]]:
    """Return the events that carry the usage, and where: those with null in its place, or else the last one.

    Where an event may not carry it, null is null.
    """
    carriers = framing.terminals if framing.carriers is None else (framing.carriers,)
    marked = [
        (number, place)
        for number, event in enumerate(events)
        for place in framing.at
        if fits(event, {place: (None,)}) and any(fits(event, pattern) for pattern in carriers)
    ]
    return marked or [(len(events) - 1, framing.at[-1])]


def _make_event(event: Mapping[str, Any], framing: Framing) -> bytes:
    if framing.messages:
        return make_message(event)
    if framing.lines:
        return f"{json.dumps(event)}\n".encode()
    name = f"event: {event['type']}\n" if framing.named else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def _make_terminal_event(endpoint: Endpoint, framing: Framing) -> Mapping[str, Any]:
    """Return the event that ends a stream, as far as its framing tells."""
    parent = framing.at[-1].rpartition(".")[0]
    whole = endpoint.body or {}
    event = place_value({}, parent, whole) if parent else whole
    for place, values in {**(framing.carriers or {}), **framing.terminals[0]}.items():
        event = place_value(event, place, "stop" if values[0] is ... else values[0])
    return event


class ChunkStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in chunks, for sync and async clients alike; each iteration begins anew.

    Where it is *cut*, the server is gone after the last chunk.
    """

    def __init__(self, chunks: tuple[bytes, ...], *, cut: bool = False) -> None:
        self._chunks, self._cut = chunks, cut

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        if self._cut:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def place_value(body: Mapping[str, Any], place: str, value: object) -> dict[str, Any]:
    """Return a copy of *body* with *value* at a dotted *place*, which may lead through lists (`choices[].usage`)."""
    copy = deepcopy(dict(body))
    if place == TOP:
        return copy | deepcopy(dict(value)) if isinstance(value, Mapping) else copy
    *above, last = place.split(".")
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
