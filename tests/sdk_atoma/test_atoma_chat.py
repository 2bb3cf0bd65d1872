"""`atoma-sdk` with its old pydantic: it installs beside us, its chat call is seen, and judged where it is mapped."""

from importlib.metadata import requires, version

from packaging.requirements import Requirement

CHAT = """
    def test_it_chats(atoma):
        asked = [{"role": "user", "content": "Ahoy?"}]
        answer = atoma.chat.create(messages=asked, model="meta-llama/Llama-3.3-70B-Instruct")
        assert answer.usage.total_tokens == 21
"""
MAPPED = "https://api.atoma.network/v1/chat/completions = atoma/completions"


def test_it_installs_beside_a_pydantic_that_atoma_sdk_pins():
    [pinned] = [need for text in requires("atoma-sdk") if (need := Requirement(text)).name == "pydantic"]

    assert version("pydantic").startswith("2.10.")
    assert version("pydantic") in pinned.specifier
    assert "2.11.0" not in pinned.specifier


def test_its_chat_call_is_judged_under_its_own_contract(watched, body):
    result = watched(CHAT, body("atoma_chat_completion.json", total_tokens="21"))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "atoma/chat_completions broken: 1 schema finding in POST api.atoma.network/v1/chat/completions (200)",
            '  wrong-type  usage.total_tokens  string "21", documented as an integer',
        ]
    )


def test_its_chat_call_keeps_its_contract(watched, body):
    result = watched(CHAT, body("atoma_chat_completion.json"))

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["atoma/chat_completions  1 checked, 1 kept *"])


def test_mapped_to_the_contract_of_completions_its_chat_breaks_it(watched, body):
    result = watched(CHAT, body("atoma_chat_completion.json"), urls=MAPPED)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "atoma/completions broken: 1 schema finding in POST api.atoma.network/v1/chat/completions (200)",
            "  missing-field  usage.completion_tokens_details  absent, documented as an object",
            "documented in Usage of atoma-sdk, *",
        ]
    )


def test_what_the_sdk_coerces_is_found_on_the_wire(watched, body):
    result = watched(CHAT, body("atoma_chat_completion.json", total_tokens="21"), urls=MAPPED)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['  wrong-type     usage.total_tokens * string "21", documented as a number'])


def test_what_the_sdk_drops_is_found_on_the_wire(watched, body):
    module = CHAT.replace("answer.usage.total_tokens == 21", "'zombie' not in repr(answer.usage)")

    result = watched(module, body("atoma_chat_completion.json", zombie_tokens=1), urls=MAPPED)

    result.stdout.fnmatch_lines(["  undocumented-field  usage.zombie_tokens  number 1, not documented"])
