"""The fixtures and the marker, as a suite has them."""

import subprocess
import sys

import pytest

workers = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])


def lines(result, start):
    return [line.strip() for line in result.outlines if line.strip().startswith(start)]


@workers
def test_nothing_but_usage_mock_and_a_call_gets_the_documented_numbers(suite, workers):
    suite.makepyfile(
        test_it="""
        from calls import *

        @pytest.mark.parametrize("lib", [httpx, httpx2])
        def test_it(usage_mock, lib):
            usage_mock("openrouter")
            assert usage(OPENROUTER, lib)["input_tokens"] == 1321.53
        """
    )
    suite.runpytest(*workers).assert_outcomes(passed=2)


def test_under_usage_contract_a_mocked_exchange_is_kept_and_counted_apart(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_it(usage_mock):
            usage_mock("openrouter")
            usage(OPENROUTER)
            usage(OPENROUTER, httpx2)
        """
    )
    result = suite.runpytest("--usage-contract", "--usage-contract-report=report.json")
    result.assert_outcomes(passed=1)
    import json

    report = json.loads((suite.path / "report.json").read_text())
    assert (report["mocked"], report["findings"]) == (2, [])


@workers
def test_a_request_that_no_route_answers_fails_the_test_though_the_test_swallows_the_error(suite, workers):
    suite.makepyfile(
        test_it="""
        from calls import *

        @pytest.mark.parametrize("lib", [httpx, httpx2])
        def test_it(usage_mock, lib):
            usage_mock("openrouter")
            for _ in range(3):
                try:
                    lib.post("https://openrouter.ai/api/v1/chat/completions?key=secret")
                except Exception:
                    pass
        """
    )
    result = suite.runpytest(*workers)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "no mock answers POST openrouter.ai/api/v1/chat/completions (3 times)",
            "nearest mocked",
            "  POST openrouter.ai …/api/v1/responses  (openrouter/alpha_responses)",
            "  POST openrouter.ai …/api/alpha/responses  (openrouter/alpha_responses)",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*secret*")
    assert len(lines(result, "FAILED test_it.py::test_it")) == 2


def test_an_error_that_hides_the_request_has_it_in_a_section_of_its_report(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_it(usage_mock):
            usage_mock("openrouter")
            try:
                httpx.post("https://elsewhere.test/v1")
            except AssertionError:
                raise RuntimeError("connection error") from None
        """
    )
    result = suite.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E * RuntimeError: connection error", "*Captured usage_mock call*", "no mock answers POST elsewhere.test/v1"]
    )


def test_an_error_that_says_it_already_is_not_doubled(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_it(usage_mock):
            usage_mock("openrouter")
            httpx.post("https://elsewhere.test/v1")
        """
    )
    result = suite.runpytest("--tb=short")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * no mock answers POST elsewhere.test/v1"])
    result.stdout.no_fnmatch_line("*Captured usage_mock call*")


def test_an_expected_failure_is_one(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        @pytest.mark.xfail(raises=AssertionError, strict=True)
        def test_it(usage_mock):
            usage_mock("openrouter")
            with pytest.raises(AssertionError):
                httpx.post("https://elsewhere.test/v1")
        """
    )
    suite.runpytest().assert_outcomes(xfailed=1)


def test_a_request_after_the_test_is_told_too(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        @pytest.fixture
        def late(usage_mock):
            usage_mock("openrouter")
            yield
            with pytest.raises(AssertionError):
                httpx.post("https://elsewhere.test/v1")

        def test_it(late):
            pass
        """
    )
    result = suite.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *UsageMockError: no mock answers POST elsewhere.test/v1"])


def test_a_gateway_of_the_ini_file_is_mocked_too(suite):
    suite.makeini(
        "[pytest]\nusage_contract_urls =\n  http://127.0.0.1:4000/v1/responses = openrouter/alpha_responses\n"
    )
    suite.makepyfile(
        test_it="""
        from calls import *

        def test_it(usage_mock):
            usage_mock("openrouter")
            assert usage("http://127.0.0.1:4000/v1/responses")["input_tokens"] == 1321.53
        """
    )
    suite.runpytest().assert_outcomes(passed=1)


MARKED = """
import asyncio
from calls import *

@pytest.mark.usage_examples("orq/images_edits")
def test_without():
    assert usage(EDITS)["total_tokens"] >= 0

@pytest.mark.usage_examples("orq/images_edits", broken=True)
@pytest.mark.parametrize("number", [1, 2])
def test_broken(usage_example, number):
    assert httpx.post(EDITS).content.endswith(usage_example.wire + b"}")

class TestOfAClass:
    @pytest.mark.usage_examples("openrouter", "atoma")
    @pytest.mark.usage_examples("orq/images_generations")
    def test_several(self, usage_mock, usage_example):
        (mock,) = usage_mock.mocks
        assert mock.contracts[0].name == usage_example.contract

    @pytest.mark.usage_examples("openrouter")
    def test_async(self):
        async def call():
            async with httpx.AsyncClient() as client:
                return await client.post(OPENROUTER)

        assert asyncio.run(call()).status_code == 200
"""


@workers
def test_a_marked_test_runs_once_per_example_whether_or_not_it_names_a_fixture(suite, workers):
    suite.makepyfile(test_it=MARKED)
    result = suite.runpytest(*workers)
    result.assert_outcomes(passed=4 + 2 * 53 + (4 + 4 + 9) + 4)


def test_what_is_broken_on_purpose_does_not_fail_a_run_that_judges(suite):
    suite.makepyfile(
        test_it="""
        from calls import *

        @pytest.mark.usage_examples("atoma", broken=True)
        def test_it(assert_usage, usage_example):
            with pytest.raises(AssertionError, match=usage_example.code):
                assert_usage(httpx.post(ATOMA), "atoma", fail_on="all")
        """
    )
    suite.runpytest("--usage-contract").assert_outcomes(passed=100)


def test_the_ids_are_readable_and_can_be_selected(suite):
    suite.makepyfile(test_it=MARKED)
    result = suite.runpytest("--collect-only", "-q", "-k", "test_without and alpha or edits-zero")
    assert lines(result, "test_it.py") == ["test_it.py::test_without[orq/images_edits-zero]"]
    result = suite.runpytest("-v", "-k", "alpha_responses-minimal and several")
    result.stdout.fnmatch_lines(["test_it.py::TestOfAClass::test_several?openrouter/alpha_responses-minimal? PASSED*"])


def test_collect_only_lists_every_legal_example_of_a_provider(suite):
    from pytest_usage_contract.contracts import meant_by

    suite.makepyfile(test_it="import pytest\n@pytest.mark.usage_examples('orq')\ndef test_it(): pass")
    result = suite.runpytest("--collect-only", "-q")
    ids = [str(example) for contract in meant_by("orq") for example in contract.examples()]
    assert lines(result, "test_it.py") == [f"test_it.py::test_it[{one}]" for one in ids]
    assert len(ids) == 13 + 9 + 4


MISUSED = [
    (
        '@pytest.mark.usage_examples("nobody")\ndef test_it(): pass',
        "*test_it.py::test_it: @pytest.mark.usage_examples: no contract is called 'nobody' (there are *",
    ),
    (
        "@pytest.mark.usage_examples\ndef test_it(): pass",
        "*usage_examples: it takes names of contracts or providers, and broken=True, not () {}",
    ),
    (
        '@pytest.mark.usage_examples("orq", example="zero")\ndef test_it(): pass',
        "*usage_examples: it takes names of *, and broken=True, not ('orq',) {'example': 'zero'}",
    ),
    (
        'class TestIt(unittest.TestCase):\n    @pytest.mark.usage_examples("orq")\n    def test_it(self): pass',
        "*TestIt::test_it: @pytest.mark.usage_examples: a test of unittest.TestCase cannot be run once per example; *",
    ),
]


@pytest.mark.parametrize("module, message", MISUSED)
def test_a_marker_that_means_nothing_is_a_usage_error(suite, module, message):
    suite.makepyfile(test_it=f"import pytest, unittest\n{module}")
    result = suite.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_an_example_without_the_marker_is_a_usage_error(suite):
    suite.makepyfile(test_it="def test_it(usage_example): pass")
    result = suite.runpytest()
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
                self.mock = usage_mock("openrouter")

            def test_it(self):
                self.assertEqual(usage(OPENROUTER)["input_tokens"], 1321.53)
                self.assertEqual(self.mock.calls.call_count, 1)

            def test_nobody(self):
                with self.assertRaises(AssertionError):
                    httpx.post("https://elsewhere.test/v1")
        """
    )
    result = suite.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*no mock answers POST elsewhere.test/v1"])


def test_a_run_that_mocks_nothing_imports_nothing_for_it():
    heavy = "respx httpx httpx2 pydantic hypothesis"
    code = f"""
import sys
import pytest_usage_contract.mocks.fixtures
print([name for name in {heavy.split()} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
