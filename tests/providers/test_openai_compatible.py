"""Servers that answer as OpenAI does: what each is known to send keeps it, and what none sends breaks it."""

import httpx
import pytest
from chats import CUT, alone, body, chunk, owes_when_asked, said
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.providers.routes import MappedUrl, Routes

CHAT = find_contract("openai_compatible")

PLAIN = {"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 41}
MEANT = {"input": 32, "output": 9, "total": 41}

# LiteLLM writes null in what the provider did not tell, and names of its own beside.
LITELLM = {
    **PLAIN,
    "completion_tokens_details": {
        "accepted_prediction_tokens": None,
        "audio_tokens": None,
        "reasoning_tokens": 5,
        "rejected_prediction_tokens": None,
        "text_tokens": 4,
        "image_tokens": None,
        "video_tokens": None,
    },
    "prompt_tokens_details": {
        "audio_tokens": None,
        "cached_tokens": 16,
        "text_tokens": None,
        "image_tokens": None,
        "video_tokens": None,
        "initial_prompt_tokens": None,
        "cache_write_tokens": 8,
        "cache_creation_tokens": 8,
        "cache_creation_token_details": {"ephemeral_5m_input_tokens": 8, "ephemeral_1h_input_tokens": None},
    },
    "cache_creation_input_tokens": 8,
    "cache_read_input_tokens": 16,
    "cost": 0.00021,
    "server_tool_use": {"web_search_requests": 1, "tool_search_requests": None, "browser_open_requests": None},
}

KEPT = {
    "Ollama, LM Studio, older llama.cpp": (PLAIN, Tokens(**MEANT)),
    "llama.cpp": ({**PLAIN, "prompt_tokens_details": {"cached_tokens": 31}}, Tokens(**MEANT, cache_read=31)),
    "LiteLLM": (LITELLM, Tokens(**MEANT, cache_read=16, cache_creation=8, reasoning=5)),
    "LiteLLM of a provider without details": (
        {**PLAIN, "completion_tokens_details": None, "prompt_tokens_details": None},
        Tokens(**MEANT),
    ),
}

BROKEN = [
    ("total_tokens", 46, "total-mismatch"),
    ("prompt_tokens_details.cached_tokens", 33, "part-exceeds-whole"),
    ("completion_tokens_details.reasoning_tokens", 10, "part-exceeds-whole"),
    ("completion_tokens", None, "null-value"),
    ("prompt_tokens", ABSENT, "missing-field"),
    ("cost", "0.00021", "wrong-type"),
    ("prompt_tokens_details.cache_write_tokens", None, "null-value"),
]

STREAMS = {
    "asked": ([chunk(), chunk("stop"), alone(PLAIN), "[DONE]"], []),
    "asked, with null before": ([chunk(usage=None), chunk("stop", usage=None), alone(PLAIN), "[DONE]"], []),
    "beside the last choice": ([chunk(), chunk("stop", usage=PLAIN), "[DONE]"], []),
    "without": ([chunk(), chunk("stop"), "[DONE]"], CUT),
    "cut": ([chunk(), chunk()], CUT),
}


def test_three_counts_are_required_and_all_else_may_be_absent():
    required = {path for path, words in said(CHAT).items() if "required" in words}
    assert required == {"prompt_tokens", "completion_tokens", "total_tokens"}


@pytest.mark.parametrize("base, path", [("", "/v1/chat/completions"), ("/llm", "/llm/chat/completions")])
def test_it_is_served_where_a_project_says_and_nowhere_else(base, path):
    mapped = Routes([MappedUrl.read(f"http://localhost:11434{base} = openai_compatible")])
    assert mapped.find("POST", "localhost:11434", path).contract is CHAT
    assert Routes(among=[CHAT]).find("POST", "localhost:11434", path) is None


@pytest.mark.parametrize("usage, tokens", KEPT.values(), ids=KEPT)
def test_what_a_server_sends_keeps_it(usage, tokens):
    verdict = check_bytes(CHAT, body(usage))
    assert (codes(verdict), verdict.tokens) == ([], tokens)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_what_none_sends_breaks_it(path, value, code):
    assert codes(check_bytes(CHAT, body(changed(LITELLM, path, value)))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("events, findings", STREAMS.values(), ids=STREAMS)
def test_a_stream_owes_a_usage_to_those_who_ask(events, findings):
    assert owes_when_asked(CHAT)
    assert codes(check_events(CHAT, events, demand=True)) == findings


def test_a_stream_owes_nothing_to_others_and_may_tell_it_all_the_same():
    assert codes(check_events(CHAT, STREAMS["without"][0])) == []
    assert codes(check_events(CHAT, STREAMS["asked"][0])) == []


@pytest.mark.parametrize("name", ["openai_compatible", "vllm"])
def test_a_mock_answers_where_a_project_says_that_one_is_served(name):
    with UsageMocks([MappedUrl.read(f"http://127.0.0.1:8000/v1 = {name}")]) as mocks:
        mocks(name)
        answer = httpx.post("http://127.0.0.1:8000/v1/chat/completions", json={})
    assert answer.json()["usage"] == examples(find_contract(name))[0].usage
