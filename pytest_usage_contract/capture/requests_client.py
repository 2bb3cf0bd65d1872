"""Capture of exchanges through requests.

`Session.send` is where every call passes, but requests-mock replaces it; so `Session.request`, above it, is watched
too. A body is recorded in `Response.iter_content`, through which `content`, `text`, `json` and `iter_lines` read.

Not seen: what is read from `r.raw` (the exchange is told as left).
"""

import functools
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import Any

from pytest_usage_contract.capture.calls import Call, Head, begin, current_call, note
from pytest_usage_contract.capture.patches import Method, Patch
from pytest_usage_contract.capture.recordings import Body, Recording
from pytest_usage_contract.core.exchange import Ending, Representation, Request

_recordings: dict[int, Recording] = {}
"""What is being read, by the identity of its response: an attribute would show there."""


def patches(module: ModuleType) -> Iterator[Patch | None]:
    """Patch the session and the response of *module*, which is requests."""
    library = _Library(module)
    yield Patch.put(module.Session, "request", library.call)
    yield Patch.put(module.Session, "send", library.call)
    yield Patch.put(module.Response, "iter_content", library.iter_content)
    yield Patch.put(module.Response, "close", _close)
    yield Patch.put(module.adapters.HTTPAdapter, "send", library.carry)
    yield Patch.put(module.adapters.HTTPAdapter, "build_response", _build_response)


class _Library:
    def __init__(self, module: ModuleType) -> None:
        self.response = module.Response
        self.decode_unicode = module.utils.stream_decode_response_unicode
        self.cuts = (module.exceptions.ChunkedEncodingError, module.exceptions.ContentDecodingError)

    def call(self, original: Method) -> Method:
        @functools.wraps(original)
        def call(session: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            # A session calls itself: `request` calls `send`, and `send` again for each hop of a redirect.
            call = begin(session, self.response)
            if call is None:
                return original(session, *args, **kwargs)
            try:
                response = original(session, *args, **kwargs)
            except BaseException as error:
                call.failed(self.tell, error, self.response)
                raise
            call.answered(self.tell, response, response.history)
            return response

        return call

    def carry(self, original: Method) -> Method:
        @functools.wraps(original)
        def send(adapter: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            call = current_call.get()
            if call is None or not call.is_open or call.kind is not self.response:
                return original(adapter, *args, **kwargs)
            call.carries = True
            try:
                return original(adapter, *args, **kwargs)
            finally:
                call.carries = False

        return send

    def tell(self, call: Call, response: Any, returned: bool) -> None:  # noqa: FBT001 - a `Tell`
        """Tell of an answer: of all its body where that has been read, or else of what is, or was, read of it."""
        request = response.request
        claim = call.claim(Request.of(request.method, request.url))
        if claim is None:
            return
        told = Representation.of(response.headers)
        asking = request.body if told.is_event_stream and isinstance(request.body, bytes | str) else b""
        asking = asking.encode() if isinstance(asking, str) else asking
        head = Head(response.status_code, told, asking=asking)
        if response._content_consumed and response._content is not False:
            claim.deliver(head, response._content or b"", Ending.WHOLE, response)
        elif returned:
            self.follow(Recording(claim, head, response, cuts=self.cuts), response)
        else:
            body = Body(claim, head, cuts=self.cuts)
            chunks, error = (call.broken or {}).get(id(response), ((), None))
            for chunk in chunks:
                body.add(chunk)
            body.tell(Ending.LEFT if error is None else body.ending_by(error), response)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        _recordings[id(response)] = recording
        recording.until_ended(functools.partial(_recordings.pop, id(response), None))

    def iter_content(self, original: Method) -> Method:
        @functools.wraps(original)
        def iter_content(response: Any, chunk_size: Any = 1, decode_unicode: Any = False) -> Any:  # noqa: FBT002 - theirs
            __tracebackhide__ = True
            call, recording = current_call.get(), _recordings.get(id(response))
            if recording is not None:
                chunks = _tee(original(response, chunk_size, False), response.raw, recording)
            elif call is not None and call.is_open and not response._content_consumed:
                chunks = self.drafted(original(response, chunk_size, False), response, call)
            else:
                return original(response, chunk_size, decode_unicode)
            return self.decode_unicode(chunks, response) if decode_unicode else chunks

        return iter_content

    def drafted(self, chunks: Iterator[bytes], response: Any, call: Call) -> Iterator[bytes]:
        """Keep *chunks*, which the client itself is reading, in case they break off."""
        __tracebackhide__ = True
        kept: list[bytes] = []
        try:
            for chunk in chunks:
                kept.append(chunk)  # which the client keeps, too
                yield chunk
        except Exception as error:
            call.broken = {**(call.broken or {}), id(response): (kept, error)}
            raise


def _tee(chunks: Generator[bytes, None, None], raw: object, recording: Recording) -> Iterator[bytes]:
    __tracebackhide__ = True
    try:
        for chunk in chunks:
            recording.add(chunk)
            yield chunk
    except GeneratorExit:
        chunks.close()
        if getattr(raw, "closed", True):  # as urllib3 does to a chunked body; another one may still be read on
            recording.end(Ending.LEFT)
        raise
    except Exception as error:
        recording.failed(error)
        raise
    recording.end(Ending.WHOLE)


def _build_response(original: Method) -> Method:
    @functools.wraps(original)
    def build_response(adapter: object, request: object, answer: object) -> Any:
        __tracebackhide__ = True
        response = original(adapter, request, answer)
        note(response)
        return response

    return build_response


def _close(original: Method) -> Method:
    @functools.wraps(original)
    def close(response: object) -> Any:
        __tracebackhide__ = True
        try:
            return original(response)
        finally:
            if (recording := _recordings.get(id(response))) is not None:
                recording.end(Ending.LEFT)

    return close
