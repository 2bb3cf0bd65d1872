"""Capture of exchanges through aiohttp.

The verbs of `ClientSession` lie above the mocks, which replace its `_request`; that is watched too, since
`aiohttp.request` goes there directly. A body is recorded where the code under test reads it, in the reading methods of
`StreamReader`, and ends with the release of its response at the latest.

Not seen: a body in an encoding other than gzip where `auto_decompress=False` leaves it encoded, and one that breaks
while `raise_for_status` reads it, both of which are told as left; the body of a redirect, which the library does not
read.
"""

import functools
import weakref
from collections.abc import Callable, Generator, Iterator
from types import ModuleType
from typing import Any

from pytest_usage_contract.capture import calls
from pytest_usage_contract.capture.calls import Call, Head, begin, note
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import Decoder, Recording, gunzip, pass_on
from pytest_usage_contract.core.exchange import Ending, Representation, Request

_VERBS = ("request", "get", "options", "head", "post", "put", "patch", "delete")
_READING = ("read", "readany", "readuntil", "readchunk")  # what all its other reading methods call

_recordings: dict[int, Recording] = {}
"""What is being read, by the identity of its reader, which has no room for an attribute."""


def patches(module: ModuleType) -> Iterator[Patch | None]:
    """Patch the session, the response and the reader of *module*, which is aiohttp."""
    library = _Library(module)
    yield Patch.put(module.ClientSession, "_request", library.request)
    for verb in _VERBS:
        yield Patch.put(module.ClientSession, verb, library.verb)
    for name in _READING:
        yield Patch.put(module.StreamReader, name, _read)
    yield Patch.put(module.StreamReader, "read_nowait", _read_nowait)
    yield Patch.put(module.ClientResponse, "__init__", _init)
    for name in ("release", "close"):
        yield Patch.put(module.ClientResponse, name, _release)


class _Library:
    def __init__(self, module: ModuleType) -> None:
        self.response = module.ClientResponse
        self.cuts = (module.ClientPayloadError, module.ServerDisconnectedError, module.ClientOSError)

    def request(self, original: Method) -> Method:
        @functools.wraps(original)
        async def request(session: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            call = begin(session, self.response)
            if call is None:
                return await original(session, *args, **kwargs)
            try:
                response = await original(session, *args, **kwargs)
            except BaseException as error:
                call.failed(self.tell, error, self.response)
                raise
            call.answered(self.tell, response, response.history)
            return response

        return request

    def verb(self, original: Method) -> Method:
        @functools.wraps(original)
        def verb(session: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            context = original(session, *args, **kwargs)
            if calls.recorder is not None:
                context._coro = _Watched(context._coro, session, self)
            return context

        return verb

    def tell(self, call: Call, response: Any, returned: bool) -> None:  # noqa: FBT001 - a `Tell`
        """Tell of an answer: of all its body where that has been read, or else of what is read of it."""
        if response.status is None:  # none has come
            return
        claim = call.claim(Request.of(response.method, response.url))
        if claim is None:
            return
        head = Head(response.status, Representation.of(response.headers))
        if response._body is not None:
            claim.deliver(head, response._body, Ending.WHOLE, response)
            return
        recording = Recording(claim, head, response, cuts=self.cuts, decode=_decoder(response, call.subject))
        if returned:
            self.follow(recording, response)
        else:
            recording.end(Ending.LEFT)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        reader = response.content
        if reader.at_eof():  # nothing in it; and the reader of an empty body is one for all
            recording.end(Ending.WHOLE)
        else:
            _recordings[id(reader)] = recording
            # From its end on nothing but the consumer keeps a reader or its response, and it may keep the reader alone:
            # `async for line in (await session.get(url)).content`.
            ended = functools.partial(_hold, recording, weakref.ref(response))
            recording.until_ended(functools.partial(_take_off, id(reader), weakref.ref(response), ended))
            reader.on_eof(ended)


class _Watched:
    """The coroutine within what a verb returns; not a native one, which would warn for itself if never awaited."""

    def __init__(self, coroutine: Any, session: object, library: _Library) -> None:
        self._coroutine, self._session, self._library = coroutine, session, library
        self._run: Generator[Any, Any, Any] | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        __tracebackhide__ = True
        call = begin(self._session, self._library.response)
        if call is None:
            return (yield from self._coroutine.__await__())
        try:
            response = yield from self._coroutine.__await__()
        except BaseException as error:
            call.failed(self._library.tell, error, self._library.response)
            raise
        call.answered(self._library.tell, response, response.history)
        return response

    def send(self, value: Any) -> Any:
        __tracebackhide__ = True
        if self._run is None:
            self._run = self.__await__()
        return self._run.send(value)

    def throw(self, *error: Any) -> Any:
        __tracebackhide__ = True
        return (self._coroutine if self._run is None else self._run).throw(*error)

    def close(self) -> None:
        (self._coroutine if self._run is None else self._run).close()


def _read(original: Method) -> Method:
    @functools.wraps(original)
    async def read(reader: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        recording = _recordings.get(id(reader))
        if recording is None:
            return await original(reader, *args, **kwargs)
        before, cursor = recording.reads, _cursor(reader)
        try:
            data = await original(reader, *args, **kwargs)
        except BaseException as error:
            # What a read has taken and not returned is lost: part of a line, when its reading was cancelled.
            lost = recording.reads == before and _cursor(reader) != cursor
            if lost or recording.cut_by(error):
                recording.failed(error)
            raise  # else the consumer may go on reading, as after a timeout of its own
        _note(recording, before, data, reader)
        return data

    return read


def _read_nowait(original: Method) -> Method:
    @functools.wraps(original)
    def read_nowait(reader: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        data = original(reader, *args, **kwargs)
        if (recording := _recordings.get(id(reader))) is not None:
            _note(recording, recording.reads, data, reader)
        return data

    return read_nowait


def _cursor(reader: Any) -> object:
    return getattr(reader, "_cursor", None)


def _note(recording: Recording, before: int, data: Any, reader: Any) -> None:
    if recording.reads == before:  # else a reading method within this one has noted it
        recording.add(data[0] if isinstance(data, tuple) else data)
    if reader.at_eof():
        recording.end(Ending.WHOLE)


def _init(original: Method) -> Method:
    @functools.wraps(original)
    def init(response: object, *args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        original(response, *args, **kwargs)
        note(response)

    return init


def _release(original: Method) -> Method:
    @functools.wraps(original)
    def release(response: Any) -> Any:
        __tracebackhide__ = True
        try:
            return original(response)
        finally:
            reader = response.content
            if (recording := _recordings.get(id(reader))) is not None:
                recording.end(Ending.WHOLE if reader.at_eof() else Ending.LEFT)

    return release


def _hold(recording: Recording, response: Callable[[], Any]) -> None:
    recording.hold(getattr(response(), "content", None))


def _take_off(key: int, response: Callable[[], Any], ended: Callable[[], None]) -> None:
    _recordings.pop(key, None)
    callbacks = getattr(getattr(response(), "content", None), "_eof_callbacks", [])
    if ended in callbacks:
        callbacks.remove(ended)


def _decoder(response: Any, session: Any) -> Decoder | None:
    encodings = Representation.of(response.headers).encodings
    if "gzip" in encodings:
        return gunzip
    return None if session.auto_decompress or not encodings else pass_on
