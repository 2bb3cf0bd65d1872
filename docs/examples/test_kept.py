"""Tests as they were before: no word about usage, and nothing to find."""

import httpx
from assistant import ask, invoke


def test_it_asks_openrouter(respx_mock, body):
    respx_mock.post("https://openrouter.ai/api/v1/responses").respond(json=body)

    assert ask("What do sailors say?") == "Ahoy!"


def test_it_invokes_a_deployment():
    usage = {"total_tokens": 87, "prompt_tokens": 61, "completion_tokens": 26}
    orq = httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "01JAHOY", "usage": usage}))

    with httpx.Client(transport=orq) as client:
        assert invoke(client, "greeting").is_success
