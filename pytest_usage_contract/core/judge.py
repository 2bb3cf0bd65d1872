"""Whether one usage object keeps its contract: its schema, its accounting, and what it has that is undocumented.

pydantic is asked first, strictly, and every one of its errors becomes a finding; the accounting then counts
with whatever numbers are sound, so that all findings come at once and one fault gives one finding.
"""

import math
from collections.abc import Collection, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from pytest_usage_contract.core.accounting import Breach, applied
from pytest_usage_contract.core.codes import CODES, KINDS
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.schema import schema_findings
from pytest_usage_contract.core.spelling import respelling, spelled, squashed
from pytest_usage_contract.core.survey import Survey, documented, survey
from pytest_usage_contract.core.text import article, described, escaped, outlined

ROOT = len("usage.")

OF_STRANGERS = frozenset({"extra_forbidden", "invalid_key", "string_unicode"})
"""What pydantic may have against a name that is undocumented; the last is a lone surrogate."""

RANK = {name: KINDS.index(code.kind) for name, code in CODES.items()}


def judge(contract: Contract, usage: dict[str, object], *, either_spelling: bool = False, note: str = "") -> Verdict:
    """Judge a usage object; *either_spelling* for one that an SDK may have spelled in its own way throughout."""
    typed = _validated(contract, usage)
    if isinstance(typed, BaseModel) and (verdict := contract.glance(typed, usage, note)) is not None:
        return verdict
    return _in_full(contract, usage, typed, either_spelling=either_spelling, note=note)


def _validated(contract: Contract, usage: dict[str, object]) -> BaseModel | ValidationError:
    try:
        return contract.validator.validate_python(usage, strict=True)  # type: ignore[no-any-return]  # it is typed so
    except ValidationError as broken:
        # A model of counts takes of JSON what it takes of Python; others may want a text to become a date.
        return broken if contract.plain else _validated_as_json(contract, usage, broken)


def _validated_as_json(
    contract: Contract, usage: dict[str, object], broken: ValidationError
) -> BaseModel | ValidationError:
    try:
        return contract.validator.validate_json(to_json(usage), strict=True)  # type: ignore[no-any-return]  # likewise
    except PydanticSerializationError:  # a lone surrogate, or what is no JSON value
        return broken
    except ValidationError as refusal:  # and what pydantic's parser refuses tells nothing of the usage
        unread = any(error["type"] == "json_invalid" for error in refusal.errors(include_url=False))
        return broken if unread else refusal


def _in_full(
    contract: Contract,
    usage: dict[str, object],
    typed: BaseModel | ValidationError,
    *,
    either_spelling: bool,
    note: str,
) -> Verdict:
    findings: list[Finding] = []
    if contract.either_spelling:
        either_spelling, note = True, note or spelled(usage)
    seen = survey(contract.shape, usage)
    if seen.strangers and any(squashed(name) in contract.sounds for _, name, _ in seen.strangers):
        respelt = respelling(contract.shape, usage)
        usage, seen = respelt.usage, survey(contract.shape, respelt.usage)
        typed = _validated(contract, usage)
        if respelt.mixed or not either_spelling:
            findings += [_misspelt(contract, *pair) for pair in respelt.pairs]
    model, broken = _schema(contract, usage, typed)
    sound = _counts(contract, seen, {found.path for found in broken}, findings)
    rules = _accounting(contract, sound, findings)
    findings += [_undocumented(contract, path, value) for path, _, value in seen.strangers]
    found = in_order(contract, broken + findings)
    if found and usage == contract.example:
        # The documentation cannot be held against a usage that it shows itself.
        found = tuple(finding for finding in found if finding.kind == "schema")
    return Verdict(contract.name, found, model, usage, seen.seen, rules, note)


def _schema(
    contract: Contract, usage: dict[str, object], typed: BaseModel | ValidationError
) -> tuple[BaseModel | None, list[Finding]]:
    """The usage as a typed object, or what pydantic has against it.

    What is undocumented breaks no promise, so that a model that refuses it is asked about the rest.
    """
    if isinstance(typed, BaseModel):
        return typed, []
    errors = typed.errors(include_url=False, include_context=False)
    if not OF_STRANGERS.isdisjoint([error["type"] for error in errors]):
        known = documented(contract.shape, usage)
        if known != usage:
            return _schema(contract, known, _validated(contract, known))
    return None, schema_findings(contract, errors)


def wrong_type(contract: Contract, path: str, value: object, documented: str) -> Finding:
    """A value whose JSON type is not the *documented* one."""
    message = f"{described(value)}, documented as {article(documented)}"
    return Finding(contract.name, "wrong-type", path, documented, described(value), message)


def in_order(contract: Contract, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By kind, and within it in the order of the documentation; what is undocumented keeps the order of the wire.

    What is wrong with several items of a list has one path, so it is told once.
    """
    if len(findings) < 2:
        return tuple(findings)
    once: dict[tuple[str, str], Finding] = {}
    for found in findings:
        once.setdefault((found.code, found.path), found)
    place, last = contract.order, len(contract.order)
    return tuple(sorted(once.values(), key=lambda found: (RANK[found.code], place.get(found.path, last))))


def _undocumented(contract: Contract, path: str, value: object) -> Finding:
    shown = outlined(value)
    return Finding(contract.name, "undocumented-field", path, "nothing", shown, f"{shown}, not documented")


def _misspelt(contract: Contract, path: str, wire: str, name: str) -> Finding:
    message = f'spelled "{escaped(name)}" as an SDK does, on the wire it is "{escaped(wire)}"'
    return Finding(contract.name, "sdk-spelling", path, wire, escaped(name), message)


def _counts(
    contract: Contract, seen: Survey, broken: Collection[str], findings: list[Finding]
) -> dict[str, int | float]:
    """The sound numbers by path below `usage`; what no count can be goes to *findings*."""
    counts: dict[str, int | float] = {}
    for field, path, value in seen.numbers:
        if path in broken:
            continue
        whole = type(value) is int
        if not whole and not math.isfinite(value):
            findings.append(wrong_type(contract, path, value, "number")._replace(code="non-finite-number"))
        elif field.counts:
            counts[path[ROOT:]] = value
            if value < 0:
                findings.append(_no_count(contract, "negative-count", path, value, "not below zero"))
            elif not whole and value % 1:
                findings.append(_no_count(contract, "fractional-count", path, value, "whole"))
    return counts


def _no_count(contract: Contract, code: str, path: str, value: float, quality: str) -> Finding:
    shown = described(value)
    return Finding(contract.name, code, path, f"a count, {quality}", shown, f"{shown}, a count is {quality}")


def _accounting(contract: Contract, counts: dict[str, int | float], findings: list[Finding]) -> tuple[str, ...]:
    """The rules whose operands are all there, in words; what contradicts them goes to *findings*."""
    judged = applied(contract.accounting, counts)
    findings += [_breach(contract, breach) for _, breach in judged if breach is not None]
    return contract.rules if len(judged) == len(contract.rules) else tuple(rule.words for rule, _ in judged)


def _breach(contract: Contract, breach: Breach) -> Finding:
    message = f"{breach.expected}, is {breach.actual}"
    return Finding(contract.name, breach.code, f"usage.{breach.path}", breach.expected, breach.actual, message)
