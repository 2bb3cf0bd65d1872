"""Whether one usage object keeps its contract: its schema, its accounting, and what it has that is undocumented.

pydantic is asked first, strictly, and every one of its errors becomes a finding; the accounting then counts
with whatever numbers are sound, so that all findings come at once and one fault gives one finding.
"""

import math
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pytest_usage_contract.core.accounting import applied, breached
from pytest_usage_contract.core.codes import KINDS
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.shape import Field, Shape, Survey, survey
from pytest_usage_contract.core.spelling import respelling
from pytest_usage_contract.core.text import article, described, escaped, named

ROOT = len("usage.")


def judge(
    contract: Contract, usage: dict[str, object], *, either_spelling: bool = False, note: str = ""
) -> Verdict:
    """Judge a usage object; *either_spelling* for one that an SDK may have spelled in its own way throughout."""
    try:
        typed = contract.validator.validate_python(usage, strict=True)
    except ValidationError as broken:
        return _in_full(contract, usage, broken, either_spelling=either_spelling, note=note)
    return kept_at_a_glance(contract, typed, usage, note) or _in_full(
        contract, usage, typed, either_spelling=either_spelling, note=note
    )


def kept_at_a_glance(contract: Contract, typed: BaseModel, wire: object, note: str) -> Verdict | None:
    """The verdict on a usage that pydantic accepts, if a glance is enough to see that nothing is wrong with it."""
    glance = contract.glance
    counts = glance(typed)
    if counts is None or breached(contract.accounting, counts):
        return None
    return Verdict(contract.name, (), typed, wire, glance.seen, contract.rules, note)


def _in_full(
    contract: Contract,
    usage: dict[str, object],
    typed: BaseModel | ValidationError | None,
    *,
    either_spelling: bool,
    note: str,
) -> Verdict:
    findings: list[Finding] = []
    seen = survey(contract.shape, usage)
    respelt = respelling(contract.shape, usage) if seen.strangers else None
    if respelt is not None and respelt.pairs:
        usage, seen = respelt.usage, survey(contract.shape, respelt.usage)
        typed = _validated(contract, usage)
        if respelt.mixed or not either_spelling:
            findings += (_misspelt(contract, path, name) for path, name in respelt.pairs)
    if isinstance(typed, ValidationError):
        findings += _schema(contract, typed.errors(include_url=False))
        typed = None
    sound = _counts(contract, seen, findings)
    rules = _accounting(contract, sound, findings)
    findings += (_undocumented(contract, path, value) for path, value in seen.strangers)
    found = in_order(contract, findings)
    if found and found[0].kind != "schema" and usage == contract.example:
        found = ()  # the documentation cannot be held against a usage that it shows itself
    present = {field.path: value is not None for field, _, value in seen.found}
    return Verdict(contract.name, found, typed, usage, present, rules, note)


def _validated(contract: Contract, usage: dict[str, object]) -> BaseModel | ValidationError:
    try:
        return contract.usage.model_validate(usage, strict=True)
    except ValidationError as broken:
        return broken


def wrong_type(contract: Contract, path: str, value: object, documented: str) -> Finding:
    """A value whose JSON type is not the *documented* one."""
    message = f"{described(value)}, documented as {article(documented)}"
    return Finding(contract.name, "wrong-type", path, documented, described(value), message)


def in_order(contract: Contract, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By kind, and within it in the order of the documentation; what is undocumented keeps the order of the wire."""
    if len(findings) < 2:
        return tuple(findings)
    place, last = contract.order, len(contract.order)
    return tuple(sorted(findings, key=lambda found: (KINDS.index(found.kind), place.get(found.path, last))))


def _undocumented(contract: Contract, path: str, value: object) -> Finding:
    shown = described(value)
    return Finding(contract.name, "undocumented-field", path, "nothing", shown, f"{shown}, not documented")


def _schema(contract: Contract, errors: Sequence[ErrorDetails]) -> Iterator[Finding]:
    told = set()
    for error in errors:
        path, field = _place(contract.shape, error["loc"])
        finding = _schema_finding(contract, error, path, field)
        if finding is not None and (path, finding.code) not in told:
            # One alternative of a union after the other fails at the same place: that is one fault.
            told.add((path, finding.code))
            yield finding


def _schema_finding(
    contract: Contract, error: ErrorDetails, path: str, field: Field | None
) -> Finding | None:
    documented = field.type if field is not None and field.type != "any" else ""
    value, kind = error["input"], error["type"]
    if kind == "extra_forbidden":
        return None
    if kind == "missing":
        phrase = article(documented) if documented else "required"
        return Finding(
            contract.name,
            "missing-field",
            path,
            documented or "present",
            "absent",
            f"absent, documented as {phrase}",
        )
    expected = (
        documented if documented and (kind == "number" or kind.endswith("_type")) else escaped(error["msg"])
    )
    phrase = f"documented as {article(expected)}" if expected == documented else expected
    code = "wrong-type"
    if value is None:
        code = "null-value"
    elif isinstance(value, float) and not math.isfinite(value):
        code = "non-finite-number"
    return Finding(contract.name, code, path, expected, described(value), f"{described(value)}, {phrase}")


def _place(shape: Shape, loc: tuple[int | str, ...]) -> tuple[str, Field | None]:
    """The path and the field that an error of pydantic is about; the names of a union's members are no places."""
    path, field, inside = shape.path, None, shape
    for step in loc:
        if isinstance(step, int):
            path += "[]"
        elif inside is not None and step in inside.fields:
            field = inside.fields[step]
            path, inside = path + named(step), field.shape
        elif field is not None and field.step == "[*]" and path == field.path:
            path += named(step)
    return path, field


def _misspelt(contract: Contract, path: str, name: str) -> Finding:
    wire = path.rpartition(".")[2]
    message = f'spelled "{escaped(name)}" as an SDK does, on the wire it is "{wire}"'
    return Finding(contract.name, "sdk-spelling", path, wire, escaped(name), message)


def _counts(contract: Contract, seen: Survey, findings: list[Finding]) -> dict[str, int | float]:
    """The sound numbers by path below `usage`; what no count can be goes to *findings*."""
    counts: dict[str, int | float] = {}
    for field, path, value in seen.found:
        kind = type(value)
        if kind is int:
            if field.counts:
                counts[path[ROOT:]] = value  # type: ignore[assignment]  # its type was just looked at
                if value < 0:  # type: ignore[operator]  # likewise
                    findings.append(_no_count(contract, "negative-count", path, value, "not below zero"))
        elif kind is float:
            _count_float(contract, field, path, value, counts, findings)  # type: ignore[arg-type]  # likewise
    return counts


def _count_float(
    contract: Contract,
    field: Field,
    path: str,
    value: float,
    counts: dict[str, int | float],
    findings: list[Finding],
) -> None:
    if not math.isfinite(value):
        if not any(found.path == path for found in findings):
            message = f"{described(value)}, documented as {article(field.type)}"
            findings.append(
                Finding(contract.name, "non-finite-number", path, field.type, described(value), message)
            )
    elif field.counts and field.type != "integer":
        counts[path[ROOT:]] = value
        if value < 0:
            findings.append(_no_count(contract, "negative-count", path, value, "not below zero"))
        elif not value.is_integer():
            findings.append(_no_count(contract, "fractional-count", path, value, "whole"))


def _no_count(contract: Contract, code: str, path: str, value: object, quality: str) -> Finding:
    return Finding(
        contract.name,
        code,
        path,
        f"a count, {quality}",
        described(value),
        f"{described(value)}, a count is {quality}",
    )


def _accounting(
    contract: Contract, counts: dict[str, int | float], findings: list[Finding]
) -> tuple[str, ...]:
    words = []
    for rule, breach in applied(contract.accounting, counts):
        words.append(rule.words)
        if breach is not None:
            message = f"{breach.expected}, is {breach.actual}"
            findings.append(
                Finding(
                    contract.name,
                    breach.code,
                    f"usage.{breach.path}",
                    breach.expected,
                    breach.actual,
                    message,
                )
            )
    return tuple(words)
