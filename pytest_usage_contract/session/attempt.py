"""One attempt at one test: the exchanges that it received, judged when the test has ended or asks."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import cached_property
from inspect import unwrap
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_usage_contract.session.captured import Caller, Captured

if TYPE_CHECKING:
    from types import CodeType

    import pytest

    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.core.exchange import Exchange
    from pytest_usage_contract.core.finding import Verdict
    from pytest_usage_contract.core.policy import Policy
    from pytest_usage_contract.providers.routes import Routes
    from pytest_usage_contract.reports.phase import Phase
    from pytest_usage_contract.session.evidence import Known
    from pytest_usage_contract.session.spans import Bookings

KEPT: Final = 16 * 1024 * 1024
"""Bytes of bodies that are kept while their test runs, so that an SDK's object can be led back to its bytes."""


class Attempt:
    """One attempt at one test, or, without one, what belongs to no test of the run.

    What it receives is kept as it is. It is judged, all together, when somebody asks what was captured: the run when
    the test has ended, the test itself, or this attempt when it keeps too much.
    """

    def __init__(
        self,
        item: "pytest.Item | None",
        policy: "Policy",
        known: "Known",
        *,
        places: "Callable[[], Routes]",
        exercised: "dict[str, Contract]",
        trouble: Callable[[Exception], None],
    ) -> None:
        """Take what there is to judge by.

        *known* tells whether a finding is one that the team has accepted; *places* gives where
        contracts are served; *exercised* gathers those that judged; *trouble* hears of errors while judging.
        """
        self._item = item
        function: Any = getattr(item, "function", None)
        function = unwrap(function) if hasattr(function, "__wrapped__") else function
        self.code: CodeType | None = getattr(function, "__code__", None)
        """The code of the test, by which the place of a call is found and told."""
        self.file = self.code.co_filename if self.code else str(getattr(item, "path", ""))
        self.policy = policy
        self.over = False
        self.others = 0
        self.abandoned = 0
        self.unmatched: Counter[tuple[str, str, str, str]] = Counter()
        """Calls that no contract covers, by host, path, method, and the contract that each looks like."""
        self.places, self.exercised = places, exercised
        self._known, self._trouble = known, trouble
        self.bookings: Bookings | None = None
        """What spans have booked, where the run holds that against what was received."""
        self.alone = True
        """Whether all that was received is under contract, and whole."""
        self._captured: list[Captured] = []
        self._uncovered: list[Captured] = []
        self._with_body: deque[Captured] = deque()
        self.received: deque[tuple[Exchange, Callable[[], object], Caller]] = deque()
        """What was received and is not judged yet, with what may still lead to the response, and who called."""
        self.bytes = 0
        """The size of all bodies that are kept, judged or not."""
        self.lock = RLock()  # reentrant: the garbage collector may end a stream, which is then received

    @cached_property
    def test(self) -> str:
        """Return the name of the test, or nothing."""
        from pytest_usage_contract.session.evidence import name_of_test  # noqa: PLC0415 - needed where something was received

        return name_of_test(self._item) if self._item else ""

    @property
    def idle(self) -> bool:
        """Tell whether nothing was received that anybody might ask for."""
        return not (self.received or self._captured or self.unmatched or self.abandoned or self.bookings)

    @property
    def captured(self) -> list[Captured]:
        """The exchanges under contract, judged, in their order."""
        self._judge_received()
        return self._captured

    def candidates(self) -> list[Captured]:
        """Return what a response in the test's hands may have come from, the latest first."""
        return [*reversed(self.captured), *reversed(self._uncovered)]

    def make_room(self) -> None:
        """Judge everything, and let the oldest bodies go until the rest is within the bound."""
        self._judge_received()
        with self.lock:
            while self.bytes > KEPT:
                oldest = self._with_body.popleft()
                self.bytes -= oldest.exchange.size
                oldest.exchange = oldest.exchange._replace(body=b"")

    def finish(self) -> None:
        """Let go of every body: the test is over."""
        self.over = True
        self.received.clear()
        for captured in self._with_body:
            captured.exchange = captured.exchange._replace(body=b"")

    def _judge_received(self) -> None:
        if not self.received:
            return
        from pytest_usage_contract.session.judging import judge  # noqa: PLC0415 - brings pydantic

        with self.lock:
            while self.received:
                exchange, response, caller = self.received.popleft()
                try:
                    captured = judge(self, exchange, response, caller)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
                    captured = None
                    self._trouble(error)
                if captured is not None:
                    (self._uncovered if captured.place is None else self._captured).append(captured)
                    self._with_body.append(captured)
                if captured is None or captured.exchange is not exchange:
                    self.bytes += (captured.exchange.size if captured else 0) - exchange.size

    def _held(self) -> list[Captured]:
        """Return the exchanges under contract with what spans have booked of them held against each."""
        captured = self.captured
        if self.bookings is not None:
            try:
                self.bookings.hold(captured, alone=self.alone)
            except Exception as error:  # noqa: BLE001 - the same
                self._trouble(error)
        return captured

    def failures(self) -> "Iterator[tuple[Captured, Verdict]]":
        """Yield the exchanges that fail the test and have not been told yet."""
        untold = [each for each in self._held() if each.verdict and len(each.verdict.findings) > each.told]
        if not untold:
            return
        from pytest_usage_contract.session.evidence import fails  # noqa: PLC0415 - needed where something was found

        for captured in untold:
            verdict = cast("Verdict", captured.verdict)
            if fails(captured, verdict.findings[captured.told :], self.policy, self._known):
                yield captured, verdict

    def error(self) -> BaseException | None:
        """Return all failures that have not been told yet, as the one error to raise, from where the first call was."""
        failures = [] if self.idle else [*self.failures()]
        if not failures:
            return None
        from pytest_usage_contract.session.evidence import make_error  # noqa: PLC0415 - likewise

        return make_error(failures, self.policy, self._known, self._item, self.file)

    def ship(self, *, excused: str = "") -> "Phase | None":
        """Return what was received since the last call, for the report; None if that is nothing.

        *excused* is why findings that would fail the test do not: an `xfail`, say.
        """
        new = [each for each in self._held() if each.verdict and each.shipped != len(each.verdict.findings)]
        if not (new or self.others or self.abandoned or self.unmatched):
            return None
        from pytest_usage_contract.reports.phase import Phase  # noqa: PLC0415 - likewise
        from pytest_usage_contract.session.evidence import list_unmatched, record  # noqa: PLC0415 - likewise

        phase = Phase(
            test=self.test,
            exchanges=tuple(
                record(each, each.verdict, self.policy, self._item, excused) for each in new if each.verdict
            ),
            other_statuses=self.others,
            abandoned=self.abandoned,
            unmatched=list_unmatched(self.unmatched),
        )
        for each in new:
            each.shipped = len(each.verdict.findings) if each.verdict else 0
        self.others = self.abandoned = 0
        self.unmatched.clear()
        return phase
