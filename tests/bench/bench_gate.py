"""What the gate adds to 5,000 tests with one exchange each, through a respx route; and how large its report becomes.

The budgets: at most 15 % more than the run without it, and an HTML report below a megabyte.
"""

import json
import os
import subprocess
import sys

BUDGET = 1.15
LARGEST = 1_000_000
TESTS = 5_000
ROUNDS = 3

SUITE = f"""
import httpx
import pytest

USAGE = {{"input_tokens": 120, "input_tokens_details": {{"cached_tokens": 64}}, "output_tokens": 45,
          "output_tokens_details": {{"reasoning_tokens": 32}}, "total_tokens": 165}}
BODY = {{"id": "resp_1", "output": [{{"type": "output_text", "text": "x" * 1000}}], "usage": USAGE}}
URL = "https://openrouter.ai/api/v1/responses"

@pytest.fixture(scope="session")
def client():
    with httpx.Client() as client:
        yield client

@pytest.mark.parametrize("number", range({TESTS}))
def test_it_asks(client, respx_mock, number):
    usage = USAGE if number % 100 else {{**USAGE, "cost": 0.1}}
    respx_mock.post(URL).respond(json={{**BODY, "usage": usage}})
    assert client.post(URL, json={{"input": "Hello"}}).json()["usage"]["total_tokens"] == 165
"""


def seconds(folder, *options):
    """The processor's time for a run of the suite, with nothing loaded but pytest and the plugin."""
    plugin = ["-p", "respx.plugin", "-p", "pytest_usage_contract.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    before = os.times()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_the_gate_beside_a_run_without_it(tmp_path):
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    reports = ("--usage-contract-report=all.html", "--usage-contract-report=all.json")
    plain, gated = [], []
    for _ in range(ROUNDS):
        plain.append(seconds(tmp_path))
        gated.append(seconds(tmp_path, "--usage-contract", *reports))
    ratio = min(gated) / min(plain)
    size = (tmp_path / "all.html").stat().st_size
    told = f"{TESTS} tests in {min(plain):.2f} s, with the gate in {min(gated):.2f} s, ratio {ratio:.3f}"
    print(f"gate: {told} (budget {BUDGET}), HTML report of {size:,} bytes")  # noqa: T201 - what a benchmark is for
    report = json.loads((tmp_path / "all.json").read_text())
    assert (report["checked"], report["findings"][0]["count"]) == (TESTS, TESTS // 100)
    assert size < LARGEST
    assert ratio <= BUDGET
