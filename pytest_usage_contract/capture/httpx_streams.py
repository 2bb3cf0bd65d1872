"""A body as httpx and httpx2 stream it: recorded while it is read, or decoded once more."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from itertools import filterfalse
from types import ModuleType
from typing import Any

from pytest_usage_contract.capture.recordings import Decoded, Reading, Recording
from pytest_usage_contract.core.exchange import Ending

# Decoded at a time. Compression is at most about 1000 : 1, so this is what can appear at once.
_PIECE = 16 * 1024


class Streams:
    """The streams of one of the two libraries: made for it, since it reads none but its own."""

    def __init__(self, module: ModuleType) -> None:
        """Make the streams of *module*."""
        self._module = module
        self.tee: type[RecordedStream] = type("RecordedStream", (SyncTee, module.SyncByteStream), {})
        self.atee: type[RecordedStream] = type("RecordedStream", (AsyncTee, module.AsyncByteStream), {})
        self.draft: type[SyncDraft] = type("DraftStream", (SyncDraft, module.SyncByteStream), {})
        self.adraft: type[AsyncDraft] = type("DraftStream", (AsyncDraft, module.AsyncByteStream), {})
        self._pieces: type[Pieces] = type("Pieces", (Pieces, module.SyncByteStream), {})

    def decode(self, encoding: str, asked: Callable[[], bool], raw: bytes, bound: int) -> Decoded:
        """Undo *encoding* as the library does, which is what a reader would have got who *asked* for that."""
        pieces, body = self._pieces(raw), bytearray()
        response = self._module.Response(200, headers={"content-encoding": encoding}, stream=pieces)
        try:
            for part in response.iter_bytes():
                body += part
                if len(body) > bound:
                    return Decoded(bytes(body[:bound]), overflowed=True)
        except self._module.DecodingError:
            return Decoded(bytes(body), broken=not pieces.exhausted, unfinished=pieces.exhausted)
        return Decoded(bytes(body), passed_on=body == raw and not asked())


class RecordedStream:
    """The stream of a response, recorded while it is read; in everything else it is that stream."""

    def __init__(self, stream: Any, recording: Recording) -> None:
        self._stream, self._recording = stream, recording

    def records(self, recording: Recording) -> bool:
        return self._recording is recording

    def untouched(self) -> Any:
        return self._stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)  # `elapsed`, which httpx2 asks the stream for


class SyncTee(RecordedStream):
    def __iter__(self) -> Iterator[bytes]:
        __tracebackhide__ = True
        reading = Reading(self._recording)
        try:
            for chunk in self._stream:
                reading.add(chunk)
                yield chunk
        except Exception as error:
            self._recording.failed(error)
            raise
        self._recording.end(Ending.WHOLE)

    def close(self) -> None:
        __tracebackhide__ = True
        try:
            self._stream.close()
        finally:
            self._recording.end(Ending.LEFT)


class AsyncTee(RecordedStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        __tracebackhide__ = True
        chunks, reading = self._stream.__aiter__(), Reading(self._recording)
        try:
            async for chunk in chunks:
                reading.add(chunk)
                yield chunk
        except Exception as error:
            self._recording.failed(error)
            raise
        finally:
            await _close(chunks)
        self._recording.end(Ending.WHOLE)

    async def aclose(self) -> None:
        __tracebackhide__ = True
        try:
            await self._stream.aclose()
        finally:
            self._recording.end(Ending.LEFT)


class SyncDraft(filterfalse):  # type: ignore[type-arg]  # of bytes; it takes no argument before Python 3.13
    """The stream of a response that its client reads itself, whose chunks are kept at hand in case it breaks.

    It is made of `chunks.append`, which returns None, so that every chunk goes on, and of the stream. So it runs no
    frame of ours.
    """

    close: Callable[[], None]


class AsyncDraft:
    """The same of an asynchronous one."""

    aclose: Callable[[], Awaitable[None]]

    def __init__(self, keep: Callable[[bytes], None], stream: Any) -> None:
        self._keep, self._stream = keep, stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        __tracebackhide__ = True
        chunks = self._stream.__aiter__()
        try:
            async for chunk in chunks:
                self._keep(chunk)
                yield chunk
        finally:
            await _close(chunks)


class Pieces:
    """A body that is kept, as a stream of pieces that are small enough to decode."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.exhausted = False

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._raw), _PIECE):
            yield self._raw[start : start + _PIECE]
        self.exhausted = True


async def _close(chunks: AsyncIterator[bytes]) -> None:
    # Left to the garbage collector, a generator beneath ours would be closed at some later turn of the loop.
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()
