"""Judge what an attempt at a test has received: under the contract that covers it, or for how it looks without one."""

from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

from pytest_usage_contract.core.check import check_unusual
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Framing
from pytest_usage_contract.core.exchange import Ending, Exchange
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.core.stream import asks_for_usage, is_complete
from pytest_usage_contract.providers.routes import Routes
from pytest_usage_contract.providers.unmatched import could_carry_usage, find_look_alike, fold_ids
from pytest_usage_contract.session.captured import Caller, Captured

UNSEEN: Final = ("no-terminal-usage", "not-json")
"""The findings of a usage that did not come."""

OVERFLOWED: Final = "the beginning of a body that is longer than what is kept of it"
CUT: Final = "the server cut the body off"


class Attempt(Protocol):
    """An attempt at a test, as far as judging asks it, and counts in it."""

    policy: Policy
    places: Callable[[], Routes]
    exercised: dict[str, Contract]
    others: int
    abandoned: int
    unmatched: Counter[tuple[str, str, str, str]]
    alone: bool


def judge(attempt: Attempt, exchange: Exchange, response: Callable[[], object], caller: Caller) -> Captured | None:
    """Judge an exchange that *attempt* has received where a contract covers it; return None where it is no evidence."""
    request, status, told, _, body, ending, overflowed, asking = exchange
    places = attempt.places()
    place = places.find(*request)
    if place is None:
        return Captured(_look(attempt, exchange, places), None, None, response, caller)
    if not 200 <= status < 300:
        attempt.others += 1
        return Captured(exchange, place, None, response, caller)
    (contract, endpoint), asked = place, False
    attempt.exercised[contract.name] = contract
    note = OVERFLOWED if overflowed else CUT if ending is Ending.CUT else ""
    if asking:
        asked = asks_for_usage(endpoint.stream, asking)
        exchange = exchange._replace(asking=b"")  # a prompt is kept no longer than that
    verdict = checker(contract).check_body(body, note) if endpoint.at == "usage" else None
    if verdict is None:
        demand = asked or attempt.policy.demands(contract.name)
        verdict = check_unusual(contract, body, endpoint=endpoint, representation=told, demand=demand, note=note)
        if ending is Ending.LEFT and _is_abandoned(exchange, verdict, endpoint.stream):
            attempt.abandoned += 1
            attempt.alone = False
            return None
    return Captured(exchange, place, verdict, response, caller, asked=asked)


def _look(attempt: Attempt, exchange: Exchange, places: Routes) -> Exchange:
    """Count a call that no contract covers, where it could carry a usage; return what is kept of it."""
    (method, host, path), known = exchange.request, places.knows(exchange.request.host)
    looks_like = find_look_alike(exchange, places)
    if looks_like or (known and could_carry_usage(exchange)):
        attempt.unmatched[host, fold_ids(path), method, looks_like] += 1
        attempt.alone = False
    is_kept = not exchange.overflowed and (looks_like or known)
    return exchange if is_kept else exchange._replace(body=b"")


def _is_abandoned(exchange: Exchange, verdict: Verdict, framing: Framing | None) -> bool:
    """Tell whether the consumer, who left, did so before its usage came: that is no evidence against the server."""
    if not any(finding.code in UNSEEN for finding in verdict.findings):
        return False
    # Behind the end of a stream no client reads on.
    return framing is None or not is_complete(framing, exchange.body)
