"""Calls through clients that respx cannot reach: stopped on the way to a mocked host, and let through to others."""

import socket
import sys
from types import SimpleNamespace

import aiohttp
import pytest
import requests
import responses
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from toy import TOY

from pytest_usage_contract.mocks import UsageMockError, UsageMocks, unanswered

CHAT = "https://api.toy.test/v1/chat"

MESSAGE = """\
no mock answers POST api.toy.test/v1/chat through {}; httpx and httpx2 are what it can answer
nearest mocked
  POST api.toy.test/v1/chat  (toy/chat)
  POST api.toy.test/v2/chat  (toy/chat)
  POST api.toy.test/v3/chat  (toy/chat)"""


def test_requests_is_stopped_instead_of_let_out(mocks):
    mocks(TOY)
    with pytest.raises(UsageMockError) as raised:
        requests.post(f"{CHAT}?key=secret", timeout=1)
    assert str(raised.value) == MESSAGE.format("requests")
    with pytest.raises(UsageMockError):
        mocks.verify()


def by_urllib3(url):
    with urllib3.PoolManager() as pools:
        pools.request("POST", url)


def by_botocore(url):
    URLLib3Session().send(AWSRequest("POST", url).prepare())


@pytest.mark.parametrize("client, call", [("urllib3", by_urllib3), ("botocore", by_botocore)])
def test_urllib3_and_what_sends_by_it_is_stopped_instead_of_let_out(mocks, client, call):
    mocks(TOY)
    with pytest.raises(UsageMockError) as raised:
        call(f"{CHAT}?key=secret")
    assert str(raised.value) == MESSAGE.format(client)
    with pytest.raises(UsageMockError):
        mocks.verify()


async def test_aiohttp_is_stopped_instead_of_let_out(mocks):
    mocks(TOY)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(UsageMockError) as raised:
            await session.post(CHAT)
    assert str(raised.value) == MESSAGE.format("aiohttp")
    with pytest.raises(UsageMockError):
        mocks.verify()


@pytest.mark.parametrize("host", ["api.toy.test", b"Api.Toy.test"])
def test_any_other_client_is_stopped_where_it_asks_for_the_address(mocks, host):
    mocks(TOY)
    with pytest.raises(UsageMockError, match=r"^no mock answers a call to api.toy.test through another client; "):
        socket.getaddrinfo(host, 443)
    with pytest.raises(UsageMockError):
        mocks.verify()


async def test_what_goes_elsewhere_goes_there(mocks):
    mocks(TOY)
    server = await _serve()
    _, port = server.sockets[0].getsockname()
    async with aiohttp.ClientSession() as session, session.get(f"http://localhost:{port}/") as response:
        assert await response.text() == "here"
    with requests.Session() as session:
        session.mount("http://localhost", _Here())
        assert session.get("http://localhost/").status_code == 200
    with urllib3.PoolManager(retries=False, timeout=1) as pools, pytest.raises(urllib3.exceptions.NewConnectionError):
        pools.request("GET", "http://127.0.0.1:1/")
    server.close()
    await server.wait_closed()


class _Here(requests.adapters.BaseAdapter):
    def send(self, request, **settings):
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        return response

    def close(self):
        pass


async def _serve():
    import asyncio

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhere")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


def test_requests_goes_elsewhere_too(mocks):
    mocks(TOY)
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:1/", timeout=1)


def test_the_teams_mock_of_requests_answers_whichever_was_there_first():
    with responses.RequestsMock() as theirs, UsageMocks() as mocks:
        theirs.post(CHAT, json={})
        mocks(TOY)
        assert requests.post(CHAT, timeout=1).json() == {}
    with UsageMocks() as mocks, responses.RequestsMock() as theirs:
        mocks(TOY)
        theirs.post(CHAT, json={})
        assert requests.post(CHAT, timeout=1).json() == {}


def test_a_client_that_is_not_imported_is_not_imported_for_our_sake(monkeypatch):
    monkeypatch.delitem(sys.modules, "requests.adapters")
    before = requests.adapters.HTTPAdapter.send
    with UsageMocks() as mocks:
        mocks(TOY)
        assert requests.adapters.HTTPAdapter.send is before


def test_what_another_has_patched_over_us_stays_his_and_we_let_everything_through(monkeypatch):
    with UsageMocks() as mocks:
        mocks(TOY)
        ours = socket.getaddrinfo

        def theirs(*args):
            return ours(*args)

        monkeypatch.setattr(socket, "getaddrinfo", theirs)
    assert socket.getaddrinfo is theirs
    assert socket.getaddrinfo("127.0.0.1", 443)
    assert mocks.unanswered == ()


def test_a_grpc_channel_to_another_host_is_made():
    open_channel = unanswered._wrap_grpc_channel(str, SimpleNamespace(check=lambda *_: None))
    assert open_channel("dns:///other.test:443") == "dns:///other.test:443"
