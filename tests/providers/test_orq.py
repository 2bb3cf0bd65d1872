"""Orq's deployments, images and router: what its documents promise, and what the calls answer with."""

import json
import re

import pytest
from documented import body, document, facts
from toy import changed, codes

from pytest_usage_contract import ABSENT, Endpoint, Tokens, check_usage, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.providers.routes import Routes, known_routes

INVOKE = find_contract("orq/deployments_invoke")
GENERATIONS = find_contract("orq/images_generations")
EDITS = find_contract("orq/images_edits")

HOSTS = ("my.orq.ai", "api.orq.ai")

DOCUMENTS = {
    "orq_deployment_invoke_usage": INVOKE,
    "orq_images_generations_usage": GENERATIONS,
    "orq_images_edits_usage": EDITS,
}

INVOKED = {
    "total_tokens": 87,
    "prompt_tokens": 61,
    "completion_tokens": 26,
    "prompt_tokens_details": {"cached_tokens": 32},
    "completion_tokens_details": {"reasoning_tokens": 12},
}
GENERATED = {
    "input_tokens": 13,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 13},
    "output_tokens": 1056,
    "total_tokens": 1069,
}
EDITED = {
    "total_tokens": 1452,
    "input_tokens": 396,
    "output_tokens": 1056,
    "input_tokens_details": {"text_tokens": 73, "image_tokens": 323},
}

# A chat of another model tells null where a detail is unknown; a call for an image may tell nothing at all.
SPARSE = {
    "total_tokens": 73,
    "prompt_tokens": 61,
    "completion_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": None},
    "completion_tokens_details": None,
}

KEPT = [
    ("orq_deployment_invoke.json", INVOKE, INVOKED),
    ("orq_deployment_stream_sse.txt", INVOKE, INVOKED),
    ("orq_deployment_invoke_null_details.json", INVOKE, SPARSE),
    ("orq_deployment_invoke_minimal.json", INVOKE, None),
    ("orq_images_generations.json", GENERATIONS, GENERATED),
    ("orq_images_generations_minimal.json", GENERATIONS, {"input_tokens_details": {}}),
    ("orq_images_generations_no_usage.json", GENERATIONS, ABSENT),
    ("orq_images_edits.json", EDITS, EDITED),
]

BROKEN = [
    (INVOKE, INVOKED, "prompt_tokens", None, "null-value"),
    (INVOKE, INVOKED, "prompt_tokens_details", None, "null-value"),
    (INVOKE, INVOKED, "total_tokens", 86, "total-mismatch"),
    (INVOKE, INVOKED, "prompt_tokens_details.cached_tokens", 62, "part-exceeds-whole"),
    (INVOKE, INVOKED, "completion_tokens_details.reasoning_tokens", 27, "part-exceeds-whole"),
    (GENERATIONS, GENERATED, "input_tokens_details", ABSENT, "missing-field"),
    (GENERATIONS, GENERATED, "input_tokens_details", None, "null-value"),
    (EDITS, EDITED, "input_tokens_details.text_tokens", ABSENT, "missing-field"),
    *(
        row
        for images in ((GENERATIONS, GENERATED), (EDITS, EDITED))
        for row in (
            (*images, "total_tokens", 1, "total-mismatch"),
            (*images, "input_tokens_details.text_tokens", 2_000, "part-exceeds-whole"),
            (*images, "input_tokens_details.image_tokens", 2_000, "part-exceeds-whole"),
        )
    ),
]


@pytest.mark.parametrize("page, contract", DOCUMENTS.items())
def test_each_contract_says_what_its_document_says(page, contract):
    assert facts(contract) == document(page)
    assert all(field.counts for field in checker(contract).fields if field.type == "number")


def test_a_deployment_may_tell_no_usage_in_its_body_and_in_the_event_that_is_final():
    end = Framing(terminal={"is_final": (True,)}, presence="nullable")
    assert INVOKE.endpoints == tuple(
        Endpoint(path=f"/v2/deployments/{call}", hosts=HOSTS, presence="nullable", stream=end)
        for call in ("invoke", "stream")
    )
    assert [endpoint.body is None for endpoint in INVOKE.endpoints] == [False, True]


@pytest.mark.parametrize("contract, call", [(GENERATIONS, "generations"), (EDITS, "edits")])
def test_the_calls_for_images_have_moved_twice_with_their_usage_unchanged(contract, call):
    assert contract.endpoints == tuple(
        Endpoint(path=f"/v2/{prefix}/images/{call}", hosts=HOSTS) for prefix in ("proxy", "gateway")
    )
    moved = find_contract(f"orq/router_images_{call}")
    assert moved.endpoints == (Endpoint(path=f"/v2/router/images/{call}", hosts=HOSTS),)
    assert (moved.usage, moved.rules, moved.dialect) == (contract.usage, contract.rules, contract.dialect)


def test_variations_of_images_are_another_call():
    assert Routes(among=DOCUMENTS.values()).find("POST", "my.orq.ai", "/v2/proxy/images/variations") is None


@pytest.mark.parametrize("name, contract, usage", KEPT)
def test_a_body_keeps_the_contract_of_its_call(name, contract, usage):
    verdict = check_bytes(contract, body(name))
    assert (codes(verdict), verdict.wire) == ([], usage)


@pytest.mark.parametrize("contract, usage, path, value, code", BROKEN)
def test_a_value_breaks_the_contract_of_its_call(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("contract, usage", [(GENERATIONS, GENERATED), (EDITS, EDITED)])
def test_text_and_images_make_up_the_input(contract, usage):
    details = {"text_tokens": 1, "image_tokens": 2}
    assert codes(checker(contract).check({**usage, "input_tokens_details": details})) == [
        ("parts-mismatch", "usage.input_tokens")
    ]


@pytest.mark.parametrize("contract, told", [(GENERATIONS, (None, None, None)), (EDITS, (4003.34, 6587.59, 2802.74))])
def test_the_counts_of_the_documentation_mean_what_it_says(contract, told):
    tokens = checker(contract).check(dict(contract.example)).tokens
    assert (tokens.input, tokens.output, tokens.total) == told


def test_an_empty_usage_of_a_deployment_keeps_its_contract():
    assert codes(checker(INVOKE).check({})) == []
    assert checker(INVOKE).check({}).usage.total_tokens is ABSENT


def test_the_erratum_of_edits_quotes_the_example_of_the_document():
    quoted = re.findall(r"\d+\.\d+", EDITS.erratum)
    assert quoted == ["4003.34", "6587.59", "2802.74", "2483.99", "321.55", "4003.34"]
    assert all(number in document("orq_images_edits_usage")["example"] for number in quoted)


# The router, as the package of today has it.

CHAT, RESPONSES = find_contract("orq/router_chat_completions"), find_contract("orq/router_responses")
EMBEDDINGS, RERANK = find_contract("orq/router_embeddings"), find_contract("orq/router_rerank")

CHATTED = {
    "prompt_tokens": 61,
    "completion_tokens": 26,
    "total_tokens": 87,
    "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_tokens": None, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 12, "accepted_prediction_tokens": None},
}
RESPONDED = {
    "input_tokens": 120,
    "input_tokens_details": {
        "cached_tokens": 64,
        "cache_creation_tokens": 0,
        "cache_write_tokens": 0,
        "cache_write_tokens_details": {"ttl_12h_tokens": 0, "ttl_30m_tokens": 0},
    },
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 165,
    "total_cost": 0.0004,
    "server_tool_use": {"web_search_requests": 1},
    "speed": "standard",
}


@pytest.mark.parametrize(
    "method, path, contract",
    [
        ("POST", "/v2/router/chat/completions", CHAT),
        ("POST", "/v3/router/responses", RESPONSES),
        ("GET", "/v3/router/responses/resp_01", RESPONSES),
        ("POST", "/v2/router/images/generations", find_contract("orq/router_images_generations")),
        ("POST", "/v2/router/images/edits", find_contract("orq/router_images_edits")),
        ("POST", "/v2/router/embeddings", EMBEDDINGS),
        ("POST", "/v2/router/rerank", RERANK),
        ("POST", "/v2/proxy/images/edits", EDITS),
        ("POST", "/v2/router/images/variations", None),
        ("POST", "/v2/router/responses", None),
        ("POST", "/v2/router/ocr", None),
    ],
)
def test_a_call_of_the_router_falls_under_the_promise_at_its_path(method, path, contract):
    place = known_routes().find(method, "api.orq.ai", path)
    assert (place and place.contract) is contract


@pytest.mark.parametrize(
    "contract, usage",
    [
        (CHAT, CHATTED),
        (CHAT, {}),
        (CHAT, {**CHATTED, "prompt_tokens_details": None, "completion_tokens_details": None}),
        (CHAT, {"prompt_tokens": 1.0}),
        (RESPONSES, RESPONDED),
        (EMBEDDINGS, {"prompt_tokens": 5, "total_tokens": 5}),
        (RERANK, {"total_tokens": 7.0}),
    ],
)
def test_a_usage_of_the_router_keeps_its_contract(contract, usage):
    assert codes(checker(contract).check(usage)) == []


@pytest.mark.parametrize(
    "contract, usage, path, value, code",
    [
        (CHAT, CHATTED, "total_tokens", 86, "total-mismatch"),
        (CHAT, CHATTED, "prompt_tokens", None, "null-value"),
        (CHAT, CHATTED, "prompt_tokens_details.cached_tokens", 1.5, "wrong-type"),
        (RESPONSES, RESPONDED, "input_tokens_details.cache_write_tokens", ABSENT, "missing-field"),
        (RESPONSES, RESPONDED, "input_tokens_details", None, "null-value"),
        (RESPONSES, RESPONDED, "output_tokens", 4.5, "wrong-type"),
        (RESPONSES, RESPONDED, "total_cost", "0.0004", "wrong-type"),
        (RESPONSES, RESPONDED, "speed", "slow", "wrong-type"),
        (EMBEDDINGS, {"prompt_tokens": 5, "total_tokens": 5}, "total_tokens", ABSENT, "missing-field"),
        (RERANK, {"total_tokens": 7}, "total_tokens", "7", "wrong-type"),
    ],
)
def test_a_value_breaks_the_contract_of_its_call_to_the_router(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


def test_what_a_cache_gave_leaves_the_input_unknown_since_nobody_says_where_it_lies():
    assert checker(CHAT).check(CHATTED).tokens == Tokens(input=61, cache_read=0, reasoning=12, total=87)
    told = checker(RESPONSES).check(RESPONDED).tokens
    assert told == Tokens(cache_read=64, cache_creation=0, output=45, reasoning=0, total=165)


def choice(finish, **more):
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": None, **more}


ASKED_FOR = [choice(None), choice("stop"), {"choices": [], "usage": CHATTED}]
RUNNING = {"type": "response.created", "response": {"usage": None}}
STREAMS = {
    "a chat that was asked for its usage": (CHAT, ASKED_FOR, CHATTED, []),
    "a chat that was not": (CHAT, ASKED_FOR[:2], ABSENT, []),
    "a chat that was cut": (CHAT, ASKED_FOR[:1], ABSENT, [("no-terminal-usage", "usage")]),
    "a response": (
        RESPONSES,
        [RUNNING, {"type": "response.completed", "response": {"usage": RESPONDED}}],
        RESPONDED,
        [],
    ),
    "a response without": (RESPONSES, [RUNNING, {"type": "response.completed", "response": {}}], ABSENT, []),
    "a response that was cut": (RESPONSES, [RUNNING], ABSENT, [("no-terminal-usage", "usage")]),
}


@pytest.mark.parametrize("contract, events, usage, findings", STREAMS.values(), ids=STREAMS)
def test_a_stream_of_the_router_tells_its_usage_at_its_end(contract, events, usage, findings):
    verdict = check_events(contract, events)
    assert (verdict.wire, codes(verdict)) == (usage, findings)


def test_a_null_usage_keeps_those_that_may_be_null():
    null = json.dumps({"usage": None}).encode()
    found = [codes(check_bytes(contract, null)) for contract in (CHAT, RESPONSES, EMBEDDINGS, RERANK)]
    assert found == [[], [], [("null-value", "usage")], [("null-value", "usage")]]


@pytest.mark.parametrize("usage", [INVOKED, {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}])
def test_the_bare_provider_still_means_a_deployment_where_a_chat_would_do(usage):
    assert check_usage(usage, "orq").contract == "orq/deployments_invoke"
