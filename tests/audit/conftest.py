import tracemalloc

import pytest


@pytest.fixture
def measure_peak():
    """Measures the most memory that Python holds at a time while a function runs, in bytes."""

    def measure(function):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        function()
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    yield measure
    tracemalloc.stop()
