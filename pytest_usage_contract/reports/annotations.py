"""The report as GitHub's workflow commands, which show beside the lines of a pull request.

GitHub shows ten warnings and ten errors of a step, so the last of more says how many there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from pytest_usage_contract.core.escape import escape_command_data, escape_command_property, to_line
from pytest_usage_contract.reports.report import FindingReport, Report
from pytest_usage_contract.reports.terminal import format_tests, format_times

MOST_COMMANDS: Final = 10
COMMAND_TITLE: Final = "usage contract"


def format_annotations(report: Report, *, failures: bool = True, root: str = "") -> Iterator[str]:
    """Yield a line for every finding that warns, and for whatever fails the run without failing a test.

    *failures* is false where pytest's own annotations show the failed tests already. *root* is the directory of
    the tests, relative to that of the repository.
    """
    errors = [found for found in report.findings if found.failing and (failures or not found.told)]
    yield from _limit_commands([_format_finding("error", found, root) for found in errors])
    # That findings fail is said by each of them.
    reasons = [reason for reason in report.reasons if not reason.endswith((" finding fails", " findings fail"))]
    yield from _limit_commands([_format_command("error", reason) for reason in reasons])
    warnings = [found for found in report.findings if found.state == "warns"]
    yield from _limit_commands([_format_finding("warning", found, root) for found in warnings])


def _limit_commands(commands: Sequence[str]) -> Iterator[str]:
    yield from commands[: MOST_COMMANDS if len(commands) <= MOST_COMMANDS else MOST_COMMANDS - 1]
    if len(commands) > MOST_COMMANDS:
        yield _format_command("notice", f"{len(commands) - MOST_COMMANDS + 1} more findings stand in the report")


def _format_finding(level: str, found: FindingReport, root: str) -> str:
    file = str(PurePosixPath(root, found.tests[0].partition("::")[0])) if found.tests else ""
    message = f"{found.code} {to_line(found.path)}: {to_line(found.message)}"
    place = f"{to_line(found.contract)}{format_times(found)}, {format_tests(found.tests, 3)}"
    return _format_command(level, f"{message}\n{place}", file)


def _format_command(level: str, message: str, file: str = "") -> str:
    properties = f"file={escape_command_property(file)}," if file else ""
    return f"::{level} {properties}title={COMMAND_TITLE}::{escape_command_data(message)}"
