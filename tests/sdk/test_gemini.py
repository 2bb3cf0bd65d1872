"""Google's own client: it shows the usage that a mock has, and what it makes of a broken one is seen on the wire."""

import json

import httpx2
import pytest
from google.genai import Client, types

from pytest_usage_contract import check_usage, examples, find_contract
from pytest_usage_contract.core.spelling import sdk_name
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks

CONTENT, EMBEDDINGS = find_contract("gemini"), find_contract("gemini/embed_content")
PLACE = CONTENT.documented
STREAM = next(endpoint for endpoint in CONTENT.endpoints if endpoint.stream)
USAGES = {example.name: example.usage for example in examples(CONTENT)}
EMBEDDED = {example.name: example.usage for example in examples(EMBEDDINGS)}
ASKED = {"model": "gemini-3-flash", "contents": "Ahoy?"}
NOTE = "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def shown(metadata):
    """What an object of the SDK shows, in the names of the wire, without what is null, which it does not tell."""
    return metadata.model_dump(mode="json", by_alias=True, exclude_none=True)


def known(value, *unknown):
    """The usage without what the SDK does not know, and without nulls."""
    if isinstance(value, list):
        return [*map(known, value)]
    if not isinstance(value, dict):
        return value
    return {name: known(inner) for name, inner in value.items() if inner is not None and name not in unknown}


@pytest.mark.parametrize("example", USAGES)
def test_it_shows_the_usage(mocks, example):
    mocks("gemini/generate_content", example=example)
    with Client(api_key="key") as client:
        usage = known(USAGES[example], "serviceTier")
        assert shown(client.models.generate_content(**ASKED).usage_metadata) == usage
        *_, last = client.models.generate_content_stream(**ASKED)
        assert shown(last.usage_metadata) == usage


@pytest.mark.parametrize("example", EMBEDDED)
def test_it_shows_the_usage_of_embeddings(mocks, example):
    mocks("gemini/embed_content", example=example)
    with Client(api_key="key") as client:
        embedded = client.models.embed_content(model="gemini-embedding-2", contents="Ahoy?")
        assert shown(embedded.usage_metadata) == known(EMBEDDED[example], "promptTokenDetails")


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
def test_each_version_is_served(mocks, version):
    mocks("gemini", example="full")
    with Client(api_key="key", http_options=types.HttpOptions(api_version=version)) as client:
        assert client.models.generate_content(**ASKED).usage_metadata.total_token_count == 780


def test_vertex_serves_it_without_a_project(mocks):
    mocks("gemini", example="full")
    with Client(vertexai=True, api_key="key") as client:
        assert client.models.generate_content(**ASKED).usage_metadata.total_token_count == 780
        assert [chunk.usage_metadata.total_token_count for chunk in client.models.generate_content_stream(**ASKED)] == [
            780,
            780,
        ]


async def test_it_shows_the_usage_in_async_over_httpx2(mocks):
    mocks("gemini", example="full")
    async with (
        httpx2.AsyncClient() as http,
        Client(api_key="key", http_options=types.HttpOptions(httpx_async_client=http)).aio as client,
    ):
        assert (await client.models.generate_content(**ASKED)).usage_metadata.total_token_count == 780
        chunks = [chunk async for chunk in await client.models.generate_content_stream(**ASKED)]
    assert [chunk.usage_metadata.total_token_count for chunk in chunks] == [780, 780]


def test_its_objects_are_judged_by_what_they_show_in_either_spelling(mocks):
    mocks("gemini", example="full")
    with Client(api_key="key") as client:
        response = client.models.generate_content(**ASKED)
        chunks = [*client.models.generate_content_stream(**ASKED)]
    for given in (response, response.usage_metadata, chunks):
        verdict = check_usage(given, "gemini")
        assert (verdict.findings, verdict.note) == ((), NOTE)
        assert verdict.wire == known(USAGES["full"], "serviceTier")
    for given in (response.model_dump(mode="json"), response.usage_metadata.model_dump(mode="json", exclude_none=True)):
        verdict = check_usage(given, "gemini")
        assert (verdict.findings, known(verdict.wire)) == ((), known(USAGES["full"], "serviceTier"))
        assert {sdk_name(name) for name in verdict.wire} >= {"prompt_token_count", "thoughts_token_count"}


PLAIN = "gemini.models.generate_content(model='m', contents='Ahoy?')"
STREAMED = "list(gemini.models.generate_content_stream(model='m', contents='Ahoy?'))"
ASYNC = "await gemini.aio.models.generate_content(model='m', contents='Ahoy?')"
ASYNC_STREAMED = "[_ async for _ in await gemini.aio.models.generate_content_stream(model='m', contents='Ahoy?')]"
CALLS = pytest.mark.parametrize(
    "call", [PLAIN, STREAMED, ASYNC, ASYNC_STREAMED], ids=["plain", "stream", "async", "async-stream"]
)


def sent(usage, call):
    """What the provider answers the *call* with."""
    return (
        make_body(PLACE, usage) if "_stream" not in call else b"".join(make_chunks(STREAM, STREAM.stream, usage, True))
    )


def module(call):
    """A test that makes the *call*, which is over aiohttp in async, where that is installed."""
    lines = ["import asyncio", "def test_it_calls(gemini):", f"    {call}"]
    if "await" in call:
        closed = "await gemini.aio.aclose()"  # else it closes itself when it is collected, in whose loop ever
        lines[2:] = ["    async def calling():", f"        {call}", f"        {closed}", "    asyncio.run(calling())"]
    return "\n".join(lines)


@CALLS
def test_over_the_wire_a_sound_usage_is_kept(watched, provider, call):
    provider.answer(sent(USAGES["full"], call))

    result = watched(module(call), mapped=["gemini"])

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["gemini/generate_content  1 checked, *"])


@CALLS
def test_over_the_wire_a_broken_usage_fails_its_test_though_the_sdk_takes_it(watched, provider, call):
    provider.answer(sent({**USAGES["full"], "totalTokenCount": "780"}, call))

    result = watched(module(call), mapped=["gemini"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "gemini/generate_content broken: 1 schema finding in POST *",
            '  wrong-type  usage.totalTokenCount  string "780", documented as an integer',
        ]
    )


@pytest.mark.parametrize("call", [STREAMED, ASYNC_STREAMED], ids=["stream", "async-stream"])
def test_over_the_wire_a_stream_that_ends_early_fails_its_test(watched, provider, call):
    provider.answer(sent(USAGES["full"], call).partition(b"\n\n")[0] + b"\n\n")

    result = watched(module(call), mapped=["gemini"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  no-terminal-usage  usage  *"])


def test_over_the_wire_a_name_that_the_sdk_drops_is_seen(watched, provider):
    usage = {"promptTokenCount": 7, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": "7"}]}
    provider.answer({"embeddings": [{"values": [0.1]}], "usageMetadata": usage})
    call = (
        "assert gemini.models.embed_content(model='m', contents='Ahoy?').usage_metadata.prompt_tokens_details is None"
    )

    result = watched(module(call), mapped=["gemini"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "gemini/embed_content broken: 1 schema finding in POST *:batchEmbedContents (200)",
            "  wrong-type  usage.promptTokenDetails[[]].tokenCount  *",
        ]
    )


def test_over_the_wire_one_array_is_a_stream(watched, provider):
    """As the provider answers where nobody asks for server-sent events."""
    whole = {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]}
    provider.answer(json.dumps([{"candidates": []}, {**whole, "usageMetadata": {"totalTokenCount": "5"}}]).encode())

    result = watched(
        "import httpx\n\n\ndef test_it_calls():\n"
        f"    httpx.post('{provider.url}/v1beta/models/m:streamGenerateContent', json={{}})\n",
        mapped=["gemini"],
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  wrong-type  usage.totalTokenCount  *"])
