# ruff: noqa: T201 - it prints what it measured
"""What the gate adds to a run: once, for each test, and to tests with one exchange each; and how large its report becomes."""

import resource
import statistics
import subprocess
import sys

from measuring import compiled, interleaved

LARGEST = 1_000_000
ONCE, A_TEST = 120, 60
"""Milliseconds that switching on may cost a run, and microseconds that it may cost a test that does nothing."""

IDLE = """
import httpx, pytest, respx
from pydantic import BaseModel

class Model(BaseModel):  # `import pydantic` alone brings next to nothing of it
    name: str

@pytest.mark.parametrize("number", range({tests}))
def test_nothing(number):
    pass
"""
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
HOOKS = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    return (yield)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    return (yield)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    return (yield)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return (yield)

def pytest_runtest_logreport(report):
    pass

def pytest_runtest_logfinish(nodeid):
    pass
"""
"""The cheapest that could be done: the hooks that follow each test, which do nothing."""

GATE = "--usage-contract"
REPORTS = ("--usage-contract-report=all.html", "--usage-contract-report=all.json")


def seconds(folder, *options):
    """The processor's time for a run of the suite, with nothing loaded but pytest and the plugin."""
    plugins = ["-p", "respx.plugin", "-p", "pytest_usage_contract.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *options]
    environment = compiled(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS="", PYTHONPATH=str(folder))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def suite(folder, text, tests):
    """A folder with a suite that has been run once: the modules are compiled then, as those of a package are."""
    folder.mkdir()
    (folder / "test_suite.py").write_text(text.format(tests=tests))
    (folder / "hooks.py").write_text(HOOKS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    seconds(folder, GATE, *REPORTS)
    return folder


def added(times, job):
    """The median of what *job* takes beyond a run without the gate, in seconds."""
    return statistics.median(one - other for one, other in zip(times[job], times["without the gate"], strict=True))


def test_the_gate_beside_a_run_whose_tests_do_nothing(table, tmp_path):
    sizes = {"one test that does nothing": 1, "2,000 tests that do nothing": 10 if table.once else 2_000}
    rows = {
        "without the gate": (),
        "the limit: hooks that do nothing": ("-p", "hooks"),
        "with the gate": (GATE,),
        "with the gate and two reports": (GATE, *REPORTS),
        "without the gate, again": (),
    }
    folders = {name: suite(tmp_path / name, IDLE, tests) for name, tests in sizes.items()}
    timers = {
        (name, row): lambda name=name, row=row: seconds(folders[name], *rows[row]) for name in sizes for row in rows
    }
    measured = interleaved(timers, 1 if table.once else 5)
    if table.once:
        return
    (one, few), (many, tests) = sizes.items()
    times = {name: {row: measured[name, row] for row in rows} for name in sizes}
    once = {row: added(times[one], row) for row in rows}
    each = {row: (added(times[many], row) - once[row]) / (tests - few) * 1e6 for row in rows}
    gate, hooks, again = "with the gate", "the limit: hooks that do nothing", "without the gate, again"
    notes = (
        f"To switch it on costs {once[gate] * 1e3:.0f} ms (at most {ONCE}), with two reports "
        f"{once['with the gate and two reports'] * 1e3:.0f} ms; the same run again {once[again] * 1e3:+.0f} ms.",
        f"A test costs {each[gate]:.0f} µs more (at most {A_TEST}), under hooks that do nothing {each[hooks]:.0f} µs; "
        f"the same run again {each[again]:+.0f} µs.",
    )
    for name, note in zip(sizes, notes, strict=True):
        table.tell(f"A run of {name}", times[name], note=note)
        print(note)


def test_the_gate_beside_a_run_whose_tests_receive_a_response_each(table, tmp_path):
    folder = suite(tmp_path / "asking", ASKING, 10 if table.once else 5_000)
    timers = {
        "without the gate": lambda: seconds(folder),
        "with the gate": lambda: seconds(folder, GATE),
        "the limit: hooks that do nothing": lambda: seconds(folder, "-p", "hooks"),
        "without the gate, again": lambda: seconds(folder),
    }
    table.timed("A run of 5,000 tests with a call through respx each", timers, {"with the gate": 1.08}, rounds=3)
    print(f"gate: an HTML report of {(folder / 'all.html').stat().st_size:,} bytes (at most {LARGEST:,})")
