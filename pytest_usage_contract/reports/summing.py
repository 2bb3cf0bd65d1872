"""The sum of what is the same in a report, and the order in which things stand there."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pytest_usage_contract.core.codes import CODES, KINDS
from pytest_usage_contract.reports.report import FieldReport, FindingReport, UnmatchedCall, split_place


def share_seen(fields: Mapping[str, FieldReport]) -> float:
    """Return the coverage of a contract: the share of its *fields* that were seen with a value."""
    return round(sum(counts.seen > 0 for counts in fields.values()) / len(fields), 4) if fields else 0.0


def sort_places(places: Iterable[str]) -> tuple[str, ...]:
    """Return places, such as `tests/test_bot.py:41`, each once and in the order of files and lines."""
    return tuple(sorted(set(places), key=lambda place: (split_place(place), place)))


def sort_findings(findings: Iterable[FindingReport]) -> tuple[FindingReport, ...]:
    """Sort by contract, then by kind, then in the order of the table of codes, then by path and type."""
    codes = tuple(CODES)
    return tuple(
        sorted(
            findings,
            key=lambda found: (
                found.contract,
                KINDS.index(found.kind),
                codes.index(found.code) if found.code in codes else len(codes),
                found.path,
                found.type,
            ),
        )
    )


def sum_unmatched(calls: Iterable[UnmatchedCall]) -> tuple[UnmatchedCall, ...]:
    """Return calls of the same method, host and path as one, in order; they look like what any of them does."""
    summed: dict[tuple[str, str, str], UnmatchedCall] = {}
    for call in calls:
        place = (call.host, call.path, call.method)
        before = summed.get(place, replace(call, count=0))
        looks_like = max(before.looks_like, call.looks_like)
        summed[place] = replace(call, count=before.count + call.count, looks_like=looks_like)
    return tuple(call for _, call in sorted(summed.items()))
