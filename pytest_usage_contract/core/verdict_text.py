"""A verdict as text: what is broken, one line a fact, and where it was promised."""

from collections.abc import Collection, Sequence

from pytest_usage_contract.core.codes import KINDS, Kind
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding, Verdict


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
