"""Cassettes that pytest-recording writes through each client are judged as the run was that has recorded them."""

import gzip
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pytest_usage_contract.audit.exchanges import RecordedExchange
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.reading import read_input
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.providers.routes import MappedUrl, Routes

pytestmark = pytest.mark.slow

KEPT = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
BROKEN = {**KEPT, "total_tokens": "12"}


def answer(usage):
    return json.dumps({"id": "é", "object": "chat.completion", "usage": usage}).encode()


JSON, EVENTS, GZIP = {"content-type": "application/json"}, {"content-type": "text/event-stream"}, "gzip"
CHUNK = {"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": BROKEN}

ANSWERS = {
    "kept": (200, JSON, answer(KEPT)),
    "broken": (200, JSON, answer(BROKEN)),
    "drifted": (200, JSON, answer({**KEPT, "cost": 1})),
    "contradictory": (200, JSON, answer({**KEPT, "total_tokens": 13})),
    "packed": (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(answer(BROKEN))),
    "streamed": (200, EVENTS, f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode()),
    "refused": (429, JSON, b'{"error": {"message": "slow down"}}'),
    "page": (200, {"content-type": "text/html"}, b"<html>\xff</html>"),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        status, headers, body = ANSWERS[self.path.rpartition("=")[2]]
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def base():
    """The address of a provider on the loopback interface."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


CLIENTS = {
    "httpx": "import httpx\ndef call(url):\n    httpx.post(url, json={}).content",
    "httpx2": "import httpx2\ndef call(url):\n    httpx2.post(url, json={}).content",
    "requests": "import requests\ndef call(url):\n    requests.post(url, json={}).content",
    "aiohttp": """
        import asyncio, aiohttp

        async def post(url):
            async with aiohttp.ClientSession() as session, session.post(url, json={}) as response:
                await response.read()

        def call(url):
            asyncio.run(post(url))
    """,
}


@pytest.fixture
def run(pytester, base):
    """Runs a suite that calls the provider and records it: what it reported."""

    def run(client, *arguments):
        pytester.makepyfile(client=CLIENTS[client])
        pytester.makepyfile(
            test_calls=f"""
            import pytest
            from client import call

            @pytest.mark.vcr
            @pytest.mark.parametrize("case", {[*ANSWERS]})
            def test_call(case):
                call(f"{base}/chat/completions?case={{case}}")
            """
        )
        pytester.makeini(f"[pytest]\nusage_contract_urls = {base} = openai\nusage_contract_fail_on = none\n")
        options = ("--usage-contract", "--usage-contract-report=report.json")
        result = pytester.runpytest_subprocess(*options, *arguments)
        result.assert_outcomes(passed=len(ANSWERS))
        return json.loads((pytester.path / "report.json").read_text())

    return run


def audit(folder, base):
    """Judge the cassettes in a folder: how often each finding was found, how many were judged, and all statuses."""
    routes, findings, statuses = Routes([MappedUrl.read(f"{base} = openai")]), Counter(), []
    for found in find_inputs([str(folder)]):
        for recorded in read_input(found):
            assert isinstance(recorded, RecordedExchange)
            statuses.append(recorded.status)
            contract, endpoint = routes.find(*recorded.request)
            if recorded.status == 200:
                verdict = check_bytes(
                    contract, recorded.body, endpoint=endpoint, representation=recorded.representation
                )
                findings.update((found.code, found.path) for found in verdict.findings)
    return findings, statuses.count(200), sorted(statuses)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_cassette_is_judged_as_the_run_was_that_has_recorded_it(run, base, pytester, client):
    report = run(client, "--record-mode=once")
    findings, checked, statuses = audit(pytester.path / "cassettes", base)
    assert statuses == sorted(status for status, _, _ in ANSWERS.values())
    assert (report["checked"], report["other_statuses"]) == (checked, 1)
    assert findings == {(found["code"], found["path"]): found["count"] for found in report["findings"]}
    assert len(findings) == 4
