"""What answers in the place of a provider is seen through, whichever was there first."""

import aiohttp
import httpx
import httpx2
import pytest
import requests
import responses
import respx
import urllib3
import vcr
from aioresponses import aioresponses

URL = "https://api.toy.test/v1/chat"


def test_respx_is_seen_through(book, body):
    with respx.mock:
        respx.post(URL).respond(content=body)
        httpx.post(URL)
    assert (book.bodies, book.endings) == ([body], ["whole"])


def test_respx_that_mocks_transports_is_seen_through(book, body):
    with respx.mock(using="httpx") as router:
        router.post(URL).respond(content=body)
        httpx.post(URL)
    assert book.bodies == [body]


async def test_respx_is_seen_through_by_an_async_client(book, body):
    with respx.mock:
        respx.post(URL).respond(content=body)
        async with httpx.AsyncClient() as client:
            await client.post(URL)
            async with client.stream("POST", URL) as response:
                await response.aread()
    assert book.bodies == [body, body]


@respx.mock
def test_respx_that_was_there_before_is_seen_through(new_book, body):
    from pytest_usage_contract.capture import Capture

    respx.post(URL).respond(content=body)
    book = new_book()
    with Capture(book):
        httpx.post(URL)
    assert book.bodies == [body]


def test_pytest_httpx_is_seen_through(book, body, httpx_mock):
    httpx_mock.add_response(url=URL, content=body)
    httpx.post(URL)
    assert book.bodies == [body]


@pytest.mark.parametrize("lib", [httpx, httpx2])
def test_a_mock_transport_is_seen_through(book, body, lib):
    with lib.Client(transport=lib.MockTransport(lambda request: lib.Response(200, content=body))) as client:
        client.post(URL)
        with client.stream("POST", URL) as response:
            response.read()
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


@pytest.mark.parametrize("lib", [httpx, httpx2])
async def test_an_asgi_transport_is_seen_through(book, body, lib):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async with lib.AsyncClient(transport=lib.ASGITransport(app)) as client:
        await client.post(URL)
    assert book.bodies == [body]


@pytest.mark.parametrize("lib", [httpx, httpx2, requests])
def test_a_cassette_is_seen_through(book, provider, body, lib, tmp_path):
    for mode in ("once", "none"):
        with vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode=mode) as cassette:
            lib.get(f"{provider.url}/json")
    assert cassette.play_count == 1
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


def test_a_cassette_of_urllib3_is_seen_through(book, provider, body, tmp_path):
    for mode in ("once", "none"):
        with (
            vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode=mode) as cassette,
            urllib3.PoolManager() as pools,
        ):
            pools.request("GET", f"{provider.url}/json")
    assert cassette.play_count == 1
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


async def test_a_cassette_of_aiohttp_is_seen_through(book, provider, body, tmp_path):
    for mode in ("once", "none"):
        with vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode=mode) as cassette:
            async with aiohttp.ClientSession() as session, session.get(f"{provider.url}/json") as response:
                await response.json()
    assert cassette.play_count == 1
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


def test_responses_is_seen_through(book, body):
    with responses.RequestsMock() as mock:
        mock.post(URL, body=body)
        requests.post(URL)
    with responses.RequestsMock() as mock:
        mock.post(URL, body=body)
        with requests.post(URL, stream=True) as response:
            list(response.iter_lines())
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


def test_requests_mock_is_seen_through(book, body):
    requests_mock = pytest.importorskip("requests_mock")
    with requests_mock.Mocker() as mock:
        mock.post(URL, content=body)
        requests.post(URL)
        with requests.post(URL, stream=True) as response:
            list(response.iter_content(10))
    assert book.bodies == [body, body]
    assert book.endings == ["whole", "whole"]


def test_requests_mock_that_was_there_before_is_seen_through(new_book, body):
    from pytest_usage_contract.capture import Capture

    requests_mock = pytest.importorskip("requests_mock")
    book = new_book()
    before = vars(requests.Session)["send"]
    with requests_mock.Mocker() as mock:
        mock.post(URL, content=body)
        with Capture(book):
            requests.post(URL)
    assert book.bodies == [body]
    assert vars(requests.Session)["send"] is before


@pytest.mark.xfail(raises=TypeError, strict=False, reason="aioresponses 0.7.9 cannot make a response of aiohttp 3.14")
async def test_aioresponses_is_seen_through(book, body):
    with aioresponses() as mock:
        mock.post(URL, body=body)
        async with aiohttp.ClientSession() as session:
            assert [await (await session.post(URL)).read(), *book.bodies] == [body, body]
