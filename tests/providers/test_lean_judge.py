"""The lean judge and the walk of every contract against the full judge and pydantic, which are the only truth."""

import copy
import json
import random

import pytest
from toy import camel

from pytest_usage_contract.core.body import LAST_COUNTS
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import Checker, checker
from pytest_usage_contract.core.walk import survey
from pytest_usage_contract.payloads.counterexamples import counterexamples
from pytest_usage_contract.payloads.examples import examples
from pytest_usage_contract.providers.registry import contracts

NUMBERS = [0, 1, 7, -1, 2**63 + 1, 10**400, 0.5, 3.0, 1e400, float("nan")]
VALUES = [*NUMBERS, None, True, "x", "é", [], {}, {"tokens": 1}, [{"tokens": 1}]]


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_what_it_proves_the_full_judge_finds_nothing_in(contract):
    prepared, chance = checker(contract), random.Random(contract.name)
    usages = [case.usage for case in (*examples(contract), *counterexamples(contract)) if isinstance(case.usage, dict)]
    changed = [change(chance.choice(usages), chance) for _ in range(150)]
    for usage in (*usages, *changed):
        full = prepared.check_in_full(usage)
        if (lean := prepared.prove(usage)) is not None:
            assert full.findings == (), usage
            assert survey(prepared.tree, usage).seen == dict(full.seen)
            assert (lean.usage, dict(lean.seen), lean.rules, lean.tokens) == (
                full.usage,
                dict(full.seen),
                full.rules,
                full.tokens,
            )


def told(verdict):
    """All that a verdict tells; as text, since no NaN is like another."""
    return repr(
        (verdict.findings, sorted(verdict.seen.items()), verdict.rules, verdict.usage, verdict.wire, verdict.tokens)
    )


@pytest.mark.parametrize("contract", [contract for contract in contracts() if checker(contract).plain], ids=str)
def test_the_walk_through_a_plain_usage_tells_what_pydantic_tells(contract):
    walk, pydantic, chance = checker(contract), Checker(contract), random.Random(contract.name)
    pydantic._look = pydantic._look_through_pydantic
    usages = [case.usage for case in (*examples(contract), *counterexamples(contract)) if isinstance(case.usage, dict)]
    usages += [dict(contract.example or {}), *map(camel, usages)]
    for usage in (*usages, *(change(chance.choice(usages), chance) for _ in range(150))):
        assert told(walk.check(usage)) == told(pydantic.check_in_full(usage)), usage


IN_BODIES = [contract for contract in contracts() if contract.documented.at == "usage"]


@pytest.mark.parametrize("contract", IN_BODIES, ids=str)
def test_a_body_is_judged_as_its_usage_is_whatever_happened_to_its_bytes(contract):
    prepared, chance = checker(contract), random.Random(contract.name)
    body = json.dumps({"id": "1", "usage": examples(contract)[-1].usage}).encode()
    for _ in range(60):
        damaged = bytearray(body)
        for _ in range(chance.randrange(3)):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randrange(2)] = bytes([chance.choice(b'0-1.e"{}[],:nx\xff')])
        if check_bytes(contract, bytes(damaged)).kept:
            usage = _usage_in(bytes(damaged)) if not contract.documented.text else None
            assert usage is None or prepared.check_in_full(usage).kept


TYPED = [contract for contract in IN_BODIES if checker(contract).plain and not contract.either_spelling]


@pytest.mark.parametrize("contract", TYPED, ids=str)
def test_a_body_whose_usage_is_typed_at_once_keeps_its_contract(contract):
    prepared, chance, typed = checker(contract), random.Random(contract.name), 0
    usages = [case.usage for case in (*examples(contract), *counterexamples(contract)) if isinstance(case.usage, dict)]
    for usage in (*usages, *(change(chance.choice(usages), chance) for _ in range(150))):
        body = json.dumps({"id": "1", "usage": usage}).encode()
        if (found := prepared.type_body(body)) is not None:
            verdict, typed = check_bytes(contract, body, demand=True), typed + 1
            assert (verdict.findings, verdict.usage, type(verdict.usage)) == ((), found, type(found)), usage
    assert typed >= (len(examples(contract)) / 2 if LAST_COUNTS else 0)


@pytest.mark.parametrize("contract", [contract for contract in contracts() if contract not in TYPED], ids=str)
def test_no_other_usage_is_typed_at_once(contract):
    usage = examples(contract)[-1].usage
    assert checker(contract).type_body(json.dumps({"usage": usage}).encode()) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"usage": null}', b'{"usage": []}'])
def test_no_other_body_is_typed_at_once(body):
    assert checker(TYPED[0]).type_body(body) is None


def _usage_in(body):
    return json.loads(body).get("usage")


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_most_of_what_keeps_a_contract_is_proved_to(contract):
    whole = [case.usage for case in examples(contract)]
    proved = [usage for usage in whole if checker(contract).prove(usage)]
    assert len(proved) >= len(whole) / 2


def change(usage, chance):
    """A usage in which one thing is another, gone, or new, somewhere."""
    usage = copy.deepcopy(usage)
    place = usage
    while inner := [value for value in place.values() if isinstance(value, dict) and value]:
        if chance.random() < 0.5:
            break
        place = chance.choice(inner)
    name = chance.choice([*place, "new"])
    if chance.random() < 0.3:
        place.pop(name, None)
    else:
        place[name] = copy.deepcopy(chance.choice(VALUES))
    return usage
