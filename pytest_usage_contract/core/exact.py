"""Numbers as they are written: 0.1 is a tenth, and 2**53 + 1 is not 2**53.

Whole numbers are equal or not. As soon as one is written with a fraction, `TOLERANCE` is allowed.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

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
