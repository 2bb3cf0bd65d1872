"""Judge the parts of an audit one after the other, or in several processes of this machine.

The law: no part is lost, and none stops the others. One whose process dies, by the system's hand or its own, is judged
once more, by itself; where that ends as badly it is named.
"""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import active_children, get_context
from typing import Final

from pytest_usage_contract.audit.judge_part import judge_part
from pytest_usage_contract.audit.partial import Partial, Place
from pytest_usage_contract.audit.plan import Part, Plan

AHEAD: Final = 4
"""Parts that wait for each process: what is found of millions of files is not held in memory."""

DIED: Final = "the process that judged it has died"

Judged = tuple[Sequence[Part], Partial]
"""Parts, and what was found in them."""


def judge_parts(parts: Sequence[Part], plan: Plan, jobs: int = 1) -> Iterator[Judged]:
    """Yield parts with what was found in each, as it is done; with several *jobs* in as many processes.

    A pipe is judged in this one, which alone has it.
    """
    for part in parts:
        if jobs == 1 or part.found.is_pipe:
            yield (part,), judge_part(part, plan)
    if jobs == 1:
        return
    packed, waiting = plan.pack(), iter([part for part in parts if not part.found.is_pipe])
    while True:
        crew = _Crew(waiting, packed, jobs)
        yield from crew.work()
        if not crew.suspects:
            return
        for part in crew.suspects:
            yield (part,), _judge_alone(part, packed)


class _Crew:
    """Processes that judge what is *waiting*, until one of them dies: *suspects* are the parts under way then."""

    def __init__(self, waiting: Iterator[Part], plan: Plan, jobs: int) -> None:
        self._waiting, self._plan, self._jobs = waiting, plan, jobs
        self.suspects: list[Part] = []

    def work(self) -> Iterator[Judged]:
        before, pool = active_children(), _open_pool(self._jobs)
        pending: dict[Future[Partial], Part] = {}
        try:
            while True:
                for part in islice(self._waiting, self._jobs * AHEAD - len(pending)):
                    pending[self._submit(pool, part)] = part
                if not pending:
                    break
                for done in wait(pending, return_when=FIRST_COMPLETED).done:
                    yield (pending[done],), done.result()
                    del pending[done]
            pool.shutdown()
        except BrokenProcessPool:
            self.suspects = sorted(pending.values(), key=lambda part: (part.found.location, part.start))
            pool.shutdown()
        except BaseException:
            for child in active_children():
                if child not in before:
                    child.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _submit(self, pool: ProcessPoolExecutor, part: Part) -> Future[Partial]:
        """Hand a part over; a pool that is broken already refuses it as one that breaks over it."""
        try:
            return pool.submit(judge_part, part, self._plan)
        except BrokenProcessPool as broken:
            refused: Future[Partial] = Future()
            refused.set_exception(broken)
            return refused


def _judge_alone(part: Part, plan: Plan) -> Partial:
    """Judge a part in a process of its own, and tell where that dies over it."""
    with _open_pool(1) as pool:
        try:
            return pool.submit(judge_part, part, plan).result()
        except BrokenProcessPool:
            partial = Partial()
            partial.unread.add(Place(part.location, part.start), DIED)
            return partial


def _open_pool(jobs: int) -> ProcessPoolExecutor:
    # A process that is forked would inherit the locks of threads that it does not have.
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Leave it to the process that started this one to end it when the terminal says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
