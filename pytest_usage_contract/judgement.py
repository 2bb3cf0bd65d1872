"""Judge a response: read it, find what was captured of it, settle the contract, and check it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from pytest_usage_contract.core.body import NotJson, is_stream, read_json
from pytest_usage_contract.core.check import check_bytes, check_events, check_value, not_json, usage_at
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.endpoint import TOP, Endpoint
from pytest_usage_contract.core.exchange import Request
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.response import Subject, ids_in, read_request, read_subject
from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import asks_for_usage, usages_of
from pytest_usage_contract.providers.registry import contracts, contracts_named, only_or_default
from pytest_usage_contract.providers.routes import MOST, Route, known_routes
from pytest_usage_contract.providers.sources import count_changes
from pytest_usage_contract.runs import Captured, current


class Judgement(NamedTuple):
    """The *verdict* under a *contract* of what was the *subject* of it.

    *seen* is the exchange that it came from, if it was captured, *endpoint* the place that was called, if it is known.
    """

    contract: Contract
    verdict: Verdict
    seen: Captured | None
    subject: Subject
    endpoint: Endpoint | None

    def usages(self) -> list[object]:
        """Return the usage of each event of a stream that has one; nothing of what is no stream."""
        streams = [place.stream for place in (self.endpoint, *self.contract.endpoints) if place and place.stream]
        content = self.subject.content
        if not streams or self.subject.form not in ("bytes", "events"):
            return []
        return usages_of(streams[0], content)  # type: ignore[arg-type]  # the form says what it is

    def ids(self) -> frozenset[str]:
        """Return what the response is called by: in its body, or in the events of its stream."""
        return frozenset(identity for item in _decoded(self.subject) for identity in ids_in(item))


def judge(
    response: object, name: "str | Contract | None" = None, *, demand: bool = False, by_names: bool = False
) -> Judgement:
    """Judge *response* under the contract that *name* means, or else its URL, or, if *by_names*, its usage.

    Raises `LookupError` where that settles no contract, `TypeError` for what is no response.
    """
    run = current()
    seen = run.recall(response) if run else None
    subject = Subject("bytes", seen.body, representation=seen.representation) if seen else read_subject(response)
    route = (seen.place if seen else None) or _route_of(response)
    candidates = () if name is None else (name,) if isinstance(name, Contract) else contracts_named(name)
    contract = candidates[0] if len(candidates) == 1 else _settle(name, candidates, subject, route, by_names=by_names)
    asked = seen.asked if seen else _asked(response, route)
    endpoint = route.endpoint if route and route.contract is contract else None
    verdict = _check(contract, subject, endpoint, demand=demand or asked)
    return Judgement(contract, verdict, seen, subject, endpoint)


def type_kept(response: Any, name: "str | Contract | None") -> BaseModel | None:
    """Return the typed usage of a client's *response* that plainly keeps the contract that *name* or its URL means.

    None is no verdict: `judge` gives one. A run that is under way is to know what its tests judge, so it gets None.
    """
    if current() is not None:
        return None
    try:
        body, among = response.content, _named(name, count_changes())
        if len(among) != 1:
            request = response.request
            uri = request.url._uri_reference  # to ask the URL for its parts costs ten times as much
            among = _served(name, count_changes(), request.method, uri.host, uri.port, uri.path)
    except Exception:  # noqa: BLE001 - of another client, not read yet, no response at all, or a name that means nothing
        return None
    return checker(among[0]).type_body(body) if among and type(body) is bytes else None


@lru_cache(maxsize=MOST)
def _named(name: "str | Contract | None", _: int) -> tuple[Contract, ...]:
    """Return the contracts that a *name* means, as long as there are no others."""
    return () if name is None else (name,) if isinstance(name, Contract) else contracts_named(name)


@lru_cache(maxsize=MOST)
def _served(name: "str | None", changes: int, *url: Any) -> tuple[Contract, ...]:
    """Return the one of those contracts that is served at a URL, by its parts."""
    route = known_routes().find(*Request.at(*url))
    return (route.contract,) if route and (name is None or route.contract in _named(name, changes)) else ()


def _asked(response: object, route: Route | None) -> bool:
    """Tell whether the request of a client's response has asked for the usage of the stream."""
    framing = route.endpoint.stream if route else None
    return framing is not None and framing.asked is not None and asks_for_usage(framing, read_request(response))


def _check(contract: Contract, subject: Subject, endpoint: Endpoint | None, *, demand: bool) -> Verdict:
    content, either, note = subject.content, subject.either_spelling, subject.note
    if subject.form == "bytes":
        return check_bytes(
            contract,
            content,  # type: ignore[arg-type]  # the form says that they are bytes
            endpoint=endpoint,
            representation=subject.representation,
            demand=demand,
            note=note,
        )
    if subject.form == "unreadable":
        return not_json(contract, str(content), note)
    if subject.form == "events":
        return check_events(
            contract,
            content,  # type: ignore[arg-type]  # the form says that they are events
            endpoint=endpoint,
            demand=demand,
            either_spelling=either,
            note=note,
        )
    there = {normalize_name(name) for name in content} if isinstance(content, dict) else set()
    top = (endpoint or contract.documented).at.partition(".")[0]
    if isinstance(content, dict) and top != TOP and normalize_name(top) not in there:
        if there & {normalize_name(name) for name in checker(contract).tree.fields}:
            return checker(contract).check(content, either_spelling=either, note=note)
        streams = [endpoint.stream for endpoint in contract.endpoints if endpoint.stream]
        if any(steps[0] in content for stream in streams for steps in stream.places):
            return check_events(contract, (content,), demand=demand, either_spelling=either, note=note)
    return check_value(contract, content, endpoint=endpoint, demand=demand, either_spelling=either, note=note)


def _settle(
    name: "str | Contract | None",
    candidates: tuple[Contract, ...],
    subject: Subject,
    route: Route | None,
    *,
    by_names: bool,
) -> Contract:
    """Return the contract that serves the response, or else documents the most of the names in its usage.

    Of several alike that a name means, none of them the default, it is the closest one.
    """
    if route is not None and (name is None or route.contract in candidates):
        return route.contract
    if name is None and not by_names:
        raise LookupError("this response tells no URL that a contract covers; name the contract to judge it under")
    among = candidates or contracts()
    places = {place for contract in among for place in _places(contract)}
    there = {known for usage in _usages(_decoded(subject), places) for known in _names(usage)}
    fitting = {contract: len(there & checker(contract).names) for contract in among}
    best = max(fitting.values())
    found = tuple(contract for contract, number in fitting.items() if number == best)
    if name is not None:
        settled = not best or any(contract.default for contract in found)
        return only_or_default(str(name), found if settled else _closest(found, there))
    if best and len(found) == 1:
        return found[0]
    fits = f"its usage fits {' and '.join(map(str, found))} alike" if best else "its usage fits no contract"
    raise LookupError(f"this response tells no URL that a contract covers, and {fits}; name the contract")


def _closest(found: tuple[Contract, ...], there: set[str]) -> tuple[Contract, ...]:
    """Return those whose required names are all *there*, and that document the fewest others; all where none is so."""
    names = {contract: checker(contract).names for contract in found if _required(contract) <= there}
    least = min(map(len, names.values()), default=0)
    return tuple(contract for contract in names if len(names[contract]) == least) or found


def _required(contract: Contract) -> set[str]:
    return {normalize_name(name) for name, field in checker(contract).tree.fields.items() if field.required}


def _decoded(subject: Subject) -> Iterator[object]:
    """The body, or each event that can be read."""
    content = subject.content
    if subject.form == "value":
        yield content
    if subject.form in ("value", "unreadable"):
        return
    if isinstance(content, bytes):
        content = read_events(content) if is_stream(content) else (content,)
    items: Iterable[object] = content  # type: ignore[assignment]  # the form says that they are events
    for item in items:
        try:
            value = read_json(item) if isinstance(item, bytes) else item
        except NotJson:
            continue
        yield from value if isinstance(value, list) else (value,)  # an array is a stream, too


def _places(contract: Contract) -> Iterator[str]:
    """The dotted places of the usage in the bodies and the events of *contract*."""
    for endpoint in contract.endpoints or (contract.documented,):
        yield endpoint.at
        yield from endpoint.stream.at if endpoint.stream else ()


def _usages(bodies: Iterable[object], places: Collection[str]) -> Iterator[object]:
    """Yield what stands at any of *places* in each body; where nothing does, the body may be a bare usage."""
    for body in bodies:
        if isinstance(body, Mapping):
            found = [usage_at(body, place, either_spelling=True) for place in places]
            yield from [usage for usage in found if isinstance(usage, Mapping)] or (body,)


def _names(value: object) -> Iterator[str]:
    """The names in a usage, at every depth, as all spellings share them."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield normalize_name(name)
            yield from _names(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)


def _route_of(response: object) -> Route | None:
    """Return the route of a client's response, if a contract is known there."""
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
        asked = Request.of(str(request.method), request.url)  # type: ignore[union-attr]  # what has no URL raises
    except Exception:  # noqa: BLE001 - httpx raises RuntimeError without a request, others what they like
        return None
    run = current()
    return (run.places if run else known_routes()).find(*asked)
