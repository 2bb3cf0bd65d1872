"""All mocks of one test: what they answer together, what nobody answered, and that nothing stays patched."""

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from respx.patterns import Lookup, Pattern

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.usage import Absent
from pytest_usage_contract.mocks.answers import Choice, Streaming, read_answer
from pytest_usage_contract.mocks.guard import Guard
from pytest_usage_contract.mocks.router import TwinRouter
from pytest_usage_contract.mocks.unanswered import Asked, Mounted, UsageMockError, format_unanswered
from pytest_usage_contract.mocks.usage_mock import UsageMock
from pytest_usage_contract.providers.registry import contracts_named
from pytest_usage_contract.providers.routes import MappedUrl, Route, Routes


class UsageMocks:
    """The fixture `usage_mock`: called with a name, it mocks what that name means until it is stopped.

    *mapped* are gateways and test servers, which are mocked beside the documented hosts. Nothing is patched before the
    first call.
    """

    def __init__(self, mapped: Iterable[MappedUrl] = ()) -> None:
        self.mocks: tuple[UsageMock, ...] = ()
        self._mapped = tuple(mapped)
        self._mounted: list[Mounted] = []
        self._contracts: tuple[Contract, ...] = ()
        self._routes = Routes(among=())
        self._unanswered: list[Asked] = []
        self._router = TwinRouter(self._note, assert_all_called=False)
        self._guard = Guard(self)
        self._started = False

    def __call__(
        self,
        name: str | Contract,
        *,
        example: Choice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> UsageMock:
        """Mock the endpoints of a contract, or of all contracts of a provider, on all their hosts.

        *example* is a name, or an `Example` or `Counterexample`; without it the documented example is the answer, or
        else the full one. *stream* is True for a stream, or one of `no-usage`, `null-usage` and `cut` for a broken one,
        or False; without it the answer is what the request asks for. *status* other than 2xx has an error body.
        *usage* stands in place of an example; `ABSENT` leaves it out.

        Raises `LookupError`, `TypeError` or `ValueError` that name what would do.
        """
        contracts = (name,) if isinstance(name, Contract) else contracts_named(name)
        first = read_answer(contracts, example=example, stream=stream, status=status, usage=usage)
        self._mount(contracts)
        mock = UsageMock(contracts, self._router, [first])
        if not self._started:
            self._router.start()
            self._guard.start()
            self._started = True
        for contract in contracts:
            for endpoint in contract.endpoints:
                mock.mount(contract, endpoint, Served(contract, endpoint, self._find))
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
    def unanswered(self) -> tuple[Asked, ...]:
        """The requests that no route answered, ours or another's, since the last `verify`."""
        return tuple(self._unanswered)

    def verify(self) -> None:
        """Raise `UsageMockError` if there are such requests; each is told once."""
        if self._unanswered:
            message = format_unanswered(self._unanswered, self._mounted)
            self._unanswered.clear()
            raise UsageMockError(message)

    def mocks_host(self, host: str, port: object) -> bool:
        """Whether a call to *host* at *port* is one that must not go out."""
        return self._routes.knows(f"{host}:{port}" if port else host)

    def refuse(self, asked: Asked) -> Exception:
        """Note a call that respx cannot reach, and give the error to raise."""
        self._unanswered.append(asked)
        return UsageMockError(format_unanswered((asked,), self._mounted))

    def _note(self, request: httpx.Request) -> str:
        host = str(request.url.netloc, "ascii", "replace")
        asked = Asked(request.method, host, str(request.url.raw_path, "ascii", "replace").partition("?")[0])
        self._unanswered.append(asked)
        return format_unanswered((asked,), self._mounted)

    def _find(self, request: httpx.Request) -> Route | None:
        """Return the route of a request, as capture finds it."""
        host = str(request.url.netloc, "ascii", "replace").lower()
        return self._routes.find(request.method, host, str(request.url.raw_path, "ascii", "replace").partition("?")[0])

    def _mount(self, contracts: Iterable[Contract]) -> None:
        """Take the routes of *contracts*; raise `ValueError` for one that is taken, or that is served nowhere."""
        new = [mounted for contract in contracts for mounted in self._served(contract)]
        taken = {route[:3]: route.contract for route in self._mounted}
        for route in new:
            if route[:3] in taken:
                by = taken[route[:3]]
                change = f"change the answer of the mock of {by} with its answers() or then()"
                raise ValueError(f"{route.method} {route.host}{route.path} is mocked already, for {by}; {change}")
            taken[route[:3]] = route.contract
        self._mounted += new
        self._contracts += tuple(contracts)
        served = {contract.name for contract in self._contracts}
        self._routes = Routes(
            (line for line in self._mapped if any(found.name in served for found in contracts_named(line.name))),
            among=self._contracts,
        )

    def _served(self, contract: Contract) -> list[Mounted]:
        """Return where *contract* is served; raise `ValueError` where that is nowhere."""
        gateways = tuple(line.host for line in self._mapped if contract in contracts_named(line.name))
        found = [
            Mounted(endpoint.method, host.lower(), endpoint.path, contract.name)
            for endpoint in contract.endpoints
            for host in (*gateways, *endpoint.hosts)
        ]
        if not found:
            raise ValueError(f"{contract} has no endpoint that could be mocked; declare endpoints=(Endpoint(...),)")
        return found


class Served(Pattern):
    """The requests that go to one endpoint of a contract."""

    key = "usage_contract"
    lookups = (Lookup.EQUAL,)

    def __init__(self, contract: Contract, endpoint: Endpoint, find: Callable[[httpx.Request], Route | None]) -> None:
        super().__init__((contract.name, contract.endpoints.index(endpoint)))
        self._find = find

    def parse(self, request: httpx.Request) -> object:
        """Return the name of the contract that serves *request*, and the number of its endpoint."""
        route = self._find(request)
        return route and (route.contract.name, route.contract.endpoints.index(route.endpoint))
