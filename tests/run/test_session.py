"""Whose an exchange is, and which exchanges are judged."""

import json
from importlib.metadata import version

import pytest


def run(suite, *options, **files):
    suite.makepyfile(**files)
    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-report=report.json", *options)
    return result, json.loads((suite.path / "report.json").read_text())


def found_in(report):
    return {(finding["code"], tuple(finding["tests"])) for finding in report["findings"]}


workers = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])


@workers
def test_an_exchange_in_the_set_up_of_a_test_belongs_to_it(suite, workers):
    result, report = run(
        suite,
        *workers,
        test_shop="""
        import pytest
        from shop import *

        @pytest.fixture
        def paid():
            respond(BROKEN)

        def test_with(paid):
            pass

        def test_without():
            pass
        """,
    )

    result.assert_outcomes(passed=1, failed=1)
    assert found_in(report) == {("wrong-type", ("test_shop.py::test_with",))}


@workers
def test_an_exchange_in_the_teardown_of_a_test_is_an_error_of_its_teardown(suite, workers):
    result, report = run(
        suite,
        *workers,
        test_shop="""
        import pytest
        from shop import *

        @pytest.fixture
        def paid():
            yield
            respond(BROKEN)

        def test_with(paid):
            pass
        """,
    )

    result.assert_outcomes(passed=1, errors=1)
    assert found_in(report) == {("wrong-type", ("test_shop.py::test_with",))}


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
@workers
def test_an_exchange_in_the_teardown_of_a_wider_fixture_is_a_finding_of_the_run(suite, scope, workers):
    result, report = run(
        suite,
        *workers,
        test_shop=f"""
        import pytest
        from shop import *

        @pytest.fixture(scope={scope!r})
        def paid():
            yield
            respond(BROKEN)

        class TestShop:
            def test_with(self, paid):
                pass
        """,
    )

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert found_in(report) == {("wrong-type", ())}
    assert report["findings"][0]["failing"] is True


def test_a_set_up_that_fails_keeps_what_it_received(suite):
    result, report = run(
        suite,
        test_shop="""
        import pytest
        from shop import *

        @pytest.fixture
        def paid():
            respond(BROKEN)
            raise RuntimeError("no money")

        def test_with(paid):
            pass
        """,
    )

    result.stdout.fnmatch_lines(["*RuntimeError: no money*"])
    assert found_in(report) == {("wrong-type", ("test_shop.py::test_with",))}


@workers
def test_threads_send_for_the_test_that_started_them(suite, workers):
    result, report = run(
        suite,
        *workers,
        test_shop="""
        import threading
        import pytest
        from concurrent.futures import ThreadPoolExecutor
        from shop import *

        @pytest.mark.parametrize("number", range(6))
        def test_threads(number):
            usage = {**KEPT, f"extra_{number}": number}
            threads = [threading.Thread(target=respond, args=(usage,)) for _ in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()

        @pytest.mark.parametrize("number", range(6, 12))
        def test_pool(number):
            with ThreadPoolExecutor() as pool:
                list(pool.map(respond, [{**KEPT, f"extra_{number}": number}] * 4))
        """,
    )

    result.assert_outcomes(passed=12)
    assert report["checked"] == 48
    expected = {(f"usage.extra_{number}", number) for number in range(12)}
    assert {
        (finding["path"], int(finding["tests"][0].partition("[")[2][:-1])) for finding in report["findings"]
    } == expected
    assert all(finding["count"] == 4 and len(finding["tests"]) == 1 for finding in report["findings"])


def test_what_a_thread_sends_after_its_test_is_a_finding_of_the_run(suite):
    result, report = run(
        suite,
        test_shop="""
        import threading
        from shop import *
        go = threading.Event()
        done = threading.Event()

        def late():
            go.wait(10)
            respond(BROKEN)
            done.set()

        def test_starts_a_thread():
            threading.Thread(target=late).start()

        def test_runs_meanwhile():
            go.set()
            assert done.wait(10)
        """,
    )

    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert found_in(report) == {("wrong-type", ())}


def test_a_thread_of_a_fixture_serves_the_test_that_is_running(suite):
    result, report = run(
        suite,
        test_shop="""
        import queue, threading
        import pytest
        from shop import *

        @pytest.fixture(scope="module")
        def worker():
            jobs = queue.Queue()
            def work():
                while (job := jobs.get()) is not None:
                    respond(job)
                    jobs.task_done()
                jobs.task_done()
            thread = threading.Thread(target=work)
            thread.start()
            yield jobs
            jobs.put(None)
            thread.join()

        def test_first(worker):
            worker.put(KEPT)
            worker.join()

        def test_second(worker):
            worker.put(BROKEN)
            worker.join()
        """,
    )

    result.assert_outcomes(passed=1, failed=1)
    assert found_in(report) == {("wrong-type", ("test_shop.py::test_second",))}


def test_what_a_task_sends_after_its_test_is_a_finding_of_the_run(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly -p no:cacheprovider")
    suite.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    result, report = run(
        suite,
        test_shop="""
        import asyncio
        import httpx, pytest
        from shop import *
        go, done = None, None

        async def late():
            await go.wait()
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"usage": BROKEN}))
            async with httpx.AsyncClient(transport=transport) as made:
                await made.post(URL)
            done.set()

        @pytest.mark.asyncio(SCOPE="module")
        async def test_starts_a_task():
            global go, done, task
            go, done = asyncio.Event(), asyncio.Event()
            task = asyncio.create_task(late())

        @pytest.mark.asyncio(SCOPE="module")
        async def test_runs_meanwhile():
            go.set()
            await done.wait()
        """.replace("SCOPE", "scope" if version("pytest-asyncio").startswith("0.23.") else "loop_scope"),
    )

    result.assert_outcomes(passed=2)
    assert found_in(report) == {("wrong-type", ())}


def test_only_responses_with_a_status_of_success_are_judged_and_the_others_counted(suite):
    result, report = run(
        suite,
        test_shop="""
        import httpx
        from shop import *

        def test_retries():
            answers = iter([httpx.Response(429, json={"error": {"message": "slow"}}), httpx.Response(200, json={"usage": KEPT})])
            with httpx.Client(transport=httpx.MockTransport(lambda request: next(answers))) as client:
                client.post(URL)
                client.post(URL)
        """,
    )

    result.assert_outcomes(passed=1)
    assert (report["checked"], report["other_statuses"]) == (1, 1)


def test_every_hop_of_a_redirect_is_an_exchange(suite):
    result, report = run(
        suite,
        test_shop="""
        import httpx
        from shop import *

        def test_redirect():
            answers = iter([httpx.Response(307, headers={"location": URL}), httpx.Response(200, json={"usage": KEPT})])
            with httpx.Client(transport=httpx.MockTransport(lambda request: next(answers)), follow_redirects=True) as client:
                client.post(URL)
        """,
    )

    result.assert_outcomes(passed=1)
    assert (report["checked"], report["other_statuses"]) == (1, 1)


STREAM = """
        import json, httpx, pytest
        from shop import *

        def event(kind, **response):
            return b"data: " + json.dumps({"type": kind, "response": response}).encode() + b"\\n\\n"

        BEGUN = event("response.created", id="resp_1", usage=None)
        ENDED = event("response.completed", id="resp_1", usage=KEPT)
"""


@pytest.mark.parametrize(
    "test, outcome, counts",
    [
        ("with stream(BEGUN, ENDED) as answer: answer.read()", "passed", (1, 0)),
        ("with stream(BEGUN, ENDED) as answer: next(answer.iter_bytes())", "passed", (0, 1)),
        (
            "with stream(BEGUN, ENDED, b'data: [DONE]') as answer:\n    it = answer.iter_raw(); next(it); next(it)",
            "passed",
            (1, 0),
        ),
        ("with stream(BEGUN) as answer: answer.read()", "failed", (1, 0)),
        (
            "with pytest.raises(httpx.RemoteProtocolError), stream(BEGUN, broken=True) as answer: answer.read()",
            "failed",
            (1, 0),
        ),
        (
            "with pytest.raises(KeyError), stream(BEGUN, ENDED) as answer:\n    next(answer.iter_bytes()); raise KeyError",
            "passed",
            (0, 1),
        ),
    ],
    ids=["whole", "left early", "left after its end", "ended by the server", "broken by the server", "exception"],
)
def test_a_stream_is_judged_unless_its_consumer_left_before_the_usage(suite, test, outcome, counts):
    lines = test.replace("\n", "\n            ")
    result, report = run(suite, test_shop=f"{STREAM}\n        def test_stream():\n            {lines}\n")

    result.assert_outcomes(**{outcome: 1})
    assert (report["checked"], report["abandoned"]) == counts
    codes = {"no-terminal-usage"} if outcome == "failed" else set()
    assert {finding["code"] for finding in report["findings"]} == codes


def test_what_the_test_has_judged_itself_is_counted_and_not_judged_again(suite):
    result, report = run(
        suite,
        test_shop="""
        import pytest
        from pytest_usage_contract import UsageContractError, assert_usage, check_usage
        from shop import *

        def test_by_response(): check_usage(respond(BROKEN), "openrouter")
        def test_by_bytes(): check_usage(respond(BROKEN).content, "openrouter")
        def test_asserted():
            response = respond(BROKEN)
            with pytest.raises(UsageContractError):
                assert_usage(response, "openrouter")
        def test_let_pass(): assert_usage(respond(BROKEN), "openrouter", fail_on="none")
        def test_other_exchange():
            respond(BROKEN)
            check_usage(respond(KEPT), "openrouter")
        """,
    )

    result.assert_outcomes(passed=4, failed=1)
    (finding,) = report["findings"]
    assert finding["count"] == 5
    assert finding["failing"] is True
    assert report["checked"] == 6


def test_an_sdk_object_is_led_back_to_the_bytes_that_it_came_from(suite):
    result, _ = run(
        suite,
        test_shop="""
        import pytest
        from pydantic import BaseModel
        from pytest_usage_contract import UsageContractError, assert_usage, check_usage
        from shop import *

        class Usage(BaseModel):
            input_tokens: int
            output_tokens: int
            total_tokens: int

        class Response(BaseModel):
            id: str
            usage: Usage

        def test_coerced():
            sdk = Response.model_validate(respond(BROKEN).json())
            assert sdk.usage.total_tokens == 165
            assert [finding.code for finding in check_usage(sdk, "openrouter").findings] == ["wrong-type"]

        def test_dropped():
            sdk = Response.model_validate(respond(DRIFTED).json())
            assert [finding.path for finding in check_usage(sdk, "openrouter").findings] == ["usage.cost"]

        def test_the_latest_of_several():
            respond(BROKEN)
            sdk = Response.model_validate(respond(KEPT, id="resp_2").json())
            verdict = check_usage(sdk, "openrouter")
            assert verdict.kept and not verdict.note
        """,
    )

    result.assert_outcomes(passed=2, failed=1)


def test_the_fixtures_capture_for_their_own_test_without_the_flag(suite):
    suite.makepyfile(
        """
        from pydantic import BaseModel
        from pytest_usage_contract import check_usage
        from shop import *

        class Response(BaseModel):
            id: str
            usage: dict

        def test_exchanges(usage_exchanges):
            respond(BROKEN)
            (exchange,) = usage_exchanges
            assert exchange.contract == "openrouter/alpha_responses"
            assert exchange.call == "POST openrouter.ai/api/alpha/responses (200)"
            assert exchange.usage["total_tokens"] == "165"
            assert [finding.code for finding in exchange.verdict.findings] == ["wrong-type"]

        def test_usage(assert_usage):
            response = respond(KEPT)
            assert assert_usage(response, "openrouter").total_tokens == 165

        def test_wire(assert_usage):
            sdk = Response(**respond(DRIFTED).json())
            assert assert_usage(sdk, "openrouter").cost == 0.0012

        def test_not_asking():
            sdk = Response(**respond(KEPT).json())
            assert "cannot be seen" in check_usage(sdk, "openrouter").note
        """
    )

    result = suite.runpytest_subprocess()

    result.assert_outcomes(passed=4)


def test_nothing_stays_patched_after_the_run(suite):
    suite.makepyfile("from shop import *\ndef test_kept(): respond()")
    import httpx

    before = httpx.Client.__dict__["send"], httpx.AsyncClient.__dict__["send"]
    suite.runpytest_inprocess("--usage-contract").assert_outcomes(passed=1)

    assert (httpx.Client.__dict__["send"], httpx.AsyncClient.__dict__["send"]) == before


def test_the_name_of_a_test_is_the_same_where_xdist_groups_it(suite):
    module = """
        import pytest
        from shop import *

        @pytest.mark.xdist_group("paid")
        def test_grouped(): respond(DRIFTED)

        def test_alone(): respond(DRIFTED)
    """
    _, plain = run(suite, test_shop=module)
    _, grouped = run(suite, "-n", "2", "--dist", "loadgroup", test_shop=module)

    assert plain == grouped
    assert plain["findings"][0]["tests"] == ["test_shop.py::test_alone", "test_shop.py::test_grouped"]


def test_exchanges_that_are_asked_for_in_the_middle_of_a_test_need_the_flag(suite):
    suite.makepyfile(
        """
        from shop import *

        def test_late(request):
            respond()
            (exchange,) = request.getfixturevalue("usage_exchanges")
            assert exchange.verdict.kept
        """
    )

    suite.runpytest("--usage-contract").assert_outcomes(passed=1)
    idle = suite.runpytest()
    idle.assert_outcomes(failed=1)
    idle.stdout.fnmatch_lines(["*usage_exchanges must be an argument of the test, or the run have --usage-contract*"])
