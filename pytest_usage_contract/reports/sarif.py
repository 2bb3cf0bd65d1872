"""The report as SARIF 2.1.0, which code scanning services read; what the baseline knows is suppressed there too."""

import json
from typing import Any, Final
from urllib.parse import quote

from pytest_usage_contract.core.codes import CODES, Code
from pytest_usage_contract.core.escape import to_line
from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import explain_state

SARIF_LEVELS: Final = {"fails": "error", "warns": "warning", "known": "warning", "ignored": "note"}

MOST_LOCATIONS: Final = 10
"""Locations of a result; GitHub shows the first."""


def to_sarif(report: Report) -> str:
    """Return one run in JSON, with a result for each finding, located at the first lines that made its calls."""
    codes = [code for code in CODES.values() if any(found.code == code.name for found in report.findings)]
    driver = {"name": "pytest-usage-contract", "rules": [_build_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "results": [_build_result(report, found) for found in report.findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _build_rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.name,
        "shortDescription": {"text": code.meaning},
        "fullDescription": {"text": code.cause},
        "help": {"text": code.remedy},
        "helpUri": code.docs,
    }


def _build_result(report: Report, found: FindingReport) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": SARIF_LEVELS[found.state],
        "message": {"text": f"{to_line(found.path)}: {to_line(found.message)} ({to_line(found.contract)})"},
        "partialFingerprints": {"usageContract/v1": found.fingerprint},
        "occurrenceCount": found.count,
        # A whole file is refused where one result has no location.
        "locations": [_build_location(file, line) for file, line in report.locate(found)[:MOST_LOCATIONS]],
    }
    if found.state in ("known", "ignored"):
        result["suppressions"] = [{"kind": "external", "justification": explain_state(found)}]
    return result


def _build_location(file: str, line: int) -> dict[str, Any]:
    uri = quote(to_line(file))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
