from dataclasses import replace
from datetime import date

import pytest

from pytest_usage_contract.reports.baseline import Baseline, parsed
from pytest_usage_contract.reports.merging import merged
from pytest_usage_contract.reports.report import to_json

NAME = "openrouter/alpha_responses"
TODAY = date(2026, 11, 22)


@pytest.fixture
def wrong(phase, kept):
    return phase("a::1", {**kept, "total_tokens": "120", "cost": 1})


@pytest.fixture
def accepting(wrong, tallied):
    return parsed("", "new").with_new(tallied(wrong).findings, TODAY)


def test_one_report_merges_to_itself(varied):
    report = varied()
    assert to_json(merged([report])) == to_json(report)


def test_shards_merge_to_the_report_of_one_run(phase, tallied, kept, wrong):
    other = phase("b::1", {**kept, "total_tokens": "121", "input_tokens": None})
    other["unmatched"] = [{"method": "POST", "host": "openrouter.ai", "path": "/x", "count": 2}]
    images = phase("b::2", {"input_tokens_details": {}}, "orq/images_generations", mocked=True)
    whole = tallied(wrong, other, images, other | {"test": "c::1"})
    parts = [tallied(wrong), tallied(other, images), tallied(other | {"test": "c::1"})]
    assert to_json(merged(parts)) == to_json(whole)
    assert merged(parts[::-1]).contracts == whole.contracts


def test_what_any_run_requires_is_required_of_all_together(phase, tallied, kept):
    exercised = tallied(phase("a::1", kept), require=(NAME,))
    lacking = tallied(require=(NAME,))
    assert lacking.outcome == "failed"
    assert merged([exercised, lacking]).outcome == "passed"
    assert merged([tallied(), lacking]).reasons == (f"{NAME} is required, and was not exercised",)


def test_fields_that_any_run_saw_are_seen(phase, tallied):
    one = phase("a::1", {"input_tokens_details": {}, "input_tokens": 1, "total_tokens": 1}, "orq/images_generations")
    other = phase("b::1", {"input_tokens_details": {}, "output_tokens": 1}, "orq/images_generations")
    parts = [tallied(data, min_coverage=60) for data in (one, other)]
    assert [part.outcome for part in parts] == ["failed", "failed"]
    assert merged(parts).outcome == "passed"


def test_runs_that_do_not_agree_on_a_coverage_are_asked_which(tallied, phase, kept):
    parts = [tallied(phase("a::1", kept), min_coverage=percent) for percent in (80, None)]
    with pytest.raises(ValueError, match=r"do not agree on a coverage \(80 %, none\); say --min-coverage$"):
        merged(parts)
    assert merged(parts, min_coverage=80).settings.min_coverage == 80


def test_options_of_the_merge_take_the_place_of_the_settings(tallied, wrong):
    report = tallied(wrong, require=("orq/images_edits",))
    assert merged([report], require=()).reasons == ("1 schema finding fails",)
    assert merged([report], require=(), fail_on=()).outcome == "passed"
    assert merged([report], require=(), fail_on=("drift",)).reasons == ("1 drift finding fails",)
    assert merged([report], require=("orq/images_generations",)).contracts["orq/images_generations"].checked == 0


def test_a_baseline_of_the_merge_decides_anew_what_is_known(tallied, wrong, accepting):
    failing = tallied(wrong)
    known = tallied(wrong, baseline=accepting, today=TODAY)
    assert merged([failing], baseline=accepting).outcome == "passed"
    assert merged([known], baseline=Baseline({})).reasons == ("1 schema finding fails",)


def test_a_finding_that_only_one_run_knows_fails(tallied, wrong, accepting):
    known = tallied(wrong, baseline=accepting, today=TODAY)
    (found, _) = merged([known, tallied(wrong)]).findings
    assert (found.known, found.failing, found.count, found.tests) == (False, True, 2, ("a::1",))
    assert merged([known, known]).known == 1


def test_an_entry_is_prunable_where_no_run_has_seen_it(tallied, phase, kept, wrong, accepting):
    unseen = tallied(phase("a::1", kept), baseline=accepting, today=TODAY)
    seen = tallied(wrong, baseline=accepting, today=TODAY)
    assert len(merged([unseen, unseen]).prunable) == 1
    assert merged([unseen, seen]).prunable == ()
    assert merged([unseen, tallied(wrong)]).prunable == ()
    assert merged([unseen]).settings.baseline == "usage-baseline.toml"
    assert merged([unseen, tallied()]).settings.baseline is None


def test_an_interrupted_run_interrupts_them_all(tallied):
    assert merged([tallied(), tallied(interrupted=True)]).outcome == "failed"


def test_why_findings_did_not_fail_is_added_up(tallied, phase, kept):
    report = tallied(phase("a::1", {**kept, "total_tokens": "120"}, ignored="xfail"))
    assert merged([report, report]).findings[0].ignored == {"xfail": 2}


def test_errors_of_any_run_are_told_once(varied):
    report = varied()
    other = replace(report, errors=("another",))
    assert merged([report, report, other]).errors == ("ValueError: a fault of the plugin's own", "another")
