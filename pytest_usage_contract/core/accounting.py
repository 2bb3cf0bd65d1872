"""The rules of arithmetic between counts, declared as data: each knows both its sides and can say the numbers.

Only what is there is counted: a rule is silent as soon as one of its operands is absent, null or no number.
Whole numbers are compared exactly, of any size; as soon as an operand is fractional, `TOLERANCE` is allowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final, Protocol

TOLERANCE: Final = 0.01
"""One unit in the last of the two decimals that the documents show in their fractional examples."""

Counts = Mapping[str, int | float]
"""The finite numbers of one usage by path below `usage`: `input_tokens_details.cached_tokens`."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the counts contradict: the *code* of the finding, the *path* it is at, and the two sides."""

    code: str
    path: str
    expected: str
    actual: str


class Rule(Protocol):
    """One rule of a contract."""

    @property
    def words(self) -> str:
        """The rule as one would write it: `total_tokens = input_tokens + output_tokens`."""

    @property
    def operands(self) -> tuple[str, ...]:
        """The paths of the counts that it speaks of."""

    def breach(self, counts: Counts) -> Breach | None:
        """What the *counts*, which hold all operands, contradict."""


@dataclass(frozen=True, slots=True)
class Total:
    """*total* is the sum of the counts *of* which it is made."""

    total: str
    of: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"{self.total} = {' + '.join(self.of)}"

    @property
    def operands(self) -> tuple[str, ...]:
        return (self.total, *self.of)

    def breach(self, counts: Counts) -> Breach | None:
        return _sum_breach("total-mismatch", self.total, self.of, counts)


@dataclass(frozen=True, slots=True)
class Whole:
    """*whole* is made of *parts* that leave nothing out."""

    whole: str
    parts: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"{self.whole} = {' + '.join(self.parts)}"

    @property
    def operands(self) -> tuple[str, ...]:
        return (self.whole, *self.parts)

    def breach(self, counts: Counts) -> Breach | None:
        return _sum_breach("parts-mismatch", self.whole, self.parts, counts)


@dataclass(frozen=True, slots=True)
class Part:
    """*part* lies inside *whole*, beside other parts that may overlap it, so it is not larger."""

    part: str
    whole: str

    @property
    def words(self) -> str:
        return f"{self.part} inside {self.whole}"

    @property
    def operands(self) -> tuple[str, ...]:
        return (self.part, self.whole)

    def breach(self, counts: Counts) -> Breach | None:
        part, whole = counts[self.part], counts[self.whole]
        if part <= whole or _equal(part, whole):
            return None
        return Breach("part-exceeds-whole", self.part, f"at most {self.whole} = {whole}", str(part))


@dataclass(frozen=True, slots=True)
class Beside:
    """*part* is counted outside *headline*, which may therefore be smaller: it can contradict nothing.

    Declared all the same, so that a contract says in which dialect its provider counts.
    """

    part: str
    headline: str

    @property
    def words(self) -> str:
        return f"{self.part} outside {self.headline}"

    @property
    def operands(self) -> tuple[str, ...]:
        return (self.part, self.headline)

    def breach(self, counts: Counts) -> Breach | None:  # noqa: ARG002 - the protocol's
        return None


def _equal(left: float, right: float) -> bool:
    if type(left) is int and type(right) is int:
        return left == right
    return abs(left - right) <= TOLERANCE


def _sum_breach(code: str, whole: str, parts: tuple[str, ...], counts: Counts) -> Breach | None:
    addends = [*map(counts.__getitem__, parts)]
    if sum(addends) == counts[whole]:
        return None
    exact = all(type(addend) is int for addend in addends)
    total = sum(addends) if exact else fsum(addends)
    if _equal(total, counts[whole]):
        return None
    shown = total if exact else round(total, 6)
    sides = f"{' + '.join(parts)} = {' + '.join(map(str, addends))} = {shown}"
    return Breach(code, whole, sides, str(counts[whole]))


def breached(rules: Sequence[Rule], counts: Counts) -> bool:
    """Whether *counts*, which hold the operands of all rules, contradict any."""
    for rule in rules:  # noqa: SIM110 - a generator costs more than the rules
        if rule.breach(counts) is not None:
            return True
    return False


def applied(rules: Sequence[Rule], counts: Counts) -> Iterator[tuple[Rule, Breach | None]]:
    """Each rule whose operands are all there, with what it found.

    A part that exceeds its whole explains that the parts do not add up to it, so it silences that rule.
    """
    judged = [(rule, rule.breach(counts)) for rule in rules if all(path in counts for path in rule.operands)]
    exceeded = {rule.whole for rule, breach in judged if breach is not None and isinstance(rule, Part)}
    for rule, breach in judged:
        silenced = isinstance(rule, Whole) and rule.whole in exceeded
        yield rule, None if silenced else breach
