"""Whose an exchange is, and which exchanges are judged."""

import pytest

ALL = "--usage-contract-fail-on=all"
ASYNCIO = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function")


def test_an_exchange_belongs_to_the_test_whose_own_set_up_or_teardown_it_is_in(judge):
    ran = judge("test_fixtures.py", ALL)
    assert ran.outcomes == {
        "test_set_up": "failed",
        "test_teardown": "passed, error",
        "test_failing": "error, error",  # what it received is told in its teardown
        "TestWide::test_wide": "passed",
        "test_without": "passed",
    }
    assert ran.signed == {
        "set_up": ["test_set_up"],
        "teardown": ["test_teardown"],
        "failing": ["test_failing"],
        "class": [],
        "module": [],
        "package": [],
        "session": [],
    }
    assert "no money" in ran.failure("test_failing").longreprtext


@pytest.mark.parametrize(
    "args, sent",
    [
        (("test_fixtures.py", "-k", "wide"), ["class", "module", "package", "session"]),
        (("test_threads.py", "-k", "leaving or meanwhile"), ["late"]),
        (("test_tasks.py", "-k", "leaving or meanwhile", *ASYNCIO), ["late_task"]),
    ],
    ids=["teardowns of wider fixtures", "a thread after its test", "a task after its test"],
)
def test_what_belongs_to_no_test_fails_the_run_and_none_of_its_tests(judge, args, sent):
    ran = judge(*args, ALL)
    assert set(ran.outcomes.values()) == {"passed"}
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    assert ran.signed == {name: [] for name in sent}
    assert set(ran.each("failing").values()) == {True}


def test_threads_send_for_the_test_that_started_them_and_those_of_a_fixture_for_the_one_that_runs(judge):
    ran = judge("test_threads.py", "-k", "not leaving and not meanwhile")
    started = {f"{kind}_{number}": [f"test_{kind}[{number}]"] for kind in ("threads", "pool") for number in range(3)}
    assert ran.signed == {**started, "first_job": ["test_first_job"], "second_job": ["test_second_job"]}
    assert ran.each("count") == {f"undocumented-field usage.{name}": 4 if name in started else 1 for name in ran.signed}
    assert ran.report["checked"] == 26


def test_asynchronous_tests_fail_as_others_do(judge):
    ran = judge("test_tasks.py", *ASYNCIO, "-p", "anyio.pytest_plugin", ALL)
    assert ran.outcomes == {
        "test_kept": "passed",
        "test_asyncio": "failed",
        "test_anyio": "failed",
        "test_leaving_a_task": "passed",
        "test_meanwhile": "passed",
    }
    assert ran.signed == {"asyncio": ["test_asyncio"], "anyio": ["test_anyio"], "late_task": []}


@pytest.mark.parametrize(
    "test, checked, other_statuses, unmatched",
    [
        ("kept", 1, 0, 0),
        ("retried", 1, 1, 0),
        ("redirected", 1, 1, 0),
        ("not_found", 0, 1, 0),
        ("elsewhere", 0, 0, 1),
        ("unrelated", 0, 0, 0),
    ],
)
def test_every_response_of_a_documented_endpoint_counts_and_those_of_success_are_judged(
    judge, test, checked, other_statuses, unmatched
):
    ran = judge(f"test_usages.py::test_{test}")
    assert ran.outcomes == {f"test_{test}": "passed"}
    assert ran.report["findings"] == []
    assert (ran.report["checked"], ran.report["other_statuses"]) == (checked, other_statuses)
    assert len(ran.report["unmatched"]) == unmatched


@pytest.mark.parametrize(
    "test, outcome, checked, abandoned",
    [
        ("whole", "passed", 1, 0),
        ("left_before_its_usage", "passed", 0, 1),
        ("left_by_an_exception", "passed", 0, 1),
        ("left_open", "passed", 0, 1),
        ("left_after_its_usage", "passed", 1, 0),
        ("ended_by_the_server", "failed", 1, 0),
        ("broken_by_the_server", "failed", 1, 0),
    ],
)
def test_a_stream_is_judged_unless_its_consumer_left_before_the_usage(judge, test, outcome, checked, abandoned):
    ran = judge(f"test_streams.py::test_{test}")
    assert ran.outcomes == {f"test_{test}": outcome}
    assert (ran.report["checked"], ran.report["abandoned"]) == (checked, abandoned)
    assert [*ran.each("count")] == ([] if outcome == "passed" else ["no-terminal-usage usage"])


def test_what_the_test_judges_itself_is_led_back_to_the_wire_counted_and_not_judged_again(judge, run):
    gating, idle = judge("test_judging.py"), run("test_judging.py")
    tests = dict.fromkeys(gating.outcomes, "passed")
    assert gating.outcomes == {**tests, "test_another_exchange": "failed"}
    assert gating.report["checked"] == 15
    assert gating.each("count") == {"wrong-type usage.total_tokens": 6, "undocumented-field usage.cost": 4}
    assert gating.each("failing") == {"wrong-type usage.total_tokens": True, "undocumented-field usage.cost": False}
    assert gating.each("ignored") == {
        "wrong-type usage.total_tokens": {"judged by the test": 5},
        "undocumented-field usage.cost": {"judged by the test": 2},
    }
    # Without the flag a test has its exchanges where it names a fixture that needs them.
    assert idle.outcomes == {**tests, "test_asked_for_in_the_middle": "failed", "test_not_asked_for": "failed"}
    told = idle.failure("test_asked_for_in_the_middle").longreprtext
    assert "usage_exchanges must be an argument of the test, or the run have --usage-contract" in told


def test_gateways_and_test_servers_are_judged_where_they_are_mapped(judge):
    ran = judge("test_places.py")
    assert set(ran.outcomes.values()) == {"passed"}
    checked = {name: contract["checked"] for name, contract in ran.report["contracts"].items() if contract["checked"]}
    assert checked == {
        "openrouter/alpha_responses": 1,
        "orq/deployments_invoke": 1,
        "orq/router_images_edits": 1,
        "atoma/completions": 1,
    }


def test_a_fault_of_the_plugins_own_is_a_line_in_the_summary_and_fails_nothing(judge):
    ran = judge("test_faults.py")
    assert ran.code == pytest.ExitCode.OK
    assert ran.report["errors"] == ["RuntimeError: a bug of ours"]
    assert any("RuntimeError: a bug of ours" in line for line in ran.lines)


def test_a_booking_is_judged_with_the_flag_and_without_and_its_answer_in_any_case(judge, run):
    gating, idle = judge("test_booking.py"), run("test_booking.py")
    tests = dict.fromkeys(idle.outcomes, "passed")
    assert idle.outcomes == {**tests, "test_wrong": "failed"}
    assert gating.outcomes == {**idle.outcomes, "test_right_of_a_broken_answer": "failed"}
    assert gating.each("ignored") == {"wrong-type usage.total_tokens": {}}
    told = idle.failure("test_wrong").longreprtext
    assert "booked 184, the response says 120; more by cache_read = 64, counted twice" in told
