# ruff: noqa: T201 - it prints what it measured
"""The time that it takes to fold a stream, against the time of parsing every event of it."""

import json
import tracemalloc

import pytest
from pydantic_core import from_json

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.body import read_lines
from pytest_usage_contract.core.event_stream import read_messages
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import fold
from pytest_usage_contract.mocks.aws_messages import make_message

EVENTS = 2_000

RESPONSES = find_contract("openrouter/alpha_responses")
COMPLETIONS = find_contract("atoma/completions")
OLLAMA = find_contract("ollama/chat")
BEDROCK = find_contract("bedrock/converse")

DELTA = {
    "type": "response.output_text.delta",
    "sequence_number": 1_000,
    "item_id": "msg_01k5xq7d4f",
    "output_index": 0,
    "content_index": 0,
    "delta": "Hello! Hello! Hello! ",
    "logprobs": [],
}
CHUNK = {
    "id": "cmpl-7c2b",
    "object": "text_completion",
    "created": 1748520000,
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "choices": [{"text": " The", "index": 0, "logprobs": None, "finish_reason": ""}],
}
LINE = {
    "model": "llama3.2",
    "created_at": "2025-10-17T23:14:07.414671Z",
    "message": {"role": "assistant", "content": "Hi"},
    "done": False,
}
LAST_LINE = {**LINE, "done": True, "prompt_eval_count": 10, "eval_count": 20}
COMPLETED = {"type": "response.completed", "response": {"usage": RESPONSES.example}}
LAST = {**CHUNK, "choices": [], "usage": COMPLETIONS.example}
RUNNING = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}

STREAMS = {
    "short events": (RESPONSES, [DELTA] * EVENTS, COMPLETED, 0.45),
    "short chunks": (COMPLETIONS, [CHUNK] * EVENTS, LAST, 0.45),
    "long texts": (RESPONSES, [{**DELTA, "delta": "Lorem ipsum dolor sit amet. " * 40}] * EVENTS, COMPLETED, 0.60),
    "a usage of null in every chunk": (COMPLETIONS, [{**CHUNK, "usage": None}] * EVENTS, LAST, 0.45),
    "a usage in every chunk": (COMPLETIONS, [{**CHUNK, "usage": RUNNING}] * EVENTS, LAST, 3.5),
}
STYLES = {
    "LF": (b"", b"\n"),
    "LF, with names": (b"event: x\n", b"\n"),
    "CRLF": (b"", b"\r\n"),
    "CR": (b"", b"\r"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_the_fold_beside_parsing_every_event(table, name):
    contract, events, last, budget = STREAMS[name]
    texts = [json.dumps(event, separators=(",", ":")).encode() for event in (*events, last)]
    framing = contract.endpoints[0].stream
    lines = b"\n".join(texts)
    jobs = {
        "parsing every event": lambda: [from_json(text) for text in texts],
        "the limit: one search for what matters": lambda: [*framing.mark.finditer(lines)],
    }
    for style, (before, end) in STYLES.items():
        body = b"".join(before + b"data: " + text + end + end for text in texts)
        jobs[style] = lambda body=body: fold(read_events(body, framing.mark), framing)
        assert jobs[style]().usage
    note = "The *limit* looks through the body once for what could matter, and does nothing with what it finds."
    budgets = dict.fromkeys(STYLES, budget)
    table(f"The fold of a stream: {name}", jobs, budgets, lasting=0.01, rounds=21, note=note)


def test_the_fold_of_json_on_lines(table):
    texts = [json.dumps(event).encode() for event in [*[LINE] * EVENTS, LAST_LINE]]
    framing, body = OLLAMA.endpoints[0].stream, b"\n".join(texts)
    jobs = {
        "parsing every event": lambda: [from_json(text) for text in texts],
        "lines": lambda: fold(read_lines(body, framing.mark), framing),
    }
    assert jobs["lines"]().usage
    table("The fold of a stream: JSON on lines", jobs, {"lines": 0.45}, lasting=0.01, rounds=21)


def test_the_fold_of_aws_messages(table):
    framing = BEDROCK.endpoints[-1].stream
    delta = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hello! Hello!"}}}
    usage = {"inputTokens": 10, "outputTokens": 20, "totalTokens": 30}
    ends = {"messageStop": {"stopReason": "end_turn"}}, {"metadata": {"usage": usage, "metrics": {"latencyMs": 7}}}
    events = [*[delta] * EVENTS, *ends]
    body, texts = b"".join(map(make_message, events)), [json.dumps(event).encode() for event in events]
    jobs = {
        "parsing every event": lambda: [from_json(text) for text in texts],
        "messages": lambda: fold(read_messages(body, framing.mark), framing),
    }
    assert jobs["messages"]().usage
    table("The fold of a stream: messages of AWS", jobs, lasting=0.01, rounds=21)


def test_the_memory_of_a_fold():
    framing = COMPLETIONS.endpoints[0].stream
    event = b"data: " + json.dumps({**CHUNK, "usage": RUNNING}).encode() + b"\n\n"
    for length in (1_000, 10_000, 100_000):
        body = event * length
        tracemalloc.start()
        fold(read_events(body, framing.mark), framing)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"fold: {peak / 1024:6.1f} KiB at most beside a body of {length:,} events of {len(event)} bytes")
