"""The clients of Cohere and Ollama through `usage_mock`, and with that of Voyage AI against loopback."""

import json

import cohere
import ollama
import pytest
import voyageai  # noqa: F401 - it brings numpy, which no inner run can load a second time

from pytest_usage_contract import examples, find_contract
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks

MESSAGES = [{"role": "user", "content": "Ahoy?"}]


def usage_of(name, example="full"):
    return next(one.usage for one in examples(find_contract(name)) if one.name == example)


@pytest.fixture
def mocks():
    with UsageMocks() as mocks:
        yield mocks
    mocks.verify()


@pytest.mark.parametrize("example", ["full", "minimal", "zero"])
def test_cohere_shows_the_usage(mocks, example):
    mocks("cohere", example=example)
    with cohere.ClientV2("key") as client:
        answer = client.chat(model="m", messages=MESSAGES)
        *_, last = client.chat_stream(model="m", messages=MESSAGES)
        embedded = client.embed(model="m", input_type="search_query", texts=["x"], embedding_types=["float"])
        ranked = client.rerank(model="m", query="x", documents=["x"])
    for name, usage in [
        ("cohere/chat", answer.usage),
        ("cohere/chat", last.delta.usage),
        ("cohere/embed", embedded.meta),
        ("cohere/rerank", ranked.meta),
    ]:
        assert json.loads(usage.json(exclude_unset=True)) == usage_of(name, example)


@pytest.mark.parametrize("example", ["full", "minimal", "zero"])
def test_ollama_shows_the_counts(mocks, example):
    mocks("ollama", example=example)
    with ollama.Client() as client:
        plain = client.chat(model="m", messages=MESSAGES)
        *_, last = client.chat(model="m", messages=MESSAGES, stream=True)
    for answer in (plain, last):
        told = answer.model_dump(exclude_unset=True)
        known = usage_of("ollama/chat")
        assert {name: told[name] for name in known if name in told} == usage_of("ollama/chat", example)


COHERE = "with cohere.ClientV2('key', base_url=URL) as client:\n        "
OLLAMA = "with ollama.Client(URL) as client:\n        "
VOYAGE = "voyageai.Client('key', base_url=URL + '/v1')"
CALLS = {
    "cohere/chat": (f"{COHERE}client.chat(model='m', messages=[])", "cached_tokens"),
    "cohere/rerank": (f"{COHERE}client.rerank(model='m', query='x', documents=['x'])", "cached_tokens"),
    "ollama/chat": (f"{OLLAMA}client.chat(model='m', messages=[])", "eval_count"),
    "voyage/rerank": (f"{VOYAGE}.rerank('x', ['x'], model='m')", "total_tokens"),
}
STREAMS = {
    "cohere/chat": f"{COHERE}[*client.chat_stream(model='m', messages=[])]",
    "ollama/chat": f"{OLLAMA}[*client.chat(model='m', messages=[], stream=True)]",
}


@pytest.fixture
def judged(watched, provider):
    """The run of a test that makes a *call*, which the provider answers with *body*."""

    def judged(name, call, body):
        provider.answer(body)
        module = f"import cohere, ollama, voyageai\n\nURL = {provider.url!r}\n\ndef test_it():\n    {call}\n"
        return watched(module, mapped=(name.partition("/")[0],))

    return judged


@pytest.mark.parametrize("name", CALLS)
def test_what_is_kept_passes(judged, name):
    result = judged(name, CALLS[name][0], make_body(find_contract(name).documented, usage_of(name)))
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([rf"{name} +1 checked, 1 kept +.*"])


@pytest.mark.parametrize("name", [name for name in CALLS if name != "ollama/chat"])
def test_a_text_for_a_number_fails(judged, name):
    call, path = CALLS[name]
    result = judged(name, call, make_body(find_contract(name).documented, {**usage_of(name), path: "7"}))
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([rf"{name} broken: .*", rf'  wrong-type  usage\.{path}  string "7", .*'])


@pytest.mark.parametrize("value, outcome", [(7, "passed"), ("7", "failed")])
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_judged_as_an_answer_is(judged, name, value, outcome):
    place = find_contract(name).documented
    usage = {**usage_of(name), CALLS[name][1]: value}
    result = judged(name, STREAMS[name], b"".join(make_chunks(place, place.stream, usage, True)))
    result.assert_outcomes(**{outcome: 1})
    result.stdout.re_match_lines([rf"{name} +1 checked, .*"])
