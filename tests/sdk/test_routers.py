"""The clients of OpenRouter and Orq at what their routers answer with: through `usage_mock`, and against loopback."""

import json

import pytest
from openrouter import OpenRouter
from orq_ai_sdk import Orq

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.documents import read_document
from pytest_usage_contract.documents.diff import compare
from pytest_usage_contract.mocks import UsageMocks

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Ahoy?"}]}
ASKED = {"stream": True, "stream_options": {"include_usage": True}}
PNG = {"file_name": "a.png", "content": b"x", "content_type": "image/png"}

ORQ = {
    "orq/router_chat_completions": lambda client: client.router.chat.completions.create(**CHAT),
    "orq/router_responses": lambda client: client.responses.create(model="m", input="x"),
    "orq/router_images_generations": lambda client: client.router.images.generations.create(model="m", prompt="x"),
    "orq/router_images_edits": lambda client: client.router.images.edits.create(model="m", prompt="x", image=PNG),
    "orq/router_embeddings": lambda client: client.router.embeddings.create(model="m", input="x"),
    "orq/router_rerank": lambda client: client.router.rerank.create(model="m", query="x", documents=["x"]),
}
OPENROUTER = {
    "openrouter/rerank": lambda client: client.rerank.rerank(model="m", query="x", documents=["x"]),
    "openrouter/images": lambda client: client.images.generate(model="m", prompt="x"),
}
CALLS = [*((Orq, name, call) for name, call in ORQ.items()), *((OpenRouter, *row) for row in OPENROUTER.items())]
STREAMS = [
    (Orq, "orq/router_chat_completions", lambda client: client.router.chat.completions.create(**CHAT, **ASKED)),
    (Orq, "orq/router_responses", lambda client: client.responses.create(model="m", input="x", stream=True)),
    (OpenRouter, "openrouter/images", lambda client: client.images.generate(model="m", prompt="x", stream=True)),
]


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def usage_of(name, example):
    # OpenRouter's client knows another speed than its own two, and leaves it out where it is dumped.
    usage = next(one.usage for one in examples(find_contract(name)) if one.name == example)
    return {field: value for field, value in usage.items() if field != "speed"}


def shown(usage):
    return {
        name: value
        for name, value in usage.model_dump(mode="json", exclude_unset=True, warnings=False).items()
        if name != "speed"
    }


def last_usage(event):
    event = getattr(event, "data", event)
    return getattr(event, "response", event).usage


@pytest.mark.parametrize("example", ["full", "minimal", "zero"])
@pytest.mark.parametrize("sdk, name, call", CALLS)
def test_a_client_shows_the_usage(mocks, sdk, name, call, example):
    mocks(name, example=example)
    with sdk(api_key="key") as client:
        assert shown(call(client).usage) == usage_of(name, example)


@pytest.mark.parametrize("sdk, name, call", STREAMS)
def test_a_client_that_streams_shows_the_usage_at_the_end(mocks, sdk, name, call):
    mocks(name, example="full")
    with sdk(api_key="key") as client, call(client) as events:
        assert shown(last_usage([*events][-1])) == usage_of(name, "full")


ON_THE_WIRE = {
    "orq/router_chat_completions": (
        "orq.router.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'x'}])",
        "total_tokens",
    ),
    "orq/router_responses": ("orq.responses.create(model='m', input='x')", "total_tokens"),
    "orq/router_embeddings": ("orq.router.embeddings.create(model='m', input='x')", "total_tokens"),
    "orq/router_rerank": ("orq.router.rerank.create(model='m', query='x', documents=['x'])", "total_tokens"),
    "openrouter/rerank": ("openrouter.rerank.rerank(model='m', query='x', documents=['x'])", "search_units"),
    "openrouter/images": ("openrouter.images.generate(model='m', prompt='x')", "total_tokens"),
}


def answer_of(name, **usage):
    return {**find_contract(name).documented.body, "usage": {**usage_of(name, "full"), **usage}}


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_what_a_server_tells_is_judged_where_a_client_takes_text_for_a_number(watched, provider, name):
    call, path = ON_THE_WIRE[name]
    provider.answer(answer_of(name))
    provider.answer(answer_of(name, **{path: "7"}))
    client = call.partition(".")[0]

    module = f"def test_kept({client}):\n    {call}\n\n\ndef test_broken({client}):\n    {call}\n"
    result = watched(module, mapped=(name.partition("/")[0],))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.re_match_lines(
        [rf"{name} broken: 1 schema finding in .*", rf'  wrong-type  usage\.{path}  string "7", documented as .*']
    )


def events_of(name, usage):
    framing = find_contract(name).documented.stream
    *before, last = framing.events
    events = (*before, {**last, "usage": usage})
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def test_a_chat_through_orqs_router_that_streams_a_text_for_a_number_is_found_out(watched, provider):
    name = "orq/router_chat_completions"
    provider.answer(events_of(name, usage_of(name, "full")))
    provider.answer(events_of(name, {**usage_of(name, "full"), "total_tokens": "7"}))
    call = (
        "with orq.router.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'x'}], stream=True, "
        "stream_options={'include_usage': True}) as events:\n        [*events]\n"
    )

    result = watched(f"def test_kept(orq):\n    {call}\n\ndef test_broken(orq):\n    {call}", mapped=("orq",))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.re_match_lines([r'  wrong-type  usage\.total_tokens  string "7", documented as a number'])


CLASSES = {
    "orq/router_chat_completions": "orq_ai_sdk.models:CreateChatCompletionUsage",
    "orq/router_responses": "orq_ai_sdk.models:PublicUsage",
    "orq/router_images_generations": "orq_ai_sdk.models:CreateImageUsage",
    "orq/router_images_edits": "orq_ai_sdk.models:CreateImageEditUsage",
    "orq/router_embeddings": "orq_ai_sdk.models:PublicEmbeddingUsage",
    "orq/router_rerank": "orq_ai_sdk.models:CreateRerankUsage",
    "openrouter/rerank": "openrouter.operations:CreateRerankUsage",
    "openrouter/images": "openrouter.components:ImageGenerationUsage",
}


@pytest.mark.parametrize("name, document", CLASSES.items())
def test_a_contract_differs_from_its_class_where_it_is_meant_to_and_nowhere_else(name, document):
    contract = find_contract(name)
    changes = compare(write_contract(contract), read_document(document).data)
    assert {change.path for change in changes} == {divergence.path for divergence in contract.divergences}
