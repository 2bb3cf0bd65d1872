"""The providers' own clients, called through `usage_mock`: they show the usage that the example has."""

import httpx
import httpx2
import pytest
from anthropic import Anthropic
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI, OpenAI, RateLimitError
from openrouter import OpenRouter
from orq_ai_sdk import Orq

from pytest_usage_contract import UsageContractError, assert_usage, examples, find_contract
from pytest_usage_contract.mocks import UsageMockError, UsageMocks

ASKED = {"model": "m", "input": "x"}
INVOKED = {"key": "deployment"}


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def usage_of(name, example):
    return next(one.usage for one in examples(find_contract(name)) if one.name == example)


def shown(usage):
    """What an SDK's object shows, less what it adds of its own."""
    # An SDK that declares integers shows the documented fractions all the same, and warns when it is dumped.
    return usage.model_dump(mode="json", exclude_unset=True, warnings=False)


def same(usage, name, example):
    """Whether an SDK's object shows the example and nothing else."""
    return shown(usage) == usage_of(name, example)


# OpenRouter's own client counts in integers since 2026-04-07, so the documented fractions are not for it.

WHOLE = pytest.mark.parametrize("example", ["full", "minimal", "zero"])
OPENROUTER = "openrouter/alpha_responses"


@WHOLE
def test_openrouter_shows_the_usage(mocks, example):
    mock = mocks("openrouter", example=example)
    with OpenRouter(api_key="key") as client:
        assert same(client.responses.send(**ASKED).usage, OPENROUTER, example)
        with client.responses.send(**ASKED, stream=True) as events:
            assert same([*events][-1].response.usage, OPENROUTER, example)
    assert mock.calls.call_count == 2


@WHOLE
async def test_openrouter_shows_the_usage_in_async(mocks, example):
    mocks("openrouter", example=example)
    async with OpenRouter(api_key="key") as client:
        assert same((await client.responses.send_async(**ASKED)).usage, OPENROUTER, example)
        async with await client.responses.send_async(**ASKED, stream=True) as events:
            assert same([event async for event in events][-1].response.usage, OPENROUTER, example)


INVOKE = "orq/deployments_invoke"
FREEDOMS = pytest.mark.parametrize("example", [one.name for one in examples(find_contract(INVOKE))])


@FREEDOMS
def test_orq_shows_the_usage(mocks, example):
    mocks("orq", example=example) if example in ("full", "minimal", "zero") else mocks(INVOKE, example=example)
    with Orq(api_key="key") as client:
        assert same(client.deployments.invoke(**INVOKED).usage, INVOKE, example)
        with client.deployments.stream(**INVOKED) as events:
            assert same([*events][-1].data.usage, INVOKE, example)


@FREEDOMS
async def test_orq_shows_the_usage_in_async(mocks, example):
    mocks(INVOKE, example=example)
    async with Orq(api_key="key") as client:
        assert same((await client.deployments.invoke_async(**INVOKED)).usage, INVOKE, example)
        async with await client.deployments.stream_async(**INVOKED) as events:
            assert same([event async for event in events][-1].data.usage, INVOKE, example)


# openai's client at the addresses of others, over httpx2.

ATOMA = "atoma/completions"
DOCUMENTED = pytest.mark.parametrize("example", ["documented", "full", "minimal", "zero"])


@DOCUMENTED
def test_openai_shows_the_usage_of_openrouter(mocks, example):
    mocks("openrouter", example=example)
    with OpenAI(api_key="key", base_url="https://openrouter.ai/api/v1") as client:
        assert same(client.responses.create(**ASKED).usage, OPENROUTER, example)
        *_, last = client.responses.create(**ASKED, stream=True)
        assert same(last.response.usage, OPENROUTER, example)


@DOCUMENTED
async def test_openai_shows_the_usage_of_openrouter_in_async(mocks, example):
    mocks("openrouter", example=example)
    async with AsyncOpenAI(api_key="key", base_url="https://openrouter.ai/api/v1") as client:
        assert same((await client.responses.create(**ASKED)).usage, OPENROUTER, example)
        last = [event async for event in await client.responses.create(**ASKED, stream=True)][-1]
        assert same(last.response.usage, OPENROUTER, example)


@DOCUMENTED
def test_openai_shows_the_usage_of_atoma(mocks, example):
    mocks(ATOMA, example=example)
    with OpenAI(api_key="key", base_url="https://api.atoma.network/v1") as client:
        assert same(client.completions.create(model="m", prompt="x").usage, ATOMA, example)
        *_, last = client.completions.create(model="m", prompt="x", stream=True)
        assert same(last.usage, ATOMA, example)


@DOCUMENTED
async def test_openai_shows_the_usage_of_atoma_in_async(mocks, example):
    mocks(ATOMA, example=example)
    async with AsyncOpenAI(api_key="key", base_url="https://api.atoma.network/v1") as client:
        assert same((await client.completions.create(model="m", prompt="x")).usage, ATOMA, example)
        last = [chunk async for chunk in await client.completions.create(model="m", prompt="x", stream=True)][-1]
        assert same(last.usage, ATOMA, example)


def test_openai_retries_over_a_sequence(mocks):
    mock = mocks("openrouter", status=429).then(example="zero")
    with OpenAI(api_key="key", base_url="https://openrouter.ai/api/v1", max_retries=1) as client:
        assert client.responses.create(**ASKED).usage.total_tokens == 0
        assert mock.calls.call_count == 2
        mock.answers(status=429)
        with pytest.raises(RateLimitError, match="Too Many Requests"):
            client.with_options(max_retries=0).responses.create(**ASKED)


def test_a_broken_stream_breaks_for_openai_too(mocks):
    mocks("openrouter", stream="cut")
    events = []

    def read():
        with OpenAI(api_key="key", base_url="https://openrouter.ai/api/v1") as client:
            for event in client.responses.create(**ASKED, stream=True):
                events.append(event.type)  # noqa: PERF401 - what came before the break is kept so

    with pytest.raises((httpx2.RemoteProtocolError, APIConnectionError)):
        read()
    assert events == ["response.created", "response.output_text.delta"]


def test_a_timeout_is_one_for_an_sdk_over_httpx2(mocks):
    """A route of respx that raises what httpx raises, and an SDK that knows httpx2 only."""
    mock = mocks("openrouter")
    for route in mock.routes:
        route.side_effect = httpx.ReadTimeout
    with (
        OpenAI(api_key="key", base_url="https://openrouter.ai/api/v1", max_retries=0) as client,
        pytest.raises(APITimeoutError),
    ):
        client.responses.create(**ASKED)


def test_what_an_sdk_hides_is_found_in_the_bytes(mocks):
    """orq-ai-sdk reads a string where a count must be, and shows an empty usage; the contract does not."""
    mocks(INVOKE, example="prompt_tokens-string")
    with Orq(api_key="key") as client:
        usage = client.deployments.invoke(**INVOKED).usage
        assert not hasattr(usage, "prompt_tokens") or usage.prompt_tokens != "10"
    body = httpx.post("https://api.orq.ai/v2/deployments/invoke").content
    with pytest.raises(UsageContractError, match="wrong-type"):
        assert_usage(body, INVOKE)


def test_an_sdk_that_wraps_and_retries_the_error_away_is_found_out(mocks):
    mocks("openrouter")
    with (
        Anthropic(api_key="key", max_retries=1) as client,
        pytest.raises(Exception, match=r"(?i)connection error|no mock"),
    ):
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "x"}])
    with pytest.raises(UsageMockError, match=r"^no mock answers POST api.anthropic.com/v1/messages"):
        mocks.verify()
