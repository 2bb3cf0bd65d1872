"""Asynchronous tests under pytest-asyncio and anyio, and a task that a test leaves behind."""

import asyncio
from importlib.metadata import version

import pytest
from shop import KEPT, respond_later, signed

SCOPE = "scope" if version("pytest-asyncio").startswith("0.23.") else "loop_scope"
in_one_loop = pytest.mark.asyncio(**{SCOPE: "module"})
left = {}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.asyncio
async def test_kept():
    await respond_later(KEPT)


@pytest.mark.asyncio
async def test_asyncio():
    await respond_later(signed("asyncio"))


@pytest.mark.anyio
async def test_anyio(anyio_backend_name):
    await respond_later(signed("anyio"))


async def late(go):
    await go.wait()
    await respond_later(signed("late_task"))


@pytest.mark.xdist_group
@in_one_loop
async def test_leaving_a_task():
    left["go"] = asyncio.Event()
    left["task"] = asyncio.create_task(late(left["go"]))


@pytest.mark.xdist_group
@in_one_loop
async def test_meanwhile():
    left["go"].set()
    await left["task"]
