"""All mocks of one test: what they answer together, what nobody answered, and that nothing stays patched."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from pytest_usage_contract.contracts import meant_by
from pytest_usage_contract.contracts.places import Mapped, Place
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.usage import Absent
from pytest_usage_contract.mocks.answers import Choice, Streaming, answer
from pytest_usage_contract.mocks.guard import Guard
from pytest_usage_contract.mocks.router import TwinRouter
from pytest_usage_contract.mocks.unanswered import Asked, Mounted, UsageMockError, told
from pytest_usage_contract.mocks.usage_mock import UsageMock


class UsageMocks:
    """The fixture `usage_mock`: called with a name, it mocks what that name means until it is stopped.

    *mapped* are gateways and test servers, which are mocked beside the documented hosts. Nothing is patched before the
    first call.
    """

    def __init__(self, mapped: Iterable[Mapped] = ()) -> None:
        self.mocks: tuple[UsageMock, ...] = ()
        self._mapped = tuple(mapped)
        self._mounted: list[Mounted] = []
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
        contracts = (name,) if isinstance(name, Contract) else meant_by(name)
        first = answer(contracts, example=example, stream=stream, status=status, usage=usage)
        places = self._places(contracts)
        self._mount(places)
        mock = UsageMock(contracts, self._router, [first])
        if not self._started:
            self._router.start()
            self._guard.start()
            self._started = True
        for place in places:
            mock.mount(*place)
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
            message = told(self._unanswered, self._mounted)
            self._unanswered.clear()
            raise UsageMockError(message)

    def mocks_host(self, host: str, port: object) -> bool:
        """Whether a call to *host* at *port* is one that must not go out."""
        return any(route.host in (host, f"{host}:{port}") for route in self._mounted)

    def refuse(self, asked: Asked) -> Exception:
        """Note a call that respx cannot reach, and give the error to raise."""
        self._unanswered.append(asked)
        return UsageMockError(told((asked,), self._mounted))

    def _note(self, request: httpx.Request) -> str:
        host = str(request.url.netloc, "ascii", "replace")
        asked = Asked(request.method, host, str(request.url.raw_path, "ascii", "replace").partition("?")[0])
        self._unanswered.append(asked)
        return told((asked,), self._mounted)

    def _places(self, contracts: Iterable[Contract]) -> list[Place]:
        """Where *contracts* are served; raises `ValueError` where one is served nowhere."""
        gateways = [place for line in self._mapped for place in line.places()]
        places = []
        for contract in contracts:
            served = [place for place in gateways if place.contract is contract]
            served += [Place(contract, endpoint) for endpoint in contract.endpoints if endpoint.hosts]
            if not served:
                raise ValueError(f"{contract} has no endpoint that could be mocked; declare endpoints=(Endpoint(...),)")
            places += served
        return places

    def _mount(self, places: Iterable[Place]) -> None:
        """Take the routes; raises `ValueError` for one that is taken."""
        new = [
            Mounted(place.endpoint.method, host.lower(), place.endpoint.path, place.contract.name)
            for place in places
            for host in place.endpoint.hosts
        ]
        taken = {route[:3]: route.contract for route in self._mounted}
        for route in new:
            if route[:3] in taken:
                by = taken[route[:3]]
                change = f"change the answer of the mock of {by} with its answers() or then()"
                raise ValueError(f"{route.method} {route.host}{route.path} is mocked already, for {by}; {change}")
            taken[route[:3]] = route.contract
        self._mounted += new
