"""Findings, the verdict that holds all those of one exchange, and the verdict as text: one line a fact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from pytest_usage_contract.core.codes import CODES, KINDS, Kind
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.core.tokens import NO_TOKENS, Tokens, read_tokens
from pytest_usage_contract.core.usage import ABSENT

NOTHING_SEEN: Mapping[str, bool] = MappingProxyType({})


class Finding(NamedTuple):
    """One thing wrong with one exchange under the contract named *contract*.

    *path* is the dotted place as the wire spells it, *expected* and *actual* are short texts, *message* is a
    line that holds both; all texts are safe to show anywhere that plain text is safe. *type* is of drift alone: the
    JSON type of what stands there.
    """

    contract: str
    code: str
    path: str
    expected: str
    actual: str
    message: str
    type: str = ""

    @property
    def kind(self) -> Kind:
        """`schema`, `accounting`, `drift` or `booking`."""
        return CODES[self.code].kind

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same from run to run: of contract, path, code and type."""
        return fingerprint_of(self.contract, self.code, self.path, self.type)


def fingerprint_of(contract: str, code: str, path: str, json_type: str = "") -> str:
    """Return what tells a finding from others, whatever the test, the value and the version of the code."""
    words = (contract, path, code, json_type) if json_type else (contract, path, code)
    return sha256("|".join(words).encode()).hexdigest()[:12]


class Verdict(NamedTuple):
    """All findings of one exchange under one contract; *contract* is its name.

    *usage* is the usage as a typed object with wire names where its model accepts it, else None.
    *raw* is what *wire* is made from.
    *seen* maps the path of each documented field that was there to whether it had a value (not null).
    *rules* are the accounting rules whose operands were all there, in words.
    *note* says what could not be seen in what was judged. *promise* is the contract itself.
    """

    contract: str
    findings: tuple[Finding, ...] = ()
    usage: BaseModel | None = None
    raw: object = ABSENT
    seen: Mapping[str, bool] = NOTHING_SEEN
    rules: tuple[str, ...] = ()
    note: str = ""
    promise: Contract | None = None

    @property
    def tokens(self) -> Tokens:
        """The meaning of the counts; all None without a usage, or without a dialect."""
        promise, usage = self.promise, self.wire
        if promise is None or not isinstance(usage, dict):
            return NO_TOKENS
        return read_tokens(promise.dialect, promise.accounting, usage, trusted=usage == promise.example)

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


def format_verdict(verdict: Verdict, contract: Contract, *, failing: Collection[Kind] = KINDS, call: str = "") -> str:
    """The whole verdict as text; its first line says what is broken, and in which *call*."""
    broken = [finding for finding in verdict.findings if finding.kind in failing]
    others = [finding for finding in verdict.findings if finding.kind not in failing]
    where = f" in {call}" if call else ""
    word = "misbooked" if all(finding.kind == "booking" for finding in broken) else "broken"
    state = f"{word}: {count_by_kind(broken)}" if broken else "kept"
    lines = [f"{contract.name} {state}{where}", *format_findings(broken)]
    if others:
        lines += [f"also, not failing: {count_by_kind(others)}", *format_findings(others)]
    if verdict.note:
        lines.append(verdict.note)
    lines.append(f"documented in {contract.source}")
    return "\n".join(lines)


def format_failure(
    verdict: Verdict, contract: Contract, *, failing: Collection[Kind], call: str = "", place: str = ""
) -> str:
    """The text of a failure: the first finding that fails, the whole verdict, and the *place* of the call."""
    first = next(finding for finding in verdict.findings if finding.kind in failing)
    headline = f"{first.code} {first.path} ({contract.name})"
    lines = [headline, format_verdict(verdict, contract, failing=failing, call=call), place]
    return "\n".join(filter(None, lines))


def count_by_kind(findings: Sequence[Finding]) -> str:
    """`2 schema findings`, or `1 schema and 2 drift findings`."""
    numbers = {kind: sum(finding.kind == kind for finding in findings) for kind in KINDS}
    parts = [f"{number} {kind}" for kind, number in numbers.items() if number]
    return f"{' and '.join(parts)} finding{'' if len(findings) == 1 else 's'}"


def format_findings(findings: Sequence[Finding], indent: str = "  ") -> list[str]:
    """A line each: code, path and message, in columns."""
    code = max((len(finding.code) for finding in findings), default=0)
    path = max((len(finding.path) for finding in findings), default=0)
    return [f"{indent}{found.code:<{code}}  {found.path:<{path}}  {found.message}" for found in findings]
