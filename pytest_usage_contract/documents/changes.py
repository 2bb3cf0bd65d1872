"""Every kind of change between two versions of a contract, as a reader of the response meets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Severity = Literal["breaking", "drift", "safe", "note"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""In the order in which changes are listed: what breaks a reader, what is new, what only helps, what is words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: *name* is stable and kebab-case, *meaning* is one sentence."""

    name: str
    severity: Severity
    meaning: str


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule("field-removed", "breaking", "a field is documented no longer"),
            Rule("field-renamed", "breaking", "a field is gone and another came that seems to be the same"),
            Rule("field-became-optional", "breaking", "a field that was always there may be absent"),
            Rule("field-became-nullable", "breaking", "a field that was never null may be null"),
            Rule("type-widened", "breaking", "a field may have values of further types"),
            Rule("type-changed", "breaking", "a field has values of another type"),
            Rule("usage-became-optional", "breaking", "a body that always had a usage may have none"),
            Rule("usage-became-nullable", "breaking", "a usage that was never null may be null"),
            Rule("endpoint-removed", "breaking", "a call is documented no longer"),
            Rule("usage-moved", "breaking", "the usage stands at another place of the body"),
            Rule("field-added", "drift", "a field is documented that was not"),
            Rule("endpoint-added", "drift", "a call is documented that was not"),
            Rule("field-became-required", "safe", "a field that could be absent is always there"),
            Rule("field-never-null", "safe", "a field that could be null is null no longer"),
            Rule("type-narrowed", "safe", "a field has values of fewer types"),
            Rule("usage-became-required", "safe", "a body that could be without a usage always has one"),
            Rule("usage-never-null", "safe", "a usage that could be null is null no longer"),
            Rule("meaning-changed", "note", "the description of a field has changed"),
            Rule("document-renamed", "note", "the documentation calls the usage by another name"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the *rule*, the *path* as the wire spells it, what was (*old*) and what is (*new*).

    All texts are safe to show. *sure* is how sure a guess is, in percent; what is no guess is 100.
    """

    rule: str
    path: str
    old: str
    new: str
    message: str
    sure: int = 100

    @property
    def severity(self) -> Severity:
        """What it means for a reader of the response."""
        return RULES[self.rule].severity
