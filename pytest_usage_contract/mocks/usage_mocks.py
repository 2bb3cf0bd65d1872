"""The mocks of one test: `usage_mock` mounts them, each has its routes, its calls and its answers to come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from respx.models import CallList, Route as RespxRoute
from respx.patterns import Lookup, Pattern
from respx.router import Router

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.usage import Absent
from pytest_usage_contract.mocks.answers import Answer, ExampleChoice, Streaming, make_response, read_answer
from pytest_usage_contract.mocks.router import TwinRouter
from pytest_usage_contract.mocks.unanswered import (
    Guard,
    MockedRoute,
    UnansweredRequest,
    UsageMockError,
    format_unanswered,
)
from pytest_usage_contract.providers.registry import contracts_named
from pytest_usage_contract.providers.routes import MappedUrl, Route, Routes


class UsageMock:
    """The mock of one provider or contract, as `usage_mock` returns it.

    *contracts* are those that are mocked, *routes* their respx routes, one for each endpoint.
    """

    def __init__(self, contracts: Sequence[Contract], router: Router, answers: list[Answer]) -> None:
        """Give *answers* one after the other, the last of them for good."""
        self.contracts = tuple(contracts)
        self._router = router
        self._answers = answers
        self._requests: list[httpx.Request] = []
        self.routes: tuple[RespxRoute, ...] = ()

    def __repr__(self) -> str:
        return f"<UsageMock of {', '.join(map(str, self.contracts))}: {len(self._requests)} calls>"

    def mount(self, contract: Contract, endpoint: Endpoint, pattern: Pattern) -> None:
        """Answer as *endpoint* does the requests that fit *pattern*."""
        route = self._router.add(RespxRoute(pattern))
        route.side_effect = self._make_side_effect(contract, endpoint)
        self.routes += (route,)

    @property
    def calls(self) -> CallList:
        """The respx list of the calls that were answered, in their order: `.last`, `.call_count`, `[0].request`."""
        mine = set(map(id, self._requests))
        return CallList([call for call in self._router.calls if id(call.request) in mine], name=self)

    def answers(
        self,
        *,
        example: ExampleChoice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> Self:
        """Answer so from now on, whatever was to come."""
        self._answers[:] = [read_answer(self.contracts, example=example, stream=stream, status=status, usage=usage)]
        return self

    def then(
        self,
        *,
        example: ExampleChoice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> Self:
        """Answer so after the answers that are set, which are given once each; the last is given for good."""
        self._answers.append(read_answer(self.contracts, example=example, stream=stream, status=status, usage=usage))
        return self

    def _make_side_effect(self, contract: Contract, endpoint: Endpoint) -> Callable[[httpx.Request], httpx.Response]:
        def side_effect(request: httpx.Request) -> httpx.Response:
            self._requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            return make_response(answer, contract.name, endpoint, request.content)

        return side_effect


class UsageMocks:
    """The fixture `usage_mock`: called with a name, it mocks what that name means until it is stopped.

    *mapped* are gateways and test servers, which are mocked beside the documented hosts. Nothing is patched before the
    first call.
    """

    def __init__(self, mapped: Iterable[MappedUrl] = ()) -> None:
        self.mocks: tuple[UsageMock, ...] = ()
        self._mapped = tuple(mapped)
        self._mocked_routes: list[MockedRoute] = []
        self._contracts: tuple[Contract, ...] = ()
        self._routes = Routes(among=())
        self._unanswered: list[UnansweredRequest] = []
        self._router = TwinRouter(self._note_request, assert_all_called=False)
        self._guard = Guard(self)
        self._started = False

    def __call__(
        self,
        name: str | Contract,
        *,
        example: ExampleChoice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> UsageMock:
        """Mock the endpoints of a contract, or of all contracts of a provider, on all their hosts.

        *example* is a name, or an `Example` or `Counterexample`; without it the documented example is the answer, or
        else the full one. *stream* is True for a stream, or one of `no-usage`, `null-usage` and `cut` for a broken one,
        or False; without it the answer is what the request asks for. *status* other than 2xx has an error body.
        *usage* stands in place of an example; `ABSENT` leaves it out.

        Raise `LookupError`, `TypeError` or `ValueError` that name what would do.
        """
        contracts = (name,) if isinstance(name, Contract) else contracts_named(name)
        first = read_answer(contracts, example=example, stream=stream, status=status, usage=usage)
        self._add_routes(contracts)
        mock = UsageMock(contracts, self._router, [first])
        if not self._started:
            self._router.start()
            self._guard.start()
            self._started = True
        for contract in contracts:
            for endpoint in contract.endpoints:
                mock.mount(contract, endpoint, EndpointPattern(contract, endpoint, self._find_route))
        self.mocks += (mock,)
        return mock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no more, and put everything back; what was not answered is still known."""
        if self._started:
            self._started = False
            self._guard.stop()
            self._router.stop(quiet=True)

    @property
    def unanswered(self) -> tuple[UnansweredRequest, ...]:
        """The requests that no route answered, ours or another's, since the last `verify`."""
        return tuple(self._unanswered)

    def verify(self) -> None:
        """Raise `UsageMockError` if there are such requests; each is reported once."""
        if self._unanswered:
            message = format_unanswered(self._unanswered, self._mocked_routes)
            self._unanswered.clear()
            raise UsageMockError(message)

    def mocks_host(self, host: str, port: object) -> bool:
        """Tell whether a call to *host* at *port* is one that must not go out."""
        return self._routes.knows(f"{host}:{port}" if port else host)

    def refuse(self, request: UnansweredRequest) -> Exception:
        """Note a call that respx cannot reach, and return the error to raise."""
        self._unanswered.append(request)
        return UsageMockError(format_unanswered((request,), self._mocked_routes))

    def _note_request(self, request: httpx.Request) -> str:
        """Note a request that no router answers, and return the message about it."""
        host = str(request.url.netloc, "ascii", "replace")
        unanswered = UnansweredRequest(
            request.method, host, str(request.url.raw_path, "ascii", "replace").partition("?")[0]
        )
        self._unanswered.append(unanswered)
        return format_unanswered((unanswered,), self._mocked_routes)

    def _find_route(self, request: httpx.Request) -> Route | None:
        """Return the route of a request, as capture finds it."""
        host = str(request.url.netloc, "ascii", "replace").lower()
        return self._routes.find(request.method, host, str(request.url.raw_path, "ascii", "replace").partition("?")[0])

    def _add_routes(self, contracts: Iterable[Contract]) -> None:
        """Take the routes of *contracts*; raise `ValueError` for one that is taken, or that is served nowhere."""
        new = [route for contract in contracts for route in self._find_routes(contract)]
        taken = {route[:3]: route.contract for route in self._mocked_routes}
        for route in new:
            if route[:3] in taken:
                by = taken[route[:3]]
                change = f"change the answer of the mock of {by} with its answers() or then()"
                raise ValueError(f"{route.method} {route.host}{route.path} is mocked already, for {by}; {change}")
            taken[route[:3]] = route.contract
        self._mocked_routes += new
        self._contracts += tuple(contracts)
        served = {contract.name for contract in self._contracts}
        self._routes = Routes(
            (line for line in self._mapped if any(contract.name in served for contract in contracts_named(line.name))),
            among=self._contracts,
        )

    def _find_routes(self, contract: Contract) -> list[MockedRoute]:
        """Return the routes by which *contract* is served; raise `ValueError` where there are none."""
        gateways = tuple(line.host for line in self._mapped if contract in contracts_named(line.name))
        routes = [
            MockedRoute(endpoint.method, host.lower(), endpoint.path, contract.name)
            for endpoint in contract.endpoints
            for host in (*gateways, *endpoint.hosts)
        ]
        if not routes:
            raise ValueError(f"{contract} has no endpoint that could be mocked; declare endpoints=(Endpoint(...),)")
        return routes


class EndpointPattern(Pattern):
    """The respx pattern of the requests that go to one endpoint of a contract."""

    key = "usage_contract"
    lookups = (Lookup.EQUAL,)

    def __init__(self, contract: Contract, endpoint: Endpoint, find: Callable[[httpx.Request], Route | None]) -> None:
        super().__init__((contract.name, contract.endpoints.index(endpoint)))
        self._find = find

    def parse(self, request: httpx.Request) -> object:
        """Return the name of the contract that serves *request*, and the number of its endpoint."""
        route = self._find(request)
        return route and (route.contract.name, route.contract.endpoints.index(route.endpoint))
