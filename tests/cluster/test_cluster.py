"""A cluster that is there finds what one process finds, whatever happens to its workers."""

import json
import operator
import os
import sys

import pytest
from recorded import BROKEN, DRIFTED, URL, entry, write_har, write_lines, write_mixed
from toy import KEPT

from pytest_usage_contract import cli
from pytest_usage_contract.audit import cluster as clusters
from pytest_usage_contract.audit.cluster import judge_on_cluster
from pytest_usage_contract.audit.inputs import Input, find_inputs
from pytest_usage_contract.audit.jobs import judge_parts
from pytest_usage_contract.audit.kinds import Kind
from pytest_usage_contract.audit.partial import merge_partials
from pytest_usage_contract.audit.plan import Part, Plan, split

PLAN = Plan(url=URL)


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    write_lines(tmp_path / "logs", *[KEPT, BROKEN, DRIFTED, None] * 50)
    write_har(tmp_path / "logs", entry(URL, KEPT), {}, entry("https://gw.test/v1/chat", KEPT), entry(URL, BROKEN))
    return "logs"


@pytest.fixture
def parts(logs):
    return [part for found in find_inputs([logs]) for part in split(found, 1000)]


def merge(judged):
    return merge_partials(found for _, found in judged)


def test_a_cluster_finds_what_one_process_finds_under_the_names_that_were_given(cluster, parts):
    whole = merge(judge_parts(parts, PLAN))
    for wave in (1, 7, 100):
        judged = [*judge_on_cluster(parts, PLAN, cluster.address, wave=wave)]
        assert len(judged) == -(-len(parts) // wave)
        assert merge(judged) == whole


def test_the_command_reports_the_same_of_every_form_and_remembers_it(cluster, logs, tmp_path, capsys):
    bodies = [json.dumps({"usage": usage}).encode() for usage in (KEPT, BROKEN, DRIFTED, None)]
    write_mixed(tmp_path / "logs", bodies, b'data: {"type": "completed", "response": ' + bodies[1] + b"}\n\n")

    def check(*options):
        cli.main(["check", logs, "--url", URL, "--report", "report.json", *options])
        return (tmp_path / "report.json").read_bytes(), capsys.readouterr().out

    report, out = check()
    number, dask = json.loads(report)["checked"], f"--dask={cluster.address}"
    assert check(dask) == (report, out)
    for new in (number, 0):
        assert check(dask, "--state=state.db") == (report, f"{out}{new} of {number} exchanges in state.db are new\n")


def test_a_worker_that_is_lost_in_the_middle_loses_nothing(cluster, parts):
    judging = judge_on_cluster(parts * 20, PLAN, cluster.address, wave=50)
    judged = [next(judging)]
    cluster.kill_a_worker()
    judged += judging
    assert merge(judged) == merge(judge_parts(parts * 20, PLAN))


def test_a_part_that_kills_its_workers_is_named_and_the_others_are_judged(cluster, parts):
    poisoned = Part(Input("poison://host/logs.jsonl", Kind.LINES, 100), 0, 100)
    judged = [*judge_on_cluster([*parts, poisoned], PLAN, cluster.address)]
    found = merge_partials(found for _, found in judged)
    assert found.judged == merge_partials(found for _, found in judge_parts(parts, PLAN)).judged
    named = [(place.location, why) for place, why in found.unread.first if "poison" in place.location]
    assert named == [("poison://host/logs.jsonl", "the workers that judged it have died")]


def test_a_part_that_raises_on_a_worker_is_named(cluster, parts, monkeypatch):
    monkeypatch.setattr(clusters, "judge_part", operator.index)
    found = merge_partials(found for _, found in judge_on_cluster(parts[:2], PLAN, cluster.address))
    assert [(place.start, why) for place, why in found.unread.first] == [
        (part.start, "cannot be judged (TypeError)") for part in parts[:2]
    ]


def test_what_another_machine_cannot_read_is_refused(cluster):
    with pytest.raises(ValueError, match="'-' cannot be read by another machine"):
        [*judge_on_cluster([Part(Input("-"))], PLAN, cluster.address)]


def test_a_url_travels_as_it_is():
    part = Part(Input("memory://logs/a.jsonl", Kind.LINES, 10))
    assert clusters.make_absolute(part) is part


@pytest.mark.parametrize(
    "theirs, why",
    [
        (lambda: "2.0", r"have version 2\.0 of the package, and here is 1\.0"),
        (lambda: json.loads(""), "cannot judge: JSONDecodeError"),
    ],
)
def test_workers_without_this_very_package_are_refused(cluster, parts, monkeypatch, theirs, why):
    here = os.getpid()
    monkeypatch.setattr(clusters, "_tell_version", lambda: "1.0" if os.getpid() == here else theirs())
    with pytest.raises(ValueError, match=why):
        [*judge_on_cluster(parts, PLAN, cluster.address)]


def test_an_address_without_a_scheduler_is_refused(parts, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 0.5)
    with pytest.raises(ValueError, match=r"no scheduler of Dask at 'tcp://127\.0\.0\.1:9'"):
        [*judge_on_cluster(parts, PLAN, "tcp://127.0.0.1:9")]


def test_without_its_extra_it_says_what_to_install(parts, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pytest-usage-contract\[dask\]"):
        [*judge_on_cluster(parts, PLAN, "tcp://127.0.0.1:9")]
