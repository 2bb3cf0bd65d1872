"""A run under pytest: whose exchanges those are that come in, and the hooks that ship them with each test's reports.

In a sequential run an exchange belongs to the test that is running, from its set-up to its own teardown. Two kinds
do not: what the teardown of a wider fixture sends, and what a thread or task sends that a test has started in its
call and left behind. Those belong to no test, and are findings of the run.
"""

import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakKeyDictionary, ref

import pytest

from pytest_usage_contract import judgement
from pytest_usage_contract.capture import NOBODY, Capture, Target
from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.exchange import Exchange, Request
from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.providers.routes import MOST, Routes
from pytest_usage_contract.providers.unmatched import room_for
from pytest_usage_contract.reports.tally import Phase, dump_phase
from pytest_usage_contract.session import asks, name_of_test
from pytest_usage_contract.session.attempt import KEPT, Attempt
from pytest_usage_contract.session.captured import NOWHERE, Caller, Captured, find_origin
from pytest_usage_contract.session.settings import Settings, policy_of

if TYPE_CHECKING:
    from types import FrameType

    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.session.spans import Span, Spans

T = TypeVar("T")

SHIPPED: Final = "usage_contract"
"""The name under which plain data travels: on a test's reports, and in a worker's output."""

_calling: ContextVar[Attempt | None] = ContextVar("usage_contract_calling", default=None)
"""The attempt in whose call a task was started: tasks inherit it, threads do not."""


class Run:
    """All that is captured from start to stop, each exchange with the attempt at the test that it belongs to."""

    def __init__(self, settings: Settings, known: Callable[[Finding], bool] = lambda _: False) -> None:
        self.settings = settings
        self.places = Routes(settings.mapped)
        self.troubles: list[str] = []
        self.exercised: dict[str, Contract] = {}
        """The contracts under which something was judged, by their names."""
        self._known = known
        self.spans: Spans | None = None
        if settings.active and settings.spans:
            from pytest_usage_contract.session import spans  # noqa: PLC0415 - needed by few runs

            self.spans = spans.Spans(self.book, self.trouble)
        self.rest = self._attempt("", settings.policy)
        self.current: Attempt | None = None
        self._tearing_down: pytest.Item | None = None
        self._leftover: WeakKeyDictionary[threading.Thread, Attempt] = WeakKeyDictionary()
        self._capture = Capture(self)

    @property
    def places(self) -> Routes:
        """The routes of this run."""
        return self._places

    @places.setter
    def places(self, places: Routes) -> None:
        self._places = places
        # Asked for each call of a client: it remembers, and runs no frame of ours.
        self.target = lru_cache(maxsize=MOST)(partial(_target, places))

    def settle(self, settings: Settings) -> None:
        """Go on by *settings* whose names are settled, with all contracts that there are now."""
        self.settings = settings
        self.places = Routes(settings.mapped)
        self.rest.policy = settings.policy

    def start(self) -> None:
        """Begin to capture, and to know of it when a test judges."""
        judgement.enter(self)
        self._capture.start()
        if self.spans is not None:
            self.spans.start()

    def stop(self) -> None:
        """Stop capturing; what is still being read counts as left."""
        self._capture.stop()
        if self.spans is not None:
            self.spans.stop()
        judgement.leave(self)

    # What a test goes through.

    def begin(self, item: pytest.Item) -> None:
        """A test, or one more attempt at it, begins with its set-up; raises `ValueError` for a marker misused."""
        self.current = self._attempt(name_of_test(item), policy_of(item, self.settings))
        self.current.stand_for(item)

    @contextmanager
    def call(self) -> Iterator[None]:
        """The call of the running test: what it starts and leaves behind stays its own."""
        attempt, before = self.current, set(threading.enumerate())
        token = _calling.set(attempt)
        try:
            yield
        finally:
            _calling.reset(token)
            if attempt is not None:
                self._leftover.update((thread, attempt) for thread in set(threading.enumerate()) - before)

    @contextmanager
    def teardown(self, item: pytest.Item) -> Iterator[None]:
        """The teardown of the running test and, behind it, of whatever is not needed any more."""
        self._tearing_down = item
        try:
            yield
        finally:
            self._tearing_down = None

    def end(self) -> None:
        """The running test is over, with its teardown."""
        if self.current is not None:
            self.current.finish()
        self.current = None

    # What capture asks and tells.

    def owner(self) -> object:
        """Return whose request this is, in its own thread and task before it goes out, and who called, if one knows."""
        started_in = _calling.get()
        if started_in is None and self._leftover:
            started_in = self._leftover.get(threading.current_thread())
        if started_in is None:
            started_in = self.current if self._tearing_down is None else self._running(self._tearing_down)
        if started_in is None:
            if not self.settings.active:  # such a run keeps what a test asks for, and nothing else
                return NOBODY
            started_in = self.rest
        inside = 0 if self.spans is None else self.spans.current()
        nearest: Caller = (None, 0, inside) if inside else NOWHERE
        test, file = started_in.code, started_in.file
        frame: FrameType | None = sys._getframe(1) if file else None
        while frame is not None:
            code = frame.f_code
            if code is test:  # to compare code by its value is to compare all that is in it
                return started_in, (code, frame.f_lasti, inside)
            if nearest[0] is None and code.co_filename == file:
                nearest = code, frame.f_lasti, inside
            frame = frame.f_back
        return started_in if nearest is NOWHERE else (started_in, nearest)

    def take(self, exchange: Exchange, owner: object, response: object) -> None:
        """Keep an exchange for its owner; bodies stay at hand while there is room."""
        attempt, caller = owner if isinstance(owner, tuple) else (owner, NOWHERE)
        if not isinstance(attempt, Attempt) or attempt.over:
            attempt = self.rest
        if not attempt.policy.enabled:
            return
        try:
            responded: Callable[[], object] = ref(response)
        except TypeError:  # None, or a class without weak references
            responded = _nothing
        with attempt.lock:
            attempt.received.append((exchange, responded, caller))
            attempt.bytes += len(exchange.asking) + len(exchange.body)
            if attempt.bytes > KEPT:
                attempt.make_room()

    def book(self, span: "Span") -> None:
        """Keep what a span has booked for the attempt that it ended in."""
        owner = self.owner()
        attempt = owner[0] if isinstance(owner, tuple) else owner
        if not isinstance(attempt, Attempt) or attempt.over:
            attempt = self.rest
        if attempt.bookings is not None and attempt.policy.enabled:
            attempt.bookings.add(span)

    def trouble(self, error: Exception) -> None:
        """Keep an error of the plugin's own for the summary: it fails no test."""
        self.troubles.append(f"{type(error).__name__}: {error}")

    # What judging asks and tells.

    def policy(self) -> tuple[Kind, ...]:
        """The kinds that fail in the running test."""
        return (self.current or self.rest).policy.fail_on

    def recall(self, response: object) -> Captured | None:
        """The exchange of the running test that a response, its bytes, or an SDK's object came from."""
        captured = self.current.candidates() if self.current else []
        return find_origin(response, captured)

    def judged(self, seen: judgement.Captured | None) -> None:
        """The test itself has judged this exchange, and so has the last word."""
        if isinstance(seen, Captured):
            seen.judged_by_test = True

    def _attempt(self, test: str, policy: Policy) -> Attempt:
        attempt = Attempt(
            test, policy, self._known, places=lambda: self.places, exercised=self.exercised, trouble=self.trouble
        )
        if self.spans is not None:
            attempt.bookings = self.spans.bookings()
        return attempt

    def _running(self, item: pytest.Item) -> Attempt | None:
        """Return the running attempt, unless the run is tearing down what is wider than its test."""
        # pytest takes a node off this stack before it runs the node's finalizers: while the test's own run, its
        # parent still stands there. Where a later pytest has no such stack, a teardown counts as the test's.
        stack = getattr(getattr(item.session, "_setupstate", None), "stack", {item.parent: None})
        return self.current if item.parent in stack else None


def _nothing() -> None:
    return None


def _target(places: Routes, method: str, host: str, path: str) -> Target:
    return Target(Request(method, host, path), room_for(places, method, host, path))


class TestWatch:
    """Follows each test; where the run *gates* not, only the tests that ask for their exchanges, and fails none."""

    def __init__(self, session: Run, *, gates: bool) -> None:
        self.session = session
        self.gates = gates
        self._begun: set[str] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, T, T]:
        if self.gates or asks(item):
            self.session.begin(item)
        return (yield)

    # No frame is hidden here: pytest shows of an error without a traceback the last frame that is not.
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, T, T]:
        try:
            with self.session.call():
                result = yield
        except pytest.skip.Exception as skipped:
            if error := self._error():
                raise error from skipped  # a skip must not hide what came before it
            raise
        except BaseException:
            if error := self._error():
                item.add_report_section("call", "usage contract", str(error))
            raise
        if error := self._error():
            if _keeps_failures(item):
                item.add_report_section("call", "usage contract", str(error))
                return result
            raise error
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, T, T]:
        with self.session.teardown(item):
            result = yield
        if error := self._error():
            raise error
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        attempt = self.session.current
        if attempt is None or not self.gates:
            return report
        if call.when == "setup":
            if attempt.test in self._begun:
                _attach(report, Phase(test=attempt.test, begins=True))
            self._begun.add(attempt.test)
        elif phase := attempt.ship(excused="xfail" if report.skipped and hasattr(report, "wasxfail") else ""):
            _attach(report, phase)
            if call.when == "call":
                item.user_properties += _properties(phase)
        return report

    def pytest_runtest_logfinish(self) -> None:
        self.session.end()

    def _error(self) -> BaseException | None:
        attempt = self.session.current
        return attempt.error() if attempt and self.gates else None


def _attach(report: pytest.TestReport, phase: Phase) -> None:
    """Let a report carry what its phase saw, from a worker of pytest-xdist, too."""
    setattr(report, SHIPPED, dump_phase(phase))


def _properties(phase: Phase) -> list[tuple[str, object]]:
    """Return what JUnit shows of each exchange: the contract, and the codes of what was found."""
    return [
        ("usage_contract", " ".join([exchange.contract, *(found.finding.code for found in exchange.occurrences)]))
        for exchange in phase.exchanges
    ]


def _keeps_failures(item: pytest.Item) -> bool:
    """Tell whether a `unittest` test keeps a failure on its item, which wins over what is raised; forget its skips."""
    kept = [info for info in getattr(item, "_excinfo", None) or () if not info.errisinstance(pytest.skip.Exception)]
    if hasattr(item, "_excinfo"):
        item._excinfo = kept
    return bool(kept)
