# ruff: noqa: T201 - it prints what it measured
"""What the gate adds to a run: once, for each test, and to tests with one exchange each; and how large its report becomes."""

import os
import subprocess
import sys

import pytest

LARGEST = 1_000_000
ROUNDS = 5

ASKING = """
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

@pytest.mark.parametrize("number", range({tests}))
def test_it_asks(client, respx_mock, number):
    usage = USAGE if number % 100 else {{**USAGE, "cost": 0.1}}
    respx_mock.post(URL).respond(json={{**BODY, "usage": usage}})
    assert client.post(URL, json={{"input": "Hello"}}).json()["usage"]["total_tokens"] == 165
"""
IDLE = """
import httpx, pydantic, pytest, respx

@pytest.mark.parametrize("number", range({tests}))
def test_nothing(number):
    pass
"""
SUITES = {
    "one test that does nothing": (IDLE, 1, None),
    "5,000 tests that do nothing": (IDLE, 5_000, None),
    "5,000 tests with a call through respx each": (ASKING, 5_000, 1.08),
}


def seconds(folder, *options):
    """The processor's time for a run of the suite, with nothing loaded but pytest and the plugin."""
    plugin = ["-p", "respx.plugin", "-p", "pytest_usage_contract.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    before = os.times()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.parametrize("name", SUITES)
def test_the_gate_beside_a_run_without_it(table, tmp_path, name):
    suite, tests, budget = SUITES[name]
    tests = min(tests, 10) if table.once else tests
    (tmp_path / "test_suite.py").write_text(suite.format(tests=tests))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    reports = ("--usage-contract-report=all.html", "--usage-contract-report=all.json")
    timers = {
        "without the gate": lambda: seconds(tmp_path),
        "with the gate": lambda: seconds(tmp_path, "--usage-contract"),
        "with the gate and two reports": lambda: seconds(tmp_path, "--usage-contract", *reports),
        "without the gate, again": lambda: seconds(tmp_path),
    }
    note = "Told is the time of the whole process; the difference of the first two rows, by the number of tests, is what one test costs."
    table.timed(f"A run of {name}", timers, {"with the gate": budget}, rounds=ROUNDS, note=note)
    size = (tmp_path / "all.html").stat().st_size
    print(f"gate: an HTML report of {size:,} bytes (at most {LARGEST:,})")
