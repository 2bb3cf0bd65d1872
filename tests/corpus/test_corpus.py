"""Payloads and streams from public threads, each judged as it deserves.

A line of `cases.jsonl` has the payload or the events of one thread (what does not bear on the usage is left out,
and a `[DONE]` that the thread left out is put back), the contracts that it is judged under with all findings,
and for a stream the usage that it amounts to; `transposed` is the same under the names of another contract.
`why` says what is to be seen in it, `otherwise` why it is judged in another way than its reporter wished, and
`outcome` why it is not judged at all.
"""

import json
from pathlib import Path

import pytest
from dialects import DIALECTS
from toy import codes

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.usage import ABSENT

CASES = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()]
JUDGED = {
    f"{case['id']} under {name}": (name, judged.get("transposed", case), judged)
    for case in CASES
    for name, judged in case.get("judged", {}).items()
}


@pytest.mark.parametrize("name, payload, judged", JUDGED.values(), ids=JUDGED)
def test_it_is_judged_as_it_deserves_as_values_and_as_bytes(name, payload, judged):
    contract = DIALECTS.get(name) or find_contract(name)
    if "events" in payload:
        by_value, body = check_events(contract, payload["events"]), _sse(payload["events"])
        assert (None if by_value.wire is ABSENT else by_value.wire) == judged["usage"]
    else:
        by_value, body = check_value(contract, payload["body"]), json.dumps(payload["body"]).encode()
    by_bytes = check_bytes(contract, body)
    assert [" ".join(found) for found in codes(by_value)] == judged["findings"]
    assert (codes(by_bytes), by_bytes.wire) == (codes(by_value), by_value.wire)


def _sse(events):
    texts = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


OUTCOMES = ("not a payload verdict", "not expressible")


def test_a_case_says_whence_it_is_and_why_it_is_judged_so_or_not_at_all():
    for case in CASES:
        what = {"judged", "events" if "events" in case else "body"} if "judged" in case else {"outcome"}
        assert {*case} - {"otherwise"} == {"id", "provider", "source", "why"} | what
        assert all(case.values()), case["id"]
        assert case.get("outcome", OUTCOMES[0]) in OUTCOMES


def test_each_case_is_told_once_and_each_dialect_takes_part():
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert set(DIALECTS) <= {name for name, _, _ in JUDGED.values()}
