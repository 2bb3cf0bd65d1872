# ruff: noqa: T201 - it prints what it measured
"""What a run that captures and judges adds to a call, beside the same call without it; and what it keeps of one.

The budgets, on a call through a respx route with a body of 1.2 kB: at most 8 % where a contract covers it, judging
all of them at the end of the test included, and at most 2 % to a host that none covers. The other clients are shown
for information.
"""

import gc
import json
import random
import statistics
import time
import tracemalloc
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import httpx
import httpx2
import pytest
import respx

from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

COVERED, UNCOVERED = 1.08, 1.02
ROUNDS, CALLS = 40, 100
WARM_UP = 100  # the interpreter has to get used to a class that was patched, which happens once in a run

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}

BODY = json.dumps(
    {
        "id": "resp_01k5xq7d4f",
        "object": "response",
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello! " * 115}]}],
        "usage": USAGE,
    }
).encode()
PROMPT = {"model": "openai/gpt-5", "input": "Say hello."}

CALLED = {
    "covered": ("POST", "https://openrouter.ai/api/v1/responses", COVERED),
    "uncovered GET": ("GET", "https://uncovered.test/v1/models", UNCOVERED),
    "uncovered POST": ("POST", "https://uncovered.test/v1/webhooks", UNCOVERED),
    "look-alike": ("POST", "https://uncovered.test/v1/responses", COVERED),
}
SETTINGS = Settings(active=True, policy=Policy())


def by_respx():
    router = respx.mock(assert_all_called=False)
    for method, url, _ in CALLED.values():
        router.request(method, url).respond(content=BODY, content_type="application/json")
    return httpx.Client(), router


def by_transport(library):
    def answer(request):
        return library.Response(200, content=BODY, headers={"content-type": "application/json"})

    return library.Client(transport=library.MockTransport(answer)), nullcontext()


MOCKS = {
    "respx": by_respx,
    "httpx MockTransport": lambda: by_transport(httpx),
    "httpx2 MockTransport": lambda: by_transport(httpx2),
}


@contextmanager
def captured():
    """The call of a test in a run that captures; gives what the test receives."""
    session = Run(SETTINGS)
    session.begin(ITEM)
    session.start()
    try:
        with session.call():
            yield session.current
    finally:
        session.stop()
        session.end()
    assert session.troubles == []


def seconds_a_call(client, method, url, judge):
    """CPU time of this thread alone, since the neighbours of a benchmark are no part of it."""
    body = PROMPT if method == "POST" else None
    for _ in range(WARM_UP):
        client.request(method, url, json=body)
    judge()
    gc.collect()
    gc.disable()  # as timeit does
    start = time.thread_time()
    for _ in range(CALLS):
        client.request(method, url, json=body)
    judge()
    taken = time.thread_time() - start
    gc.enable()
    return taken / CALLS


ITEM = SimpleNamespace(
    nodeid="test_it",
    function=seconds_a_call,  # what is on the stack of each call, as a test would be
    get_closest_marker=lambda _: None,
    iter_markers=lambda _: (),
)


@pytest.mark.parametrize("mock", MOCKS)
@pytest.mark.parametrize("called", CALLED)
def test_a_call_that_is_captured_beside_one_that_is_not(called, mock):
    method, url, budget = CALLED[called]
    client, mocked = MOCKS[mock]()
    times = {"plain": [], "captured": [], "plain again": []}
    gc.freeze()  # what pytest has in memory costs the collector nothing then
    with client, mocked:
        for _ in range(ROUNDS):
            for name in random.sample([*times], len(times)):
                with captured() if name == "captured" else nullcontext() as attempt:
                    times[name].append(seconds_a_call(client, method, url, attempt.error if attempt else bool))
                    if attempt:
                        verdicts = [exchange.verdict.kept for exchange in attempt.captured]
                        assert verdicts == [True] * (CALLS + WARM_UP) * (called == "covered")
            if mock == "respx":
                mocked.calls.reset()
    gc.unfreeze()
    plain, ours, again = (statistics.median(taken) * 1e6 for taken in times.values())
    limit = f", budget {budget:.2f}" if mock == "respx" else ""
    print(
        f"\ncapture: {called} by {mock}: {plain:.1f} us, captured {ours:.1f} us, "
        f"{ours - plain:+.1f} us, ratio {ours / plain:.3f}{limit} (plain against plain {again / plain:.3f})"
    )


@pytest.mark.parametrize("called", CALLED)
def test_what_is_kept_of_a_call(called):
    method, url, _ = CALLED[called]
    client, _ = by_transport(httpx)
    with client, captured():
        client.request(method, url)
        gc.collect()
        tracemalloc.start()
        for _ in range(1_000):
            client.request(method, url)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0] / 1_000
        tracemalloc.stop()
    print(f"\ncapture: {called}: {kept:,.0f} bytes kept of a call whose body has {len(BODY):,}")
