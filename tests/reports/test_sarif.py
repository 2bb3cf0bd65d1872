"""The results of a code scanning report beyond the stored one: where they stand, and what explains them."""

import json
from dataclasses import replace

from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.reports.sarif import to_sarif


def run_of(report):
    (run,) = json.loads(to_sarif(report))["runs"]
    return run


def places(report):
    """The first file and line of each result."""
    locations = [result["locations"][0]["physicalLocation"] for result in run_of(report)["results"]]
    return [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in locations]


def test_every_result_has_a_file_and_a_line_since_one_without_has_all_of_them_refused(phase, tallied, varied, nasty):
    report = tallied(
        phase("tests/test_a b.py::test", "null-value usage.input"),
        phase("tests/test_a.py::test", "wrong-type usage.total", place="tests/test_a.py:41"),
        phase("", "total-mismatch usage.total"),
        configuration="tox.ini",
    )
    assert places(report) == [("tests/test_a%20b.py", 1), ("tests/test_a.py", 41), ("tox.ini", 1)]
    assert len(places(varied)) == len(varied.findings)
    assert len(places(nasty)) == len(nasty.findings)


def test_a_rule_leads_to_what_the_documentation_says_of_its_code(phase, tallied):
    (rule,) = run_of(tallied(phase("a::1", "wrong-type usage.total")))["tool"]["driver"]["rules"]
    assert rule["helpUri"] == CODES["wrong-type"].docs


def test_a_code_that_a_later_version_may_know_has_no_rule(phase, tallied):
    report = tallied(phase("a::1", "wrong-type usage.total"))
    report = replace(report, findings=(replace(report.findings[0], code="new-code"),))
    assert run_of(report)["tool"]["driver"]["rules"] == []
