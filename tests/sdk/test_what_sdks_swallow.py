"""The SDK swallows or coerces, and the plugin reports: real clients, real HTTP, no word about usage in their tests."""

import pytest

OPENROUTER = "openrouter.beta.responses.send(model='openai/gpt-5-mini', input='Ahoy?')"
OPENAI = "openai.responses.create(model='openai/gpt-5-mini', input='Ahoy?')"
ORQ = "orq.deployments.invoke(key='greeting')"
GENERATE = "orq.router.images.generations.create(prompt='a boat', model='openai/gpt-image-1')"
EDIT = (
    "orq.router.images.edits.create(prompt='a boat', model='openai/gpt-image-1', "
    "image={'file_name': 'a.png', 'content': b'png', 'content_type': 'image/png'})"
)

RESPONSES = "openrouter_responses_current.json"
CALLS = [
    pytest.param(OPENROUTER, RESPONSES, "openrouter/alpha_responses", id="openrouter"),
    pytest.param(OPENAI, RESPONSES, "openrouter/alpha_responses", id="openai"),
    pytest.param(ORQ, "orq_deployment_invoke.json", "orq/deployments_invoke", id="orq"),
    pytest.param(GENERATE, "orq_images_generations.json", "orq/router_images_generations", id="orq-generations"),
    pytest.param(EDIT, "orq_images_edits.json", "orq/router_images_edits", id="orq-edits"),
]
COERCED = [
    # what is on the wire, and what the SDK makes of it without an error
    pytest.param(OPENROUTER, RESPONSES, "165", "165", id="openrouter coerces a numeric string"),
    pytest.param(OPENROUTER, RESPONSES, True, "1", id="openrouter coerces a boolean"),
    pytest.param(ORQ, "orq_deployment_invoke.json", "87", "87", id="orq coerces a numeric string"),
    pytest.param(ORQ, "orq_deployment_invoke.json", True, "1", id="orq coerces a boolean"),
    pytest.param(OPENAI, RESPONSES, "165", "'165'", id="openai hands the string on"),
]
EMPTIED = [
    pytest.param(OPENROUTER, RESPONSES, id="openrouter"),
    pytest.param(ORQ, "orq_deployment_invoke.json", id="orq"),
]


def fixture_of(call):
    return call.partition(".")[0]


def only_calls(call):
    return f"def test_it_calls({fixture_of(call)}):\n    {call}\n"


def reads_the_total(call, total):
    return f"def test_it_calls({fixture_of(call)}):\n    assert {call}.usage.total_tokens == {total}\n"


@pytest.mark.parametrize("call, name, contract", CALLS)
def test_a_total_that_is_a_string_fails_the_test_that_received_it(watched, provider, body, call, name, contract):
    provider.answer(body(name, total_tokens="87"))

    result = watched(only_calls(call))

    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            rf"{contract} broken: 1 schema finding in POST {provider.host}/\S+ \(200\)",
            r'  wrong-type  usage\.total_tokens  string "87", documented as a number',
        ]
    )
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_it_calls - *UsageContractError: *"])


@pytest.mark.parametrize("call, name, contract", CALLS)
def test_a_kept_usage_passes(watched, provider, body, documented, call, name, contract):
    provider.answer(documented if name == RESPONSES else body(name))

    result = watched(only_calls(call))

    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([rf"{contract} +1 checked, 1 kept +(\d+) of \1 fields seen \(100 %\) +no findings"])


@pytest.mark.parametrize("call, name, contract", CALLS)
def test_an_undocumented_field_passes_and_the_summary_names_the_drift(watched, provider, body, call, name, contract):
    provider.answer(body(name, surcharge=0.5))

    result = watched(only_calls(call))

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            f"warns   undocumented-field  usage.surcharge  in {contract}",
            "        number 0.5, not documented",
            "        *.py::test_it_calls",
        ]
    )


@pytest.mark.parametrize("call, name, wire, made_of_it", COERCED)
def test_the_sdk_says_nothing_about_what_the_plugin_reports(watched, provider, body, call, name, wire, made_of_it):
    provider.answer(body(name, total_tokens=wire))
    module = reads_the_total(call, made_of_it)

    watched(module, flag="").assert_outcomes(passed=1)
    result = watched(module)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  wrong-type  usage.total_tokens  *, documented as a number"])


@pytest.mark.parametrize("call, name", EMPTIED)
def test_the_sdk_hands_out_an_empty_usage_object_and_the_plugin_tells_why(watched, provider, body, call, name):
    provider.answer(body(name, total_tokens="abc"))
    module = f"def test_it_calls({fixture_of(call)}):\n    assert repr({call}.usage) == 'Unset()'\n"

    watched(module, flag="").assert_outcomes(passed=1)
    result = watched(module)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['  wrong-type  usage.total_tokens  string "abc", documented as a number'])


def test_a_field_that_the_sdk_drops_is_told_with_its_place(watched, provider, body):
    provider.answer(body("orq_deployment_invoke.json", prompt_tokens_details={"cached_tokens": 32, "zombie_tokens": 9}))

    result = watched("def test_it_calls(orq):\n    assert 'zombie' not in repr(orq.deployments.invoke(key='k'))\n")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["warns   undocumented-field  usage.prompt_tokens_details.zombie_tokens  in orq/*"])


ASYNC = {
    "openrouter": ("OpenRouter(api_key='key', server_url=URL)", "beta.responses.send_async(model='m', input='Ahoy?')"),
    "orq_ai_sdk": ("Orq(api_key='key', server_url=URL)", "deployments.invoke_async(key='greeting')"),
    "openai": ("AsyncOpenAI(api_key='key', base_url=URL)", "responses.create(model='m', input='Ahoy?')"),
}


@pytest.mark.parametrize("package", ASYNC)
def test_an_async_client_is_seen_as_its_sync_twin_is(watched, provider, body, package):
    client, call = ASYNC[package]
    orq = package == "orq_ai_sdk"
    provider.answer(body("orq_deployment_invoke.json" if orq else RESPONSES, total_tokens="87"))

    result = watched(
        f"""
        import asyncio

        from {package} import {client.partition("(")[0]}

        URL = "{provider.url}{"" if orq else "/api/v1"}"


        def test_it_calls():
            async def call():
                async with {client} as client:
                    await client.{call}

            asyncio.run(call())
        """
    )

    # Behind the inner asyncio.run the tracer does not come back to this frame.
    result.assert_outcomes(failed=1)  # pragma: no cover
    result.stdout.fnmatch_lines(  # pragma: no cover
        ['  wrong-type  usage.total_tokens  string "87", documented as a number']
    )


def test_two_workers_report_as_one_process_does(watched, provider, body):
    provider.answer(body("orq_deployment_invoke.json", total_tokens="87"))
    module = "".join(only_calls(ORQ).replace("test_it_calls", f"test_{number}") for number in range(4))

    alone, shared = watched(module), watched(module, "-n", "2")

    summaries = [str(result.stdout).partition("= usage contracts =")[2].splitlines()[1:6] for result in (alone, shared)]
    assert summaries[0] == summaries[1]
    shared.assert_outcomes(failed=4)
    shared.stdout.fnmatch_lines(["orq/deployments_invoke  4 checked, 0 kept  *  1 schema"])
