"""One interface over the clients that are watched: httpx, httpx2, requests, urllib3 with botocore, and aiohttp.

Each call is `async`, as half of the clients are.
"""

import traceback
from contextlib import asynccontextmanager

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, HTTPClientError
from botocore.httpsession import URLLib3Session


class Refused(Exception):  # noqa: N818 - it is what a hook says of a response
    pass


class Httpx:
    """A sync client of httpx or httpx2."""

    kind = "Client"
    ways = ("iter_bytes", "iter_raw", "iter_text", "iter_lines", "read")
    reads_hops = reads_hops_of_streams = True

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
    reads_hops = reads_hops_of_streams = True
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


class Urllib3:
    response = urllib3.HTTPResponse
    broken = (urllib3.exceptions.ProtocolError, urllib3.exceptions.DecodeError)
    impatient = urllib3.exceptions.ReadTimeoutError
    unanswered = urllib3.exceptions.ProtocolError
    loops = urllib3.exceptions.MaxRetryError
    reads_hops, reads_hops_of_streams = True, False
    ways = (
        lambda response: list(response.stream()),
        lambda response: list(response.stream(5)),
        lambda response: response.data,
        lambda response: response.read(),
        lambda response: list(iter(lambda: response.read(7), b"")),
        lambda response: list(iter(response.read1, b"")),
        lambda response: list(response.read_chunked()),
        list,
    )

    def __init__(self):
        self.session = urllib3.PoolManager(retries=urllib3.Retry(12, connect=False, read=False))
        self.preload_content = True

    async def close(self):
        self.session.clear()

    def refuse(self, *, reads):
        class Refusing(urllib3.Retry):
            def is_retry(self, *args):
                return True

            def increment(self, *args, response, **kwargs):
                response.close()  # else its connection is left to the garbage collector
                raise Refused

        self.session.connection_pool_kw["retries"] = Refusing(12)
        self.preload_content = reads

    async def call(self, url, method="GET"):
        return self.session.request(method, url, preload_content=self.preload_content).data

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        with self.session.request(method, url, preload_content=False, timeout=patience) as response:
            yield response

    async def read(self, response, way=ways[0]):
        way(response)

    async def chunks(self, response):
        for chunk in response.stream():
            yield chunk


class Botocore:
    """The session by which botocore sends; it follows nothing, decodes nothing, and takes a short body for whole."""

    response = urllib3.HTTPResponse
    impatient = urllib3.exceptions.ReadTimeoutError
    unanswered = ConnectionClosedError
    ways = (
        lambda response: AWSResponse(None, 200, {}, response).content,
        lambda response: list(response.stream()),
        lambda response: response.read(),
        lambda response: list(iter(lambda: response.read(7), b"")),
    )

    def __init__(self):
        self.session = URLLib3Session(timeout=5)
        self.refuses = self.reads = False

    async def close(self):
        for key in self.session._manager.pools.keys():  # noqa: SIM118 - it is no dict, and has no other iterator
            self.session._manager.pools[key].close()  # else its connections are left to the garbage collector

    def refuse(self, *, reads):
        self.refuses, self.reads = True, reads

    def send(self, method, url, *, stream):
        request = AWSRequest(method, url, stream_output=stream).prepare()
        try:
            response = self.session.send(request)
        except HTTPClientError as error:
            # urllib3 leaves the connection of a redirect that leads nowhere to the garbage collector.
            for frame, _ in traceback.walk_tb(error.__context__.__traceback__):
                if isinstance(response := frame.f_locals.get("response"), urllib3.HTTPResponse):
                    response.close()
            raise
        if self.refuses:
            response.raw.close()
            raise Refused
        return response

    async def call(self, url, method="GET"):
        return self.send(method, url, stream=self.refuses and not self.reads).content

    @asynccontextmanager
    async def stream(self, url, patience=5, method="GET"):
        self.session._manager.connection_pool_kw["timeout"] = patience
        with self.send(method, url, stream=True).raw as response:
            yield response

    async def read(self, response, way=ways[1]):
        way(response)

    async def chunks(self, response):
        for chunk in response.stream():
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
    reads_hops = reads_hops_of_streams = False
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
SYNC = {"httpx": lambda: Httpx(httpx), "httpx2": lambda: Httpx(httpx2), "requests": Requests, "urllib3": Urllib3}
STRICT = SYNC | ASYNC
CLIENTS = STRICT | {"botocore": Botocore}


def client_among(clients):
    @pytest.fixture(params=clients)
    async def client(request):
        client = clients[request.param]()
        yield client
        await client.close()

    return client


client = client_among(CLIENTS)
strict_client = client_among(STRICT)
"""One that follows redirects, decodes a body, and raises where one is broken."""
async_client = client_among(ASYNC)
