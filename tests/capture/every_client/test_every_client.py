"""What is seen through each of the clients alike."""

import asyncio
import inspect
import weakref
from contextlib import suppress

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3

from pytest_usage_contract.capture import Capture


async def test_a_call_is_one_exchange(book, provider, client, body):
    book.me = "a test"
    assert await client.call(f"{provider.url}/v1/completions?key=secret", "POST") == body
    [exchange] = book.exchanges
    assert (exchange.request.method, exchange.request.host, exchange.request.path) == (
        "POST",
        provider.host,
        "/v1/completions",
    )
    assert (exchange.status, exchange.body, exchange.ending) == (200, body, "whole")
    assert (exchange.representation.is_event_stream, exchange.overflowed, exchange.mocked) == (False, False, False)
    assert book.owners == ["a test"]
    assert book.responses == [client.response]


async def test_calls_at_once_are_exchanges_of_their_own(book, provider, async_client, body):
    bodies = await asyncio.gather(*[async_client.call(f"{provider.url}/json") for _ in range(5)])
    assert book.bodies == bodies == [body] * 5


async def test_a_retry_is_an_exchange_of_its_own(book, provider, client, body):
    while await client.call(f"{provider.url}/flaky") != body:
        pass
    assert book.statuses == [429, 200]


async def test_every_hop_of_a_redirect_is_an_exchange(book, provider, strict_client, body):
    hops = [b"", b"moved" * strict_client.reads_hops]
    hops_of_stream = [b"", b"moved" * strict_client.reads_hops_of_streams]
    assert await strict_client.call(f"{provider.url}/redirect") == body
    async with strict_client.stream(f"{provider.url}/redirect") as response:
        assert book.statuses[3:] == [307, 307]
        await strict_client.read(response)
    assert [exchange.request.path for exchange in book.exchanges] == ["/redirect", "/hop", "/json"] * 2
    assert book.statuses == [307, 307, 200] * 2
    assert book.bodies == [*hops, body, *hops_of_stream, body]


async def test_a_redirect_that_never_ends_fails_as_before(book, provider, strict_client):
    with pytest.raises(strict_client.loops):
        await strict_client.call(f"{provider.url}/loop")
    assert len(book.statuses) >= 10
    assert set(book.statuses) == {307}


async def test_a_call_that_is_never_answered_is_no_exchange(book, provider, client):
    with pytest.raises(client.unanswered):
        await client.call(f"{provider.url}/silent")
    assert book.exchanges == []


@pytest.mark.parametrize("path", ["gzip", "deflate"])
async def test_a_body_is_decoded(book, provider, strict_client, body, path):
    await strict_client.call(f"{provider.url}/{path}")
    async with strict_client.stream(f"{provider.url}/{path}") as response:
        await strict_client.read(response)
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


async def test_a_stream_stays_lazy(book, provider, client, events):
    async with client.stream(f"{provider.url}/gated") as response:
        chunks = client.chunks(response)
        for event in events:
            assert await anext(chunks) == event
            assert book.exchanges == []
            provider.gate.set()
        with pytest.raises(StopAsyncIteration):
            await anext(chunks)
        [exchange] = book.exchanges
    assert (exchange.body, exchange.ending, exchange.representation.content_type) == (
        b"".join(events),
        "whole",
        "text/event-stream",
    )
    assert len(book.exchanges) == 1


@pytest.mark.parametrize("path", ["sse", "gzip-sse"])
async def test_every_way_to_read_gives_the_same(book, provider, client, events, path):
    for way in client.ways:
        async with client.stream(f"{provider.url}/{path}") as response:
            await client.read(response, way)
    assert book.bodies == [b"".join(events)] * len(client.ways)
    assert set(book.endings) == {"whole"}
    assert all(exchange.representation.is_event_stream for exchange in book.exchanges)


# httpx leaves the stream that nobody read on to the loop, which an old pytest-asyncio closes without it.
@pytest.mark.filterwarnings("ignore:coroutine method 'aclose':RuntimeWarning")
async def test_a_stream_the_consumer_leaves_early_is_left(book, provider, client, events):
    async with client.stream(f"{provider.url}/gated") as response:
        await anext(client.chunks(response))
    async with client.stream(f"{provider.url}/gated"):
        pass
    with suppress(ZeroDivisionError):
        async with client.stream(f"{provider.url}/gated") as response:
            await anext(client.chunks(response))
            raise ZeroDivisionError
    assert book.endings == ["left"] * 3
    assert book.bodies == [events[0], b"", events[0]]


async def test_a_stream_that_outlasts_the_consumers_patience_is_left(book, provider, client, events):
    with pytest.raises(client.impatient):
        async with client.stream(f"{provider.url}/stall", patience=0.1) as response:
            await client.read(response)
    assert (book.endings, book.bodies) == (["left"], [events[0]])


async def test_what_is_cancelled_while_it_reads_is_left(book, provider, async_client, events, run_soon):
    first = asyncio.Event()

    async def consume():
        async with async_client.stream(f"{provider.url}/stall") as response:
            async for _ in async_client.chunks(response):
                first.set()

    task = asyncio.create_task(consume())
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(provider.stalls.acquire)
    task = asyncio.create_task(async_client.call(f"{provider.url}/stall"))
    await asyncio.to_thread(provider.stalls.acquire)
    await run_soon()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (book.endings, book.bodies) == (["left"] * 2, [events[0]] * 2)


# httpx leaves the stream that it could not decode to the loop, which an old pytest-asyncio closes without it.
@pytest.mark.filterwarnings("ignore:coroutine method 'aclose':RuntimeWarning")
@pytest.mark.parametrize("path", ["cut-length", "cut-chunked", "corrupt"])
async def test_a_body_the_server_breaks_is_cut(book, provider, strict_client, path):
    with pytest.raises(strict_client.broken) as streamed:
        async with strict_client.stream(f"{provider.url}/{path}") as response:
            await strict_client.read(response, strict_client.ways[0])
    with pytest.raises(strict_client.broken) as whole:
        await strict_client.call(f"{provider.url}/{path}")
    assert streamed.type is whole.type
    assert book.endings == ["cut", "cut"]
    assert book.statuses == [200, 200]
    assert book.responses == [strict_client.response] * 2
    assert book.bodies[0] == book.bodies[1]


async def test_a_broken_body_beyond_the_bound_is_kept_up_to_it(new_book, provider, strict_client, events):
    book = new_book(bound=5)
    with Capture(book), pytest.raises(strict_client.broken):
        await strict_client.call(f"{provider.url}/cut-twice")
    [exchange] = book.exchanges
    assert (exchange.body, exchange.overflowed, exchange.ending) == (events[0][:5], True, "cut")


async def test_a_body_beyond_the_bound_is_kept_up_to_it(new_book, provider, client):
    book = new_book(bound=30)
    with Capture(book):
        await client.call(f"{provider.url}/json")
        async with client.stream(f"{provider.url}/sse") as response:
            await client.read(response)
    assert [(len(one.body), one.overflowed, one.ending) for one in book.exchanges] == [(30, True, "whole")] * 2


async def test_an_unwanted_call_is_asked_about_and_left_alone_even_if_it_breaks(book, provider, strict_client):
    await strict_client.call(f"{provider.unwanted}/json")
    async with strict_client.stream(f"{provider.unwanted}/json") as response:
        await strict_client.read(response)
    with pytest.raises(strict_client.broken):
        await strict_client.call(f"{provider.unwanted}/cut-length")
    assert provider.unwanted.removeprefix("http://") in book.asked
    assert book.exchanges == []


async def test_no_response_is_kept(book, provider, client, collect):
    async with client.stream(f"{provider.url}/json") as response:
        await client.read(response)
    gone = weakref.ref(response)
    del response
    collect()
    assert gone() is None


@pytest.mark.parametrize(
    "url, host, path",
    [
        ("http://user:pw@LocalHost:{port}/a%20b?key=k#f", "localhost:{port}", "/a%20b"),
        ("http://127.0.0.1:{port}", "127.0.0.1:{port}", "/"),
    ],
)
async def test_an_address_is_told_without_what_is_secret(book, provider, client, url, host, path):
    book.unwanted = "nowhere"
    port = provider.server_address[1]
    await client.call(url.format(port=port))
    assert [(one.request.host, one.request.path) for one in book.exchanges] == [(host.format(port=port), path)]


VERBS = ("_request", "request", "get", "options", "head", "post", "put", "patch", "delete")
PATCHED = {
    **{
        lib.__name__: [
            (lib.Client, ["send"]),
            (lib.AsyncClient, ["send"]),
            (lib.Response, ["read", "aread"]),
        ]
        for lib in (httpx, httpx2)
    },
    "requests": [
        (requests.Session, ["request", "send"]),
        (requests.Response, ["iter_content", "close"]),
        (requests.adapters.HTTPAdapter, ["send", "build_response"]),
    ],
    "urllib3": [
        (urllib3.HTTPConnectionPool, ["urlopen"]),
        (urllib3.HTTPResponse, ["__init__", "read", "read1", "read_chunked", "close", "drain_conn"]),
    ],
    "aiohttp": [
        (aiohttp.ClientSession, VERBS),
        (aiohttp.StreamReader, ["read", "readany", "readuntil", "readchunk", "read_nowait"]),
        (aiohttp.ClientResponse, ["__init__", "release", "close"]),
    ],
}


@pytest.mark.parametrize("patched", PATCHED.values(), ids=PATCHED)
def test_the_methods_look_as_before_and_are_put_back(patched):
    methods = [(owner, name) for owner, names in patched for name in names]
    before = [vars(owner)[name] for owner, name in methods]
    with Capture(inspect):  # whatever it is, it is not asked
        for (owner, name), method in zip(methods, before, strict=True):
            ours = vars(owner)[name]
            assert ours is not method
            assert inspect.signature(ours) == inspect.signature(method)
            assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(method)
            assert (ours.__doc__, ours.__qualname__) == (method.__doc__, method.__qualname__)
    assert [vars(owner)[name] for owner, name in methods] == before
