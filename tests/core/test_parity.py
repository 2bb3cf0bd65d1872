"""Parity: the same documented fields in the stream and in the plain answer."""

from pathlib import Path

import pytest

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.parity import parity
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, Usage

BODIES = Path(__file__).parents[1] / "data" / "bodies"

ORQ = find_contract("orq/deployments_invoke")
ALPHA = find_contract("openrouter/alpha_responses")

FULL = {
    "total_tokens": 87,
    "prompt_tokens": 61,
    "completion_tokens": 26,
    "prompt_tokens_details": {"cached_tokens": 32},
    "completion_tokens_details": {"reasoning_tokens": 12},
}


def without(*paths, **others):
    usage = {name: dict(value) if isinstance(value, dict) else value for name, value in FULL.items()}
    for path in paths:
        outer, _, inner = path.partition(".")
        if inner:
            del usage[outer][inner]
        else:
            del usage[outer]
    return {**usage, **others}


def streamed(usage):
    return check_events(ORQ, [{"is_final": False}, {"is_final": True, "usage": usage}, "[DONE]"])


def plain(usage):
    return check_value(ORQ, {"usage": usage})


def mismatches(left, right):
    return [(found.path, found.message) for found in parity(ORQ, streamed(left), plain(right)).findings]


ALIKE = {
    "the same usage": (FULL, FULL),
    "other values": (FULL, without(total_tokens=2, prompt_tokens=1, completion_tokens=1)),
    "zero on one side": (FULL, without(total_tokens=0)),
    "the same fields lacking": (without("prompt_tokens_details"), without("prompt_tokens_details")),
    "null on one side, nothing on the other": (
        without(completion_tokens_details=None),
        without("completion_tokens_details"),
    ),
    "no usage on either side": (None, None),
    "an empty usage on both": ({}, {}),
    "a field that is not documented": (without(cost=1), FULL),
}


@pytest.mark.parametrize("left, right", ALIKE.values(), ids=ALIKE)
def test_the_two_sides_are_alike(left, right):
    assert mismatches(left, right) == []


DIFFERENT = {
    "a field": (
        without("total_tokens"),
        FULL,
        [("usage.total_tokens", "absent in the stream, present in the plain answer")],
    ),
    "a field of the stream": (
        FULL,
        without("total_tokens"),
        [("usage.total_tokens", "present in the stream, absent in the plain answer")],
    ),
    "an object, without its fields": (
        without("prompt_tokens_details"),
        FULL,
        [("usage.prompt_tokens_details", "absent in the stream, present in the plain answer")],
    ),
    "a field of an object": (
        without("prompt_tokens_details.cached_tokens"),
        FULL,
        [("usage.prompt_tokens_details.cached_tokens", "absent in the stream, present in the plain answer")],
    ),
    "null for an object": (
        without(completion_tokens_details=None),
        FULL,
        [("usage.completion_tokens_details", "null in the stream, present in the plain answer")],
    ),
    "null for a field": (
        FULL,
        without(prompt_tokens_details={"cached_tokens": None}),
        [("usage.prompt_tokens_details.cached_tokens", "present in the stream, null in the plain answer")],
    ),
    "several, in the order of the document": (
        without("total_tokens", "completion_tokens_details"),
        without("prompt_tokens"),
        [
            ("usage.total_tokens", "absent in the stream, present in the plain answer"),
            ("usage.prompt_tokens", "present in the stream, absent in the plain answer"),
            ("usage.completion_tokens_details", "absent in the stream, present in the plain answer"),
        ],
    ),
    "a name that begins like another": (
        without("prompt_tokens", "prompt_tokens_details.cached_tokens"),
        FULL,
        [
            ("usage.prompt_tokens", "absent in the stream, present in the plain answer"),
            ("usage.prompt_tokens_details.cached_tokens", "absent in the stream, present in the plain answer"),
        ],
    ),
    "the whole usage": (None, FULL, [("usage", "absent in the stream, present in the plain answer")]),
    "the whole usage of the plain answer": (
        FULL,
        None,
        [("usage", "present in the stream, absent in the plain answer")],
    ),
    "all fields of a usage that is there": (
        {},
        {"total_tokens": 1},
        [("usage.total_tokens", "absent in the stream, present in the plain answer")],
    ),
}


@pytest.mark.parametrize("left, right, expected", DIFFERENT.values(), ids=DIFFERENT)
def test_what_only_one_side_has_is_named(left, right, expected):
    assert mismatches(left, right) == expected


def test_a_mismatch_is_an_accounting_finding():
    verdict = parity(ORQ, streamed(without(completion_tokens_details=None)), plain(FULL))
    (found,) = verdict.findings
    assert (found.contract, found.kind, found.code) == ("orq/deployments_invoke", "accounting", "stream-mismatch")
    assert (found.expected, found.actual) == ("present in both", "null")
    assert verdict.fails("accounting")
    assert not verdict.fails("schema")


def test_the_side_that_has_less_is_the_one_at_fault():
    (found,) = parity(ORQ, streamed(FULL), plain(without("total_tokens"))).findings
    assert (found.expected, found.actual) == ("present in both", "absent")


def test_the_findings_of_the_two_sides_are_not_repeated():
    left = streamed(without(total_tokens=1))
    assert left.findings
    assert parity(ORQ, left, plain(FULL)).findings == ()


def test_the_verdict_has_the_usage_of_the_stream_and_applies_no_rule():
    verdict = parity(ORQ, streamed(FULL), plain(without(total_tokens=88, completion_tokens=27)))
    assert verdict.usage.total_tokens == 87
    assert verdict.wire == FULL
    assert verdict.rules == ()


def test_what_could_not_be_seen_on_either_side_is_told_once():
    left, right = streamed(FULL), plain(FULL)
    assert parity(ORQ, left, right).note == ""
    assert parity(ORQ, left._replace(note="a"), right._replace(note="a")).note == "a"
    assert parity(ORQ, left._replace(note="a"), right._replace(note="b")).note == "a; b"
    assert parity(ORQ, left, right._replace(note="b")).note == "b"


def test_the_documented_bodies_of_openrouter_are_alike():
    left = check_bytes(ALPHA, (BODIES / "openrouter_alpha_responses_sse.txt").read_bytes())
    right = check_bytes(ALPHA, (BODIES / "openrouter_alpha_responses.json").read_bytes())
    assert left.kept
    assert right.kept
    assert parity(ALPHA, left, right).kept


class Modality(Usage):
    tokens: MayBeAbsent[int] = ABSENT


class Listed(Usage):
    total: int
    details: MayBeAbsent[list[Modality]] = ABSENT


LISTED = Contract(
    name="test/listed",
    source=Source(document="Listed", package="test"),
    usage=Listed,
    endpoints=(Endpoint(path="/", hosts=()),),
)


def test_a_list_that_is_lacking_stands_for_what_is_in_it():
    left = check_value(LISTED, {"usage": {"total": 1}})
    right = check_value(LISTED, {"usage": {"total": 1, "details": [{"tokens": 1}]}})
    assert [found.path for found in parity(LISTED, left, right).findings] == ["usage.details"]
    shorter = check_value(LISTED, {"usage": {"total": 1, "details": []}})
    assert [found.path for found in parity(LISTED, shorter, right).findings] == ["usage.details[].tokens"]
