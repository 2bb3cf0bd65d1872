"""A failing exchange fails its test, and nothing else about the run changes."""

import pytest

BROKEN = """
openrouter/alpha_responses broken: 1 schema finding in POST openrouter.ai/api/alpha/responses (200)
  wrong-type  usage.total_tokens  string "165", documented as a number
documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21
""".strip().splitlines()

workers = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])


@workers
def test_a_broken_exchange_fails_its_test_and_no_other(suite, workers):
    suite.makepyfile(
        """
        from shop import *

        def test_kept():
            respond(KEPT)

        def test_broken():
            respond(BROKEN)

        def test_drifted():
            respond(DRIFTED)
        """
    )

    result = suite.runpytest_subprocess("--usage-contract", *workers)

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(BROKEN, consecutive=True)
    result.stdout.fnmatch_lines(["warns * undocumented-field  usage.cost *", "* number 0.0012, not documented"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_short_summary_and_junit_show_the_first_line(suite, monkeypatch):
    monkeypatch.setenv("CI", "true")  # then pytest does not cut the line
    suite.makepyfile("from shop import *\ndef test_broken(): respond(BROKEN)")

    result = suite.runpytest("--usage-contract", "--junitxml=junit.xml")

    first = f"UsageContractError: {BROKEN[0]}"
    result.stdout.fnmatch_lines([f"FAILED *::test_broken - {first}"])
    junit = (suite.path / "junit.xml").read_text()
    assert f'<failure message="{first}&#10;' in junit
    assert '<property name="usage_contract" value="openrouter/alpha_responses wrong-type" />' in junit


def test_without_the_flag_nothing_is_captured(suite):
    suite.makepyfile("from shop import *\ndef test_broken(): respond(BROKEN)")

    result = suite.runpytest()

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("usage*contract*")
    result.stdout.no_fnmatch_line("*= usage contract*")


def test_the_ini_file_switches_it_on_and_the_command_line_off_again(suite):
    suite.makeini("[pytest]\nusage_contract = true")
    suite.makepyfile("from shop import *\ndef test_broken(): respond(BROKEN)")

    suite.runpytest().assert_outcomes(failed=1)
    suite.runpytest("--no-usage-contract").assert_outcomes(passed=1)


def test_all_findings_of_all_exchanges_are_told_at_once(suite):
    suite.makepyfile(
        "from shop import *\ndef test_broken():\n    respond(BROKEN)\n    respond({**DRIFTED, 'input_tokens': None})"
    )

    result = suite.runpytest("--usage-contract")

    result.stdout.fnmatch_lines(
        [
            *BROKEN,
            "",
            "openrouter/alpha_responses broken: 1 schema finding in POST openrouter.ai/api/alpha/responses (200)",
            "  null-value  usage.input_tokens  null, documented as a number",
            "also, not failing: 1 drift finding",
            "  undocumented-field  usage.cost  number 0.0012, not documented",
        ],
        consecutive=True,
    )


def test_a_test_that_fails_by_itself_keeps_its_own_failure_and_shows_the_finding_beside_it(suite):
    suite.makepyfile("from shop import *\ndef test_broken():\n    respond(BROKEN)\n    assert 1 == 2")

    result = suite.runpytest("--usage-contract")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       assert 1 == 2", "-* Captured usage contract call -*", *BROKEN])


@pytest.mark.parametrize(
    "marker, outcome",
    [
        ("xfail", {"xfailed": 1}),
        ("xfail(strict=True)", {"xfailed": 1}),
        ("xfail(raises=AssertionError)", {"xfailed": 1}),
        ("xfail(raises=UsageContractError)", {"xfailed": 1}),
        ("xfail(raises=KeyError)", {"failed": 1}),
    ],
)
@workers
def test_an_expected_failure_counts_as_such(suite, marker, outcome, workers):
    suite.makepyfile(
        f"""
        import pytest
        from pytest_usage_contract import UsageContractError
        from shop import *

        @pytest.mark.{marker}
        def test_broken():
            respond(BROKEN)
        """
    )

    suite.runpytest_subprocess("--usage-contract", *workers).assert_outcomes(**outcome)


def test_a_strict_xfail_whose_usage_is_kept_fails(suite):
    suite.makepyfile("import pytest\nfrom shop import *\n@pytest.mark.xfail(strict=True)\ndef test_kept(): respond()")

    suite.runpytest("--usage-contract").assert_outcomes(failed=1)


def test_a_skip_does_not_hide_what_came_before_it(suite):
    suite.makepyfile(
        """
        import unittest
        import pytest
        from shop import *

        def test_broken():
            respond(BROKEN)
            pytest.skip("for another reason")

        def test_kept():
            respond()
            pytest.skip("for a good reason")

        class TestCase(unittest.TestCase):
            def test_broken(self):
                respond(BROKEN)
                self.skipTest("for another reason")
        """
    )

    suite.runpytest("--usage-contract").assert_outcomes(failed=2, skipped=1)


def test_exit_first_and_last_failed_see_the_failure(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly -p no:asyncio")
    suite.makepyfile("from shop import *\ndef test_a(): respond(BROKEN)\ndef test_b(): respond()")

    suite.runpytest("--usage-contract", "-x").assert_outcomes(failed=1)
    suite.runpytest("--usage-contract").assert_outcomes(failed=1, passed=1)
    again = suite.runpytest("--usage-contract", "--lf")

    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["run-last-failure: rerun previous 1 failure*"])


def test_a_selection_by_keyword_judges_what_it_runs(suite):
    suite.makepyfile("from shop import *\ndef test_a(): respond(BROKEN)\ndef test_b(): respond()")

    suite.runpytest("--usage-contract", "-k", "test_b").assert_outcomes(passed=1, deselected=1)


def test_warnings_as_errors_change_nothing(suite):
    suite.makepyfile("from shop import *\ndef test_a(): respond(BROKEN)\ndef test_b(): respond(DRIFTED)")

    suite.runpytest_subprocess("--usage-contract", "-W", "error").assert_outcomes(failed=1, passed=1)


def test_a_unittest_case_fails_as_a_function_does(suite):
    suite.makepyfile(
        """
        import unittest
        from shop import *

        class TestShop(unittest.TestCase):
            def setUp(self):
                respond()

            def test_kept(self):
                respond()

            def test_broken(self):
                respond(BROKEN)

            def test_broken_and_failing(self):
                respond(BROKEN)
                self.assertEqual(1, 2)

        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_broken(self):
                respond(BROKEN)
        """
    )

    suite.runpytest("--usage-contract").assert_outcomes(passed=1, failed=3)


def test_asynchronous_tests_fail_as_others_do(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly -p no:cacheprovider")
    suite.makeini("[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function")
    suite.makepyfile(
        """
        import httpx, pytest
        from shop import *

        async def ask(usage):
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"usage": usage}))
            async with httpx.AsyncClient(transport=transport) as made:
                await made.post(URL)

        @pytest.mark.asyncio
        async def test_asyncio_broken():
            await ask(BROKEN)

        @pytest.mark.asyncio
        async def test_asyncio_kept():
            await ask(KEPT)

        @pytest.mark.anyio
        async def test_anyio_broken(anyio_backend_name):
            await ask(BROKEN)
        """,
        conftest="import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'",
    )

    suite.runpytest_subprocess("--usage-contract").assert_outcomes(passed=1, failed=2)


def test_the_order_of_tests_changes_nothing(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio -p no:cacheprovider")
    suite.makepyfile(
        "from shop import *\ndef test_a(): respond(BROKEN)\ndef test_b(): respond()\ndef test_c(): respond()"
    )

    for seed in ("1", "2", "3"):
        result = suite.runpytest_subprocess("--usage-contract", f"--randomly-seed={seed}")
        result.assert_outcomes(failed=1, passed=2)


@workers
def test_a_rerun_test_counts_with_its_last_attempt(suite, workers):
    suite.makepyfile(
        """
        import itertools, pytest
        from shop import *
        usages = iter([BROKEN, {**BROKEN, "cost": 1}, KEPT])

        @pytest.mark.flaky(reruns=2)
        def test_flaky():
            respond(next(usages))
        """
    )

    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-report=report.json", *workers)

    result.assert_outcomes(passed=1)
    report = read_report(suite)
    assert report["checked"] == 1
    assert report["findings"] == []
    assert report["outcome"] == "passed"


def read_report(suite):
    import json

    return json.loads((suite.path / "report.json").read_text())
