"""Cassettes that pytest-recording writes through each client are judged as the run was that has recorded them."""

import pytest
import yaml  # noqa: F401 - pytester unloads what a test has loaded first, and a C parser loads only once
from loopback import HTTPX, audit, run_live, serve

pytestmark = pytest.mark.slow

CLIENTS = {
    "httpx": HTTPX,
    "httpx2": HTTPX.replace("httpx", "httpx2"),
    "requests": HTTPX.replace("httpx", "requests"),
    "aiohttp": """
        import asyncio, aiohttp

        async def post(url):
            async with aiohttp.ClientSession() as session, session.post(url, json={}) as response:
                await response.read()

        def call(url):
            asyncio.run(post(url))
    """,
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_cassette_is_judged_as_the_run_was_that_has_recorded_it(pytester, client):
    with serve() as base:
        live = run_live(pytester, base, client, "--record-mode=once", marks=["pytest.mark.vcr"])
    assert audit(pytester.path / "cassettes", base) == live
