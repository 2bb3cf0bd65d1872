"""A small suite as its users have it: a module that calls a documented endpoint, and tests that use it."""

import pytest

SHOP = """
import httpx

KEPT = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BROKEN = {**KEPT, "total_tokens": "165"}
WRONG = {**KEPT, "total_tokens": 166}
DRIFTED = {**KEPT, "cost": 0.0012}
URL = "https://openrouter.ai/api/alpha/responses"


def client(*usages, status=200, **body):
    answers = iter(usages)

    def answer(request):
        return httpx.Response(status, json={"id": "resp_1", "usage": next(answers), **body})

    return httpx.Client(transport=httpx.MockTransport(answer))


def respond(usage=KEPT, *, url=URL, status=200, **body):
    with client(usage, status=status, **body) as made:
        return made.post(url, json={"input": "a prompt that nobody must see"})


def stream(*chunks, broken=False):
    class Body(httpx.SyncByteStream):
        def __iter__(self):
            yield from chunks
            if broken:
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body())
    return httpx.Client(transport=httpx.MockTransport(lambda request: answer)).stream("POST", URL)
"""


UNUSED = ("hypothesispytest", "respx", "pytest_httpx", "requests_mock", "syrupy")
"""Plugins that no inner run here needs, and that each would take its time to load."""


@pytest.fixture
def suite(pytester: pytest.Pytester, plain_inner_runs: None, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with `shop.py`, whose `respond` calls OpenRouter and gets what usage it is told."""
    for name in UNUSED:
        monkeypatch.setenv("PYTEST_ADDOPTS", f"-p no:{name}", prepend=" ")
    pytester.makepyfile(shop=SHOP)
    pytester.syspathinsert()
    return pytester
