"""What an instrumentation books: the counts among the attributes of the spans that end while an SDK is called."""

from importlib import import_module

from calls import CALLS
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

EXPORTER = InMemorySpanExporter()
COUNTS = ("gen_ai.usage.", "llm.token_count.")

_instrumented = set()


def book_spans(instrumentor, url, case):
    """Call the SDK under the *instrumentor* that `module:Class` names; it stays in place, as in a user's process."""
    if instrumentor not in _instrumented:
        module, name = instrumentor.split(":")
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
        getattr(import_module(module), name)().instrument(tracer_provider=provider)
        _instrumented.add(instrumentor)
    return read_spans(url, case)


def read_spans(url, case):
    """Call the SDK, and return the counts by name; `ValueError` where more than one span has any."""
    EXPORTER.clear()
    CALLS[case.contract](url, stream=case.is_stream)
    rows = [
        {name: count for name, count in span.attributes.items() if name.startswith(COUNTS) and isinstance(count, int)}
        for span in EXPORTER.get_finished_spans()
    ]
    (row,) = [row for row in rows if row] or [{}]
    return row
