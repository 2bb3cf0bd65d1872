import itertools

import pytest

from pytest_usage_contract.reports.report import to_json
from pytest_usage_contract.reports.tally import Tally


def report_of(*phases, **kwargs):
    tally = Tally(**kwargs)
    for data in phases:
        tally.add(data)
    return tally.report()


@pytest.fixture
def phases(phase, kept):
    extra = {"test": "a::2", "exchanges": [], "abandoned": 1, "other_statuses": 2}
    extra["unmatched"] = [{"method": "POST", "host": "openrouter.ai", "path": "/x", "count": 2}]
    return [
        phase("a::1", {**kept, "cost": 1}),
        phase("a::2", {**kept, "cost": 2, "total_tokens": "120"}),
        phase("", {**kept, "cost": 3}),
        extra,
        extra | {"test": "b::1"},
    ]


def test_the_report_is_the_same_in_whatever_order_tests_arrive(phases):
    texts = {to_json(report_of(*order)) for order in itertools.permutations(phases)}
    assert len(texts) == 1


def test_one_finding_of_several_tests_is_counted_once_with_all_of_them(phases):
    report = report_of(*phases)
    wrong, novel = report.findings
    assert (wrong.code, wrong.count, wrong.tests, wrong.failing) == ("wrong-type", 1, ("a::2",), True)
    assert (novel.code, novel.count, novel.tests, novel.failing) == ("undocumented-field", 3, ("a::1", "a::2"), False)
    assert novel.usage["cost"] == 3  # what belongs to no test comes first in order
    assert (report.checked, report.abandoned, report.other_statuses) == (3, 2, 4)
    assert [(call.path, call.count) for call in report.unmatched] == [("/x", 4)]


def test_a_rerun_counts_with_its_last_attempt(phase, kept):
    tally = Tally()
    for usage in ({**kept, "total_tokens": None}, kept):
        tally.begin("a::1")
        tally.add(phase("a::1", usage))
    report = tally.report()
    assert report.checked == report.contracts["openrouter/alpha_responses"].kept == 1
    assert report.findings == ()


def test_the_phases_of_one_test_add_up(phase, kept):
    assert report_of(phase("a::1", kept), phase("a::1", kept)).checked == 2


def test_every_documented_field_is_listed_with_how_often_it_was_seen_and_null(phase):
    usage = {"prompt_tokens_details": {"cached_tokens": None}, "completion_tokens_details": None, "total_tokens": 1}
    contract = report_of(phase("a::1", usage, "orq/deployments_invoke")).contracts["orq/deployments_invoke"]
    assert {path: (counts.seen, counts.null) for path, counts in contract.fields.items()} == {
        "usage.total_tokens": (1, 0),
        "usage.prompt_tokens": (0, 0),
        "usage.completion_tokens": (0, 0),
        "usage.prompt_tokens_details": (1, 0),
        "usage.prompt_tokens_details.cached_tokens": (0, 1),
        "usage.completion_tokens_details": (0, 1),
        "usage.completion_tokens_details.reasoning_tokens": (0, 0),
    }
    assert contract.coverage == 0.2857
    assert contract.source == "DeploymentInvokeUsage of orq-ai-sdk, read 2026-11-21"


def test_what_mocks_answered_is_counted_apart_and_its_findings_count(phase, kept):
    report = report_of(phase("a::1", {**kept, "total_tokens": "120"}, mocked=True))
    contract = report.contracts["openrouter/alpha_responses"]
    assert (report.checked, report.mocked) == (contract.checked, contract.mocked) == (0, 1)
    assert contract.coverage == 0
    assert [found.code for found in report.findings] == ["wrong-type"]


def test_a_contract_of_a_worker_has_the_fields_that_the_worker_tells():
    exchange = {"contract": "acme/chat", "mocked": False, "seen": {"usage.a": True}, "findings": []}
    tally = Tally({"acme/chat": ["usage.a"]})
    tally.document({"acme/chat": ["usage.a", "usage.b"]})
    tally.add({"test": "a::1", "exchanges": [exchange]})
    assert tally.report().contracts["acme/chat"].coverage == 0.5


def test_a_contract_that_nobody_knows_has_the_fields_that_were_seen():
    exchange = {"contract": "acme/chat", "mocked": False, "seen": {"usage.b": True, "usage.a": False}, "findings": []}
    contract = report_of({"test": "a::1", "exchanges": [exchange]}).contracts["acme/chat"]
    assert list(contract.fields) == ["usage.a", "usage.b"]


def test_a_required_contract_that_nobody_knows_has_no_coverage():
    assert Tally().report(require=("acme/chat",)).contracts["acme/chat"].coverage == 0


def test_why_occurrences_did_not_fail_is_counted(phase, kept):
    broken = {**kept, "total_tokens": "120"}
    (found,) = report_of(phase("a::1", broken, ignored="marker"), phase("a::2", broken)).findings
    assert found.ignored == {"marker": 1}
    assert found.open == 1
    assert found.failing
