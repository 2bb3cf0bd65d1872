"""openai's own clients at OpenAI, Azure and Bedrock: mocked, and against a server on loopback."""

import io
import json

import pytest
from openai import AsyncOpenAI, AzureOpenAI, BedrockOpenAI, OpenAI

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.mocks import UsageMocks

CHAT = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
ASKED = {"stream": True, "stream_options": {"include_usage": True}}
MINUTE = ("minute.wav", b"RIFF")


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


@pytest.fixture
def client():
    with OpenAI(api_key="key", max_retries=0) as client:
        yield client


def usage_of(name, example):
    return next(one.usage for one in examples(find_contract(name)) if one.name == example)


def same(usage, name, example):
    """Whether an SDK's object shows the example and nothing else."""
    return usage.model_dump(mode="json", exclude_unset=True, warnings=False) == usage_of(name, example)


# What mocks answer: whole bodies, that the client reads.

BODIES = {
    "openai/chat_completions": [
        lambda client: client.chat.completions.create(**CHAT),
        lambda client: client.chat.completions.retrieve("chatcmpl-1"),
        lambda client: client.chat.completions.update("chatcmpl-1", metadata={}),
    ],
    "openai/responses": [
        lambda client: client.responses.create(model="m", input="x"),
        lambda client: client.responses.retrieve("resp_1"),
        lambda client: client.responses.cancel("resp_1"),
        lambda client: client.responses.compact(model="m", input="x"),
    ],
    "openai/completions": [lambda client: client.completions.create(model="m", prompt="x")],
    "openai/embeddings": [lambda client: client.embeddings.create(model="m", input="x")],
    "openai/images_generations": [lambda client: client.images.generate(model="m", prompt="x")],
    "openai/images_edits": [lambda client: client.images.edit(model="m", prompt="x", image=io.BytesIO(b"png"))],
    "openai/audio_transcriptions": [lambda client: client.audio.transcriptions.create(model="m", file=MINUTE)],
}

STREAMS = {
    "openai/chat_completions": (lambda client: client.chat.completions.create(**CHAT, **ASKED), "usage"),
    "openai/responses": (lambda client: client.responses.create(model="m", input="x", stream=True), "response.usage"),
    "openai/completions": (lambda client: client.completions.create(model="m", prompt="x", **ASKED), "usage"),
    "openai/images_generations": (lambda client: client.images.generate(model="m", prompt="x", stream=True), "usage"),
    "openai/images_edits": (
        lambda client: client.images.edit(model="m", prompt="x", image=io.BytesIO(b"png"), stream=True),
        "usage",
    ),
    "openai/audio_transcriptions": (
        lambda client: client.audio.transcriptions.create(model="m", file=MINUTE, stream=True),
        "usage",
    ),
}

EXAMPLES = pytest.mark.parametrize("example", ["documented", "full", "minimal", "zero"])


@EXAMPLES
@pytest.mark.parametrize("name, call", [(name, call) for name, calls in BODIES.items() for call in calls])
def test_a_mocked_body_shows_the_usage(mocks, client, name, call, example):
    mocks(name, example=example)
    assert same(call(client).usage, name, example)


@EXAMPLES
@pytest.mark.parametrize("name, call, at", [(name, *stream) for name, stream in STREAMS.items()])
def test_a_mocked_stream_shows_the_usage_in_its_last_event(mocks, client, name, call, at, example):
    mocks(name, example=example, stream=True)
    *before, last = call(client)
    assert same(at_place(last, at), name, example)
    assert [event for event in before if at_place(event, at) is not None] == []


def at_place(event, at):
    for name in at.split("."):
        event = getattr(event, name, None)
    return event


@pytest.mark.parametrize("name", BODIES)
async def test_an_async_client_is_answered_too(mocks, name):
    mocks(name, example="full")
    async with AsyncOpenAI(api_key="key") as client:
        for call in BODIES[name]:
            assert same((await call(client)).usage, name, "full")


async def test_an_async_client_streams_too(mocks):
    mocks("openai", example="full")
    async with AsyncOpenAI(api_key="key") as client:
        *_, last = [event async for event in await client.chat.completions.create(**CHAT, **ASKED)]
        assert same(last.usage, "openai/chat_completions", "full")
        *_, last = [event async for event in await client.responses.create(model="m", input="x", stream=True)]
        assert same(last.response.usage, "openai/responses", "full")


def test_a_stream_has_no_usage_where_none_was_asked_for(mocks, client):
    mocks("openai")
    chunks = [*client.chat.completions.create(**CHAT, stream=True)]
    assert [chunk.usage for chunk in chunks] == [None, None]
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_transcription_may_tell_its_duration(mocks, client):
    mocks("openai/audio_transcriptions", example="full-2")
    answer = client.audio.transcriptions.create(model="m", file=MINUTE)
    assert same(answer.usage, "openai/audio_transcriptions", "full-2")


def test_the_helpers_that_gather_a_stream_read_it(mocks, client):
    mocks("openai", example="full")
    with client.responses.stream(model="m", input="x") as stream:
        assert same(stream.get_final_response().usage, "openai/responses", "full")
    with client.chat.completions.stream(**CHAT, stream_options=ASKED["stream_options"]) as stream:
        assert (
            stream.get_final_completion().usage.total_tokens
            == usage_of("openai/chat_completions", "full")["total_tokens"]
        )


# At Azure and Bedrock.

AZURE = {"api_key": "key", "api_version": "2025-04-01-preview", "azure_endpoint": "https://acme.openai.azure.com"}


@pytest.mark.parametrize("deployment", [None, "my-gpt"])
def test_azure_is_answered_at_a_deployment_and_without_one(mocks, deployment):
    mocks("azure", example="full")
    with AzureOpenAI(**AZURE, azure_deployment=deployment) as client:
        assert same(client.chat.completions.create(**CHAT).usage, "azure/chat_completions", "full")
        *_, last = client.chat.completions.create(**CHAT, **ASKED)
        assert same(last.usage, "azure/chat_completions", "full")
        assert same(client.responses.create(model="m", input="x").usage, "azure/responses", "full")


@pytest.mark.parametrize(
    "base",
    [
        "https://acme.openai.azure.com/openai/v1/",
        "https://acme.services.ai.azure.com/openai/v1/",
        "https://acme.services.ai.azure.com/api/projects/demo/openai/v1",
    ],
)
def test_azure_is_answered_at_its_base_urls(mocks, base):
    mocks("azure", example="full")
    with OpenAI(api_key="key", base_url=base) as client:
        assert same(client.chat.completions.create(**CHAT).usage, "azure/chat_completions", "full")
        assert same(client.responses.create(model="m", input="x").usage, "azure/responses", "full")
        *_, last = client.responses.create(model="m", input="x", stream=True)
        assert same(last.response.usage, "azure/responses", "full")


def test_bedrock_is_answered_as_openai_is(mocks):
    mocks("openai", example="full")
    with BedrockOpenAI(api_key="key", aws_region="us-east-1") as client:
        assert same(client.responses.create(model="m", input="x").usage, "openai/responses", "full")


@pytest.mark.parametrize("region", ["us", "eu", "ae", "au", "in", "jp"])
def test_openai_is_answered_wherever_data_resides(mocks, region):
    mocks("openai", example="full")
    with OpenAI(api_key="key", data_residency=region) as client:
        assert same(client.responses.create(model="m", input="x").usage, "openai/responses", "full")


# Against a server on loopback.

CLIENT = """
import pytest
from openai import OpenAI


@pytest.fixture
def client():
    with OpenAI(api_key="key", base_url="{url}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def azure():
    from openai import AzureOpenAI

    with AzureOpenAI(api_key="key", api_version="v", azure_endpoint="{url}", max_retries=0) as client:
        yield client
"""

CALLS = {
    "openai/chat_completions": "client.chat.completions.create(model='m', messages=[])",
    "openai/responses": "client.responses.create(model='m', input='x')",
    "openai/completions": "client.completions.create(model='m', prompt='x')",
    "openai/embeddings": "client.embeddings.create(model='m', input='x')",
    "openai/images_generations": "client.images.generate(model='m', prompt='x')",
    "openai/images_edits": "client.images.edit(model='m', prompt='x', image=b'png')",
    "openai/audio_transcriptions": "client.audio.transcriptions.create(model='m', file=('a.wav', b'RIFF'))",
    "azure/chat_completions": "azure.chat.completions.create(model='m', messages=[])",
    "azure/responses": "azure.responses.create(model='m', input='x')",
}


@pytest.fixture
def run(pytester, provider):
    """Run one call under `--usage-contract`; the provider answers in OpenAI's place, or in Azure's."""

    def run(name, call, wrap="{}"):
        pytester.makeini(
            "[pytest]\naddopts = -p no:cacheprovider\n"
            f"usage_contract_urls = {provider.url} = {name.partition('/')[0]}\n"
        )
        pytester.makeconftest(CLIENT.format(url=provider.url))
        pytester.makepyfile(test_it=f"def test_it({call.partition('.')[0]}):\n    {wrap.format(call)}\n")
        return pytester.runpytest("--usage-contract")

    return run


def body_of(name, **usage):
    place = find_contract(name).documented
    return {**place.body, "usage": {**usage_of(name, "full"), **usage}}


@pytest.mark.parametrize("name, call", CALLS.items())
def test_a_kept_body_passes_and_is_judged(run, provider, name, call):
    provider.answer(body_of(name))
    result = run(name, call)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{name} * 1 checked, 1 kept *"])


@pytest.mark.parametrize("name, call", CALLS.items())
def test_a_broken_body_fails_the_test_whose_client_hides_it(run, provider, name, call):
    provider.answer(body_of(name, total_tokens="9"))
    result = run(name, call)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{name} broken: 1 schema finding in POST*", '*wrong-type  usage.total_tokens *"9"*'])


def stream_of(name, *, usage=None):
    place = find_contract(name).documented
    *events, last = place.stream.events
    inner = "response" if place.stream.at == ("response.usage",) else None
    told = {} if usage is None else {"usage": usage}
    last = {**last, inner: {**last[inner], **told}} if inner else {**last, **told}
    texts = [*map(json.dumps, [*events, last]), *["[DONE]"] * place.stream.done]
    return "".join(f"data: {text}\n\n" for text in texts).encode()


STREAMED = ["openai/chat_completions", "openai/responses", "openai/completions", "azure/chat_completions"]


@pytest.mark.parametrize("name", STREAMED)
def test_a_kept_stream_passes_and_is_judged(run, provider, name):
    provider.answer(stream_of(name, usage=usage_of(name, "full")))
    result = run(name, CALLS[name].replace(")", ", stream=True)"), wrap="[*{}]")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{name} * 1 checked, 1 kept *"])


@pytest.mark.parametrize("name", STREAMED)
def test_a_broken_stream_fails_the_test_whose_client_hides_it(run, provider, name):
    provider.answer(stream_of(name, usage={**usage_of(name, "full"), "total_tokens": None}))
    result = run(name, CALLS[name].replace(")", ", stream=True)"), wrap="[*{}]")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*null-value  usage.total_tokens *"])


def test_a_stream_whose_usage_nobody_asked_for_passes(run, provider):
    provider.answer(stream_of("openai/chat_completions"))
    result = run("openai", CALLS["openai/chat_completions"].replace(")", ", stream=True)"), wrap="[*{}]")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["openai/chat_completions * 1 checked, 1 kept, 1 of them without a usage *"])


@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
def test_a_transcription_in_words_passes(run, provider, form):
    provider.answer(b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello!\n")
    call = CALLS["openai/audio_transcriptions"].replace("RIFF')", f"RIFF'), response_format='{form}'")
    run("openai", call, wrap="assert 'Hello!' in {}").assert_outcomes(passed=1)
