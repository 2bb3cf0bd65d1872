"""Payloads and streams from public threads, each judged under the contract of its provider, as it deserves.

A line of `cases.jsonl` has the payload or the events of one thread (what does not bear on the usage is left out,
and a `[DONE]` that the thread left out is put back), whether its reporter held it for kept or broken, and the
contracts that it is judged under: first that of its provider, or of the provider whose API is served there, then others
for comparison. Under each stand all findings, those of a test that demands a usage where they differ (`demanded`), and
for a stream the usage that it amounts to; `transposed` is the same under the names of another contract.
`why` says what is to be seen in it, `otherwise` why it is judged in another way than its reporter wished, and
`outcome` why it is not judged at all.
"""

import json
from pathlib import Path

import pytest
from toy import codes

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.usage import ABSENT

CASES = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()]
JUDGED = {
    f"{case['id']} under {name}": (find_contract(name), judged.get("transposed", case), judged)
    for case in CASES
    for name, judged in case.get("judged", {}).items()
}

for_every_judgement = pytest.mark.parametrize("contract, payload, judged", JUDGED.values(), ids=JUDGED)


def check(contract, payload, *, demand=False):
    if "events" in payload:
        return check_events(contract, payload["events"], demand=demand)
    return check_value(contract, payload["body"], demand=demand)


def found(verdict):
    return [" ".join(finding) for finding in codes(verdict)]


@for_every_judgement
def test_it_is_judged_as_it_deserves(contract, payload, judged):
    verdict = check(contract, payload)
    assert found(verdict) == judged["findings"]
    if "events" in payload:
        assert (None if verdict.wire is ABSENT else verdict.wire) == judged["usage"]


@for_every_judgement
def test_its_bytes_are_judged_as_its_values(contract, payload, judged):
    body = _sse(payload["events"]) if "events" in payload else json.dumps(payload["body"]).encode()
    by_bytes, by_value = check_bytes(contract, body), check(contract, payload)
    assert (found(by_bytes), by_bytes.wire) == (judged["findings"], by_value.wire)


@for_every_judgement
def test_a_usage_is_missed_where_a_test_demands_it(contract, payload, judged):
    assert found(check(contract, payload, demand=True)) == judged.get("demanded", judged["findings"])


def _sse(events):
    texts = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


OUTCOMES = ("not a payload verdict", "not expressible", "no contract")


def test_a_case_says_whence_it_is_and_why_it_is_judged_so_or_not_at_all():
    for case in CASES:
        what = {"judged", "reported"} if "judged" in case else {"outcome"}
        assert {*case} - {"otherwise", "body", "events"} == {"id", "provider", "source", "why"} | what
        assert ("body" in case) + ("events" in case) == ("judged" in case or case["outcome"] == "no contract")
        assert all(case.values()), case["id"]
        assert case.get("outcome", OUTCOMES[0]) in OUTCOMES
        assert case.get("reported", "kept") in ("kept", "broken")


def test_each_case_is_told_once():
    assert len({case["id"] for case in CASES}) == len(CASES) == 110


def test_each_case_that_is_judged_otherwise_than_reported_is_argued_for_itself():
    otherwise = [case for case in CASES if "otherwise" in case]
    assert [case["id"] for case in CASES if _differs(case) and case not in otherwise] == []
    assert len({case["otherwise"] for case in otherwise}) == len(otherwise)


def _differs(case):
    """Tell whether the contract of the provider finds something in what was reported as kept, or nothing in the rest."""
    first = next(iter(case.get("judged", {}).values()), None)
    return first is not None and bool(first["findings"]) == (case["reported"] == "kept")
