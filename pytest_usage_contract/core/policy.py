"""The policy of a test or a run, and the one function that decides by it whether a finding fails."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from pytest_usage_contract.core.codes import KINDS, Kind, find_code

DEFAULT: Final[tuple[Kind, ...]] = ("schema",)
"""What fails where nobody said anything else."""

EVERYTHING: Final = "all"
"""In place of names: every contract there is."""

_IGNORE: Final = re.compile(r"(?P<code>\S+)(?:\s+(?!in\s)(?P<path>.*?))??(?:\s+in\s+(?P<name>[^\s\"\]]+))?")


@dataclass(frozen=True, slots=True)
class Ignore:
    """Findings that do not fail: of a *code*, at a *path* or at any, under *contracts* or under all, if it is None.

    *by* is whose word it is, as reports say it.
    """

    code: str
    path: str = ""
    contracts: frozenset[str] | None = None
    by: str = "marker"

    def covers(self, contract: str, code: str, path: str) -> bool:
        """Tell whether a finding is among them."""
        return code == self.code and self.path in ("", path) and (self.contracts is None or contract in self.contracts)


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one test: the kinds *fail_on* fail, less what it is told to *ignore*; nothing if not *enabled*.

    Answers under the contracts in *demand*, or all, must carry a usage, whatever the documentation says.
    """

    fail_on: tuple[Kind, ...] = DEFAULT
    ignore: tuple[Ignore, ...] = ()
    demand: frozenset[str] = frozenset()
    enabled: bool = True

    def excuse(self, contract: str, code: str, path: str) -> str:
        """Return on whose word a finding is ignored, or nothing."""
        return next((ignore.by for ignore in self.ignore if ignore.covers(contract, code, path)), "")

    def demands(self, contract: str) -> bool:
        """Tell whether an answer under *contract* must carry a usage."""
        return contract in self.demand or EVERYTHING in self.demand


def decide(kind: Kind, fail_on: Collection[Kind], *, known: bool = False, excused: bool = False) -> bool:
    """Decide whether a finding fails: of a kind that does, not *known* to the baseline, and *excused* by nothing."""
    return kind in fail_on and not known and not excused


def parse_kinds(fail_on: str | Iterable[str]) -> tuple[Kind, ...]:
    """Read a policy: an iterable of kinds, or their names joined by commas, or `all`, or `none`.

    Raises `ValueError` for anything else, naming what was given and what would do.
    """
    if not isinstance(fail_on, Iterable):
        raise ValueError(f"{fail_on!r}: not kinds of finding; there are {', '.join(KINDS)}, or all, or none")  # noqa: TRY004 - as for any other that is none
    named = [part.strip() for part in fail_on.split(",")] if isinstance(fail_on, str) else list(fail_on)
    if named == [EVERYTHING]:
        return KINDS
    if named in (["none"], [""]):
        return ()
    unknown = [name for name in named if name not in KINDS]
    if unknown:
        wrong = ", ".join(repr(name) for name in unknown)
        raise ValueError(f"{wrong}: not a kind of finding; there are {', '.join(KINDS)}, or all, or none")
    return tuple(kind for kind in KINDS if kind in named)


def parse_percent(given: str | float) -> float:
    """Read a percentage of documented fields; raise `ValueError` for what is none."""
    try:
        percent = float(given)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise ValueError(f"{given!r} is no percentage of fields; give a number from 0 to 100")
    return percent


def parse_ignore(line: object) -> tuple[str, str, str]:
    """Parse `CODE`, `CODE PATH` or either with ` in NAME` into its code, path and name, empty where there is none.

    Raises `ValueError` for anything else, and for a code that there is not.
    """
    found = _IGNORE.fullmatch(line.strip()) if isinstance(line, str) else None
    if not found:
        raise ValueError(f"{line!r} ignores nothing; one reads 'undocumented-field usage.cost in acme'")
    try:
        code = find_code(found["code"])
    except LookupError as unknown:
        raise ValueError(f"{line!r} ignores nothing: {unknown}") from None
    return code.name, found["path"] or "", found["name"] or ""
