"""Every code a finding can carry, its kind and what it means; code, command line, docs and tests read this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Kind = Literal["schema", "accounting", "drift"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order in which findings are listed: a broken promise, a contradiction, a novelty."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of the table: *name* is stable and kebab-case, *meaning* is one sentence."""

    name: str
    kind: Kind
    meaning: str


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        code.name: code
        for code in (
            Code("no-usage", "schema", "the response carries no usage where there must be one"),
            Code("missing-field", "schema", "a field that the documentation requires is absent"),
            Code("null-value", "schema", "a field is null where the documentation does not allow null"),
            Code("wrong-type", "schema", "a value has another JSON type than the documented one"),
            Code(
                "non-finite-number",
                "schema",
                "a number is NaN, infinite, or too large to be read as a number",
            ),
            Code("sdk-spelling", "schema", "a name is spelled as an SDK shows it, not as the wire carries it"),
            Code("error-body", "schema", "a 2xx response carries an error object instead of a usage"),
            Code("not-json", "schema", "the body, or the part of it that carries the usage, is not JSON"),
            Code("no-terminal-usage", "schema", "a stream ended, or was cut, before its usage came"),
            Code(
                "total-mismatch",
                "accounting",
                "a total is not the sum of the counts it is documented to add up",
            ),
            Code("part-exceeds-whole", "accounting", "a count is larger than the count it is a part of"),
            Code("parts-mismatch", "accounting", "the parts of a count do not add up to it"),
            Code("negative-count", "accounting", "a count is below zero"),
            Code("fractional-count", "accounting", "a count is not a whole number"),
            Code(
                "decreasing-count",
                "accounting",
                "a count of a stream became smaller from one event to a later one",
            ),
            Code(
                "stream-mismatch",
                "accounting",
                "the stream and the plain answer to one call differ in their fields",
            ),
            Code(
                "undocumented-field",
                "drift",
                "the usage carries a field that the documentation does not name",
            ),
            Code("misplaced-usage", "drift", "a usage stands where the documentation does not put it"),
        )
    }
)
