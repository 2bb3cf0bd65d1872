"""Calls to a provider as an application makes them, inside this process and in suites of their own."""

# Imported once, here: a run in this process forgets what it was the first to import.
from pathlib import Path

import httpx
import httpx2
import pytest
import respx  # noqa: F401
import toy

from pytest_usage_contract.mocks import UsageMocks

CONFTEST = """
from pytest_usage_contract import ABSENT, Contract, Count, Endpoint, MayBeAbsent, Source, Usage
from pytest_usage_contract.providers.registry import register
from toy import TOY


class ImagesUsage(Usage):
    images: Count
    total_tokens: MayBeAbsent[Count] = ABSENT


IMAGES = Contract(
    name="toy/images",
    source=Source(document="ImagesUsage", package="toy-sdk"),
    usage=ImagesUsage,
    endpoints=(Endpoint(path="/v1/images", hosts=("api.toy.test",)),),
)


def pytest_configure(config):
    config.add_cleanup(register([TOY, IMAGES]))
"""

CALLS = """
import httpx
import httpx2
import pytest
from toy import TOY

from pytest_usage_contract import examples

FULL = examples(TOY)[0].usage
CHAT = "https://api.toy.test/v1/chat"
IMAGES = "https://api.toy.test/v1/images"
CLIENTS = {"httpx": httpx.Client(verify=False), "httpx2": httpx2.Client(verify=False)}


def post(url=CHAT, through="httpx"):
    return CLIENTS[through].post(url, json={})
"""


@pytest.fixture(scope="session", params=[httpx, httpx2], ids=["httpx", "httpx2"])
def lib(request):
    return request.param


@pytest.fixture(scope="session")
def client(lib):
    """One for all tests, since it is the making of a client that takes time."""
    with lib.Client(verify=False) as client:
        yield client


@pytest.fixture
async def aclient(lib):
    async with lib.AsyncClient(verify=False) as client:
        yield client


@pytest.fixture(scope="session")
def post():
    """How a test asks that is about the answer and not about the client."""
    with httpx.Client(verify=False) as client:
        yield client.post


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


@pytest.fixture
def suite(pytester, plain_inner_runs, monkeypatch):
    """A suite that knows the contracts `toy/chat` and `toy/images`, with `calls.py` that asks their provider."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_usage_contract.plugin -p no:cacheprovider --tb=short")
    pytester.makeini(f"[pytest]\npythonpath = {Path(toy.__file__).parent}")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(calls=CALLS)
    pytester.syspathinsert()
    return pytester
