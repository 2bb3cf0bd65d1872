"""What is seen through httpx and httpx2 and no other client: their hooks, their transports, their streams."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx2
import pytest
import requests
import urllib3

from pytest_usage_contract.capture import Capture


@pytest.fixture
def client(lib):
    with lib.Client(trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
async def aclient(lib):
    async with lib.AsyncClient(trust_env=False, verify=False) as client:
        yield client


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

    with Retrying(trust_env=False, verify=False) as client:
        client.get(f"{provider.url}/flaky")
    assert book.statuses == [429, 200]


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


def test_a_response_that_is_dropped_unclosed_is_left(book, lib, events, collect):
    class Once(lib.SyncByteStream):
        def __iter__(self):
            yield from events

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Once()))
    with lib.Client(transport=transport) as client:
        response = client.send(client.build_request("GET", "https://x.test/"), stream=True)
        next(iter(response.stream))
        del response
        collect()
    assert book.endings == ["left"]
    assert book.bodies == [events[0]]
    assert book.responses == [None]


def test_a_corrupt_body_is_cut_also_for_who_reads_it_raw(book, provider, client):
    with client.stream("GET", f"{provider.url}/corrupt") as response:
        list(response.iter_raw())
    assert book.endings == ["cut"]


@pytest.mark.parametrize("way, ending", [("iter_raw", "left"), ("iter_bytes", "whole")])
def test_a_body_that_nobody_can_decode_here_is_left_by_who_passes_it_on(book, provider, client, way, ending):
    with client.stream("GET", f"{provider.url}/opaque") as response:
        list(getattr(response, way)())
    assert book.endings == [ending]
    assert [exchange.representation.encodings for exchange in book.exchanges] == [("br",)]


def test_a_body_that_says_that_it_is_in_no_encoding_is_whole_for_who_reads_it_raw(book, lib):
    headers = {"content-encoding": "identity"}
    answer = lib.Response(200, headers=headers, stream=lib.ByteStream(b"oops"))
    transport = lib.MockTransport(lambda request: answer)
    with lib.Client(transport=transport) as client, client.stream("GET", "https://x.test/") as response:
        list(response.iter_raw())
    assert book.endings == ["whole"]


def test_a_body_whose_compression_stops_short_is_read_as_the_library_reads_it(book, provider, client):
    response = client.get(f"{provider.url}/half-gzip")
    assert book.bodies == [response.content]


async def test_a_call_that_outlasts_the_clients_patience_is_left(book, lib, events):
    class Slow(lib.SyncByteStream, lib.AsyncByteStream):
        def __iter__(self):
            yield events[0]
            raise lib.ReadTimeout("too late")

        async def __aiter__(self):
            for chunk in self:
                yield chunk

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Slow()))
    with lib.Client(transport=transport) as client, pytest.raises(lib.ReadTimeout):
        client.get("https://x.test/")
    async with lib.AsyncClient(transport=transport) as client:
        with pytest.raises(lib.ReadTimeout):
            await client.get("https://x.test/")
    assert (book.endings, book.bodies) == (["left"] * 2, [events[0]] * 2)


def test_a_body_that_breaks_in_a_hop_is_cut(book, provider, client, lib):
    with pytest.raises(lib.RemoteProtocolError):
        client.get(f"{provider.url}/broken-hop", follow_redirects=True)
    assert (book.statuses, book.bodies, book.endings) == ([307], [b"moved"], ["cut"])


def test_a_response_that_a_hook_has_closed_is_left(book, provider, lib):
    with lib.Client(
        trust_env=False, verify=False, event_hooks={"response": [lambda response: response.close()]}
    ) as client:
        client.send(client.build_request("GET", f"{provider.url}/json"), stream=True)
    assert (book.bodies, book.endings) == ([b""], ["left"])


def test_a_hook_sees_what_it_would_see_without_us(book, provider, lib, body):
    seen = []

    def hook(response):
        seen.append((type(response.stream).__name__, response.is_closed, response.read()))

    with lib.Client(trust_env=False, verify=False, event_hooks={"response": [hook]}) as client:
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


def test_an_unwanted_response_is_not_touched(book, provider, client):
    with client.stream("GET", f"{provider.unwanted}/json") as response:
        assert type(response.stream).__name__ == "BoundSyncStream"


def test_a_stream_that_was_replaced_stays_replaced(book, provider, client, lib, events):
    mine = lib.ByteStream(b"mine")
    with client.stream("GET", f"{provider.url}/sse") as response:
        recorded = response.stream
        response.stream = mine
        assert b"".join(recorded) == b"".join(events)
        assert response.stream is mine
        recorded.close()
    assert book.bodies == [b"".join(events)]


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


@pytest.mark.parametrize(
    "url, host, path",
    [
        ("https://Api.Toy.test:443/v1?key=k#f", "api.toy.test", "/v1"),
        ("http://api.toy.test:4000", "api.toy.test:4000", "/"),
        ("http://[::1]:80/x", "[::1]", "/x"),
    ],
)
def test_an_address_is_told_without_what_goes_without_saying(book, lib, url, host, path):
    with lib.Client(transport=lib.MockTransport(lambda request: lib.Response(200))) as client:
        client.get(url)
    assert [(exchange.request.host, exchange.request.path) for exchange in book.exchanges] == [(host, path)]


def test_what_our_own_mock_answers_is_marked(book, lib):
    extensions = {"usage_contract.mocked": True}
    with lib.Client(
        transport=lib.MockTransport(lambda request: lib.Response(200, json={}, extensions=extensions))
    ) as client:
        client.get("https://x.test/")
    assert [exchange.mocked for exchange in book.exchanges] == [True]


def test_a_raw_body_is_decoded_no_further_than_the_bound(new_book, provider, client):
    book = new_book(bound=30)
    with Capture(book), client.stream("GET", f"{provider.url}/bomb") as response:
        list(response.iter_raw())
    assert [(len(one.body), one.overflowed, one.ending) for one in book.exchanges] == [(30, True, "whole")]


def test_a_call_without_a_request_fails_as_before(book, lib):
    with lib.Client() as client, pytest.raises(TypeError, match="request"):
        client.send()


async def test_a_body_that_cannot_be_read_in_this_way_fails_as_before(book, lib):
    class Sync(lib.SyncByteStream):
        def __iter__(self):
            raise lib.ReadError("gone")

    def swap(response):
        response.stream = lib.AsyncByteStream()

    async def aswap(response):
        response.stream = Sync()

    transport = lib.MockTransport(lambda request: lib.Response(200, stream=lib.ByteStream(b"")))
    with (
        lib.Client(transport=transport, event_hooks={"response": [swap]}) as client,
        pytest.raises(RuntimeError, match="async"),
    ):
        client.get("https://x.test/")
    async with lib.AsyncClient(transport=transport, event_hooks={"response": [aswap]}) as client:
        with pytest.raises(RuntimeError, match="sync"):
            await client.get("https://x.test/")
    assert (book.endings, book.bodies) == (["left"] * 2, [b""] * 2)
    transport = lib.MockTransport(lambda request: lib.Response(200, stream=Sync()))
    with lib.Client(transport=transport) as client, pytest.raises(lib.ReadError):
        client.get("https://x.test/")
    assert book.endings[2:] == ["cut"]


async def call_in_both_ways(lib, transport, url):
    with lib.Client(transport=transport, follow_redirects=True) as client:
        client.get(url)
    async with lib.AsyncClient(transport=transport, follow_redirects=True) as client:
        await client.get(url)


async def test_a_call_that_is_led_on_to_a_host_that_is_wanted_is_seen_from_there_on(book, lib, body):
    def answer(request):
        if request.url.host == "localhost":
            return lib.Response(307, headers={"location": "https://x.test/"})
        return lib.Response(200, content=body)

    await call_in_both_ways(lib, lib.MockTransport(answer), "https://localhost/")
    assert [(exchange.request.host, exchange.body) for exchange in book.exchanges] == [("x.test", body)] * 2


async def test_an_error_in_the_sink_leaves_what_is_returned_as_it_is(new_book, lib):
    book = new_book()
    book.room = book.owner = lambda *_: 1 / 0
    transport = lib.MockTransport(lambda request: lib.Response(200))
    with Capture(book):
        await call_in_both_ways(lib, transport, "https://x.test/")
        book.room = lambda *_: 1
        await call_in_both_ways(lib, transport, "https://x.test/")
    assert book.exchanges == []
    assert [type(error) for error in book.troubles] == [ZeroDivisionError] * 4


async def test_what_is_no_request_fails_as_before(book, lib):
    with lib.Client() as client, pytest.raises(AttributeError):
        client.send("https://x.test/")
    async with lib.AsyncClient() as client:
        with pytest.raises(AttributeError):
            await client.send("https://x.test/")
    assert book.exchanges == []


async def test_a_call_through_a_wrapper_that_was_left_behind_is_seen_once(new_book, lib, body):
    book, other = new_book(), new_book()
    with Capture(book):
        send = vars(lib.AsyncClient)["send"]
    lib.AsyncClient.send, original = send, vars(lib.AsyncClient)["send"]

    async def theirs(client, request, **kwargs):
        return await send(client, request, **kwargs)

    lib.AsyncClient.send = theirs
    try:
        with Capture(other):
            async with lib.AsyncClient(
                transport=lib.MockTransport(lambda _: lib.Response(200, content=body))
            ) as client:
                await client.get("https://x.test/")
    finally:
        lib.AsyncClient.send = original
    assert other.bodies == [body]


def test_what_a_client_refuses_before_it_is_an_answer_is_no_exchange(book, lib):
    transport = lib.MockTransport(lambda _: lib.Response(200, stream=lib.AsyncByteStream()))
    with lib.Client(transport=transport) as client, pytest.raises(AssertionError):
        client.get("https://x.test/")
    assert book.exchanges == []


def test_a_response_of_another_client_that_a_mock_makes_is_no_answer(book, lib, body):
    def answer(request):
        asked = requests.Request("GET", "https://y.test/").prepare()
        requests.adapters.HTTPAdapter().build_response(asked, urllib3.HTTPResponse())
        return lib.Response(200, content=body)

    with lib.Client(transport=lib.MockTransport(answer)) as client:
        client.get("https://x.test/")
    assert book.bodies == [body]


@pytest.mark.parametrize("url", ["https://Api.Toy.test:8443", "http://[::1]/v1?key=k", "http://[::1]:8000/a%20b#f"])
async def test_an_address_is_cut_alike_from_the_parts_of_a_url_and_from_what_it_was_parsed_to(book, lib, url):
    asked = []
    book.room = lambda *request: asked.append(request) or 0
    parts = SimpleNamespace(netloc=lib.URL(url).netloc, raw_path=lib.URL(url).raw_path)
    transport = lib.MockTransport(lambda _: lib.Response(200))
    with lib.Client(transport=transport) as client:
        client.get(url)
        with pytest.raises(AttributeError):
            client.send(SimpleNamespace(method="GET", url=parts))
    async with lib.AsyncClient(transport=transport) as client:
        await client.get(url)
        with pytest.raises(AttributeError):
            await client.send(SimpleNamespace(method="GET", url=parts))
    assert len(asked) == 4
    assert len(set(asked)) == 1


@pytest.mark.parametrize("path, told", [("/sse", b'{"a":1}'), ("/json", b"")])
def test_the_body_of_a_request_is_told_where_a_stream_answers_it(book, provider, client, path, told):
    client.post(f"{provider.url}{path}", json={"a": 1})
    with client.stream("POST", f"{provider.url}{path}", json={"a": 1}) as response:
        response.read()
    assert [exchange.asking.replace(b" ", b"") for exchange in book.exchanges] == [told, told]


def test_the_body_of_a_request_that_was_a_stream_is_gone(book, provider, client):
    client.post(f"{provider.url}/sse", content=iter([b"{}"]))
    assert [exchange.asking for exchange in book.exchanges] == [b""]
