"""What one attempt at one test received, and what of it fails the test."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import ref

from pytest_usage_contract.blame import blameless
from pytest_usage_contract.contracts import find_contract
from pytest_usage_contract.contracts.places import Place
from pytest_usage_contract.core.exchange import Ending, Exchange
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.message import told
from pytest_usage_contract.core.text import escaped
from pytest_usage_contract.judging import UsageContractError
from pytest_usage_contract.reports.texts import evidence
from pytest_usage_contract.run.settings import Policy

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
    place: Place | None = None
    verdict: Verdict | None = None
    body: bytes = b""
    response: Callable[[], object] = field(default=lambda: None, repr=False)
    judged_by_test: bool = False
    told: bool = False

    @property
    def call(self) -> str:
        """`POST openrouter.ai/api/v1/responses (200)`."""
        return f"{escaped(self.method)} {escaped(self.host)}{escaped(self.path, 200)} ({self.status})"

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

    def receive(self, exchange: Exchange, response: object, place: Place | None, verdict: Verdict | None) -> None:
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
            if not captured.told and any(self._failing(captured, finding) for finding in verdict.findings):
                yield captured, verdict

    def error(self) -> BaseException | None:
        """All failures that have not been told yet, as the one error to raise."""
        failures = [*self.failures()]
        if not failures:
            return None
        for captured, _ in failures:
            captured.told = True
        messages = [self._message(captured, verdict) for captured, verdict in failures]
        verdicts = [verdict for _, verdict in failures]
        return blameless(UsageContractError("\n\n".join(messages), verdicts))

    def ship(self, *, excused: str = "") -> dict[str, Any] | None:
        """What was received since the last call, as plain data, for the report; None if nothing was.

        *excused* is why findings that would fail the test do not: an `xfail`, say.
        """
        new, self._shipped = self.captured[self._shipped :], len(self.captured)
        exchanges = [self._plain(captured, verdict, excused) for captured, verdict in judged(new)]
        if not (exchanges or self.others or self.abandoned or self.unmatched):
            return None
        shipped = {
            "test": self.test,
            "exchanges": exchanges,
            "other_statuses": self.others,
            "abandoned": self.abandoned,
            "unmatched": [
                {"method": method, "host": host, "path": path, "count": count}
                for (method, host, path), count in sorted(self.unmatched.items())
            ],
        }
        self.others = self.abandoned = 0
        self.unmatched.clear()
        return shipped

    def _failing(self, captured: Captured, finding: Finding) -> bool:
        waived = self._waived(captured, finding) or self._known(finding.fingerprint)
        return finding.kind in self.policy.fail_on and not waived

    def _waived(self, captured: Captured, finding: Finding) -> str:
        """Why a finding of this test does not fail, whatever its kind, and whatever the baseline knows."""
        if captured.judged_by_test:
            return "judged by the test"
        return "marker" if self.policy.ignores(finding.code, finding.path) else ""

    def _message(self, captured: Captured, verdict: Verdict) -> str:
        heard = tuple(
            finding
            for finding in verdict.findings
            if not (self._waived(captured, finding) or self._known(finding.fingerprint))
        )
        contract = find_contract(verdict.contract)
        return told(verdict._replace(findings=heard), contract, failing=self.policy.fail_on, call=captured.call)

    def _plain(self, captured: Captured, verdict: Verdict, excused: str) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "contract": verdict.contract,
            "mocked": captured.mocked,
            "call": captured.call,
            "seen": dict(verdict.seen),
            "findings": [self._plain_finding(captured, finding, excused) for finding in verdict.findings],
        }
        if verdict.findings and isinstance(verdict.wire, dict):
            # Neither a number of 5,000 digits nor a lone surrogate can be sent from a worker of pytest-xdist.
            plain["usage"] = evidence(verdict.wire)
        return plain

    def _plain_finding(self, captured: Captured, finding: Finding, excused: str) -> dict[str, Any]:
        waived = self._waived(captured, finding) or excused
        return {
            "code": finding.code,
            "path": finding.path,
            "expected": finding.expected,
            "actual": finding.actual,
            "message": finding.message,
            "failing": finding.kind in self.policy.fail_on and not waived,
            "ignored": waived,
        }


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
