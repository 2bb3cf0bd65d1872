"""A whole ledger held against all responses of a conversation: each must be booked once, and rightly.

A row is of the response whose id it has. Rows without such an id are dealt out by their numbers: first so that as many
as can be agree with a response of their own, whatever the order, then each of the others to the nearest one left over.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import inf
from typing import NamedTuple

from pytest_usage_contract.core.accounting import to_exact
from pytest_usage_contract.core.booked import Booked
from pytest_usage_contract.core.booking import agrees, hold, missing
from pytest_usage_contract.core.booking_reasons import Usages
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.said import Said, read_said


class Answer(NamedTuple):
    """One response: its *verdict*, the *ids* by which a row may name it, and the *usages* of its events."""

    verdict: Verdict
    ids: frozenset[str] = frozenset()
    usages: Usages = tuple


Pairs = dict[int, int]
"""The number of the row that is of an answer, by the number of that answer."""


def hold_all(rows: Sequence[Booked], answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    """Return for each of the *answers*, of which there is one at least, its verdict as `hold` does.

    A row that is of no answer is told with the nearest.
    """
    said = [read_said(answer.verdict.promise, answer.verdict.wire) for answer in answers]
    named = [[place for place, answer in enumerate(answers) if row.texts & answer.ids] for row in rows]
    pairs = _pair(rows, said, {number: places for number, places in enumerate(named) if places}, {})
    left = [place for place in range(len(answers)) if place not in pairs]
    pairs |= _pair(rows, said, {number: left for number, places in enumerate(named) if not places}, pairs)
    held = [_hold(pairs.get(place), place, rows, answer) for place, answer in enumerate(answers)]
    for number in sorted({*range(len(rows))} - {*pairs.values()}):
        row = rows[number]
        booked = [place for place in (named[number] or range(len(said))) if place in pairs]
        same = [place for place in booked if agrees(row, said[place])] or (booked if named[number] else [])
        place = same[0] if same else min(range(len(said)), key=lambda place: _distance(row, said[place]))
        found = _surplus(held[place], number, row, pairs[place] if same else None)
        held[place] = held[place]._replace(findings=(*held[place].findings, found))
    return tuple(held)


def _pair(
    rows: Sequence[Booked], said: Sequence[Said], places: Mapping[int, Sequence[int]], taken: Collection[int]
) -> Pairs:
    """Deal out the answers at the *places* that each row may have; others are *taken* already."""
    agreeing = {number: [place for place in may if agrees(rows[number], said[place])] for number, may in places.items()}
    pairs: Pairs = {}
    stuck: set[int] = set()
    for number in agreeing:
        _make_room(number, agreeing, pairs, stuck)
    paired = {*pairs.values()}
    others = [
        number
        for number in places.keys() - paired
        if not agreeing[number] and not any(agrees(rows[number], said[place]) for place in taken)  # it is one twice
    ]
    near = [(_distance(rows[number], said[place]), number, place) for number in others for place in places[number]]
    for _, number, place in sorted(near):
        if place not in pairs and number not in paired:
            pairs[place] = number
            paired.add(number)
    return pairs


def _make_room(start: int, agreeing: Mapping[int, Sequence[int]], pairs: Pairs, stuck: set[int]) -> None:
    """Give the row *start* an answer with which it agrees, where those that have one can move on to another.

    Answers from which nobody can move on are *stuck*, and stay so: they are not tried again.
    """
    before = {number: place for place, number in pairs.items()}
    wanted_by: dict[int, int] = {}
    queue = deque([start])
    while queue:
        number = queue.popleft()
        for place in agreeing[number]:
            if place in wanted_by or place in stuck:
                continue
            wanted_by[place] = number
            if place not in pairs:
                _move_on(place, start, wanted_by, before, pairs)
                return
            queue.append(pairs[place])
    stuck |= wanted_by.keys()


def _move_on(free: int, start: int, wanted_by: Mapping[int, int], before: Mapping[int, int], pairs: Pairs) -> None:
    place = free
    while (number := wanted_by[place]) != start:
        pairs[place] = number
        place = before[number]
    pairs[place] = start


def _distance(row: Booked, said: Said) -> float | Fraction:
    """Return by how many tokens a row is off; infinitely far where it has no number to compare."""
    expected = {name: said.expect(row.terms[name]) for name in row.counts}
    told = {name: to_exact(one.tokens) for name, one in expected.items() if one.state == "told"}
    numbers = {name: row.numbers[name] for name in told}
    off = [number - told[name] for name, number in numbers.items() if number is not None]
    return sum(max(more, -more) for more in off) if off and len(off) == len(told) else inf


def _hold(number: int | None, place: int, rows: Sequence[Booked], answer: Answer) -> Verdict:
    if number is None:
        found = (missing(answer.verdict, f"response {place} was not booked"),)
        return answer.verdict._replace(findings=found)
    held = hold(rows[number], answer.verdict, answer.usages)
    told = [one._replace(message=f"row {number}: {one.message}") for one in held.findings]
    return held._replace(findings=tuple(told))


def _surplus(verdict: Verdict, number: int, row: Booked, other: int | None) -> Finding:
    """Return the finding of a row that is left over: of a response that an *other* row has booked, or of none."""
    if other is None:
        why = f"row {number} is of no response: {row}"
        return Finding(verdict.contract, "booked-mismatch", "usage", "a response", "none", why)
    first, second = sorted((number, other))
    why = f"rows {first} and {second} are of one response: {row}"
    return Finding(verdict.contract, "booked-twice", "usage", "one row", "another", why)
