"""The rules of arithmetic between counts, declared as data: each knows both its sides and can say the numbers.

Only what is there is counted: a rule is silent as soon as one of its operands is absent, null or no number.
Whole numbers are compared exactly, of any size; as soon as one is written with a fraction, as
its shortest decimals say it (0.1 is a tenth), and `TOLERANCE` is allowed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol, runtime_checkable

from pytest_usage_contract.core.escape import describe

TOLERANCE: Final = Fraction("0.01")
"""One unit in the last of the two decimals that the documents show in their fractional examples."""


def to_exact(number: float) -> int | Fraction:
    """A finite number as its shortest decimals say it."""
    return number if isinstance(number, int) else Fraction(repr(number))


def add(numbers: Iterable[float]) -> int | Fraction:
    """The exact sum."""
    total: int | Fraction = 0
    for number in numbers:
        total += to_exact(number)
    return total


def are_equal(left: int | Fraction, right: int | Fraction) -> bool:
    """Tell whether two exact numbers are as equal as they have to be."""
    whole = isinstance(left, int) and isinstance(right, int)
    return left == right if whole else abs(Fraction(left) - right) <= TOLERANCE


def format_number(number: float | Fraction) -> str:
    """A number as JSON writes it, or about how long it is."""
    if isinstance(number, Fraction):
        number = float(number) if abs(number) < 2**53 else round(number)
    return describe(number).replace("number of", "a number of").removeprefix("number ")


Counts = Mapping[str, int | float]
"""The finite numbers of one usage by path below `usage`: `input_tokens_details.cached_tokens`."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the counts contradict: the *code* of the finding, the *path* it is at, and the two sides."""

    code: str
    path: str
    expected: str
    actual: str


@runtime_checkable
class Rule(Protocol):
    """One rule of a contract."""

    @property
    def words(self) -> str:
        """The rule in words: `total_tokens = input_tokens + output_tokens`."""

    @property
    def operands(self) -> tuple[str, ...]:
        """The paths of the counts in it."""

    def breach(self, counts: Counts) -> Breach | None:
        """Return what the *counts* contradict, or None; raise `KeyError` where they lack an operand."""


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
        if part <= whole or part == 0 or are_equal(to_exact(part), to_exact(whole)):
            return None
        return Breach(
            "part-exceeds-whole", self.part, f"at most {self.whole} = {format_number(whole)}", format_number(part)
        )


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

    def breach(self, counts: Counts) -> Breach | None:
        counts[self.part], counts[self.headline]  # nothing to say of them, but both are asked for
        return None


def _sum_breach(code: str, whole: str, parts: tuple[str, ...], counts: Counts) -> Breach | None:
    addends, stated = [*map(counts.__getitem__, parts)], counts[whole]
    if _plainly(addends, stated):
        return None
    total = add(addends)
    if are_equal(total, to_exact(stated)):
        return None
    sides = [" + ".join(parts), " + ".join(map(format_number, addends)), format_number(total)]
    if len(parts) == 1:
        sides.pop()  # the sum of one count is that count
    return Breach(code, whole, " = ".join(sides), format_number(stated))


def _plainly(addends: list[int | float], stated: float) -> bool:
    """Tell whether whole *addends* make what is *stated*: nearly always so, and cheap to tell."""
    try:
        total = sum(addends)
    except OverflowError:  # an integer that is too large to be added to a fraction
        return False
    return type(total) is int and total == stated


def breaks_any(rules: Sequence[Rule], counts: Counts) -> bool:
    """Tell whether *counts*, which hold the operands of all *rules*, contradict any of them."""
    return any(rule.breach(counts) is not None for rule in rules)


def apply_rules(rules: Sequence[Rule], counts: Counts) -> list[tuple[Rule, Breach | None]]:
    """Return each rule whose operands are all there, with its breach, if any.

    A part that exceeds its whole explains that the parts do not add up to it, so it silences that rule.
    """
    judged: list[tuple[Rule, Breach | None]] = []
    for rule in rules:
        try:
            judged.append((rule, rule.breach(counts)))
        except KeyError:  # to ask first for each operand costs more
            continue
    exceeded = {rule.whole for rule, breach in judged if breach is not None and isinstance(rule, Part)}
    if not exceeded:
        return judged
    return [(rule, None if isinstance(rule, Whole) and rule.whole in exceeded else breach) for rule, breach in judged]
