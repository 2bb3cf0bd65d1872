"""The judge of one contract: prepared once, then one usage after another.

pydantic is asked first, strictly, and every one of its errors becomes a finding; the accounting then counts
with whatever numbers are sound, so that all findings come at once and one fault gives one finding.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticSerializationError, SchemaValidator, to_json

from pytest_usage_contract.core.accounting import Breach, apply_rules
from pytest_usage_contract.core.body import ENVELOPE, LAST_COUNTS
from pytest_usage_contract.core.codes import CODES, KINDS
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import describe, escape, json_type, outline, with_article
from pytest_usage_contract.core.fast_path import UNPROVED, WHOLE, Proof, compile_proof, is_plain
from pytest_usage_contract.core.fields import Field, Survey, survey, tree_of, without_undocumented
from pytest_usage_contract.core.finding import NOTHING_READ, Finding, Reading, Verdict
from pytest_usage_contract.core.pydantic_errors import schema_findings, with_integers
from pytest_usage_contract.core.spelling import describe_spelling, normalize_name, respell

ROOT = len("usage.")

UNDOCUMENTED = frozenset({"extra_forbidden", "invalid_key", "string_unicode"})
"""What pydantic may have against a name that is undocumented; the last is a lone surrogate."""

RANK = {name: KINDS.index(code.kind) for name, code in CODES.items()}


def checker(contract: Contract) -> "Checker":
    """Return the checker of *contract*, made when it is first asked for.

    Raises `ValueError` where an accounting rule, or the dialect, speaks of something that is no documented count.
    """
    kept: dict[str, Checker] = contract.__dict__  # on the contract itself, so that both go together
    try:
        return kept["_checker"]
    except KeyError:
        return kept.setdefault("_checker", Checker(contract))


class Checker:
    """Judges usages of *contract*; *tree* and *fields* are its documented fields, nested and in a row."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        contract.usage.model_rebuild()  # a root model may be put off, though its alternatives are not
        self.tree = tree_of(contract.usage)
        self.fields: tuple[Field, ...] = tuple(self.tree)
        self.order: Mapping[str, int] = {field.path: number for number, field in enumerate(self.fields)}
        self._refuse_rules_without_counts()

    def _refuse_rules_without_counts(self) -> None:
        # Of the items of lists and maps there are many, and a rule could not tell which it speaks of.
        single = [field for field in self.fields if "[]" not in field.path and "[*]" not in field.path]
        counts = {field.path[ROOT:] for field in single if field.counts}
        for rule in self.contract.accounting:
            if unknown := [path for path in rule.operands if path not in counts]:
                raise ValueError(
                    f"{self.contract}: the rule «{rule.words}» speaks of {unknown[0]}, no documented count"
                )
        if unknown := [path for path in self.contract.dialect.fields if path not in counts]:
            raise ValueError(f"{self.contract}: the dialect speaks of {unknown[0]}, no documented count")

    @cached_property
    def names(self) -> frozenset[str]:
        """The documented names at every depth, normalized."""
        return frozenset(normalize_name(field.name) for field in self.fields)

    @cached_property
    def schema(self) -> CoreSchema:
        """Pydantic's core schema of the model of the usage."""
        return self.contract.usage.__pydantic_core_schema__

    @cached_property
    def validator(self) -> SchemaValidator:
        """The validator of the usage."""
        return self.contract.usage.__pydantic_validator__  # type: ignore[return-value]  # a plugin's validator does the same

    @cached_property
    def plain(self) -> bool:
        """True where a usage is nothing but counts and objects of counts."""
        return is_plain(self.fields, self.schema)

    @cached_property
    def proof(self) -> Proof:
        """The lean judge of what is kept; which of two spellings was seen is to be told, so it proves nothing there."""
        return (lambda _: UNPROVED) if self.contract.either_spelling else compile_proof(self.contract, self.schema)

    @cached_property
    def whole(self) -> Reading:
        """What is seen of a usage in which every documented field has a value."""
        return Reading(None, MappingProxyType({field.path: True for field in self.fields}), self.contract.rules)

    def look(self, body: bytes, note: str = "") -> Verdict | None:
        """Judge in one pass over the bytes a *body* that has a usage at the usual place; return None for any other."""
        if not LAST_COUNTS:
            return None
        try:
            usage = ENVELOPE.validate_json(body)["usage"]
        except (ValidationError, KeyError):
            return None
        return self.check(usage, note=note) if type(usage) is dict else None

    def prove(self, usage: dict[str, object], note: str = "") -> Verdict | None:
        """Return the verdict on a *usage* that plainly keeps the contract; None where it takes a full look."""
        proved = self.proof(usage)
        if not proved:
            return None
        return Verdict(self.contract.name, (), usage, note, self, self.whole if proved == WHOLE else None)

    def check(self, usage: dict[str, object], *, either_spelling: bool = False, note: str = "") -> Verdict:
        """Judge a usage object; *either_spelling* for one that an SDK may have spelled in its own way throughout."""
        return self.prove(usage, note) or self.check_in_full(usage, either_spelling=either_spelling, note=note)

    def type_usage(self, usage: dict[str, object]) -> BaseModel | None:
        """Return *usage* as a typed object; None where it breaks the schema."""
        return self._schema_findings(usage, self._validate(usage))[0]

    def read(self, usage: dict[str, object]) -> Reading:
        """Return what a full look sees of *usage*."""
        return self.check_in_full(usage).reading or NOTHING_READ

    def sort(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Sort by kind, and within it by the documentation; what is undocumented keeps the order of the wire.

        What is wrong with several items of a list has one path, so it is told once, and drift once a type.
        """
        if len(findings) < 2:
            return tuple(findings)
        once: dict[tuple[str, str, str], Finding] = {}
        for found in findings:
            once.setdefault((found.code, found.path, found.type), found)
        last = len(self.order)
        return tuple(sorted(once.values(), key=lambda found: (RANK[found.code], self.order.get(found.path, last))))

    def _validate(self, usage: dict[str, object]) -> BaseModel | list[ErrorDetails]:
        """Return the typed usage, or pydantic's errors."""
        typed = self._ask(usage)
        if isinstance(typed, list) and (whole := with_integers(usage, typed)) is not None:
            typed = self._ask(whole)
        return typed.root if isinstance(typed, RootModel) and isinstance(typed.root, BaseModel) else typed

    def _ask(self, usage: dict[str, object]) -> BaseModel | list[ErrorDetails]:
        try:
            return self.validator.validate_python(usage, strict=True)  # type: ignore[no-any-return]  # it is typed so
        except ValidationError as broken:
            # A model of counts takes of JSON what it takes of Python; others may want a text to become a date.
            told = broken if self.plain else self._validate_as_json(usage, broken)
            return told.errors(include_url=False) if isinstance(told, ValidationError) else told

    def _validate_as_json(self, usage: dict[str, object], broken: ValidationError) -> BaseModel | ValidationError:
        try:
            return self.validator.validate_json(to_json(usage), strict=True)  # type: ignore[no-any-return]  # likewise
        except PydanticSerializationError:  # a lone surrogate, or what is no JSON value
            return broken
        except ValidationError as refusal:  # and what pydantic's parser refuses tells nothing of the usage
            unread = any(error["type"] == "json_invalid" for error in refusal.errors(include_url=False))
            return broken if unread else refusal

    def check_in_full(self, usage: dict[str, object], *, either_spelling: bool = False, note: str = "") -> Verdict:
        """Judge as `check` does, and prove nothing beforehand."""
        contract, typed = self.contract, self._validate(usage)
        misspelled: list[Finding] = []
        if contract.either_spelling:
            either_spelling, note = True, note or describe_spelling(usage)
        seen = survey(self.tree, usage)
        if any(normalize_name(name) in self.names for _, name, _ in seen.undocumented):
            respelled = respell(self.tree, usage)
            usage, seen = respelled.usage, survey(self.tree, respelled.usage)
            typed = self._validate(usage)
            if respelled.mixed or not either_spelling:
                misspelled = [_misspelled(contract, *pair) for pair in respelled.pairs]
        model, broken = self._schema_findings(usage, typed)
        counts, odd = self._counts(seen, {found.path for found in broken})
        applied = apply_rules(contract.accounting, counts)
        contradicted = [_contradicted(contract, breach) for _, breach in applied if breach is not None]
        undocumented = [_undocumented(contract, path, value) for path, _, value in seen.undocumented]
        found = self.sort([*broken, *misspelled, *odd, *contradicted, *undocumented])
        if found and usage == contract.example:
            # The documentation cannot be held against a usage that it shows itself.
            found = tuple(finding for finding in found if finding.kind == "schema")
        reading = Reading(model, seen.seen, tuple(rule.words for rule, _ in applied))
        return Verdict(contract.name, found, usage, note, self, reading)

    def _schema_findings(
        self, usage: dict[str, object], typed: BaseModel | list[ErrorDetails]
    ) -> tuple[BaseModel | None, list[Finding]]:
        """Return the usage as a typed object, or what pydantic has against it.

        What is undocumented breaks no promise, so that a model that refuses it is asked about the rest.
        """
        if isinstance(typed, BaseModel):
            return typed, []
        if not UNDOCUMENTED.isdisjoint([error["type"] for error in typed]):
            documented = without_undocumented(self.tree, usage)
            if documented != usage:
                return self._schema_findings(documented, self._validate(documented))
        return None, schema_findings(self.contract.name, self.tree, typed)

    def _counts(self, seen: Survey, broken: Collection[str]) -> tuple[dict[str, int | float], list[Finding]]:
        """Return the sound numbers by path below `usage`, zeros that are left out too, and what no count can be."""
        counts: dict[str, int | float] = {
            path: 0
            for path in self.contract.dialect.zeros
            if not seen.seen.get(f"usage.{path}") and f"usage.{path}" not in broken
        }
        odd: list[Finding] = []
        for field, path, value in seen.numbers:
            if path in broken:
                continue
            whole = type(value) is int
            if not whole and not math.isfinite(value):
                odd.append(wrong_type(self.contract, path, value, "number")._replace(code="non-finite-number"))
            elif field.counts:
                counts[path[ROOT:]] = value
                if value < 0:
                    odd.append(_no_count(self.contract, "negative-count", path, value, "not below zero"))
                elif not whole and value % 1:
                    odd.append(_no_count(self.contract, "fractional-count", path, value, "whole"))
        return counts, odd


def wrong_type(contract: Contract, path: str, value: object, documented: str) -> Finding:
    """Return the finding of a value whose JSON type is not the *documented* one."""
    message = f"{describe(value)}, documented as {with_article(documented)}"
    return Finding(contract.name, "wrong-type", path, documented, describe(value), message)


def _undocumented(contract: Contract, path: str, value: object) -> Finding:
    shown = outline(value)
    message = f"{shown}, not documented"
    return Finding(contract.name, "undocumented-field", path, "nothing", shown, message, json_type(value))


def _misspelled(contract: Contract, path: str, wire: str, name: str) -> Finding:
    message = f'spelled "{escape(name)}" as an SDK does, on the wire it is "{escape(wire)}"'
    return Finding(contract.name, "sdk-spelling", path, wire, escape(name), message)


def _no_count(contract: Contract, code: str, path: str, value: float, quality: str) -> Finding:
    shown = describe(value)
    return Finding(contract.name, code, path, f"a count, {quality}", shown, f"{shown}, a count is {quality}")


def _contradicted(contract: Contract, breach: Breach) -> Finding:
    message = f"{breach.expected}, is {breach.actual}"
    return Finding(contract.name, breach.code, f"usage.{breach.path}", breach.expected, breach.actual, message)
