"""The report as GitHub's workflow commands, which show beside the lines of a pull request.

GitHub shows ten warnings and ten errors of a step, so the last of more says how many there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from pytest_usage_contract.core.escape import escape_command_data, escape_command_property, to_line
from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import format_places, format_times

MOST_COMMANDS: Final = 10
COMMAND_TITLE: Final = "usage contract"


def format_annotations(report: Report, *, failures: bool = True, root: str = "") -> Iterator[str]:
    """Yield a line for every finding that warns, and for whatever fails the run without failing a test.

    *failures* is false where pytest's own annotations show the failed tests already. *root* is the directory of
    the tests, relative to that of the repository.
    """
    errors = [found for found in report.findings if found.failing and (failures or not found.told)]
    yield from _limit_commands(report, root, [_format_finding("error", report, found, root) for found in errors])
    # That findings fail is said by each of them.
    reasons = [reason for reason in report.reasons if not reason.endswith((" finding fails", " findings fail"))]
    commands = [_format_command("error", reason, report.locate(), root) for reason in reasons]
    yield from _limit_commands(report, root, commands)
    warnings = [found for found in report.findings if found.state == "warns"]
    yield from _limit_commands(report, root, [_format_finding("warning", report, found, root) for found in warnings])


def _limit_commands(report: Report, root: str, commands: Sequence[str]) -> Iterator[str]:
    yield from commands[: MOST_COMMANDS if len(commands) <= MOST_COMMANDS else MOST_COMMANDS - 1]
    if len(commands) > MOST_COMMANDS:
        more = f"{len(commands) - MOST_COMMANDS + 1} more findings stand in the report"
        yield _format_command("notice", more, report.locate(), root)


def _format_finding(level: str, report: Report, found: FindingReport, root: str) -> str:
    message = f"{found.code} {to_line(found.path)}: {to_line(found.message)}"
    where = f"{to_line(found.contract)}{format_times(found)}, {format_places(found, 3)}"
    return _format_command(level, f"{message}\n{where}", report.locate(found), root)


def _format_command(level: str, message: str, locations: Sequence[tuple[str, int]], root: str) -> str:
    file, line = locations[0]
    path = escape_command_property(str(PurePosixPath(root, to_line(file, 1000))))
    return f"::{level} file={path},line={line},title={COMMAND_TITLE}::{escape_command_data(message)}"
