"""The reports of several runs as one, which is the report of one run with all their tests, and `usage-contract merge`."""

import argparse
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pytest_usage_contract.reports.baseline import Baseline, parse_baseline
from pytest_usage_contract.reports.json_report import read_report, to_json
from pytest_usage_contract.reports.merging import add_merge, merge
from pytest_usage_contract.reports.phase import Phase
from pytest_usage_contract.reports.report import UnmatchedCall
from pytest_usage_contract.reports.terminal import format_summary

OLD = Path(__file__).parents[1] / "data" / "reports" / "format_1.json"
TODAY = date(2026, 11, 22)
WRONG, NOVEL = "wrong-type usage.total", "undocumented-field usage.cost"


@pytest.fixture
def wrong(phase):
    return phase("a::1", WRONG, NOVEL)


@pytest.fixture
def accepting(entry):
    return parse_baseline(entry(WRONG), "the baseline")


def failing(report):
    return [found.code for found in report.findings if found.failing]


def test_one_report_merges_to_itself(varied):
    assert to_json(merge([varied])) == to_json(varied)


def test_shards_merge_to_the_report_of_one_run(phase, tallied, wrong, images):
    other = phase("b::1", "total-mismatch usage.total", "null-value usage.input", nulls=["usage.input"], place="b:10")
    call = UnmatchedCall(method="POST", host="api.acme.test", path="/x", count=2)
    other = replace(other, unmatched=(call,))
    made = phase("b::2", contract=images, mocked=True)
    later = phase("c::1", "null-value usage.input", nulls=["usage.input"], place="b:9")
    whole = tallied(wrong, other, made, later)
    assert whole.findings[0].places == ("b:9", "b:10")
    parts = [tallied(wrong), tallied(other, made), tallied(later)]
    assert to_json(merge(parts)) == to_json(whole)
    assert merge(parts[::-1]).contracts == whole.contracts


def test_what_any_run_requires_is_required_of_all_together(phase, tallied):
    exercised, lacking = (tallied(*seen, require=("acme/chat",)) for seen in ([phase("a::1")], []))
    assert lacking.outcome == "failed"
    assert merge([exercised, lacking]).outcome == "passed"
    assert merge([tallied(), lacking]).reasons == lacking.reasons


def test_fields_that_any_run_saw_are_seen(phase, tallied):
    parts = [tallied(phase(f"a::{path}", nulls=[path]), min_coverage=100) for path in ("usage.input", "usage.output")]
    assert [part.outcome for part in parts] == ["failed", "failed"]
    assert merge(parts).outcome == "passed"


def test_runs_that_do_not_agree_on_a_coverage_are_asked_which(tallied, phase):
    parts = [tallied(phase("a::1"), min_coverage=percent) for percent in (80, None)]
    with pytest.raises(
        ValueError, match=r"^the reports do not agree on a coverage \(80 %, none\); say --min-coverage$"
    ):
        merge(parts)
    assert merge(parts, min_coverage=80).settings.min_coverage == 80


def test_options_of_the_merge_take_the_place_of_the_settings(tallied, wrong):
    report = tallied(wrong, require=("acme/images",))
    assert len(merge([report]).reasons) == 2
    assert len(merge([report], require=()).reasons) == 1
    assert merge([report], require=(), fail_on=()).outcome == "passed"
    assert failing(merge([report], fail_on=("drift",))) == ["undocumented-field"]
    assert merge([report], require=("acme/video",)).contracts["acme/video"].checked == 0


def test_a_baseline_of_the_merge_decides_anew_what_is_known(tallied, wrong, accepting):
    known = tallied(wrong, baseline=accepting, today=TODAY)
    assert merge([tallied(wrong)], baseline=accepting).outcome == "passed"
    assert failing(merge([known], baseline=Baseline({}))) == ["wrong-type"]


def test_a_finding_that_only_one_run_knows_fails(tallied, wrong, accepting):
    known = tallied(wrong, baseline=accepting, today=TODAY)
    for parts in ([known, tallied(wrong)], [tallied(wrong), known]):
        (found, _) = merge(parts).findings
        assert (found.known, found.failing, found.count, found.tests) == (False, True, 2, ("a::1",))
    assert merge([known, known]).known == 1


def test_an_entry_is_prunable_where_no_run_has_seen_it(tallied, phase, wrong, accepting):
    unseen, seen = (tallied(data, baseline=accepting, today=TODAY) for data in (phase("a::1"), wrong))
    assert len(merge([unseen, unseen]).prunable) == 1
    assert merge([unseen, seen]).prunable == ()
    assert merge([unseen, tallied(wrong)]).prunable == ()
    assert merge([unseen]).settings.baseline == "usage-baseline.toml"
    assert merge([unseen, tallied()]).settings.baseline is None


def test_an_interrupted_run_interrupts_them_all(tallied):
    assert merge([tallied(), tallied(interrupted=True)]).outcome == "failed"


def test_why_findings_did_not_fail_is_added_up(tallied, phase):
    report = tallied(phase("a::1", WRONG, ignored="xfail"))
    assert merge([report, report]).findings[0].ignored == {"xfail": 2}


def test_errors_of_any_run_are_told_once(tallied):
    one, other = (replace(tallied(), errors=errors) for errors in (("b", "c"), ("a", "b")))
    assert merge([one, one, other]).errors == ("a", "b", "c")


def test_what_a_run_has_not_seen_is_told_of_all_of_them(tallied):
    parts = [tallied(missing=(text,)) for text in ("what gw1 saw", "what gw0 saw", "what gw1 saw")]
    words = "the run was interrupted, so that not everything was judged: what gw0 saw; what gw1 saw"
    assert merge(parts).reasons == (words,)


def test_a_mapping_is_unused_where_no_run_has_used_it(tallied):
    used = Phase(used_urls=("b", "c"))
    one, other = tallied(urls=("a", "b", "c")), tallied(used, urls=("a", "b", "c"))
    assert (one.unused_urls, other.unused_urls) == (("a", "b", "c"), ("a",))
    assert merge([one, other]).unused_urls == ("a",)
    assert merge([one, tallied()]).unused_urls == ()


def test_a_call_looks_like_what_any_run_has_taken_it_for(tallied):
    call = UnmatchedCall(method="POST", host="gateway.test", path="/v1/chat", count=2)
    parts = [tallied(Phase(unmatched=(replace(call, looks_like=name),))) for name in ("", "acme/chat")]
    assert merge(parts).unmatched == merge(parts[::-1]).unmatched == (replace(call, count=4, looks_like="acme/chat"),)


def test_a_report_of_format_1_is_merged_with_one_of_today(phase, tallied):
    old, new = read_report(OLD), tallied(phase("a::1", usage=None, without_usage=True))
    report = merge([old, new])
    assert (report.format, report.checked, report.without_usage, report.outcome) == (2, 7, 1, "failed")
    assert report.findings == old.findings


@pytest.fixture
def run_merge(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    add_merge(parser.add_subparsers())

    def run(*words):
        args = parser.parse_args(["merge", *words])
        return args.run(args)

    return run


@pytest.fixture
def shards(tmp_path, phase, tallied):
    findings = ("wrong-type usage.total", "undocumented-field usage.cost")
    reports = {"kept.json": tallied(phase("a::1")), "broken.json": tallied(phase("b::1", *findings))}
    for name, report in reports.items():
        (tmp_path / name).write_text(to_json(report))
    return reports


@pytest.mark.parametrize("option, verbosity", [([], 0), (["-q"], -1), (["-v"], 1)])
@pytest.mark.parametrize("names, status", [(["kept.json"], 0), (["kept.json", "broken.json"], 1)])
def test_the_union_is_told_as_at_the_end_of_a_run(run_merge, shards, capsys, names, status, option, verbosity):
    assert run_merge(*names, *option) == status
    union = merge([shards[name] for name in names])
    assert capsys.readouterr().out.splitlines() == [line for line, _ in format_summary(union, verbosity)]


def test_the_union_is_written_in_every_form(run_merge, shards, tmp_path):
    forms = ["all.json", "all.md", "all.html", "all.sarif"]
    assert run_merge("kept.json", "broken.json", *(f"--report={name}" for name in forms)) == 1
    assert all((tmp_path / name).stat().st_size for name in forms)
    assert read_report(tmp_path / "all.json") == merge([*shards.values()])


@pytest.mark.parametrize(
    "words, status",
    [
        (["--fail-on=none"], 0),
        (["--fail-on=all"], 1),
        (["--fail-on=none", "--require=acme/chat", "--require=AcmeChat"], 0),
        (["--fail-on=none", "--require=acme/images"], 1),
        (["--fail-on=none", "--require=acme", "--require=any"], 0),
        (["--fail-on=none", "--require=orq"], 1),
        (["--fail-on=none", "--min-coverage=100"], 0),
        (["--fail-on=none", "--min-coverage=100", "--require=acme/images"], 1),
        (["--baseline=b.toml"], 0),
    ],
)
def test_options_take_the_place_of_the_settings(run_merge, shards, tmp_path, entry, words, status):
    (tmp_path / "b.toml").write_text(entry("wrong-type usage.total"))
    assert run_merge("kept.json", "broken.json", *words) == status


@pytest.mark.parametrize("again", ["kept.json", "./kept.json", "linked.json", "linked/kept.json"])
def test_one_file_given_twice_is_a_misuse_by_whatever_name(run_merge, shards, tmp_path, capsys, again):
    (tmp_path / "linked.json").symlink_to("kept.json")
    (tmp_path / "linked").symlink_to(".", target_is_directory=True)
    assert run_merge("kept.json", "broken.json", again) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("given twice")) == ("", 1)


@pytest.mark.parametrize(
    "words, message",
    [
        (["none.json"], "none.json cannot be read"),
        (["loop.json"], "loop.json cannot be read"),
        (["other.json"], "other.json is a report of format 3"),
        (["kept.json", "--fail-on=drfit"], "'drfit'"),
        (["kept.json", "--require=amce"], "did you mean 'acme'?"),
        (["##[error].json"], "##\\[error].json cannot be read"),
        (["kept.json", "--min-coverage=101"], "--min-coverage 101 is no percentage; give a number from 0 to 100\n"),
        (["kept.json", "--baseline=none.toml"], "baseline none.toml does not exist"),
        (["kept.json", "--report=all.pdf"], "'all.pdf'"),
    ],
)
def test_a_misuse_is_2_and_says_what_is_wrong(run_merge, shards, tmp_path, capsys, words, message):
    (tmp_path / "loop.json").symlink_to("loop.json")
    (tmp_path / "other.json").write_text('{"format": 3}')
    assert run_merge(*words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.startswith("usage-contract merge: ")


def test_a_contract_that_only_the_reports_know_can_be_required(run_merge, shards, tmp_path):
    given = json.loads((tmp_path / "kept.json").read_text().replace("acme/chat", "other/chat"))
    (tmp_path / "own.json").write_text(json.dumps(given))
    assert run_merge("own.json", "--require=other/chat") == 0
