from datetime import date

import pytest

from pytest_usage_contract.contracts import find_contract
from pytest_usage_contract.core.check import check_value
from pytest_usage_contract.reports.baseline import parsed
from pytest_usage_contract.reports.gate import judged
from pytest_usage_contract.reports.report import Settings
from pytest_usage_contract.reports.tally import Tally

KEPT = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 40},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 120,
}
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07\r\n::set-output name=a::b\n##[error]x <script>alert(1)</script> "
    "<img src=x onerror=alert(1)> | a | b |\n|---|---|\n``` `c` **d** [e](javascript:f) \u202egnirts \ud800 @here"
)
BASELINE = """
[[accepted]]
fingerprint = "c49be2c83e4b"
contract = "openrouter/alpha_responses"
code = "wrong-type"
path = "usage.total_tokens"
first_seen = 2026-11-01
reason = "reported to the provider, ticket 7"
until = 2026-12-31

[[accepted]]
fingerprint = "10c586343f82"
contract = "openrouter/alpha_responses"
code = "null-value"
path = "usage.input_tokens"
first_seen = 2026-10-01
until = 2026-11-01

[[accepted]]
fingerprint = "78c3428b0f41"
contract = "orq/images_edits"
code = "wrong-type"
path = "usage.total_tokens"
first_seen = 2026-10-01
"""


@pytest.fixture
def baseline():
    return parsed(BASELINE, "the baseline")


@pytest.fixture
def kept():
    return dict(KEPT)


@pytest.fixture
def hostile():
    return HOSTILE


@pytest.fixture
def phase():
    """Makes what one phase of a test ships: one exchange of *name* with *usage*."""

    def make(test, usage, name="openrouter/alpha_responses", *, mocked=False, fail_on=("schema",), ignored=""):
        contract = find_contract(name)
        verdict = check_value(contract, {"usage": usage})
        place = contract.endpoints[0]
        findings = [
            {
                "code": found.code,
                "path": found.path,
                "expected": found.expected,
                "actual": found.actual,
                "message": found.message,
                "failing": found.kind in fail_on and not ignored,
                "ignored": ignored,
            }
            for found in verdict.findings
        ]
        exchange = {
            "contract": contract.name,
            "mocked": mocked,
            "call": f"{place.method} {place.hosts[0]}{place.path} (200)",
            "seen": dict(verdict.seen),
            "findings": findings,
        }
        if findings:
            exchange["usage"] = usage
        return {"test": test, "exchanges": [exchange], "abandoned": 0, "other_statuses": 0, "unmatched": []}

    return make


@pytest.fixture
def tallied():
    """Makes a report of phases, judged by the gate."""

    def make(*phases, baseline=None, today=None, interrupted=False, **settings):
        tally = Tally()
        for data in phases:
            tally.add(data)
        asked = Settings(**settings, baseline="usage-baseline.toml" if baseline else None)
        report = tally.report(require=asked.require, interrupted=interrupted)
        return judged(report, asked, baseline=baseline, today=today)

    return make


@pytest.fixture
def nasty(phase, tallied, kept, hostile):
    """A report whose every foreign text is hostile, and as long as can be."""
    usage = {**kept, "total_tokens": hostile, hostile: {hostile: [hostile, float("nan"), 10**5000]}, "k" * 1_000_000: 1}
    data = phase(f"tests/test_{hostile}.py::test_x[{hostile}]", usage)
    data["exchanges"][0]["call"] = f"POST {hostile} (200)"
    for found in data["exchanges"][0]["findings"]:
        found["message"] = f"{hostile} {found['message']}"
        found["actual"] = hostile * 10_000
    data["unmatched"] = [{"method": hostile, "host": hostile, "path": hostile * 1000, "count": 1}]
    data["errors"] = [f"ValueError: {hostile}"]
    outside = {**phase("", {**kept, "input_tokens": hostile})}
    return tallied(data, outside, require=(hostile,))


@pytest.fixture
def varied(phase, tallied, kept, baseline):
    """A report with something of everything: what fails, warns, is known, expired, ignored, mocked, and not judged."""

    def make(**settings):
        wrong = {**kept, "total_tokens": "120"}
        absent = {name: value for name, value in kept.items() if name != "output_tokens_details"}
        images = {"input_tokens_details": {}, "total_tokens": 5}
        beside = {
            "test": "tests/test_chat.py::test_one",
            "abandoned": 1,
            "other_statuses": 2,
            "unmatched": [{"method": "POST", "host": "openrouter.ai", "path": "/api/v1/chat/completions", "count": 3}],
            "errors": ["ValueError: a fault of the plugin's own"],
        }
        return tallied(
            phase("tests/test_chat.py::test_one", kept),
            *(phase(f"tests/test_bill.py::test_{number}", {**absent, "cost": 0.5}) for number in "abcd"),
            phase("tests/test_chat.py::test_known", wrong),
            phase("tests/test_chat.py::test_expired", {**kept, "input_tokens": None}),
            phase("tests/test_chat.py::test_xfail", {**kept, "output_tokens": None}, ignored="xfail"),
            phase("", {**kept, "total_tokens": 121}),
            phase("tests/test_images.py::test_make", images, "orq/images_generations"),
            phase("tests/test_images.py::test_edit", {}, "orq/images_edits", mocked=True, ignored="marker"),
            beside,
            baseline=baseline,
            today=date(2026, 11, 22),
            **{"require": ("orq/images_edits",), **settings},
        )

    return make
