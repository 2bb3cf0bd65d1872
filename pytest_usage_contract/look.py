"""How a response is looked at: read, led back to what was captured of it, settled under a contract, and judged."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from pytest_usage_contract.contracts import contracts, meant_by, the_one
from pytest_usage_contract.contracts.places import Place, Places, documented_places
from pytest_usage_contract.core.body import NotJson, read
from pytest_usage_contract.core.check import check_bytes, check_events, check_value, is_stream
from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.spelling import squashed
from pytest_usage_contract.core.sse import payloads
from pytest_usage_contract.core.subject import Subject, read_subject


class Seen(Protocol):
    """An exchange that a run has captured, with the bytes and the place it is known by."""

    body: bytes
    place: Place | None


class Run(Protocol):
    """What a run under pytest adds to judging: what it captured, what it was told, and that a test has judged."""

    @property
    def places(self) -> Places:
        """Where contracts are served, gateways and test servers included."""

    def recall(self, response: object) -> Seen | None:
        """The exchange of the running test that *response*, or an SDK's object, came from."""

    def judged(self, seen: Seen | None) -> None:
        """Note that the test itself has judged, so that it has the last word."""

    def policy(self) -> tuple[Kind, ...]:
        """The kinds that fail in the running test."""


_runs: list[Run] = []
"""The run that is under way, if any, is the last: a run started inside another's test comes on top."""


def enter(run: Run) -> None:
    """Let *run* add what it knows to every judgement until it leaves."""
    _runs.append(run)


def leave(run: Run) -> None:
    """The end of what `enter` began."""
    if run in _runs:
        _runs.remove(run)


def current() -> Run | None:
    """The run that is under way."""
    return _runs[-1] if _runs else None


class Look(NamedTuple):
    """What came of a look: the *verdict* under a *contract*, and what was *seen* of the response on the wire."""

    contract: Contract
    verdict: Verdict
    seen: Seen | None


def look(
    response: object, name: "str | Contract | None" = None, *, demand: bool = False, by_names: bool = False
) -> Look:
    """Look at *response* under the contract that *name* means, or else its URL, or, if *by_names*, its usage.

    Raises `LookupError` where that settles no contract, `TypeError` for what is no response.
    """
    run = current()
    seen = run.recall(response) if run else None
    subject = Subject("bytes", seen.body) if seen else read_subject(response)
    place = seen.place if seen else None
    candidates = () if name is None else (name,) if isinstance(name, Contract) else meant_by(name)
    if len(candidates) == 1:
        contract = candidates[0]
    else:
        place = place or _place_of(response)
        contract = _settled(name, candidates, subject, place, by_names=by_names)
    verdict = _verdict(contract, subject, place, demand=demand)
    if verdict.findings and place is None and (place := _place_of(response)) is not None:
        # Only where something is wrong does it matter which endpoint has promised what.
        verdict = _verdict(contract, subject, place, demand=demand)
    return Look(contract, verdict, seen)


def _verdict(contract: Contract, subject: Subject, place: Place | None, *, demand: bool) -> Verdict:
    endpoint = place.endpoint if place and place.contract is contract else None
    content, either, note = subject.content, subject.either_spelling, subject.note
    if subject.form == "bytes":
        return check_bytes(contract, content, endpoint=endpoint, demand=demand, note=note)  # type: ignore[arg-type]
    if subject.form == "events":
        return check_events(
            contract,
            content,  # type: ignore[arg-type]  # the form says that they are events
            endpoint=endpoint,
            demand=demand,
            either_spelling=either,
            note=note,
        )
    if isinstance(content, dict) and "usage" not in content:
        if {squashed(name) for name in content} & {squashed(name) for name in contract.shape.fields}:
            return judge(contract, content, either_spelling=either, note=note)
        if any(place.stream and place.stream.at[0].partition(".")[0] in content for place in contract.endpoints):
            return check_events(contract, (content,), demand=demand, either_spelling=either, note=note)
    return check_value(contract, content, endpoint=endpoint, demand=demand, either_spelling=either, note=note)


def _settled(
    name: "str | Contract | None",
    candidates: tuple[Contract, ...],
    subject: Subject,
    place: Place | None,
    *,
    by_names: bool,
) -> Contract:
    """The contract that serves the place of the response, or else documents the most of the names in its usage."""
    if place is not None and (name is None or place.contract in candidates):
        return place.contract
    if name is None and not by_names:
        raise LookupError("this response tells no URL that a contract covers; name the contract to judge it under")
    there = {squashed(known) for usage in _usages(_decoded(subject)) for known in _names(usage)}
    among = candidates or contracts()
    fitting = {contract: len(there & {squashed(field.name) for field in contract.fields}) for contract in among}
    best = max(fitting.values())
    found = tuple(contract for contract, number in fitting.items() if number == best)
    if name is not None:
        return the_one(str(name), found)
    if best and len(found) == 1:
        return found[0]
    fits = f"its usage fits {' and '.join(map(str, found))} alike" if best else "its usage fits no contract"
    raise LookupError(f"this response tells no URL that a contract covers, and {fits}; name the contract")


def _decoded(subject: Subject) -> Iterator[object]:
    """The body, or each event that can be read."""
    content = subject.content
    if subject.form == "value":
        yield content
        return
    if isinstance(content, bytes):
        content = payloads((content,)) if is_stream(content) else (content,)
    items: Iterable[object] = content  # type: ignore[assignment]  # the form says that they are events
    for item in items:
        try:
            yield read(item) if isinstance(item, bytes) else item
        except NotJson:
            continue


def _usages(bodies: Iterable[object]) -> Iterator[Mapping[str, object]]:
    """Where a usage may stand: at the top of a body, in the `response` of an event, or bare."""
    for body in bodies:
        if isinstance(body, Mapping):
            inner = body.get("response")
            usage = body.get("usage", inner.get("usage") if isinstance(inner, Mapping) else body)
            if isinstance(usage, Mapping):
                yield usage


def _names(usage: Mapping[str, object]) -> Iterator[str]:
    """The names in a usage, at every depth."""
    for name, value in usage.items():
        yield str(name)
        if isinstance(value, Mapping):
            yield from _names(value)


def _place_of(response: object) -> Place | None:
    """Where a client's response came from, if a contract is known there."""
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
        url, method = str(request.url), str(request.method)  # type: ignore[union-attr]  # what has no URL raises
    except Exception:  # noqa: BLE001 - httpx raises RuntimeError without a request, others what they like
        return None
    _, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    host, path = host.rpartition("@")[2].lower(), "/" + path.partition("?")[0].partition("#")[0]
    run = current()
    return (run.places if run else documented_places()).find(method, host, path)
