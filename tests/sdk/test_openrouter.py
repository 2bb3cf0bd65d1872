"""OpenRouter's own client: it shows the usage that a mock has, and what it makes of a broken one is seen on the wire."""

from operator import attrgetter

import pytest
from openrouter import OpenRouter

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks

CALLS = {
    "openrouter/responses": ("responses.send", {"model": "m", "input": "Ahoy?"}),
    "openrouter/chat_completions": ("chat.send", {"model": "m", "messages": [{"role": "user", "content": "Ahoy?"}]}),
    "openrouter/embeddings": ("embeddings.generate", {"model": "m", "input": "Ahoy?"}),
}
STREAMS = {"openrouter/responses": attrgetter("response.usage"), "openrouter/chat_completions": attrgetter("usage")}
USAGES = {name: {example.name: example.usage for example in examples(find_contract(name))} for name in CALLS}

EXAMPLES = pytest.mark.parametrize("example", ["full", "minimal", "zero"])
CALL = pytest.mark.parametrize("name", CALLS)
STREAM = pytest.mark.parametrize("name", STREAMS)


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


@pytest.fixture
def client():
    with OpenRouter(api_key="key") as client:
        yield client


def call(client, name, suffix="", **more):
    path, arguments = CALLS[name]
    return attrgetter(path + suffix)(client)(**arguments, **more)


def shows(usage, name, example):
    """Whether an SDK's object shows the example, less the field that the SDK does not know, and nothing else."""
    wire = {**USAGES[name][example]}
    if details := wire.get("completion_tokens_details"):
        wire["completion_tokens_details"] = {key: details[key] for key in details if key != "image_tokens"}
    return usage.model_dump(mode="json", exclude_unset=True) == wire


# What mocks answer.


@EXAMPLES
@CALL
def test_it_shows_the_usage(mocks, client, name, example):
    mock = mocks("openrouter", example=example)
    assert shows(call(client, name).usage, name, example)
    assert mock.calls.call_count == 1


@EXAMPLES
@STREAM
def test_it_shows_the_usage_at_the_end_of_a_stream(mocks, client, name, example):
    mocks("openrouter", example=example)
    with call(client, name, stream=True) as events:
        *_, last = events
    assert shows(STREAMS[name](last), name, example)


@CALL
async def test_it_shows_the_usage_in_async(mocks, name):
    mocks("openrouter", example="full")
    async with OpenRouter(api_key="key") as client:
        assert shows((await call(client, name, "_async")).usage, name, "full")


@STREAM
async def test_it_shows_the_usage_at_the_end_of_a_stream_in_async(mocks, name):
    mocks("openrouter", example="full")
    async with OpenRouter(api_key="key") as client, await call(client, name, "_async", stream=True) as events:
        *_, last = [event async for event in events]
    assert shows(STREAMS[name](last), name, "full")


def test_it_reads_numbers_where_no_example_is_named(mocks, client):
    mocks("openrouter")
    assert {type(call(client, name).usage.total_tokens) for name in CALLS} == {int}


# Against a server on loopback.


def module(name, *, stream=False):
    """Return a test that makes the call, and reads all of its stream."""
    path, arguments = CALLS[name]
    told = f"openrouter.{path}(**{arguments!r}{', stream=True' * stream})"
    return f"def test_it_calls(openrouter):\n    {f'list({told})' if stream else told}\n"


def sent(name, *, stream=False, **usage):
    """Return what the provider answers, with the whole usage but for what is given."""
    place = find_contract(name).documented
    told = {**USAGES[name]["full"], **usage}
    return b"".join(make_chunks(place, place.stream, told, True)) if stream else make_body(place, told)


ANSWERS = pytest.mark.parametrize(
    "name, stream", [*((name, False) for name in CALLS), *((name, True) for name in STREAMS)]
)


@ANSWERS
def test_over_the_wire_a_sound_usage_is_kept(watched, provider, name, stream):
    provider.answer(sent(name, stream=stream))

    result = watched(module(name, stream=stream), mapped=["openrouter"])

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{name}  1 checked, 1 kept  *"])


@ANSWERS
def test_over_the_wire_a_broken_usage_fails_its_test_though_the_sdk_takes_it(watched, provider, name, stream):
    provider.answer(sent(name, stream=stream, total_tokens="220"))

    watched(module(name, stream=stream), mapped=["openrouter"], flag="").assert_outcomes(passed=1)
    result = watched(module(name, stream=stream), mapped=["openrouter"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{name} broken: 1 schema finding in POST *", "  wrong-type  usage.total_tokens  *"])


@STREAM
def test_over_the_wire_a_stream_that_ends_early_fails_its_test(watched, provider, name):
    provider.answer(sent(name, stream=True).partition(b"\n\n")[0] + b"\n\n")

    result = watched(module(name, stream=True), mapped=["openrouter"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  no-terminal-usage  usage  *"])
