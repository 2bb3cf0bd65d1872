"""The policy of a test or a run, and the one function that decides by it whether a finding fails."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from pytest_usage_contract.core.codes import KINDS, Kind

DEFAULT: Final[tuple[Kind, ...]] = ("schema",)
"""What fails where nobody said anything else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one test: the kinds *fail_on* fail, less what it is told to *ignore*; nothing if not *enabled*."""

    fail_on: tuple[Kind, ...] = DEFAULT
    ignore: tuple[str, ...] = ()
    enabled: bool = True

    def ignores(self, code: str, path: str) -> bool:
        """Tell whether a finding was waived: by its code, or by its code and path."""
        return code in self.ignore or f"{code} {path}" in self.ignore


def decide(kind: Kind, fail_on: Collection[Kind], *, known: bool = False, excused: bool = False) -> bool:
    """Decide whether a finding fails: of a kind that does, not *known* to the baseline, and *excused* by nothing."""
    return kind in fail_on and not known and not excused


def parse_kinds(fail_on: str | Iterable[str]) -> tuple[Kind, ...]:
    """Read a policy: an iterable of kinds, or their names joined by commas, or `all`, or `none`.

    Raises `ValueError` for anything else, naming what was given and what would do.
    """
    named = [part.strip() for part in fail_on.split(",")] if isinstance(fail_on, str) else list(fail_on)
    if named == ["all"]:
        return KINDS
    if named in (["none"], [""]):
        return ()
    unknown = [name for name in named if name not in KINDS]
    if unknown:
        wrong = ", ".join(repr(name) for name in unknown)
        raise ValueError(f"{wrong}: not a kind of finding; there are {', '.join(KINDS)}, or all, or none")
    return tuple(kind for kind in KINDS if kind in named)
