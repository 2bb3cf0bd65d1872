"""Azure's calls: what OpenAI promises, at the addresses that Azure and its clients document."""

import json

import pytest
from toy import codes

from pytest_usage_contract import contracts, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.tokens import Tokens
from pytest_usage_contract.providers.routes import Routes

CHAT, RESPONSES = AZURE = [find_contract(f"azure/{name}") for name in ("chat_completions", "responses")]

RESOURCE, FOUNDRY, COGNITIVE = "acme.openai.azure.com", "acme.services.ai.azure.com", "acme.cognitiveservices.azure.com"
PROJECT = f"{FOUNDRY}/api/projects/demo/openai/v1"

ADDRESSES = {
    f"POST {RESOURCE}/openai/deployments/my-gpt/chat/completions": CHAT,
    f"POST {COGNITIVE}/openai/deployments/my-gpt/chat/completions": CHAT,
    f"POST {RESOURCE}/openai/v1/chat/completions": CHAT,
    f"POST {FOUNDRY}/openai/v1/chat/completions": CHAT,
    f"POST {FOUNDRY}/models/chat/completions": CHAT,
    f"POST {PROJECT}/chat/completions": CHAT,
    f"POST {RESOURCE}/openai/responses": RESPONSES,
    f"POST {COGNITIVE}/openai/responses": RESPONSES,
    f"POST {RESOURCE}/openai/v1/responses": RESPONSES,
    f"GET {RESOURCE}/openai/v1/responses/resp_1": RESPONSES,
    f"POST {RESOURCE}/openai/v1/responses/resp_1/cancel": RESPONSES,
    f"POST {FOUNDRY}/openai/v1/responses/compact": RESPONSES,
    f"POST {PROJECT}/responses": RESPONSES,
}

ELSEWHERE = [
    f"POST {RESOURCE}/openai/deployments/my-gpt/embeddings",
    f"POST {RESOURCE}/openai/deployments/my-gpt/responses",
    f"POST {RESOURCE}/openai/deployments/chat/completions",
    f"POST {RESOURCE}/v1/chat/completions",
    f"POST {RESOURCE}/models/chat/completions",
    f"POST {FOUNDRY}/anthropic/v1/messages",
    f"POST {RESOURCE}/api/projects/demo/openai/v1/responses",
    "POST openai.azure.com/openai/v1/chat/completions",
    "POST a.b.openai.azure.com/openai/v1/chat/completions",
    "POST acme.openai.azure.com.evil.test/openai/v1/chat/completions",
    "POST api.openai.com/openai/v1/chat/completions",
]


def found(call):
    method, _, url = call.partition(" ")
    host, slash, path = url.partition("/")
    return Routes(among=AZURE).find(method, host, slash + path)


@pytest.mark.parametrize("call, contract", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, contract):
    assert found(call).contract is contract


@pytest.mark.parametrize("call", ELSEWHERE)
def test_a_call_elsewhere_falls_under_none(call):
    assert found(call) is None


def test_a_chat_is_what_the_name_of_the_provider_means():
    assert find_contract("azure") is CHAT
    assert {contract for contract in contracts() if contract.provider == "azure"} == {*AZURE}


@pytest.mark.parametrize("contract", AZURE, ids=str)
def test_the_promise_is_that_of_openai(contract):
    same = find_contract(contract.name.replace("azure", "openai"))
    assert (contract.usage, contract.accounting, contract.dialect) == (same.usage, same.accounting, same.dialect)
    assert (contract.source, contract.divergences) == (same.source, same.divergences)
    assert contract.example is None  # what OpenAI shows is not what Azure does


def test_the_body_of_the_inference_client_owes_its_usage():
    owing, free = found(f"POST {FOUNDRY}/models/chat/completions"), found(f"POST {FOUNDRY}/openai/v1/chat/completions")
    verdicts = [check_bytes(CHAT, b'{"id": "1"}', endpoint=place.endpoint) for place in (owing, free)]
    assert [codes(verdict) for verdict in verdicts] == [[("no-usage", "usage")], []]


# Shapes that servers are known to send, with other numbers.

KEPT = {
    "of the inference client": (CHAT, {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}),
    "of a deployment": (
        CHAT,
        {
            "prompt_tokens": 12,
            "completion_tokens": 5,
            "total_tokens": 17,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": 5,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    "of a response": (
        RESPONSES,
        {
            "input_tokens": 12,
            "input_tokens_details": {"cached_tokens": 8},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 17,
        },
    ),
}

FILTERED = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}]


@pytest.mark.parametrize("contract, usage", KEPT.values(), ids=KEPT)
def test_a_body_keeps_it_beside_the_results_of_filters(contract, usage):
    body = {"choices": [{"index": 0, "content_filter_results": {}}], "prompt_filter_results": FILTERED, "usage": usage}
    verdict = check_bytes(contract, json.dumps(body).encode())
    assert codes(verdict) == []
    assert (verdict.tokens.input, verdict.tokens.output, verdict.tokens.total) == (12, 5, 17)


BROKEN = {
    "of a model that counts its reasoning beside": (
        CHAT,
        {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 20},
        [("total-mismatch", "usage.total_tokens")],
    ),
    "of a response with null for its details": (
        RESPONSES,
        {**KEPT["of a response"][1], "input_tokens_details": None},
        [("null-value", "usage.input_tokens_details")],
    ),
}


@pytest.mark.parametrize("contract, usage, findings", BROKEN.values(), ids=BROKEN)
def test_a_usage_breaks_it(contract, usage, findings):
    assert codes(checker(contract).check(usage)) == findings


FIRST = {"choices": [], "prompt_filter_results": FILTERED}
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
LAST = {"choices": [], "usage": KEPT["of a deployment"][1]}


def test_a_first_chunk_about_the_prompt_completes_no_stream():
    cut = [("no-terminal-usage", "usage")]
    assert codes(check_events(CHAT, [FIRST])) == cut
    assert codes(check_events(CHAT, [FIRST, STOP, "[DONE]"])) == []
    assert codes(check_events(CHAT, [FIRST, STOP, "[DONE]"], demand=True)) == cut
    assert codes(check_events(CHAT, [FIRST, STOP, LAST, "[DONE]"], demand=True)) == []


@pytest.mark.parametrize("contract", AZURE, ids=str)
def test_counts_mean_what_they_mean_at_openai(contract):
    details = contract.dialect
    usage = examples(contract)[0].usage
    tokens = checker(contract).check(usage).tokens
    assert tokens == Tokens(
        input=at(usage, details.input),
        cache_read=at(usage, details.cache_read),
        cache_creation=at(usage, details.cache_creation),
        output=at(usage, details.output),
        reasoning=at(usage, details.reasoning),
        total=at(usage, details.total),
    )


def at(usage, path):
    for name in path.split("."):
        usage = usage[name]
    return usage
