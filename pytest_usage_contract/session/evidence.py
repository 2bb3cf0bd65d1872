"""What exchanges give evidence of: the failure of their test, raised by its line that made a call, and their record."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

from pytest_usage_contract.api import UsageContractError, without_traceback
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.escape import tame_usage
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.policy import Policy, decide
from pytest_usage_contract.core.verdict_text import format_failure
from pytest_usage_contract.core.walk import survey
from pytest_usage_contract.reports.phase import CheckedExchange, Occurrence
from pytest_usage_contract.reports.report import UnmatchedCall
from pytest_usage_contract.session.captured import Caller, Captured

if TYPE_CHECKING:
    import pytest

Known = Callable[[Finding], bool]
"""Tells whether a finding is one that the team has accepted."""


def fails(captured: Captured, findings: Iterable[Finding], policy: Policy, known: Known) -> bool:
    """Tell whether any of *findings* in an exchange fails its test."""
    return any(
        decide(found.kind, policy.fail_on, known=known(found), excused=bool(find_excuse(captured, found, policy)))
        for found in findings
    )


def find_excuse(captured: Captured, finding: Finding, policy: Policy) -> str:
    """Return why a finding does not fail, whatever its kind, and whatever the baseline knows; or nothing."""
    if captured.judged_by_test and finding.kind != "booking":  # of what its spans book it has said nothing
        return "judged by the test"
    return policy.excuse(finding.contract, finding.code, finding.path)


def make_error(
    failures: list[tuple[Captured, Verdict]], policy: Policy, known: Known, item: "pytest.Item | None", file: str
) -> BaseException:
    """Return one error that tells of all *failures*, of which there is one at least; those are told then.

    It comes from the line in *file* that made the first call.
    """
    alike: dict[str, list[str]] = {}
    for captured, verdict in failures:
        alike.setdefault(_format(captured, verdict, policy, known), []).append(name_place(item, captured.caller))
        captured.told = len(verdict.findings)
    messages = [
        f"{message}\n{len(places)} times, first at {places[0]}" if places[1:] else f"{message}\n{places[0]}"
        for message, places in alike.items()
    ]
    verdicts = [verdict for _, verdict in failures]
    error = without_traceback(UsageContractError("\n\n".join(messages).rstrip(), verdicts))
    return _raise_at(_find_line(item, failures[0][0].caller), file, error)


def _format(captured: Captured, verdict: Verdict, policy: Policy, known: Known) -> str:
    untold = verdict.findings[captured.told :]
    heard = tuple(found for found in untold if not (find_excuse(captured, found, policy) or known(found)))
    contract = captured.place.contract  # type: ignore[union-attr]  # whatever has a verdict has a contract
    return format_failure(
        verdict._replace(findings=heard), contract, failing=policy.fail_on, call=captured.exchange.call
    )


def record(
    captured: Captured, verdict: Verdict, policy: Policy, item: "pytest.Item | None", excused: str
) -> CheckedExchange:
    """Return what no report has of an exchange yet; *excused* is why nothing of it fails the test: an `xfail`, say."""
    occurrences = [
        Occurrence(finding=finding, failing=decide(finding.kind, policy.fail_on, excused=bool(why)), excused=why)
        for finding in verdict.findings[captured.shipped or 0 :]
        for why in [find_excuse(captured, finding, policy) or excused]
    ]
    return CheckedExchange(
        contract=verdict.contract,
        call=captured.exchange.call if occurrences else "",
        place=name_place(item, captured.caller) if occurrences else "",
        without_usage=(verdict.kept or captured.shipped == 0) and not isinstance(verdict.wire, dict),
        mocked=captured.exchange.mocked,
        again="" if captured.shipped is None else "broken" if captured.shipped else "kept",
        seen=_list_seen(verdict),
        occurrences=tuple(occurrences),
        # Neither a number of 5,000 digits nor a lone surrogate can be sent from a worker of pytest-xdist.
        usage=tame_usage(verdict.wire) if occurrences and isinstance(verdict.wire, dict) else None,
    )


def _list_seen(verdict: Verdict) -> dict[str, bool]:
    """Return the documented fields that were there, and whether each had a value."""
    if verdict.reading is None and verdict.promise is not None and isinstance(verdict.wire, dict):
        return survey(checker(verdict.promise).tree, verdict.wire).seen  # proved to be kept: not judged again for this
    return dict(verdict.seen)


def list_unmatched(calls: Mapping[tuple[str, str, str, str], int]) -> tuple[UnmatchedCall, ...]:
    """Return calls that no contract covers, which are counted by host, path, method, and what each looks like."""
    return tuple(
        UnmatchedCall(method=method, host=host, path=path, count=count, looks_like=looks_like)
        for (host, path, method, looks_like), count in sorted(calls.items())
    )


def _find_line(item: "pytest.Item | None", caller: Caller) -> int:
    """Return the line of a test that made a call, or else the first line of the test."""
    code, last, _ = caller
    lines = code.co_lines() if code else ()
    first = (getattr(item, "location", ("", None))[1] or 0) + 1
    return next((line for start, end, line in lines if start <= last < end and line), first)


def name_of_test(item: "pytest.Item") -> str:
    """Return the test's node id, without the group that pytest-xdist adds under `--dist loadgroup`."""
    group = item.get_closest_marker("xdist_group")
    named = (*group.args, *group.kwargs.values(), "default")[0] if group else ""
    return item.nodeid.removesuffix(f"@{named}")


def name_place(item: "pytest.Item | None", caller: Caller) -> str:
    """Return file and line of a call, `tests/test_bot.py:41`; nothing of what belongs to no test."""
    path = PurePath(getattr(item, "location", ("",))[0]).as_posix() if item else ""
    return f"{path}:{_find_line(item, caller)}" if path else ""


def _raise_at(line: int, file: str, error: BaseException) -> BaseException:
    """Return *error* as one that a line of *file* has raised, which is where pytest then says that it was."""
    code = compile("raise error", file or "<call>", "exec").replace(co_firstlineno=line)
    with suppress(type(error)):
        exec(code, {"error": error})  # noqa: S102 - two words of our own
    return error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
