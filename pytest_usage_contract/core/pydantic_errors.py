"""pydantic's errors as findings, each at its place and once, and 165.0 as the integer that it is in JSON."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, SchemaValidator, to_json

from pytest_usage_contract.core.escape import BRIEF, PLAIN, SHORT, describe, escape, path_step, with_article
from pytest_usage_contract.core.fields import FieldTree
from pytest_usage_contract.core.finding import Finding, Tell, Texts
from pytest_usage_contract.core.walk import Object

LONGEST = 120
"""Characters of pydantic's own words that are shown; they may quote what a model allows."""

MOST_ERRORS = 10_000
"""More than the errors that one alternative has."""

NUMERIC = ("number", "finite", "int_", "greater", "less")
"""How pydantic's errors begin that are about numbers: anywhere else, NaN is of the wrong type as any number is."""

Loc = tuple[int | str, ...]


class Place(NamedTuple):
    """The place of an error: its *path*, and the JSON type that is *documented* there, or nothing.

    *branch* leads to the alternative of a union that it is about, in pydantic's words.
    """

    path: str
    documented: str
    branch: Loc | None


def validate(validator: SchemaValidator, usage: Object, *, plain: bool) -> BaseModel | list[ErrorDetails]:
    """Return the typed usage, or pydantic's errors; a *plain* model takes of JSON what it takes of Python."""
    typed = _ask(validator, usage, plain=plain)
    if isinstance(typed, list) and (whole := _with_integers(usage, typed)) is not None:
        typed = _ask(validator, whole, plain=plain)
    return typed.root if isinstance(typed, RootModel) and isinstance(typed.root, BaseModel) else typed


def _ask(validator: SchemaValidator, usage: Object, *, plain: bool) -> BaseModel | list[ErrorDetails]:
    try:
        return validator.validate_python(usage, strict=True)  # type: ignore[no-any-return]  # it is typed so
    except ValidationError as broken:
        told = broken if plain else _validate_as_json(validator, usage, broken)  # others may want a date of a text
        return told.errors(include_url=False) if isinstance(told, ValidationError) else told


def _validate_as_json(
    validator: SchemaValidator, usage: Object, broken: ValidationError
) -> BaseModel | ValidationError:
    try:
        return validator.validate_json(to_json(usage), strict=True)  # type: ignore[no-any-return]  # likewise
    except PydanticSerializationError:  # a lone surrogate, or what is no JSON value
        return broken
    except ValidationError as refusal:  # and what pydantic's parser refuses tells nothing of the usage
        unread = any(error["type"] == "json_invalid" for error in refusal.errors(include_url=False))
        return broken if unread else refusal


def schema_findings(name: str, tree: FieldTree, errors: Sequence[ErrorDetails]) -> list[Finding]:
    """A finding for each of *errors*; of the alternatives of a union, only for those of the nearest."""
    placed = [(error, _place(tree, error["loc"])) for error in map(_at_its_tag, errors)]
    far = _far(placed)
    placed = [(error, place) for error, place in placed if place.branch not in far]
    return [_finding(name, error, place) for error, place in placed]


def _at_its_tag(error: ErrorDetails) -> ErrorDetails:
    """Return an error about the field that tells alternatives apart as one at that field; any other as it is."""
    told, value = error.get("ctx", {}), error["input"]
    name = str(told.get("discriminator", "")).strip("'")
    if not error["type"].startswith("union_tag_") or not isinstance(value, Mapping) or not PLAIN.fullmatch(name):
        return error
    loc = (*error["loc"], name)
    if name not in value:
        return {"type": "missing", "loc": loc, "msg": "", "input": value}
    tags = " or ".join(str(told["expected_tags"]).rsplit(", ", 1))
    return {"type": "literal_error", "loc": loc, "msg": f"should be {tags}", "input": value[name]}


def _far(placed: Sequence[tuple[ErrorDetails, Place]]) -> set[Loc]:
    """Of the alternatives at each union all but the nearest to what is there: the first with the fewest errors.

    A field with one value only, as `type` often is, tells alternatives apart: another value there weighs most.
    """
    distances: Counter[Loc] = Counter()
    for error, place in placed:
        if place.branch is not None:
            constant = error["type"] == "literal_error" and " or " not in error["msg"]
            distances[place.branch] += MOST_ERRORS if constant else 1
    nearest: dict[Loc, Loc] = {}
    for branch, _ in sorted(distances.items(), key=lambda distance: distance[1]):
        nearest.setdefault(branch[:-1], branch)
    return {*distances} - {*nearest.values()}


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
        return missing_field(name, path, documented)
    code = _code(value, kind)
    if documented and (kind == "number" or kind.endswith("_type")):
        return wrong_type(name, path, value, documented, code)
    wanted, shown = escape(error["msg"].removeprefix("Input "), LONGEST), describe(value)
    return Finding(name, code, path, wanted, shown, f"{shown}, {wanted}")


def missing_field(contract: str, path: str, documented: str) -> Finding:
    """Return the finding of a field that is not there, of the *documented* JSON type, or of any."""
    return Finding.unread(contract, "missing-field", path, _tell_missing, documented)


def _tell_missing(documented: str) -> Texts:
    phrase = with_article(documented) if documented else "required"
    return Texts(documented or "present", "absent", f"absent, documented as {phrase}")


def wrong_type(contract: str, path: str, value: object, documented: str, code: str = "wrong-type") -> Finding:
    """Return the finding of a value whose JSON type is not the *documented* one."""
    tell = _tell_type(documented)
    if type(value) in BRIEF or (type(value) is str and len(value) <= SHORT):
        return Finding.unread(contract, code, path, tell, value)
    return Finding(contract, code, path, *tell(value))


@cache
def _tell_type(documented: str) -> Tell:
    phrase = f"documented as {with_article(documented)}"

    def tell(value: object) -> Texts:
        shown = describe(value)
        return Texts(documented, shown, f"{shown}, {phrase}")

    return tell


def _code(value: object, kind: str) -> str:
    if value is None:
        return "null-value"
    no_number = isinstance(value, float) and not math.isfinite(value)
    return "non-finite-number" if no_number and kind.startswith(NUMERIC) else "wrong-type"


def _with_integers(usage: Object, errors: Sequence[ErrorDetails]) -> Object | None:
    """Return a copy of *usage* with integers where pydantic has nothing else against a number; None without any."""
    places = [error["loc"] for error in errors if _is_whole(error["type"], error["input"])]
    if not places:
        return None
    whole = copy(usage)
    copies: dict[int, Any] = {id(whole): whole}
    for place in places:
        value: Any = whole
        for step in place:
            if not (step in value if isinstance(value, dict) else isinstance(value, list) and isinstance(step, int)):
                continue  # the name of an alternative
            inner = value[step]
            if id(inner) not in copies:
                inner = int(inner) if isinstance(inner, float) else copy(inner)
                value[step] = inner
                copies[id(inner)] = inner
            value = inner
    return whole


def _is_whole(kind: str, value: object) -> bool:
    return kind == "int_type" and isinstance(value, float) and value.is_integer()
