"""Code that books what it was answered by spans of OpenTelemetry: run only by who names this file."""

import asyncio

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from shop import BROKEN, KEPT, URL, client, respond

tracer = TracerProvider().get_tracer("shop")
booked = iter([7, 120])


def book(number, usage=KEPT):
    with tracer.start_as_current_span("chat") as span:
        respond(usage)
        span.set_attribute("gen_ai.usage.input_tokens", number)


def test_right():
    book(120)


def test_wrong():
    book(119)


@pytest.mark.usage_contract(fail_on="none")
def test_let_be():
    book(119)


@pytest.mark.usage_contract(ignore="booked-mismatch gen_ai.usage.input_tokens in openrouter")
def test_ignored():
    book(119)


@pytest.mark.usage_contract(enabled=False)
def test_disabled():
    book(119)


@pytest.mark.xfail(reason="it books the first chunk")
def test_expected():
    book(119)


@pytest.mark.flaky(reruns=1)
def test_flaky():
    book(next(booked))


def test_broken():
    book(119, BROKEN)


def test_asserted(assert_usage, assert_booked):
    with tracer.start_as_current_span("chat") as span:
        response = respond()
        span.set_attribute("gen_ai.usage.input_tokens", 119)
    assert_usage(response)
    assert_booked({"gen_ai.usage.input_tokens": 120}, response)


def test_elsewhere():
    with tracer.start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.usage.input_tokens", 7)


@pytest.fixture(scope="session")
def session_span():
    yield
    with tracer.start_as_current_span("chat") as span:
        respond()
        span.set_attribute("gen_ai.usage.input_tokens", 119)


def test_session(session_span):
    pass


def test_mocked(usage_mock):
    usage_mock("openrouter/alpha_responses")
    with tracer.start_as_current_span("chat") as span:
        httpx.post(URL, json={"input": "a prompt"})
        span.set_attribute("gen_ai.usage.input_tokens", 1)


@pytest.fixture
def traced():
    with tracer.start_as_current_span("chat") as span:
        yield span
        span.set_attribute("gen_ai.usage.input_tokens", 119)


def test_late(traced):
    respond()


def test_late_broken(traced):
    respond(BROKEN)


def test_late_without_usage(traced):
    with client(httpx.Response(200, json={"id": "resp_1"})) as made:
        made.post(URL)


def test_late_mock(traced, usage_mock):
    usage_mock("openrouter/alpha_responses")
    httpx.post(URL, json={"input": "a prompt"})


def test_tasks():
    async def work(number):
        with tracer.start_as_current_span("chat") as span:
            transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"usage": KEPT}))
            async with httpx.AsyncClient(transport=transport) as client:
                await client.post(URL)
            span.set_attribute("gen_ai.usage.input_tokens", number)

    async def together():
        await asyncio.gather(*map(work, (120, 119, 120)))

    asyncio.run(together())
