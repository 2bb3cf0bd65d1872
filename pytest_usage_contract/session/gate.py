"""The hooks of a run that gates: contracts are gathered at its beginning, a report and an outcome at its end.

Under pytest-xdist every worker captures, and the process that started them gathers: what a test saw comes with its
reports, what belongs to no test when its worker is done.
"""

import os
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

from pytest_usage_contract.providers.precedence import list_precedence
from pytest_usage_contract.providers.registry import entries, find_contract
from pytest_usage_contract.reports import check_writable, write_report, write_whole
from pytest_usage_contract.reports.report import Demands, Report
from pytest_usage_contract.reports.tally import Tally, document, dump_phase, load_phase
from pytest_usage_contract.session import SESSION, asks
from pytest_usage_contract.session.misuse import refused_misuse
from pytest_usage_contract.session.options import configuration_of, is_filtered, root_in_repository
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings, policy_of, read_settings, settle_names
from pytest_usage_contract.session.watch import SHIPPED, TestWatch

if TYPE_CHECKING:
    from pytest_usage_contract.core.finding import Finding
    from pytest_usage_contract.reports.baseline import Baseline
    from pytest_usage_contract.reports.phase import Phase

UNFINISHED: Final = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)

T = TypeVar("T")


def follow(session: pytest.Session) -> None:
    """Capture for the tests that ask for their exchanges, in a run that does not gate."""
    config = session.config
    with refused_misuse(config):
        run = Run(settle_names(config, read_settings(config)))
    for item in filter(asks, session.items):
        policy_of(item, run.settings)
    config.stash[SESSION] = run
    config.pluginmanager.register(TestWatch(run, gates=False), "usage_contract_watch")
    run.start()
    config.add_cleanup(run.stop)


class Gate:
    """One run, from the contracts that it knows to the outcome that it comes to."""

    def __init__(self, config: pytest.Config) -> None:
        """Read what the run was told; raises `pytest.UsageError` where it cannot be obeyed."""
        self.config = config
        self.settings: Settings = read_settings(config)
        self.worker = hasattr(config, "workerinput")
        self.tally = Tally()
        self.report: Report | None = None
        self.unwritten: list[str] = []
        self.filtered = is_filtered(config)
        self._settled = False
        self._precedence: tuple[str, ...] = ()
        self._workers: dict[str, bool] = {}
        """The workers by their names, with whether each has told what only it can know."""
        self._lost: list[str] = []
        with refused_misuse(config):
            for path in self.settings.reports:
                check_writable(path)
            update = self.settings.update_baseline
            if update and self.settings.baseline is None:
                raise ValueError("--usage-contract-update-baseline needs --usage-contract-baseline")
            named = self.settings.baseline
            self.baseline = _read_baseline(named, may_be_new=update) if named else None

    def pytest_report_header(self) -> list[str]:
        fail_on = ", ".join(self.settings.policy.fail_on) or "nothing"
        return [f"usage-contract: {len(entries())} contracts, fails on {fail_on}", *self._tell_precedence()]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        with refused_misuse(self.config):
            entries()
            session = Run(replace(self.settings, mapped=()), self._known())
        self.config.stash[SESSION] = session
        self.config.pluginmanager.register(TestWatch(session, gates=True), "usage_contract_watch")
        session.start()
        self.config.add_cleanup(session.stop)

    def pytest_deselected(self) -> None:
        self.filtered = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Settle what names mean: a `conftest.py` further down, read only now, may have brought contracts."""
        self.settings, self._settled = settle_names(self.config, self.settings), True
        with refused_misuse(self.config, "usage_contract_urls"):
            self.config.stash[SESSION].settle(self.settings)
        for item in session.items:
            policy_of(item, self.settings)

    def pytest_report_collectionfinish(self) -> list[str]:
        return self._tell_precedence()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        shipped = getattr(report, SHIPPED, None)
        if shipped is not None and not self.worker:
            self.tally.add(load_phase(shipped) if isinstance(shipped, dict) else shipped)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        self._workers[node.gateway.id] = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        name, told = node.gateway.id, getattr(node, "workeroutput", {}).get(SHIPPED)
        if told is None:
            self._lost.append(f"worker {name} was lost, with what belonged to none of its tests")
        elif not self._workers.get(name):  # pytest-xdist calls twice where a worker was interrupted
            self._receive(told)
        self._workers[name] = True

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, T, T]:
        result = yield
        if exitstatus == pytest.ExitCode.USAGE_ERROR:  # nothing was run
            self.config.stash[SESSION].stop()
            return result
        rest = self._rest()
        if self.worker:
            told = {"require": self.settings.require, "demand": self.settings.demand, "filtered": self.filtered}
            self.config.workeroutput[SHIPPED] = {"phase": rest and dump_phase(rest), **told}  # type: ignore[attr-defined]  # pytest-xdist's
            return result
        if rest is not None:
            self.tally.add(rest)
        # Where -x or --maxfail ends it, pytest-xdist interrupts the run, and a run in one process just ends.
        stopped = bool(session.shouldfail)
        self._conclude(interrupted=exitstatus in UNFINISHED and not stopped, stopped=stopped)
        failed = self.unwritten or (self.report and self.report.outcome == "failed")
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.report is None:
            return
        from pytest_usage_contract.reports.terminal import write_summary  # noqa: PLC0415 - no worker prints

        write_summary(self.report, terminalreporter, self.config.get_verbosity())
        for error in self.unwritten:
            terminalreporter.write_line(error, red=True)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            from pytest_usage_contract.reports.annotations import format_annotations  # noqa: PLC0415 - needed by few

            shown = self.config.pluginmanager.hasplugin("pytest_github_actions_annotate_failures")
            for command in format_annotations(self.report, failures=not shown, root=root_in_repository(self.config)):
                terminalreporter.write_line(command)

    def _known(self) -> "Callable[[Finding], bool]":
        """Return what tells whether a finding fails no test, since the team has accepted it, or does so now."""
        if self.settings.update_baseline:
            return lambda _: True
        today, baseline = date.today(), self.baseline  # noqa: DTZ011 - a day of the team's own calendar
        return lambda found: baseline is not None and baseline.knows(found, today)

    def _tell_precedence(self) -> list[str]:
        """Return what the header says of own contracts and built-in ones, and has not said yet."""
        before, self._precedence = self._precedence, list_precedence()
        return [f"usage-contract: {line}" for line in self._precedence if line not in before]

    def _rest(self) -> "Phase | None":
        """Return what belongs to no test, the plugin's own troubles, and what only a process with tests can know."""
        session = self.config.stash[SESSION]
        session.stop()
        required = {name: find_contract(name) for name in self.settings.require if self._settled and "/" in name}
        contracts = {**required, **session.exercised}
        phase, troubles, used = session.rest.ship(), tuple(session.troubles), tuple(sorted(session.places.used_urls))
        if not (phase or contracts or troubles or used):
            return None
        from pytest_usage_contract.reports.phase import Phase  # noqa: PLC0415 - needed where something was received

        return replace(
            phase or Phase(),
            errors=troubles,
            documented={name: document(contract) for name, contract in contracts.items()},
            used_urls=used,
        )

    def _receive(self, rest: dict[str, Any]) -> None:
        if rest["phase"] is not None:
            self.tally.add(load_phase(rest["phase"]))
        self.settings = replace(self.settings, require=tuple(rest["require"]), demand=tuple(rest["demand"]))
        self.filtered |= rest["filtered"]

    def _settle_alone(self) -> None:
        """Take from the contracts that are known here what a worker would have told."""
        with suppress(pytest.UsageError):
            self.settings = settle_names(self.config, self.settings)
        names = {*self.tally.report().contracts, *self.settings.require}
        known = {entry.name: document(entry.load()) for entry in entries() if entry.name in names}
        from pytest_usage_contract.reports.phase import Phase  # noqa: PLC0415 - likewise

        self.tally.add(Phase(documented=known))

    def _conclude(self, *, interrupted: bool, stopped: bool) -> None:
        """Judge the run, and write what was asked for; what cannot be written is told, and fails the run.

        One that was *interrupted* proves nothing, and one that a failure has *stopped* does not tell what it lacks.
        """
        from pytest_usage_contract.reports.outcome import conclude  # noqa: PLC0415 - no worker concludes

        silent = bool(self._lost) or not all(self._workers.values())
        if silent:
            self._settle_alone()
        told, baseline = self.settings, self.baseline
        demands = Demands(
            fail_on=told.policy.fail_on,
            require=told.require,
            demand=told.demand,
            min_coverage=told.min_coverage,
            baseline=os.path.relpath(told.baseline, self.config.rootpath) if told.baseline else None,
            configuration=configuration_of(self.config),
        )
        urls = () if silent or stopped or interrupted else told.urls
        report = self.tally.report(require=told.require, urls=urls, interrupted=interrupted, missing=self._lost)
        try:
            if told.update_baseline and baseline is not None and told.baseline is not None:
                baseline = baseline.with_new(report.findings, date.today())  # noqa: DTZ011 - likewise
                write_whole(told.baseline, baseline.text)
            self.report = conclude(report, demands, baseline=baseline, filtered=self.filtered or stopped)
            for path in told.reports:
                write_report(self.report, path)
            if steps := os.environ.get("GITHUB_STEP_SUMMARY"):
                from pytest_usage_contract.reports.markdown import append_to  # noqa: PLC0415 - likewise

                append_to(Path(steps), self.report)
        except OSError as refusal:
            self.unwritten.append(f"usage-contract: {refusal}")


def _read_baseline(path: Path, *, may_be_new: bool) -> "Baseline":
    from pytest_usage_contract.reports.baseline import read_baseline  # noqa: PLC0415 - needed by few runs

    return read_baseline(path, may_be_new=may_be_new)
