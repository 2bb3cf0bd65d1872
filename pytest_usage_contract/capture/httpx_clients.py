"""Capture of exchanges through httpx and through httpx2, which are one design under two names.

`Client.send` is where every call of either passes, whatever is mocked below it. What it returns has been read, unless
it was asked for a stream: then the stream of the response is recorded while the code under test reads it. A body that
breaks before `send` returns is seen because `Response.read` is watched while a call is on its way.

Not seen: a body within `send` that an event hook reads in another way than by `read`; its exchange is told as left.
"""

import functools
import weakref
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, cast

from pytest_usage_contract.capture import calls
from pytest_usage_contract.capture.calls import NOBODY, UNASKED, Call, Head, current_call
from pytest_usage_contract.capture.httpx_streams import RecordedStream, Streams
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import Body, Recording
from pytest_usage_contract.core.exchange import UNTOLD, Ending, Exchange, Representation, Request

MOCKED = "usage_contract.mocked"
"""The response extension by which our own mocks say who answered."""

_WHOLE, _new = Ending.WHOLE, tuple.__new__  # so that no more is run for each call than has to be

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
        self.module, self.response = module, module.Response
        self.streams = Streams(module)
        self.cuts = (module.RemoteProtocolError, module.ReadError, module.DecodingError)

    # How many frames of ours a call runs is counted (tests/capture/test_frames.py): so these are written out, and
    # twice.

    def send(self, original: Method) -> Method:
        @functools.wraps(original)
        def send(client: object, request: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            recorder = calls.recorder
            before = current_call.get()
            if recorder is None or (before is not None and before.is_open and before.subject is request):
                return original(client, request, **kwargs)
            call = Call()
            call.subject, call.before, call.recorder = request, before, recorder
            try:
                call.url = url = request.url
                uri = url._uri_reference  # a tenth of what it costs to ask for these parts
                call.target = recorder.sink.target(request.method, uri.host, uri.port, uri.path)
                if call.target.room:
                    call.owner = recorder.sink.owner()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
                _aim(call, error)
            current_call.set(call)
            try:
                response = original(client, request, **kwargs)
            except BaseException as error:
                call.failed(self.tell, error, self.response)
                raise
            call.is_open = False
            current_call.set(before)
            if call.owner is not UNASKED or getattr(response, "history", None):
                self.returned(call, response)
            return response

        return send

    def asend(self, original: Method) -> Method:
        @functools.wraps(original)
        async def send(client: object, request: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            recorder = calls.recorder
            before = current_call.get()
            if recorder is None or (before is not None and before.is_open and before.subject is request):
                return await original(client, request, **kwargs)
            call = Call()
            call.subject, call.before, call.recorder = request, before, recorder
            try:
                call.url = url = request.url
                uri = url._uri_reference  # a tenth of what it costs to ask for these parts
                call.target = recorder.sink.target(request.method, uri.host, uri.port, uri.path)
                if call.target.room:
                    call.owner = recorder.sink.owner()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
                _aim(call, error)
            current_call.set(call)
            try:
                response = await original(client, request, **kwargs)
            except BaseException as error:
                call.failed(self.tell, error, self.response)
                raise
            call.is_open = False
            current_call.set(before)
            if call.owner is not UNASKED or getattr(response, "history", None):
                self.returned(call, response)
            return response

        return send

    def read(self, original: Method) -> Method:
        @functools.wraps(original)
        def read(response: Any) -> Any:
            __tracebackhide__ = True
            call = current_call.get()
            room = call.target.room if call is not None and call.is_open else 0
            if call is None or not room or response.is_closed or response.is_stream_consumed:
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
                call.broken = {**(call.broken or {}), id(response): (chunks, error)}
                raise
            finally:
                response.stream = stream

        return read

    def aread(self, original: Method) -> Method:
        @functools.wraps(original)
        async def aread(response: Any) -> Any:
            __tracebackhide__ = True
            call = current_call.get()
            room = call.target.room if call is not None and call.is_open else 0
            if call is None or not room or response.is_closed or response.is_stream_consumed:
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
                call.broken = {**(call.broken or {}), id(response): (chunks, error)}
                raise
            finally:
                response.stream = stream

        return aread

    def returned(self, call: Call, response: Any) -> None:
        """Hand over what *call* has returned, without more ado where that can be."""
        recorder = call.recorder
        try:
            sent, body = call.subject, getattr(response, "_content", None)
            direct = response._request is sent and sent.url is call.url and not response.history and call.before is None
            if not direct or body is None or len(body) > call.target.room:
                call.answered(self.tell, response, response.history)
            elif call.owner is not NOBODY and recorder.listening:
                told, asking = UNTOLD, b""
                if not body.startswith(_JSON):
                    told = Representation.of(response.headers)
                    asking = _asking(sent, told)
                mocked = MOCKED in response.extensions
                facts = call.target.request, response.status_code, told, mocked, body, _WHOLE, False, asking
                recorder.sink.take(_new(Exchange, facts), call.owner, response)
        except Exception as error:  # noqa: BLE001 - the same
            recorder.trouble(error)

    def tell(self, call: Call, response: Any, returned: bool) -> None:  # noqa: FBT001 - a `Tell`
        """Tell of an answer: of all its body where that has been read, or else of what is, or was, read of it."""
        request = getattr(response, "_request", None)
        if request is None:  # a mock's, on its way to the client
            return
        claim = call.claim(Request(request.method, *_cut(request.url)))
        if claim is None:
            return
        told = Representation.of(response.headers)
        mocked = bool(response.extensions.get(MOCKED))
        head = Head(response.status_code, told, mocked, _asking(request, told))
        # `iter_raw` alone leaves a response without a decoder of its own.
        asked = functools.partial(_has_decoder, weakref.ref(response))
        encoded = told.encoding not in ("", "identity")
        decode = functools.partial(self.streams.decode, told.encoding, asked) if encoded else None
        if (content := getattr(response, "_content", None)) is not None:
            claim.deliver(head, content, Ending.WHOLE, response)
        elif returned and not (response.is_closed or response.is_stream_consumed):
            self.follow(Recording(claim, head, response, cuts=self.cuts, decode=decode), response)
        else:
            body = Body(claim, head, cuts=self.cuts, decode=decode)
            chunks, error = (call.broken or {}).get(id(response), ((), None))
            for chunk in chunks:
                body.add(chunk)
            body.tell(Ending.LEFT if error is None else body.ending_by(error), response)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        sync = isinstance(response.stream, self.module.SyncByteStream)
        tee = self.streams.tee if sync else self.streams.atee
        response.stream = tee(response.stream, recording)
        recording.until_ended(functools.partial(_take_off, weakref.ref(response), recording))


def _aim(call: Call, error: Exception) -> None:
    """Find the target of a call again, by public names alone, after an *error*; tell of one that stays."""
    recorder, request = call.recorder, cast("Any", call.subject)
    try:
        if call.url is None:  # nothing that can be sent
            return
        host, path = _cut(call.url)
        call.target = recorder.sink.target(request.method, host, None, path)
        if call.target.room:
            call.owner = recorder.sink.owner()
    except Exception:  # noqa: BLE001 - the same
        recorder.trouble(error)
        call.owner = NOBODY


def _asking(request: Any, told: Representation) -> bytes:
    # A body that was made anew for each sending is not there any more.
    content: bytes = getattr(request, "_content", b"") if told.is_event_stream else b""
    return content


def _has_decoder(response: Callable[[], Any]) -> bool:
    return hasattr(response(), "_decoder")


def _cut(url: Any) -> tuple[str, str]:
    # The netloc of these URLs is lower case, without userinfo, and without a port that goes without saying.
    return str(url.netloc, "ascii"), str(url.raw_path.partition(b"?")[0], "ascii")


def _take_off(response: Callable[[], Any], recording: Recording) -> None:
    # By way of the response alone: the stream beneath may keep the response, and then nobody would collect either.
    stream = getattr(response(), "stream", None)
    if isinstance(stream, RecordedStream) and stream.records(recording):
        response().stream = stream.untouched()
