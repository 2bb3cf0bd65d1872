"""Gemini's contents and embeddings: what the classes of the SDK promise, where they are served, and what servers send."""

import json

import httpx
import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, check_usage, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.tokens import Tokens
from pytest_usage_contract.mocks import UsageMocks
from pytest_usage_contract.providers.routes import Routes

EVENTS = Representation("text/event-stream")

CONTENT, EMBEDDINGS = find_contract("gemini"), find_contract("gemini/embed_content")
ROUTES = Routes(among=[CONTENT, EMBEDDINGS])

TYPES = {
    **dict.fromkeys(("modality", "serviceTier", "trafficType"), "string"),
    "cacheTokensDetails": "list",
    "candidatesTokensDetails": "list",
    "promptTokenDetails": "list",
    "promptTokensDetails": "list",
    "responseTokensDetails": "list",
    "toolUsePromptTokensDetails": "list",
}


def text(tokens):
    return [{"modality": "TEXT", "tokenCount": tokens}]


# The shapes of recorded bodies, with other counts.
PLAIN = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 5,
    "totalTokenCount": 14,
    "promptTokensDetails": text(9),
}
THOUGHT = {**PLAIN, "thoughtsTokenCount": 70, "totalTokenCount": 84}
TOOLS = {
    **THOUGHT,
    "toolUsePromptTokenCount": 240,
    "toolUsePromptTokensDetails": text(240),
    "totalTokenCount": 324,
}
CACHED = {
    **PLAIN,
    "promptTokenCount": 3000,
    "cachedContentTokenCount": 2048,
    "cacheTokensDetails": text(2048),
    "totalTokenCount": 3005,
}
ZERO = {"cache_read": 0, "reasoning": 0}
RECORDED = {
    "plain": (PLAIN, Tokens(input=9, output=5, total=14, **ZERO)),
    "thoughts": (THOUGHT, Tokens(input=9, output=75, total=84, cache_read=0, reasoning=70)),
    "thoughts alone": (
        {"promptTokenCount": 9, "thoughtsTokenCount": 70, "totalTokenCount": 79},
        Tokens(input=9, output=70, total=79, cache_read=0, reasoning=70),
    ),
    "tools": (TOOLS, Tokens(input=249, output=75, total=324, cache_read=0, reasoning=70)),
    "a cache": (CACHED, Tokens(input=3000, output=5, total=3005, cache_read=2048, reasoning=0)),
    "a prompt that was blocked": (
        {"promptTokenCount": 9, "totalTokenCount": 9, "promptTokensDetails": text(9)},
        Tokens(input=9, output=0, total=9, **ZERO),
    ),
    "a modality without its tokens": (
        {**PLAIN, "promptTokensDetails": [*text(9), {"modality": "AUDIO"}]},
        Tokens(input=9, output=5, total=14, **ZERO),
    ),
    # The modalities of a prompt, and those of candidates, need not add up.
    "modalities that are less than their count": (
        {**PLAIN, "promptTokensDetails": text(7), "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 3}]},
        Tokens(input=9, output=5, total=14, **ZERO),
    ),
    "of Vertex AI": ({**PLAIN, "trafficType": "ON_DEMAND_FLEX"}, Tokens(input=9, output=5, total=14, **ZERO)),
    "of the Gemini API": ({**PLAIN, "serviceTier": "standard"}, Tokens(input=9, output=5, total=14, **ZERO)),
    "no counts yet": ({"trafficType": "ON_DEMAND"}, Tokens(output=0, **ZERO)),
}

BROKEN = [
    ("promptTokenCount", "9", "wrong-type"),
    ("promptTokenCount", 9.5, "wrong-type"),
    ("cachedContentTokenCount", -1, "negative-count"),
    ("candidatesTokenCount", True, "wrong-type"),
    ("thoughtsTokenCount", [], "wrong-type"),
    ("promptTokensDetails", {}, "wrong-type"),
    ("trafficType", 1, "wrong-type"),
    ("totalTokenCount", 85, "total-mismatch"),
    ("cachedContentTokenCount", 10, "part-exceeds-whole"),
    ("billedTokenCount", 1, "undocumented-field"),
]

VERTEX = "projects/acme/locations/europe-west4"
GOOGLE = "publishers/google/models/gemini-3-flash"
MODELS = [
    ("generativelanguage.googleapis.com", "/v1/models/gemini-3-flash"),
    ("generativelanguage.googleapis.com", "/v1beta/models/gemini-3-flash"),
    ("generativelanguage.googleapis.com", "/v1alpha/models/gemini-3-flash"),
    ("europe-west4-aiplatform.googleapis.com", f"/v1/{VERTEX}/{GOOGLE}"),
    ("europe-west4-aiplatform.googleapis.com", f"/v1beta1/{VERTEX}/{GOOGLE}"),
    ("aiplatform.eu.rep.googleapis.com", f"/v1beta1/{VERTEX}/{GOOGLE}"),
    ("aiplatform.googleapis.com", f"/v1beta1/{GOOGLE}"),
]
TUNED = [
    ("generativelanguage.googleapis.com", "/v1beta/tunedModels/mine"),
    ("europe-west4-aiplatform.googleapis.com", f"/v1beta1/{VERTEX}/endpoints/123"),
]
SERVED = [
    *(
        (*place, method, CONTENT)
        for place in (*MODELS, *TUNED)
        for method in ("generateContent", "streamGenerateContent")
    ),
    *((*place, method, EMBEDDINGS) for place in MODELS for method in ("embedContent", "batchEmbedContents")),
]
ELSEWHERE = [
    ("POST", "generativelanguage.googleapis.com", "/v1/models/gemini-3-flash:countTokens"),
    ("POST", "generativelanguage.googleapis.com", "/v1/models/gemini-3-flash:batchGenerateContent"),
    ("POST", "generativelanguage.googleapis.com", "/v1beta/openai/chat/completions"),
    ("GET", "generativelanguage.googleapis.com", "/v1/models/gemini-3-flash:generateContent"),
    ("POST", "generativelanguage.googleapis.com", f"/v1/{VERTEX}/{GOOGLE}:generateContent"),
    ("POST", "aiplatform.googleapis.com", "/v1/models/gemini-3-flash:generateContent"),
    ("POST", "aiplatform.googleapis.com", f"/v1/{VERTEX}/{GOOGLE.replace('google', 'meta')}:generateContent"),
    ("POST", "aiplatform.googleapis.com", f"/v1/{VERTEX}/{GOOGLE}:predict"),
]


def chunk(finish=None, **usage):
    candidate = {"content": {"role": "model", "parts": [{"text": "Ahoy"}]}, "index": 0}
    told = {"usageMetadata": usage} if usage else {}
    return {"candidates": [{**candidate, **({"finishReason": finish} if finish else {})}], **told}


FIRST = {"promptTokenCount": 9, "totalTokenCount": 9}
BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}}

STREAMS = {
    "a count in every chunk": (
        [chunk(**FIRST), chunk(**{**FIRST, "thoughtsTokenCount": 70}), chunk("STOP", **THOUGHT)],
        [],
        THOUGHT,
    ),
    "no counts before the last": (
        [chunk(), chunk(trafficType="ON_DEMAND"), chunk("STOP", **PLAIN)],
        [],
        {**PLAIN, "trafficType": "ON_DEMAND"},
    ),
    "a usage that follows": ([chunk(**FIRST), chunk("STOP"), {"usageMetadata": PLAIN}], [], PLAIN),
    "a prompt that was blocked": ([{**BLOCKED, "usageMetadata": FIRST}], [], FIRST),
    "a total that is wrong": (
        [chunk(**FIRST), chunk("MAX_TOKENS", **{**THOUGHT, "totalTokenCount": 14})],
        [("total-mismatch", "usage.totalTokenCount")],
        {**THOUGHT, "totalTokenCount": 14},
    ),
    "a count that falls": (
        [chunk(**PLAIN), chunk("STOP", **{**PLAIN, "candidatesTokenCount": 4, "totalTokenCount": 13})],
        [("decreasing-count", "usage.candidatesTokenCount"), ("decreasing-count", "usage.totalTokenCount")],
        {**PLAIN, "candidatesTokenCount": 4, "totalTokenCount": 13},
    ),
    # No document says that a response must have a usage.
    "no usage at all": ([chunk(), chunk("STOP")], [], ABSENT),
    "one that is cut": ([chunk(**FIRST), chunk(**PLAIN)], [("no-terminal-usage", "usage")], ABSENT),
    "one that fails": (
        [chunk(**FIRST), {"error": {"code": 503, "status": "UNAVAILABLE"}}],
        [("error-body", "$.error")],
        ABSENT,
    ),
}


def body(usage):
    return json.dumps({**chunk("STOP"), "usageMetadata": usage}).encode()


def sse(events):
    return "".join(f"data: {json.dumps(event)}\r\n\r\n" for event in events).encode()


def array(events):
    chunks = ",\n".join(map(json.dumps, events))
    return f"[{chunks}\n]".encode()


@pytest.mark.parametrize("contract", [CONTENT, EMBEDDINGS], ids=str)
def test_the_contract_says_what_the_class_says_which_is_that_nothing_must_be_there(contract):
    for field in checker(contract).fields:
        assert (field.required, field.nullable, "null" in field.unknown) == (False, True, True)
        assert field.type == TYPES.get(field.name, "integer")
        assert field.counts == (field.type == "integer")


def test_the_names_of_the_wire_that_the_sdk_does_not_have_are_divergences():
    assert [found.path for found in (*CONTENT.divergences, *EMBEDDINGS.divergences)] == [
        "usage.serviceTier",
        "usage.promptTokenDetails",
    ]
    assert CONTENT.default


@pytest.mark.parametrize("host, path, method, contract", SERVED)
def test_a_call_is_served_here(host, path, method, contract):
    found, endpoint = ROUTES.find("POST", host, f"{path}:{method}")
    assert (found, bool(endpoint.stream)) == (contract, method == "streamGenerateContent")
    for nothing in (b"{}", b'{"usageMetadata": null}'):
        assert codes(check_bytes(contract, nothing, endpoint=endpoint)) == []


@pytest.mark.parametrize("method, host, path", ELSEWHERE)
def test_a_call_is_not_served_there(method, host, path):
    assert ROUTES.find(method, host, path) is None


@pytest.mark.parametrize("usage, tokens", RECORDED.values(), ids=RECORDED)
def test_a_shape_that_was_recorded_keeps_it(usage, tokens):
    verdict = check_bytes(CONTENT, body(usage))
    assert (codes(verdict), verdict.wire, verdict.tokens) == ([], usage, tokens)


@pytest.mark.parametrize("path, value, code", BROKEN)
def test_what_is_not_as_promised_is_told(path, value, code):
    assert codes(check_bytes(CONTENT, body(changed(THOUGHT, path, value)))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("name", ["candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount"])
def test_a_count_that_is_absent_is_zero_in_the_total(name):
    usage = {**TOOLS, "totalTokenCount": TOOLS["totalTokenCount"] - TOOLS[name]}
    assert codes(check_bytes(CONTENT, body(usage))) == [("total-mismatch", "usage.totalTokenCount")]
    for nothing in (ABSENT, None):
        assert codes(check_bytes(CONTENT, body(changed(usage, name, nothing)))) == []


def test_without_a_prompt_the_total_cannot_be_told():
    assert codes(check_bytes(CONTENT, body(changed(PLAIN, "promptTokenCount", ABSENT)))) == []


def test_the_example_means_what_the_documentation_says_of_its_counts():
    verdict = checker(CONTENT).check(examples(CONTENT)[0].usage)
    assert verdict.tokens == Tokens(input=420, output=360, total=780, cache_read=120, reasoning=220)
    verdict = checker(EMBEDDINGS).check(examples(EMBEDDINGS)[0].usage)
    assert verdict.tokens == Tokens(input=140, total=300, cache_read=120)


@pytest.mark.parametrize("events, findings, usage", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_judged_alike_in_each_way_it_comes(events, findings, usage):
    place = next(endpoint for endpoint in CONTENT.endpoints if endpoint.stream)
    for verdict in (
        check_bytes(CONTENT, sse(events), endpoint=place),
        check_bytes(CONTENT, array(events), endpoint=place),
        check_bytes(CONTENT, array(events)),
        check_events(CONTENT, events),
        check_usage(events, "gemini"),
    ):
        assert (codes(verdict), verdict.wire) == (findings, usage)


@pytest.mark.parametrize("end", range(2, 6))
def test_an_array_that_is_cut_has_no_usage(end):
    whole = array([chunk(**FIRST), chunk("STOP", **THOUGHT)])
    cut = whole[: len(whole) * end // 6]
    assert codes(check_bytes(CONTENT, cut, representation=EVENTS)) == [("no-terminal-usage", "usage")]


def test_an_embedding_is_told_by_the_name_that_the_wire_has():
    usage = {"promptTokenCount": 7, "promptTokenDetails": text(7)}
    verdict = check_usage(json.dumps({"embeddings": [], "usageMetadata": usage}), "gemini")
    assert (verdict.contract, codes(verdict), verdict.tokens) == (EMBEDDINGS.name, [], Tokens(input=7))
    assert codes(check_bytes(CONTENT, body(usage))) == [("undocumented-field", "usage.promptTokenDetails")]


def snake(value):
    if isinstance(value, list):
        return [*map(snake, value)]
    if not isinstance(value, dict):
        return value
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name): snake(inner)
        for name, inner in value.items()
    }


GIVEN = {
    "a body": {"usageMetadata": TOOLS},
    "a body as the SDK shows it": snake({"usageMetadata": TOOLS}),
    "a bare usage": TOOLS,
    "a bare usage as the SDK shows it": snake(TOOLS),
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_a_mapping_is_judged_in_either_spelling(given):
    verdict = check_usage(given, "gemini")
    assert (verdict.contract, codes(verdict), verdict.wire) == (CONTENT.name, [], TOOLS)


def test_a_mapping_has_one_spelling_throughout_and_the_wire_has_its_own():
    mixed = {**PLAIN, "promptTokensDetails": snake(text(9))}
    assert codes(check_usage(mixed, "gemini")) == [("sdk-spelling", "usage.promptTokensDetails[].tokenCount")]
    assert {code for code, _ in codes(check_bytes(CONTENT, body(snake(TOOLS))))} == {"sdk-spelling"}


@pytest.mark.parametrize("host, path, method, contract", SERVED)
def test_a_mock_answers_as_the_provider_does(host, path, method, contract):
    with UsageMocks() as mocks:
        mocks("gemini")
        answer = httpx.post(f"https://{host}{path}:{method}", json={})
    assert answer.text.startswith("data: ") == (method == "streamGenerateContent")
    verdict = check_usage(answer)
    assert (verdict.contract, verdict.wire) == (contract.name, examples(contract)[0].usage)
