"""Atoma beside its own SDK's old pydantic: no release of it has the call, so openai's client makes it."""

import atoma_sdk
import pydantic
import pytest
from openai import AsyncOpenAI, OpenAI

from pytest_usage_contract import assert_usage, examples, find_contract
from pytest_usage_contract.mocks import UsageMocks

BASE = "https://api.atoma.network/v1"

EXAMPLES = pytest.mark.parametrize("example", examples(find_contract("atoma/completions")), ids=str)


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def shown(usage):
    return usage.model_dump(mode="json", exclude_unset=True)


def test_the_sdk_holds_pydantic_back_and_has_no_such_call():
    assert pydantic.VERSION.startswith("2.10.")
    assert not hasattr(atoma_sdk.AtomaSDK(bearer_auth="key"), "completions")


@EXAMPLES
def test_openai_shows_the_usage(mocks, example):
    mocks("atoma/completions", example=example)
    with OpenAI(api_key="key", base_url=BASE) as client:
        assert shown(client.completions.create(model="m", prompt="x").usage) == example.usage
        *_, last = client.completions.create(model="m", prompt="x", stream=True)
        assert shown(last.usage) == example.usage


@EXAMPLES
async def test_openai_shows_the_usage_in_async(mocks, example):
    mocks("atoma/completions", example=example)
    async with AsyncOpenAI(api_key="key", base_url=BASE) as client:
        response = await client.completions.with_raw_response.create(model="m", prompt="x")
        assert assert_usage(response.content, "atoma/completions").model_dump() == example.usage
        chunks = [chunk async for chunk in await client.completions.create(model="m", prompt="x", stream=True)]
        assert shown(chunks[-1].usage) == example.usage
