"""pydantic's errors as findings, each at its place on the wire, and each fault once."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pydantic_core import ErrorDetails

from pytest_usage_contract.core.escape import describe, escape, path_step, with_article
from pytest_usage_contract.core.fields import FieldTree
from pytest_usage_contract.core.finding import Finding

LONGEST = 120
"""Characters of pydantic's own words that are shown; they may quote what a model allows."""

Loc = tuple[int | str, ...]


class Place(NamedTuple):
    """The place of an error: its *path*, and the JSON type that is *documented* there, or nothing.

    *branch* leads to the alternative of a union that it is about, in pydantic's words.
    """

    path: str
    documented: str
    branch: Loc | None


def schema_findings(name: str, tree: FieldTree, errors: Sequence[ErrorDetails]) -> list[Finding]:
    """A finding for each of *errors*; of the alternatives of a union, only for those of the nearest."""
    placed = [(error, _place(tree, error["loc"])) for error in errors]
    branches = [place.branch for _, place in placed if place.branch is not None]
    if branches:
        far = _far(branches)
        placed = [(error, place) for error, place in placed if place.branch not in far]
    return [_finding(name, error, place) for error, place in placed]


def _far(branches: Sequence[Loc]) -> set[Loc]:
    """Of the alternatives at each union all but the nearest to what is there: the first with the fewest errors."""
    nearest: dict[Loc, Loc] = {}
    for branch, _ in sorted(Counter(branches).items(), key=lambda errors: errors[1]):
        nearest.setdefault(branch[:-1], branch)
    return {*branches} - {*nearest.values()}


def _place(tree: FieldTree, loc: Loc) -> Place:
    """The place that pydantic calls *loc*, which also names the alternatives of unions."""
    path, documented, branch = tree.path, "object", None
    inside: FieldTree | None = tree
    steps: Sequence[str] = ()
    choice = tree.choice
    for number, step in enumerate(loc, start=1):
        if steps and (isinstance(step, int) or steps[0] == "[*]"):
            path += "[]" if steps[0] == "[]" else path_step(step)
            steps = steps[1:]
            documented = "object" if inside is not None and not steps else ""
        elif inside is not None and step in inside.fields:
            field = inside.fields[step]
            path = field.path if path == inside.path else path + path_step(step)
            documented = field.type
            inside, steps, choice = field.tree or field.again, field.steps, field.choice
        elif choice:
            choice, branch = False, branch or loc[:number]
        elif step != "[key]":
            path, documented, inside = path + ("[]" if isinstance(step, int) else path_step(step)), "", None
    return Place(path, "" if documented == "any" else documented, branch)


def _finding(name: str, error: ErrorDetails, place: Place) -> Finding:
    path, documented, value, kind = place.path, place.documented, error["input"], error["type"]
    if kind == "missing":
        phrase = with_article(documented) if documented else "required"
        return Finding(
            name,
            "missing-field",
            path,
            documented or "present",
            "absent",
            f"absent, documented as {phrase}",
        )
    if documented and (kind == "number" or kind.endswith("_type")):
        expected, phrase = documented, f"documented as {with_article(documented)}"
    else:
        expected = phrase = escape(error["msg"].removeprefix("Input "), LONGEST)
    shown = describe(value)
    return Finding(name, _code(value), path, expected, shown, f"{shown}, {phrase}")


def _code(value: object) -> str:
    if value is None:
        return "null-value"
    return "non-finite-number" if isinstance(value, float) and not math.isfinite(value) else "wrong-type"
