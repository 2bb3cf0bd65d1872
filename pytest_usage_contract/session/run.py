"""A run under pytest: whose exchanges those are that come in, and what each amounts to.

In a sequential run an exchange belongs to the test that is running, from its set-up to its own teardown. Two kinds
do not: what the teardown of a wider fixture sends, and what a thread or task sends that a test has started in its
call and left behind. Those belong to no test, and are findings of the run.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary, ref

import pytest

from pytest_usage_contract import judgement
from pytest_usage_contract.capture import NOBODY, Capture
from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.exchange import Facts
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.core.response import dump_object
from pytest_usage_contract.providers.routes import Routes
from pytest_usage_contract.session.attempt import BODY, KEPT, Attempt
from pytest_usage_contract.session.captured import Captured
from pytest_usage_contract.session.settings import Settings, policy_of

_calling: ContextVar[Attempt | None] = ContextVar("usage_contract_calling", default=None)
"""The attempt in whose call a task was started: tasks inherit it, threads do not."""


class Run:
    """All that is captured from start to stop, each exchange with the attempt at the test that it belongs to."""

    def __init__(self, settings: Settings, known: Callable[[str], bool] = lambda _: False) -> None:
        self.settings = settings
        self.places = Routes(settings.mapped)
        self.troubles: list[str] = []
        self._known = known
        self.rest = self._attempt("", Policy(settings.fail_on))
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
        self.wants = places.knows  # asked for each call of a client: it remembers, and runs no frame of ours

    def start(self) -> None:
        """Begin to capture, and to know of it when a test judges."""
        judgement.enter(self)
        self._capture.start()

    def stop(self) -> None:
        """Stop capturing; what is still being read counts as left."""
        self._capture.stop()
        judgement.leave(self)

    # What a test goes through.

    def begin(self, item: pytest.Item) -> None:
        """A test, or one more attempt at it, begins with its set-up; raises `ValueError` for a marker misused."""
        self.current = self._attempt(name_of_test(item), policy_of(item, self.settings))

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
        """Return whose request this is, in its own thread and task before it goes out."""
        started_in = _calling.get()
        if started_in is None and self._leftover:
            started_in = self._leftover.get(threading.current_thread())
        if started_in is not None:
            return started_in
        running = self.current if self._tearing_down is None else self._running(self._tearing_down)
        if running is None:  # a run that does not gate keeps what a test asks for, and nothing else
            return self.rest if self.settings.active else NOBODY
        return running

    def take(self, facts: Facts, owner: object, response: object) -> None:
        """Keep an exchange for its owner; bodies stay at hand while there is room."""
        attempt = owner if isinstance(owner, Attempt) and not owner.over else self.rest
        if not attempt.policy.enabled:
            return
        try:
            responded: Callable[[], object] = ref(response)
        except TypeError:  # None, or a class without weak references
            responded = _nothing
        with attempt.lock:
            attempt.received.append((facts, responded))
            attempt.bytes += len(facts[BODY])
            if attempt.bytes > KEPT:
                attempt.make_room()

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
        for exchange in captured:
            if response is not None and (exchange.response() is response or (response and exchange.body is response)):
                return exchange
        return _led_back(response, captured)

    def judged(self, seen: judgement.Captured | None) -> None:
        """The test itself has judged this exchange, and so has the last word."""
        if isinstance(seen, Captured):
            seen.judged_by_test = True

    def _attempt(self, test: str, policy: Policy) -> Attempt:
        return Attempt(test, policy, self._known, places=lambda: self.places, trouble=self.trouble)

    def _running(self, item: pytest.Item) -> Attempt | None:
        """Return the running attempt, unless the run is tearing down what is wider than its test."""
        # pytest takes a node off this stack before it runs the node's finalizers: while the test's own run, its
        # parent still stands there. Where a later pytest has no such stack, a teardown counts as the test's.
        stack = getattr(getattr(item.session, "_setupstate", None), "stack", {item.parent: None})
        return self.current if item.parent in stack else None


def _nothing() -> None:
    return None


def name_of_test(item: pytest.Item) -> str:
    """The test's node id, without the group that pytest-xdist adds under `--dist loadgroup`."""
    group = item.get_closest_marker("xdist_group")
    named = (*group.args, *group.kwargs.values(), "default")[0] if group else ""
    return item.nodeid.removesuffix(f"@{named}")


def _led_back(response: object, captured: Iterable[Captured]) -> Captured | None:
    """The exchange in whose body the `id` of an SDK's object stands; of objects without one, the only candidate."""
    items = response if isinstance(response, list) and response else [response]
    dumped = dump_object(items[-1])
    if not isinstance(dumped, dict):
        return None
    covered = [exchange for exchange in captured if exchange.body]
    inner = dumped.get("response")
    identity = dumped.get("id") or (inner.get("id") if isinstance(inner, dict) else None)
    if isinstance(identity, str):
        wanted = json.dumps(identity, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return next((exchange for exchange in covered if wanted in exchange.body), None)
    judged = [exchange for exchange in covered if exchange.verdict is not None]
    return judged[0] if len(judged) == 1 and "usage" in dumped else None
