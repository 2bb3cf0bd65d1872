"""boto3, aiobotocore and Anthropic's own client at Bedrock, against a server on loopback."""

# Imported once, here, as the other clients are in conftest.py.
import aiobotocore.session  # noqa: F401
import anthropic
import boto3
import pytest

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.mocks import UsageMockError, UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks
from pytest_usage_contract.mocks.aws_messages import write_message

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "id", "aws_secret_access_key": "key"}
TEST = """
import asyncio
from contextlib import closing, suppress

import aiobotocore.session
import boto3
from anthropic import AnthropicBedrock
from botocore.exceptions import EventStreamError

PLACE = dict(service_name="bedrock-runtime", endpoint_url={url!r}, **{keys!r})
MODEL = "us.anthropic.claude-x-v1:0"
TURN = dict(role="user", content=[dict(type="text", text="Ahoy?")])
ASKED = dict.fromkeys(["converse", "converse_stream"], dict(modelId=MODEL, messages=[dict(role="user", content=[])]))
INVOKED = dict.fromkeys(["invoke_model", "invoke_model_with_response_stream"], dict(modelId=MODEL, body="{{}}"))


def by_boto3(name):
    with closing(boto3.client(**PLACE)) as client:
        answer = getattr(client, name)(**(ASKED | INVOKED)[name])
        for event in answer.get("stream", answer.get("body", ())):
            pass


def by_aiobotocore(name):
    async def call():
        async with aiobotocore.session.get_session().create_client(**PLACE) as client:
            answer = await getattr(client, name)(**(ASKED | INVOKED)[name])
            if "output" not in answer:
                async for event in answer.get("stream", answer.get("body")):
                    pass

    asyncio.run(call())


def by_anthropic(name):
    stream = name.endswith("stream")
    keys = dict(aws_region="us-east-1", aws_access_key="id", aws_secret_key="key")
    with AnthropicBedrock(base_url=PLACE["endpoint_url"], **keys) as client:
        answer = client.messages.create(model=MODEL, max_tokens=9, messages=[TURN], stream=stream)
        list(answer)


def test_it():
    {call}
"""

BOTH = ("by_boto3", "by_aiobotocore")
CLIENTS = {"bedrock/converse": BOTH, "bedrock/invoke_model": (*BOTH, "by_anthropic")}
OPERATIONS = {
    "bedrock/converse": ("converse", "converse_stream"),
    "bedrock/invoke_model": ("invoke_model", "invoke_model_with_response_stream"),
}
COUNT = {"bedrock/converse": "outputTokens", "bedrock/invoke_model": "output_tokens"}

for_every_call = pytest.mark.parametrize(
    "name, operation, client",
    [
        pytest.param(name, operation, client, id=f"{operation}-{client}")
        for name, operations in OPERATIONS.items()
        for operation in operations
        for client in CLIENTS[name]
    ],
)
for_every_stream = pytest.mark.parametrize(
    "name, client", [(name, client) for name, clients in CLIENTS.items() for client in clients]
)


def answer_to(operation, name, **counts):
    """The whole answer to *operation*, with these *counts* in its usage."""
    contract = find_contract(name)
    usage = next(one.usage for one in examples(contract) if one.name == "minimal") | counts
    if not operation.endswith("stream"):
        return make_body(contract.documented, usage)
    return b"".join(chunks_of(contract, usage, True))


def chunks_of(contract, usage, stream):
    place = next(place for place in contract.endpoints if place.stream)
    return make_chunks(place, place.stream, usage, stream)


@pytest.fixture
def judged(watched, provider):
    """The run of a test that makes a *call*, which the provider answers."""

    def judged(call):
        return watched(TEST.format(url=provider.url, keys=KEYS, call=call), mapped=("bedrock",))

    return judged


@for_every_call
def test_what_is_kept_passes(judged, provider, name, operation, client):
    provider.answer(answer_to(operation, name))
    result = judged(f"{client}({operation!r})")
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([rf"{name} +1 checked, 1 kept +.*"])


@for_every_call
def test_a_text_for_a_number_fails(judged, provider, name, operation, client):
    provider.answer(answer_to(operation, name, **{COUNT[name]: "7"}))
    result = judged(f"with suppress(Exception):\n        {client}({operation!r})")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([rf"{name} broken: .*", rf'  wrong-type +usage\.{COUNT[name]} +string "7", .*'])


@for_every_stream
def test_a_stream_without_its_usage_fails_though_no_client_misses_it(judged, provider, name, client):
    contract = find_contract(name)
    usage = examples(contract)[0].usage
    provider.answer(b"".join(chunks_of(contract, usage, "cut")))
    result = judged(f"with suppress(Exception):\n        {client}({OPERATIONS[name][1]!r})")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{name} broken: *", "  no-terminal-usage *"])


@pytest.mark.parametrize("client", BOTH)
def test_an_exception_within_a_stream_is_an_error(judged, provider, client):
    exception = {":message-type": "exception", ":exception-type": "throttlingException"}
    provider.answer(write_message(b'{"message": "slow down"}', exception))
    result = judged(
        f"with suppress(EventStreamError):\n        {client}('converse_stream')\n        raise AssertionError"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  error-body *throttlingException*"])


@pytest.mark.parametrize("client", BOTH)
def test_each_answer_that_is_retried_is_counted(judged, provider, client):
    provider.answer({"message": "slow down"}, 429)
    provider.answer(answer_to("converse", "bedrock/converse"))
    result = judged(f"{client}('converse')")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["bedrock/converse  1 checked, 1 kept*", "1 response with a status other than 2xx"])


def test_a_mock_answers_anthropics_client_which_sends_through_httpx():
    keys = {"aws_region": "us-east-1", "aws_access_key": "id", "aws_secret_key": "key"}
    asked = {"model": "us.anthropic.claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Ahoy?"}]}
    usage = next(one.usage for one in examples(find_contract("bedrock/invoke_model")) if one.name == "full")
    with UsageMocks() as mocks, anthropic.AnthropicBedrock(**keys) as client:
        mocks("bedrock/invoke_model", example="full")
        plain = client.messages.create(**asked)
        start, *_, delta, _ = client.messages.create(**asked, stream=True)
    assert plain.usage.to_dict() == start.message.usage.to_dict() == usage
    assert delta.usage.output_tokens == usage["output_tokens"]


def test_a_mock_says_that_it_cannot_answer_boto3():
    with UsageMocks() as mocks:
        mocks("bedrock")
        client = boto3.client("bedrock-runtime", **KEYS)
        with pytest.raises(UsageMockError, match=r"/model/m/converse through botocore; httpx and httpx2 "):
            client.converse(modelId="m", messages=[])
