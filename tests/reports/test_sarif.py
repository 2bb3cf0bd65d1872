import json

import pytest

from pytest_usage_contract.reports.sarif import to_sarif


def test_every_finding_is_a_result_with_its_rule_and_place(varied):
    (run,) = json.loads(to_sarif(varied()))["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == rules
    assert run["results"][0] == {
        "ruleId": "missing-field",
        "level": "error",
        "message": {
            "text": "usage.output_tokens_details: absent, documented as an object (openrouter/alpha_responses)"
        },
        "partialFingerprints": {"usageContract/v1": "662419f98c9c"},
        "occurrenceCount": 4,
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": "tests/test_bill.py"}, "region": {"startLine": 1}}}
        ],
    }


@pytest.mark.parametrize(
    "code, level, justification",
    [
        ("wrong-type", "warning", "reported to the provider, ticket 7 (until 2026-12-31)"),
        ("missing-field", "note", "marker (1)"),
    ],
)
def test_what_is_known_or_ignored_is_suppressed_with_its_reason(varied, code, level, justification):
    (run,) = json.loads(to_sarif(varied()))["runs"]
    result = [result for result in run["results"] if result["ruleId"] == code][-1]
    assert result["level"] == level
    assert result["suppressions"] == [{"kind": "external", "justification": justification}]


def test_nothing_hostile_is_longer_or_stranger_than_a_line(nasty):
    for result in json.loads(to_sarif(nasty))["runs"][0]["results"]:
        assert result["message"]["text"].isprintable()
        assert len(result["message"]["text"]) < 1000
