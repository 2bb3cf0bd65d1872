"""DashScope's chats: what its page and its Java classes say, in OpenAI's form and in its own, and what it sends."""

import pytest
from chats import CUT, alone, body, chunk, found, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events

CHAT, GENERATION = DASHSCOPE = [find_contract(f"dashscope/{name}") for name in ("chat_completions", "generation")]

CACHE = {
    "prompt_tokens_details": "object null?",
    "prompt_tokens_details.cached_tokens": "integer null?",
    "prompt_tokens_details.cache_creation_input_tokens": "integer null?",
    "prompt_tokens_details.cache_creation": "object null?",
    "prompt_tokens_details.cache_creation.ephemeral_5m_input_tokens": "integer null?",
    "prompt_tokens_details.cache_creation.ephemeral_1h_input_tokens": "integer null?",
    "prompt_tokens_details.cache_type": "string null?",
}

SAID = {
    CHAT: {
        "completion_tokens": "integer required",
        "prompt_tokens": "integer required",
        "total_tokens": "integer required",
        "completion_tokens_details": "object null",
        "completion_tokens_details.reasoning_tokens": "integer null?",
        "completion_tokens_details.text_tokens": "integer null?",
        **CACHE,
        "prompt_tokens_details.text_tokens": "integer null?",
        "prompt_tokens_details.audio_tokens": "integer null",
    },
    GENERATION: {
        "input_tokens": "integer null?",
        "output_tokens": "integer null?",
        "total_tokens": "integer null?",
        "output_tokens_details": "object null?",
        "output_tokens_details.reasoning_tokens": "integer null?",
        **CACHE,
        "plugins": "object null?",
        "plugins.search": "object null?",
        "plugins.search.count": "integer null?",
        "plugins.search.strategy": "string null?",
    },
}

ADDRESSES = {
    "POST dashscope.aliyuncs.com/compatible-mode/v1/chat/completions": CHAT.name,
    "POST dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions": CHAT.name,
    "POST dashscope-us.aliyuncs.com/compatible-mode/v1/chat/completions": CHAT.name,
    "POST cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1/chat/completions": CHAT.name,
    "POST ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1/chat/completions": CHAT.name,
    "POST dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation": GENERATION.name,
    "POST dashscope.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation": "",
    "POST dashscope.aliyuncs.com/compatible-mode/v1/embeddings": "",
    "POST aliyuncs.com/compatible-mode/v1/chat/completions": "",
}

# The shapes of recorded bodies and of the page's examples, with other numbers.
USAGE = {
    "prompt_tokens": 220,
    "completion_tokens": 90,
    "total_tokens": 310,
    "prompt_tokens_details": {
        "text_tokens": 220,
        "cached_tokens": 128,
        "cache_creation": {"ephemeral_5m_input_tokens": 80},
        "cache_creation_input_tokens": 80,
        "cache_type": "ephemeral",
    },
    "completion_tokens_details": {"reasoning_tokens": 71, "text_tokens": 90},
}
NULLS = {
    **USAGE,
    "completion_tokens_details": None,
    "prompt_tokens_details": {"audio_tokens": None, "cached_tokens": 128},
}
NATIVE = {
    "input_tokens": 220,
    "output_tokens": 90,
    "total_tokens": 310,
    "output_tokens_details": {"reasoning_tokens": 71},
    "prompt_tokens_details": {"cached_tokens": 128, "cache_creation_input_tokens": 80, "cache_type": "ephemeral"},
}
TOKENS = Tokens(input=220, cache_read=128, cache_creation=80, output=90, reasoning=71, total=310)

BROKEN = [
    (CHAT, "total_tokens", 381, "total-mismatch"),
    (CHAT, "prompt_tokens_details.cached_tokens", 221, "part-exceeds-whole"),
    (CHAT, "prompt_tokens_details.cache_creation_input_tokens", 221, "part-exceeds-whole"),
    (CHAT, "completion_tokens_details.reasoning_tokens", 91, "part-exceeds-whole"),
    (CHAT, "completion_tokens", ABSENT, "missing-field"),
    (GENERATION, "total_tokens", 381, "total-mismatch"),
    (GENERATION, "prompt_tokens_details.cached_tokens", 221, "part-exceeds-whole"),
    (GENERATION, "input_tokens", "220", "wrong-type"),
]


def block(reason, usage):
    return {"output": {"choices": [{"finish_reason": reason, "message": {"content": "."}}]}, "usage": usage}


@pytest.mark.parametrize("contract, fields", SAID.items(), ids=map(str, SAID))
def test_the_contracts_say_what_the_page_and_the_classes_say(contract, fields):
    assert said(contract) == fields


@pytest.mark.parametrize("call, name", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, name):
    assert found(DASHSCOPE, call) == name


def test_the_name_alone_means_the_form_of_openai():
    assert find_contract("dashscope") is CHAT


@pytest.mark.parametrize("contract, usage", [(CHAT, USAGE), (GENERATION, NATIVE)], ids=str)
def test_both_caches_lie_inside_the_input_and_the_reasoning_inside_the_output(contract, usage):
    verdict = check_bytes(contract, body(usage))
    assert (codes(verdict), verdict.tokens) == ([], TOKENS)


def test_details_may_be_null():
    assert codes(check_bytes(CHAT, body(NULLS))) == []


@pytest.mark.parametrize("contract, path, value, code", BROKEN)
def test_a_body_breaks_it(contract, path, value, code):
    usage = changed(USAGE if contract is CHAT else NATIVE, path, value)
    assert codes(check_bytes(contract, body(usage))) == [(code, f"usage.{path}")]


def test_a_stream_in_the_form_of_openai_owes_a_usage_to_those_who_ask():
    assert owes_when_asked(CHAT)
    assert codes(check_events(CHAT, [chunk(usage=None), chunk("stop"), alone(USAGE), "[DONE]"], demand=True)) == []


def test_in_its_own_form_every_block_has_a_usage_and_the_reason_null_is_a_text():
    early = changed(changed(NATIVE, "output_tokens", 80), "total_tokens", 300)
    verdict = check_events(GENERATION, [block("null", early), block("stop", NATIVE)])
    assert (codes(verdict), verdict.wire) == ([], NATIVE)
    assert codes(check_events(GENERATION, [block("null", early), block("null", NATIVE)])) == CUT
