"""Seconds of jobs that are measured side by side: each round runs every job once, in a new order."""

import gc
import os
import random
import time
from collections.abc import Callable, Mapping

Job = Callable[[], object]

ROUNDS, LASTING = 41, 0.002


def per_call(job, calls):
    """Seconds of this process that a call takes, on average of *calls*; other processes do not count."""
    began = time.process_time()
    for _ in range(calls):
        job()
    return (time.process_time() - began) / calls


def measured(jobs: Mapping[str, Job], *, rounds=ROUNDS, lasting=LASTING) -> dict[str, list[float]]:
    """The seconds of each job, round by round; *lasting* is about how long a job runs in a round."""
    for job in jobs.values():
        job()  # the first time something may be made that is kept
    calls = {name: max(1, int(lasting / max(per_call(job, 5), 1e-7))) for name, job in jobs.items()}
    return interleaved({name: lambda name=name: per_call(jobs[name], calls[name]) for name in jobs}, rounds)


def interleaved(timers: Mapping[str, Callable[[], float]], rounds=ROUNDS) -> dict[str, list[float]]:
    """The seconds that each timer gives, round by round, each round in a new order."""
    times: dict[str, list[float]] = {name: [] for name in timers}
    gc.collect()
    gc.freeze()  # what pytest itself keeps alive would be walked again and again
    gc.disable()  # as timeit does
    for _ in range(rounds):
        for name in random.sample([*timers], len(timers)):
            times[name].append(timers[name]())
    gc.enable()
    gc.unfreeze()
    return times


def compiled(**more):
    """The environment of a process that compiles no module anew at each run; an installed package is compiled, too."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more
