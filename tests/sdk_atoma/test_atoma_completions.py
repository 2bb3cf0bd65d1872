"""The contract of `/v1/completions` itself, which no published `atoma-sdk` calls, by `openai`'s legacy client."""

import json

import pytest

PLAIN = """
    def test_it_completes(openai):
        answer = openai.completions.create(model="meta-llama/Llama-3.3-70B-Instruct", prompt="How many boats?")
        assert answer.choices
"""
STREAM = """
    def test_it_completes(openai):
        chunks = openai.completions.create(
            model="meta-llama/Llama-3.3-70B-Instruct",
            prompt="How many boats?",
            stream=True,
            stream_options={"include_usage": True},
        )
        assert [chunk.usage is None for chunk in chunks] == [True, True, False]
"""

KEPT = [
    pytest.param(PLAIN, "atoma_completions.json", id="plain"),
    pytest.param(PLAIN, "atoma_completions_doc_example.json", id="documented example"),
    pytest.param(STREAM, "atoma_completions_stream_sse.txt", id="stream"),
]
BROKEN = [
    pytest.param(
        "atoma_completions_null_details.json",
        [
            "  null-value  usage.completion_tokens_details  null, documented as an object",
            "  null-value  usage.prompt_tokens_details      null, documented as an object",
        ],
        id="null details",
    ),
    pytest.param(
        "atoma_completions_vllm_shape.json",
        [
            "  missing-field  usage.completion_tokens_details  absent, documented as an object",
            "  null-value     usage.prompt_tokens_details      null, documented as an object",
        ],
        id="as vLLM sends it",
    ),
]


@pytest.mark.parametrize("module, name", KEPT)
def test_a_documented_answer_keeps_the_contract(watched, body, module, name):
    result = watched(module, body(name))

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["atoma/completions  1 checked, 1 kept  11 of 11 fields seen (100 %)  no findings"])


@pytest.mark.parametrize("name, findings", BROKEN)
def test_what_the_servers_behind_the_api_send_breaks_the_documentation(watched, body, name, findings):
    result = watched(PLAIN, body(name))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["atoma/completions broken: * in POST api.atoma.network/v1/completions (200)", *findings]
    )


def test_a_stream_that_ends_before_its_usage_breaks_the_contract(watched, body):
    events = body("atoma_completions_stream_sse.txt").split("\n\n")
    module = STREAM.replace("[True, True, False]", "[True, True]")

    result = watched(module, "\n\n".join(events[:2]) + "\n\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  no-terminal-usage  usage  *"])


def test_a_count_in_a_stream_that_is_a_string_fails_its_test(watched, body):
    wire = body("atoma_completions_stream_sse.txt")
    usage = json.loads(wire.rstrip().splitlines()[-1].removeprefix("data: "))["usage"]
    number = f'"total_tokens":{usage["total_tokens"]}'
    assert number in wire

    result = watched(STREAM, wire.replace(number, '"total_tokens":"26"'))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['  wrong-type  usage.total_tokens  string "26", documented as a number'])
