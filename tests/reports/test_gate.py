from dataclasses import replace
from datetime import date

import pytest

from pytest_usage_contract.reports.baseline import Accepted, Baseline
from pytest_usage_contract.reports.gate import under
from pytest_usage_contract.reports.report import Report

TODAY = date(2026, 11, 22)
NAME = "openrouter/alpha_responses"


@pytest.fixture
def wrong(phase, kept):
    return phase("a::1", {**kept, "total_tokens": "120", "cost": 1})


@pytest.fixture
def accepting():
    def make(found, **kwargs):
        entry = Accepted(
            fingerprint=found.fingerprint,
            contract=found.contract,
            code=found.code,
            path=found.path,
            first_seen=TODAY,
            **kwargs,
        )
        return Baseline({entry.fingerprint: entry})

    return make


def test_a_run_without_findings_passes(phase, tallied, kept):
    report = tallied(phase("a::1", kept))
    assert (report.outcome, report.reasons) == ("passed", ())


def test_a_run_that_saw_nothing_passes_where_nothing_is_asked(tallied):
    assert tallied().outcome == "passed"


def test_a_run_whose_findings_only_warn_passes(phase, tallied, kept):
    assert tallied(phase("a::1", {**kept, "cost": 1, "total_tokens": 121})).outcome == "passed"


def test_a_finding_that_fails_fails_the_run(wrong, tallied):
    report = tallied(wrong)
    assert (report.outcome, report.reasons) == ("failed", ("1 schema finding fails",))


def test_findings_that_fail_are_counted_by_kind(phase, tallied, kept):
    data = phase("a::1", {**kept, "total_tokens": "120", "cost": 1, "more": 1}, fail_on=("schema", "drift"))
    assert tallied(data).reasons == ("1 schema and 2 drift findings fail",)


@pytest.mark.parametrize("why", ["xfail", "marker", "judged by the test"])
def test_a_finding_that_was_taken_by_a_test_does_not_fail_the_run(phase, tallied, kept, why):
    assert tallied(phase("a::1", {**kept, "total_tokens": "120"}, ignored=why)).outcome == "passed"


def test_a_required_contract_that_was_exercised_passes(phase, tallied, kept):
    assert tallied(phase("a::1", kept), require=(NAME,)).outcome == "passed"


def test_a_required_contract_that_no_test_exercised_fails_the_run_by_name(phase, tallied, kept):
    report = tallied(phase("a::1", kept), require=("orq/images_edits",))
    assert report.reasons == ("orq/images_edits is required, and was not exercised",)
    assert report.contracts["orq/images_edits"].checked == 0


def test_what_mocks_answered_does_not_exercise_a_contract(phase, tallied, kept):
    report = tallied(phase("a::1", kept, mocked=True), require=(NAME,))
    assert report.reasons == (f"{NAME} is required, and was not exercised (1 answered by mocks, which do not count)",)


def test_a_report_that_lacks_a_required_contract_altogether_fails_too(wrong, tallied):
    report = tallied(wrong, require=(NAME,))
    assert "was not exercised" in "".join(rejudge(replace(report, contracts={})).reasons)


def rejudge(report: Report) -> Report:
    from pytest_usage_contract.reports.gate import judged

    return judged(report, report.settings)


def test_coverage_that_is_reached_exactly_passes(phase, tallied):
    data = phase("a::1", {"input_tokens_details": {}, "input_tokens": 1, "total_tokens": 1}, "orq/images_generations")
    assert tallied(data, min_coverage=50).outcome == "passed"


def test_coverage_that_is_not_reached_names_the_fields_that_no_test_has_seen(phase, tallied):
    data = phase("a::1", {"input_tokens_details": {}, "input_tokens": 1}, "orq/images_generations")
    assert tallied(data, min_coverage=50).reasons == (
        (
            "orq/images_generations: 2 of 6 documented fields seen, 50 % must be; never seen: "
            "usage.input_tokens_details.image_tokens, usage.input_tokens_details.text_tokens, usage.output_tokens, "
            "usage.total_tokens"
        ),
    )


def test_coverage_is_asked_of_a_contract_that_only_mocks_answered(phase, tallied, kept):
    (reason,) = tallied(phase("a::1", kept, mocked=True), min_coverage=1).reasons
    assert reason.startswith(f"{NAME}: 0 of 7 documented fields seen, 1 % must be; never seen: usage.input_tokens, ")


def test_coverage_of_a_run_that_saw_nothing_is_not_reached(tallied):
    reason = "no contract was exercised, so that no documented field was seen; 80 % must be"
    assert tallied(min_coverage=80).reasons == (reason,)


def test_an_interrupted_run_does_not_pass(tallied):
    reason = "the run was interrupted, so that not everything was judged"
    assert tallied(interrupted=True).reasons == (reason,)


def test_a_known_finding_is_shown_and_does_not_fail(wrong, tallied, accepting):
    baseline = accepting(tallied(wrong).findings[0], reason="ticket 7", until=TODAY)
    report = tallied(wrong, baseline=baseline, today=TODAY)
    assert (report.outcome, report.known) == ("passed", 1)
    assert (report.findings[0].failing, report.findings[0].reason) == (False, "ticket 7")
    assert report.findings[1].until is None


def test_a_known_finding_fails_again_on_the_day_after_its_last(wrong, tallied, accepting):
    baseline = accepting(tallied(wrong).findings[0], until=TODAY)
    report = tallied(wrong, baseline=baseline, today=date(2026, 11, 23))
    assert (report.outcome, report.known, report.findings[0].expired) == ("failed", 0, True)


def test_without_a_day_the_baseline_is_asked_about_this_one(wrong, tallied, accepting):
    baseline = accepting(tallied(wrong).findings[0], until=date(2000, 1, 1))
    assert tallied(wrong, baseline=baseline).outcome == "failed"


def test_entries_that_were_not_seen_are_candidates_for_pruning(phase, wrong, tallied, accepting, kept):
    baseline = accepting(tallied(wrong).findings[0])
    (entry,) = tallied(phase("a::1", kept), baseline=baseline, today=TODAY).prunable
    assert (entry.code, entry.path) == ("wrong-type", "usage.total_tokens")


def test_another_policy_judges_what_no_test_has_taken(phase, tallied, kept):
    report = tallied(phase("a::1", {**kept, "cost": 1}), phase("a::2", {**kept, "more": 1}, ignored="marker"))
    assert [found.failing for found in under(report, ("drift",)).findings] == [True, False]
    assert [found.failing for found in under(report, ()).findings] == [False, False]
