"""One respx router for httpx and httpx2: respx itself knows httpx only, and lets httpx2 out to the network.

A view of the router stands with a second mocker, which replaces in httpcore2 what respx replaces in httpcore.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from types import new_class
from typing import Any, cast

import httpx
from respx.mocks import HTTPCoreMocker, Mocker
from respx.models import AllMockedAssertionError, RouteList
from respx.router import MockRouter, Router

MOCKER_NAME = "httpcore2"
"""The name that pytest-httpx2 gives its mocker too; there can be one only."""


def find_httpcore2_mocker() -> type[Mocker] | None:
    """Return the mocker for httpx2: that of pytest-httpx2 where it is installed, else ours; None without httpx2."""
    if find_spec("httpx2") is None or find_spec("httpcore2") is None:
        return None
    if MOCKER_NAME not in Mocker.registry and find_spec("pytest_httpx2") is not None:
        importlib.import_module("pytest_httpx2")
    if MOCKER_NAME not in Mocker.registry:
        targets = [target.replace("httpcore.", "httpcore2.", 1) for target in HTTPCoreMocker.targets]
        new_class(
            "HTTPCore2Mocker", (HTTPCoreMocker,), exec_body=lambda body: body.update(name=MOCKER_NAME, targets=targets)
        )
    return Mocker.registry[MOCKER_NAME]


class TwinRouter(MockRouter):
    """A respx router that answers httpx2 clients, too; *unanswered* is called where no router answers."""

    def __init__(self, unanswered: Callable[[httpx.Request], str] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._unanswered = unanswered
        self._view = _Httpx2View(self)
        self._mocker2: type[Mocker] | None = None

    def start(self) -> None:
        """Answer from now on."""
        super().start()
        self._mocker2 = find_httpcore2_mocker()
        if self._mocker2 is not None:
            self._mocker2.register(cast("Router", self._view))
            self._mocker2.start()

    def stop(self, clear: bool = True, reset: bool = True, quiet: bool = False) -> None:  # noqa: FBT001, FBT002 - respx's
        """Answer no more, and leave nothing patched that is not another's."""
        if self._mocker2 is not None:
            self._mocker2.unregister(cast("Router", self._view))
            self._mocker2.stop()
        super().stop(clear, reset, quiet)

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        try:
            return super().handler(request)
        except AllMockedAssertionError:
            raise self._make_error(request, self, self.Mocker) from None

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        try:
            return await super().async_handler(request)
        except AllMockedAssertionError:
            raise self._make_error(request, self, self.Mocker) from None

    def _make_error(self, request: httpx.Request, router: object, mocker: type[Mocker] | None) -> Exception:
        """Return the error to raise; the routers that are asked after us may yet have an answer."""
        routers = mocker.routers if mocker is not None else []
        later = routers[routers.index(router) + 1 :] if router in routers else []
        if self._unanswered is None or any(_would_answer(other, request) for other in later):
            return AllMockedAssertionError(f"{request!r} is not mocked")
        return AllMockedAssertionError(self._unanswered(request))


def _would_answer(router: Any, request: httpx.Request) -> bool:
    matching = (route.pattern is None or route.pattern.match(request) for route in router.routes)
    return any(matching) or not getattr(router, "_assert_all_mocked", True)


class _Httpx2View:
    """The router as the mocker of httpx2 has it: the same routes and calls, and errors as httpx2 raises them."""

    def __init__(self, router: TwinRouter) -> None:
        self._router = router

    @property
    def routes(self) -> RouteList:
        return self._router.routes

    def handler(self, request: httpx.Request) -> httpx.Response:
        try:
            return _convert_response(MockRouter.handler(self._router, request))
        except httpx.RequestError as error:
            raise _translate_error(error) from error
        except AllMockedAssertionError:
            raise self._router._make_error(request, self, self._router._mocker2) from None

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        try:
            return _convert_response(await MockRouter.async_handler(self._router, request))
        except httpx.RequestError as error:
            raise _translate_error(error) from error
        except AllMockedAssertionError:
            raise self._router._make_error(request, self, self._router._mocker2) from None


def _convert_response(response: httpx.Response) -> httpx.Response:
    # The call list shows the original, so that only what the client reads is another.
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=_Httpx2Stream(response.stream),
        extensions=response.extensions,
    )


class _Httpx2Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body for httpx2: its errors are those of httpx2, since what httpx2 reads must raise what httpx2 raises."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx.RequestError as error:
            raise _translate_error(error) from error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                yield chunk
        except httpx.RequestError as error:
            raise _translate_error(error) from error


def _translate_error(error: Exception) -> Exception:
    import httpx2  # noqa: PLC0415 - only where it is installed is anything translated

    kind = getattr(httpx2, type(error).__name__, None)
    return kind(str(error)) if isinstance(kind, type) and issubclass(kind, httpx2.RequestError) else error
