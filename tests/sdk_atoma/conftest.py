"""Bodies that Atoma's nodes send, and runs of the plugin over tests that receive them."""

import json
from pathlib import Path

# Imported once, here: a run in this process forgets what it was the first to import.
import atoma_sdk  # noqa: F401
import openai  # noqa: F401
import pytest

BODIES = Path(__file__).parents[1] / "data" / "bodies"

CLIENTS = """
import json

import httpx2
import pytest
import respx

CHAT = "https://api.atoma.network/v1/chat/completions"
ANSWER = json.loads({answer!r})


@pytest.fixture
def atoma():
    from atoma_sdk import AtomaSDK

    with respx.mock, AtomaSDK(bearer_auth="key") as client:
        respx.post(CHAT).respond(**ANSWER)
        yield client


@pytest.fixture
def openai():
    from openai import OpenAI

    def answer(request):
        assert str(request.url) == "https://api.atoma.network/v1/completions"
        kind = "text/event-stream" if "content" in ANSWER else "application/json"
        return httpx2.Response(200, headers={{"content-type": kind}}, **ANSWER)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with OpenAI(api_key="key", base_url="https://api.atoma.network/v1", http_client=http) as client:
        yield client
"""


@pytest.fixture
def body():
    """A body by the name of its file, with some of its usage as the test wants it."""

    def read(name, **usage):
        text = (BODIES / name).read_text(encoding="utf-8")
        if name.endswith(".txt"):
            return text
        decoded = json.loads(text)
        decoded["usage"] |= usage
        return decoded

    return read


@pytest.fixture
def watched(pytester):
    """Run a test module under `--usage-contract`, where Atoma answers with *body*."""

    def run(module, body, *, urls=""):
        answer = {"content": body} if isinstance(body, str) else {"json": body}
        pytester.makeini(f"[pytest]\naddopts = -p no:cacheprovider\nusage_contract_urls =\n    {urls}\n")
        pytester.makeconftest(CLIENTS.format(answer=json.dumps(answer)))
        pytester.makepyfile(test_it=module)
        return pytester.runpytest("--usage-contract")

    return run
