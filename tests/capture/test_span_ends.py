"""Which ends of spans are told, and what a watch leaves as it was; with the SDK of OpenTelemetry."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest
from opentelemetry.sdk import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from pytest_usage_contract.capture.span_ends import SDK, SpanWatch, current_span

NOTHING_IMPORTED = """
import sys
from pytest_usage_contract.capture.span_ends import SpanWatch, current_span

watch = SpanWatch(print, print)
watch.start()
assert current_span() == 0
assert "opentelemetry" not in sys.modules
from opentelemetry.sdk.trace import Span
assert Span.end.__wrapped__
watch.stop()
assert not hasattr(Span.end, "__wrapped__")
"""


class Watched:
    """A watch that runs, what it was told, and its troubles."""

    def __init__(self, told=None):
        self.told, self.troubles = [], []
        self.watch = SpanWatch(told or self.told.append, self.troubles.append)

    def __enter__(self):
        self.watch.start()
        return self

    def __exit__(self, *_):
        self.watch.stop()


@pytest.fixture
def tracer():
    return trace.TracerProvider().get_tracer("test")


def fail(*_):
    raise RuntimeError("no room")


def test_a_span_is_told_once_when_it_has_ended(tracer, caplog):
    with Watched() as watched:
        span = tracer.start_span("chat")
        assert watched.told == []
        span.end(end_time=7)
        span.end()
    assert watched.told == [span]
    assert span.end_time == 7
    assert "ended span" in caplog.text  # the SDK's own warning


def test_spans_of_every_provider_are_told_and_those_that_are_not_sampled_never(tracer):
    unsampled = trace.TracerProvider(sampler=ALWAYS_OFF).get_tracer("test")
    with Watched() as watched:
        for each in (tracer, trace.TracerProvider().get_tracer("other"), unsampled):
            each.start_span("chat").end()
    assert len(watched.told) == 2


def test_of_two_watches_the_later_is_told_and_either_may_stop_first(tracer):
    first, second = Watched(), Watched()
    with first:
        with second:
            tracer.start_span("both").end()
        tracer.start_span("first").end()
    assert [span.name for span in first.told] == ["first"]
    assert [span.name for span in second.told] == ["both"]


def test_after_the_last_watch_the_class_is_what_it_was(tracer):
    before, finders = trace.Span.end, [*sys.meta_path]
    with Watched() as watched:
        assert trace.Span.end is not before
    assert trace.Span.end is before
    assert sys.meta_path == finders
    tracer.start_span("late").end()
    watched.watch.stop()
    assert watched.told == []


def test_what_is_exported_is_what_was_before():
    exporter = InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Watched(), provider.get_tracer("test").start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.usage.input_tokens", 12)
    assert [dict(each.attributes) for each in exporter.get_finished_spans()] == [{"gen_ai.usage.input_tokens": 12}]


def test_an_error_of_a_processor_is_raised_as_before(tracer):
    class Failing(trace.SpanProcessor):
        on_end = fail

    provider = trace.TracerProvider()
    provider.add_span_processor(Failing())
    with Watched() as watched, pytest.raises(RuntimeError, match="no room"):
        provider.get_tracer("test").start_span("chat").end()
    assert watched.told == []


def test_an_error_of_the_watch_is_its_own_trouble(tracer):
    with Watched(told=fail) as watched:
        tracer.start_span("chat").end()
    assert [str(error) for error in watched.troubles] == ["no room"]


def test_an_error_of_the_trouble_is_nobodys(tracer):
    watch = SpanWatch(fail, fail)
    watch.start()
    tracer.start_span("chat").end()
    watch.stop()


def test_a_module_that_only_has_the_name_is_let_be(monkeypatch):
    monkeypatch.setitem(sys.modules, SDK, ModuleType(SDK))
    with Watched() as watched:
        pass
    assert watched.troubles == []


def test_the_sdk_is_watched_from_its_import(monkeypatch):
    monkeypatch.delitem(sys.modules, SDK)
    with Watched() as watched:
        again = importlib.import_module(SDK)
        again.TracerProvider().get_tracer("test").start_span("chat").end()
    assert len(watched.told) == 1


@pytest.mark.slow
def test_a_watch_imports_nothing():
    subprocess.run([sys.executable, "-c", NOTHING_IMPORTED], check=True)


def test_the_span_around_is_told_by_its_number(tracer):
    assert current_span() == 0
    with tracer.start_as_current_span("chat") as span:
        assert current_span() == span.get_span_context().span_id
