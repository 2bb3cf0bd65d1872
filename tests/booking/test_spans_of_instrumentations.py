"""`usage_contract_spans` holds the spans of a real instrumentation against the wire, in a suite that asks for no more."""

import pytest
from booking_cases import CASES
from case_server import serve

SUITE = """
from anthropic import Anthropic
from opentelemetry.sdk.trace import TracerProvider
from {module} import AnthropicInstrumentor

AnthropicInstrumentor().instrument(tracer_provider=TracerProvider())


def test_it_answers():
    with Anthropic(api_key="key", base_url="{url}") as client:
        message = {{"role": "user", "content": "Hi"}}
        for _ in client.messages.create(model="claude-sonnet-5", max_tokens=64, messages=[message], stream=True):
            pass
"""


@pytest.fixture
def judge(pytester):
    """Run a suite with the instrumentation of a *module* against a stream of Anthropic on loopback."""
    (case,) = (case for case in CASES if (case.contract, case.name) == ("anthropic/messages", "streamed"))

    def run(module):
        with serve(case) as url:
            pytester.makeini(f"[pytest]\nusage_contract_spans = true\nusage_contract_urls =\n    {url} = anthropic\n")
            pytester.makepyfile(SUITE.format(module=module, url=url))
            return pytester.runpytest_subprocess("--usage-contract", "--usage-contract-fail-on=schema,booking")

    return run


def test_output_that_is_added_up_over_the_events_fails_the_test(judge):
    ran = judge("opentelemetry.instrumentation.anthropic")

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*gen_ai.usage.output_tokens *booked 302, the response says 300; sum over chunks"])


def test_output_that_is_booked_rightly_passes(judge):
    ran = judge("opentelemetry.instrumentation.genai.anthropic")

    ran.assert_outcomes(passed=1)
    ran.stdout.fnmatch_lines(["spans: 1 held against responses"])
