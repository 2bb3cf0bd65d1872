"""A program as many are: it asks a provider, and hands on the text."""

import httpx


def ask(question: str) -> str:
    answer = httpx.post(
        "https://openrouter.ai/api/v1/responses", json={"model": "openai/gpt-5-mini", "input": question}
    )
    return answer.raise_for_status().json()["output"][0]["content"][0]["text"]


def invoke(client: httpx.Client, key: str) -> httpx.Response:
    return client.post("https://my.orq.ai/v2/deployments/invoke", json={"key": key})
