import argparse
import json

import pytest

from pytest_usage_contract.reports.commands import add_merge
from pytest_usage_contract.reports.report import read_report, to_json

NAME = "openrouter/alpha_responses"


@pytest.fixture
def merge(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    add_merge(parser.add_subparsers())

    def run(*words):
        args = parser.parse_args(["merge", *words])
        return args.run(args)

    return run


@pytest.fixture
def shards(tmp_path, phase, tallied, kept):
    wrong = tallied(phase("b::1", {**kept, "total_tokens": "120", "cost": 1}))
    reports = {"kept.json": tallied(phase("a::1", kept)), "broken.json": wrong}
    for name, report in reports.items():
        (tmp_path / name).write_text(to_json(report))
    return reports


def test_reports_that_passed_merge_to_0(merge, shards, capsys):
    assert merge("kept.json", "kept.json") == 0
    assert capsys.readouterr().out == (
        "openrouter/alpha_responses  2 checked, 2 kept  7 of 7 fields seen (100 %)  no findings\n"
    )


def test_one_report_that_failed_makes_it_1(merge, shards, capsys):
    assert merge("kept.json", "broken.json", "-q") == 1
    assert capsys.readouterr().out == (
        "usage contracts: 2 checked, 1 kept, 1 schema, 1 drift\nfailed: 1 schema finding fails\n"
    )


def test_the_union_is_written_in_every_form(merge, shards, tmp_path):
    forms = ["all.json", "all.md", "all.html", "all.sarif"]
    assert merge("kept.json", "broken.json", *(f"--report={name}" for name in forms)) == 1
    assert all((tmp_path / name).stat().st_size for name in forms)
    assert read_report(tmp_path / "all.json").checked == 2


@pytest.mark.parametrize(
    "words, status",
    [
        (["--fail-on=none"], 0),
        (["--fail-on=all"], 1),
        (["--fail-on=none", f"--require={NAME}", "--require=PostApiAlphaResponsesUsage"], 0),
        (["--fail-on=none", "--require=orq/images_edits"], 1),
        (["--fail-on=none", "--require=orq"], 1),
        (["--fail-on=none", "--min-coverage=100"], 0),
        (["--fail-on=none", "--min-coverage=100", "--require=orq/images_edits"], 1),
        (["--baseline=b.toml"], 1),
    ],
)
def test_options_take_the_place_of_the_settings(merge, shards, tmp_path, words, status):
    (tmp_path / "b.toml").write_text("")
    assert merge("kept.json", "broken.json", *words) == status


@pytest.mark.parametrize(
    "words, message",
    [
        (["none.json"], "none.json cannot be read: No such file or directory"),
        (["other.json"], "other.json is a report of format 2; this version reads format 1"),
        (["kept.json", "--fail-on=drfit"], "'drfit': not a kind of finding; there are schema, accounting, drift"),
        (["kept.json", "--require=opnrouter"], "no contract is called 'opnrouter', did you mean 'openrouter'?"),
        (["kept.json", "--min-coverage=101"], "--min-coverage 101 is no percentage; give a number from 0 to 100"),
        (["kept.json", "--baseline=none.toml"], "baseline none.toml does not exist"),
        (["kept.json", "--report=all.pdf"], "'all.pdf': '.pdf' is no suffix of a report"),
    ],
)
def test_a_misuse_is_2_and_says_what_would_do(merge, shards, tmp_path, capsys, words, message):
    (tmp_path / "other.json").write_text('{"format": 2}')
    assert merge(*words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.startswith("usage-contract merge: ")


def test_a_contract_that_only_the_reports_know_can_be_required(merge, shards, tmp_path):
    given = json.loads((tmp_path / "kept.json").read_text().replace(NAME, "acme/chat"))
    (tmp_path / "own.json").write_text(json.dumps(given))
    assert merge("own.json", "--require=acme/chat", "-v") == 0
