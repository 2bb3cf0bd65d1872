"""How a verdict is told, asserted whole."""

import pytest

from pytest_usage_contract.contracts import find_contract
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.message import counted, finding_lines, told

CONTRACT = find_contract("openrouter/alpha_responses")
READ = CONTRACT.source.read
GOOD = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BAD = {**GOOD, "total_tokens": "47", "output_tokens_details": None, "cost": 0.0012, "input_tokens": 1}

KEPT = f"""\
openrouter/alpha_responses kept in POST openrouter.ai/api/alpha/responses (200)
documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read {READ}"""

BROKEN = f"""\
openrouter/alpha_responses broken: 2 schema findings in POST openrouter.ai/api/alpha/responses (200)
  null-value  usage.output_tokens_details  null, documented as an object
  wrong-type  usage.total_tokens           string "47", documented as a number
also, not failing: 1 accounting and 1 drift findings
  part-exceeds-whole  usage.input_tokens_details.cached_tokens  at most input_tokens = 1, is 64
  undocumented-field  usage.cost                                number 0.0012, not documented
a note
documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read {READ}"""

ALL = f"""\
openrouter/alpha_responses broken: 2 schema and 1 accounting and 1 drift findings
  null-value          usage.output_tokens_details               null, documented as an object
  wrong-type          usage.total_tokens                        string "47", documented as a number
  part-exceeds-whole  usage.input_tokens_details.cached_tokens  at most input_tokens = 1, is 64
  undocumented-field  usage.cost                                number 0.0012, not documented
documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read {READ}"""

DRIFTED = f"""\
openrouter/alpha_responses kept
also, not failing: 1 drift finding
  undocumented-field  usage.cost  number 1, not documented
documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read {READ}"""


@pytest.mark.parametrize(
    "usage, options, text",
    [
        (GOOD, {"call": "POST openrouter.ai/api/alpha/responses (200)"}, KEPT),
        ({**GOOD, "cost": 1}, {"failing": ("schema",)}, DRIFTED),
    ],
)
def test_a_kept_verdict_is_told(usage, options, text):
    assert told(judge(CONTRACT, usage), CONTRACT, **options) == text


@pytest.mark.parametrize(
    "note, options, text",
    [
        ("a note", {"failing": ("schema",), "call": "POST openrouter.ai/api/alpha/responses (200)"}, BROKEN),
        ("", {}, ALL),
    ],
)
def test_a_broken_verdict_is_told(note, options, text):
    assert told(judge(CONTRACT, BAD, note=note), CONTRACT, **options) == text


def test_findings_are_counted_by_kind():
    findings = judge(CONTRACT, BAD).findings
    assert counted(findings[:1]) == "1 schema finding"
    assert counted(findings[:2]) == "2 schema findings"
    assert counted(findings[1:3]) == "1 schema and 1 accounting findings"


def test_lines_of_findings_are_indented_as_told_and_none_where_there_are_none():
    assert finding_lines([]) == []
    assert finding_lines(judge(CONTRACT, {**GOOD, "cost": 1}).findings, indent="") == [
        "undocumented-field  usage.cost  number 1, not documented"
    ]
