"""Anthropic's own clients: they show the usage that a mock has, and what they make of a broken one is seen on the wire."""

import pytest
from anthropic import (
    Anthropic,
    AnthropicAWS,
    AnthropicBedrockMantle,
    AnthropicFoundry,
    AnthropicVertex,
    AsyncAnthropic,
)

from pytest_usage_contract import check_usage, examples, find_contract
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks

MESSAGES = find_contract("anthropic")
PLACE = MESSAGES.documented
USAGES = {example.name: example.usage for example in examples(MESSAGES)}
EVERY = pytest.mark.parametrize("example", USAGES)
ASKED = {"model": "claude-sonnet-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Ahoy?"}]}
NOTE = "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


def shown(usage):
    return usage.model_dump(mode="json", exclude_unset=True, warnings=False)


@EVERY
def test_it_shows_the_usage(mocks, example):
    mocks("anthropic", example=example)
    with Anthropic(api_key="key") as client:
        assert shown(client.messages.create(**ASKED).usage) == USAGES[example]
        assert shown(client.beta.messages.create(**ASKED).usage) == USAGES[example]


async def test_it_shows_the_usage_in_async(mocks):
    mocks("anthropic", example="full")
    async with AsyncAnthropic(api_key="key") as client:
        assert shown((await client.messages.create(**ASKED)).usage) == USAGES["full"]
        async with client.messages.stream(**ASKED) as stream:
            assert shown((await stream.get_final_message()).usage) == USAGES["full"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Anthropic(api_key="key"),
        lambda: AnthropicAWS(api_key="key", aws_region="us-east-1", workspace_id="acme"),
        lambda: AnthropicBedrockMantle(api_key="key", aws_region="us-east-1"),
        lambda: AnthropicFoundry(api_key="key", resource="acme"),
        lambda: AnthropicVertex(access_token="key", project_id="acme", region="us-east5"),
        lambda: AnthropicVertex(access_token="key", project_id="acme", region="global"),
        lambda: AnthropicVertex(access_token="key", project_id="acme", region="eu"),
    ],
    ids=["api", "aws", "mantle", "foundry", "vertex", "vertex-global", "vertex-eu"],
)
def test_each_cloud_serves_it_plain_and_streamed(mocks, make):
    mocks("anthropic", example="full")
    with make() as client:
        assert shown(client.messages.create(**ASKED).usage) == USAGES["full"]
        with client.messages.stream(**ASKED) as stream:
            assert shown(stream.get_final_message().usage) == USAGES["full"]


def test_a_mock_may_break_its_stream(mocks):
    mocks("anthropic", stream="cut")
    with Anthropic(api_key="key", max_retries=0) as client:
        events = client.messages.create(**ASKED, stream=True)
        seen = [next(events).type for _ in range(4)]
        with pytest.raises(Exception, match="peer closed connection"):
            next(events)
    assert seen == ["message_start", "content_block_start", "content_block_delta", "content_block_stop"]


def test_its_objects_are_judged_by_what_they_show(mocks):
    mocks("anthropic", example="full")
    with Anthropic(api_key="key") as client:
        message = client.messages.create(**ASKED)
        events = [*client.messages.create(**ASKED, stream=True)]
    for given in (message, message.usage, events):
        verdict = check_usage(given, "anthropic")
        assert (verdict.findings, verdict.wire, verdict.note) == ((), USAGES["full"], NOTE)


PLAIN = "anthropic.messages.create(model='m', max_tokens=9, messages=[])"
STREAMED = "list(anthropic.messages.create(model='m', max_tokens=9, messages=[], stream=True))"


def sent(usage, call):
    """What the provider answers the *call* with."""
    return make_body(PLACE, usage) if call is PLAIN else b"".join(make_chunks(PLACE, PLACE.stream, usage, True))


@pytest.mark.parametrize("call", [PLAIN, STREAMED], ids=["plain", "stream"])
def test_over_the_wire_a_sound_usage_is_kept(watched, provider, call):
    provider.answer(sent(USAGES["full"], call))

    result = watched(f"def test_it_calls(anthropic):\n    {call}\n", mapped=["anthropic"])

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["anthropic/messages  1 checked, *"])


@pytest.mark.parametrize("call", [PLAIN, STREAMED], ids=["plain", "stream"])
def test_over_the_wire_a_broken_usage_fails_its_test_though_the_sdk_takes_it(watched, provider, call):
    provider.answer(sent({**USAGES["full"], "output_tokens": "120"}, call))

    result = watched(f"def test_it_calls(anthropic):\n    {call}\n", mapped=["anthropic"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "anthropic/messages broken: 1 schema finding in POST *",
            '  wrong-type  usage.output_tokens  string "120", documented as an integer',
        ]
    )


def test_over_the_wire_a_stream_that_ends_early_fails_its_test(watched, provider):
    provider.answer(sent(USAGES["full"], STREAMED).partition(b"event: message_delta")[0])

    result = watched(f"def test_it_calls(anthropic):\n    {STREAMED}\n", mapped=["anthropic"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  no-terminal-usage  usage  *"])


def test_over_the_wire_counted_tokens_are_no_message(watched, provider):
    provider.answer({"input_tokens": 9})
    call = "assert anthropic.messages.count_tokens(model='m', messages=[]).input_tokens == 9"

    result = watched(f"def test_it_counts(anthropic):\n    {call}\n", mapped=["anthropic"])

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["no response was seen that a contract covers"])
