"""The hooks that follow each test: what it received fails it, and goes with its reports."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

from pytest_usage_contract.reports.tally import dump_phase
from pytest_usage_contract.session import asks
from pytest_usage_contract.session.run import Run

if TYPE_CHECKING:
    from pytest_usage_contract.reports.phase import Phase

T = TypeVar("T")

SHIPPED: Final = "usage_contract"
"""The name under which a phase travels: on a test's reports, and, as plain data, out of its process."""


class TestWatch:
    """Follows each test; where the run *gates* not, only the tests that ask for their exchanges, and fails none."""

    def __init__(self, session: Run, *, gates: bool) -> None:
        self.session = session
        self.gates = gates
        self._told: set[str] = set()
        """The tests of which a report was told something, which is forgotten when they begin again."""

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
            if self._told and attempt.test in self._told:
                from pytest_usage_contract.reports.phase import Phase  # noqa: PLC0415 - needed where something was received

                setattr(report, SHIPPED, Phase(test=attempt.test, begins=True))
        elif not attempt.idle and (phase := attempt.ship(excused=_excuse_of(report))):
            self._told.add(attempt.test)
            setattr(report, SHIPPED, phase)
            if call.when == "call":
                item.user_properties += _properties(phase)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(self) -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
        """Let a report that leaves its process, to pytest-xdist or a log, carry what it has as plain data."""
        plain = yield
        phase = plain.get(SHIPPED) if plain else None  # which came as plain data from a worker
        return plain if phase is None or isinstance(phase, dict) else {**(plain or {}), SHIPPED: dump_phase(phase)}

    def pytest_runtest_logfinish(self) -> None:
        self.session.end()

    def _error(self) -> BaseException | None:
        attempt = self.session.current
        return attempt.error() if attempt and self.gates else None


def _excuse_of(report: pytest.TestReport) -> str:
    return "xfail" if report.skipped and hasattr(report, "wasxfail") else ""


def _properties(phase: "Phase") -> list[tuple[str, object]]:
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
