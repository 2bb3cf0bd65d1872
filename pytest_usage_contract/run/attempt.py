"""What one attempt at one test received, and what of it fails the test."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import ref

import pytest

from pytest_usage_contract.contracts.places import Place
from pytest_usage_contract.core.exchange import Ending, Exchange
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.message import told
from pytest_usage_contract.core.text import escaped
from pytest_usage_contract.judging import UsageContractError
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


class ExchangesBroken(UsageContractError, pytest.fail.Exception):
    """Raised at the end of a test's call, where no line of the test is to blame: shown without a traceback."""

    def __init__(self, message: str, verdicts: Sequence[Verdict]) -> None:
        UsageContractError.__init__(self, message, verdicts)
        self.msg, self.pytrace = message, False


ExchangesBroken.__module__, ExchangesBroken.__qualname__ = (
    UsageContractError.__module__,
    UsageContractError.__qualname__,
)


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

    def failures(self) -> Iterator[Captured]:
        """The exchanges that fail the test and have not been told yet."""
        for captured in self.captured:
            if not captured.told and any(self._failing(captured, finding) for finding in _findings(captured)):
                yield captured

    def error(self) -> UsageContractError | None:
        """All failures that have not been told yet, as the one error to raise."""
        failures = [*self.failures()]
        if not failures:
            return None
        for captured in failures:
            captured.told = True
        verdicts = [captured.verdict for captured in failures if captured.verdict]
        return ExchangesBroken("\n\n".join(map(self._message, failures)), verdicts)

    def ship(self, *, excused: str = "") -> dict[str, Any] | None:
        """What was received since the last call, as plain data, for the report; None if nothing was.

        *excused* is why findings that would fail the test do not: an `xfail`, say.
        """
        new, self._shipped = self.captured[self._shipped :], len(self.captured)
        covered = [captured for captured in new if captured.verdict is not None]
        if not (covered or self.others or self.abandoned or self.unmatched):
            return None
        shipped = {
            "test": self.test,
            "exchanges": [self._plain(captured, excused) for captured in covered],
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

    def _message(self, captured: Captured) -> str:
        assert captured.verdict is not None
        assert captured.place is not None
        heard = tuple(
            finding
            for finding in captured.verdict.findings
            if not (self._waived(captured, finding) or self._known(finding.fingerprint))
        )
        verdict = captured.verdict._replace(findings=heard)
        return told(verdict, captured.place.contract, failing=self.policy.fail_on, call=captured.call)

    def _plain(self, captured: Captured, excused: str) -> dict[str, Any]:
        verdict = captured.verdict
        assert verdict is not None
        plain: dict[str, Any] = {
            "contract": verdict.contract,
            "mocked": captured.mocked,
            "call": captured.call,
            "seen": dict(verdict.seen),
            "findings": [self._plain_finding(captured, finding, excused) for finding in verdict.findings],
        }
        if verdict.findings:
            plain["usage"] = verdict.wire if isinstance(verdict.wire, dict) else None
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


def _findings(captured: Captured) -> tuple[Finding, ...]:
    return captured.verdict.findings if captured.verdict else ()


def _weakly(response: object) -> Callable[[], object]:
    try:
        return ref(response)
    except TypeError:  # None, or a class without weak references
        return lambda: None


def is_abandoned(exchange: Exchange, verdict: Verdict) -> bool:
    """Whether the consumer left before the usage came: then what came is no evidence against the server."""
    unseen = {"no-terminal-usage", "not-json"}
    return exchange.ending is Ending.LEFT and any(finding.code in unseen for finding in verdict.findings)
