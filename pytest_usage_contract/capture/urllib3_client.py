"""Capture of exchanges through urllib3, and so through botocore, which sends by it.

`HTTPConnectionPool.urlopen` is where every call passes; it calls itself for each retry, and for each hop of a redirect
that it follows. A body is recorded in the reading methods of `HTTPResponse`, which all others call.

Not seen: a connection that is used without its pool; the body of an answer that the library throws away before it
tries again, and one in an encoding other than gzip that is read as it came, both of which are told as left.
"""

import functools
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from pytest_usage_contract.capture import calls
from pytest_usage_contract.capture.calls import Call, Head, begin, current_call, note
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import Body, Recording, gunzip, pass_on
from pytest_usage_contract.core.exchange import Ending, Representation, Request

_recordings: "dict[int, _Recording]" = {}
"""What is being read, by the identity of its response: an attribute would show there."""


def patches(module: ModuleType) -> Iterator[Patch | None]:
    """Patch the pool and the response of *module*, which is urllib3."""
    library = _Library(module)
    yield Patch.put(module.HTTPConnectionPool, "urlopen", library.urlopen)
    yield Patch.put(module.HTTPResponse, "__init__", _init)
    yield Patch.put(module.HTTPResponse, "read", library.read)
    yield Patch.put(module.HTTPResponse, "read1", library.read)
    yield Patch.put(module.HTTPResponse, "read_chunked", library.read_chunked)
    yield Patch.put(module.HTTPResponse, "close", _leave)
    yield Patch.put(module.HTTPResponse, "drain_conn", _leave)


class _Sent(NamedTuple):
    """What a pool was asked to send."""

    pool: Any
    method: str
    target: str
    body: object

    @property
    def url(self) -> str:
        """The whole URL; through a proxy the target is one already."""
        if not self.target.startswith("/"):
            return self.target
        host = f"[{self.pool.host}]" if ":" in self.pool.host else self.pool.host
        return f"{self.pool.scheme}://{host}{f':{self.pool.port}' if self.pool.port else ''}{self.target}"


class _Answer(NamedTuple):
    """A response, which does not say itself what it answers."""

    response: Any
    sent: _Sent


class _Recording(Recording):
    """A recording that knows when the library is at work: what that closes then was not left."""

    is_at_work = False


class _Library:
    def __init__(self, module: ModuleType) -> None:
        self.response, self.errors = module.HTTPResponse, module.exceptions.HTTPError
        self.cuts = (module.exceptions.ProtocolError, module.exceptions.DecodeError)

    def urlopen(self, original: Method) -> Method:
        @functools.wraps(original)
        def urlopen(pool: object, method: Any, url: Any, body: Any = None, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            call = begin(pool, _Answer)
            if calls.recorder is not None and (current := current_call.get()) is not None:
                current.sent = _Sent(pool, method, url, body)
            if call is None:
                return original(pool, method, url, body, *args, **kwargs)
            try:
                response = original(pool, method, url, body, *args, **kwargs)
            except BaseException as error:
                call.failed(self.tell, error, _Answer)
                raise
            # What a cassette returns has another response behind it, to the same request.
            call.answers = [answer for answer in call.answers if answer.sent is not call.sent]
            call.answered(self.tell, _Answer(response, call.sent), ())
            return response

        return urlopen

    def tell(self, call: Call, answer: _Answer, returned: bool) -> None:  # noqa: FBT001 - a `Tell`
        """Tell of an answer: of all its body where that has been read, or else of what is, or was, read of it."""
        response, sent = answer
        if returned and call.is_carried:
            return
        claim = call.claim(Request.of(sent.method, sent.url))
        if claim is None:
            return
        told = Representation.of(response.headers)
        asking = sent.body if told.is_event_stream and isinstance(sent.body, bytes | str) else b""
        asking = asking.encode() if isinstance(asking, str) else asking
        head = Head(response.status, told, asking=asking)
        # A cassette's response has all its body, and is of no class that is watched.
        read = getattr(response, "_body" if isinstance(response, self.response) else "data", None)
        if isinstance(read, bytes):
            claim.deliver(head, read, Ending.WHOLE, response)
        elif returned:
            decode = gunzip if "gzip" in told.encodings else None
            recording = _Recording(claim, head, response, cuts=self.cuts, decode=decode)
            _recordings[id(response)] = recording
            recording.until_ended(functools.partial(_recordings.pop, id(response), None))
        else:
            body = Body(claim, head, cuts=self.cuts)
            chunks, error = (call.broken or {}).get(id(response), ((), None))
            for chunk in chunks:
                body.add(chunk)
            body.tell(Ending.LEFT if error is None else body.ending_by(error), response)

    def read(self, original: Method) -> Method:
        @functools.wraps(original)
        def read(response: Any, amt: Any = None, decode_content: Any = None, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            call, recording = current_call.get(), _recordings.get(id(response))
            if recording is not None:
                _begin_work(recording, response, decode_content)
            try:
                data = original(response, amt, decode_content, *args, **kwargs)
            except self.errors as error:
                if recording is not None:
                    recording.add(_partial(response, error))
                    recording.failed(error)
                elif call is not None and call.is_open:
                    call.broken = {**(call.broken or {}), id(response): ([_partial(response, error)], error)}
                raise
            finally:
                if recording is not None:
                    recording.is_at_work = False
            if recording is not None:
                recording.add(data or b"")
                if (not data and amt != 0) or (amt is None and original.__name__ == "read") or _is_read(response):
                    recording.end(Ending.CUT if response.length_remaining else Ending.WHOLE)
            return data

        return read

    def read_chunked(self, original: Method) -> Method:
        @functools.wraps(original)
        def read_chunked(response: Any, amt: Any = None, decode_content: Any = None) -> Any:
            __tracebackhide__ = True
            chunks, recording = original(response, amt, decode_content), _recordings.get(id(response))
            if recording is None:
                return chunks
            return self.tee(chunks, recording, functools.partial(_begin_work, recording, response, decode_content))

        return read_chunked

    def tee(
        self, chunks: Generator[bytes, None, None], recording: _Recording, begin_work: "functools.partial[None]"
    ) -> Iterator[bytes]:
        """Yield *chunks*, recorded."""
        __tracebackhide__ = True
        begin_work()
        try:
            for chunk in chunks:
                recording.is_at_work = False
                recording.add(chunk)
                yield chunk
                begin_work()
        except GeneratorExit:
            chunks.close()  # and that the connection
            recording.end(Ending.LEFT)
            raise
        except self.errors as error:
            recording.failed(error)
            raise
        recording.end(Ending.WHOLE)


def _begin_work(recording: _Recording, response: Any, decode_content: object) -> None:
    recording.is_at_work = True
    as_it_came = not (response.decode_content if decode_content is None else decode_content)
    encodings = Representation.of(response.headers).encodings
    if as_it_came and encodings and "gzip" not in encodings:
        recording.decode = pass_on


def _is_read(response: Any) -> bool:
    """Tell whether nothing is left to read, as `stream` of the library asks it."""
    decoder, waiting = getattr(response, "_decoder", None), getattr(response, "_decoded_buffer", b"")
    return response.closed and not waiting and not getattr(decoder, "has_unconsumed_tail", False)


def _partial(response: Any, error: Exception) -> bytes:
    """Return what had come and was not given out: decoded, or where it needs no decoding."""
    waiting = b"".join(getattr(getattr(response, "_decoded_buffer", None), "buffer", ()))
    came = getattr(error.args[-1], "partial", b"") if error.args else b""
    return waiting if Representation.of(response.headers).encodings or not isinstance(came, bytes) else waiting + came


def _init(original: Method) -> Method:
    @functools.wraps(original)
    def init(response: object, *args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        if (call := current_call.get()) is not None:
            note(_Answer(response, call.sent))  # before its body is read, which may break
        original(response, *args, **kwargs)

    return init


def _leave(original: Method) -> Method:
    @functools.wraps(original)
    def leave(response: Any) -> Any:
        __tracebackhide__ = True
        try:
            return original(response)
        finally:
            recording = _recordings.get(id(response))
            # What the garbage collector closes is told of without its response.
            if recording is not None and not recording.is_at_work and not getattr(response, "_finalizing", False):
                recording.end(Ending.LEFT)

    return leave
