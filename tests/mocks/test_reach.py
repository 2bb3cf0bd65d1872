"""Beside which other mocks ours work, what they let through, and that nothing of them stays."""

import importlib
import socket
import sys
import types
from dataclasses import replace

import aiohttp
import httpcore
import httpcore2
import httpx
import httpx2
import pytest
import requests
import responses
import respx
from respx.mocks import HTTPCoreMocker, Mocker
from toy import TOY

from pytest_usage_contract import Endpoint
from pytest_usage_contract.mocks import UsageMockError, UsageMocks, router

CHAT = "https://api.toy.test/v1/chat"
THEIRS = "https://theirs.test/"
OTHERS = replace(TOY, name="toy/others", endpoints=(Endpoint(path="/v1/others", hosts=("others.test",)),))

HTTPX = httpx.Client(verify=False)  # made once, since it is the making of a client that takes time
HTTPX2 = httpx2.Client(verify=False)

PATCHED = [
    (httpcore.ConnectionPool, "handle_request"),
    (httpcore.AsyncConnectionPool, "handle_async_request"),
    (httpcore2.ConnectionPool, "handle_request"),
    (httpcore2.AsyncConnectionPool, "handle_async_request"),
    (requests.adapters.HTTPAdapter, "send"),
    (aiohttp.BaseConnector, "connect"),
    (socket, "getaddrinfo"),
]


def test_nothing_is_patched_before_the_first_mock_nor_after_the_last():
    before = [getattr(owner, name) for owner, name in PATCHED]
    with UsageMocks() as mocks:
        assert [getattr(owner, name) for owner, name in PATCHED] == before
        mocks(TOY)
        mocks(OTHERS)
        during = [getattr(owner, name) for owner, name in PATCHED]
        assert not set(during) & set(before)
    mocks.stop()
    assert [getattr(owner, name) for owner, name in PATCHED] == before


def test_the_users_respx_answers_what_is_not_ours_whichever_was_there_first(respx_mock, mocks):
    mocks(TOY)
    respx_mock.get(THEIRS).respond(201)
    assert HTTPX.get(THEIRS).status_code == 201
    assert HTTPX.post(CHAT).status_code == 200
    with respx.mock:
        respx.get(f"{THEIRS}later").respond(202)
        assert HTTPX.get(f"{THEIRS}later").status_code == 202
        assert HTTPX.get(THEIRS).status_code == 201
    assert mocks.unanswered == ()


def test_mocks_of_ours_stand_beside_each_other(mocks, client):
    mocks(TOY)
    with UsageMocks() as others:
        others(OTHERS)
        assert client.post("https://others.test/v1/others").status_code == 200
        assert client.post(CHAT).status_code == 200
        with pytest.raises(AssertionError):
            client.post(THEIRS)
    assert mocks.unanswered == others.unanswered
    with pytest.raises(UsageMockError):
        mocks.verify()


def test_a_respx_router_that_answers_everything_leaves_nothing_unanswered(mocks):
    mocks(TOY)
    with respx.mock(assert_all_mocked=False):
        assert HTTPX.get(THEIRS).status_code == 200
    assert mocks.unanswered == ()


async def test_a_respx_route_for_an_async_client_is_heard_too(mocks):
    mocks(TOY)
    with respx.mock:
        respx.get(THEIRS).respond(202)
        async with httpx.AsyncClient(verify=False) as client:
            assert (await client.get(THEIRS)).status_code == 202


async def test_what_nobody_answers_is_known(mocks):
    mocks(TOY)
    with respx.mock:
        respx.get("https://theirs.test/other").respond(202)
        async with httpx.AsyncClient(verify=False) as client, httpx2.AsyncClient(verify=False) as client2:
            for one in (client, client2):
                with pytest.raises(AssertionError):
                    await one.get(f"{THEIRS}?key=secret")
    assert [str(asked) for asked in mocks.unanswered] == ["GET theirs.test/"] * 2
    with pytest.raises(UsageMockError, match=r"^no mock answers GET theirs.test/ \(2 times\)\n"):
        mocks.verify()


def test_a_mock_of_httpx2_that_is_there_already_is_shared(monkeypatch, mocks):
    """As pytest-httpx2 has it: a mocker of that name, and a router that stands with it."""
    mocker = router.find_httpcore2_mocker()
    assert mocker is Mocker.registry["httpcore2"]
    mocks(TOY)
    with respx.mock(using="httpcore2") as theirs:
        theirs.get(THEIRS).respond(203)
        assert HTTPX2.get(THEIRS).status_code == 203
        assert HTTPX2.post(CHAT).status_code == 200
    assert HTTPX2.post(CHAT).status_code == 200


def test_pytest_httpx2_is_asked_first_for_its_mocker(monkeypatch):
    registry = {name: mocker for name, mocker in Mocker.registry.items() if name != "httpcore2"}
    monkeypatch.setattr(Mocker, "_Mocker__registry", registry)
    monkeypatch.setattr(Mocker, "registry", types.MappingProxyType(registry))
    imported = []

    def import_module(name):
        imported.append(name)
        type("Theirs", (HTTPCoreMocker,), {"name": "httpcore2", "targets": []})

    monkeypatch.setattr(router, "find_spec", lambda name: name)
    monkeypatch.setattr(importlib, "import_module", import_module)
    assert router.find_httpcore2_mocker().__name__ == "Theirs"
    assert imported == ["pytest_httpx2"]


def test_without_httpx2_there_is_httpx(monkeypatch):
    monkeypatch.setattr(router, "find_spec", lambda name: None)
    with UsageMocks() as mocks:
        mocks(TOY)
        assert HTTPX.post(CHAT).status_code == 200


def test_a_router_by_itself_is_respx():
    with router.TwinRouter(assert_all_called=False) as twin:
        twin.get(THEIRS).respond(204)
        assert HTTPX.get(THEIRS).status_code == HTTPX2.get(THEIRS).status_code == 204
        with pytest.raises(AssertionError, match="is not mocked"):
            HTTPX.get(CHAT)


# Clients that respx cannot reach.

TOLD = """\
no mock answers POST api.toy.test/v1/chat through {}; httpx and httpx2 are what it can answer
nearest mocked
  POST api.toy.test/v1/chat  (toy/chat)
  POST api.toy.test/v2/chat  (toy/chat)
  POST api.toy.test/v3/chat  (toy/chat)"""


def test_requests_is_told_instead_of_let_out(mocks):
    mocks(TOY)
    with pytest.raises(UsageMockError) as raised:
        requests.post(f"{CHAT}?key=secret", timeout=1)
    assert str(raised.value) == TOLD.format("requests")
    with pytest.raises(UsageMockError):
        mocks.verify()


async def test_aiohttp_is_told_instead_of_let_out(mocks):
    mocks(TOY)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(UsageMockError) as raised:
            await session.post(CHAT)
    assert str(raised.value) == TOLD.format("aiohttp")
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
