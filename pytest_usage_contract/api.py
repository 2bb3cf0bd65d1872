"""Judging one response: `check_usage` and `assert_usage`, for whatever a test has in its hands."""

from collections.abc import Iterable, Iterator, Sequence
from types import new_class
from typing import Any, cast

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import KINDS
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.policy import DEFAULT, parse_kinds
from pytest_usage_contract.core.verdict_text import format_failure
from pytest_usage_contract.judgement import judge, type_kept
from pytest_usage_contract.runs import current


class UsageContractError(AssertionError):
    """A usage does not keep its contract; the message is a finding and the verdict, *verdicts* holds it as data."""

    def __init__(self, message: str, verdicts: Sequence[Verdict] = ()) -> None:
        super().__init__(message)
        self.verdicts = tuple(verdicts)


UsageContractError.__module__ = "pytest_usage_contract"  # where it is public: pytest shows the name in every failure


def check_usage(response: object, contract: "str | Contract | None" = None) -> Verdict:
    """Judge *response* under *contract* and give the verdict; what a response contains never raises.

    *response* may be a response of httpx, httpx2, requests or aiohttp (already read), bytes or text of JSON or
    of server-sent events, a list of stream events, a mapping (a body, or a bare usage), or an SDK's object.
    *contract* may be a `Contract`, `provider/endpoint`, the name of a document, or a provider alone, which is
    settled by the URL of the response, or else by the names in it. Without *contract*, the URL says it all.

    Raises `LookupError` where it cannot be settled, `TypeError` for what is no response.
    """
    return _check(response, contract, demand=False)[0]


def assert_usage(
    response: object, contract: "str | Contract | None" = None, *, fail_on: "str | Iterable[str] | None" = None
) -> Any:
    """Judge *response* as `check_usage` does, demand that it has a usage, and give the usage.

    The usage is a typed object with wire names: `usage.input_tokens`. *fail_on* are the kinds of finding that
    fail (`schema`, `accounting`, `drift`, or `all`, or `none`); without it, what the run was told to fail on,
    and outside a run `schema`. Where a broken schema is let pass, the usage is given as it was on the wire.

    Raises `UsageContractError`, an `AssertionError`, with all findings; else what `check_usage` raises.
    """
    __tracebackhide__ = True
    if (kept := type_kept(response, contract)) is not None:
        return kept
    verdict, judged_under = _check(response, contract, demand=True)
    if verdict.findings:
        _raise_if_failing(verdict, judged_under, fail_on)
    usage = verdict.usage
    return verdict.wire if usage is None else usage


def assert_usage_parity(
    streamed: object,
    plain: object,
    contract: "str | Contract | None" = None,
    *,
    fail_on: "str | Iterable[str]" = KINDS,
) -> None:
    """Demand that a stream and the plain answer to the same call carry the same documented fields.

    Raises `UsageContractError` naming the fields that one side has and the other lacks; the findings of each
    side by itself count too, as far as *fail_on* has their kind.
    """
    __tracebackhide__ = True
    left, judged_under = _check(streamed, contract, demand=True)
    right, _ = _check(plain, judged_under, demand=True)
    for verdict in (left, right, parity(judged_under, left, right)):
        _raise_if_failing(verdict, judged_under, fail_on)


def _raise_if_failing(verdict: Verdict, contract: Contract, fail_on: "str | Iterable[str] | None") -> None:
    __tracebackhide__ = True
    run = current()
    failing = parse_kinds(fail_on) if fail_on is not None else run.policy() if run else DEFAULT
    if verdict.fails(failing):
        raise UsageContractError(format_failure(verdict, contract, failing=failing), (verdict,))


def _check(response: object, contract: "str | Contract | None", *, demand: bool) -> tuple[Verdict, Contract]:
    looked = judge(response, contract, demand=demand)
    if (run := current()) is not None:
        run.judged(looked.seen)
    return looked.verdict, looked.contract


SIDES = ("the stream", "the plain answer")


def parity(contract: Contract, streamed: Verdict, plain: Verdict) -> Verdict:
    """The documented fields that only one of two verdicts of *contract* has seen, as `stream-mismatch`.

    A field is had where it has a value: null tells no more than absence. Where a whole object is lacking, the
    fields in it are not named, too. The verdict has the usage of the stream.
    """
    findings = tuple(_mismatches(contract, streamed, plain))
    notes = dict.fromkeys(filter(None, (streamed.note, plain.note)))
    return streamed._replace(findings=findings, note="; ".join(notes))


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


def without_traceback(error: AssertionError) -> BaseException:
    """Return *error*, still of its own class, as pytest shows what `pytest.fail(..., pytrace=False)` raises."""
    import pytest  # noqa: PLC0415 - whoever judges without it need not load it

    kind = type(error)
    shown = new_class(kind.__name__, (kind, pytest.fail.Exception))
    # pytest prints the module of any other class before its name, and so cuts the message off in its short summary.
    shown.__module__ = "builtins"
    copy = cast("BaseException", shown.__new__(shown, str(error)))
    copy.__dict__ |= {**vars(error), "msg": str(error), "pytrace": False}
    return copy
