"""The router beside other mocks: what it answers, what it lets through, and that nothing of it stays."""

import importlib
import socket
import types
from dataclasses import replace

import aiohttp
import httpcore
import httpcore2
import httpx
import httpx2
import pytest
import requests
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
