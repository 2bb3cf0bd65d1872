"""The scenarios, a small suite as its users have it: copied for each test, and run as a whole or in part."""

import json
import shutil
import sys
from pathlib import Path

# What the runs need is imported once, here: a run in this process forgets what it was the first to import, so the next
# one would import it again, and have copies of modules that hold what is patched and registered.
import httpx
import markdown_it  # noqa: F401
import pytest
from opentelemetry.sdk.trace import Span

import pytest_usage_contract.documents
import pytest_usage_contract.mocks.usage_mocks
import pytest_usage_contract.reports.annotations
import pytest_usage_contract.reports.baseline
import pytest_usage_contract.reports.markdown
import pytest_usage_contract.reports.outcome
import pytest_usage_contract.session.evidence
import pytest_usage_contract.session.gate
import pytest_usage_contract.session.span_summary
import pytest_usage_contract.session.spans
import pytest_usage_contract.snapshots.snapshot
import pytest_usage_contract.strategies  # noqa: F401
from pytest_usage_contract import runs
from pytest_usage_contract.providers.registry import contracts

SCENARIOS = Path(__file__).parent / "scenarios"
collect_ignore = ["scenarios"]


def name_of(nodeid):
    return nodeid.partition("::")[2]


class Ran:
    """What a run came to: its exit status, what it printed and reported, and how its tests ended."""

    def __init__(self, result, report):
        self.code = result.ret
        self.lines = result.outlines
        self.errors = result.errlines
        self.count = result.parseoutcomes
        self.report = json.loads(report.read_text()) if report.exists() else None
        # A run in a process of its own, or that ended before it began, tells nothing but what it prints.
        reports = getattr(getattr(result, "reprec", None), "getreports", lambda _: ())
        self.phases = reports("pytest_runtest_logreport")

    @property
    def outcomes(self):
        """How each test ended, with each of its attempts, and a set-up or teardown that failed."""
        ended = {}
        for phase in self.phases:
            word = "xfailed" if phase.skipped and hasattr(phase, "wasxfail") else phase.outcome
            if phase.when == "call" or word != "passed":
                word = "error" if phase.when != "call" and phase.failed else word
                ended.setdefault(name_of(phase.nodeid), []).append(word)
        return {test: ", ".join(words) for test, words in ended.items()}

    def failure(self, test):
        """The first phase of *test* that failed, as pytest tells of it."""
        return next(phase for phase in self.phases if name_of(phase.nodeid) == test and phase.failed)

    def each(self, field):
        """One field of each finding in the report."""
        return {f"{finding['code']} {finding['path']}": finding[field] for finding in self.report["findings"]}

    @property
    def signed(self):
        """Whose test's each signed usage was."""
        found = self.each("tests").items()
        return {place.rpartition(".")[2]: [*map(name_of, tests)] for place, tests in found}


def standing():
    """What a run in this process must leave as it was."""
    sends = httpx.Client.send, httpx.AsyncClient.send
    return *sends, Span.end, contracts(), runs.current(), [*sys.meta_path]


@pytest.fixture
def run(pytester, plain_inner_runs, monkeypatch):
    """Run scenarios in this process, or *apart*, with no plugin but ours and those that are asked for."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shutil.copytree(SCENARIOS, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    pytester.syspathinsert()
    report = pytester.path / "report.json"

    def run(*args, apart=False):
        report.unlink(missing_ok=True)
        args = ("-p", "pytest_usage_contract.plugin", *args)
        if apart:
            return Ran(pytester.runpytest_subprocess(*args), report)
        before = standing()
        result = pytester.runpytest_inprocess(*args, no_reraise_ctrlc=True)
        assert standing() == before
        return Ran(result, report)

    return run


@pytest.fixture
def judge(run):
    """The same, with the flag and a report."""

    def judge(*args, apart=False):
        return run("--usage-contract", "--usage-contract-report=report.json", *args, apart=apart)

    return judge
