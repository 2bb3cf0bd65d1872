"""Capture of exchanges through httpx and through httpx2, which are one design under two names.

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
from pytest_usage_contract.capture.calls import NOBODY, Call, Claim, Head, Recorder, current_call
from pytest_usage_contract.capture.httpx_streams import RecordedStream, Streams
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import Body, Decoder, Recording
from pytest_usage_contract.core.exchange import UNTOLD, Ending, Representation

MOCKED = "usage_contract.mocked"
"""The response extension by which our own mocks say who answered."""

_JSON = b"{"
"""How a body begins whose headers need not be asked for: no stream of events does, and no encoding has it."""


def patches(module: ModuleType) -> Iterator[Patch | None]:
    """Patch the clients of *module*, one of httpx and httpx2."""
    library = _Library(module)
    yield Patch.put(module.Client, "send", library.send)
    yield Patch.put(module.AsyncClient, "send", library.asend)
    yield Patch.put(module.Response, "read", library.read)
    yield Patch.put(module.Response, "aread", library.aread)


class _Library:
    """All that is the same for the clients of one of the two libraries. Its objects are Any here: there are two."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.streams = Streams(module)
        self.cuts = (module.RemoteProtocolError, module.ReadError, module.DecodingError)

    # How many frames of ours a call runs is counted (tests/capture/test_frames.py): so these are written out, and
    # twice.

    def send(self, original: Method) -> Method:
        @functools.wraps(original)
        def send(client: object, request: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            recorder = calls.recorder
            if recorder is None:
                return original(client, request, **kwargs)
            host = ""
            try:
                if hasattr(request, "url"):
                    host = str(request.url.netloc, "ascii")
                wanted = recorder.sink.wants(host)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
                recorder.trouble(error)
                wanted = False
            if not wanted:
                response = original(client, request, **kwargs)
                if getattr(response, "history", None):
                    self.led_on(recorder, response)
                return response
            before = current_call.get()
            if before is not None and before.is_open and before.subject is request:
                return original(client, request, **kwargs)
            call = Call()
            call.subject, call.address, call.before, call.recorder = request, host, before, recorder
            try:
                call.owner = recorder.sink.owner()
            except Exception as error:  # noqa: BLE001 - the same
                recorder.trouble(error)
                call.owner = NOBODY
            current_call.set(call)
            try:
                response = original(client, request, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            self.returned(call, response)
            return response

        return send

    def asend(self, original: Method) -> Method:
        @functools.wraps(original)
        async def send(client: object, request: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            recorder = calls.recorder
            if recorder is None:
                return await original(client, request, **kwargs)
            host = ""
            try:
                if hasattr(request, "url"):
                    host = str(request.url.netloc, "ascii")
                wanted = recorder.sink.wants(host)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
                recorder.trouble(error)
                wanted = False
            if not wanted:
                response = await original(client, request, **kwargs)
                if getattr(response, "history", None):
                    self.led_on(recorder, response)
                return response
            before = current_call.get()
            if before is not None and before.is_open and before.subject is request:
                return await original(client, request, **kwargs)
            call = Call()
            call.subject, call.address, call.before, call.recorder = request, host, before, recorder
            try:
                call.owner = recorder.sink.owner()
            except Exception as error:  # noqa: BLE001 - the same
                recorder.trouble(error)
                call.owner = NOBODY
            current_call.set(call)
            try:
                response = await original(client, request, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            self.returned(call, response)
            return response

        return send

    def read(self, original: Method) -> Method:
        @functools.wraps(original)
        def read(response: Any) -> Any:
            __tracebackhide__ = True
            call = current_call.get()
            if call is None or not call.is_open or response.is_closed or response.is_stream_consumed:
                return original(response)
            # Within a call a mock may be making and reading responses too. The client's first one answers the request
            # of the call, and any other has those before it as its history.
            if not response.history and call.subject is not getattr(response, "_request", None):
                return original(response)
            chunks: list[bytes] = []
            stream = response.stream
            if not isinstance(stream, self.module.SyncByteStream):
                return original(response)  # which says so
            try:
                response.stream = draft = self.streams.draft(chunks.append, stream)
                draft.close = stream.close
                return original(response)
            except BaseException as error:
                call.broke(error, functools.partial(self.broke, chunks, error), response)
                raise
            finally:
                response.stream = stream

        return read

    def aread(self, original: Method) -> Method:
        @functools.wraps(original)
        async def aread(response: Any) -> Any:
            __tracebackhide__ = True
            call = current_call.get()
            if call is None or not call.is_open or response.is_closed or response.is_stream_consumed:
                return await original(response)
            # Within a call a mock may be making and reading responses too. The client's first one answers the request
            # of the call, and any other has those before it as its history.
            if not response.history and call.subject is not getattr(response, "_request", None):
                return await original(response)
            chunks: list[bytes] = []
            stream = response.stream
            if not isinstance(stream, self.module.AsyncByteStream):
                return await original(response)  # which says so
            try:
                response.stream = draft = self.streams.adraft(chunks.append, stream)
                draft.aclose = stream.aclose
                return await original(response)
            except BaseException as error:
                call.broke(error, functools.partial(self.broke, chunks, error), response)
                raise
            finally:
                response.stream = stream

        return aread

    def returned(self, call: Call, response: Any) -> None:
        """Close *call*, which returns *response*, and hand over what can be without more ado."""
        call.is_open, call.broken = False, None
        current_call.set(call.before)
        recorder = call.recorder
        try:
            body: bytes | None = getattr(response, "_content", None)
            if body is None or len(body) > recorder.bound or response.history or call.before is not None:
                self.answered(call, response)
            elif call.owner is not NOBODY and recorder.listening:
                told = UNTOLD if body.startswith(_JSON) else Representation.of(response.headers)
                mocked = bool(response.extensions.get(MOCKED))
                request, status = response.request, response.status_code
                facts = request.method, request.url, status, told, mocked, body, Ending.WHOLE, False
                recorder.sink.take(facts, call.owner, response)
        except Exception as error:  # noqa: BLE001 - the same
            recorder.trouble(error)

    def broke(self, chunks: list[bytes], error: BaseException, call: Call, response: Any) -> None:
        """Tell of *response*, of which the client had read *chunks* when *error* broke it."""
        claim = call.claim(_host(response))
        if claim is not None:
            body = Body(claim, _head(response), cuts=self.cuts, decode=self.decoder(response))
            for chunk in chunks:
                body.add(chunk)
            body.tell(body.ending_by(error), response)

    def led_on(self, recorder: Recorder, response: Any) -> None:
        """Tell of what came of a call to a host that nobody wants, since it was led on from there."""
        call = Call()
        call.subject, call.before, call.recorder, call.owner = response, current_call.get(), recorder, recorder.owner()
        call.answered(self.answered, response)

    def answered(self, call: Call, response: Any) -> None:
        """Tell of every hop of *response*, and of itself."""
        for hop in (*response.history, response):
            claim = call.claim(_host(hop))
            if claim is not None:
                self.tell(claim, _head(hop), hop)

    def tell(self, claim: Claim, head: Head, response: Any) -> None:
        """Hand over *response* if it has been read, or else record what is read of it."""
        try:
            content = response.content
        except self.module.ResponseNotRead:
            recording = Recording(claim, head, response, cuts=self.cuts, decode=self.decoder(response))
            if response.is_closed or response.is_stream_consumed:
                recording.end(Ending.LEFT)
            else:
                self.follow(recording, response)
        else:
            claim.deliver(head, content, Ending.WHOLE, response)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        sync = isinstance(response.stream, self.module.SyncByteStream)
        tee = self.streams.tee if sync else self.streams.atee
        response.stream = tee(response.stream, recording)
        recording.until_ended(functools.partial(_take_off, weakref.ref(response), recording))

    def decoder(self, response: Any) -> Decoder | None:
        encoding = response.headers.get("content-encoding")
        if encoding in (None, "identity"):
            return None
        # `iter_raw` alone leaves a response without a decoder of its own.
        asked = functools.partial(_has_decoder, weakref.ref(response))
        return functools.partial(self.streams.decode, encoding, asked)


def _take_off(response: Callable[[], Any], recording: Recording) -> None:
    # By way of the response alone: the stream beneath may keep the response, and then nobody would collect either.
    stream = getattr(response(), "stream", None)
    if isinstance(stream, RecordedStream) and stream.records(recording):
        response().stream = stream.untouched()


def _has_decoder(response: Callable[[], Any]) -> bool:
    return hasattr(response(), "_decoder")


def _host(response: Any) -> str:
    # The netloc of these URLs is lower case, without userinfo, and without a port that goes without saying.
    return str(response.request.url.netloc, "ascii")


def _head(response: Any) -> Head:
    request, told = response.request, Representation.of(response.headers)
    mocked = bool(response.extensions.get(MOCKED))
    return Head(request.method, request.url, response.status_code, told, mocked)
