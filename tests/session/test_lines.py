"""The place of a call: the line of the test that made it, under every form of traceback and in the record."""

from pathlib import Path

import pytest

SCENARIO = Path(__file__).with_name("scenarios") / "test_lines.py"
LINES = {
    test: number
    for number, line in enumerate(SCENARIO.read_text().splitlines(), 1)
    if "  # " in line
    for test in line.partition("  # ")[2].split(", ")
}


def test_a_failure_ends_in_the_line_of_the_test_that_made_the_call(judge):
    ran = judge("test_lines.py")
    failing = "TestCase::test_failing"
    told = {test: ran.failure(test).longreprtext.splitlines()[-1] for test in ran.outcomes if test != failing}
    told[failing] = dict(ran.failure(failing).sections)["Captured usage contract call"].splitlines()[-1]
    places = {test: f"test_lines.py:{line}" for test, line in LINES.items()}
    assert told == places
    recorded = {test: ran.failure(test).usage_contract.exchanges for test in ran.outcomes}
    assert {test: exchange.place for test, [exchange] in recorded.items()} == places


@pytest.mark.parametrize("form", ["auto", "long", "short", "line", "native", "no"])
def test_every_form_of_traceback_leads_to_the_line(judge, form):
    failure = judge("test_lines.py::test_helper", f"--tb={form}").failure("test_helper")
    assert f"\ntest_lines.py:{LINES['test_helper']}" in failure.longreprtext
    crash = failure.longrepr.reprcrash
    assert (Path(crash.path).name, crash.lineno) == ("test_lines.py", LINES["test_helper"])


def test_equal_failures_are_told_once_and_different_ones_each(judge, pytester):
    pytester.makepyfile(
        test_loop="""
        from shop import *
        def test_loop():
            for usage in (BROKEN, WRONG, BROKEN, {}, BROKEN):
                respond(usage)
        """
    )
    first, second = judge("test_loop.py").failure("test_loop").longreprtext.split("\n\n")
    assert first.endswith("\n3 times, first at test_loop.py:4")
    assert second.endswith("\ntest_loop.py:4")
