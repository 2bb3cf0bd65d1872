"""`assert_usage` on what an SDK hands out: led back to the wire where it can be, else judged with a note."""

import json

import httpx
import pytest
import respx
from openrouter import OpenRouter
from orq_ai_sdk import Orq

from pytest_usage_contract import UsageContractError, assert_usage, check_usage

CALLS = [
    pytest.param("openrouter.beta.responses.send(model='m', input='Ahoy?')", "openrouter", id="openrouter"),
    pytest.param("openai.responses.create(model='m', input='Ahoy?')", "openrouter", id="openai"),
    pytest.param("orq.deployments.invoke(key='greeting')", "orq", id="orq"),
]
NOTE = "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"


def name_of(provider):
    return "orq_deployment_invoke.json" if provider == "orq" else "openrouter_responses_current.json"


@pytest.mark.parametrize("flag", ["--usage-contract", ""])
@pytest.mark.parametrize("call, contract", CALLS)
def test_an_sdk_object_leads_back_to_the_bytes_it_was_made_from(watched, provider, body, call, contract, flag):
    provider.answer(body(name_of(contract), total_tokens="87", zombie=1))

    result = watched(
        f"""
        import pytest
        from pytest_usage_contract import UsageContractError


        def test_it_books({call.partition(".")[0]}, assert_usage):
            with pytest.raises(UsageContractError) as caught:
                assert_usage({call}, "{contract}")
            (verdict,) = caught.value.verdicts
            assert verdict.note == ""
            found = {{(finding.code, finding.path) for finding in verdict.findings}}
            assert {{("wrong-type", "usage.total_tokens"), ("undocumented-field", "usage.zombie")}} <= found
        """,
        flag=flag,
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("call, contract", CALLS)
def test_it_gives_the_usage_with_the_names_of_the_wire(watched, provider, body, call, contract):
    wire = body(name_of(contract))
    provider.answer(wire)

    result = watched(
        f"""
        def test_it_books({call.partition(".")[0]}, assert_usage):
            assert assert_usage({call}, "{contract}").total_tokens == {wire["usage"]["total_tokens"]}
        """
    )

    result.assert_outcomes(passed=1)


def test_of_several_answers_each_object_finds_its_own(watched, provider, body):
    for number in range(3):
        provider.answer(body("orq_deployment_invoke.json", total_tokens=87 + number) | {"id": f"01JAHOY{number}"})

    result = watched(
        """
        def test_it_books(orq, assert_usage):
            answers = [orq.deployments.invoke(key="greeting") for _ in range(3)]
            totals = [assert_usage(answer, "orq", fail_on="none").total_tokens for answer in reversed(answers)]
            assert totals == [89, 88, 87]
            assert all(type(total) is int for total in totals)
        """
    )

    result.assert_outcomes(passed=1)


@respx.mock
def test_without_the_wire_a_dump_is_judged_and_says_so(body):
    respx.post("https://my.orq.ai/v2/deployments/invoke").respond(json=body("orq_deployment_invoke.json", zombie=1))
    with Orq(api_key="key") as orq:
        answer = orq.deployments.invoke(key="greeting")

    verdict = check_usage(answer, "orq")

    assert verdict.kept  # the SDK has dropped what would be a drift
    assert verdict.note == NOTE
    assert assert_usage(answer, "orq").total_tokens == 87


@respx.mock
def test_an_emptied_usage_object_is_judged_as_the_nothing_that_it_is(body):
    respx.post("https://my.orq.ai/v2/deployments/invoke").respond(
        json=body("orq_deployment_invoke.json", total_tokens="abc")
    )
    with Orq(api_key="key") as orq:
        answer = orq.deployments.invoke(key="greeting")

    verdict = check_usage(answer, "orq/deployments_invoke")

    assert repr(answer.usage) == "Unset()"
    assert verdict.note == NOTE
    assert verdict.seen == {}


@respx.mock
def test_a_message_about_a_dump_says_what_cannot_be_seen(body):
    wire = body("openrouter_responses_current.json")
    respx.post("https://openrouter.ai/api/v1/responses").respond(json=wire)
    with OpenRouter(api_key="key") as openrouter:
        answer = openrouter.beta.responses.send(model="m", input="Ahoy?")

    with pytest.raises(UsageContractError) as caught:
        assert_usage(answer, "openrouter/alpha_responses", fail_on="drift")

    assert NOTE in str(caught.value).splitlines()


def test_a_list_of_an_sdks_events_is_a_stream(watched, provider, body):
    provider.answer(body("openrouter_responses_current_sse.txt"))

    result = watched(
        """
        def test_it_books(openai, assert_usage):
            events = list(openai.responses.create(model="m", input="Ahoy?", stream=True))
            assert assert_usage(events, "openrouter").total_tokens == 165
        """
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("host", ["my.orq.ai", "api.orq.ai"])
def test_at_the_providers_own_host_nothing_need_be_mapped(pytester, body, host):
    pytester.makepyfile(
        test_it=f"""
        import json

        from orq_ai_sdk import Orq


        def test_it_calls(respx_mock):
            respx_mock.post("https://{host}/v2/deployments/invoke").respond(
                json=json.loads({json.dumps(body("orq_deployment_invoke.json", prompt_tokens="abc"))!r})
            )
            with Orq(api_key="key", server_url="https://{host}") as orq:
                assert repr(orq.deployments.invoke(key="greeting").usage) == "Unset()"
        """
    )

    result = pytester.runpytest("--usage-contract", "-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            f"orq/deployments_invoke broken: 1 schema finding in POST {host}/v2/deployments/invoke (200)",
            '  wrong-type  usage.prompt_tokens  string "abc", documented as a number',
        ]
    )


def test_openai_at_openrouters_own_address_is_seen_through_its_own_http_client(pytester, body):
    pytester.makepyfile(
        test_it=f"""
        import json

        import httpx2
        from openai import OpenAI

        BODY = json.loads({json.dumps(body("openrouter_responses_current.json", total_tokens="165"))!r})


        def test_it_calls():
            transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=BODY))
            http = httpx2.Client(transport=transport)
            with OpenAI(api_key="key", base_url="https://openrouter.ai/api/v1", http_client=http) as client:
                assert client.responses.create(model="m", input="Ahoy?").usage.total_tokens == "165"
        """
    )

    result = pytester.runpytest("--usage-contract", "-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['  wrong-type  usage.total_tokens  string "165", *'])


def test_a_host_without_a_contract_is_neither_judged_nor_broken(watched, provider):
    provider.answer(
        {
            "id": "msg_01",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5",
            "content": [{"type": "text", "text": "Ahoy!"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": "9", "output_tokens": 3},
        }
    )

    result = watched(
        """
        def test_it_calls(anthropic):
            asked = [{"role": "user", "content": "Ahoy?"}]
            message = anthropic.messages.create(model="claude-sonnet-5", max_tokens=9, messages=asked)
            assert message.content[0].text == "Ahoy!"
            assert message.usage.input_tokens == "9"
        """,
        mapped=["orq"],
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "no response was seen that a contract covers",
            f"no contract covers POST {provider.host}/v1/messages (1); it looks like anthropic/messages, *",
        ]
    )


def test_a_documented_example_keeps_its_contract_through_the_response_of_a_client():
    usage = {
        "input_tokens": 1321.53,
        "input_tokens_details": {"cached_tokens": 6223.04},
        "output_tokens": 6590.62,
        "output_tokens_details": {"reasoning_tokens": 5408.32},
        "total_tokens": 4727.47,
    }

    judged = assert_usage(httpx.Response(200, json={"usage": usage}), "openrouter", fail_on="all")

    assert judged.total_tokens == 4727.47
