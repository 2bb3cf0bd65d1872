"""The way of one broken response, from the client's `send` to the last line of the run: the modules that it passes."""

import sys
from pathlib import Path

import pytest

import pytest_usage_contract
from pytest_usage_contract.core.body import LAST_COUNTS

PACKAGE = Path(pytest_usage_contract.__file__).parent

WAY = {
    "capture.httpx_clients": "sees it come back",
    "session.run": "knows whose it is",
    "session.attempt": "keeps it, and lets it be judged",
    "session.judging": "finds the contract that covers it",
    "session.evidence": "makes the failure of the test, and what a report has of it",
    "core.exchange": "holds its facts",
    "core.contract": "knows its source",
    "core.checker": "finds the usage in it, and judges it",
    "core.walk": "walks through it",
    "core.pydantic_errors": "makes findings of errors",
    "core.accounting": "adds up",
    "core.escape": "shows values",
    "core.finding": "makes the verdict",
    "core.verdict_text": "makes a text of it",
    "core.policy": "decides what fails",
    "api": "has the error that is raised",
    "reports.tally": "counts",
    "reports.report": "is what it comes to",
    "reports.outcome": "concludes",
    "reports.terminal": "prints",
}

OLDER = {"core.body": "reads it", "core.check": "looks for the usage in it"}
"""What an older parser of pydantic needs, which does not always take the last of duplicates."""

if not LAST_COUNTS:
    WAY |= OLDER

BESIDE = {
    "plugin": "opens the call of every test",
    "mocks.mock_fixtures": "asks after each call whether a mock went unanswered",
    "session.watch": "follows every test, raises what fails it, and ships with its reports what it received",
    "session.gate": "gathers the reports of all tests",
    "session.options": "names the file that has configured the run",
    "runs": "forgets the run when it stops",
    "capture.captures": "stops",
    "capture.patches": "is undone",
    "capture.recordings": "has nothing open",
}
"""Modules that run in every test or at the end of every run, with a response or without."""

SUITE = """
import httpx

def answer(_):
    usage = {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 4,
             "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": "7"}
    return httpx.Response(200, json={"id": "x", "usage": usage})

def call():
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        client.post("https://openrouter.ai/api/v1/responses", json={})

def test_all_is_built_by_then():
    call()

def test_the_way():
    call()
"""


class Walk:
    """A plugin that notes which modules of the package run from the call of `test_the_way` to the end of the run."""

    def __init__(self):
        self.modules = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item):
        if item.name == "test_the_way":
            sys.setprofile(self.note)
        return (yield)

    def pytest_unconfigure(self):
        sys.setprofile(None)

    def note(self, frame, event, _):  # pragma: no cover - no profiler is traced
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(f"{PACKAGE}/"):
            self.modules.add(".".join(Path(path).relative_to(PACKAGE).with_suffix("").parts))


def test_a_broken_response_passes_no_more_than_twenty_modules(pytester):
    pytester.makepyfile(SUITE)
    walk = Walk()
    result = pytester.runpytest_inprocess("--usage-contract", "-p", "no:cacheprovider", plugins=[walk])
    result.assert_outcomes(failed=2)
    assert walk.modules - BESIDE.keys() == WAY.keys()
    assert len(WAY.keys() - OLDER.keys()) <= 20
