"""A folder of recorded exchanges with the toy contract, and the command that judges them."""

import json
import tracemalloc
from contextlib import suppress

import pytest
from toy import TOY

from pytest_usage_contract import cli
from pytest_usage_contract.providers.registry import register


@pytest.fixture(autouse=True)
def registered():
    take_away = register([TOY])
    yield take_away
    with suppress(ValueError):  # a test may have taken it away itself
        take_away()


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    """Runs the command in the folder of the files: its status, and what it printed on both channels."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments):
        return (cli.main(["check", *map(str, arguments)]), *capsys.readouterr())

    return check


@pytest.fixture
def report_of(check, tmp_path):
    """Runs the command, and reads the report that it writes."""

    def report_of(*arguments):
        check(*arguments, "--report", "report.json")
        return json.loads((tmp_path / "report.json").read_text())

    return report_of


@pytest.fixture
def measure_peak():
    """Measures the most memory that Python holds at a time while a function runs, in bytes."""

    def measure(function):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        function()
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    yield measure
    tracemalloc.stop()
