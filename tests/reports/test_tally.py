"""The phases of many tests add up to one report, in whatever order they arrive."""

import itertools
from dataclasses import replace

import pytest

from pytest_usage_contract.reports.json_report import to_json
from pytest_usage_contract.reports.phase import CheckedExchange, Documentation, Phase
from pytest_usage_contract.reports.report import FieldReport, UnmatchedCall
from pytest_usage_contract.reports.tally import Tally

WRONG, NOVEL = "wrong-type usage.total", "undocumented-field usage.cost"


def report_of(*phases):
    tally = Tally()
    for data in phases:
        tally.add(data)
    return tally.report()


@pytest.fixture
def phases(phase):
    call = UnmatchedCall(method="POST", host="api.acme.test", path="/x", count=2)
    extra = Phase(test="a::2", abandoned=1, other_statuses=2, unmatched=(call,))
    return [
        phase("a::1", NOVEL, usage={"cost": 1}),
        phase("a::2", WRONG, NOVEL, usage={"cost": 2}),
        phase("", NOVEL, usage={"cost": 3}),
        extra,
        replace(extra, test="b::1"),
    ]


def test_the_report_is_the_same_in_whatever_order_tests_arrive(phases):
    assert len({to_json(report_of(*order)) for order in itertools.permutations(phases)}) == 1


def test_one_finding_of_several_tests_is_counted_once_with_all_of_them(phases):
    report = report_of(*phases)
    assert [(found.code, found.count, found.tests, found.failing) for found in report.findings] == [
        ("wrong-type", 1, ("a::2",), True),
        ("undocumented-field", 3, ("a::1", "a::2"), False),
    ]
    assert report.findings[1].usage == {"cost": 3}  # what belongs to no test comes first in order
    assert (report.checked, report.abandoned, report.other_statuses) == (3, 2, 4)
    assert report.unmatched == (UnmatchedCall(method="POST", host="api.acme.test", path="/x", count=4),)


def test_a_rerun_counts_with_its_last_attempt(phase):
    tally = Tally()
    for findings in ([WRONG], []):
        tally.add(Phase(test="a::1", begins=True))
        tally.add(phase("a::1", *findings))
    report = tally.report()
    assert report.checked == report.contracts["acme/chat"].kept == 1
    assert report.findings == ()


def test_the_phases_of_one_test_add_up(phase):
    assert report_of(phase("a::1"), phase("a::1")).checked == 2


def test_every_documented_field_is_listed_with_how_often_it_was_seen_and_null(phase, images):
    seen = phase("a::1", "missing-field usage.details.cached", nulls=["usage.input"])
    contract = report_of(seen, phase("a::2", contract=images), phase("a::3")).contracts["acme/chat"]
    assert contract.fields == {
        "usage.input": FieldReport(seen=1, null=1),
        "usage.details": FieldReport(seen=2),
        "usage.details.cached": FieldReport(seen=1),
        "usage.output": FieldReport(seen=2),
        "usage.total": FieldReport(seen=2),
    }
    assert contract.source.startswith("AcmeChat of acme-sdk")
    assert contract.version == "1.3.84"


def test_what_was_kept_without_a_usage_is_counted_and_what_was_mocked_is_not(phase):
    misplaced = phase("a::2", "misplaced-usage $.meta", usage=None, without_usage=True)
    report = report_of(
        phase("a::1", usage=None, without_usage=True),
        misplaced,
        phase("a::3", without_usage=True, mocked=True),
        phase("a::4"),
    )
    contract = report.contracts["acme/chat"]
    assert (contract.checked, contract.kept, contract.without_usage, report.without_usage) == (3, 2, 1, 1)


def test_drift_of_another_type_is_another_finding(phase):
    findings = report_of(phase("a::1", NOVEL), phase("a::2", NOVEL, drift="object"), phase("a::3", NOVEL)).findings
    assert sorted((found.type, found.count) for found in findings) == [("number", 2), ("object", 1)]
    assert len({found.fingerprint for found in findings}) == 2


def test_coverage_is_the_share_of_documented_fields_that_had_a_value(phase):
    nulls = ["usage.input", "usage.output"]
    assert report_of(phase("a::1", nulls=nulls)).contracts["acme/chat"].coverage == 0.6
    assert Tally().report(require=("acme/unknown",)).contracts["acme/unknown"].coverage == 0


def test_what_mocks_answered_is_counted_apart_and_its_findings_count(phase):
    report = report_of(phase("a::1", WRONG, mocked=True))
    contract = report.contracts["acme/chat"]
    assert (report.checked, report.mocked) == (contract.checked, contract.mocked) == (0, 1)
    assert contract.coverage == 0
    assert [found.code for found in report.findings] == ["wrong-type"]


def test_a_contract_has_the_fields_and_the_source_that_any_process_has_told_last():
    exchange = CheckedExchange(contract="other/chat", call="", seen={"usage.a": True})
    tally = Tally()
    tally.add(Phase(test="a::1", exchanges=(exchange,)))
    tally.add(Phase(documented={"other/chat": Documentation(fields=("usage.a",))}))
    tally.add(Phase(documented={"other/chat": Documentation(fields=("usage.a", "usage.b"), source="A of a-sdk")}))
    contract = tally.report().contracts["other/chat"]
    assert (contract.coverage, contract.source) == (0.5, "A of a-sdk")


def test_a_contract_that_nobody_knows_has_the_fields_that_were_seen():
    exchange = CheckedExchange(contract="other/chat", call="", seen={"usage.b": True, "usage.a": False})
    contract = report_of(Phase(test="a::1", exchanges=(exchange,))).contracts["other/chat"]
    assert list(contract.fields) == ["usage.a", "usage.b"]


def test_why_occurrences_did_not_fail_is_counted(phase):
    (found,) = report_of(phase("a::1", WRONG, ignored="marker"), phase("a::2", WRONG)).findings
    assert (found.ignored, found.open, found.failing) == ({"marker": 1}, 1, True)


def test_findings_stand_in_the_order_of_contract_kind_code_and_path(phase, images):
    codes = ["undocumented-field usage", "parts-mismatch usage", "wrong-type usage.b", "wrong-type usage.a"]
    findings = report_of(phase("a", *codes, "no-usage usage", contract=images), phase("b", *codes)).findings
    assert [f"{found.contract} {found.code} {found.path}" for found in findings] == [
        "acme/chat wrong-type usage.a",
        "acme/chat wrong-type usage.b",
        "acme/chat parts-mismatch usage",
        "acme/chat undocumented-field usage",
        "acme/images no-usage usage",
        "acme/images wrong-type usage.a",
        "acme/images wrong-type usage.b",
        "acme/images parts-mismatch usage",
        "acme/images undocumented-field usage",
    ]
