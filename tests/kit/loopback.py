"""A provider on the loopback interface that answers in every way, and an audit of what was recorded of it."""

import gzip
import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.reading import read_input
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.providers.routes import MappedUrl, Routes

KEPT = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
BROKEN = {**KEPT, "total_tokens": "12"}
JSON, EVENTS = {"content-type": "application/json"}, {"content-type": "text/event-stream"}


def format_answer(usage):
    return json.dumps({"id": "é", "object": "chat.completion", "choices": [], "usage": usage}).encode()


ANSWERS = {
    "kept": (200, JSON, format_answer(KEPT)),
    "broken": (200, JSON, format_answer(BROKEN)),
    "drifted": (200, JSON, format_answer({**KEPT, "cost": 1})),
    "contradictory": (200, JSON, format_answer({**KEPT, "total_tokens": 13})),
    "packed": (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(format_answer(BROKEN))),
    "streamed": (200, EVENTS, b"data: %s\n\ndata: [DONE]\n\n" % format_answer(BROKEN)),
    "refused": (429, JSON, b'{"error": {"message": "slow down"}}'),
    "page": (200, {"content-type": "text/html"}, b"<html>\xff</html>"),
}
"""Status, headers and body, by the case that is asked for."""

CALLED = """
<script>
  (async () => {
    for (const name of %s)
      await (await fetch("/v1/chat/completions?case=" + name, {method: "POST", body: "{}"})).text();
    document.title = "called";
  })();
</script>
"""
"""A page that asks for each of them, and then has this title."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.answer(*ANSWERS[self.path.rpartition("=")[2]])

    def do_GET(self):  # pragma: no cover - a browser asks for it
        self.answer(200, {"content-type": "text/html"}, (CALLED % json.dumps([*ANSWERS])).encode())

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serve():
    """Serve the answers at an address, which is given."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


SUITE = """
    import pytest
    from client import call

    pytestmark = {marks}

    @pytest.mark.parametrize("case", {cases})
    def test_call(case):
        call(f"{base}/v1/chat/completions?case={{case}}")
"""

HTTPX = "import httpx\ndef call(url):\n    httpx.post(url, json={}).content"


def run_live(pytester, base, client=HTTPX, *arguments, marks=()):
    """Run a suite that asks for each answer by a client, and return what the plugin has reported."""
    pytester.makepyfile(
        client=client, test_calls=SUITE.format(cases=[*ANSWERS], base=base, marks=f"[{', '.join(marks)}]")
    )
    pytester.makeini(f"[pytest]\nusage_contract_urls = {base}/v1 = openai\nusage_contract_fail_on = none\n")
    options = ("--usage-contract", "--usage-contract-report=report.json", *arguments)
    pytester.runpytest_subprocess(*options).assert_outcomes(passed=len(ANSWERS))
    report = json.loads((pytester.path / "report.json").read_text())
    findings = {(found["code"], found["path"]): found["count"] for found in report["findings"]}
    assert len(findings) == 4
    return findings, report["checked"], report["other_statuses"]


def audit(place, base):
    """Judge the recordings at a place, and return the same of them."""
    routes, findings, checked, other_statuses = Routes([MappedUrl.read(f"{base}/v1 = openai")]), Counter(), 0, 0
    for found in find_inputs([str(place)]):
        for recorded in read_input(found):
            assert not isinstance(recorded, Unread), recorded.why
            route = routes.find(*recorded.request)
            if route is not None and recorded.status == 200:
                contract, endpoint = route
                told = recorded.representation
                verdict = check_bytes(contract, recorded.body, endpoint=endpoint, representation=told)
                findings.update((found.code, found.path) for found in verdict.findings)
            checked += route is not None and recorded.status == 200
            other_statuses += route is not None and recorded.status != 200
    return findings, checked, other_statuses
