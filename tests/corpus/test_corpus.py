"""Payloads and streams from public threads, each judged as it deserves.

A line of `cases.jsonl` has the payload or the events of one thread (what does not bear on the usage is left out,
and a `[DONE]` that the thread left out is put back), the contracts that it is judged under with all findings,
and for a stream the usage that it amounts to; `transposed` is the same under the names of another contract.
`why` says what is to be seen in it, `otherwise` why it is judged in another way than its reporter wished.
"""

import json
import runpy
from collections import Counter
from pathlib import Path

import pytest

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.usage import ABSENT

HERE = Path(__file__).parent
DIALECTS = runpy.run_path(str(HERE / "dialects.py"))["DIALECTS"]
CASES = [json.loads(line) for line in (HERE / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
JUDGED = {
    f"{case['id']} under {name}": (name, judged.get("transposed", case), judged)
    for case in CASES
    for name, judged in case.get("judged", {}).items()
}


def contract(name):
    return DIALECTS.get(name) or find_contract(name)


def findings(verdict):
    return [f"{found.code} {found.path}" for found in verdict.findings]


@pytest.mark.parametrize("name, payload, judged", JUDGED.values(), ids=JUDGED)
def test_it_is_judged_as_it_deserves(name, payload, judged):
    if "events" in payload:
        verdict = check_events(contract(name), payload["events"])
        assert (None if verdict.wire is ABSENT else verdict.wire) == judged["usage"]
    else:
        verdict = check_value(contract(name), payload["body"])
    assert findings(verdict) == judged["findings"]


@pytest.mark.parametrize("name, payload, judged", JUDGED.values(), ids=JUDGED)
def test_its_bytes_are_judged_alike(name, payload, judged):
    body = _sse(payload["events"]) if "events" in payload else json.dumps(payload["body"]).encode()
    assert findings(check_bytes(contract(name), body)) == judged["findings"]


def _sse(events):
    texts = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


def test_every_case_has_an_outcome():
    outcomes = Counter(case.get("outcome", "judged") for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert outcomes == {"judged": 106, "not a payload verdict": 2, "not expressible": 2}
    assert all(bool(case.get("judged")) != bool(case.get("outcome")) for case in CASES)
    assert all(case["source"] and case["why"] for case in CASES)


def test_every_one_of_the_contracts_that_take_part_is_kept_and_broken():
    names = {name for name, _, _ in JUDGED.values()}
    kept = {name for name, _, judged in JUDGED.values() if not judged["findings"]}
    broken = {name for name, _, judged in JUDGED.values() if judged["findings"]}
    assert {"openrouter/alpha_responses", "orq/deployments_invoke", "orq/images_generations", "openai/chat"} <= kept
    assert {"openrouter/alpha_responses", "orq/deployments_invoke", "atoma/completions", "openai/chat"} <= broken
    assert set(DIALECTS) <= names


# Their reporters wished for a finding where the payload is right, or where no rule can know what is wrong.
OTHERWISE = {
    "litellm-gemini-image-tokens-missing",
    "bifrost-bedrock-stream-double-cache-write",
    "omlx-input-equals-cache-sum",
    "openai-to-anthropic-cache-double",
    "partial-usage-midstream-vertex-deepseek",
    "groq-x-groq-usage",
    "anthropic-multiple-message-delta",
    "camel-two-usage-chunks",
    "cumulative-every-chunk-vllm-openwebui",
    "databricks-usage-on-text-and-final",
    "finish-chunk-and-trailing-duplicate",
    "langchain-31351-sum-prompt",
    "vllm-omni-completion-19503",
    "llamacpp-unrequested-usage-chunk",
    "cometapi-partial-zero",
    "fastchat-off-by-one",
    "litellm-anthropic-start-zero-cache",
    "litellm-completions-stream-zero",
}


def test_where_a_case_is_judged_otherwise_it_is_said_why():
    assert {case["id"] for case in CASES if "otherwise" in case} == OTHERWISE
