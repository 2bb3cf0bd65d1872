"""The `usage-contract` command, by what it prints and the status it exits with."""

import json
import subprocess
import sys

import pytest

from pytest_usage_contract import Contract, Count, Source, Usage
from pytest_usage_contract.cli import main
from pytest_usage_contract.contracts import register
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.usage import PerhapsNull

KEPT = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}


def run(capsys, *arguments):
    status = main(list(map(str, arguments)))
    out, err = capsys.readouterr()
    return status, out, err


def har(*exchanges):
    return json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {"method": "POST", "url": url},
                        "response": {"status": status, "content": {"text": json.dumps({"usage": usage})}},
                    }
                    for url, status, usage in exchanges
                ]
            }
        }
    )


def test_list_names_every_contract_and_its_source(capsys):
    assert run(capsys, "list") == (
        0,
        "atoma/completions           Usage of atoma-sdk, read 2026-11-21\n"
        "openrouter/alpha_responses  PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21\n"
        "orq/deployments_invoke      DeploymentInvokeUsage of orq-ai-sdk, read 2026-11-21\n"
        "orq/images_generations      PostV2ProxyImagesGenerationsUsage of @orq-ai/node, read 2026-11-21\n"
        "orq/images_edits            PostV2ProxyImagesEditsUsage of @orq-ai/node, read 2026-11-21\n",
        "",
    )


def test_show_tells_a_contract_whole(capsys):
    status, out, _ = run(capsys, "show", "PostV2ProxyImagesGenerationsUsage")

    assert status == 0
    assert out == (
        "orq/images_generations\n"
        "documented in PostV2ProxyImagesGenerationsUsage of @orq-ai/node, read 2026-11-21 (version 3.12.0-rc)\n"
        "  POST my.orq.ai…/v2/proxy/images/generations\n"
        "  POST api.orq.ai…/v2/proxy/images/generations\n"
        "  POST my.orq.ai…/v2/gateway/images/generations\n"
        "  POST api.orq.ai…/v2/gateway/images/generations\n"
        "  POST my.orq.ai…/v2/router/images/generations\n"
        "  POST api.orq.ai…/v2/router/images/generations\n"
        "fields\n"
        "  usage.input_tokens                       number   may be absent  Tokens in the input, images and text.\n"
        "  usage.input_tokens_details               object   required  What the input tokens consist of; an empty object will do.\n"
        "  usage.input_tokens_details.image_tokens  number   may be absent  Tokens of the images in the input.\n"
        "  usage.input_tokens_details.text_tokens   number   may be absent  Tokens of the text in the input.\n"
        "  usage.output_tokens                      number   may be absent  Tokens in the image that was made.\n"
        "  usage.total_tokens                       number   may be absent  Tokens of input and output together.\n"
        "accounting\n"
        "  total_tokens = input_tokens + output_tokens\n"
        "  input_tokens = input_tokens_details.text_tokens + input_tokens_details.image_tokens\n"
        "  input_tokens_details.text_tokens inside input_tokens\n"
        "  input_tokens_details.image_tokens inside input_tokens\n"
        "documented example\n"
        '  {"input_tokens_details": {}}\n'
    )


def test_show_tells_all_contracts_of_a_provider_and_their_errata(capsys):
    _, out, _ = run(capsys, "show", "orq")

    assert [line for line in out.splitlines() if line.startswith("orq/")] == [
        "orq/deployments_invoke",
        "orq/images_generations",
        "orq/images_edits",
    ]
    assert "erratum: the documented example does not add up: 4003.34 + 6587.59 is not 2802.74" in out
    assert "usage.completion_tokens_details                   object   may be absent, may be null" in out


def test_show_gives_json_schema(capsys):
    status, out, _ = run(capsys, "show", "openrouter", "--json-schema")

    schema = json.loads(out)
    assert status == 0
    assert schema["title"] == "openrouter/alpha_responses"
    assert schema["required"] == [
        "input_tokens",
        "input_tokens_details",
        "output_tokens",
        "output_tokens_details",
        "total_tokens",
    ]
    assert schema["properties"]["total_tokens"]["type"] == "number"


@pytest.mark.parametrize("code", CODES)
def test_explain_tells_each_code(capsys, code):
    assert run(capsys, "explain", code) == (0, f"{code} ({CODES[code].kind}): {CODES[code].meaning}\n", "")


def test_explain_alone_tells_all_codes(capsys):
    assert run(capsys, "explain")[1].count("\n") == len(CODES)


def test_check_judges_what_a_contract_covers_by_its_request(capsys, tmp_path):
    path = tmp_path / "calls.har"
    url = "https://openrouter.ai/api/v1/responses"
    path.write_text(
        har(
            (url, 200, KEPT),
            (url, 429, None),
            ("https://example.test/v1", 200, None),
            (url, 200, {**KEPT, "total_tokens": "165"}),
            (url, 200, {**KEPT, "cost": 0.1}),
        )
    )

    assert run(capsys, "check", path) == (
        1,
        f"openrouter/alpha_responses broken: 1 schema finding in {path}, entry 4\n"
        '  wrong-type  usage.total_tokens  string "165", documented as a number\n'
        "documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21\n"
        "\n"
        f"openrouter/alpha_responses kept in {path}, entry 5\n"
        "also, not failing: 1 drift finding\n"
        "  undocumented-field  usage.cost  number 0.1, not documented\n"
        "documented in PostApiAlphaResponsesUsage of @openrouter/sdk, read 2026-11-21\n"
        "\n"
        "3 judged, 2 kept, 1 broken\n",
        "",
    )
    assert run(capsys, "check", path, "--fail-on=drift")[1].endswith("3 judged, 2 kept, 1 broken\n")
    assert run(capsys, "check", path, "--fail-on=none")[0] == 0


def test_check_judges_a_bare_body_under_the_contract_that_is_named(capsys, tmp_path):
    path = tmp_path / "body.json"
    path.write_text(json.dumps({"usage": KEPT}))

    assert run(capsys, "check", path, "--contract", "openrouter") == (0, "1 judged, 1 kept, 0 broken\n", "")


def test_check_of_nothing_is_no_success(capsys, tmp_path):
    path = tmp_path / "body.json"
    path.write_text("{}")

    assert run(capsys, "check", path) == (2, "nothing was judged\n", "")
    assert run(capsys, "check", tmp_path / "none", "--contract=openrouter")[0] == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["show", "opnrouter"], "no contract is called 'opnrouter', did you mean 'openrouter'?"),
        (["show", "orq", "--json-schema"], "'orq' may mean orq/deployments_invoke or orq/images_generations"),
        (["explain", "wrong"], "'wrong' is no code; there are no-usage, missing-field"),
        (["check", "missing.json"], "missing.json cannot be read: No such file or directory"),
        (["check", ".", "--contract=nobody"], "no contract is called 'nobody'"),
        (["check", ".", "--fail-on=wrong"], "'wrong': not a kind of finding"),
    ],
)
def test_misuse_is_one_line_on_standard_error_and_status_2(capsys, arguments, message):
    status, out, err = run(capsys, *arguments)

    assert (status, out) == (2, "")
    assert err.startswith(f"usage-contract: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [["usage-contract"], [sys.executable, "-m", "pytest_usage_contract"]])
def test_the_command_can_be_run_in_both_ways(command):
    done = subprocess.run([*command, "explain", "not-json"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("not-json (schema): ")


def test_no_command_is_misuse():
    done = subprocess.run(["usage-contract"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "the following arguments are required: COMMAND" in done.stderr


def test_show_tells_what_the_documentation_leaves_unsaid(capsys):
    class ReadUsage(Usage):
        tokens: PerhapsNull[Count]

    source = Source(document="ReadUsage", package="acme-sdk")
    undo = register([Contract(name="acme/chat", source=source, usage=ReadUsage, either_spelling=True)])
    try:
        _, out, _ = run(capsys, "show", "acme/chat")
    finally:
        undo()

    assert out == (
        "acme/chat\n"
        "documented in ReadUsage of acme-sdk\n"
        "fields\n"
        "  usage.tokens  number   required, not said: null\n"
        "names may be spelled as on the wire or as an SDK shows them, in one way throughout\n"
    )
