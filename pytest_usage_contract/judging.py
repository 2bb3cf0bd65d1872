"""Judging one response: `check_usage` and `assert_usage`, for whatever a test has in its hands."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from pytest_usage_contract.contracts import contracts, meant_by, the_one
from pytest_usage_contract.contracts.places import Place, Places
from pytest_usage_contract.core.body import NotJson, read
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.codes import KINDS, Kind, kinds
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.message import told
from pytest_usage_contract.core.parity import parity
from pytest_usage_contract.core.spelling import squashed
from pytest_usage_contract.core.subject import Subject, read_subject

DEFAULT_POLICY: tuple[Kind, ...] = ("schema",)


class UsageContractError(AssertionError):
    """A usage does not keep its contract; the message is the whole verdict, and *verdicts* holds it as data."""

    def __init__(self, message: str, verdicts: Sequence[Verdict] = ()) -> None:
        super().__init__(message)
        self.verdicts = tuple(verdicts)


UsageContractError.__module__ = "pytest_usage_contract"  # where it is public: pytest shows the name in every failure


class Seen(Protocol):
    """An exchange that a run has captured, with the bytes and the place it is known by."""

    body: bytes
    place: Place | None


class Run(Protocol):
    """What a run under pytest adds to judging: what it captured, what it was told, and that a test has judged."""

    @property
    def places(self) -> Places:
        """Where contracts are served, gateways and test servers included."""

    def recall(self, response: object) -> Seen | None:
        """The exchange of the running test that *response*, or an SDK's object, came from."""

    def judged(self, seen: Seen | None, verdict: Verdict) -> None:
        """Note that the test itself has judged, so that it has the last word."""

    def policy(self) -> tuple[Kind, ...]:
        """The kinds that fail in the running test."""


_runs: list[Run] = []
"""The run that is under way, if any, is the last: a run started inside another's test comes on top."""


def enter(run: Run) -> None:
    """Let *run* add what it knows to every judgement until it leaves."""
    _runs.append(run)


def leave(run: Run) -> None:
    """The end of what `enter` began."""
    if run in _runs:
        _runs.remove(run)


def check_usage(response: object, contract: "str | Contract | None" = None) -> Verdict:
    """Judge *response* under *contract* and give the verdict; what a response contains never raises.

    *response* may be a response of httpx, httpx2, requests or aiohttp (already read), bytes or text of JSON or
    of server-sent events, a list of stream events, a mapping (a body, or a bare usage), or an SDK's object.
    *contract* may be a `Contract`, `provider/endpoint`, the name of a document, or a provider alone, which is
    settled by the URL of the response, or else by the names in it. Without *contract*, the URL says it all.

    Raises `LookupError` where it cannot be settled, `TypeError` for what is no response.
    """
    return _judged(response, contract, demand=False)[0]


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
    verdict, judged_under = _judged(response, contract, demand=True)
    if verdict.findings:
        _raise_if_failing(verdict, judged_under, fail_on)
    return verdict.wire if verdict.usage is None else verdict.usage


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
    left, judged_under = _judged(streamed, contract, demand=True)
    right, _ = _judged(plain, judged_under, demand=True)
    for verdict in (left, right, parity(judged_under, left, right)):
        _raise_if_failing(verdict, judged_under, fail_on)


def _raise_if_failing(verdict: Verdict, contract: Contract, fail_on: "str | Iterable[str] | None") -> None:
    __tracebackhide__ = True
    run = _runs[-1] if _runs else None
    failing = kinds(fail_on) if fail_on is not None else run.policy() if run else DEFAULT_POLICY
    if verdict.fails(failing):
        raise UsageContractError(told(verdict, contract, failing=failing), (verdict,))


def _judged(response: object, contract: "str | Contract | None", *, demand: bool) -> tuple[Verdict, Contract]:
    run = _runs[-1] if _runs else None
    seen = run.recall(response) if run else None
    subject = Subject("bytes", seen.body) if seen else read_subject(response)
    place = (seen.place if seen else None) or _place_of(response)
    settled = _settled(contract, subject, place)
    verdict = _verdict(settled, subject, place, demand=demand)
    if run:
        run.judged(seen, verdict)
    return verdict, settled


def _verdict(contract: Contract, subject: Subject, place: Place | None, *, demand: bool) -> Verdict:
    endpoint = place.endpoint if place and place.contract is contract else None
    content, either, note = subject.content, subject.either_spelling, subject.note
    if subject.form == "bytes":
        return check_bytes(contract, content, endpoint=endpoint, demand=demand, note=note)  # type: ignore[arg-type]
    if subject.form == "events":
        return check_events(
            contract,
            content,  # type: ignore[arg-type]  # the form says that they are events
            endpoint=endpoint,
            demand=demand,
            either_spelling=either,
            note=note,
        )
    if isinstance(content, dict) and "usage" not in content:
        if {squashed(name) for name in content} & {squashed(name) for name in contract.shape.fields}:
            return judge(contract, content, either_spelling=either, note=note)
        if any(place.stream and place.stream.at[0].partition(".")[0] in content for place in contract.endpoints):
            return check_events(contract, (content,), demand=demand, either_spelling=either, note=note)
    return check_value(contract, content, endpoint=endpoint, demand=demand, either_spelling=either, note=note)


def _settled(name: "str | Contract | None", subject: Subject, place: Place | None) -> Contract:
    """The contract to judge under: named, or settled by the URL, or else by the names that are there."""
    if isinstance(name, Contract):
        return name
    if name is None:
        if place is None:
            raise LookupError("this response tells no URL that a contract covers; name the contract to judge it under")
        return place.contract
    candidates = meant_by(name)
    if len(candidates) == 1:
        return candidates[0]
    if place is not None and place.contract in candidates:
        return place.contract
    there = _names_in(_decoded(subject))
    fitting = {contract: len(there & {squashed(field.name) for field in contract.fields}) for contract in candidates}
    best = max(fitting.values())
    return the_one(name, tuple(contract for contract, number in fitting.items() if number == best))


def _decoded(subject: Subject) -> object:
    if subject.form != "bytes":
        return subject.content
    try:
        return read(subject.content)  # type: ignore[arg-type]  # the form says that it is bytes
    except NotJson:
        return None


def _names_in(value: object) -> set[str]:
    """The names in a usage, or in the usage of a body, at every depth and without regard to their spelling."""
    usage = value.get("usage", value) if isinstance(value, dict) else None
    names: set[str] = set()
    pending = [usage]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            names.update(map(squashed, here))
            pending += here.values()
    return names


def _place_of(response: object) -> Place | None:
    """Where a client's response came from, if a contract is known there."""
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
        url, method = str(request.url), str(request.method)  # type: ignore[union-attr]  # what has no URL raises
    except Exception:  # noqa: BLE001 - httpx raises RuntimeError without a request, others what they like
        return None
    _, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    host, path = host.rpartition("@")[2].lower(), "/" + path.partition("?")[0].partition("#")[0]
    for run in reversed(_runs):
        return run.places.find(method, host, path)
    return Places(contracts()).find(method, host, path)
