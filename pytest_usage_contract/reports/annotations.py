"""The report as GitHub's workflow commands, which show beside the lines of a pull request.

GitHub shows ten warnings and ten errors of a step, so the last of more says how many there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import format_tests, format_times, state_of
from pytest_usage_contract.reports.texts import one_line

MOST: Final = 10
TITLE: Final = "usage contract"


def annotations(report: Report, *, failures: bool = True, root: str = "") -> Iterator[str]:
    """A line for every finding that warns, and for whatever fails the run without failing a test.

    *failures* is false where pytest's own annotations show the failed tests already. *root* is the directory of
    the tests, relative to that of the repository.
    """
    errors = [found for found in report.findings if found.failing and (failures or not found.tests)]
    yield from _at_most([_finding("error", found, root) for found in errors])
    yield from _at_most([_command("error", reason) for reason in report.reasons if not _tells_findings(reason)])
    warnings = [found for found in report.findings if state_of(found) == "warns"]
    yield from _at_most([_finding("warning", found, root) for found in warnings])


def _tells_findings(reason: str) -> bool:
    return reason.endswith((" finding fails", " findings fail"))


def _at_most(commands: Sequence[str]) -> Iterator[str]:
    yield from commands[: MOST if len(commands) <= MOST else MOST - 1]
    if len(commands) > MOST:
        yield _command("notice", f"{len(commands) - MOST + 1} more findings stand in the report")


def _finding(level: str, found: FindingReport, root: str) -> str:
    file = str(PurePosixPath(root, found.tests[0].partition("::")[0])) if found.tests else ""
    message = f"{found.code} {one_line(found.path)}: {one_line(found.message)}"
    where = f"{one_line(found.contract)}{format_times(found)}, {format_tests(found.tests, 3)}"
    return _command(level, f"{message}\n{where}", file)


def _command(level: str, message: str, file: str = "") -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in (("file", file), ("title", TITLE)) if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
