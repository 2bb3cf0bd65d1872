"""Judge one part of an audit, in whatever process: a plan and a part in, what was found out."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib import import_module

from pytest_usage_contract.audit.exchanges import NO_REQUEST, RecordedExchange, Unread, format_place
from pytest_usage_contract.audit.lines import Lane
from pytest_usage_contract.audit.partial import Counts, Partial, Place
from pytest_usage_contract.audit.plan import Part, Plan
from pytest_usage_contract.audit.reading import BARE, read_input
from pytest_usage_contract.core.body import find_encoding
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import parse_contract
from pytest_usage_contract.core.endpoint import Endpoint
from pytest_usage_contract.core.exchange import Exchange, Request
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.judgement import judge
from pytest_usage_contract.providers.registry import contracts_named, register
from pytest_usage_contract.providers.routes import MOST, MappedUrl, Route, Routes
from pytest_usage_contract.providers.unmatched import could_carry_usage, find_look_alike, fold_ids


def judge_part(part: Part, plan: Plan) -> Partial:
    """Return what is found in *part*; what cannot be read is part of it, and nothing that it contains raises."""
    judging, partial = _prepare(plan, threading.get_ident()), Partial()
    lane, used_urls = judging.lane
    judging.take_all(read_input(part.found, plan.reading, part.start, part.stop, lane), part, partial)
    if part.found.is_splittable:
        partial.lines[part.location] = {part.start: lane.lines}
    if passed := lane.end():
        partial.always.absorb(Counts(passed))
        partial.used_urls |= used_urls
    return partial


class Judge:
    """Judges exchanges by a plan that was made ready: with its contracts known, and its routes laid."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._routes = Routes(map(MappedUrl.read, plan.mapped))
        self._named = contracts_named(plan.contract) if plan.contract else ()
        self._bare = Request.of("POST", plan.url) if plan.url else NO_REQUEST
        self._find = lru_cache(maxsize=MOST)(self._find_route)

    @cached_property
    def lane(self) -> tuple[Lane, frozenset[str]]:
        """Return what passes by lines that are bodies of one contract, and the lines of mapped URLs that lead to it."""
        route, used = self._find(self._bare)
        if self.plan.reading != BARE or self.plan.sample != 1:
            return Lane(), used
        if route is not None:
            return _open_lane(route.contract, route.endpoint), used
        return _open_lane(self._named[0], None) if len(self._named) == 1 else Lane(), used

    def _find_route(self, request: Request) -> tuple[Route | None, frozenset[str]]:
        """Return the route of a request, and the lines of mapped URLs that have led to it."""
        self._routes.used_urls.clear()
        route = self._routes.find.__wrapped__(*request)  # its memory would not tell the line again
        if route is not None and self._named and route.contract not in self._named:
            route = None  # whatever was called, it is to be judged as what was named
        return route, frozenset(self._routes.used_urls)

    def take_all(self, recorded: Iterator[RecordedExchange | Unread], part: Part, partial: Partial) -> None:
        """Judge what a reader yields; where it fails itself, or the judge does, the place is told as unread."""
        place = Place(part.location, part.start)
        try:
            for found in recorded:
                place = Place(part.location, part.start, found.number, found.unit)
                if isinstance(found, Unread):
                    partial.unread.add(place, found.why)
                elif self.plan.sample == 1 or self.plan.takes(format_place(part.location, found.unit, found.number)):
                    self._try(found, place, partial)
        except Exception as error:  # noqa: BLE001 - one input must not end the audit of the others
            partial.unread.add(place, f"cannot be read behind this ({type(error).__name__})")

    def _try(self, recorded: RecordedExchange, place: Place, partial: Partial) -> None:
        try:
            self._take(recorded, place, partial)
        except Exception as error:  # noqa: BLE001 - nor must one exchange that of its file
            partial.unread.add(
                place, str(error) if type(error) is LookupError else f"cannot be judged ({type(error).__name__})"
            )

    def _take(self, recorded: RecordedExchange, place: Place, partial: Partial) -> None:
        """Judge an exchange by the contract of its request, or else as the plan says; or count why it is not judged."""
        request, body = self._bare if recorded.request == NO_REQUEST else recorded.request, recorded.body
        route, used = self._find(request)
        partial.used_urls |= used
        if route is None and not self._named:
            if request == NO_REQUEST:
                partial.unnamed.add(place)
            else:
                self._look(recorded, request, partial)
        elif not 200 <= recorded.status < 300:
            partial.other_statuses += 1
        elif body is None:
            partial.not_recorded += 1
        elif encoding := find_encoding(body, recorded.representation):
            partial.unread.add(place, encoding)
        elif route is None:
            called = Exchange(request, recorded.status) if request != NO_REQUEST else None
            _count(partial, place, lambda demand: judge(body, self.plan.contract, demand=demand).verdict, called)
        else:
            contract, endpoint, told = route.contract, route.endpoint, recorded.representation
            _count(
                partial,
                place,
                lambda demand: check_bytes(contract, body, endpoint=endpoint, representation=told, demand=demand),
                Exchange(request, recorded.status),
            )

    def _look(self, recorded: RecordedExchange, request: Request, partial: Partial) -> None:
        """Count a call that no contract covers, by its address where it could carry a usage."""
        exchange = Exchange(request, recorded.status, recorded.representation, body=recorded.body or b"")
        looks_like = find_look_alike(exchange, self._routes)
        if looks_like or could_carry_usage(exchange):
            partial.count_unmatched(request.method, request.host, fold_ids(request.path), looks_like)
        else:
            partial.uncovered += 1


def _count(partial: Partial, place: Place, check: Callable[[bool], Verdict], exchange: Exchange | None = None) -> None:
    """Count a verdict; where there is no usage, also what it is if one is demanded."""
    verdict = check(False)
    call = exchange.call if exchange and verdict.findings else ""
    if isinstance(verdict.wire, dict):
        partial.always.add(verdict, place, call)
        return
    demanded = check(True)
    if demanded.findings == verdict.findings:
        partial.always.add(verdict, place, call)
    else:
        partial.undemanded.add(verdict, place, call)
        partial.demanded.add(demanded, place, exchange.call if exchange else "")


_lock, _brought = threading.Lock(), list[Callable[[], None]]()


@lru_cache(maxsize=16)
def _prepare(plan: Plan, thread: int) -> Judge:  # noqa: ARG001 - a judge for each thread, since it remembers
    if plan.own:
        _bring(plan.own)
    return Judge(plan)


@lru_cache(maxsize=1)
def _bring(own: tuple[str, ...]) -> None:
    """Know the contracts that a plan has brought into this process, in place of those of the plan before."""
    with _lock:
        while _brought:
            _brought.pop()()
        _brought.append(register(parse_contract(json.loads(text)) for text in own))


def forget() -> None:
    """Know none of them any more."""
    _prepare.cache_clear()
    _bring.cache_clear()
    _brought.pop()()


def _open_lane(contract: Contract, endpoint: Endpoint | None) -> Lane:
    with suppress(ImportError):  # msgspec is of the extra; without it the full check does all
        lane: Lane = import_module("pytest_usage_contract.audit.fast_lines").FastLane(contract, endpoint)
        return lane
    return Lane()
