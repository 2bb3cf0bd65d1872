"""The answers of `==`, for every subject and in both modes, and the error that a failing assert becomes."""

import subprocess
import sys

import pytest
from toy import KEPT, changed

OTHER_NUMBERS = changed(KEPT, "input_details.cached_tokens", 0) | {"input_tokens": 0, "total_tokens": 7}

MANY = """
import asyncio, dataclasses, json

import aiohttp.web, attrs, httpx, httpx2, msgspec, pydantic, pytest, requests
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
    return f"data: {json.dumps(done())}\\n\\ndata: [DONE]\\n\\n".encode()


def done():
    return {"type": "completed", "response": json.loads(body())}


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
    app.router.add_post("/v1/chat", answer)
    async with TestClient(TestServer(app)) as client:
        response = await client.post("/v1/chat")
        await response.read()
        return response


SUBJECTS = {
    "httpx": lambda: respond(),
    "httpx2": lambda: httpx2.Response(200, content=body(), request=httpx2.Request("POST", URL)),
    "requests": of_requests,
    "aiohttp": lambda: asyncio.run(of_aiohttp()),
    "bytes": body,
    "text": lambda: body().decode(),
    "body": lambda: json.loads(body()),
    "bare": lambda: json.loads(body())["usage"],
    "pydantic": lambda: Body.model_validate_json(body()),
    "dataclass": lambda: Plain(json.loads(body())["usage"]),
    "attrs": lambda: Classic(json.loads(body())["usage"]),
    "msgspec": lambda: msgspec.json.decode(body(), type=Fast),
    "events": lambda: [{"type": "created"}, done()],
    "event stream": sse,
    "chunks": lambda: [sse()[:70], sse()[70:]],
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_it(subject, usage_snapshot):
    assert subject() == usage_snapshot(contract="toy")
"""


def test_every_subject_is_asked_for_its_usage(shop):
    shop.test(MANY)
    shop.stores()
    assert len(shop.files) == 15
    shop.answers(OTHER_NUMBERS)
    assert set(shop.told().values()) == {""}
    shop.answers(cost=0.0012)
    assert [name for name, told in shop.told().items() if "\n  usage.cost  new, number" not in told] == []


def test_other_numbers_keep_the_shape_and_break_the_values_and_one_more_field_breaks_both(shop):
    shop.test(
        """
        from shop import respond

        def test_shape(usage_snapshot):
            assert respond() == usage_snapshot

        def test_values(usage_snapshot):
            assert respond() == usage_snapshot(values=True)
        """
    )
    shop.stores()
    assert shop.told() == {"test_shape": "", "test_values": ""}
    shop.answers(OTHER_NUMBERS)
    told = shop.told()
    assert told["test_shape"] == ""
    assert "  was number 165, now number 7\n" in told["test_values"]
    shop.answers(cost=0.0012)
    told = shop.told()
    assert "usage.cost  new, number, not documented\n" in told["test_shape"]
    assert "usage.cost  new, number 0.0012, not documented\n" in told["test_values"]


TRUTHS = """
import pytest
from shop import respond

TRUTHS = {
    "equal": lambda snapshot: respond() == snapshot,
    "not equal": lambda snapshot: not (respond() != snapshot),
    "the snapshot first": lambda snapshot: snapshot == respond(),
    "any": lambda snapshot: any(one == snapshot for one in (respond(), respond())),
    "in a list": lambda snapshot: respond() in [snapshot],
    "in containers": lambda snapshot: {"a": [respond()]} == {"a": [snapshot]},
}

@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_one(usage_snapshot, truth):
    assert truth(usage_snapshot(name="one")) is SAME

def test_hash(usage_snapshot):
    with pytest.raises(TypeError):
        hash(usage_snapshot)
"""


def test_equality_is_a_plain_truth_and_what_is_equal_has_no_hash(shop):
    shop.test(TRUTHS.replace("SAME", "True"))
    shop.stores()
    shop.runs().assert_outcomes(passed=7)
    shop.answers(cost=0.0012)
    shop.test(TRUTHS.replace("SAME", "False"))
    shop.runs().assert_outcomes(passed=7)


def test_a_class_that_answers_for_itself_is_met_with_an_advice(shop):
    shop.test(
        """
        import json
        from shop import body

        class Stubborn(dict):
            def __eq__(self, other):
                return isinstance(other, Stubborn)

        def test_first(usage_snapshot):
            assert usage_snapshot == Stubborn(json.loads(body()))

        def test_match(usage_snapshot):
            assert usage_snapshot.assert_match(Stubborn(json.loads(body()))) is None

        def test_last(usage_snapshot):
            assert Stubborn(json.loads(body())) == usage_snapshot
        """
    )
    assert shop.told("--snapshot-update") == {
        "test_first": "",
        "test_match": "",
        "test_last": "pytest_usage_contract.UsageSnapshotError: Stubborn answers `==` for itself, so that no snapshot "
        "was compared\nwrite: usage_snapshot == response, or usage_snapshot.assert_match(response)",
    }
    assert shop.told()["test_first"] == shop.told()["test_match"] == ""


def test_a_list_of_whole_responses_is_several(shop):
    shop.test(
        """
        import json
        import pytest
        from pydantic import BaseModel
        from shop import body, respond

        class Body(BaseModel):
            usage: dict

        def event():
            return {"type": "completed", "response": json.loads(body())}

        SEVERAL = {
            "responses": lambda: [respond(), respond()],
            "bodies": lambda: (json.loads(body()), json.loads(body())),
            "texts": lambda: [body(), body().decode()],
            "streams": lambda: [[event()], [event()]],
            "objects": lambda: [Body.model_validate_json(body()), Body.model_validate_json(body())],
        }

        @pytest.mark.parametrize("several", SEVERAL.values(), ids=SEVERAL)
        def test_it(usage_snapshot, several):
            assert several() == usage_snapshot(contract="toy", values=True)
        """
    )
    shop.stores()
    assert [text.count('"tool_tokens": 7') for text in shop.files.values()] == [2] * 5


def test_a_contract_is_named_or_told_by_the_shape(shop):
    shop.test(
        """
        import json
        import pytest
        from toy import KEPT, TOY

        @pytest.mark.parametrize("contract", ["toy", TOY, None], ids=["name", "contract", "names"])
        def test_one(usage_snapshot, contract):
            assert {"usage": KEPT} == usage_snapshot(contract=contract)
            chunks = [{"type": "created"}, {"type": "completed", "response": {"usage": KEPT}}]
            assert chunks == usage_snapshot(contract=contract)
            stream = b"".join(b"data: " + json.dumps(chunk).encode() + b"\\n\\n" for chunk in chunks)
            assert b"data: {not JSON}\\n\\n" + stream == usage_snapshot(contract=contract)
            assert json.dumps({"usage": KEPT}) == usage_snapshot(contract=contract)
        """
    )
    shop.stores()
    assert len(shop.files) == 12
    assert all('"contract": "toy/chat"' in text for text in shop.files.values())


def test_a_failing_assert_keeps_its_own_message_and_every_other_error_is_left_alone(shop):
    shop.test(
        """
        import pytest
        from shop import respond

        def test_message(usage_snapshot):
            assert respond() == usage_snapshot, "why"

        def test_match(usage_snapshot):
            usage_snapshot.assert_match(respond())

        def test_caught(usage_snapshot):
            try:
                assert respond() == usage_snapshot
            except AssertionError:
                assert 1 == 2

        def test_raises(usage_snapshot):
            with pytest.raises(AssertionError, match="differs from its snapshot in 1 field"):
                assert respond() == usage_snapshot
            assert respond() != usage_snapshot(name="second"), "another"
            assert usage_snapshot(name="second") != 1

        @pytest.mark.xfail(raises=AssertionError, strict=True)
        def test_expected(usage_snapshot):
            assert respond() == usage_snapshot
        """
    )
    shop.runs("--snapshot-update")
    shop.answers(cost=0.0012)
    told = shop.told()
    new = "  usage.cost  new, number, not documented\n"
    assert new in told["test_message"]
    assert told["test_message"].endswith("accepts what is there now\nwhy")
    assert new in told["test_match"]
    assert told["test_caught"].endswith("\nassert 1 == 2")
    assert told["test_raises"].startswith("TypeError: ")
    shop.runs("-k", "expected").assert_outcomes(xfailed=1)
    assert new in shop.told("--assert=plain")["test_match"]


def test_a_comparison_is_no_judgement_so_the_gate_has_the_last_word(shop):
    shop.test("from shop import ask\n\ndef test_one(usage_snapshot):\n    assert ask() == usage_snapshot")
    shop.answers(total_tokens="165")
    shop.stores()
    assert shop.told() == {"test_one": ""}
    result = shop.runs("--usage-contract")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  wrong-type  usage.total_tokens  *"])


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
    shop.stores()
    assert '"usage.cost": "number, not documented"' in shop.file.read_text()


@pytest.mark.slow
def test_importing_the_fixture_imports_nothing_heavy():
    code = "import sys, pytest_usage_contract.snapshots; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"syrupy", "pydantic", "pydantic_core"}.isdisjoint(run.stdout.split())
