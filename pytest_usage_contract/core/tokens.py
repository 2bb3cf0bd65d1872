"""The meaning of the counts of a usage, in the words of the OpenTelemetry GenAI conventions.

A provider counts its cache inside the input or beside it, its reasoning inside the output or beside it. A contract's
`Dialect` names the fields; whether a part lies inside or beside its headline is said by its accounting, `Part` or
`Beside`, and nowhere else. A count that the provider does not tell is None, never 0; one that the response
contradicts is not guessed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeGuard

from pytest_usage_contract.core.accounting import Beside, Counts, Part, Rule, apply_rules

Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The documented fields, by path below `usage`, that tell each of the `Tokens`; empty where none does.

    *input* and *output* are the headlines. A *cache_read*, *cache_creation* or *reasoning* whose place is unknown, as
    no rule of the accounting says it, leaves the headline unknown where it is not zero. *zeros* are the counts that
    the provider leaves out where they are zero.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # where it is read from a contract file

    input: str = ""
    output: str = ""
    total: str = ""
    cache_read: str = ""
    cache_creation: str = ""
    reasoning: str = ""
    zeros: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All the fields that are named."""
        headlines = (self.input, self.output, self.total)
        return tuple(filter(None, (*headlines, *self.input_parts, *self.output_parts, *self.zeros)))

    @property
    def input_parts(self) -> tuple[str, ...]:
        """The named fields that lie inside the input or beside it."""
        return tuple(filter(None, (self.cache_read, self.cache_creation)))

    @property
    def output_parts(self) -> tuple[str, ...]:
        """The named fields that lie inside the output or beside it."""
        return tuple(filter(None, (self.reasoning,)))


NO_DIALECT: Final = Dialect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of one response; whole or fractional as the wire tells them, None where it does not.

    *input* is all of the input, *cache_read* and *cache_creation* included (`gen_ai.usage.input_tokens`); *output*
    all of the output, *reasoning* included; *total* is the total as it was told.
    Source: OpenTelemetry semantic conventions for generative AI, registry of attributes `gen_ai.usage.*`.
    """

    input: Number | None = None
    cache_read: Number | None = None
    cache_creation: Number | None = None
    output: Number | None = None
    reasoning: Number | None = None
    total: Number | None = None


NO_TOKENS: Final = Tokens()


def read_tokens(dialect: Dialect, rules: Sequence[Rule], usage: object, *, trusted: bool = False) -> Tokens:
    """Return what the counts in *usage* mean in *dialect* under the accounting *rules*.

    A *trusted* usage is one that the documentation shows itself, whatever it contradicts.
    """
    counts: dict[str, Number] = {path: 0 for path in dialect.zeros if wire_value(usage, path) is None}
    counts |= {path: count for path in _paths(dialect, rules) if is_count(count := wire_value(usage, path))}
    breached = [] if trusted else [rule for rule, breach in apply_rules(rules, counts) if breach is not None]
    doubted = {path for rule in breached if isinstance(rule, Part) for path in rule.operands}
    sound = {path: count for path, count in counts.items() if path not in doubted}
    return Tokens(
        input=_sum_up(dialect.input, dialect.input_parts, rules, sound, breached),
        cache_read=sound.get(dialect.cache_read),
        cache_creation=sound.get(dialect.cache_creation),
        output=_sum_up(dialect.output, dialect.output_parts, rules, sound, breached),
        reasoning=sound.get(dialect.reasoning),
        total=counts.get(dialect.total),
    )


def _paths(dialect: Dialect, rules: Sequence[Rule]) -> set[str]:
    return {*dialect.fields, *(path for rule in rules for path in rule.operands)}


def wire_value(usage: object, path: str) -> object:
    """Return what stands at a *path* below `usage`; None for null, and for nothing."""
    for name in path.split("."):
        usage = usage.get(name) if isinstance(usage, Mapping) else None
    return usage


def is_count(value: object) -> TypeGuard[Number]:
    """Tell whether a value of the wire is a number that can be a count, whole or not."""
    return type(value) in (int, float) and value >= 0 and value < math.inf  # type: ignore[operator]  # NaN is neither


def _sum_up(
    headline: str, parts: Sequence[str], rules: Sequence[Rule], counts: Counts, breached: Sequence[Rule]
) -> Number | None:
    """Return the headline with all that lies beside it."""
    beside = [rule.part for rule in rules if isinstance(rule, Beside) and rule.headline == headline]
    inside = {rule.part for rule in rules if isinstance(rule, Part)}
    if any(counts.get(part) for part in parts if part not in beside and part not in inside):
        return None  # nobody says where it lies
    contradicted = {path for rule in breached for path in rule.operands}
    if any(counts.get(part) and part in contradicted for part in beside):
        return None  # the total, say, has it inside
    return sum([counts[path] for path in (headline, *beside) if path in counts]) if headline in counts else None


def describe_dialect(dialect: Dialect, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Yield each of the `Tokens` that a *dialect* tells, and the fields that tell it: inside, or beside, a headline."""
    place = {rule.part: f"beside {rule.headline}" for rule in rules if isinstance(rule, Beside)}
    place |= {rule.part: f"inside {rule.whole}" for rule in rules if isinstance(rule, Part) and rule.part not in place}
    for name in Tokens.__dataclass_fields__:
        if path := getattr(dialect, name):
            beside = [rule.part for rule in rules if isinstance(rule, Beside) and rule.headline == path]
            unsaid = ", where is unknown" if path in (*dialect.input_parts, *dialect.output_parts) else ""
            yield name, " + ".join((path, *beside)) + (f", {place[path]}" if path in place else unsaid)
