import asyncio
import gc
import inspect
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import httpx
import httpx2
import pytest

from pytest_usage_contract.capture import Capture


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def lib(request):
    return request.param


@pytest.fixture
def client(lib):
    with lib.Client(trust_env=False) as client:
        yield client


@pytest.fixture
async def aclient(lib):
    async with lib.AsyncClient(trust_env=False) as client:
        yield client


def test_a_call_is_one_exchange(book, provider, client, body):
    book.me = "a test"
    response = client.post(f"{provider.url}/v1/completions?key=secret", json={"prompt": "hi"})
    assert response.content == body
    [exchange] = book.exchanges
    assert (exchange.method, exchange.host, exchange.path) == ("POST", provider.host, "/v1/completions")
    assert (exchange.status, exchange.body, exchange.ending) == (200, body, "whole")
    assert not exchange.stream
    assert not exchange.overflowed
    assert not exchange.mocked
    assert book.owners == ["a test"]
    assert book.responses == [type(response)]


async def test_an_async_call_is_one_exchange(book, provider, aclient, body):
    responses = await asyncio.gather(*[aclient.get(f"{provider.url}/json") for _ in range(5)])
    assert book.bodies == [response.content for response in responses] == [body] * 5


def test_the_functions_of_the_module_are_seen(book, provider, lib, body):
    lib.get(f"{provider.url}/json")
    with lib.stream("GET", f"{provider.url}/json") as response:
        response.read()
    assert book.bodies == [body, body]


def test_a_client_made_before_the_start_is_seen(client, book, provider, body):
    client.get(f"{provider.url}/json")
    assert book.bodies == [body]


def test_a_client_whose_class_overrides_send_is_seen_once(book, provider, lib, body):
    class Retrying(lib.Client):
        def send(self, request, **kwargs):
            super().send(request, **kwargs)
            return super().send(request, **kwargs)

    with Retrying(trust_env=False) as client:
        client.get(f"{provider.url}/flaky")
    assert book.statuses == [429, 200]


def test_a_retry_is_an_exchange_of_its_own(book, provider, client):
    while client.get(f"{provider.url}/flaky").is_error:
        pass
    assert book.statuses == [429, 200]


def test_every_hop_of_a_redirect_is_an_exchange(book, provider, client, body):
    response = client.get(f"{provider.url}/redirect", follow_redirects=True)
    assert [exchange.path for exchange in book.exchanges] == ["/redirect", "/hop", "/json"]
    assert book.statuses == [307, 307, 200]
    assert book.bodies == [b"", b"moved", body]
    assert len(response.history) == 2


async def test_every_hop_before_an_async_stream_is_an_exchange(book, provider, aclient, body):
    async with aclient.stream("GET", f"{provider.url}/redirect", follow_redirects=True) as response:
        assert book.statuses == [307, 307]
        await response.aread()
    assert book.bodies == [b"", b"moved", body]


@pytest.mark.parametrize("path", ["gzip", "deflate"])
def test_a_body_is_decoded_also_for_who_reads_it_raw(book, provider, client, body, path):
    client.get(f"{provider.url}/{path}")
    with client.stream("GET", f"{provider.url}/{path}") as response:
        raw = b"".join(response.iter_raw())
    assert raw != body
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


def test_a_stream_stays_lazy(book, provider, client, events):
    with client.stream("GET", f"{provider.url}/gated") as response:
        chunks = response.iter_raw()
        for event in events:
            assert next(chunks) == event
            assert book.exchanges == []
            provider.gate.set()
        assert list(chunks) == []
        [exchange] = book.exchanges
    assert exchange.stream
    assert (exchange.body, exchange.ending) == (b"".join(events), "whole")
    assert len(book.exchanges) == 1


async def test_an_async_stream_stays_lazy(book, provider, aclient, events):
    async with aclient.stream("GET", f"{provider.url}/gated") as response:
        chunks = response.aiter_raw()
        for event in events:
            assert await anext(chunks) == event
            assert book.exchanges == []
            provider.gate.set()
        assert [chunk async for chunk in chunks] == []
    [exchange] = book.exchanges
    assert (exchange.body, exchange.ending, exchange.stream) == (b"".join(events), "whole", True)


def test_the_next_chunk_is_not_asked_for_before_the_consumer_asks(book, lib):
    asked = []

    class Counting(lib.SyncByteStream):
        def __iter__(self):
            while True:
                asked.append(len(asked))
                yield b"x"

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Counting()))
    with lib.Client(transport=transport) as client, client.stream("GET", "https://x.test/") as response:
        assert asked == []
        chunks = response.iter_raw()
        next(chunks)
        assert asked == [0]
        next(chunks)
        assert asked == [0, 1]
        chunks.close()
    assert book.bodies == [b"xx"]


@pytest.mark.parametrize("path", ["sse", "gzip-sse"])
def test_every_way_to_read_gives_the_same(book, provider, client, events, path):
    for read in ("iter_bytes", "iter_raw", "iter_text", "iter_lines", "read"):
        with client.stream("GET", f"{provider.url}/{path}") as response:
            list(getattr(response, read)())
    assert book.bodies == [b"".join(events)] * 5
    assert set(book.endings) == {"whole"}
    assert all(exchange.stream for exchange in book.exchanges)


def test_a_stream_the_consumer_leaves_early_is_left(book, provider, client, events):
    with client.stream("GET", f"{provider.url}/gated") as response:
        next(response.iter_lines())
    with client.stream("GET", f"{provider.url}/gated") as response:
        pass
    with (
        pytest.raises(ZeroDivisionError),
        client.stream("GET", f"{provider.url}/gated") as response,
    ):
        [1 / 0 for _ in response.iter_lines()]
    assert book.endings == ["left"] * 3
    assert book.bodies == [events[0], b"", events[0]]


async def test_an_async_stream_the_consumer_leaves_early_is_left(book, provider, aclient, events, run_soon):
    async with aclient.stream("GET", f"{provider.url}/gated") as response:
        await anext(response.aiter_lines())
        await run_soon()
    async with aclient.stream("GET", f"{provider.url}/gated") as response:
        pass
    assert book.endings == ["left"] * 2
    assert book.bodies == [events[0], b""]


async def test_a_stream_whose_task_is_cancelled_is_left(book, provider, aclient, events):
    first = asyncio.Event()

    async def consume():
        async with aclient.stream("GET", f"{provider.url}/stall") as response:
            async for _ in response.aiter_bytes():
                first.set()

    task = asyncio.create_task(consume())
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (book.endings, book.bodies) == (["left"], [events[0]])


async def test_a_call_whose_task_is_cancelled_while_it_reads_is_left(book, provider, aclient, events):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(aclient.get(f"{provider.url}/stall"), 0.2)
    assert (book.endings, book.bodies) == (["left"], [events[0]])


def test_a_stream_that_outlasts_the_consumers_patience_is_left(book, provider, client, lib, events):
    with (
        pytest.raises(lib.ReadTimeout),
        client.stream("GET", f"{provider.url}/stall", timeout=0.1) as response,
    ):
        response.read()
    with pytest.raises(lib.ReadTimeout):
        client.get(f"{provider.url}/stall", timeout=0.1)
    assert book.endings == ["left", "left"]
    assert book.bodies == [events[0]] * 2


def test_a_response_that_is_dropped_unclosed_is_left(book, lib, events):
    class Once(lib.SyncByteStream):
        def __iter__(self):
            yield from events

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Once()))
    with lib.Client(transport=transport) as client:
        response = client.send(client.build_request("GET", "https://x.test/"), stream=True)
        next(iter(response.stream))
        del response
        gc.collect()
    assert book.endings == ["left"]
    assert book.bodies == [events[0]]
    assert book.responses == [None]


@pytest.mark.parametrize("path", ["cut-length", "cut-chunked", "corrupt"])
def test_a_body_the_server_breaks_is_cut(book, provider, client, lib, path):
    with (
        pytest.raises((lib.RemoteProtocolError, lib.DecodingError)),
        client.stream("GET", f"{provider.url}/{path}") as response,
    ):
        response.read()
    with pytest.raises((lib.RemoteProtocolError, lib.DecodingError)):
        client.get(f"{provider.url}/{path}")
    assert book.endings == ["cut", "cut"]
    assert book.statuses == [200, 200]
    assert book.bodies[0] == book.bodies[1]
    assert book.responses == [lib.Response] * 2


# httpx leaves the stream that it could not decode to the loop, which an old pytest-asyncio closes without it.
@pytest.mark.filterwarnings("ignore:coroutine method 'aclose':RuntimeWarning")
@pytest.mark.parametrize("path", ["cut-length", "cut-chunked", "corrupt"])
async def test_a_body_the_server_breaks_is_cut_for_an_async_client(book, provider, aclient, lib, path):
    with pytest.raises((lib.RemoteProtocolError, lib.DecodingError)):
        async with aclient.stream("GET", f"{provider.url}/{path}") as response:
            await response.aread()
    with pytest.raises((lib.RemoteProtocolError, lib.DecodingError)):
        await aclient.get(f"{provider.url}/{path}")
    assert book.endings == ["cut", "cut"]
    assert book.statuses == [200, 200]
    assert book.bodies[0] == book.bodies[1]


def test_a_broken_body_beyond_the_bound_is_kept_up_to_it(new_book, provider, client, lib, events):
    book = new_book()
    with Capture(book, bound=5), pytest.raises(lib.RemoteProtocolError):
        client.get(f"{provider.url}/cut-twice")
    [exchange] = book.exchanges
    assert (exchange.body, exchange.overflowed, exchange.ending) == (events[0][:5], True, "cut")


def test_a_broken_body_that_nobody_wants_is_left_alone(book, provider, client, lib):
    with pytest.raises(lib.RemoteProtocolError):
        client.get(f"{provider.url}/unwanted-cut")
    assert book.exchanges == []


def test_a_corrupt_body_is_cut_also_for_who_reads_it_raw(book, provider, client):
    with client.stream("GET", f"{provider.url}/corrupt") as response:
        list(response.iter_raw())
    assert book.endings == ["cut"]


def test_a_body_whose_compression_stops_short_is_read_as_the_library_reads_it(book, provider, client):
    response = client.get(f"{provider.url}/half-gzip")
    assert book.bodies == [response.content]


def test_a_body_that_breaks_in_a_hop_is_cut(book, provider, client, lib):
    with pytest.raises(lib.RemoteProtocolError):
        client.get(f"{provider.url}/broken-hop", follow_redirects=True)
    assert (book.statuses, book.bodies, book.endings) == ([307], [b"moved"], ["cut"])


def test_a_broken_body_that_the_client_recovers_from_is_no_exchange(book, provider, lib, body):
    class Patient(lib.BaseTransport):
        def __init__(self):
            self.inner = lib.HTTPTransport()

        def handle_request(self, request):
            broken = lib.Response(200, stream=Breaking(), request=request)
            with pytest.raises(lib.ReadError):
                broken.read()
            return self.inner.handle_request(request)

        def close(self):
            self.inner.close()

    class Breaking(lib.SyncByteStream):
        def __iter__(self):
            yield b"{"
            raise lib.ReadError("gone")

    with lib.Client(transport=Patient()) as client:
        client.get(f"{provider.url}/json")
    assert book.bodies == [body]


def test_a_mock_that_reads_its_own_answer_is_seen_once(book, lib):
    def answer(request):
        response = lib.Response(200, stream=lib.ByteStream(b"{}"))
        response.read()
        return response

    with lib.Client(transport=lib.MockTransport(answer)) as client:
        client.get("https://x.test/")
    assert book.bodies == [b"{}"]


def test_a_redirect_that_never_ends_fails_as_before(book, provider, client, lib):
    with pytest.raises(lib.TooManyRedirects):
        client.get(f"{provider.url}/loop", follow_redirects=True)
    assert book.exchanges == []


def test_a_response_that_a_hook_has_closed_is_left(book, provider, lib):
    with lib.Client(trust_env=False, event_hooks={"response": [lambda response: response.close()]}) as client:
        client.send(client.build_request("GET", f"{provider.url}/json"), stream=True)
    assert (book.bodies, book.endings) == ([b""], ["left"])


def test_a_hook_sees_what_it_would_see_without_us(book, provider, lib, body):
    seen = []

    def hook(response):
        seen.append((type(response.stream).__name__, response.is_closed, response.read()))

    with lib.Client(trust_env=False, event_hooks={"response": [hook]}) as client:
        client.get(f"{provider.url}/json")
    assert seen == [("BoundSyncStream", False, body)]
    assert book.bodies == [body]


def test_the_error_is_the_one_that_was_raised(book, lib):
    raised = lib.ReadError("gone")

    class Breaking(lib.SyncByteStream):
        def __iter__(self):
            yield b"{"
            try:
                {}["cause"]
            except KeyError as cause:
                raise raised from cause

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Breaking()))
    with lib.Client(transport=transport) as client:
        with pytest.raises(lib.ReadError) as caught:
            client.get("https://x.test/")
        assert caught.value is raised
        assert isinstance(raised.__cause__, KeyError)
        with pytest.raises(lib.ReadError) as caught, client.stream("GET", "https://x.test/") as response:
            response.read()
        assert caught.value is raised
        assert raised.__context__ is raised.__cause__
    assert book.endings == ["cut", "cut"]
    assert book.bodies == [b"{", b"{"]


def test_an_unwanted_call_is_asked_about_and_left_alone(book, provider, client, lib):
    with client.stream("GET", f"{provider.url}/unwanted") as response:
        assert type(response.stream).__name__ == "BoundSyncStream"
        response.read()
    client.get(f"{provider.url}/unwanted")
    assert ("GET", provider.host, "/unwanted") in book.asked
    assert book.exchanges == []


def test_a_recorded_response_is_what_it_was(book, provider, client, lib):
    with client.stream("GET", f"{provider.url}/sse") as response:
        assert isinstance(response.stream, lib.SyncByteStream)
        assert response.extensions["http_version"] == b"HTTP/1.1"
        response.read()
        assert type(response.stream).__name__ == "BoundSyncStream"
    assert response.elapsed.total_seconds() > 0
    with client.stream("GET", f"{provider.url}/sse") as response:
        pass
    assert type(response.stream).__name__ == "BoundSyncStream"
    assert response.elapsed.total_seconds() > 0


async def test_a_recorded_async_response_is_what_it_was(book, provider, aclient, lib):
    async with aclient.stream("GET", f"{provider.url}/sse") as response:
        assert isinstance(response.stream, lib.AsyncByteStream)
        if lib is httpx2:
            assert response.stream.elapsed is None
        await response.aread()
        assert type(response.stream).__name__ == "BoundAsyncStream"
    assert response.elapsed.total_seconds() > 0


def test_a_stream_that_was_replaced_stays_replaced(book, provider, client, lib, events):
    mine = lib.ByteStream(b"mine")
    with client.stream("GET", f"{provider.url}/sse") as response:
        recorded = response.stream
        response.stream = mine
        assert b"".join(recorded) == b"".join(events)
        assert response.stream is mine
        recorded.close()
    assert book.bodies == [b"".join(events)]


def test_no_response_is_kept(book, provider, client):
    response = client.get(f"{provider.url}/json")
    gone = weakref.ref(response)
    del response
    gc.collect()
    assert gone() is None


def test_the_methods_look_as_before(lib):
    before = {
        (cls, name): vars(cls)[name]
        for cls, name in [
            (lib.Client, "send"),
            (lib.AsyncClient, "send"),
            (lib.Response, "read"),
            (lib.Response, "aread"),
        ]
    }
    with Capture(inspect):  # whatever it is, it is not asked
        for (cls, name), method in before.items():
            patched = vars(cls)[name]
            assert patched is not method
            assert inspect.signature(patched) == inspect.signature(method)
            assert inspect.iscoroutinefunction(patched) == inspect.iscoroutinefunction(method)
            assert (patched.__doc__, patched.__qualname__) == (method.__doc__, method.__qualname__)
    assert before == {(cls, name): vars(cls)[name] for cls, name in before}


async def test_what_is_left_behind_passes_everything_through(new_book, provider, client, aclient, lib, body):
    book = new_book()
    with Capture(book):
        send, asend = vars(lib.Client)["send"], vars(lib.AsyncClient)["send"]
        read, aread = vars(lib.Response)["read"], vars(lib.Response)["aread"]
    response = send(client, client.build_request("GET", f"{provider.url}/json"), stream=True)
    assert read(response) == body
    response = await asend(aclient, aclient.build_request("GET", f"{provider.url}/json"), stream=True)
    assert await aread(response) == body
    assert book.exchanges == []


async def test_a_stream_that_is_no_generator_is_recorded_too(book, lib):
    class Chunks(lib.AsyncByteStream):
        def __init__(self):
            self.chunks = [b"a", b"b"]

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.chunks:
                raise StopAsyncIteration
            return self.chunks.pop(0)

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Chunks()))

    async def unbind(response):
        response.stream = Chunks()

    async with lib.AsyncClient(transport=transport, event_hooks={"response": [unbind]}) as client:
        await client.get("https://x.test/")
        async with client.stream("GET", "https://x.test/") as response:
            await response.aread()
    assert book.bodies == [b"ab", b"ab"]


def test_many_threads_may_call_at_once(book, provider, client, body):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get(f"{provider.url}/json"), range(40)))
    assert book.bodies == [body] * 40


def test_a_stream_may_be_read_in_another_thread(book, provider, client, events):
    with client.stream("GET", f"{provider.url}/sse") as response:
        thread = threading.Thread(target=response.read)
        thread.start()
        thread.join()
    assert book.bodies == [b"".join(events)]


async def test_an_app_under_test_that_calls_a_provider_is_two_exchanges(book, lib):
    provider = lib.MockTransport(lambda request: lib.Response(200, json={"from": "provider"}))

    async def app(scope, receive, send):
        async with lib.AsyncClient(transport=provider) as inner:
            await inner.post("https://openrouter.ai/api/v1/responses")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async with lib.AsyncClient(transport=lib.ASGITransport(app)) as client:
        await client.get("http://testserver/chat")
    assert [exchange.host for exchange in book.exchanges] == ["openrouter.ai", "testserver"]


async def test_a_transport_made_of_another_client_is_seen_once(book, provider, lib, body, events):
    class Bytes(lib.AsyncByteStream):
        def __init__(self, response):
            self.response = response

        async def __aiter__(self):
            async for chunk in self.response.content.iter_any():
                yield chunk

        async def aclose(self):
            self.response.close()

    class Transport(lib.AsyncBaseTransport):
        def __init__(self):
            self.session = aiohttp.ClientSession(auto_decompress=False)

        async def handle_async_request(self, request):
            response = await self.session.request(request.method, str(request.url), allow_redirects=False)
            return lib.Response(response.status, headers=response.headers, stream=Bytes(response))

        async def aclose(self):
            await self.session.close()

    async with lib.AsyncClient(transport=Transport()) as client:
        await client.get(f"{provider.url}/gzip")
        await client.get(f"{provider.url}/redirect", follow_redirects=True)
        async with client.stream("GET", f"{provider.url}/sse") as response:
            await response.aread()
    assert book.bodies == [body, b"", b"moved", body, b"".join(events)]
    assert set(book.endings) == {"whole"}


async def test_a_task_that_outlives_the_call_it_was_started_in_has_calls_of_its_own(book, lib):
    transport = lib.MockTransport(lambda request: lib.Response(200, json={}))
    tasks = []
    start = asyncio.Event()

    async def later():
        await start.wait()
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://127.0.0.1:1/")
        async with lib.AsyncClient(transport=transport) as client:
            await client.get("https://x.test/late")

    class Spawning(lib.AsyncBaseTransport):
        async def handle_async_request(self, request):
            tasks.append(asyncio.create_task(later()))
            return lib.Response(200, json={})

    async with lib.AsyncClient(transport=Spawning()) as client:
        await client.get("https://x.test/early")
    start.set()
    await tasks[0]
    assert [exchange.path for exchange in book.exchanges] == ["/early", "/late"]


@pytest.mark.parametrize(
    "url, host, path",
    [
        ("https://OpenRouter.ai/api/v1?key=k#f", "openrouter.ai", "/api/v1"),
        ("https://user:pw@openrouter.ai:443/a%20b", "openrouter.ai", "/a%20b"),
        ("http://openrouter.ai:4000", "openrouter.ai:4000", "/"),
        ("http://[::1]:80/x", "[::1]", "/x"),
    ],
)
def test_an_address_is_told_without_what_is_secret_or_goes_without_saying(book, lib, url, host, path):
    with lib.Client(transport=lib.MockTransport(lambda request: lib.Response(200))) as client:
        client.get(url)
    assert [(exchange.host, exchange.path) for exchange in book.exchanges] == [(host, path)]


def test_what_our_own_mock_answers_is_marked(book, lib):
    extensions = {"usage_contract.mocked": True}
    with lib.Client(
        transport=lib.MockTransport(lambda request: lib.Response(200, json={}, extensions=extensions))
    ) as client:
        client.get("https://x.test/")
    assert [exchange.mocked for exchange in book.exchanges] == [True]


def test_a_body_beyond_the_bound_is_kept_up_to_it(new_book, provider, lib, body):
    book = new_book()
    with Capture(book, bound=30), lib.Client(trust_env=False) as client:
        client.get(f"{provider.url}/json")
        with client.stream("GET", f"{provider.url}/sse") as response:
            response.read()
        with client.stream("GET", f"{provider.url}/bomb") as response:
            list(response.iter_raw())
    assert [len(part) for part in book.bodies] == [30] * 3
    assert all(exchange.overflowed for exchange in book.exchanges)
    assert book.endings == ["whole"] * 3


def test_a_call_without_a_request_fails_as_before(book, lib):
    with lib.Client() as client, pytest.raises(TypeError, match="request"):
        client.send()
