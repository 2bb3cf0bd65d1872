"""What a user's tests test: code that calls a documented endpoint, and here is answered as the test says."""

import httpx

URL = "https://openrouter.ai/api/alpha/responses"

KEPT = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BROKEN = {**KEPT, "total_tokens": "165"}
WRONG = {**KEPT, "total_tokens": 166}
DRIFTED = {**KEPT, "cost": 0.0012}


def signed(name):
    """A usage with one field that is not documented, by which it is known in the report."""
    return {**KEPT, name: 1}


def answer(usage=KEPT, *, status=200, **body):
    return httpx.Response(status, json={"id": "resp_1", "usage": usage, **body})


def client(*answers, **options):
    answers = iter(answers)
    return httpx.Client(transport=httpx.MockTransport(lambda request: next(answers)), **options)


def respond(usage=KEPT, *, url=URL, **body):
    with client(answer(usage, **body)) as made:
        return made.post(url, json={"input": "a prompt"})


async def respond_later(usage=KEPT):
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda request: answer(usage))) as made:
        return await made.post(URL)
