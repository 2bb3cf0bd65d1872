"""What one attempt at one test received, and what of it fails the test."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from weakref import ref

from pytest_usage_contract.api import UsageContractError
from pytest_usage_contract.core.escape import escape
from pytest_usage_contract.core.exchange import Ending, Exchange
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.message import format_verdict
from pytest_usage_contract.core.policy import Policy, decide
from pytest_usage_contract.failures import without_traceback
from pytest_usage_contract.providers.registry import find_contract
from pytest_usage_contract.providers.routes import Route
from pytest_usage_contract.reports.record import CheckedExchange, Occurrence, Phase, UnmatchedCall
from pytest_usage_contract.reports.untrusted import tame_usage

KEPT: Final = 16 * 1024 * 1024
"""Bytes of bodies that are kept while their test runs, so that an SDK's object can be led back to its bytes."""


@dataclass(eq=False, slots=True)
class Captured:
    """One exchange that a test has received; *verdict* is None where no contract covers it."""

    method: str
    host: str
    path: str
    status: int
    mocked: bool
    place: Route | None = None
    verdict: Verdict | None = None
    body: bytes = b""
    response: Callable[[], object] = field(default=lambda: None, repr=False)
    judged_by_test: bool = False
    reported: bool = False

    @property
    def call(self) -> str:
        """`POST openrouter.ai/api/v1/responses (200)`."""
        return f"{escape(self.method)} {escape(self.host)}{escape(self.path, 200)} ({self.status})"

    @property
    def contract(self) -> str | None:
        """The name of the contract that it was judged under."""
        return self.place.contract.name if self.place else None

    @property
    def usage(self) -> object:
        """The usage as a typed object where its schema holds, else as it was on the wire; `ABSENT` without one."""
        if self.verdict is None:
            return None
        return self.verdict.wire if self.verdict.usage is None else self.verdict.usage


class Attempt:
    """One attempt at one test, or, without a name, what belongs to no test of the run."""

    def __init__(self, test: str, policy: Policy, known: Callable[[str], bool]) -> None:
        """*known* tells by its fingerprint whether a finding is one that the team has accepted."""
        self.test = test
        self.policy = policy
        self.over = False
        self.captured: list[Captured] = []
        self.uncovered: list[Captured] = []
        self.others = 0
        self.abandoned = 0
        self.unmatched: Counter[tuple[str, str, str]] = Counter()
        self._known = known
        self._kept: deque[Captured] = deque()
        self._bytes = 0
        self._shipped = 0

    def receive(self, exchange: Exchange, response: object, place: Route | None, verdict: Verdict | None) -> None:
        """Add an exchange; the body stays at hand while there is room."""
        captured = Captured(
            exchange.method,
            exchange.host,
            exchange.path,
            exchange.status,
            exchange.mocked,
            place,
            verdict,
            exchange.body,
            _weakly(response),
        )
        (self.uncovered if place is None else self.captured).append(captured)
        self._kept.append(captured)
        self._bytes += len(exchange.body)
        while self._bytes > KEPT:
            oldest = self._kept.popleft()
            self._bytes -= len(oldest.body)
            oldest.body = b""

    def candidates(self) -> list[Captured]:
        """What a response in the test's hands may have come from, the latest first."""
        return [*reversed(self.captured), *reversed(self.uncovered)]

    def finish(self) -> None:
        """Let go of every body: the test is over."""
        self.over = True
        for captured in self._kept:
            captured.body = b""

    def failures(self) -> Iterator[tuple[Captured, Verdict]]:
        """The exchanges that fail the test and have not been told yet."""
        for captured, verdict in judged(self.captured):
            if not captured.reported and any(self._failing(captured, finding) for finding in verdict.findings):
                yield captured, verdict

    def error(self) -> BaseException | None:
        """All failures that have not been told yet, as the one error to raise."""
        failures = [*self.failures()]
        if not failures:
            return None
        for captured, _ in failures:
            captured.reported = True
        messages = [self._message(captured, verdict) for captured, verdict in failures]
        verdicts = [verdict for _, verdict in failures]
        return without_traceback(UsageContractError("\n\n".join(messages), verdicts))

    def ship(self, *, excused: str = "") -> Phase:
        """Return what was received since the last call, for the report.

        *excused* is why findings that would fail the test do not: an `xfail`, say.
        """
        new, self._shipped = self.captured[self._shipped :], len(self.captured)
        calls = [UnmatchedCall(method=m, host=h, path=p, count=n) for (m, h, p), n in sorted(self.unmatched.items())]
        phase = Phase(
            test=self.test,
            exchanges=tuple(self._record(captured, verdict, excused) for captured, verdict in judged(new)),
            other_statuses=self.others,
            abandoned=self.abandoned,
            unmatched=tuple(calls),
        )
        self.others = self.abandoned = 0
        self.unmatched.clear()
        return phase

    def _failing(self, captured: Captured, finding: Finding) -> bool:
        known, excused = self._known(finding.fingerprint), self._excuse(captured, finding)
        return decide(finding.kind, self.policy.fail_on, known=known, excused=bool(excused))

    def _excuse(self, captured: Captured, finding: Finding) -> str:
        """Return why a finding of this test does not fail, whatever its kind, and whatever the baseline knows."""
        if captured.judged_by_test:
            return "judged by the test"
        return "marker" if self.policy.ignores(finding.code, finding.path) else ""

    def _message(self, captured: Captured, verdict: Verdict) -> str:
        heard = tuple(
            finding
            for finding in verdict.findings
            if not (self._excuse(captured, finding) or self._known(finding.fingerprint))
        )
        contract = find_contract(verdict.contract)
        return format_verdict(
            verdict._replace(findings=heard), contract, failing=self.policy.fail_on, call=captured.call
        )

    def _record(self, captured: Captured, verdict: Verdict, excused: str) -> CheckedExchange:
        occurrences = [
            Occurrence(
                finding=finding,
                failing=decide(finding.kind, self.policy.fail_on, excused=bool(why)),
                excused=why,
            )
            for finding in verdict.findings
            for why in [self._excuse(captured, finding) or excused]
        ]
        return CheckedExchange(
            contract=verdict.contract,
            call=captured.call,
            mocked=captured.mocked,
            seen=dict(verdict.seen),
            occurrences=tuple(occurrences),
            # Neither a number of 5,000 digits nor a lone surrogate can be sent from a worker of pytest-xdist.
            usage=tame_usage(verdict.wire) if occurrences and isinstance(verdict.wire, dict) else None,
        )


def judged(captured: Iterable[Captured]) -> Iterator[tuple[Captured, Verdict]]:
    """Those of the exchanges that a contract covers, with their verdicts."""
    return ((each, each.verdict) for each in captured if each.verdict is not None)


def _weakly(response: object) -> Callable[[], object]:
    try:
        return ref(response)
    except TypeError:  # None, or a class without weak references
        return lambda: None


def is_abandoned(exchange: Exchange, verdict: Verdict) -> bool:
    """Whether the consumer left before the usage came: then what came is no evidence against the server."""
    unseen = {"no-terminal-usage", "not-json"}
    return exchange.ending is Ending.LEFT and any(finding.code in unseen for finding in verdict.findings)
