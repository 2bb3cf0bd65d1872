"""The judge of one contract: prepared once, then one usage after another.

A plain usage is walked through; of any other pydantic is asked, strictly, and every one of its errors becomes a
finding. The accounting then counts with whatever numbers are sound, so that all findings come at once and one fault
gives one finding.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, SchemaValidator

from pytest_usage_contract.core.accounting import Rule, apply_rules
from pytest_usage_contract.core.body import ENVELOPE, LAST_COUNTS
from pytest_usage_contract.core.codes import CODES, KINDS
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.fast_path import UNPROVED, WHOLE, Proof, compile_proof
from pytest_usage_contract.core.fields import Field, tree_of
from pytest_usage_contract.core.finding import NOTHING_READ, Finding, Reading, Verdict, without_repetition
from pytest_usage_contract.core.plain import is_plain, look
from pytest_usage_contract.core.pydantic_errors import schema_findings, validate, wrong_type
from pytest_usage_contract.core.spelling import describe_spelling, may_respell, normalize_name, respell
from pytest_usage_contract.core.typed_proof import TypedProof, compile_typed_proof, type_envelope
from pytest_usage_contract.core.walk import Survey, survey, without_undocumented
from pytest_usage_contract.core.wording import contradiction, list_undocumented, misspelling, no_count

ROOT = len("usage.")

UNDOCUMENTED = frozenset({"extra_forbidden", "invalid_key", "string_unicode"})
"""What pydantic may have against a name that is undocumented; the last is a lone surrogate."""

_kept = tuple.__new__  # of a named tuple, as it does itself, less a call: nearly all that is judged is kept

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
    def rules(self) -> tuple[tuple[Rule, frozenset[str]], ...]:
        """The accounting rules, and the counts that each needs."""
        return tuple((rule, frozenset(rule.operands)) for rule in self.contract.accounting)

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
        return is_plain(self.schema)

    @cached_property
    def proof(self) -> Proof:
        """The lean judge of what is kept; which of two spellings was seen is to be told, so it proves nothing there."""
        return (lambda _: UNPROVED) if self.contract.either_spelling else compile_proof(self.contract, self.schema)

    @cached_property
    def whole(self) -> Reading:
        """What is seen of a usage in which every documented field has a value."""
        return Reading(None, MappingProxyType({field.path: True for field in self.fields}), self.contract.accounting)

    def check_body(self, body: bytes, note: str = "") -> Verdict | None:
        """Judge in one pass over the bytes a *body* that has a usage at the usual place; return None for any other."""
        if not LAST_COUNTS:
            return None
        try:
            usage = ENVELOPE.validate_json(body)["usage"]
        except (ValidationError, KeyError):
            return None
        return self.check(usage, note=note) if type(usage) is dict else None

    @cached_property
    def _typed(self) -> tuple[SchemaValidator, TypedProof] | None:
        """What reads a body to a typed usage, and the lean judge of that; None where no such usage is proved."""
        contract, schema = self.contract, self.schema
        usual = all(place.at == "usage" for place in (contract.documented, *contract.endpoints))
        if not (LAST_COUNTS and usual and self.plain and schema["type"] == "model") or contract.either_spelling:
            return None
        return type_envelope(schema), compile_typed_proof(contract, schema)

    def type_body(self, body: bytes) -> BaseModel | None:
        """Return the typed usage at the usual place of a *body* that plainly keeps the contract; None of any other."""
        if self._typed is None:
            return None
        envelope, proof = self._typed
        try:
            usage: BaseModel = envelope.validate_json(body)["usage"]
        except ValidationError:
            return None
        return usage if proof(usage) else None

    def prove(self, usage: dict[str, object], note: str = "") -> Verdict | None:
        """Return the verdict on a *usage* that plainly keeps the contract; None where it takes a full look."""
        proved = self.proof(usage)
        if not proved:
            return None
        return _kept(Verdict, (self.contract.name, (), usage, note, self, self.whole if proved == WHOLE else None))

    def check(self, usage: dict[str, object], *, either_spelling: bool = False, note: str = "") -> Verdict:
        """Judge a usage object; *either_spelling* for one that an SDK may have spelled in its own way throughout."""
        return self.prove(usage, note) or self.check_in_full(usage, either_spelling=either_spelling, note=note)

    def type_usage(self, usage: dict[str, object]) -> BaseModel | None:
        """Return *usage* as a typed object; None where it breaks the schema."""
        return self._schema_findings(usage)[0]

    def read(self, usage: dict[str, object]) -> Reading:
        """Return what a full look sees of *usage*."""
        return self.check_in_full(usage).reading or NOTHING_READ

    def sort(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Sort by kind, and within it by the documentation; what is undocumented keeps the order of the wire.

        What is wrong with several items of a list has one path, so it is told once, and drift once a type.
        """
        if len(findings) < 2:
            return tuple(findings)
        order, last = self.order, len(self.order)
        once = without_repetition(findings)
        return tuple(sorted(once, key=lambda found: (RANK[found.code], order.get(found.path, last))))

    def check_in_full(self, usage: dict[str, object], *, either_spelling: bool = False, note: str = "") -> Verdict:
        """Judge as `check` does, and prove nothing beforehand."""
        contract, name = self.contract, self.contract.name
        misspelled: list[Finding] = []
        if contract.either_spelling:
            either_spelling, note = True, note or describe_spelling(usage)
        seen, broken, model = self._look(usage)
        if any(new.instead and may_respell(new.items, self.names) for new in seen.undocumented):
            respelled = respell(self.tree, usage)
            usage = respelled.usage
            seen, broken, model = self._look(usage)
            if respelled.mixed or not either_spelling:
                misspelled = [misspelling(name, *pair) for pair in respelled.pairs]
        counts, odd = self._counts(seen, {found.path for found in broken})
        applied = apply_rules([rule for rule, operands in self.rules if operands <= counts.keys()], counts)
        contradicted = [contradiction(name, breach) for _, breach in applied if breach is not None]
        found = self.sort([*broken, *misspelled, *odd, *contradicted])
        if seen.undocumented:
            found += tuple(list_undocumented(name, seen.undocumented))
        if found and usage == contract.example:
            # The documentation cannot be held against a usage that it shows itself.
            found = tuple(finding for finding in found if finding.kind == "schema")
        reading = Reading(model, seen.seen, [rule for rule, _ in applied], bool(broken))
        return Verdict(name, found, usage, note, self, reading)

    def _look(self, usage: dict[str, object]) -> tuple[Survey, list[Finding], BaseModel | None]:
        """Return what there is in *usage*, what breaks its schema, and the typed usage where it was needed for that."""
        looked = look(self.contract.name, self.tree, usage) if self.plain else None
        return (*looked, None) if looked is not None else self._look_through_pydantic(usage)

    def _look_through_pydantic(self, usage: dict[str, object]) -> tuple[Survey, list[Finding], BaseModel | None]:
        model, broken = self._schema_findings(usage)
        return survey(self.tree, usage), broken, model

    def _schema_findings(self, usage: dict[str, object]) -> tuple[BaseModel | None, list[Finding]]:
        """Return the usage as a typed object, or what pydantic has against it.

        What is undocumented breaks no promise, so that a model that refuses it is asked about the rest.
        """
        typed = validate(self.validator, usage, plain=self.plain)
        if isinstance(typed, BaseModel):
            return typed, []
        if not UNDOCUMENTED.isdisjoint([error["type"] for error in typed]):
            documented = without_undocumented(self.tree, usage)
            if documented != usage:
                return self._schema_findings(documented)
        return None, schema_findings(self.contract.name, self.tree, typed)

    def _counts(self, seen: Survey, broken: Collection[str]) -> tuple[dict[str, int | float], list[Finding]]:
        """Return the sound numbers by path below `usage`, zeros that are left out too, and what no count can be."""
        counts: dict[str, int | float] = {}
        odd: list[Finding] = []
        for path in self.contract.dialect.zeros:
            if not seen.seen.get(f"usage.{path}") and f"usage.{path}" not in broken:
                counts[path] = 0
        for field, path, value in seen.numbers:
            if path in broken:
                continue
            whole = type(value) is int
            if not whole and not math.isfinite(value):
                odd.append(wrong_type(self.contract.name, path, value, "number", "non-finite-number"))
            elif field.counts:
                counts[path[ROOT:]] = value
                if value < 0:
                    odd.append(no_count(self.contract.name, "negative-count", path, value, "not below zero"))
                elif not whole and value % 1:
                    odd.append(no_count(self.contract.name, "fractional-count", path, value, "whole"))
        return counts, odd
