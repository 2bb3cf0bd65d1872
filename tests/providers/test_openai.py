"""OpenAI's calls: what its classes promise, where, and how a usage stands in what its servers are known to send."""

import json

import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, contracts, examples, find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.stream import asks_for_usage
from pytest_usage_contract.core.tokens import Tokens
from pytest_usage_contract.mocks.answers import make_chunks
from pytest_usage_contract.providers.routes import Routes

EVENTS = Representation("text/event-stream")

CHAT, RESPONSES, COMPLETIONS, EMBEDDINGS, GENERATIONS, EDITS, TRANSCRIPTIONS = OPENAI = [
    find_contract(f"openai/{name}")
    for name in (
        "chat_completions",
        "responses",
        "completions",
        "embeddings",
        "images_generations",
        "images_edits",
        "audio_transcriptions",
    )
]

CHAT_USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 45,
    "total_tokens": 165,
    "prompt_tokens_details": {
        "audio_tokens": 0,
        "cache_write_tokens": 16,
        "cached_tokens": 64,
        "image_tokens": 0,
        "text_tokens": 120,
    },
    "completion_tokens_details": {
        "accepted_prediction_tokens": 8,
        "audio_tokens": 0,
        "reasoning_tokens": 32,
        "rejected_prediction_tokens": 4,
        "text_tokens": 13,
    },
}

RESPONSES_USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {
        "cached_tokens": 64,
        "cache_write_tokens": 16,
        "cache_write_tokens_details": {"ttl_12h_tokens": 16, "ttl_30m_tokens": 0},
    },
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}

IMAGES_USAGE = {
    "input_tokens": 60,
    "input_tokens_details": {"image_tokens": 48, "text_tokens": 12},
    "output_tokens": 196,
    "output_tokens_details": {"image_tokens": 196, "text_tokens": 0},
    "total_tokens": 256,
}

TRANSCRIPTION_USAGE = {
    "type": "tokens",
    "input_tokens": 65,
    "input_token_details": {"audio_tokens": 60, "text_tokens": 5},
    "output_tokens": 9,
    "total_tokens": 74,
}

DURATION = {"type": "duration", "seconds": 9.25}

WHOLE = {
    CHAT: CHAT_USAGE,
    RESPONSES: RESPONSES_USAGE,
    COMPLETIONS: CHAT_USAGE,
    EMBEDDINGS: {"prompt_tokens": 8, "total_tokens": 8},
    GENERATIONS: IMAGES_USAGE,
    EDITS: IMAGES_USAGE,
    TRANSCRIPTIONS: TRANSCRIPTION_USAGE,
}


@pytest.mark.parametrize("contract, usage", WHOLE.items(), ids=str)
def test_a_whole_usage_is_read_whole(contract, usage):
    verdict = check_bytes(contract, json.dumps({"usage": usage}).encode())
    assert verdict.findings == ()
    assert verdict.usage.model_dump() == usage
    assert verdict.rules == contract.rules


def test_a_chat_is_what_the_name_of_the_provider_means():
    assert find_contract("openai") is CHAT
    assert {contract for contract in contracts() if contract.provider == "openai"} == {*OPENAI}


# Where they are served.

ADDRESSES = {
    "POST api.openai.com/v1/chat/completions": CHAT,
    "POST eu.api.openai.com/v1/chat/completions": CHAT,
    "POST bedrock-mantle.us-east-1.api.aws/openai/v1/chat/completions": CHAT,
    "GET api.openai.com/v1/chat/completions/chatcmpl-1": CHAT,
    "POST api.openai.com/v1/chat/completions/chatcmpl-1": CHAT,
    "POST api.openai.com/v1/responses": RESPONSES,
    "GET api.openai.com/v1/responses/resp_1": RESPONSES,
    "POST api.openai.com/v1/responses/resp_1/cancel": RESPONSES,
    "POST api.openai.com/v1/responses/compact": RESPONSES,
    "POST bedrock-mantle.us-east-1.api.aws/openai/v1/responses": RESPONSES,
    "POST bedrock-runtime.eu-west-1.amazonaws.com/openai/v1/responses": RESPONSES,
    "POST api.openai.com/v1/completions": COMPLETIONS,
    "POST api.openai.com/v1/embeddings": EMBEDDINGS,
    "POST api.openai.com/v1/images/generations": GENERATIONS,
    "POST api.openai.com/v1/images/edits": EDITS,
    "POST api.openai.com/v1/audio/transcriptions": TRANSCRIPTIONS,
}

ELSEWHERE = [
    "GET api.openai.com/v1/chat/completions",
    "DELETE api.openai.com/v1/responses/resp_1",
    "GET api.openai.com/v1/responses/resp_1/input_items",
    "POST api.openai.com/v1/responses/input_tokens/count",
    "POST api.openai.com/v1/images/variations",
    "POST api.openai.com/v1/audio/translations",
    "POST api.openai.com/chat/completions",
    "POST api.openai.com.evil.test/v1/chat/completions",
    "POST other.api.openai.com/v1/chat/completions",
    # Compatible servers, with sums of their own.
    "POST generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    "POST api.x.ai/v1/chat/completions",
    "POST bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages",
    "POST bedrock-mantle.us.east.api.aws/openai/v1/responses",
]


def found(call):
    method, _, url = call.partition(" ")
    host, slash, path = url.partition("/")
    return Routes(among=OPENAI).find(method, host, slash + path)


@pytest.mark.parametrize("call, contract", ADDRESSES.items())
def test_a_call_falls_under_the_promise_at_its_address(call, contract):
    assert found(call).contract is contract


@pytest.mark.parametrize("call", ELSEWHERE)
def test_a_call_elsewhere_falls_under_none(call):
    assert found(call) is None


PRESENCES = {
    "required": ["POST api.openai.com/v1/embeddings", "POST api.openai.com/v1/responses/compact"],
    "nullable": ["POST api.openai.com/v1/responses", "GET api.openai.com/v1/responses/resp_1"],
    "unknown": ["POST api.openai.com/v1/chat/completions", "POST api.openai.com/v1/images/edits"],
}
OWED = {"required": ["no-usage", "null-value"], "nullable": [], "unknown": []}


@pytest.mark.parametrize("presence, call", [(name, call) for name, calls in PRESENCES.items() for call in calls])
def test_a_body_owes_what_its_address_promises(presence, call):
    place = found(call)
    bodies = (b'{"id": "1"}', b'{"id": "1", "usage": null}')
    verdicts = [check_bytes(place.contract, body, endpoint=place.endpoint) for body in bodies]
    assert [code for verdict in verdicts for code, _ in codes(verdict)] == OWED[presence]


def test_the_usage_of_tools_is_another():
    tools = {"image_gen": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 9}, "web_search": {"num_requests": 2}}
    body = {"status": "completed", "tool_usage": tools, "usage": RESPONSES_USAGE}
    assert codes(check_bytes(RESPONSES, json.dumps(body).encode())) == []


def test_the_usage_of_what_writes_svg_is_another():
    svg = {"input_tokens": 1, "output_tokens": 1, "reasoning_tokens": 9, "total_tokens": 2, "model": "m"}
    assert codes(check_bytes(GENERATIONS, json.dumps({"svg_usage": svg, "usage": IMAGES_USAGE}).encode())) == []


# Shapes that servers are known to send, with other numbers.

THREE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
FEW = {
    "input_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 17,
}

KEPT = {
    "a chat without details": (CHAT, THREE),
    "a chat of before the cache was written to": (
        CHAT,
        {
            **THREE,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 8},
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": 5,
                "rejected_prediction_tokens": 0,
            },
        },
    ),
    "a chat of whose null nobody says anything": (
        CHAT,
        {**THREE, "prompt_tokens_details": None, "completion_tokens_details": {"reasoning_tokens": None}},
    ),
    "a response of before the cache was written to": (RESPONSES, FEW),
    "a response that says how many were written": (
        RESPONSES,
        changed(FEW, "input_tokens_details", {"cache_write_tokens": 3, "cached_tokens": 9}),
    ),
    "a response of zeros": (
        RESPONSES,
        {**FEW, "input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
    ),
    "an image without the details of its output": (GENERATIONS, changed(IMAGES_USAGE, "output_tokens_details", ABSENT)),
    "a transcription by its duration": (TRANSCRIPTIONS, DURATION),
    "a transcription by whole seconds": (TRANSCRIPTIONS, {"type": "duration", "seconds": 9}),
    "a transcription that does not say its type": (TRANSCRIPTIONS, changed(TRANSCRIPTION_USAGE, "type", ABSENT)),
}

BROKEN = {
    "a chat whose total knows of more": (
        CHAT,
        {"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109},
        [("total-mismatch", "usage.total_tokens")],
    ),
    "a chat with the counts of another endpoint": (
        CHAT,
        {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17},
        [
            ("missing-field", "usage.completion_tokens"),
            ("missing-field", "usage.prompt_tokens"),
            ("undocumented-field", "usage.input_tokens"),
            ("undocumented-field", "usage.output_tokens"),
        ],
    ),
    "a chat with text for a number": (
        CHAT,
        {**THREE, "prompt_tokens": "12"},
        [("wrong-type", "usage.prompt_tokens")],
    ),
    "a chat with null for a number": (CHAT, {**THREE, "total_tokens": None}, [("null-value", "usage.total_tokens")]),
    "a chat with more of the cache than of the prompt": (
        CHAT,
        {**THREE, "prompt_tokens_details": {"cached_tokens": 13}},
        [("part-exceeds-whole", "usage.prompt_tokens_details.cached_tokens")],
    ),
    "a chat of a gateway": (
        CHAT,
        {**THREE, "pydantic_ai_gateway": {"cost_estimate": 0.5}},
        [("undocumented-field", "usage.pydantic_ai_gateway")],
    ),
    "a response of three counts": (
        RESPONSES,
        {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17},
        [("missing-field", "usage.input_tokens_details"), ("missing-field", "usage.output_tokens_details")],
    ),
    "a response with null for details": (
        RESPONSES,
        {**FEW, "output_tokens_details": None},
        [("null-value", "usage.output_tokens_details")],
    ),
    "embeddings with a completion": (
        EMBEDDINGS,
        {"prompt_tokens": 8, "completion_tokens": 0, "total_tokens": 8},
        [("undocumented-field", "usage.completion_tokens")],
    ),
    "embeddings with half a total": (
        EMBEDDINGS,
        {"prompt_tokens": 8, "total_tokens": 4},
        [("total-mismatch", "usage.total_tokens")],
    ),
    "an image that is made of less than its parts": (
        EDITS,
        changed(IMAGES_USAGE, "input_tokens_details.text_tokens", 11),
        [("parts-mismatch", "usage.input_tokens")],
    ),
    "a transcription with the plural that others have": (
        TRANSCRIPTIONS,
        {**changed(TRANSCRIPTION_USAGE, "input_token_details", ABSENT), "input_tokens_details": {"audio_tokens": 60}},
        [("undocumented-field", "usage.input_tokens_details")],
    ),
    "a transcription without its seconds": (
        TRANSCRIPTIONS,
        {"type": "duration"},
        [("missing-field", "usage.seconds")],
    ),
    "a transcription with seconds as text": (
        TRANSCRIPTIONS,
        {"type": "duration", "seconds": "9"},
        [("wrong-type", "usage.seconds")],
    ),
    "a transcription that does not say that it is a duration": (
        TRANSCRIPTIONS,
        {"seconds": 9.25},
        [("missing-field", "usage.type")],
    ),
    "a transcription of another type": (
        TRANSCRIPTIONS,
        {**TRANSCRIPTION_USAGE, "type": "pages"},
        [("wrong-type", "usage.type")],
    ),
}


@pytest.mark.parametrize("contract, usage", KEPT.values(), ids=KEPT)
def test_a_usage_keeps_it(contract, usage):
    assert codes(checker(contract).check(usage)) == []


@pytest.mark.parametrize("contract, usage, findings", BROKEN.values(), ids=BROKEN)
def test_a_usage_breaks_it(contract, usage, findings):
    assert codes(checker(contract).check(usage)) == findings


# Transcriptions in words.

WORDS = [
    b"Hello!\n",
    b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello!\n",
    b"1\n00:00:00,000 --> 00:00:01,000\nHello!\n",
]


@pytest.mark.parametrize("body", WORDS)
def test_a_transcription_in_words_has_no_usage(body):
    assert codes(check_bytes(TRANSCRIPTIONS, body)) == []
    assert codes(check_bytes(GENERATIONS, body)) == [("not-json", "$")]


# What the counts mean.

MEANINGS = {
    "a chat of the documentation": (
        CHAT,
        CHAT.example,
        Tokens(input=19, cache_read=0, output=10, reasoning=0, total=29),
    ),
    "a response of the documentation": (
        RESPONSES,
        RESPONSES.example,
        Tokens(input=36, cache_read=0, cache_creation=0, output=87, reasoning=0, total=123),
    ),
    "a transcription of the documentation": (
        TRANSCRIPTIONS,
        TRANSCRIPTIONS.example,
        Tokens(input=14, output=45, total=59),
    ),
    "a chat": (
        CHAT,
        CHAT_USAGE,
        Tokens(input=120, cache_read=64, cache_creation=16, output=45, reasoning=32, total=165),
    ),
    "a chat without details": (CHAT, THREE, Tokens(input=12, output=5, total=17)),
    "a response": (
        RESPONSES,
        RESPONSES_USAGE,
        Tokens(input=120, cache_read=64, cache_creation=16, output=45, reasoning=32, total=165),
    ),
    "a response of before the cache was written to": (
        RESPONSES,
        FEW,
        Tokens(input=12, cache_read=0, output=5, reasoning=0, total=17),
    ),
    "a completion": (COMPLETIONS, COMPLETIONS.example, Tokens(input=5, output=7, total=12)),
    "embeddings": (EMBEDDINGS, EMBEDDINGS.example, Tokens(input=8, total=8)),
    "an image": (GENERATIONS, GENERATIONS.example, Tokens(input=50, output=50, total=100)),
    "an edited image": (EDITS, EDITS.example, Tokens(input=50, output=50, total=100)),
    "a transcription": (TRANSCRIPTIONS, TRANSCRIPTION_USAGE, Tokens(input=65, output=9, total=74)),
    "a transcription by its duration": (TRANSCRIPTIONS, DURATION, Tokens()),
}


@pytest.mark.parametrize("contract, usage, tokens", MEANINGS.values(), ids=MEANINGS)
def test_counts_mean_what_the_documentation_says(contract, usage, tokens):
    assert checker(contract).check(usage).tokens == tokens


# Streams.


def chunk(usage=ABSENT, *, delta="", finish=None):
    choices = [{"index": 0, "delta": {"content": delta}, "finish_reason": finish}] if delta or finish else []
    return {"object": "chat.completion.chunk", "choices": choices} | ({} if usage is ABSENT else {"usage": usage})


WORD, STOP, LAST = chunk(delta="Hi"), chunk(finish="stop"), chunk(THREE)
NO_USAGE = [("no-terminal-usage", "usage")]

# As it is where nobody asked for a usage, and where somebody did.
CHATS = {
    "not asked for": ([WORD, STOP, "[DONE]"], [], NO_USAGE),
    "asked for": ([WORD, STOP, LAST, "[DONE]"], [], []),
    "null before the last": ([chunk(None, delta="Hi"), chunk(None, finish="stop"), LAST, "[DONE]"], [], []),
    "null in the last, too": ([WORD, STOP, chunk(None), "[DONE]"], [], NO_USAGE),
    "in every chunk": ([chunk(THREE, delta="Hi"), chunk(THREE, finish="stop"), LAST, "[DONE]"], [], []),
    "with the finish": ([WORD, chunk(THREE, finish="stop"), "[DONE]"], [], []),
    "without [DONE]": ([WORD, STOP, LAST], [], []),
    "behind [DONE]": ([WORD, STOP, "[DONE]", LAST], [("misplaced-usage", "usage")], NO_USAGE),
    "behind a first chunk about the prompt": ([chunk(), WORD, STOP, LAST, "[DONE]"], [], []),
    "cut before the finish": ([WORD, WORD], NO_USAGE, NO_USAGE),
    "empty": ([], NO_USAGE, NO_USAGE),
    "broken": (
        [WORD, STOP, chunk({**THREE, "total_tokens": 18}), "[DONE]"],
        [("total-mismatch", "usage.total_tokens")],
        [("total-mismatch", "usage.total_tokens")],
    ),
    "an error": (
        [WORD, {"error": {"message": "overloaded"}}],
        [("error-body", "$.error")],
        [("error-body", "$.error")],
    ),
}


def as_bytes(events):
    return "".join(f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in events).encode()


@pytest.mark.parametrize("events, unasked, asked", CHATS.values(), ids=CHATS)
def test_the_usage_of_a_streamed_chat_comes_if_it_was_asked_for(events, unasked, asked):
    for demand, findings in ((False, unasked), (True, asked)):
        assert codes(check_events(CHAT, events, demand=demand)) == findings
        assert codes(check_bytes(CHAT, as_bytes(events), representation=EVENTS, demand=demand)) == findings


@pytest.mark.parametrize("contract", [CHAT, COMPLETIONS], ids=str)
def test_a_request_asks_for_the_usage_of_a_stream_by_its_options(contract):
    framing = contract.documented.stream
    assert asks_for_usage(framing, b'{"stream": true, "stream_options": {"include_usage": true}}')
    assert not asks_for_usage(framing, b'{"stream": true, "stream_options": {"include_usage": false}}')
    assert not asks_for_usage(framing, b'{"stream": true}')


def response(word, usage=None):
    return {"type": f"response.{word}", "response": {"status": word, "usage": usage}}


STARTED = [response("created"), response("in_progress"), {"type": "response.output_text.delta", "delta": "Hi"}]

RESPONSE_STREAMS = {
    "completed": ([*STARTED, response("completed", FEW)], []),
    "completed, and done": ([*STARTED, response("completed", FEW), "[DONE]"], []),
    "incomplete": ([*STARTED, response("incomplete", FEW)], []),
    "incomplete without one": ([*STARTED, response("incomplete")], []),
    "failed": ([*STARTED, response("failed")], []),
    "completed without one": ([*STARTED, response("completed")], NO_USAGE),
    "told too early": (
        [response("created", FEW), response("completed", FEW)],
        [("misplaced-usage", "usage")],
    ),
    "cut": (STARTED, NO_USAGE),
}


@pytest.mark.parametrize("events, findings", RESPONSE_STREAMS.values(), ids=RESPONSE_STREAMS)
def test_a_streamed_response_is_completed_with_its_usage(events, findings):
    assert codes(check_events(RESPONSES, events)) == findings


def test_a_response_in_the_background_is_queued_without_a_usage_and_its_stream_can_be_read_again():
    queued = b'{"id": "resp_1", "status": "queued", "usage": null}'
    assert codes(check_bytes(RESPONSES, queued)) == []
    again = found("GET api.openai.com/v1/responses/resp_1").endpoint
    assert codes(check_events(RESPONSES, [response("completed", FEW)], endpoint=again)) == []


MADE = {**IMAGES_USAGE}
del MADE["output_tokens_details"]

LAST_EVENTS = {
    GENERATIONS: ("image_generation.completed", MADE, NO_USAGE),
    EDITS: ("image_edit.completed", MADE, NO_USAGE),
    TRANSCRIPTIONS: ("transcript.text.done", changed(TRANSCRIPTION_USAGE, "type", ABSENT), []),
}


@pytest.mark.parametrize("contract, last, usage, without", [(key, *value) for key, value in LAST_EVENTS.items()])
def test_the_last_event_of_other_streams_has_the_usage(contract, last, usage, without):
    assert codes(check_events(contract, [{"type": last, "usage": usage}])) == []
    assert codes(check_events(contract, [{"type": last}])) == without
    assert codes(check_events(contract, [{"type": "other"}])) == NO_USAGE


# Mocks.


def test_a_mocked_stream_names_its_events_where_the_server_does():
    def first_line(contract):
        chunks = make_chunks(contract.documented, contract.documented.stream, examples(contract)[0].usage, True)
        return chunks[0].partition(b"\n")[0], chunks[-1]

    assert first_line(CHAT)[0].startswith(b"data: {")
    assert first_line(CHAT)[1] == b"data: [DONE]\n\n"
    assert first_line(RESPONSES)[0] == b"event: response.created"
    assert first_line(GENERATIONS)[0] == b"event: image_generation.partial_image"
    assert b'"usage"' in first_line(TRANSCRIPTIONS)[1]
