"""What is seen through aiohttp and no other client: its verbs, its coroutines, its readers."""

import asyncio
import weakref

import aiohttp
import pytest

from pytest_usage_contract.capture import Capture

VERBS = ("get", "options", "head", "post", "put", "patch", "delete")


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_every_verb_is_seen_once(book, provider, session):
    for verb in VERBS:
        async with getattr(session, verb)(f"{provider.url}/json") as response:
            await response.read()
    assert [exchange.request.method.lower() for exchange in book.exchanges] == list(VERBS)


async def test_the_function_of_the_module_is_seen(book, provider, body):
    async with aiohttp.request("GET", f"{provider.url}/json") as response:
        await response.json()
    assert book.bodies == [body]


async def test_a_call_that_fails_fails_as_before(book, session):
    with pytest.raises(aiohttp.NonHttpUrlClientError):
        await session.get("ftp://x.test/")
    with pytest.raises(aiohttp.NonHttpUrlClientError):
        await aiohttp.request("GET", "ftp://x.test/").__aenter__()
    assert book.exchanges == []


async def test_a_call_may_be_awaited_entered_or_made_a_task(book, provider, session, body):
    response = await session.get(f"{provider.url}/json")
    assert await response.json()
    response = await asyncio.create_task(session.get(f"{provider.url}/json"))
    assert await response.text()
    assert book.bodies == [body, body]


async def test_a_task_that_is_cancelled_is_cancelled(book, provider, session):
    task = asyncio.create_task(session.get(f"{provider.url}/json"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert book.exchanges == []


async def test_a_call_that_is_never_awaited_warns_as_before(book, provider, session):
    with pytest.warns(RuntimeWarning, match="ClientSession._request' was never awaited") as caught:
        session.get(f"{provider.url}/json")
    assert len(caught) == 1


async def test_a_call_may_be_closed_or_thrown_into_before_it_runs_and_while_it_does(book, provider, session):
    session.get(f"{provider.url}/json").close()
    with pytest.raises(ZeroDivisionError):
        session.get(f"{provider.url}/json").throw(ZeroDivisionError())
    running = session.get(f"{provider.url}/json")
    running.send(None)
    running.close()
    assert book.exchanges == []


async def test_gzip_that_the_session_leaves_alone_is_decoded(book, provider, new_book, body):
    small = new_book(bound=1000)
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(f"{provider.url}/gzip") as response:
            assert await response.read() != body
        for path in ("corrupt", "half-gzip"):
            async with session.get(f"{provider.url}/{path}") as response:
                await response.read()
        with Capture(small):
            async with session.get(f"{provider.url}/bomb") as response:
                await response.read()
    assert book.bodies[0] == body
    assert book.endings[:3] == ["whole", "cut", "cut"]
    assert [(len(one.body), one.overflowed, one.ending) for one in small.exchanges] == [(1000, True, "whole")]


async def test_another_encoding_that_the_session_leaves_alone_is_left(book, provider, body):
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for path in ("opaque", "json"):
            async with session.get(f"{provider.url}/{path}") as response:
                await response.read()
    assert book.endings == ["left", "whole"]
    assert book.bodies[1] == body


async def test_a_response_that_is_closed_early_is_left(book, provider, session):
    response = await session.get(f"{provider.url}/gated")
    response.close()
    assert (book.endings, book.bodies) == (["left"], [b""])


async def test_a_body_that_nobody_reads_is_left_and_an_empty_one_is_whole(book, provider, session):
    async with session.get(f"{provider.url}/json"):
        pass
    async with session.get(f"{provider.url}/empty"):
        pass
    assert book.endings == ["left", "whole"]


async def test_a_stream_may_be_read_on_after_a_timeout_of_the_consumers_own(book, provider, session, events):
    async with session.get(f"{provider.url}/gated") as response:
        await response.content.readany()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(response.content.readany(), 0.05)
        assert book.exchanges == []
        for _ in events:
            provider.gate.set()
            await response.content.readany()
    assert (book.endings, book.bodies) == (["whole"], [b"".join(events)])


async def test_a_body_of_which_the_reader_loses_a_part_is_left(book, provider, session, events):
    async with session.get(f"{provider.url}/sse") as response:
        with pytest.raises(aiohttp.http_exceptions.LineTooLong):
            await response.content.readuntil(b"}", max_size=3)
        assert (book.endings, book.bodies) == (["left"], [b""])
        await response.read()
    assert len(book.exchanges) == 1


async def test_a_broken_stream_keeps_what_had_come(book, provider, session, events):
    async with session.get(f"{provider.url}/cut-chunked") as response:
        assert await response.content.readany() == events[0]
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.content.readany()
    assert (book.bodies, book.endings) == ([events[0]], ["cut"])


async def test_a_reader_that_outlives_its_response_is_seen_to_its_end(book, provider, session, body, events, collect):
    assert await (await session.get(f"{provider.url}/json")).content.read() == body
    content = (await session.get(f"{provider.url}/sse")).content
    await content.wait_eof()
    collect()
    assert [line async for line in content]
    assert book.endings == ["whole", "whole"]
    assert book.bodies == [body, b"".join(events)]


async def test_a_response_that_is_dropped_unread_is_left_at_the_stop(new_book, provider, session, collect):
    book = new_book()
    with Capture(book):
        response = await session.get(f"{provider.url}/sse")
        await response.content.wait_eof()
        gone = weakref.ref(response)
        del response
        collect()
        assert gone() is None
    assert (book.endings, book.bodies, book.responses) == (["left"], [b""], [None])


async def test_a_stop_takes_everything_off_a_response(new_book, provider, session, events):
    book = new_book()
    with Capture(book):
        response = await session.get(f"{provider.url}/gated")
        before = len(response.content._eof_callbacks)
        await response.content.readany()
    assert len(response.content._eof_callbacks) == before - 1
    provider.gate.set()
    assert await response.content.readany() == events[1]
    response.close()
    assert (book.endings, book.bodies) == (["left"], [events[0]])


async def test_an_unwanted_body_may_be_read_at_once(book, provider, session, body):
    async with session.get(f"{provider.unwanted}/json") as response:
        await response.content.wait_eof()
        assert response.content.read_nowait() == body
    assert book.exchanges == []


async def test_what_is_left_behind_passes_everything_through(new_book, provider, session, body):
    book = new_book()
    with Capture(book):
        get, read = vars(aiohttp.ClientSession)["get"], vars(aiohttp.StreamReader)["read"]
        late = session.get(f"{provider.url}/json")
    assert await (await late).read() == body
    response = await get(session, f"{provider.url}/json")
    assert await read(response.content) == body
    assert book.exchanges == []


async def test_a_default_port_goes_without_saying(book, provider, body):
    async def reroute(request, handler):
        asked = request.url
        request.url = asked.with_host("127.0.0.1").with_port(provider.server_address[1])
        response = await handler(request)
        response._url = asked
        return response

    async with (
        aiohttp.ClientSession(middlewares=[reroute]) as session,
        session.get("http://Api.Toy.test:80/json") as response,
    ):
        assert await response.read() == body
    assert [one.request.host for one in book.exchanges] == ["api.toy.test"]
