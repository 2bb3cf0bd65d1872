"""xAI's chats and responses: what its pages say, and what its servers send."""

import json

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, check_usage, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker

CHAT, RESPONSES = XAI = [find_contract("xai/chat_completions"), find_contract("xai/responses")]

SAID = {
    "prompt_tokens": "integer required",
    "completion_tokens": "integer required",
    "total_tokens": "integer required",
    "prompt_tokens_details": "object required",
    "prompt_tokens_details.text_tokens": "integer required",
    "prompt_tokens_details.audio_tokens": "integer required",
    "prompt_tokens_details.image_tokens": "integer required",
    "prompt_tokens_details.cached_tokens": "integer required",
    "completion_tokens_details": "object required",
    "completion_tokens_details.reasoning_tokens": "integer required",
    "completion_tokens_details.audio_tokens": "integer required",
    "completion_tokens_details.accepted_prediction_tokens": "integer required",
    "completion_tokens_details.rejected_prediction_tokens": "integer required",
    "num_sources_used": "integer",
    "cost_in_usd_ticks": "integer null?",
}

SAID_OF_A_RESPONSE = {
    "input_tokens": "integer required",
    "input_tokens_details": "object required",
    "input_tokens_details.cached_tokens": "integer required",
    "output_tokens": "integer required",
    "output_tokens_details": "object required",
    "output_tokens_details.reasoning_tokens": "integer required",
    "total_tokens": "integer required",
    "num_sources_used": "integer",
    "num_server_side_tools_used": "integer",
    "server_side_tool_usage_details": "object null?",
    "server_side_tool_usage_details.web_search_calls": "integer null?",
    "server_side_tool_usage_details.x_search_calls": "integer null?",
    "server_side_tool_usage_details.code_interpreter_calls": "integer null?",
    "server_side_tool_usage_details.file_search_calls": "integer null?",
    "server_side_tool_usage_details.mcp_calls": "integer null?",
    "server_side_tool_usage_details.document_search_calls": "integer null?",
    "server_side_tool_usage_details.image_generation_calls": "integer null?",
    "context_details": "object null?",
    "context_details.input_tokens": "integer null?",
    "context_details.output_tokens": "integer null?",
    "cost_in_usd_ticks": "integer null?",
}

ADDRESSES = {
    "POST api.x.ai/v1/chat/completions": CHAT.name,
    "GET api.x.ai/v1/chat/deferred-completion/e7c2162b-ca73": CHAT.name,
    "POST api.x.ai/v1/responses": RESPONSES.name,
    "POST api.x.ai/v1/messages": "",
    "POST api.x.ai/v1/images/generations": "",
    "POST management-api.x.ai/v1/responses": "",
    "POST x.ai/v1/chat/completions": "",
}

# Shapes of real usages, with other numbers.
CHATTED = {
    "prompt_tokens": 663,
    "completion_tokens": 50,
    "total_tokens": 837,
    "prompt_tokens_details": {"text_tokens": 663, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 654},
    "completion_tokens_details": {
        "reasoning_tokens": 124,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
    "num_sources_used": 0,
    "cost_in_usd_ticks": 5280000,
}
RESPONDED = {
    "input_tokens": 20800,
    "input_tokens_details": {"cached_tokens": 9900},
    "output_tokens": 1100,
    "output_tokens_details": {"reasoning_tokens": 700},
    "total_tokens": 21900,
    "num_sources_used": 0,
    "num_server_side_tools_used": 1,
    "cost_in_usd_ticks": 468156000,
    "server_side_tool_usage_details": {"web_search_calls": 0, "x_search_calls": 1, "image_generation_calls": 0},
    "context_details": {"input_tokens": 12300, "output_tokens": 1101},
}

BROKEN = {
    "a chat that counts its reasoning inside": (
        CHAT,
        changed(CHATTED, "total_tokens", 713),
        [("total-mismatch", "usage.total_tokens")],
    ),
    "a chat with more cached than prompted": (
        CHAT,
        changed(CHATTED, "prompt_tokens_details.cached_tokens", 664),
        [("part-exceeds-whole", "usage.prompt_tokens_details.cached_tokens")],
    ),
    "a chat without details": (
        CHAT,
        changed(CHATTED, "completion_tokens_details", ABSENT),
        [("missing-field", "usage.completion_tokens_details")],
    ),
    "a chat with a fraction of a tick": (
        CHAT,
        changed(CHATTED, "cost_in_usd_ticks", 0.5),
        [("wrong-type", "usage.cost_in_usd_ticks")],
    ),
    "a response that counts its reasoning beside": (
        RESPONSES,
        changed(RESPONDED, "total_tokens", 22600),
        [("total-mismatch", "usage.total_tokens")],
    ),
    "a response with more reasoning than output": (
        RESPONSES,
        changed(RESPONDED, "output_tokens_details.reasoning_tokens", 1101),
        [("part-exceeds-whole", "usage.output_tokens_details.reasoning_tokens")],
    ),
}


def test_the_contracts_say_what_the_pages_say():
    assert (said(CHAT), said(RESPONSES)) == (SAID, SAID_OF_A_RESPONSE)
    assert find_contract("xai") is CHAT


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found(XAI, call) == name


def test_reasoning_is_beside_the_completion_of_a_chat_and_inside_the_output_of_a_response():
    chatted, responded = check_bytes(CHAT, body(CHATTED)), check_bytes(RESPONSES, body(RESPONDED))
    assert (codes(chatted), codes(responded)) == ([], [])
    assert chatted.tokens == Tokens(input=663, cache_read=654, output=174, reasoning=124, total=837)
    assert responded.tokens == Tokens(input=20800, cache_read=9900, output=1100, reasoning=700, total=21900)


def test_the_documented_examples_mean_what_the_pages_say():
    tokens = [checker(contract).check(contract.example).tokens for contract in XAI]
    assert tokens == [
        Tokens(input=706, cache_read=679, output=121, reasoning=99, total=827),
        Tokens(input=125, cache_read=98, output=48, reasoning=0, total=173),
    ]


@pytest.mark.parametrize("contract, usage, findings", BROKEN.values(), ids=BROKEN)
def test_a_body_breaks_it(contract, usage, findings):
    assert codes(check_bytes(contract, body(usage))) == findings


def test_a_bare_usage_is_told_by_its_names():
    assert check_usage(CHATTED, "xai").contract == CHAT.name
    assert check_usage(RESPONDED, "xai").contract == RESPONSES.name


def test_a_deferred_chat_answers_with_no_usage():
    assert codes(check_bytes(CHAT, b'{"request_id": "e7c2162b-ca73"}')) == []


def test_a_chat_in_chunks_owes_a_usage_to_those_who_ask():
    events = [chunk(usage=None), chunk("stop", usage=None), alone(CHATTED), "[DONE]"]
    assert owes_when_asked(CHAT)
    assert codes(check_events(CHAT, events, demand=True)) == []
    assert codes(check_events(CHAT, [*events[:2], "[DONE]"], demand=True)) == CUT
    assert codes(check_events(CHAT, [*events[:2], "[DONE]"])) == []
    assert codes(check_events(CHAT, events[:1])) == CUT


def test_a_response_in_events_ends_with_its_usage():
    created = {"type": "response.created", "response": {"status": "in_progress", "usage": None}}
    completed = {"type": "response.completed", "response": {"status": "completed", "usage": RESPONDED}}
    verdict = check_events(RESPONSES, [created, json.dumps(completed)])
    assert (codes(verdict), verdict.wire) == ([], RESPONDED)
    assert codes(check_events(RESPONSES, [created])) == CUT
