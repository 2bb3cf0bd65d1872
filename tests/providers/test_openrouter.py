"""OpenRouter: what its documents promise of responses, chats, messages and embeddings, and what its servers send."""

import json
import re
from dataclasses import replace

import pytest
from documented import body, document, facts
from toy import changed, codes

from pytest_usage_contract import Endpoint, Tokens, check_usage, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.providers.routes import known_routes

ALPHA, RESPONSES = find_contract("openrouter/alpha_responses"), find_contract("openrouter/responses")
CHAT, MESSAGES = find_contract("openrouter/chat_completions"), find_contract("openrouter/messages")
EMBEDDINGS = find_contract("openrouter/embeddings")
RERANK, IMAGES = find_contract("openrouter/rerank"), find_contract("openrouter/images")
(OLD,), (NEW,) = ALPHA.endpoints, RESPONSES.endpoints

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}

# What the provider has come to tell beside it since the alpha's document was read.
UNDOCUMENTED = [
    ("undocumented-field", "usage.cost"),
    ("undocumented-field", "usage.is_byok"),
    ("undocumented-field", "usage.cost_details"),
]

BODIES = {
    "openrouter_alpha_responses.json": [],
    "openrouter_alpha_responses_sse.txt": [],
    "openrouter_responses_current.json": UNDOCUMENTED,
    "openrouter_responses_current_sse.txt": UNDOCUMENTED,
}

CONTRADICTED = {
    "total_tokens": "total-mismatch",
    "input_tokens_details.cached_tokens": "part-exceeds-whole",
    "output_tokens_details.reasoning_tokens": "part-exceeds-whole",
}

CHAT_USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 80,
    "total_tokens": 1280,
    "cost": 0,
    "is_byok": True,
    "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 100, "audio_tokens": 0, "video_tokens": 0},
    "cost_details": {
        "upstream_inference_cost": None,
        "upstream_inference_prompt_cost": 0.0012,
        "upstream_inference_completions_cost": 8e-05,
    },
    "completion_tokens_details": {"reasoning_tokens": 64, "image_tokens": 0},
}

MESSAGES_USAGE = {
    "input_tokens": 20,
    "output_tokens": 30,
    "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 7},
    "cache_creation_input_tokens": 7,
    "cache_read_input_tokens": 100,
    "inference_geo": None,
    "output_tokens_details": {"thinking_tokens": 12},
    "server_tool_use": None,
    "service_tier": "standard",
}

IMAGES_USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 1300,
    "total_tokens": 1320,
    "prompt_tokens_details": {"cached_tokens": 0, "file_tokens": None},
    "completion_tokens_details": {"image_tokens": 1290, "reasoning_tokens": 0},
    "cost": 0.039,
    "cost_details": {"upstream_inference_cost": None},
    "cache_creation": None,
    "iterations": None,
    "speed": "standard",
}


def ended_by(*types):
    return {"type": tuple(f"response.{word}" for word in types)}


def test_the_alpha_says_what_its_document_says():
    assert facts(ALPHA) == document("openrouter_alpha_responses_usage")
    assert all(field.counts for field in checker(ALPHA).fields if field.type == "number")


def test_null_is_promised_where_the_call_has_moved():
    end = Framing(
        at=("response.usage",),
        terminal=ended_by("completed", "incomplete", "failed"),
        excused=ended_by("failed"),
    )
    here = {"hosts": ("openrouter.ai",), "stream": end, "excused": {"status": ("failed",)}}
    moved = {**here, "presence": "nullable", "stream": replace(end, presence="nullable")}
    assert Endpoint(path="**/api/alpha/responses", **here) == OLD
    assert Endpoint(path="/api/v1/responses", **moved) == NEW


@pytest.mark.parametrize(
    "path, contract",
    [
        ("/api/alpha/responses", ALPHA),
        ("/api/v1/api/alpha/responses", ALPHA),  # what the SDK of that version really sends
        ("/api/v1/responses", RESPONSES),
        ("/api/v1/chat/completions", CHAT),
        ("/api/v1/messages", MESSAGES),
        ("/api/v1/embeddings", EMBEDDINGS),
        ("/api/v1/rerank", RERANK),
        ("/api/v1/images", IMAGES),
        ("/api/v1/images/generations", None),
        ("/api/v1/messages/count_tokens", None),
        ("/api/v1/presets/mine/chat/completions", None),  # answers with a preset
        ("/api/v1/generation", None),  # its usage is a number of credits
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(path, contract):
    place = known_routes().find("POST", "openrouter.ai", path)
    assert (place and place.contract) is contract


@pytest.mark.parametrize("name, findings", BODIES.items())
def test_a_body_is_judged_by_the_alpha_and_by_todays_document(name, findings):
    verdict = check_bytes(ALPHA, body(name))
    assert codes(verdict) == findings
    assert verdict.wire.items() >= USAGE.items()
    assert codes(check_bytes(RESPONSES, body(name))) == []


def test_the_bare_provider_means_the_alpha_until_a_name_tells():
    assert check_usage(USAGE, "openrouter").contract == "openrouter/alpha_responses"
    assert check_usage({**USAGE, "cost": 0.5}, "openrouter").contract == "openrouter/responses"
    assert check_usage(CHAT_USAGE, "openrouter").contract == "openrouter/chat_completions"
    assert check_usage(MESSAGES_USAGE, "openrouter").contract == "openrouter/messages"


def test_a_null_usage_keeps_it_at_the_new_path_only():
    null = b'{"usage": null}'
    assert codes(check_bytes(ALPHA, null)) == [("null-value", "usage")]
    assert codes(check_bytes(RESPONSES, null)) == []


@pytest.mark.parametrize("word, owed", [("completed", True), ("incomplete", True), ("failed", False)])
def test_a_stream_without_a_usage_keeps_it_at_the_new_path_or_where_it_failed(word, owed):
    end = {"type": f"response.{word}", "response": {"usage": None}}
    assert codes(check_events(ALPHA, [end])) == [("no-terminal-usage", "usage")] * owed
    assert codes(check_events(RESPONSES, [end])) == []


@pytest.mark.parametrize("contract", [ALPHA, RESPONSES], ids=str)
@pytest.mark.parametrize("lacking", [{}, {"usage": None}], ids=["absent", "null"])
def test_a_failed_response_need_not_have_a_usage_be_it_streamed_or_not(contract, lacking):
    failed = {"status": "failed", "error": {"code": "server_error", "message": "upstream"}, **lacking}
    event = {"type": "response.failed", "response": failed}
    assert codes(check_value(contract, failed)) == []
    assert codes(check_events(contract, [event])) == []


@pytest.mark.parametrize("path, code", CONTRADICTED.items())
def test_a_count_that_contradicts_another_is_told(path, code):
    for contract in (ALPHA, RESPONSES):
        assert codes(checker(contract).check(changed(USAGE, path, 1_000))) == [(code, f"usage.{path}")]


def test_the_erratum_quotes_the_example_of_the_document():
    quoted = re.findall(r"\d+\.\d+", ALPHA.erratum)
    assert quoted == ["1321.53", "6590.62", "4727.47", "6223.04"]
    assert all(number in document("openrouter_alpha_responses_usage")["example"] for number in quoted)


KEPT = {
    "a rank": (RERANK, {"search_units": 1, "cost": 0.002}),
    "a rank that tells nothing": (RERANK, {}),
    "an image": (IMAGES, IMAGES_USAGE),
    "a chat as it is recorded": (CHAT, CHAT_USAGE),
    "a chat of three counts": (CHAT, {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
    "a chat with null details": (
        CHAT,
        {**CHAT_USAGE, "prompt_tokens_details": None, "completion_tokens_details": None},
    ),
    "a message": (MESSAGES, MESSAGES_USAGE),
    "a message with its cost": (
        MESSAGES,
        {**MESSAGES_USAGE, "cost": 0.01, "is_byok": False, "iterations": [{"type": "x"}]},
    ),
    "embeddings": (EMBEDDINGS, {"prompt_tokens": 5, "total_tokens": 5, "cost": 1e-07}),
    "responses with their cost": (
        RESPONSES,
        {
            **USAGE,
            "cost": 0.001,
            "is_byok": False,
            "cost_details": {
                "upstream_inference_cost": None,
                "upstream_inference_input_cost": 0.0004,
                "upstream_inference_output_cost": 0.0006,
            },
            "server_tool_use_details": {"web_search_requests": 1},
        },
    ),
}


@pytest.mark.parametrize("contract, usage", KEPT.values(), ids=KEPT)
def test_what_is_documented_today_keeps_its_contract(contract, usage):
    assert codes(checker(contract).check(usage)) == []


BROKEN = {
    "money that is no number": (CHAT, "cost", {"usd": "free"}, "wrong-type", "usage.cost"),
    "money as text": (RESPONSES, "cost", "0.5", "wrong-type", "usage.cost"),
    "a flag that is a number": (CHAT, "is_byok", 1, "wrong-type", "usage.is_byok"),
    "a null count in details": (
        CHAT,
        "prompt_tokens_details.cached_tokens",
        None,
        "null-value",
        "usage.prompt_tokens_details.cached_tokens",
    ),
    "a null unit of search": (RERANK, "search_units", None, "null-value", "usage.search_units"),
    "a sum of tokens for an image": (IMAGES, "total_tokens", 1, "total-mismatch", "usage.total_tokens"),
    "more tokens of an image than were generated": (
        IMAGES,
        "completion_tokens_details.image_tokens",
        1301,
        "part-exceeds-whole",
        "usage.completion_tokens_details.image_tokens",
    ),
    "a fraction of a token": (CHAT, "prompt_tokens", 1200.5, "wrong-type", "usage.prompt_tokens"),
}
WHOLE = {
    RERANK: {"search_units": 1},
    IMAGES: IMAGES_USAGE,
    CHAT: CHAT_USAGE,
    RESPONSES: {**USAGE, "cost": 0.5, "is_byok": True},
}


@pytest.mark.parametrize("contract, path, value, code, at", BROKEN.values(), ids=BROKEN)
def test_what_is_not_breaks_it(contract, path, value, code, at):
    assert codes(checker(contract).check(changed(WHOLE[contract], path, value))) == [(code, at)]


MEANINGS = [
    (ALPHA, USAGE, Tokens(input=120, cache_read=64, output=45, reasoning=32, total=165)),
    (RESPONSES, USAGE, Tokens(input=120, cache_read=64, output=45, reasoning=32, total=165)),
    (CHAT, CHAT_USAGE, Tokens(input=1200, cache_read=1000, cache_creation=100, output=80, reasoning=64, total=1280)),
    (MESSAGES, MESSAGES_USAGE, Tokens(input=127, cache_read=100, cache_creation=7, output=30, reasoning=12)),
    (EMBEDDINGS, {"prompt_tokens": 5, "total_tokens": 5}, Tokens(input=5, total=5)),
    (RERANK, {"search_units": 1, "total_tokens": 9}, Tokens(total=9)),
    (IMAGES, IMAGES_USAGE, Tokens(input=20, cache_read=0, output=1300, reasoning=0, total=1320)),
    (ALPHA, ALPHA.example, Tokens(input=1321.53, cache_read=6223.04, output=6590.62, reasoning=5408.32, total=4727.47)),
    (CHAT, CHAT.example, Tokens(input=194, cache_read=0, cache_creation=100, output=2, reasoning=0, total=196)),
]


@pytest.mark.parametrize("contract, usage, tokens", MEANINGS)
def test_the_counts_mean_what_the_documentation_says(contract, usage, tokens):
    assert checker(contract).check(usage).tokens == tokens


def chunk(finish=None, **more):
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], **more}


STREAMS = {
    "the usage behind the last choice": (CHAT, [chunk(), chunk("stop"), {"choices": [], "usage": CHAT_USAGE}], []),
    "the usage with the last choice": (CHAT, [chunk(), chunk("stop", usage=CHAT_USAGE)], []),
    "no usage, which always comes": (CHAT, [chunk(), chunk("stop")], [("no-terminal-usage", "usage")]),
    "a stream that was cut": (CHAT, [chunk(), chunk()], [("no-terminal-usage", "usage")]),
    "a message": (
        MESSAGES,
        [
            {"type": "message_start", "message": {"usage": {**MESSAGES_USAGE, "output_tokens": 1}}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}},
            {"type": "message_stop"},
        ],
        [],
    ),
    "an image": (
        IMAGES,
        [{"type": "image_generation.partial_image"}, {"type": "image_generation.completed", "usage": IMAGES_USAGE}],
        [],
    ),
    "an image without its usage": (IMAGES, [{"type": "image_generation.completed"}], []),
    "an image that failed": (
        IMAGES,
        [{"type": "error", "error": {"message": "overloaded", "code": None}}],
        [("error-body", "$.error")],
    ),
    "a message without its delta": (
        MESSAGES,
        [{"type": "message_start", "message": {"usage": MESSAGES_USAGE}}],
        [("no-terminal-usage", "usage")],
    ),
}


@pytest.mark.parametrize("contract, events, findings", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_judged_as_its_end_tells(contract, events, findings):
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    done = f": OPENROUTER PROCESSING\n\n{text}data: [DONE]\n\n"
    assert codes(check_events(contract, events)) == codes(check_bytes(contract, text.encode())) == findings
    if findings == []:
        assert codes(check_bytes(contract, done.encode())) == []
