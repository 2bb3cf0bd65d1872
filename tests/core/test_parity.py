"""Parity: the same documented fields in the stream and in the plain answer."""

import pytest
from toy import KEPT, TOY, changed, codes

from pytest_usage_contract.api import parity
from pytest_usage_contract.core.check import check_events, check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage


def streamed(usage):
    return check_events(TOY, [{"type": "created", "response": {}}, {"type": "completed", "usage": usage}])


def plain(usage):
    return check_value(TOY, {"usage": usage})


def without(*paths, **others):
    usage = {**KEPT, **others}
    for path in paths:
        usage = changed(usage, path, ABSENT)
    return usage


ALIKE = {
    "the same usage": (KEPT, KEPT),
    "other values": (KEPT, without(input_tokens=1, total_tokens=2)),
    "zero on one side": (KEPT, without(tool_tokens=0)),
    "the same fields lacking": (without("output_details"), without("output_details")),
    "null on one side, nothing on the other": (without(output_details=None), without("output_details")),
    "no usage on either side": (None, None),
    "an empty usage on both": ({}, {}),
    "a field that is not documented": (without(cost=1), KEPT),
    "other keys in a map": (KEPT, without(by_day={"today": {"model": "nova", "tokens": 165}})),
}

DIFFERENT = {
    "a field": (without("total_tokens"), KEPT, ["usage.total_tokens"]),
    "a field of the stream": (KEPT, without("total_tokens"), ["usage.total_tokens"]),
    "an object, without its fields": (without("input_details"), KEPT, ["usage.input_details"]),
    "a field of an object": (
        without("input_details.cached_tokens"),
        KEPT,
        ["usage.input_details.cached_tokens"],
    ),
    "null for an object": (without(output_details=None), KEPT, ["usage.output_details"]),
    "null for a field": (
        KEPT,
        changed(KEPT, "input_details.cached_tokens", None),
        ["usage.input_details.cached_tokens"],
    ),
    "a list, without what is in it": (KEPT, without("lines"), ["usage.lines"]),
    "what is in a list": (KEPT, without(lines=[]), ["usage.lines[].model", "usage.lines[].tokens"]),
    "a map, without what is in it": (without("by_day"), KEPT, ["usage.by_day"]),
    "what is in a map": (without(by_day={}), KEPT, ["usage.by_day[*].model", "usage.by_day[*].tokens"]),
    "several, in the order of the document": (
        without("total_tokens", "output_details"),
        without("input_tokens"),
        ["usage.input_tokens", "usage.output_details", "usage.total_tokens"],
    ),
    "the whole usage": (None, KEPT, ["usage"]),
    "the whole usage of the plain answer": (KEPT, None, ["usage"]),
    "all fields of a usage that is there": ({}, {"tool_tokens": 1}, ["usage.tool_tokens"]),
}


@pytest.mark.parametrize("left, right", ALIKE.values(), ids=ALIKE)
def test_the_two_sides_are_alike(left, right):
    assert codes(parity(TOY, streamed(left), plain(right))) == []


@pytest.mark.parametrize("left, right, paths", DIFFERENT.values(), ids=DIFFERENT)
def test_what_only_one_side_has_is_named(left, right, paths):
    verdict = parity(TOY, streamed(left), plain(right))
    assert codes(verdict) == [("stream-mismatch", path) for path in paths]
    assert {found.kind for found in verdict.findings} == {"accounting"}


def test_a_field_is_told_beside_one_whose_name_begins_alike():
    class Details(Usage):
        tokens: Count

    class Pair(Usage):
        input: MayBeAbsent[Count] = ABSENT
        input_details: MayBeAbsent[Details] = ABSENT

    pair = Contract(name="own/pair", source=Source(document="Pair", package="own"), usage=Pair)
    verdict = parity(pair, checker(pair).check({}), checker(pair).check({"input": 1, "input_details": {"tokens": 1}}))
    assert codes(verdict) == [("stream-mismatch", "usage.input"), ("stream-mismatch", "usage.input_details")]


def test_the_findings_of_the_two_sides_are_not_repeated():
    left, right = streamed(without(total_tokens=1)), plain(without(total_tokens="1"))
    assert (left.kept, right.kept) == (False, False)
    assert codes(parity(TOY, left, right)) == []


def test_the_verdict_has_the_usage_of_the_stream():
    verdict = parity(TOY, streamed(KEPT), plain(without(tool_tokens=8)))
    assert (verdict.contract, verdict.wire, verdict.usage.tool_tokens) == ("toy/chat", KEPT, 7)


NOTES = {("", ""): "", ("a", "a"): "a", ("a", "b"): "a; b", ("", "b"): "b", ("a", ""): "a"}


def test_what_could_not_be_seen_on_either_side_is_told_once():
    left, right = streamed(KEPT), plain(KEPT)
    told = {notes: parity(TOY, left._replace(note=notes[0]), right._replace(note=notes[1])).note for notes in NOTES}
    assert told == NOTES
