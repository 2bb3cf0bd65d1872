"""A test that is about usage judges a response itself, and goes on with the counts."""

import httpx
from assistant import invoke


def test_it_books_what_was_used(assert_usage):
    usage = {"total_tokens": 87, "prompt_tokens": 61, "completion_tokens": 26}
    orq = httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "01JAHOY", "usage": usage}))

    with httpx.Client(transport=orq) as client:
        response = invoke(client, "greeting")

    assert assert_usage(response, "orq/deployments_invoke").total_tokens == 87
