"""One interface over the clients that are watched: httpx and httpx2, sync and async, requests and aiohttp.

Each call is `async`, as half of the clients are.
"""

from contextlib import asynccontextmanager

import aiohttp
import httpx
import httpx2
import pytest
import requests


class Refused(Exception):  # noqa: N818 - it is what a hook says of a response
    pass


class Httpx:
    """A sync client of httpx or httpx2."""

    kind = "Client"
    ways = ("iter_bytes", "iter_raw", "iter_text", "iter_lines", "read")
    reads_hops = True

    def __init__(self, lib):
        self.lib = lib
        self.response = lib.Response
        self.broken = (lib.RemoteProtocolError, lib.DecodingError)
        self.impatient = lib.ReadTimeout
        self.unanswered = lib.RemoteProtocolError
        self.loops = lib.TooManyRedirects
        self.session = getattr(lib, self.kind)(trust_env=False, verify=False, follow_redirects=True)

    async def close(self):
        self.session.close()

    def refuse(self, *, reads):
        def hook(response):
            if reads:
                response.read()
            raise Refused

        self.session.event_hooks = {"response": [hook]}

    async def call(self, url, method="GET"):
        return self.session.request(method, url).content

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        with self.session.stream(method, url, timeout=patience) as response:
            yield response

    async def read(self, response, way="iter_raw"):
        list(getattr(response, way)())

    async def chunks(self, response):
        for chunk in response.iter_raw():
            yield chunk


class AsyncHttpx(Httpx):
    """An async client of httpx or httpx2."""

    kind = "AsyncClient"
    ways = ("aiter_bytes", "aiter_raw", "aiter_text", "aiter_lines", "aread")

    async def close(self):
        await self.session.aclose()

    def refuse(self, *, reads):
        async def hook(response):
            if reads:
                await response.aread()
            raise Refused

        self.session.event_hooks = {"response": [hook]}

    async def call(self, url, method="GET"):
        return (await self.session.request(method, url)).content

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        async with self.session.stream(method, url, timeout=patience) as response:
            yield response

    async def read(self, response, way="aiter_raw"):
        if way == "aread":
            await response.aread()
        else:
            [part async for part in getattr(response, way)()]

    def chunks(self, response):
        return response.aiter_raw()


class Requests:
    response = requests.Response
    broken = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    impatient = unanswered = requests.ConnectionError
    loops = requests.TooManyRedirects
    reads_hops = True
    ways = (
        lambda response: response.content,
        lambda response: response.text,
        lambda response: list(response.iter_lines(decode_unicode=True)),
        list,
        lambda response: list(response.iter_content(5, decode_unicode=True)),
    )

    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False

    async def close(self):
        self.session.close()

    def refuse(self, *, reads):
        def hook(response, **kwargs):
            if reads:
                assert response.content
            response.close()  # else its connection is left to the garbage collector
            raise Refused

        self.session.hooks["response"] = hook

    async def call(self, url, method="GET"):
        return self.session.request(method, url).content

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        with self.session.request(method, url, stream=True, timeout=patience) as response:
            response.encoding = "utf-8"
            yield response

    async def read(self, response, way=list):
        way(response)

    async def chunks(self, response):
        for chunk in response.iter_content(None):
            yield chunk


async def each(iterator):
    return [part async for part in iterator]


async def at_once(content):
    await content.wait_eof()
    return content.read_nowait()


async def exactly(content):
    await content.readexactly(20)
    await content.read()


class Aiohttp:
    response = aiohttp.ClientResponse
    broken = aiohttp.ClientPayloadError
    impatient = aiohttp.SocketTimeoutError
    unanswered = aiohttp.ServerDisconnectedError
    loops = aiohttp.TooManyRedirects
    reads_hops = False
    ways = (
        lambda content: content.read(),
        each,
        lambda content: each(content.iter_any()),
        lambda content: each(content.iter_chunks()),
        lambda content: each(content.iter_chunked(7)),
        at_once,
        exactly,
    )

    def __init__(self):
        self.session = aiohttp.ClientSession()
        self.checks = {}

    async def close(self):
        await self.session.close()

    def refuse(self, *, reads):
        async def check(response):
            if reads:
                await response.read()
            raise Refused

        self.checks = {"raise_for_status": check}

    async def call(self, url, method="GET"):
        async with self.session.request(method, url, **self.checks) as response:
            return await response.read()

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        patient = aiohttp.ClientTimeout(sock_read=patience)
        async with self.session.request(method, url, timeout=patient, **self.checks) as response:
            yield response

    async def read(self, response, way=each):
        await way(response.content)

    def chunks(self, response):
        return response.content.iter_any()


ASYNC = {"httpx-async": lambda: AsyncHttpx(httpx), "httpx2-async": lambda: AsyncHttpx(httpx2), "aiohttp": Aiohttp}
CLIENTS = {"httpx": lambda: Httpx(httpx), "httpx2": lambda: Httpx(httpx2), "requests": Requests} | ASYNC


@pytest.fixture(params=CLIENTS)
async def client(request):
    client = CLIENTS[request.param]()
    yield client
    await client.close()


@pytest.fixture(params=ASYNC)
async def async_client(request):
    client = ASYNC[request.param]()
    yield client
    await client.close()
