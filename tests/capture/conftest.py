"""A provider on the loopback interface, and a sink that books what it hears."""

import asyncio
import gc
import gzip
import json
import sys
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import httpx2
import pytest

from pytest_usage_contract.capture import Capture, Target, captures
from pytest_usage_contract.core.exchange import Request
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.providers.routes import MappedUrl
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

BODY = {"id": "gen-1", "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}
JSON = json.dumps(BODY).encode()
EVENTS = [b'data: {"delta": "a"}\n\n', b'data: {"usage": {"total_tokens": 12}}\n\n', b"data: [DONE]\n\n"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each chunk would wait 40 ms for the client to acknowledge the one before
    server: "Provider"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        name = self.path.partition("?")[0].strip("/").replace("-", "_").replace("/", "_")
        try:
            getattr(self, name, self.json)()
        except OSError:
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server finds them by these names

    def do_HEAD(self):
        self.head(200, length=len(JSON))

    def head(self, status=200, *, kind="application/json", length=None, **headers):
        self.server.sent.append(self.headers["host"])
        self.send_response(status)
        self.send_header("content-type", kind)
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def whole(self, data, status=200, **headers):
        self.head(status, length=len(data), **headers)
        self.wfile.write(data)

    def json(self):
        self.whole(JSON)

    def silent(self):
        self.abort()

    def error(self):
        self.whole(b'{"error": {"message": "slow down"}}', 429)

    def flaky(self):
        self.server.attempts += 1
        if self.server.attempts % 2:
            self.error()
        else:
            self.json()

    def gzip(self):
        self.whole(gzip.compress(JSON), content_encoding="gzip")

    def deflate(self):
        self.whole(zlib.compress(JSON), content_encoding="deflate")

    def opaque(self):
        self.whole(b"\x8b\x1c\x80", content_encoding="br")

    def corrupt(self):
        packed = bytearray(gzip.compress(JSON * 50))
        packed[40:60] = b"\xff" * 20
        self.whole(bytes(packed), content_encoding="gzip")

    def half_gzip(self):
        self.whole(gzip.compress(JSON)[:-12], content_encoding="gzip")

    def bomb(self):
        self.whole(gzip.compress(bytes(1_000_000)), content_encoding="gzip")

    def large(self):
        self.whole((b"x" * 99_999 + b"\n") * 20)

    def empty(self):
        self.head(204, length=0)

    def redirect(self):
        self.head(307, length=0, location="/hop")

    def hop(self):
        self.whole(b"moved", 307, location="/json")

    def loop(self):
        self.head(307, length=0, location="/loop")

    def astray(self):
        self.head(307, length=0, location="http://[")

    def broken_hop(self):
        self.head(307, location="/json")
        self.chunk(b"moved")
        self.abort()

    def cut_length(self):
        self.head(length=len(JSON))
        self.wfile.write(JSON[:20])
        self.abort()

    def cut_chunked(self):
        self.head(kind="text/event-stream; charset=utf-8")
        self.chunk(EVENTS[0])
        self.abort()

    def cut_twice(self):
        self.head(kind="text/event-stream")
        self.chunk(EVENTS[0])
        self.chunk(EVENTS[1])
        self.abort()

    def stall(self):
        self.head(kind="text/event-stream")
        self.chunk(EVENTS[0])
        self.server.stalls.release()
        self.server.gate.wait(10)
        self.abort()

    def sse(self):
        self.head(kind="text/event-stream")
        for event in EVENTS:
            self.chunk(event)
        self.chunk(b"")

    def gzip_sse(self):
        self.head(kind="text/event-stream", content_encoding="gzip")
        packer = zlib.compressobj(wbits=31)
        for event in EVENTS:
            self.chunk(packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH))
        self.chunk(packer.flush())
        self.chunk(b"")

    def gated(self):
        """Send each event only when the test has opened the gate."""
        self.head(kind="text/event-stream")
        for event in EVENTS:
            self.chunk(event)
            self.server.gate.wait(10)
            self.server.gate.clear()
        self.chunk(b"")

    def abort(self):
        self.wfile.flush()
        self.close_connection = True


class Provider(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    handle_error = "a client that goes is no error".format  # which does nothing, and says so

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.gate = threading.Event()
        self.stalls = threading.Semaphore(0)
        self.attempts = 0
        self.sent = []
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"
        self.unwanted = f"http://localhost:{self.server_address[1]}"


@pytest.fixture(scope="session")
def _provider():
    provider = Provider()
    threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield provider
    provider.shutdown()
    provider.server_close()


@pytest.fixture
def provider(_provider):
    _provider.gate.clear()
    _provider.stalls = threading.Semaphore(0)
    _provider.attempts = 0
    _provider.sent.clear()
    yield _provider
    _provider.gate.set()


@dataclass
class Book:
    """A sink that books what it hears."""

    exchanges: list = field(default_factory=list)
    owners: list = field(default_factory=list)
    responses: list = field(default_factory=list)
    troubles: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    unwanted: str = "localhost"
    me: object = None
    bound: int = 1_000_000

    def target(self, *parts):
        told = Request.at(*parts)
        return Target(told, self.room(*told))

    def room(self, method, host, path):
        self.asked.append(host)
        return self.bound * (not host.startswith(self.unwanted))

    def owner(self):
        return self.me

    def take(self, exchange, owner, response):
        self.exchanges.append(exchange)
        self.owners.append(owner)
        self.responses.append(None if response is None else type(response))

    def trouble(self, error):
        self.troubles.append(error)

    @property
    def endings(self):
        return [exchange.ending.value for exchange in self.exchanges]

    @property
    def statuses(self):
        return [exchange.status for exchange in self.exchanges]

    @property
    def bodies(self):
        return [exchange.body for exchange in self.exchanges]


@pytest.fixture
def book():
    book = Book()
    with Capture(book):
        yield book
    assert book.troubles == []


@pytest.fixture
def new_book():
    return Book


@pytest.fixture
def body():
    return JSON


@pytest.fixture
def events():
    return EVENTS


@pytest.fixture
def run_soon():
    """Let the loop turn until what was scheduled has been done."""

    async def run():
        for _ in range(20):
            await asyncio.sleep(0)

    return run


@pytest.fixture
def collect():
    """Collect the garbage of this test, and of nothing older: a whole collection takes half a second."""
    gc.freeze()
    yield gc.collect
    gc.unfreeze()


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def lib(request):
    return request.param


class Item:
    """As much of a test as a run asks for."""

    nodeid = "test_it.py::test_it"

    def get_closest_marker(self, name):
        return None

    def iter_markers(self, name):
        return ()


@pytest.fixture
def running():
    """Run as pytest would, with one test in its call."""

    @contextmanager
    def running(mapped=()):
        run = Run(Settings(active=True, policy=Policy(), mapped=tuple(map(MappedUrl.read, mapped))))
        run.begin(Item())
        run.start()
        with run.call():
            yield run
        run.stop()
        run.end()
        assert run.troubles == []

    return running


@pytest.fixture(autouse=True)
def _nothing_is_left_behind():
    send, hooks = vars(httpx.Client)["send"], list(sys.meta_path)
    yield
    assert vars(httpx.Client)["send"] is send
    assert sys.meta_path == hooks
    assert captures.calls.recorder is None
