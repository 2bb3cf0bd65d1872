"""What SDKs do beside one plain call: they try again, and they stream."""

import json

import pytest

RESPONSES = "openrouter_responses_current.json"
# Each SDK tries again where it wants to; Orq's own hook breaks its second attempt, so Orq has no row here.
RETRIED = [
    pytest.param("openrouter.beta.responses.send(model='m', input='Ahoy?')", 503, id="openrouter"),
    pytest.param("openai.responses.create(model='m', input='Ahoy?')", 429, id="openai"),
]
STREAMED = [
    pytest.param(
        """
        def test_it_streams(openrouter):
            with openrouter.beta.responses.send(model="m", input="Ahoy?", stream=True) as events:
                assert [event.type for event in events][-1] == "response.completed"
        """,
        "openrouter_responses_current_sse.txt",
        "openrouter/responses",
        id="openrouter",
    ),
    pytest.param(
        """
        def test_it_streams(openai):
            with openai.responses.create(model="m", input="Ahoy?", stream=True) as events:
                assert [event.type for event in events][-1] == "response.completed"
        """,
        "openrouter_responses_current_sse.txt",
        "openrouter/responses",
        id="openai",
    ),
    pytest.param(
        """
        def test_it_streams(orq):
            with orq.deployments.stream(key="greeting") as events:
                assert [event.data.is_final for event in events] == [False, True]
        """,
        "orq_deployment_stream_sse.txt",
        "orq/deployments_invoke",
        id="orq",
    ),
]


def with_total(stream, total):
    """The same stream, with another total in its last usage."""
    events = [line.removeprefix("data: ") for line in stream.decode().split("\n\n") if line]
    decoded = [event if event == "[DONE]" else json.loads(event) for event in events]
    for event in decoded:
        usage = isinstance(event, dict) and (event.get("usage") or (event.get("response") or {}).get("usage"))
        if usage:
            usage["total_tokens"] = total
    texts = [event if isinstance(event, str) else json.dumps(event) for event in decoded]
    return "".join(f"data: {text}\n\n" for text in texts).encode()


@pytest.mark.parametrize("call, status", RETRIED)
def test_a_call_that_was_tried_again_is_two_exchanges(watched, provider, body, call, status):
    provider.answer({"error": {"code": status, "message": "slow down"}}, status=status)
    provider.answer(body(RESPONSES))

    result = watched(f"def test_it_calls({call.partition('.')[0]}):\n    {call}\n")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["* 1 checked, *", "1 response with a status other than 2xx"])
    assert len(provider.asked) == 2


@pytest.mark.parametrize("call, status", RETRIED)
def test_of_a_call_that_was_tried_again_the_answer_is_judged(watched, provider, body, call, status):
    provider.answer({"error": {"code": status, "message": "slow down"}}, status=status)
    provider.answer(body(RESPONSES, total_tokens="87"))

    result = watched(f"def test_it_calls({call.partition('.')[0]}):\n    {call}\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['  wrong-type  usage.total_tokens  string "87", *'])


@pytest.mark.parametrize("module, name, contract", STREAMED)
def test_a_stream_is_judged_by_its_last_usage(watched, provider, body, module, name, contract):
    provider.answer(body(name))

    result = watched(module)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{contract}  1 checked, *"])


@pytest.mark.parametrize("module, name, contract", STREAMED)
def test_a_stream_whose_last_usage_is_broken_fails_its_test(watched, provider, body, module, name, contract):
    provider.answer(with_total(body(name), "87"))

    result = watched(module)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"{contract} broken: 1 schema finding in POST *", '  wrong-type  usage.total_tokens  string "87", *']
    )


@pytest.mark.parametrize("module, name, contract", STREAMED)
def test_a_stream_that_the_server_ends_before_its_usage_fails_its_test(watched, provider, body, module, name, contract):
    provider.answer(body(name).partition(b"\n\n")[0] + b"\n\n")
    call = module.partition("assert")[0]

    result = watched(f"{call}list(events)\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{contract} broken: 1 schema finding in POST *", "  no-terminal-usage  usage  *"])


def test_a_stream_that_the_test_left_early_is_counted_as_abandoned(watched, provider, body):
    provider.answer(body("openrouter_responses_current_sse.txt"))

    result = watched(
        """
        def test_it_leaves(openai):
            with openai.responses.create(model="m", input="Ahoy?", stream=True) as events:
                assert next(iter(events)).type == "response.created"
        """
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 stream left by the consumer before the usage came"])


def test_a_stream_of_our_mock_that_the_sdk_drains_behind_its_end_is_received_once(watched):
    result = watched(
        """
        import asyncio
        from openai import AsyncOpenAI

        def test_it_streams(usage_mock):
            usage_mock("openrouter")

            async def stream():
                client = AsyncOpenAI(api_key="key", base_url="https://openrouter.ai/api/v1")
                return [event async for event in await client.responses.create(model="m", input="Ahoy?", stream=True)]

            assert asyncio.run(stream())
        """,
        "--usage-contract-fail-on=all",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["* 0 checked, 0 kept, 1 mocked  *no findings"])
