"""Findings, and the verdict that holds all those of one exchange."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from pytest_usage_contract.core.codes import CODES, Kind
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.core.usage import ABSENT

NOTHING_SEEN: Mapping[str, bool] = MappingProxyType({})


class Finding(NamedTuple):
    """One thing wrong with one exchange under the contract named *contract*.

    *path* is the dotted place as the wire spells it, *expected* and *actual* are short texts, *message* is a
    line that holds both; all texts are safe to show anywhere that plain text is safe.
    """

    contract: str
    code: str
    path: str
    expected: str
    actual: str
    message: str

    @property
    def kind(self) -> Kind:
        """`schema`, `accounting` or `drift`."""
        return CODES[self.code].kind

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same from run to run: of contract, path and code."""
        return sha256(f"{self.contract}|{self.path}|{self.code}".encode()).hexdigest()[:12]


class Verdict(NamedTuple):
    """All findings of one exchange under one contract; *contract* is its name.

    *usage* is the usage as a typed object with wire names where its model accepts it, else None.
    *raw* is what *wire* is made from.
    *seen* maps the path of each documented field that was there to whether it had a value (not null).
    *rules* are the accounting rules whose operands were all there, in words.
    *note* says what could not be seen in what was judged.
    """

    contract: str
    findings: tuple[Finding, ...] = ()
    usage: BaseModel | None = None
    raw: object = ABSENT
    seen: Mapping[str, bool] = NOTHING_SEEN
    rules: tuple[str, ...] = ()
    note: str = ""

    @property
    def wire(self) -> object:
        """The usage as plain JSON data with wire names, before any judgement; `ABSENT` where there was none."""
        return self.raw.model_dump(warnings=False, exclude_unset=True) if isinstance(self.raw, BaseModel) else self.raw

    @property
    def kept(self) -> bool:
        """True where nothing at all was found."""
        return not self.findings

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def fails(self, fail_on: str | Iterable[str] = ("schema",)) -> bool:
        """Tell whether a finding is of a kind that fails; raise `ValueError` for an unknown kind."""
        failing = parse_kinds(fail_on)
        return any(finding.kind in failing for finding in self.findings)
