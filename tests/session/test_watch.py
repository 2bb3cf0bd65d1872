"""A failing exchange fails its test, and nothing else about the run changes."""

import json

import pytest

from pytest_usage_contract import check_usage
from pytest_usage_contract.core.verdict_text import format_failure
from pytest_usage_contract.providers.registry import find_contract

CALL = "POST openrouter.ai/api/alpha/responses (200)"
KEPT = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BROKEN = {**KEPT, "total_tokens": "165"}


def message(usage):
    """What a test is told of *usage* that it received."""
    contract = find_contract("openrouter/alpha_responses")
    return format_failure(check_usage({"usage": usage}, contract), contract, failing=("schema",), call=CALL)


def test_a_broken_exchange_fails_its_test_and_no_other(judge):
    ran = judge("test_usages.py")
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    assert [test for test, outcome in ran.outcomes.items() if outcome != "passed"] == ["test_broken"]
    assert ran.each("tests") == {
        "wrong-type usage.total_tokens": ["test_usages.py::test_broken"],
        "total-mismatch usage.total_tokens": ["test_usages.py::test_wrong"],
        "undocumented-field usage.cost": ["test_usages.py::test_drifted"],
    }


def test_a_failure_is_what_was_found_and_its_first_line_stands_in_the_short_summary_and_junit(
    judge, pytester, monkeypatch
):
    monkeypatch.setenv("CI", "true")  # then pytest does not cut the line
    ran = judge("test_usages.py::test_broken", "--junitxml=junit.xml")
    assert ran.failure("test_broken").longreprtext.rpartition("\n")[0] == message(BROKEN)
    first = f"UsageContractError: {message(BROKEN).splitlines()[0]}"
    assert f"FAILED test_usages.py::test_broken - {first}" in ran.lines
    junit = (pytester.path / "junit.xml").read_text()
    assert f'<failure message="{first}&#10;' in junit
    assert '<property name="usage_contract" value="openrouter/alpha_responses wrong-type" />' in junit


def test_all_findings_of_all_exchanges_are_told_at_once(judge, pytester):
    pytester.makepyfile(
        test_two="""
        from shop import *
        def test_two():
            respond(BROKEN)
            respond({**DRIFTED, "input_tokens": None})
        """
    )
    ran = judge("test_two.py")
    second = message({**KEPT, "cost": 0.0012, "input_tokens": None})
    assert ran.failure("test_two").longreprtext == (f"{message(BROKEN)}\ntest_two.py:3\n\n{second}\ntest_two.py:4")


def test_a_test_has_the_outcome_of_its_own_that_goes_before_or_with_broken_usage(judge):
    ran = judge("test_outcomes.py")
    assert ran.outcomes == {
        "test_expected[plain]": "xfailed",
        "test_expected[strict]": "xfailed",
        "test_expected[assertion]": "xfailed",
        "test_expected[contract]": "xfailed",
        "test_expected[another]": "failed",
        "test_expected[kept]": "failed",
        "test_failing_itself": "failed",
        "test_skipped": "failed",
        "test_skipped_and_kept": "skipped",
        "TestCase::test_broken": "failed",
        "TestCase::test_failing_itself": "failed",
        "TestCase::test_kept": "passed",
        "TestCase::test_skipped": "failed",
        "TestAsync::test_broken": "failed",
    }
    assert ran.each("ignored") == {"wrong-type usage.total_tokens": {"xfail": 4}}


def test_a_test_that_fails_by_itself_keeps_its_failure_and_shows_the_finding_beside_it(judge):
    ran = judge("test_outcomes.py")
    for test in ("test_failing_itself", "TestCase::test_failing_itself"):
        assert "assert 200 == 201" in ran.failure(test).longreprtext
        assert message(BROKEN) in dict(ran.failure(test).sections)["Captured usage contract call"]


def test_a_skip_after_broken_usage_is_told_as_the_finding(judge):
    for test in ("test_skipped", "TestCase::test_skipped"):
        assert message(BROKEN) in judge(f"test_outcomes.py::{test}").failure(test).longreprtext


def test_without_the_flag_nothing_is_captured(run):
    ran = run("test_usages.py")
    assert set(ran.outcomes.values()) == {"passed"}
    assert not any("usage contract" in line or "usage-contract:" in line for line in ran.lines)


def test_the_ini_file_switches_it_on_and_the_command_line_off_again(run):
    ini = ("-o", "usage_contract=true", "test_usages.py::test_broken")
    assert run(*ini).outcomes == {"test_broken": "failed"}
    assert run(*ini, "--no-usage-contract").outcomes == {"test_broken": "passed"}


def test_exit_first_and_last_failed_see_the_failure(judge, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS")  # which switches the cache off
    assert judge("test_usages.py", "-x").outcomes == {"test_kept": "passed", "test_broken": "failed"}
    assert judge("test_usages.py", "--lf").outcomes == {"test_broken": "failed"}


def test_a_selection_judges_what_it_runs(judge):
    ran = judge("test_usages.py", "-k", "not broken")
    assert "test_broken" not in ran.outcomes
    assert ran.report["checked"] == 5


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_tests_changes_nothing(judge, seed):
    usual, other = judge("test_usages.py"), judge("test_usages.py", "-p", "pytest_randomly", f"--randomly-seed={seed}")
    assert [*usual.outcomes] != [*other.outcomes]
    assert usual.outcomes == other.outcomes
    assert usual.report == other.report


def test_a_rerun_test_counts_with_its_last_attempt(judge):
    ran = judge("test_reruns.py", "-p", "pytest_rerunfailures")
    assert ran.outcomes == {"test_flaky": "rerun, rerun, passed"}
    assert (ran.report["checked"], ran.report["findings"], ran.report["outcome"]) == (1, [], "passed")


@pytest.mark.parametrize(
    "command_line, failed",
    [
        ((), ["test_unmarked", "test_drift", "TestIgnoring::test_another"]),
        (("--usage-contract-fail-on=schema",), ["test_drift", "TestIgnoring::test_another"]),
    ],
    ids=["the ini file", "the command line"],
)
def test_a_marker_is_louder_than_the_command_line_and_that_than_the_ini_file(judge, command_line, failed):
    ran = judge("test_markers.py", "-o", "usage_contract_fail_on=drift", *command_line)
    assert [test for test, outcome in ran.outcomes.items() if outcome == "failed"] == failed
    assert ran.report["checked"] == 5
    assert ran.each("ignored") == {
        "wrong-type usage.total_tokens": {"marker": 1},
        "undocumented-field usage.cost": {"marker": 2},
        "undocumented-field usage.price": {},
    }


@pytest.mark.slow
def test_warnings_as_errors_change_nothing(judge):
    ran = judge("test_usages.py", "test_threads.py", "-W", "error", apart=True)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    assert ran.count() == {"failed": 1, "passed": 18}
    assert ran.report == judge("test_usages.py", "test_threads.py").report


def test_a_report_that_leaves_its_process_carries_plain_data_and_comes_back_with_it(judge, pytester):
    pytester.makepyfile(
        log="""
        import json

        def pytest_configure(config):
            config.pluginmanager.register(Log(config.hook))

        class Log:
            def __init__(self, hook):
                self.hook = hook

            def pytest_runtest_logreport(self, report):
                written = self.hook.pytest_report_to_serializable(config=None, report=report)
                back = self.hook.pytest_report_from_serializable(config=None, data=dict(written))
                again = self.hook.pytest_report_to_serializable(config=None, report=back)
                if "usage_contract" in written:
                    with open("log.json", "a") as log:
                        log.write(json.dumps([written["usage_contract"], again["usage_contract"]]))
        """
    )
    judge("test_usages.py::test_broken", "-p", "log")
    written, again = json.loads((pytester.path / "log.json").read_text())
    assert written == again
    assert [exchange["contract"] for exchange in written["exchanges"]] == ["openrouter/alpha_responses"]
