"""A provider on loopback, and the providers' real SDKs in runs that the plugin watches."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# Imported once, here: a run in this process forgets what it was the first to import.
import anthropic  # noqa: F401
import google.genai  # noqa: F401
import openai  # noqa: F401
import openrouter  # noqa: F401
import orq_ai_sdk.deployments
import orq_ai_sdk.router  # noqa: F401
import pytest

from pytest_usage_contract.core.event_stream import is_message

# No call leaves the machine. To read the certificates of the world for it takes each client longer than the call.
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)

BODIES = Path(__file__).parents[1] / "data" / "bodies"

CLIENTS = """
import pytest

URL = "{url}"


@pytest.fixture
def openrouter():
    from openrouter import OpenRouter
    from openrouter.utils import BackoffStrategy, RetryConfig

    retries = RetryConfig("backoff", BackoffStrategy(1, 2, 1, 2000), False)
    with OpenRouter(api_key="key", server_url=URL + "/api/v1", retry_config=retries) as client:
        yield client


@pytest.fixture
def openai():
    from openai import OpenAI

    with OpenAI(api_key="key", base_url=URL + "/api/v1") as client:
        yield client


@pytest.fixture
def orq():
    from orq_ai_sdk import Orq
    from orq_ai_sdk.utils import BackoffStrategy, RetryConfig

    retries = RetryConfig("backoff", BackoffStrategy(1, 2, 1, 2000), False)
    with Orq(api_key="key", server_url=URL, retry_config=retries) as client:
        yield client


@pytest.fixture
def anthropic():
    from anthropic import Anthropic

    with Anthropic(api_key="key", base_url=URL) as client:
        yield client


@pytest.fixture
def gemini():
    from google.genai import Client, types

    with Client(api_key="key", http_options=types.HttpOptions(base_url=URL)) as client:
        yield client
"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Provider"

    def log_message(self, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.asked.append(self.path)
        answers = self.server.answers
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        events = body.startswith((b"data:", b"event:"))
        kind = "application/vnd.amazon.eventstream" if is_message(body) else "application/json"
        self.send_response(status)
        self.send_header("content-type", "text/event-stream" if events else kind)
        self.send_header("retry-after-ms", "1")
        if not events:
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in filter(None, body.split(b"\n\n")):
            self.wfile.write(b"%x\r\n%s\n\n\r\n" % (len(event) + 2, event))
        self.wfile.write(b"0\r\n\r\n")


class Provider(ThreadingHTTPServer):
    """Gives its answers one after the other, and the last of them from then on."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"
        self.answers = []
        self.asked = []

    def answer(self, body, status=200):
        self.answers.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))


@pytest.fixture
def provider():
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield provider
    provider.shutdown()
    thread.join()
    provider.server_close()


@pytest.fixture
def body():
    """A body that the SDKs accept, by the name of its file, with some of its usage as the test wants it."""

    def read(name, **usage):
        path = BODIES / name
        if path.suffix == ".txt":
            return path.read_bytes()
        decoded = json.loads(path.read_text(encoding="utf-8"))
        decoded["usage"] |= usage
        return decoded

    return read


@pytest.fixture
def watched(pytester, provider):
    """Run a test module under `--usage-contract`; the provider answers in the place of those *mapped*."""

    def run(module, *arguments, flag="--usage-contract", mapped=("openrouter", "orq")):
        urls = "".join(f"    {provider.url} = {name}\n" for name in mapped)
        pytester.makeini(f"[pytest]\naddopts = -p no:cacheprovider\nusage_contract_urls =\n{urls}")
        pytester.makeconftest(CLIENTS.format(url=provider.url))
        pytester.makepyfile(test_it=module)
        return pytester.runpytest(*filter(None, [flag]), *arguments)

    return run
