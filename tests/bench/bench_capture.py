# ruff: noqa: T201 - it prints what it measured
"""What a run that captures and judges adds to a call, beside the same call without it; and what it keeps of one.

Each side has its own copy of the client's library, so that neither runs what was patched for the other, nor pays for
patching and undoing; judging all of them at the end of the test is included, and what the gate does between tests is
not: both sides do that (`bench_gate.py` measures it).
"""

import gc
import json
import sys
import time
import tracemalloc
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from types import SimpleNamespace
from weakref import ref

import pytest

from pytest_usage_contract.core.body import ENVELOPE
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.providers.registry import find_contract
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
TEXT = {"type": "message", "content": [{"type": "output_text", "text": "Hello! " * 115}]}
BODY = json.dumps({"id": "resp_01k5xq7d4f", "object": "response", "output": [TEXT], "usage": USAGE}).encode()
PROMPT = {"model": "openai/gpt-5", "input": "Say hello."}

CONTRACT = find_contract("openrouter/responses")

CALLED = {
    "covered": ("POST", "https://openrouter.ai/api/v1/responses"),
    "uncovered GET": ("GET", "https://uncovered.test/v1/models"),
    "uncovered POST": ("POST", "https://uncovered.test/v1/webhooks"),
    "look-alike": ("POST", "https://uncovered.test/v1/responses"),
}
BUDGETS = {
    ("covered", "respx", 1): 1.10,
    ("covered", "respx", 5): 1.08,
    ("covered", "respx", 100): 1.08,
    ("covered", "httpx MockTransport", 5): 1.10,
    ("covered", "httpx MockTransport", 100): 1.10,
    ("covered", "httpx2 MockTransport", 5): 1.15,
    ("covered", "httpx2 MockTransport", 100): 1.15,
}
UNCOVERED = 1.02
CALLS_A_ROUND = 200
SETTINGS = Settings(active=True, policy=Policy())


def by_respx(httpx, respx, _):
    router = respx.mock(assert_all_called=False)
    for method, url in CALLED.values():
        router.request(method, url).respond(content=BODY, content_type="application/json")
    router.start()  # and never stopped: of a copy nobody else knows, and ours is asked by nobody else
    return httpx.Client()


def by_transport(library):
    def answer(request):
        return library.Response(200, content=BODY, headers={"content-type": "application/json"})

    return library.Client(transport=library.MockTransport(answer))


MOCKS = {
    "respx": (("httpx", "respx", "httpcore"), by_respx),
    "httpx MockTransport": (("httpx",), by_transport),
    "httpx2 MockTransport": (("httpx2",), by_transport),
}


def with_copies(names, make):
    """Return what *make* makes of fresh copies of packages, which nobody else has imported."""
    mine = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] in names}
    made = make(*map(import_module, names))
    for name in [name for name in sys.modules if name.partition(".")[0] in names]:
        del sys.modules[name]
    sys.modules.update(mine)
    return made


@contextmanager
def running():
    run = Run(SETTINGS)
    run.start()
    try:
        yield run
    finally:
        run.stop()
    assert run.troubles == []


def send(client, method, url, body, calls):
    for _ in range(calls):
        client.request(method, url, json=body)


ITEM = SimpleNamespace(
    nodeid="test_it", path="", function=send, get_closest_marker=lambda _: None, iter_markers=lambda _: ()
)
TEST = send.__code__
COLD = bytearray(2**20)


def timer(run, client, method, url, calls, judge):
    """Seconds a call, in tests of so many *calls* each of which begins and ends in *run*, and is judged by *judge*.

    Before each test the caches are cooled, as pytest cools them between two.
    """
    body = PROMPT if method == "POST" else None

    def seconds():
        taken = 0.0
        for _ in range(CALLS_A_ROUND // calls):
            run.begin(ITEM)
            with run.call():
                bytes(COLD)
                start = time.thread_time()
                send(client, method, url, body, calls)
                error = judge()
                taken += time.thread_time() - start
            assert error is None
            run.end()
        return taken / CALLS_A_ROUND

    return seconds


def limited(client, url):
    """Keep of a client's calls the least that judging needs; return what reads the usages of those that were kept.

    No more could be left out: no verdict comes of it, and it knows nothing of errors, of calls within calls, of
    redirects, of streams, and of where a call was made.
    """
    known, kept, original = {(url.host, url.path)} if url else set(), [], type(client).send

    def send(client, request, **kwargs):
        parts = request.url._uri_reference
        response = original(client, request, **kwargs)
        if (parts.host, parts.path) in known:
            kept.append((parts, response.status_code, response._content, ref(response)))
        return response

    def read():
        while kept:
            ENVELOPE.validate_json(kept.pop()[2])

    type(client).send = send
    return read


class Call:
    __slots__ = ("before", "request")


def limited_by_promises(client, url):
    """Do the same by the promises of a capture, each in the cheapest way that it can be kept.

    A call within a call is known by a context variable, since tasks inherit it; the body that breaks before `send`
    returns is seen by a watch on `read`; the place of a call is found on the stack; and what is read is judged.
    """
    known, kept, original = {(url.host, url.path)} if url else set(), [], type(client).send
    current, judge = ContextVar("current", default=None), checker(CONTRACT)
    response_class = original.__globals__["Response"]
    original_read = response_class.read

    def send(client, request, **kwargs):
        call = Call()
        call.request, call.before = request, current.get()
        parts, frame = request.url._uri_reference, None
        is_known = (parts.host, parts.path) in known
        if is_known:
            frame = sys._getframe(1)
            while frame.f_code is not TEST:
                frame = frame.f_back
        current.set(call)
        try:
            response = original(client, request, **kwargs)
        finally:
            current.set(call.before)
        if is_known and not response.history:
            kept.append((parts, response.status_code, response._content, ref(response), frame.f_lasti))
        return response

    def read(response):
        call = current.get()
        if call is None or response.is_closed or response.history or call.request is not response._request:
            return original_read(response)
        return original_read(response)  # here it would be watched

    def judged():
        while kept:
            usage = ENVELOPE.validate_json(kept.pop()[2])["usage"]
            assert judge.prove(usage) is not None

    type(client).send, response_class.read = send, read
    return judged


CALLS = [("covered", calls) for calls in (1, 5, 100)] + [(name, 5) for name in CALLED if name != "covered"]
NOTE = """Each test begins with cold caches.
The *limit* looks up the URL of each call, keeps the body, and reads the usages when the test ends, and that is all: no verdict, no error, no call within a call, no redirect, no stream, no place of the call.
The *limit by what is promised* is the least with which a call within a call is known, a body that breaks is seen, the place of a call is found, and a verdict is given."""


@pytest.mark.parametrize("mock", MOCKS)
@pytest.mark.parametrize("called, calls", CALLS)
def test_a_call_that_is_captured_beside_one_that_is_not(table, called, calls, mock):
    names, make = MOCKS[mock]
    method, url = CALLED[called]
    client, plain, again, least, bound = make(*map(import_module, names)), *(with_copies(names, make) for _ in range(4))
    idle = Run(SETTINGS)  # never started
    with client, plain, again, least, bound, running() as run:
        looked_up = least._merge_url(url) if called == "covered" else None
        read, judged = limited(least, looked_up), limited_by_promises(bound, looked_up)
        timers = {
            "not captured": timer(idle, plain, method, url, calls, lambda: None),
            "captured": timer(run, client, method, url, calls, lambda: run.current.error()),  # noqa: PLW0108 - each test has another
            "the limit": timer(idle, least, method, url, calls, read),
            "the limit by what is promised": timer(idle, bound, method, url, calls, judged),
            "not captured, again": timer(idle, again, method, url, calls, lambda: None),
        }
        if not table.once:
            for seconds in timers.values():  # the interpreter has to get used to a class that was patched
                seconds()
        budget = BUDGETS.get((called, mock, calls)) if called in ("covered", "look-alike") else UNCOVERED
        title = f"A call through {mock}, {called}: {calls} a test"
        table.timed(title, timers, {"captured": budget} if budget else {}, rounds=25, note=NOTE)


@pytest.mark.parametrize("called", CALLED)
def test_what_is_kept_of_a_call(called):
    method, url = CALLED[called]
    client = by_transport(import_module("httpx"))
    with client, running() as run:
        run.begin(ITEM)
        with run.call():
            client.request(method, url)
            gc.collect()
            tracemalloc.start()
            for _ in range(1_000):
                client.request(method, url)
            gc.collect()
            kept = tracemalloc.get_traced_memory()[0] / 1_000
            tracemalloc.stop()
        run.end()
    print(f"\ncapture: {called}: {kept:,.0f} bytes kept of a call whose body has {len(BODY):,}")
