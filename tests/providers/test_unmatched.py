"""Which calls that no contract covers are listed, under which path, and what they are taken for."""

import json

import pytest

from pytest_usage_contract.core.exchange import Exchange, Request
from pytest_usage_contract.providers.routes import Routes
from pytest_usage_contract.providers.unmatched import could_carry_usage, find_look_alike, fold_ids


def answer(body=b"{}", *, method="POST", path="/v1/responses", status=200):
    return Exchange(Request(method, "gateway.test", path), status, body=body)


@pytest.mark.parametrize(
    "exchange, could",
    [
        (answer(), True),
        (answer(method="GET"), False),
        (answer(status=500), False),
        (answer(b'{"usage": {"tokens": 1}}', method="GET"), True),
        (answer(b'data: {"response":{"usage" : {}}}', status=500), True),
        (answer(b'{"usageMetadata": {}}', method="GET"), True),
        (answer(b'{"usage": null}', method="GET"), False),
        (answer(json.dumps({"text": '"usage": {}'}).encode(), method="GET"), False),
    ],
)
def test_an_answer_could_carry_a_usage_where_it_has_one_or_is_that_of_a_post_that_succeeded(exchange, could):
    assert could_carry_usage(exchange) is could


RESPONSES = b'{"usage": {"input_tokens": 1, "total_tokens": "1"}}'
COUNTS = b'{"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}'
STREAM = b'data: {"type": "response.completed", "response": {"usage": {"input_tokens": 1}}}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize(
    "exchange, contract",
    [
        (answer(RESPONSES), "openai/responses"),
        (answer(RESPONSES, path="/api/v1/responses"), "openrouter/responses"),
        (answer(STREAM, path="/openrouter/v1/responses/"), "openrouter/responses"),
        (answer(STREAM, path="/azure/v1/responses/"), "azure/responses"),
        (answer(b'{"usage": {"prompt_tokens": 1}}', path="/v1/completions"), "openai/completions"),
        (answer(COUNTS, path="/v1/chat/completions"), "openai_compatible/chat_completions"),
        (answer(COUNTS, path="/vllm/v1/chat/completions"), "vllm/chat_completions"),
        (answer(b'{"usage": {"prompt_tokens": 1, "total_tokens": 1}}', path="/v1/embeddings"), "openai/embeddings"),
        (answer(RESPONSES, path="/v1/models"), ""),
        (answer(RESPONSES, method="GET"), ""),
        (answer(RESPONSES, status=500), ""),
        (answer(b'{"usage": {"tokens": 1}}'), ""),
        (answer(b"[]"), ""),
    ],
)
def test_an_answer_looks_like_a_contract_by_the_end_of_its_path_and_the_names_in_its_usage(exchange, contract):
    assert find_look_alike(exchange, Routes()) == contract


@pytest.mark.parametrize(
    "path, folded",
    [
        ("/v1/threads/thread_abc123/runs", "/v1/threads/{id}/runs"),
        ("/v1/files/file-AbCd1234EfGh/content", "/v1/files/{id}/content"),
        ("/users/1234/4f0c1a2b-9d3e-4a5b-8c7d-0123456789ab", "/users/{id}/{id}"),
        ("/batches/01JC4XK9V7T2Q8M3N5P6R7S8T9", "/batches/{id}"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/v1beta/models/gemini-2.5-flash:generateContent", "/v1beta/models/gemini-2.5-flash:generateContent"),
        ("/openai/deployments/gpt-4o/chat", "/openai/deployments/gpt-4o/chat"),
        ("/v2/deployments/invoke", "/v2/deployments/invoke"),
        ("/", "/"),
    ],
)
def test_ids_in_a_path_are_folded_and_versions_and_models_are_not(path, folded):
    assert fold_ids(path) == folded
