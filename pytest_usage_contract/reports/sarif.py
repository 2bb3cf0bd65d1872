"""The report as SARIF 2.1.0, which code scanning services read; what the baseline knows is suppressed there too."""

import json
from typing import Any, Final

from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.escape import to_line
from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import explain_state

SARIF_LEVELS: Final = {"fails": "error", "warns": "warning", "known": "warning", "ignored": "note"}


def to_sarif(report: Report) -> str:
    """Return one run in JSON, with a result for each finding, located at the files of its first tests."""
    codes = [code for code in CODES.values() if any(found.code == code.name for found in report.findings)]
    rules = [{"id": code.name, "shortDescription": {"text": code.meaning}} for code in codes]
    driver = {"name": "pytest-usage-contract", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_build_result(found) for found in report.findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _build_result(found: FindingReport) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": SARIF_LEVELS[found.state],
        "message": {"text": f"{to_line(found.path)}: {to_line(found.message)} ({to_line(found.contract)})"},
        "partialFingerprints": {"usageContract/v1": found.fingerprint},
        "occurrenceCount": found.count,
        "locations": [_build_location(file) for file in sorted({test.partition("::")[0] for test in found.tests})[:10]],
    }
    if found.state in ("known", "ignored"):
        result["suppressions"] = [{"kind": "external", "justification": explain_state(found)}]
    return result


def _build_location(file: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": to_line(file)}, "region": {"startLine": 1}}}
