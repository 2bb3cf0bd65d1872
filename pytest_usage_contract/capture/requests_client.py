"""Capture of exchanges through requests.

`Session.send` is where every call passes, but requests-mock replaces it; so `Session.request`, above it, is watched
too. A body is recorded in `Response.iter_content`, through which `content`, `text`, `json` and `iter_lines` read.

Not seen: what is read from `r.raw` (the exchange is told as left), and the hops of a redirect that never ends.
"""

import functools
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import Any

from pytest_usage_contract.capture.calls import Call, Claim, Head, begin, current_call
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


class _Library:
    def __init__(self, module: ModuleType) -> None:
        self.decode_unicode = module.utils.stream_decode_response_unicode
        self.cuts = (module.exceptions.ChunkedEncodingError, module.exceptions.ContentDecodingError)

    def call(self, original: Method) -> Method:
        @functools.wraps(original)
        def call(session: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            # A session calls itself: `request` calls `send`, and `send` again for each hop of a redirect.
            begun = begin(session)
            if begun is None:
                return original(session, *args, **kwargs)
            try:
                response = original(session, *args, **kwargs)
            except BaseException as error:
                begun.failed(error)
                raise
            begun.answered(self.answered, response)
            return response

        return call

    def answered(self, call: Call, response: Any) -> None:
        """Tell of every hop of *response*, and of itself."""
        for hop in (*response.history, response):
            claim = _claim(call, hop)
            if claim is None:
                continue
            head = _head(hop)
            if hop._content_consumed and hop._content is not False:
                claim.deliver(head, hop._content or b"", Ending.WHOLE, hop)
                continue
            recording = Recording(claim, head, hop, cuts=self.cuts)
            if hop is response:
                self.follow(recording, hop)
            else:
                recording.end(Ending.LEFT)

    def follow(self, recording: Recording, response: Any) -> None:
        """Record what the code under test reads of *response*, when it reads it."""
        _recordings[id(response)] = recording
        recording.until_ended(functools.partial(_recordings.pop, id(response), None))

    def broke(self, chunks: list[bytes], error: BaseException, call: Call, response: Any) -> None:
        """Tell of *response*, of which the client had read *chunks* when *error* broke it."""
        claim = _claim(call, response)
        if claim is not None:
            body = Body(claim, _head(response), cuts=self.cuts)
            for chunk in chunks:
                body.add(chunk)
            body.tell(body.ending_by(error), response)

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
        """Keep the first of *chunks*, which the client itself is reading, in case they break off."""
        __tracebackhide__ = True
        kept: list[bytes] = []
        room = call.recorder.bound
        try:
            for chunk in chunks:
                if room > 0:
                    kept.append(chunk)
                    room -= len(chunk)
                yield chunk
        except Exception as error:
            call.broke(error, functools.partial(self.broke, kept, error), response)
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


def _claim(call: Call, response: Any) -> Claim | None:
    return call.claim(Request.of(response.request.method, response.request.url).host)


def _head(response: Any) -> Head:
    request, told = response.request, Representation.of(response.headers)
    return Head(request.method, request.url, response.status_code, told)
