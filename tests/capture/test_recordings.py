"""What is recorded of a body that is read in more than one go: what one reading of it gives."""

import gzip

import pytest

from pytest_usage_contract.capture import Capture

CHUNKS = [b'data: {"delta": "a"}\n\n', b'data: {"delta": "b"}\n\n', b'data: {"usage": 1}\n\n', b"data: [DONE]\n\n"]
WHOLE = b"".join(CHUNKS)


def streams(lib):
    """Bodies whose second reading starts again, or goes on where the first stopped."""

    class Again(lib.SyncByteStream, lib.AsyncByteStream):
        def __init__(self, chunks):
            self.chunks = chunks

        def __iter__(self):
            return iter(self.chunks)

        async def __aiter__(self):
            for chunk in self:
                yield chunk

    class Onward(Again):
        def __init__(self, chunks):
            super().__init__(chunks)
            self.left = iter(chunks)

        def __iter__(self):
            return self.left

    return {"again": Again, "onward": Onward}


WAYS = ["iter_raw", "iter_bytes", "iter_lines"]


class steps:  # noqa: N801 - it stands in the place of `iter`
    """The items of an iterator of either kind; no generator, which would have to be closed."""

    def __init__(self, iterable):
        self.items = iterable.__aiter__() if hasattr(iterable, "__aiter__") else iter(iterable)

    async def __anext__(self):
        if hasattr(self.items, "__anext__"):
            return await self.items.__anext__()
        for item in self.items:
            return item
        raise StopAsyncIteration


@pytest.fixture(params=["sync", "async"])
def opened(lib, request):
    """Open a response of *chunks* by a client of either kind, and give it with its ways to be read."""

    async def opened(chunks, kind, headers=()):
        stream = streams(lib)[kind](chunks)
        transport = lib.MockTransport(lambda _: lib.Response(200, headers=dict(headers), stream=stream))
        if request.param == "sync":
            client = lib.Client(transport=transport)
            response = client.send(client.build_request("GET", "https://x.test/"), stream=True)
            return response, lambda way: steps(getattr(response, way)())
        client = lib.AsyncClient(transport=transport)
        response = await client.send(client.build_request("GET", "https://x.test/"), stream=True)
        return response, lambda way: steps(getattr(response, f"a{way}")())

    return opened


async def each(parts, most=None):
    """Read *parts* to their end, or that many of them, and leave the rest to be read on."""
    read = []
    while len(read) != most:
        try:
            read.append(await anext(parts))
        except StopAsyncIteration:
            break
    return read


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("kind", ["again", "onward"])
async def test_a_stream_that_is_drained_below_its_reader_is_recorded_once(book, opened, kind, number, way):
    response, ways = await opened(CHUNKS, kind)
    parts = ways(way)
    await each(parts, number)
    await each(steps(response.stream))
    assert (book.bodies, book.endings) == ([WHOLE], ["whole"])
    await each(steps(response.stream))
    assert len(book.exchanges) == 1


async def test_two_readings_that_take_turns_are_recorded_as_one(book, opened):
    response, ways = await opened(CHUNKS, "again")
    first, second = ways("iter_raw"), steps(response.stream)
    await each(first, 1)
    await each(second, 3)
    await each(first)
    assert (book.bodies, book.endings) == ([WHOLE], ["whole"])


async def test_what_goes_on_nearly_as_it_began_is_kept_whole(book, opened):
    chunks = [b"aab", b"aa", b"c", b"aab"]
    response, ways = await opened(chunks, "onward")
    parts = ways("iter_raw")
    await each(parts, 1)
    await each(steps(response.stream))
    assert book.bodies == [b"".join(chunks)]


async def test_a_compressed_stream_that_starts_again_is_decoded_as_one(book, opened):
    packed = gzip.compress(WHOLE)
    response, ways = await opened([packed[:20], packed[20:]], "again", {"content-encoding": "gzip"})
    parts = ways("iter_bytes")
    await each(parts, 1)
    await each(steps(response.stream))
    assert (book.bodies, book.endings) == ([WHOLE], ["whole"])


async def test_a_stream_that_starts_again_is_kept_up_to_the_bound(new_book, opened):
    book = new_book(bound=15)
    with Capture(book):
        response, ways = await opened(CHUNKS, "again")
        parts = ways("iter_raw")
        await each(parts, 2)
        await each(steps(response.stream))
    assert [(one.body, one.overflowed) for one in book.exchanges] == [(WHOLE[:15], True)]


async def test_a_stream_that_starts_again_and_is_left_is_left(new_book, opened):
    book = new_book()
    with Capture(book):
        response, ways = await opened(CHUNKS, "again")
        await each(ways("iter_raw"), 1)
        await each(steps(response.stream), 2)
    assert (book.bodies, book.endings) == ([b"".join(CHUNKS[:2])], ["left"])
