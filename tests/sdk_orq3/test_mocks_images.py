"""The two calls for images that are no more, through the last release that had them, and through plain httpx."""

import httpx
import pytest
from orq_ai_sdk import Orq

from pytest_usage_contract import assert_usage, examples, find_contract
from pytest_usage_contract.mocks import UsageMocks

IMAGE = {"file_name": "a.png", "content": b"x", "content_type": "image/png"}

GENERATIONS = [*examples(find_contract("orq/images_generations"))]
EDITS = [*examples(find_contract("orq/images_edits"))]


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def shown(response):
    return response.usage.model_dump(mode="json", exclude_unset=True)


@pytest.mark.parametrize("example", GENERATIONS, ids=str)
def test_orq_shows_the_usage_of_a_generated_image(mocks, example):
    mocks(example.contract, example=example)
    with Orq(api_key="key") as client:
        assert shown(client.proxy.images_generate(model="m", prompt="x")) == example.usage


@pytest.mark.parametrize("example", GENERATIONS, ids=str)
async def test_orq_shows_the_usage_of_a_generated_image_in_async(mocks, example):
    mocks(example.contract, example=example)
    async with Orq(api_key="key") as client:
        assert shown(await client.proxy.images_generate_async(model="m", prompt="x")) == example.usage


@pytest.mark.parametrize("example", EDITS, ids=str)
def test_orq_shows_the_usage_of_an_edited_image(mocks, example):
    mocks(example.contract, example=example)
    with Orq(api_key="key") as client:
        assert shown(client.proxy.images_edit(model="m", prompt="x", image=IMAGE)) == example.usage


@pytest.mark.parametrize("example", EDITS, ids=str)
async def test_orq_shows_the_usage_of_an_edited_image_in_async(mocks, example):
    mocks(example.contract, example=example)
    async with Orq(api_key="key") as client:
        assert shown(await client.proxy.images_edit_async(model="m", prompt="x", image=IMAGE)) == example.usage


@pytest.mark.parametrize("example", [*GENERATIONS, *EDITS], ids=str)
def test_httpx_gets_the_same(mocks, example):
    mocks(example.contract, example=example)
    call = example.contract.rpartition("_")[2]
    response = httpx.post(f"https://my.orq.ai/v2/proxy/images/{call}", files={"image": b"x"})
    assert assert_usage(response, example.contract).model_dump(exclude_unset=True) == example.usage
