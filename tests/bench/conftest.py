# ruff: noqa: T201 - it prints what it measured
"""Ratios, measured side by side: each round runs every job once, in a new order, so that all share the weather."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping

import pytest

Job = Callable[[], object]


def per_call(job: Job, calls: int) -> float:
    """Seconds of this process that a call takes, on average of *calls*; other processes do not count."""
    began = time.process_time()
    for _ in range(calls):
        job()
    return (time.process_time() - began) / calls


def measured(jobs: Mapping[str, Job], *, rounds: int = 41, lasting: float = 0.002) -> dict[str, list[float]]:
    """The seconds of each job, round by round; *lasting* is about how long a job runs in a round."""
    calls = {name: max(1, int(lasting / max(per_call(job, 20), 1e-7))) for name, job in jobs.items()}
    times: dict[str, list[float]] = {name: [] for name in jobs}
    gc.disable()  # as timeit does: what pytest itself keeps alive would be walked again and again
    for _ in range(rounds):
        for name in random.sample([*jobs], len(jobs)):
            times[name].append(per_call(jobs[name], calls[name]))
    gc.enable()
    return times


def ratio(times: Mapping[str, list[float]], name: str, against: str) -> float:
    """How much longer *name* took than *against*: the median of the rounds."""
    return statistics.median(one / other for one, other in zip(times[name], times[against], strict=True))


class Table:
    """Jobs that were measured side by side."""

    def __init__(self, title: str, jobs: Mapping[str, Job], budgets: Mapping[str, str], lasting: float) -> None:
        """Measure, and print: what, microseconds, how many times the first, and the budget where there is one."""
        self.times = measured(jobs, lasting=lasting)
        print(f"\n{title}")
        for name, seconds in self.times.items():
            middle = statistics.median(seconds) * 1e6
            budget = f"  budget {budgets[name]}" if name in budgets else ""
            print(f"  {name:<58} {middle:>10.2f} µs {self.ratio(name, next(iter(jobs))):>8.2f} ×{budget}")

    def ratio(self, name: str, against: str) -> float:
        """How much longer *name* took than *against*: the median of the rounds."""
        return statistics.median(a / b for a, b in zip(self.times[name], self.times[against], strict=True))


@pytest.fixture
def table():
    """Measure jobs side by side and print them, as multiples of the first."""

    def measure(title, jobs, budgets=None, lasting=0.002):
        return Table(title, jobs, budgets or {}, lasting)

    return measure
