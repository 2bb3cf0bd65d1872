"""The parity of a stream and the plain answer to the same call: both have the same documented fields.

A gateway that drops a field on one of its two ways is seen by neither verdict alone, where the documentation
lets that field be absent. Values are not compared: two calls are two completions.
"""

from collections.abc import Iterator

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding, Verdict

SIDES = ("the stream", "the plain answer")


def parity(contract: Contract, streamed: Verdict, plain: Verdict) -> Verdict:
    """The documented fields that only one of two verdicts of *contract* has seen, as `stream-mismatch`.

    A field is had where it has a value: null tells no more than absence. Where a whole object is lacking, the
    fields in it are not named, too. The verdict has the usage of the stream.
    """
    findings = tuple(_mismatches(contract, streamed, plain))
    notes = dict.fromkeys(filter(None, (streamed.note, plain.note)))
    return streamed._replace(findings=findings, rules=(), note="; ".join(notes))


def _mismatches(contract: Contract, streamed: Verdict, plain: Verdict) -> Iterator[Finding]:
    lacking: set[str] = set()
    for path in ("usage", *(field.path for field in checker(contract).fields)):
        states = _state(streamed, path), _state(plain, path)
        has = [state == "present" for state in states]
        if has[0] == has[1] or any(path.startswith((f"{above}.", f"{above}[")) for above in lacking):
            continue
        lacking.add(path)
        message = ", ".join(f"{state} in {side}" for state, side in zip(states, SIDES, strict=True))
        less = states[has.index(False)]
        yield Finding(contract.name, "stream-mismatch", path, "present in both", less, message)


def _state(verdict: Verdict, path: str) -> str:
    """`present`, `null` or `absent`."""
    if path == "usage":
        return "present" if isinstance(verdict.wire, dict) else "absent"
    value = verdict.seen.get(path)
    return "absent" if value is None else "present" if value else "null"
