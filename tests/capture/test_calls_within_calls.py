"""What is one exchange and what are two, where a transport or an app makes calls of its own."""

import asyncio

import aiohttp
import pytest

from pytest_usage_contract.capture import Capture


def test_a_broken_body_that_the_client_recovers_from_is_no_exchange(book, provider, lib, body):
    class Patient(lib.BaseTransport):
        def __init__(self):
            self.inner = lib.HTTPTransport(verify=False)

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


async def test_an_app_under_test_that_calls_a_provider_is_two_exchanges(book, lib):
    provider = lib.MockTransport(lambda request: lib.Response(200, json={"from": "provider"}))

    async def app(scope, receive, send):
        async with lib.AsyncClient(transport=provider) as inner:
            await inner.post("https://api.toy.test/v1/chat")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async with lib.AsyncClient(transport=lib.ASGITransport(app)) as client:
        await client.get("http://testserver/chat")
    assert [exchange.request.host for exchange in book.exchanges] == ["api.toy.test", "testserver"]


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
    assert [exchange.request.path for exchange in book.exchanges] == ["/early", "/late"]


@pytest.mark.parametrize("first", ["http://localhost/", "http://other.test/"], ids=["unwanted", "wanted"])
def test_a_call_that_is_led_on_through_a_transport_made_of_another_client_is_seen_once(book, lib, body, first):
    def answer(request):
        if str(request.url) == first:
            return lib.Response(307, headers={"location": "https://x.test/v1?key=k"})
        return lib.Response(200, content=body)

    class Transport(lib.BaseTransport):
        def __init__(self):
            self.inner = lib.Client(transport=lib.MockTransport(answer))

        def handle_request(self, request):
            response = self.inner.send(self.inner.build_request(request.method, request.url))
            return lib.Response(response.status_code, headers=response.headers, content=response.content)

        def close(self):
            self.inner.close()

    with lib.Client(transport=Transport(), follow_redirects=True) as client:
        client.get(first)
        client.get(first)
    hosts = ["x.test"] if "localhost" in first else ["other.test", "x.test"]
    assert sorted(exchange.request.host for exchange in book.exchanges) == sorted(hosts * 2)


def test_an_answer_within_a_call_is_told_by_its_own_call_where_both_fail(book, lib, body):
    inner = lib.Client(transport=lib.MockTransport(lambda _: lib.Response(200, content=body)))

    def refuse(response):
        raise ZeroDivisionError

    class Transport(lib.BaseTransport):
        def handle_request(self, request):
            inner.event_hooks = {"response": [refuse]}
            return inner.get("https://inner.test/")

    with inner, lib.Client(transport=Transport()) as client, pytest.raises(ZeroDivisionError):
        client.get("https://outer.test/")
    assert [exchange.request.host for exchange in book.exchanges] == ["inner.test"]


def test_a_fault_in_looking_for_answers_is_trouble_and_the_error_the_same(new_book, lib, monkeypatch):
    book = new_book()
    monkeypatch.setattr("pytest_usage_contract.capture.calls._answers_in", lambda *_: 1 / 0)
    with (
        Capture(book),
        lib.Client(transport=lib.MockTransport(lambda _: {}["gone"])) as client,
        pytest.raises(KeyError),
    ):
        client.get("https://x.test/")
    assert [type(error) for error in book.troubles] == [ZeroDivisionError]
