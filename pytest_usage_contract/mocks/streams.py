"""Bodies that are delivered chunk by chunk, as often as they are asked for, to sync and async clients alike."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Replayable: each iteration begins anew. Where it is *cut*, the server is gone after the last chunk."""

    def __init__(self, chunks: tuple[bytes, ...], *, cut: bool = False) -> None:
        self._chunks, self._cut = chunks, cut

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        if self._cut:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


class Translated(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose errors come as another library's: what httpx2 reads must raise what httpx2 raises."""

    def __init__(self, stream: Any, translate: Callable[[Exception], Exception]) -> None:
        self._stream, self._translate = stream, translate

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx.RequestError as error:
            raise self._translate(error) from error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                yield chunk
        except httpx.RequestError as error:
            raise self._translate(error) from error
