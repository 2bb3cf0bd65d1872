"""The plan of an audit: all that its verdicts depend on, and the parts that its inputs are judged in.

The law: a plan holds neither policy nor baseline nor report. Those decide at the end over what was found, so that
what was found can be remembered, and can be found elsewhere.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from importlib.metadata import version
from itertools import pairwise
from typing import Final

from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.reading import BARE, Reading
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.providers.registry import entries

PART_SIZE: Final = 8 * 1024 * 1024
"""Bytes of lines in a part: enough that starting on it costs nothing, few enough for a progress bar to move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What judges an exchange, and which are judged.

    What tells no request is judged under *contract*, or as an answer of *url*; *mapped* are lines as those of
    `usage_contract_urls`. Of *sample* exchanges one is judged. *own* are the contract files of a team's own contracts,
    where the plan travels to a process that has not read the project.
    """

    contract: str = ""
    url: str = ""
    mapped: tuple[str, ...] = ()
    reading: Reading = BARE
    sample: int = 1
    own: tuple[str, ...] = ()

    def pack(self) -> "Plan":
        """Return the plan with the own contracts of this process; raise `ValueError` where a file cannot hold one."""
        return replace(self, own=tuple(_write(entry.load()) for entry in entries() if entry.own))

    @property
    def digest(self) -> str:
        """Tell one plan from another, of a packed one with its contracts and with the version of the built-in ones."""
        told = json.dumps([version("pytest-usage-contract"), asdict(self)], sort_keys=True, default=str)
        return blake2b(told.encode(), digest_size=12).hexdigest()

    def takes(self, place: str) -> bool:
        """Tell whether the exchange at *place* is in the sample: the same ones in whatever order they are read."""
        digest = blake2b(place.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest) % self.sample == 0


def _write(contract: Contract) -> str:
    try:
        return json.dumps(write_contract(contract))
    except ValueError as limit:
        raise ValueError(f"{contract.name} judges by more than a contract file can hold: {limit}") from None


@dataclass(frozen=True, slots=True)
class Part:
    """An input, or of its lines those that begin in the bytes from *start* up to *stop*; *name* is how it was given."""

    found: Input
    start: int = 0
    stop: int | None = None
    name: str = ""

    @property
    def location(self) -> str:
        """The location to be told, which is the same wherever the part is judged."""
        return self.name or self.found.location

    @property
    def size(self) -> int:
        """The bytes of the part, 0 where nobody knows."""
        stop = self.found.size if self.stop is None else self.stop
        return (stop or self.start) - self.start


def split(found: Input, size: int = PART_SIZE, start: int = 0, stop: int | None = None) -> Iterator[Part]:
    """Yield the parts of an input, or of its lines from *start* up to *stop*: of about *size* bytes, else the whole."""
    end = found.size if stop is None else stop
    if not found.is_splittable or end is None:
        yield Part(found)
        return
    number = max(1, (end - start) // size)
    bounds = [start + (end - start) * step // number for step in range(number + 1)]
    for begin, finish in pairwise(bounds):
        yield Part(found, begin, finish)
