"""How fast a stream is folded, beside parsing every event of it; and that its length costs no memory.

The budget: at least 40 % of the speed of `pydantic_core.from_json` on every event, where the usage comes at the end.
"""

import json
import time
import tracemalloc

from pydantic_core import from_json

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import fold

BUDGET = 0.40
EVENTS = 2_000

RESPONSES = find_contract("openrouter/alpha_responses")
COMPLETIONS = find_contract("atoma/completions")

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
COMPLETED = {"type": "response.completed", "response": {"usage": RESPONSES.example}}
LAST = {**CHUNK, "choices": [], "usage": COMPLETIONS.example}
RUNNING = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}

STREAMS = {
    "responses": (RESPONSES, [DELTA] * EVENTS + [COMPLETED]),
    "completions": (COMPLETIONS, [CHUNK] * EVENTS + [LAST]),
    "completions, usage null in every chunk": (COMPLETIONS, [{**CHUNK, "usage": None}] * EVENTS + [LAST]),
    "completions, usage in every chunk (no budget)": (COMPLETIONS, [{**CHUNK, "usage": RUNNING}] * EVENTS + [LAST]),
}


def _tell(line):
    print("fold:", line)  # noqa: T201 - what a benchmark is for


def seconds(work, times=15):
    """The best of several runs: what is slower was disturbed."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def test_the_fold_beside_parsing_every_event():
    for name, (contract, events) in STREAMS.items():
        texts = [json.dumps(event, separators=(",", ":")).encode() for event in events]
        framing = contract.endpoints[0].stream
        parsing = seconds(lambda texts=texts: [from_json(text) for text in texts])
        for style, before, end in (
            ("LF", b"", b"\n"),
            ("LF, with names", b"event: x\n", b"\n"),
            ("CRLF", b"", b"\r\n"),
        ):
            body = b"".join(before + b"data: " + text + end + end for text in texts)
            folding = seconds(lambda body=body, framing=framing: fold(read_events([body]), framing))
            _tell(f"{parsing / folding:4.0%} of parsing every event (budget {BUDGET:.0%}): {name}, {style}")


def test_the_memory_of_a_fold():
    framing = COMPLETIONS.endpoints[0].stream
    event = b"data: " + json.dumps({**CHUNK, "usage": RUNNING}).encode() + b"\n\n"
    for length in (1_000, 10_000, 100_000):
        tracemalloc.start()
        fold(read_events(event for _ in range(length)), framing)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        _tell(f"{peak / 1024:6.1f} KiB at most for {length:,} events of {len(event)} bytes")


def test_a_million_tiny_events():
    framing = COMPLETIONS.endpoints[0].stream
    for length in (100_000, 1_000_000):
        body = b"data: {}\n\n" * length
        took = seconds(lambda body=body: fold(read_events([body]), framing), times=3)
        _tell(f"{took / length * 1e9:4.0f} ns an event for {length:,} tiny events")


def test_one_line_of_20_megabytes():
    framing = COMPLETIONS.endpoints[0].stream
    for size in (2, 20):
        chunks = [b"data: ", *[b"x" * 1_000] * (size * 1_000), b"\n\n"]
        took = seconds(lambda chunks=chunks: fold(read_events(chunks), framing), times=3)
        _tell(f"{took / size * 1e3:5.2f} ms a megabyte for a line of {size} MB in chunks of 1 kB")
