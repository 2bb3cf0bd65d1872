"""`usage-contract merge`: what it is told, what it writes, and the status with which it ends."""

import argparse
import json

import pytest

from pytest_usage_contract.reports import merging
from pytest_usage_contract.reports.merge_command import add_merge
from pytest_usage_contract.reports.report import read_report, to_json
from pytest_usage_contract.reports.terminal import format_summary


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
def shards(tmp_path, phase, tallied):
    findings = ("wrong-type usage.total", "undocumented-field usage.cost")
    reports = {"kept.json": tallied(phase("a::1")), "broken.json": tallied(phase("b::1", *findings))}
    for name, report in reports.items():
        (tmp_path / name).write_text(to_json(report))
    return reports


@pytest.mark.parametrize("option, verbosity", [([], 0), (["-q"], -1), (["-v"], 1)])
@pytest.mark.parametrize("names, status", [(["kept.json", "kept.json"], 0), (["kept.json", "broken.json"], 1)])
def test_the_union_is_told_as_at_the_end_of_a_run(merge, shards, capsys, names, status, option, verbosity):
    assert merge(*names, *option) == status
    union = merging.merge([shards[name] for name in names])
    assert capsys.readouterr().out.splitlines() == [line for line, _ in format_summary(union, verbosity)]


def test_the_union_is_written_in_every_form(merge, shards, tmp_path):
    forms = ["all.json", "all.md", "all.html", "all.sarif"]
    assert merge("kept.json", "broken.json", *(f"--report={name}" for name in forms)) == 1
    assert all((tmp_path / name).stat().st_size for name in forms)
    assert read_report(tmp_path / "all.json") == merging.merge([*shards.values()])


@pytest.mark.parametrize(
    "words, status",
    [
        (["--fail-on=none"], 0),
        (["--fail-on=all"], 1),
        (["--fail-on=none", "--require=acme/chat", "--require=AcmeChat"], 0),
        (["--fail-on=none", "--require=acme/images"], 1),
        (["--fail-on=none", "--require=acme"], 1),
        (["--fail-on=none", "--min-coverage=100"], 0),
        (["--fail-on=none", "--min-coverage=100", "--require=acme/images"], 1),
        (["--baseline=b.toml"], 0),
    ],
)
def test_options_take_the_place_of_the_settings(merge, shards, tmp_path, entry, words, status):
    (tmp_path / "b.toml").write_text(entry("wrong-type usage.total"))
    assert merge("kept.json", "broken.json", *words) == status


@pytest.mark.parametrize(
    "words, message",
    [
        (["none.json"], "none.json cannot be read"),
        (["other.json"], "other.json is a report of format 2"),
        (["kept.json", "--fail-on=drfit"], "'drfit'"),
        (["kept.json", "--require=amce"], "did you mean 'acme'?"),
        (["kept.json", "--min-coverage=101"], "--min-coverage 101 is no percentage; give a number from 0 to 100\n"),
        (["kept.json", "--baseline=none.toml"], "baseline none.toml does not exist"),
        (["kept.json", "--report=all.pdf"], "'all.pdf'"),
    ],
)
def test_a_misuse_is_2_and_says_what_is_wrong(merge, shards, tmp_path, capsys, words, message):
    (tmp_path / "other.json").write_text('{"format": 2}')
    assert merge(*words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.startswith("usage-contract merge: ")


def test_a_contract_that_only_the_reports_know_can_be_required(merge, shards, tmp_path):
    given = json.loads((tmp_path / "kept.json").read_text().replace("acme/chat", "other/chat"))
    (tmp_path / "own.json").write_text(json.dumps(given))
    assert merge("own.json", "--require=other/chat") == 0
