"""The hooks of a run that gates: contracts are gathered at its beginning, a report and an outcome at its end.

Under pytest-xdist every worker captures, and the process that started them gathers: what a test saw comes with its
reports, what belongs to no test when its worker is done.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.providers.registry import contracts_named, entries, register
from pytest_usage_contract.providers.routes import Routes
from pytest_usage_contract.reports import check_writable, write_report, write_whole
from pytest_usage_contract.reports.annotations import format_annotations
from pytest_usage_contract.reports.baseline import Baseline, read_baseline
from pytest_usage_contract.reports.markdown import append_to
from pytest_usage_contract.reports.outcome import conclude
from pytest_usage_contract.reports.report import Demands, Report
from pytest_usage_contract.reports.tally import Documentation, Phase, Tally, dump_phase, load_phase
from pytest_usage_contract.reports.terminal import write_summary
from pytest_usage_contract.session import SESSION
from pytest_usage_contract.session.run import SHIPPED, Run, TestWatch
from pytest_usage_contract.session.settings import Settings, folder_of_ini, policy_of, read_settings

T = TypeVar("T")


@contextmanager
def refused_misuse() -> Iterator[None]:
    """Turn what says that an option cannot be obeyed into pytest's usage error, which ends the run with status 4."""
    try:
        yield
    except (ValueError, LookupError, TypeError, ImportError, OSError) as misuse:
        raise pytest.UsageError(f"usage-contract: {misuse}") from misuse


def follow(config: pytest.Config) -> None:
    """Capture for the tests that ask for their exchanges, in a run that does not gate."""
    with refused_misuse():
        session = Run(read_settings(config))
    config.stash[SESSION] = session
    config.pluginmanager.register(TestWatch(session, gates=False), "usage_contract_watch")
    session.start()
    config.add_cleanup(session.stop)


class Gate:
    """One run, from the contracts that it knows to the outcome that it comes to."""

    def __init__(self, config: pytest.Config) -> None:
        """Read what the run was told; raises `pytest.UsageError` where it cannot be obeyed."""
        self.config = config
        self.settings: Settings = read_settings(config)
        self.worker = hasattr(config, "workerinput")
        self.tally = Tally()
        self.report: Report | None = None
        self.own: dict[str, Contract] = {}
        self.unwritten: list[str] = []
        with refused_misuse():
            for path in self.settings.reports:
                check_writable(path)
            update = self.settings.update_baseline
            if update and self.settings.baseline is None:
                raise ValueError("--usage-contract-update-baseline needs --usage-contract-baseline")
            named = self.settings.baseline
            self.baseline: Baseline | None = read_baseline(named, may_be_new=update) if named else None

    @property
    def _started(self) -> bool:
        return SESSION in self.config.stash

    def pytest_report_header(self) -> str:
        fail_on = ", ".join(self.settings.fail_on) or "nothing"
        return f"usage-contract: {len(entries())} contracts, fails on {fail_on}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self._register()
        with refused_misuse():
            for name in self.settings.require:
                contracts_named(name)
            session = Run(self.settings, self._known())
        self.config.stash[SESSION] = session
        self.config.pluginmanager.register(TestWatch(session, gates=True), "usage_contract_watch")
        session.start()
        self.config.add_cleanup(session.stop)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        running = self.config.stash[SESSION]
        if self._register():  # a conftest.py further down, read only while tests were collected
            running.places = Routes(self.settings.mapped)
        with refused_misuse():
            for item in session.items:
                policy_of(item, self.settings)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        shipped = getattr(report, SHIPPED, None)
        if shipped is not None and not self.worker:
            self.tally.add(load_phase(shipped))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._receive(getattr(node, "workeroutput", {}).get(SHIPPED))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, T, T]:
        result = yield
        rest = self._rest()
        if self.worker:
            self.config.workeroutput[SHIPPED] = rest  # type: ignore[attr-defined]  # pytest-xdist's
            return result
        self._receive(rest)
        self._conclude(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        failed = self.unwritten or (self.report and self.report.outcome == "failed")
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.report is None:
            return
        write_summary(self.report, terminalreporter, self.config.get_verbosity())
        for error in self.unwritten:
            terminalreporter.write_line(error, red=True)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            shown = self.config.pluginmanager.hasplugin("pytest_github_actions_annotate_failures")
            for command in format_annotations(self.report, failures=not shown, root=_root_in_repository(self.config)):
                terminalreporter.write_line(command)

    def _known(self) -> Callable[[Finding], bool]:
        """Return what tells whether a finding fails no test, since the team has accepted it, or does so now."""
        if self.settings.update_baseline:
            return lambda _: True
        today, baseline = date.today(), self.baseline  # noqa: DTZ011 - a day of the team's own calendar
        return lambda found: baseline is not None and baseline.knows(found, today)

    def _register(self) -> bool:
        """Register the contracts that conftest files bring and have not brought before; say whether there were any."""
        with refused_misuse():
            batches: list[Iterable[Contract]] = self.config.hook.pytest_usage_contracts()
            batches += [] if self._started else [_documented(self.config, self.settings)]
            brought = [contract for batch in batches for contract in batch]
            new = [contract for contract in brought if getattr(contract, "name", None) not in self.own]
            if new:
                self.config.add_cleanup(register(new))
                self.own.update({contract.name: contract for contract in new})
        return bool(new)

    def _rest(self) -> dict[str, Any]:
        """Return what belongs to no test, the plugin's own troubles, and the documentation of its contracts."""
        session = self.config.stash[SESSION]
        session.stop()
        documented = {name: Documentation.of(each) for name, each in {**self.own, **session.exercised}.items()}
        return dump_phase(replace(session.rest.ship(), errors=tuple(session.troubles), documented=documented))

    def _receive(self, rest: dict[str, Any] | None) -> None:
        if rest is not None:
            self.tally.add(load_phase(rest))

    def _conclude(self, *, interrupted: bool) -> None:
        """Judge the run, and write what was asked for; what cannot be written is told, and fails the run."""
        told, baseline = self.settings, self.baseline
        required = {contract.name: contract for name in told.require for contract in contracts_named(name)}
        self.tally.add(Phase(documented={name: Documentation.of(contract) for name, contract in required.items()}))
        demands = Demands(
            fail_on=told.fail_on,
            require=tuple(required),
            min_coverage=told.min_coverage,
            baseline=os.path.relpath(told.baseline, self.config.rootpath) if told.baseline else None,
            configuration=_configuration_of(self.config),
        )
        report = self.tally.report(require=required, interrupted=interrupted)
        try:
            if told.update_baseline and baseline is not None and told.baseline is not None:
                baseline = baseline.with_new(report.findings, date.today())  # noqa: DTZ011 - likewise
                write_whole(told.baseline, baseline.text)
            self.report = conclude(report, demands, baseline=baseline)
            for path in told.reports:
                write_report(self.report, path)
            if steps := os.environ.get("GITHUB_STEP_SUMMARY"):
                append_to(Path(steps), self.report)
        except OSError as refusal:
            self.unwritten.append(f"usage-contract: {refusal}")


def _documented(config: pytest.Config, settings: Settings) -> Iterator[Contract]:
    """The contracts that the ini file has read from documents, which lie where it says from its own place."""
    if settings.documents:
        from pytest_usage_contract.documents import parse_line  # noqa: PLC0415 - needs an extra

        for line in settings.documents:
            yield parse_line(line).read(folder_of_ini(config))


def _configuration_of(config: pytest.Config) -> str:
    """Return the configuration file of a run, from its root, or nothing."""
    return Path(os.path.relpath(config.inipath, config.rootpath)).as_posix() if config.inipath else ""


def _root_in_repository(config: pytest.Config) -> str:
    """Return where the run's root lies in the repository that GitHub checked out."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    inside = workspace and config.rootpath.is_relative_to(workspace)
    return config.rootpath.relative_to(workspace).as_posix() if workspace and inside else ""
