"""The outcome of a run: findings, required contracts, coverage and the baseline, and each reason in its words."""

from dataclasses import replace
from datetime import date

import pytest

from pytest_usage_contract.reports.baseline import parse_baseline
from pytest_usage_contract.reports.merging import merge
from pytest_usage_contract.reports.outcome import apply_policy, conclude
from pytest_usage_contract.reports.report import Report

TODAY = date(2026, 11, 22)
WRONG, NOVEL = "wrong-type usage.total", "undocumented-field usage.cost"


@pytest.fixture
def wrong(phase):
    return phase("a::1", WRONG, NOVEL)


@pytest.fixture
def accepting(entry):
    return lambda **said: parse_baseline(entry(WRONG, **said), "the baseline")


PASSING = [
    ([], {}, {}),
    (["total-mismatch usage.total", NOVEL], {}, {}),
    ([WRONG], {"fail_on": ()}, {}),
    ([WRONG], {"ignored": "xfail"}, {}),
    ([], {}, {"require": ("acme/chat", "acme", "any")}),
    ([], {"nulls": ["usage.input", "usage.total"]}, {"min_coverage": 60}),
]


@pytest.mark.parametrize("findings, seen, asked", PASSING)
def test_a_run_passes_where_nothing_fails_and_all_that_was_asked_was_seen(phase, tallied, findings, seen, asked):
    report = tallied(phase("a::1", *findings, **seen), **asked)
    assert (report.outcome, report.reasons) == ("passed", ())


def test_a_run_that_saw_nothing_passes_where_nothing_is_asked(tallied):
    assert tallied().outcome == "passed"


FAILING = [
    ([WRONG, NOVEL], {}, {}, "1 schema finding fails"),
    ([WRONG, NOVEL, "sdk-spelling usage"], {"fail_on": ("schema", "drift")}, {}, "2 schema and 1 drift findings fail"),
    (
        [WRONG, "booked-missing usage"],
        {"fail_on": ("booking",)},
        {},
        "1 booking finding fails",
    ),
    ([], {}, {"require": ("acme/images",)}, "acme/images is required, and was not exercised"),
    (
        [],
        {"mocked": True},
        {"require": ("acme/chat",)},
        "acme/chat is required, and was not exercised (1 answered by mocks, which do not count)",
    ),
    (
        [],
        {"nulls": ["usage.input", "usage.total"]},
        {"min_coverage": 60.5},
        "acme/chat: 3 of 5 documented fields seen, 60.5 % must be; never seen: usage.input, usage.total",
    ),
    (
        [],
        {"mocked": True},
        {"min_coverage": 1},
        (
            "acme/chat: 0 of 5 documented fields seen, 1 % must be; never seen: "
            "usage.input, usage.details, usage.details.cached, usage.output, usage.total"
        ),
    ),
    (
        [],
        {"mocked": True},
        {"require": ("acme",)},
        "a contract of acme is required, and none was exercised (1 answered by mocks, which do not count)",
    ),
    (
        [],
        {"mocked": True},
        {"require": ("any",)},
        "at least one response is required, and none was judged (1 answered by mocks, which do not count)",
    ),
    ([], {}, {"interrupted": True}, "the run was interrupted, so that not everything was judged"),
    ([], {}, {"missing": ("a", "b")}, "the run was interrupted, so that not everything was judged: a; b"),
]


@pytest.mark.parametrize("findings, seen, asked, reason", FAILING)
def test_a_run_fails_for_a_reason_that_is_told(phase, tallied, findings, seen, asked, reason):
    report = tallied(phase("a::1", *findings, **seen), **asked)
    assert (report.outcome, report.reasons) == ("failed", (reason,))


def test_coverage_of_a_run_that_saw_nothing_is_not_reached(tallied):
    reason = "no contract was exercised, so that no documented field was seen; 80 % must be"
    assert tallied(min_coverage=80).reasons == (reason,)


def test_a_required_contract_is_in_the_report_and_fails_where_it_is_not(tallied):
    report = tallied(require=("acme/images",))
    assert report.contracts["acme/images"].checked == 0
    assert conclude(Report(), report.settings).reasons == report.reasons


def test_a_known_finding_is_shown_and_does_not_fail(wrong, tallied, accepting):
    report = tallied(wrong, baseline=accepting(reason="ticket 7", until=TODAY), today=TODAY)
    assert (report.outcome, report.known) == ("passed", 1)
    known, other = report.findings
    assert (known.code, known.failing, known.reason, known.until) == ("wrong-type", False, "ticket 7", "2026-11-22")
    assert (other.known, other.reason, other.until) == (False, "", None)


def test_a_known_finding_fails_again_on_the_day_after_its_last(wrong, tallied, accepting):
    report = tallied(wrong, baseline=accepting(until=TODAY), today=date(2026, 11, 23))
    assert (report.outcome, report.known, report.findings[0].expired) == ("failed", 0, True)


def test_without_a_day_the_baseline_is_asked_about_this_one(wrong, tallied, accepting):
    assert tallied(wrong, baseline=accepting(until=date(2000, 1, 1))).outcome == "failed"
    assert tallied(wrong, baseline=accepting(until=date(9999, 1, 1))).outcome == "passed"


def test_entries_that_were_not_seen_are_candidates_for_pruning(phase, wrong, tallied, accepting):
    (unseen,) = tallied(phase("a::1"), baseline=accepting(), today=TODAY).prunable
    assert (unseen.contract, unseen.code, unseen.path) == ("acme/chat", "wrong-type", "usage.total")
    assert tallied(wrong, baseline=accepting(), today=TODAY).prunable == ()


def test_entries_that_accept_drift_of_any_type_are_told_whether_or_not_they_were_needed(phase, tallied, entry):
    accepted = (entry(NOVEL), entry("undocumented-field usage.byok", type="boolean"), entry(WRONG))
    report = tallied(phase("a::1", NOVEL), baseline=parse_baseline("\n".join(accepted), "b"), today=TODAY)
    assert [entry.path for entry in report.typeless] == ["usage.cost"]
    assert merge([report, report]).typeless == report.typeless
    assert [found.known for found in report.findings] == [True]
    assert {entry.path for entry in report.prunable} == {"usage.byok", "usage.total"}


@pytest.mark.parametrize("told", [{"filtered": True}, {"interrupted": True}, {"missing": ("a",)}])
def test_a_run_that_may_not_have_seen_it_calls_no_entry_gone(phase, tallied, accepting, told):
    assert tallied(phase("a::1"), baseline=accepting(), today=TODAY, **told).prunable == ()


def test_another_policy_judges_what_no_test_has_taken(phase, tallied):
    report = tallied(phase("a::1", NOVEL), phase("a::2", "misplaced-usage usage", ignored="marker"))
    assert [found.failing for found in apply_policy(report, ("drift",)).findings] == [True, False]
    assert [found.failing for found in apply_policy(report, ()).findings] == [False, False]
    known = replace(report, findings=(replace(report.findings[0], known=True),))
    assert [found.failing for found in apply_policy(known, ("drift",)).findings] == [False]
