"""A run under pytest: whose exchanges those are that come in.

In a sequential run an exchange belongs to the test that is running, from its set-up to its own teardown. Two kinds
do not: what the teardown of a wider fixture sends, and what a thread or task sends that a test has started in its
call and left behind. Those belong to no test, and are findings of the run.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

from pytest_usage_contract import runs
from pytest_usage_contract.capture import NOBODY, Capture, Target
from pytest_usage_contract.core.exchange import Exchange, Request
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.providers.routes import MOST, Routes
from pytest_usage_contract.providers.unmatched import room_for
from pytest_usage_contract.session.attempt import KEPT, Attempt
from pytest_usage_contract.session.captured import NOWHERE, Caller, Captured, find_origin
from pytest_usage_contract.session.settings import Settings, policy_of

if TYPE_CHECKING:
    from types import FrameType

    import pytest

    from pytest_usage_contract.core.codes import Kind
    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.core.finding import Finding
    from pytest_usage_contract.session.spans import Span, Spans

_calling: ContextVar[Attempt | None] = ContextVar("usage_contract_calling", default=None)
"""The attempt in whose call a task was started: tasks inherit it, threads do not."""


class Run:
    """All that is captured from start to stop, each exchange with the attempt at the test that it belongs to."""

    def __init__(self, settings: Settings, known: "Callable[[Finding], bool]" = lambda _: False) -> None:
        self.settings = settings
        self._serve(Routes(settings.mapped))
        self.troubles: list[str] = []
        self.exercised: dict[str, Contract] = {}
        """The contracts under which something was judged, by their names."""
        self._known = known
        self.spans: Spans | None = None
        if settings.active and settings.spans:
            from pytest_usage_contract.session import spans  # noqa: PLC0415 - needed by few runs

            self.spans = spans.Spans(self.book, self.trouble)
        self.rest = self._attempt(None, settings.policy)
        self.current: Attempt | None = None
        self._tearing_down: pytest.Item | None = None
        self._leftover: WeakKeyDictionary[threading.Thread, Attempt] = WeakKeyDictionary()
        self._capture = Capture(self)

    def _serve(self, places: Routes) -> None:
        """Know these *places* of contracts from now on."""
        self.places = places
        # Asked for each call of a client: it remembers, and runs no frame of ours.
        self.target = lru_cache(maxsize=MOST)(partial(_target, places))

    def settle(self, settings: Settings) -> None:
        """Go on by *settings* whose names are settled, with all contracts that there are now."""
        self.settings = settings
        self._serve(Routes(settings.mapped))
        self.rest.policy = settings.policy

    def start(self) -> None:
        """Begin to capture, and to know of it when a test judges."""
        runs.enter(self)
        self._capture.start()
        if self.spans is not None:
            self.spans.start()

    def stop(self) -> None:
        """Stop capturing; what is still being read counts as left."""
        self._capture.stop()
        if self.spans is not None:
            self.spans.stop()
        runs.leave(self)

    # What a test goes through.

    def begin(self, item: "pytest.Item") -> None:
        """A test, or one more attempt at it, begins with its set-up; raises `ValueError` for a marker misused."""
        self.current = self._attempt(item, policy_of(item, self.settings))

    @contextmanager
    def call(self) -> Iterator[None]:
        """The call of the running test: what it starts and leaves behind stays its own."""
        attempt, before = self.current, threading.enumerate()
        token = _calling.set(attempt)
        try:
            yield
        finally:
            _calling.reset(token)
            after = threading.enumerate()
            if after != before and attempt is not None:
                self._leftover.update((thread, attempt) for thread in set(after).difference(before))

    @contextmanager
    def teardown(self, item: "pytest.Item") -> Iterator[None]:
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
            attempt.bytes += len(exchange.body) + len(exchange.asking)
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

    def policy(self) -> "tuple[Kind, ...]":
        """The kinds that fail in the running test."""
        return (self.current or self.rest).policy.fail_on

    def recall(self, response: object) -> Captured | None:
        """The exchange of the running test that a response, its bytes, or an SDK's object came from."""
        captured = self.current.candidates() if self.current else []
        return find_origin(response, captured)

    def judged(self, seen: runs.Captured | None) -> None:
        """The test itself has judged this exchange, and so has the last word."""
        if isinstance(seen, Captured):
            seen.judged_by_test = True

    def _attempt(self, item: "pytest.Item | None", policy: Policy) -> Attempt:
        attempt = Attempt(
            item, policy, self._known, places=lambda: self.places, exercised=self.exercised, trouble=self.trouble
        )
        if self.spans is not None:
            attempt.bookings = self.spans.bookings()
        return attempt

    def _running(self, item: "pytest.Item") -> Attempt | None:
        """Return the running attempt, unless the run is tearing down what is wider than its test."""
        # pytest takes a node off this stack before it runs the node's finalizers: while the test's own run, its
        # parent still stands there. Where a later pytest has no such stack, a teardown counts as the test's.
        stack = getattr(getattr(item.session, "_setupstate", None), "stack", {item.parent: None})
        return self.current if item.parent in stack else None


def _nothing() -> None:
    return None


def _target(places: Routes, method: str, host: str, port: int | None, path: str) -> Target:
    request = Request.at(method, host, port, path)
    return Target(request, room_for(places, *request))
