"""What `==` answers: for every subject, in both modes, alone and under xdist."""

import subprocess
import sys

import pytest

OTHER_NUMBERS = {
    "total_tokens": 7,
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 0},
    "input_tokens": 0,
    "input_tokens_details": {"cached_tokens": 0},
}

SUBJECTS = {
    "httpx": "httpx.Response(200, content=body(), request=httpx.Request('POST', URL))",
    "httpx2": "httpx2.Response(200, content=body(), request=httpx2.Request('POST', URL))",
    "requests": "of_requests()",
    "aiohttp": "asyncio.run(of_aiohttp())",
    "bytes": "body()",
    "text": "body().decode()",
    "body": "json.loads(body())",
    "bare": "json.loads(body())['usage']",
    "pydantic": "Body.model_validate_json(body())",
    "dataclass": "Plain(json.loads(body())['usage'])",
    "attrs": "Classic(json.loads(body())['usage'])",
    "msgspec": "msgspec.json.decode(body(), type=Fast)",
    "events": "[{'type': 'response.created'}, {'type': 'response.completed', 'response': json.loads(body())}]",
    "event_stream": "sse()",
    "chunks": "[sse()[:70], sse()[70:]]",
}

MANY = """
import asyncio, dataclasses, json

import aiohttp.web, attrs, httpx, httpx2, msgspec, pydantic, requests
from shop import URL, body, respond


class Body(pydantic.BaseModel):
    usage: dict


@dataclasses.dataclass
class Plain:
    usage: dict


@attrs.define
class Classic:
    usage: dict


class Fast(msgspec.Struct):
    usage: dict


def sse():
    done = {"type": "response.completed", "response": json.loads(body())}
    return f"data: {json.dumps(done)}\\n\\ndata: [DONE]\\n\\n".encode()


def of_requests():
    response = requests.Response()
    response.status_code, response._content = 200, body()
    response.request = requests.Request("POST", URL).prepare()
    return response


async def of_aiohttp():
    async def answer(request):
        return aiohttp.web.Response(body=body())

    from aiohttp.test_utils import TestClient, TestServer
    app = aiohttp.web.Application()
    app.router.add_post("/api/alpha/responses", answer)
    async with TestClient(TestServer(app)) as client:
        response = await client.post("/api/alpha/responses")
        await response.read()
        return response


def test_it(usage_snapshot):
    assert SUBJECT == usage_snapshot(contract="openrouter")
"""


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_every_subject_is_asked_for_its_usage(shop, subject):
    shop.test(MANY.replace("SUBJECT", subject))
    shop.stores()
    shop.answers(OTHER_NUMBERS)
    shop.runs().assert_outcomes(passed=1)
    shop.answers(cost=0.0012)
    assert "usage.cost  new, number, not documented" in shop.tells()


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_other_numbers_keep_the_shape_and_break_the_values_and_one_more_field_breaks_both(shop, workers):
    shop.test(
        test_shape="""
        from shop import respond

        def test_shape(usage_snapshot):
            assert respond() == usage_snapshot
        """,
        test_values="""
        from shop import respond

        def test_values(usage_snapshot):
            assert respond() == usage_snapshot(values=True)
        """,
    )
    shop.stores(*workers).assert_outcomes(passed=2)
    shop.runs(*workers).assert_outcomes(passed=2)

    shop.answers(OTHER_NUMBERS)
    result = shop.runs(*workers)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*usage.total_tokens * was number 165, now number 7"])

    shop.answers(cost=0.0012)
    result = shop.runs(*workers)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E*usage.cost  new, number, not documented"])
    result.stdout.fnmatch_lines(["E*usage.cost  new, number 0.0012, not documented"])


TRUTHS = {
    "not equal": "not (respond() != snapshot)",
    "the snapshot first": "snapshot == respond()",
    "any": "any(one == snapshot for one in (respond(), respond()))",
    "in a list": "respond() in [snapshot]",
    "in containers": "{'a': [respond()]} == {'a': [snapshot]}",
}


@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS.keys())
def test_equality_is_a_plain_truth(shop, truth):
    test = """
    from shop import respond

    def test_one(usage_snapshot):
        snapshot = usage_snapshot(name="one")
        truth = {}
        assert truth is {}
    """
    shop.test(test.format("respond() == snapshot", True))
    shop.stores()
    shop.test(test.format(truth, True))
    shop.runs().assert_outcomes(passed=1)

    shop.answers(cost=0.0012)
    shop.test(test.format(truth, False))
    shop.runs().assert_outcomes(passed=1)


def test_what_is_equal_to_a_response_has_no_hash(shop):
    shop.test("def test_one(usage_snapshot):\n    {usage_snapshot}")
    assert shop.tells().startswith("TypeError: ")


def test_a_class_that_answers_for_itself_is_met_with_an_advice(shop):
    test = """
    import json
    from shop import body

    class Stubborn(dict):
        def __eq__(self, other):
            return isinstance(other, Stubborn)

    def test_one(usage_snapshot):
        response = Stubborn(json.loads(body()))
        assert {}
    """
    shop.test(test.format("usage_snapshot == response"))
    shop.stores()
    shop.runs().assert_outcomes(passed=1)
    shop.test(test.format("usage_snapshot.assert_match(response) is None"))
    shop.runs().assert_outcomes(passed=1)
    shop.test(test.format("response == usage_snapshot"))
    assert shop.tells("--snapshot-warn-unused") == (
        "pytest_usage_contract.UsageSnapshotError: Stubborn answers `==` for itself, so that no snapshot was compared\n"
        "write: usage_snapshot == response, or usage_snapshot.assert_match(response)"
    )


SEVERAL = {
    "responses": "[respond(), respond()]",
    "bodies": "(json.loads(body()), json.loads(body()))",
    "texts": "[body(), body().decode()]",
    "streams": "[[event], [event]]",
    "objects": "[Body.model_validate_json(body()), Body.model_validate_json(body())]",
}


@pytest.mark.parametrize("several", SEVERAL.values(), ids=SEVERAL.keys())
def test_a_list_of_whole_responses_is_several(shop, several):
    shop.test(
        f"""
        import json
        from pydantic import BaseModel
        from shop import body, respond

        class Body(BaseModel):
            usage: dict

        def test_one(usage_snapshot):
            event = {{"type": "response.completed", "response": json.loads(body())}}
            assert {several} == usage_snapshot(contract="openrouter", values=True)
        """
    )
    shop.stores()
    assert shop.file.read_text().count('"total_tokens": 165') == 2


@pytest.mark.parametrize("contract", ["'atoma'", "find_contract('Usage')", "None"])
def test_a_contract_is_named_or_told_by_the_shape(shop, contract):
    shop.test(
        f"""
        import json
        from pytest_usage_contract import find_contract

        def test_one(usage_snapshot):
            usage = {{"prompt_tokens": 1, "completion_tokens_details": {{"audio_tokens": 0}}}}
            assert {{"usage": usage}} == usage_snapshot(contract={contract})
            chunks = [{{"choices": [1]}}, {{"choices": [], "usage": usage}}]
            assert chunks == usage_snapshot(contract={contract})
            stream = b"".join(b"data: " + json.dumps(chunk).encode() + b"\\n\\n" for chunk in chunks)
            assert b"data: {{not JSON}}\\n\\n" + stream == usage_snapshot(contract={contract})
            assert json.dumps({{"usage": usage}}) == usage_snapshot(contract={contract})
        """
    )
    shop.stores()
    assert len(shop.files) == 4
    assert all('"contract": "atoma/completions"' in text for text in shop.files.values())


def test_a_failing_assert_is_told_in_full_where_pytest_does_not_rewrite(shop):
    shop.stores()
    shop.answers(cost=0.0012)
    shop.test("from shop import respond\n\ndef test_one(usage_snapshot):\n    usage_snapshot.assert_match(respond())")
    assert "usage.cost  new, number, not documented" in shop.tells("--assert=plain")


def test_a_message_of_the_tests_own_is_kept_and_another_error_left_alone(shop):
    shop.stores()
    shop.answers(cost=0.0012)
    shop.test(
        "from shop import respond\n\ndef test_one(usage_snapshot):\n    assert respond() == usage_snapshot, 'why'"
    )
    assert shop.tells().endswith("accepts what is there now\nwhy")
    shop.test(
        """
        import pytest
        from shop import respond

        def test_one(usage_snapshot):
            with pytest.raises(AssertionError, match="differs from its snapshot in 1 field"):
                assert respond() == usage_snapshot
            assert respond() != usage_snapshot(name="second"), "another"
            assert usage_snapshot(name="second") != 1
        """
    )
    assert "TypeError" in shop.tells("--snapshot-warn-unused")
    shop.test(
        """
        from shop import respond

        def test_one(usage_snapshot):
            try:
                assert respond() == usage_snapshot
            except AssertionError:
                assert 1 == 2
        """
    )
    assert shop.tells().endswith("\nassert 1 == 2")


def test_an_expected_failure_is_expected(shop):
    shop.stores()
    shop.answers(cost=0.0012)
    shop.test(
        """
        import pytest
        from shop import respond

        @pytest.mark.xfail(raises=AssertionError, strict=True)
        def test_one(usage_snapshot):
            assert respond() == usage_snapshot
        """
    )
    shop.runs().assert_outcomes(xfailed=1)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_comparison_is_no_judgement_so_the_gate_has_the_last_word(shop, workers):
    shop.test("from shop import ask\n\ndef test_one(usage_snapshot):\n    assert ask() == usage_snapshot")
    shop.answers(total_tokens="165")
    shop.stores()
    shop.runs(*workers).assert_outcomes(passed=1)
    result = shop.runs_apart("--usage-contract", *workers)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*wrong-type  usage.total_tokens  string "165", documented as a number'])


def test_of_an_object_whose_exchange_was_captured_the_bytes_are_compared(shop):
    shop.test(
        """
        from pydantic import BaseModel
        from shop import ask

        class Small(BaseModel):
            total_tokens: int

        class Answer(BaseModel):
            id: str
            usage: Small

        def test_one(usage_snapshot, usage_exchanges):
            answer = Answer.model_validate_json(ask().content)
            assert usage_exchanges
            assert answer == usage_snapshot
        """
    )
    shop.answers(cost=0.0012)
    shop.runs_apart("--snapshot-update").assert_outcomes(passed=1)
    assert '"usage.cost": "number, not documented"' in shop.file.read_text()


MAPS = """
from pydantic import BaseModel
from pytest_usage_contract import Contract, Count, MayBeAbsent, Source, Usage

class Model(Usage):
    tokens: Count

class OfModels(Usage):
    total: Count
    models: dict[str, Model]
    steps: list[Model]

CONTRACT = Contract(name="my/own", source=Source(document="OfModels", package="mine"), usage=OfModels)

def test_one(usage_snapshot):
    usage = {"steps": STEPS, "models": MODELS, "total": 3}
    assert {"usage": usage} == usage_snapshot(contract=CONTRACT)
    assert {"usage": usage} == usage_snapshot(contract=CONTRACT, values=True)
"""


def test_the_names_in_a_map_and_the_number_of_items_are_no_part_of_a_shape(shop, snapshot):
    shop.test(MAPS.replace("STEPS", "[{'tokens': 1}]").replace("MODELS", "{'gpt-4.1': {'tokens': 3}}"))
    shop.stores()
    shop.test(
        MAPS.replace("STEPS", "[{'tokens': 1}] * 2").replace("MODELS", "{'a': {'tokens': 3}, 'b': {'tokens': 0}}")
    )
    assert shop.tells() == snapshot
    shop.test(MAPS.replace("STEPS", "{'tokens': 1}").replace("MODELS", "{'a': None}"))
    assert shop.tells("--snapshot-warn-unused") == snapshot


def test_importing_the_fixture_imports_nothing_heavy():
    code = "import sys, pytest_usage_contract.snapshots; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"syrupy", "pydantic", "pydantic_core"}.isdisjoint(run.stdout.split())
