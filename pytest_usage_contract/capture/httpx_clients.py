"""How exchanges are seen through httpx and through httpx2, which are one design under two names.

`Client.send` is where every call of either passes, whatever is mocked below it. What it returns has been read, unless
it was asked for a stream: then the stream of the response is recorded while the code under test reads it. A body that
breaks before `send` returns is seen because `Response.read` is watched while a call is on its way.

Not seen: the hops of a redirect that never ends (the library raises without them), and a body within `send` that an
event hook reads in another way than by `read`.
"""

import functools
import weakref
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pytest_usage_contract.capture import calls
from pytest_usage_contract.capture.calls import Call, begin, current
from pytest_usage_contract.capture.httpx_streams import RecordedStream, Streams
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import (
    Audience,
    Body,
    Decoder,
    Head,
    Recording,
    deliver,
    is_event_stream,
)
from pytest_usage_contract.core.exchange import Ending

MOCKED = "usage_contract.mocked"
"""The response extension by which our own mocks say who answered."""


def patches(module: ModuleType) -> Iterator[Patch | None]:
    """Patch the clients of *module*, one of httpx and httpx2."""
    library = _Library(module)
    yield Patch.put(module.Client, "send", library.send)
    yield Patch.put(module.AsyncClient, "send", library.asend)
    yield Patch.put(module.Response, "read", library.read)
    yield Patch.put(module.Response, "aread", library.aread)


class _Library:
    """What is the same for all clients of one of the two libraries. Its objects are Any here: there are two."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.streams = Streams(module)
        self.cuts = (module.RemoteProtocolError, module.ReadError, module.DecodingError)

    def send(self, original: Method) -> Method:
        @functools.wraps(original)
        def send(client: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            request = args[0] if args else kwargs.get("request")
            call = begin(request, _address)
            if call is None:
                return original(client, *args, **kwargs)
            try:
                response = original(client, *args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.answered(self.answered, response)
            return response

        return send

    def asend(self, original: Method) -> Method:
        @functools.wraps(original)
        async def send(client: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            request = args[0] if args else kwargs.get("request")
            call = begin(request, _address)
            if call is None:
                return await original(client, *args, **kwargs)
            try:
                response = await original(client, *args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.answered(self.answered, response)
            return response

        return send

    def read(self, original: Method) -> Method:
        @functools.wraps(original)
        def read(response: Any) -> Any:
            __tracebackhide__ = True
            call = current()
            if call is None or not _is_the_clients_own(call, response):
                return original(response)
            stream = response.stream
            response.stream = draft = self.streams.draft(stream, calls.bound)
            try:
                return original(response)
            except BaseException as error:
                call.broke(error, functools.partial(self.broke, draft.chunks, error), response)
                raise
            finally:
                response.stream = stream

        return read

    def aread(self, original: Method) -> Method:
        @functools.wraps(original)
        async def aread(response: Any) -> Any:
            __tracebackhide__ = True
            call = current()
            if call is None or not _is_the_clients_own(call, response):
                return await original(response)
            stream = response.stream
            response.stream = draft = self.streams.adraft(stream, calls.bound)
            try:
                return await original(response)
            except BaseException as error:
                call.broke(error, functools.partial(self.broke, draft.chunks, error), response)
                raise
            finally:
                response.stream = stream

        return aread

    def broke(self, chunks: list[bytes], error: BaseException, call: Call, response: Any) -> None:
        """Tell of *response*, of which the client had read *chunks* when *error* broke it."""
        where = _where(response)
        audience = call.audience(*where)
        if audience:
            body = Body(audience, _head(where, response), cuts=self.cuts, decode=self.decoder(response))
            for chunk in chunks:
                body.add(chunk)
            body.tell(audience, body.ending_by(error), response)

    def answered(self, call: Call, response: Any) -> None:
        """Tell of every hop of *response*, and of itself."""
        for hop in (*response.history, response):
            where = _where(hop)
            audience = call.audience(*where)
            if audience:
                self.tell(audience, _head(where, hop), hop)

    def tell(self, audience: Audience, head: Head, response: Any) -> None:
        try:
            content = response.content
        except self.module.ResponseNotRead:
            recording = Recording(audience, head, response, cuts=self.cuts, decode=self.decoder(response))
            if response.is_closed or response.is_stream_consumed:
                recording.end(Ending.LEFT)
            else:
                self.follow(recording, response)
        else:
            deliver(audience, head, content, Ending.WHOLE, response)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        sync = isinstance(response.stream, self.module.SyncByteStream)
        tee = self.streams.tee if sync else self.streams.atee
        response.stream = tee(response.stream, recording)
        recording.until_ended(functools.partial(_take_off, weakref.ref(response), recording))

    def decoder(self, response: Any) -> Decoder | None:
        encoding = response.headers.get("content-encoding")
        return None if encoding is None else functools.partial(self.streams.decode, encoding)


def _is_the_clients_own(call: Call, response: Any) -> bool:
    # Within a call a mock may be making and reading responses too. The client's first one answers the request of the
    # call, and any other has those before it as its history.
    own = bool(response.history) or call.concerns(getattr(response, "_request", None))
    return own and not response.is_stream_consumed and not response.is_closed


def _take_off(response: Callable[[], Any], recording: Recording) -> None:
    # By way of the response alone: the stream beneath may keep the response, and then nobody would collect either.
    stream = getattr(response(), "stream", None)
    if isinstance(stream, RecordedStream) and stream.records(recording):
        response().stream = stream.untouched()


def _address(request: Any) -> str:
    # The netloc of these URLs is lower case, without userinfo, and without a port that goes without saying.
    return str(request.url.netloc, "ascii")


def _where(response: Any) -> tuple[str, str, str]:
    request = response.request
    url = request.url
    return request.method, str(url.netloc, "ascii"), str(url.raw_path, "ascii").partition("?")[0]


def _head(where: tuple[str, str, str], response: Any) -> Head:
    stream = is_event_stream(response.headers.get("content-type"))
    return Head(*where, response.status_code, stream, bool(response.extensions.get(MOCKED)))
