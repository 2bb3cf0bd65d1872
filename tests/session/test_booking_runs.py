"""Runs that hold spans against the wire: what fails, what warns, what is reported."""

import pytest

from pytest_usage_contract.session import span_summary

FILE = "booking_spans.py"
SPANS = ("-o", "usage_contract_spans=true")
BOOKING = "--usage-contract-fail-on=schema,booking"
NAME = "booked-mismatch gen_ai.usage.input_tokens"
RERUNS = ("-p", "pytest_rerunfailures")


@pytest.fixture
def hold(judge):
    """Judge the spans of the tests that *args* select."""

    def hold(*args, **options):
        return judge(FILE, *SPANS, *RERUNS, *args, **options)

    return hold


def counts(ran):
    """The counts of the only contract, and of its findings."""
    (contract,) = ran.report["contracts"].values()
    return contract["checked"], contract["mocked"], contract["kept"], ran.each("count").get(NAME, 0)


def test_a_wrong_booking_warns(hold):
    ran = hold("-k", "wrong or right")
    assert ran.outcomes == {"test_right": "passed", "test_wrong": "passed"}
    assert counts(ran) == (2, 0, 1, 1)
    (finding,) = ran.report["findings"]
    assert (finding["kind"], finding["failing"], finding["tests"]) == ("booking", False, [f"{FILE}::test_wrong"])
    assert finding["places"] == [f"{FILE}:25"]


def test_it_fails_its_test_where_it_is_to_and_is_the_first_line_of_that(hold):
    ran = hold(
        BOOKING, "-k", "wrong or right or let_be or ignored or disabled or expected or asserted or mocked or tasks"
    )
    assert ran.outcomes == {
        "test_right": "passed",
        "test_wrong": "failed",
        "test_let_be": "passed",
        "test_ignored": "passed",
        "test_disabled": "passed",
        "test_expected": "xfailed",
        "test_asserted": "failed",
        "test_mocked": "failed",
        "test_tasks": "failed",
    }
    failure = ran.failure("test_wrong")
    assert failure.longrepr.reprcrash.message.startswith(
        "UsageContractError: booked-mismatch gen_ai.usage.input_tokens (openrouter/alpha_responses)\n"
    )
    assert "booked 119, the response says 120" in failure.longreprtext
    (finding,) = ran.report["findings"]
    assert finding["ignored"] == {"marker": 1, "xfail": 1}
    assert counts(ran) == (9, 1, 3, 7)


def test_with_the_schema_broken_too_one_failure_tells_both(hold):
    ran = hold(BOOKING, "-k", "test_broken")
    text = ran.failure("test_broken").longreprtext
    assert "1 schema and 1 booking findings" in text


def test_a_rerun_test_counts_with_its_last_attempt(hold):
    ran = hold(BOOKING, "-k", "flaky")
    assert ran.outcomes == {"test_flaky": "rerun, passed"}
    assert ran.report["findings"] == []


def test_a_span_that_ends_in_the_teardown_is_told_there_and_its_exchange_counted_once(hold):
    ran = hold(BOOKING, "-k", "late")
    assert ran.outcomes == {
        "test_late": "passed, error",
        "test_late_broken": "failed, error",
        "test_late_without_usage": "passed, error",
        "test_late_mock": "passed, error",
    }
    last = [phase for phase in ran.phases if phase.failed and phase.when == "teardown"]
    assert [phase.longreprtext.partition(" (")[0] for phase in last] == [NAME] * 4
    assert counts(ran) == (3, 1, 0, 4)
    assert ran.report["without_usage"] == 0
    assert ran.each("count") == {NAME: 4, "wrong-type usage.total_tokens": 1}


def test_the_baseline_accepts_it(hold):
    known = ("--usage-contract-baseline=known.toml", BOOKING, "-k", "wrong")
    assert hold(*known, "--usage-contract-update-baseline").code == pytest.ExitCode.OK
    ran = hold(*known)
    assert ran.outcomes == {"test_wrong": "passed"}
    assert ran.each("known") == {NAME: True}


def test_a_span_that_belongs_to_no_test_fails_the_run_and_none_of_its_tests(hold):
    ran = hold(BOOKING, "-k", "session")
    assert ran.outcomes == {"test_session": "passed"}
    assert ran.each("tests") == {NAME: []}
    assert ran.code == pytest.ExitCode.TESTS_FAILED


@pytest.mark.slow
def test_workers_of_xdist_come_to_the_same(hold):
    one, two = hold(BOOKING), hold(BOOKING, "-p", "xdist", "-n", "2", "--dist=loadfile", apart=True)
    assert one.report == two.report
    line = "spans: 18 held against responses, 1 of no response that was seen"
    assert line in one.lines
    assert line in two.lines
    assert len(one.report["findings"]) == 2


def test_nothing_is_held_where_nobody_says_so(judge):
    ran = judge(FILE, BOOKING, "-k", "wrong")
    assert ran.outcomes == {"test_wrong": "passed"}
    assert ran.report["findings"] == []
    assert not [line for line in ran.lines if "spans" in line and line.startswith("usage-contract:")]


def test_a_run_that_does_not_gate_holds_nothing(run):
    ran = run(FILE, *SPANS, "-k", "wrong")
    assert ran.outcomes == {"test_wrong": "passed"}
    assert "usage-contract: off; usage_contract_spans needs --usage-contract, or usage_contract = true" in ran.lines


def test_the_header_says_that_spans_are_held(hold):
    assert "usage-contract: spans are held against the responses" in hold("-k", "right").lines


@pytest.mark.parametrize(
    "tests, line",
    [
        ("right or wrong", "spans: 2 held against responses"),
        ("elsewhere or right", "spans: 1 held against responses, 1 of no response that was seen"),
        ("disabled", "spans: none that books a usage was seen"),
    ],
)
def test_the_summary_says_how_many_spans_were_held(hold, tests, line):
    assert line in hold("-k", tests).lines


def missing(name):
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("find_spec", [missing, lambda _: None])
def test_the_header_says_what_is_missing(monkeypatch, hold, find_spec):
    monkeypatch.setattr(span_summary, "find_spec", find_spec)
    expected = "usage-contract: spans are not held against the responses: opentelemetry-sdk is not installed"
    assert expected in hold("-k", "right").lines


def test_what_is_neither_true_nor_false_is_a_misuse(judge):
    ran = judge("-o", "usage_contract_spans=sometimes")
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert any("usage_contract_spans: " in line and "it is true or false" in line for line in ran.errors)


@pytest.mark.slow
@pytest.mark.parametrize("spans, imported", [("true", True), ("false", False)])
def test_only_a_run_that_is_told_to_imports_what_that_needs(judge, pytester, spans, imported):
    pytester.makepyfile(
        test_imports=f"""
        import sys

        def test_it():
            assert ("pytest_usage_contract.session.spans" in sys.modules) is {imported}
            assert "opentelemetry.sdk.trace" not in sys.modules
        """
    )
    ran = judge("test_imports.py", "-o", f"usage_contract_spans={spans}", apart=True)
    assert ran.count() == {"passed": 1}
