"""The fixtures and the marker of the mocks, as a suite has them."""

import json
import subprocess
import sys

import pytest
from toy import TOY

from pytest_usage_contract import examples

SUITE = """
import asyncio

from calls import *

through = pytest.mark.parametrize("through", ["httpx", "httpx2"])


@through
def test_answered(usage_mock, through):
    usage_mock("toy/chat")
    assert post(through=through).json()["usage"] == FULL


@through
def test_swallowed(usage_mock, through):
    usage_mock("toy/chat")
    for _ in range(3):
        try:
            post("https://api.toy.test/v9/chat?key=secret", through)
        except Exception:
            pass


def test_wrapped(usage_mock):
    usage_mock("toy/chat")
    try:
        post("https://elsewhere.test/v1")
    except AssertionError:
        raise RuntimeError("connection error") from None


def test_raised(usage_mock):
    usage_mock("toy/chat")
    post("https://elsewhere.test/v1")


@pytest.mark.xfail(raises=AssertionError, strict=True)
def test_expected(usage_mock):
    usage_mock("toy/chat")
    with pytest.raises(AssertionError):
        post("https://elsewhere.test/v1")


@pytest.fixture
def late(usage_mock):
    usage_mock("toy/chat")
    yield
    with pytest.raises(AssertionError):
        post("https://elsewhere.test/v1")


def test_late(late):
    pass


@pytest.mark.usage_examples("toy/images")
def test_marked():
    assert post(IMAGES).json()["usage"]["images"] in (0, 100)


@pytest.mark.usage_examples("toy/images", broken=True)
@pytest.mark.parametrize("number", [1, 2])
def test_broken(usage_example, number):
    assert post(IMAGES).content.endswith(usage_example.wire + b"}")


class TestOfAClass:
    @pytest.mark.usage_examples("toy")
    @pytest.mark.usage_examples("toy/images")
    def test_several(self, usage_mock, usage_example):
        (mock,) = usage_mock.mocks
        assert mock.contracts[0].name == usage_example.contract

    @pytest.mark.usage_examples("toy/images")
    def test_async(self):
        async def call():
            async with httpx.AsyncClient(verify=False) as client:
                return await client.post(IMAGES)

        assert asyncio.run(call()).status_code == 200
"""


EXAMPLES = ["full", "minimal", "zero", "total_tokens-absent"]
"""Of the contract `toy/images`."""


def run(suite, *args):
    """Each report of the run, by test and phase: its outcome, its text, and the sections that are the mocks'."""
    result = suite.runpytest_inprocess(*args)
    return {
        (report.nodeid.partition("::")[2], report.when): (
            report.outcome,
            str(report.longrepr or ""),
            dict(report.sections).get("Captured usage_mock call", ""),
        )
        for report in result.reprec.getreports("pytest_runtest_logreport")
    }


def test_a_request_that_no_route_answers_fails_its_test_and_is_told_once(suite):
    suite.makepyfile(test_it=SUITE)
    reports = run(suite, "-k", "answered or swallowed or wrapped or raised or expected or late")
    elsewhere = "no mock answers POST elsewhere.test/v1\nnearest mocked\n"
    failed = {key: report[1:] for key, report in reports.items() if report[0] == "failed"}

    text, section = failed.pop(("test_wrapped", "call"))
    assert "RuntimeError: connection error" in text
    assert "no mock answers" not in text
    assert section.startswith(elsewhere)
    for key in [("test_raised", "call"), ("test_late", "teardown")]:  # each says it already
        text, section = failed.pop(key)
        assert text.count("no mock answers POST elsewhere.test/v1\n") == 1
        assert section == ""
    for through in ("httpx", "httpx2"):  # though the test swallows the error
        text, section = failed.pop((f"test_swallowed[{through}]", "call"))
        assert "no mock answers POST api.toy.test/v9/chat (3 times)\n" in text
        assert "secret" not in text
        assert section == ""
    assert failed == {}
    assert reports["test_expected", "call"][0] == "skipped"
    assert [reports[f"test_answered[{through}]", "call"][0] for through in ("httpx", "httpx2")] == ["passed"] * 2


def test_a_marked_test_runs_once_per_example_whether_or_not_it_names_a_fixture(suite):
    suite.makepyfile(test_it=SUITE)
    reports = run(suite, "-k", "marked or broken or OfAClass")
    ran = [test for test, when in reports if when == "call"]
    for test in ("test_marked", "TestOfAClass::test_async"):
        assert [one for one in ran if one.startswith(test)] == [f"{test}[toy/images-{name}]" for name in EXAMPLES]
    first, second = ([one[:-3] for one in ran if "broken" in one and one.endswith(f"-{number}]")] for number in (1, 2))
    assert {"test_broken[toy/images-images-missing", "test_broken[toy/images-usage-undocumented"} < set(first)
    assert sorted(first) == sorted(second)
    assert len([one for one in ran if "several" in one]) == len(examples(TOY)) + 2 * len(EXAMPLES)
    assert {outcome for outcome, _, _ in reports.values()} == {"passed"}


@pytest.mark.slow
def test_two_workers_report_what_one_process_does(suite):
    suite.makepyfile(test_it=SUITE)
    alone = run(suite)
    assert run(suite, "-p", "xdist", "-n", "2") == alone
    assert {outcome for outcome, _, _ in alone.values()} == {"passed", "failed", "skipped"}


def test_under_usage_contract_a_mocked_exchange_is_counted_apart_and_one_that_is_broken_on_purpose_not_judged(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_mocked(usage_mock):
            usage_mock("toy/chat")
            post()
            post(through="httpx2")

        @pytest.mark.usage_examples("toy/images", broken=True)
        def test_broken(assert_usage, usage_example):
            with pytest.raises(AssertionError, match=usage_example.code):
                assert_usage(post(IMAGES), "toy/images", fail_on="all")
        """
    )
    result = suite.runpytest_inprocess("--usage-contract", "--usage-contract-report=report.json")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] > 10
    report = json.loads((suite.path / "report.json").read_text())
    assert (report["mocked"], report["findings"]) == (2, [])


def test_a_gateway_of_the_ini_file_is_mocked_too(suite):
    with (suite.path / "tox.ini").open("a") as ini:
        ini.write("\nusage_contract_urls =\n  http://127.0.0.1:4000/v1/chat = toy/chat\n")
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_it(usage_mock):
            usage_mock("toy/chat")
            assert post("http://127.0.0.1:4000/v1/chat").json()["usage"] == FULL
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_ids_are_readable_and_can_be_selected(suite):
    suite.makepyfile(test_it=SUITE)
    result = suite.runpytest_inprocess("--collect-only", "-q", "-k", "marked and zero or async and minimal")
    assert [line for line in result.outlines if line.startswith("test_it.py")] == [
        "test_it.py::test_marked[toy/images-zero]",
        "test_it.py::TestOfAClass::test_async[toy/images-minimal]",
    ]


MISUSED = [
    ('@pytest.mark.usage_examples("nobody")\ndef test_it(): pass', "test_it", "no contract is called 'nobody'*"),
    (
        "@pytest.mark.usage_examples\ndef test_it(): pass",
        "test_it",
        "it takes names of contracts or providers, and broken=True, not () {}",
    ),
    (
        '@pytest.mark.usage_examples("toy", example="zero")\ndef test_it(): pass',
        "test_it",
        "it takes names of contracts or providers, and broken=True, not ('toy',) {'example': 'zero'}",
    ),
    (
        'class TestIt(unittest.TestCase):\n    @pytest.mark.usage_examples("toy")\n    def test_it(self): pass',
        "TestIt::test_it",
        "a test of unittest.TestCase cannot be run once per example; make it a function, or a method of a plain class",
    ),
]


@pytest.mark.parametrize("module, test, why", MISUSED, ids=["unknown name", "no name", "unknown option", "unittest"])
def test_a_marker_that_means_nothing_is_a_usage_error(suite, module, test, why):
    suite.makepyfile(test_it=f"import pytest, unittest\n{module}")
    result = suite.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: test_it.py::{test}: @pytest.mark.usage_examples: {why}"])


def test_an_example_without_the_marker_is_a_usage_error(suite):
    suite.makepyfile(test_it="def test_it(usage_example): pass")
    result = suite.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E * test_it.py::test_it: usage_example needs @pytest.mark.usage_examples(*"])


def test_a_test_of_unittest_may_ask_for_the_mock(suite):
    suite.makepyfile(
        test_it="""
        import unittest
        from calls import *

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def mocked(self, usage_mock):
                self.mock = usage_mock("toy/chat")

            def test_answered(self):
                self.assertEqual(post().status_code, 200)
                self.assertEqual(self.mock.calls.call_count, 1)

            def test_unanswered(self):
                with self.assertRaises(AssertionError):
                    post("https://elsewhere.test/v1")
        """
    )
    outcomes = {test: outcome for (test, when), (outcome, *_) in run(suite).items() if when == "call"}
    assert outcomes == {"TestIt::test_answered": "passed", "TestIt::test_unanswered": "failed"}


@pytest.mark.slow
def test_a_run_that_mocks_nothing_imports_nothing_for_it():
    code = "import sys, pytest_usage_contract.mocks.mock_fixtures; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"respx", "httpx", "httpx2", "pydantic", "hypothesis"}.isdisjoint(run.stdout.split())
