"""The fold: what the events of a stream amount to."""

import json
import tracemalloc
from types import MappingProxyType

import pytest

from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.stream import DEEPEST, fold

USAGE = {"input": 3, "output": 4}
CREATED = {"type": "created", "response": {"usage": None}}
COMPLETED = {"type": "completed", "response": {"usage": USAGE}}
FAILED = {"type": "failed", "response": {"usage": None}}
RESPONSES = Framing(at=("response.usage",), terminal={"type": ("completed", "failed")}, excused={"type": ("failed",)})

CHUNK = {"choices": [{"text": "x"}], "usage": None}
LAST = {"choices": [], "usage": USAGE}
COMPLETIONS = Framing(terminal={"choices": ([],)})
RUNNING = Framing(terminal={"choices": ([],)}, carriers={})

DEPLOYMENTS = Framing(terminal={"is_final": (True,)}, presence="nullable")

MESSAGES = Framing(
    at=("message.usage", "usage"),
    carriers={"type": ("start", "delta")},
    terminal={"type": ("delta",), "delta.stop_reason": (...,)},
)
START = {"type": "start", "message": {"usage": {"input": 3, "output": 0}}}

CANDIDATES = Framing(at=("usage",), carriers={}, terminal={"candidates[].finishReason": (...,)})


def running(**usage):
    return {"choices": [{"text": "x"}], "usage": usage}


AMOUNTS = {
    "a usage in the last event": (RESPONSES, [CREATED, COMPLETED], USAGE),
    "[DONE] behind the last event": (RESPONSES, [CREATED, COMPLETED, "[DONE]"], USAGE),
    "events behind [DONE]": (RESPONSES, [COMPLETED, "[DONE]", CREATED, 7], USAGE),
    "no [DONE] at all": (COMPLETIONS, [CHUNK, CHUNK, LAST], USAGE),
    "null behind a value": (
        RUNNING,
        [running(a=1, b=2), running(a=None), {"choices": [], "usage": {"b": 3}}],
        {"a": 1, "b": 3},
    ),
    "null and nothing else": (COMPLETIONS, [{"choices": [], "usage": {"a": None}}], {"a": None}),
    "null, then a value": (RUNNING, [running(a=None), {"choices": [], "usage": {"a": 0}}], {"a": 0}),
    "running totals": (RUNNING, [running(a=1), running(a=2), LAST], {"a": 2, **USAGE}),
    "details, field by field": (
        RUNNING,
        [running(d={"a": 1, "b": None}), {"choices": [], "usage": {"d": {"b": 2, "a": None}}}],
        {"d": {"a": 1, "b": 2}},
    ),
    "details instead of null": (RUNNING, [running(d=None), {"choices": [], "usage": {"d": {"a": 1}}}], {"d": {"a": 1}}),
    "details, then null": (RUNNING, [running(d={"a": 1}), {"choices": [], "usage": {"d": None}}], {"d": {"a": 1}}),
    "details, then a number": (RUNNING, [running(d={"a": 1}), {"choices": [], "usage": {"d": 5}}], {"d": 5}),
    "a number, then details": (RUNNING, [running(d=5), {"choices": [], "usage": {"d": {"a": 1}}}], {"d": {"a": 1}}),
    "two places": (
        MESSAGES,
        [START, {"type": "delta", "delta": {"stop_reason": "end"}, "usage": {"output": 9}}],
        {"input": 3, "output": 9},
    ),
    "several deltas": (
        MESSAGES,
        [
            START,
            {"type": "delta", "delta": {}, "usage": {"output": 5}},
            {"type": "delta", "delta": {"stop_reason": None}, "usage": {"output": 7}},
            {"type": "delta", "delta": {"stop_reason": "end"}, "usage": {"output": 9}},
            {"type": "stop"},
        ],
        {"input": 3, "output": 9},
    ),
    "an end that stands in a list": (
        CANDIDATES,
        [{"candidates": [{}], "usage": {"a": 1}}, {"candidates": [{"finishReason": "STOP"}], "usage": {"a": 2}}],
        {"a": 2},
    ),
    "a usage that is no object": (COMPLETIONS, [{"choices": [], "usage": 7}], 7),
    "an object behind what is none": (RUNNING, [{"choices": [1], "usage": [7]}, LAST], USAGE),
    "none, where there need be none": (DEPLOYMENTS, [{"is_final": False}, {"is_final": True}], None),
    "none, where the end excuses it": (RESPONSES, [CREATED, FAILED], None),
    "no last event": (RESPONSES, [CREATED], None),
    "no last event, and [DONE]": (RESPONSES, [CREATED, "[DONE]"], None),
    "no last event, and a usage": (RUNNING, [running(a=1)], None),
    "a last event without a usage": (RESPONSES, [{"type": "completed", "response": {}}], None),
    "a last event without a usage, behind one that had some": (
        MESSAGES,
        [START, {"type": "delta", "delta": {"stop_reason": "end"}}, "[DONE]"],
        None,
    ),
    "a usage behind [DONE]": (COMPLETIONS, [CHUNK, "[DONE]", LAST], None),
    "nothing": (RESPONSES, [], None),
    "no objects": (RESPONSES, [None, True, 1, 1.5, "x", [COMPLETED], b"", b"[]", b"{"], None),
    "an empty list without a usage before the end": (COMPLETIONS, [{"choices": []}, CHUNK, LAST], USAGE),
    "running totals, and [DONE] instead of the last event": (RUNNING, [running(a=1), "[DONE]"], {"a": 1}),
    "running totals, an event without, and [DONE]": (RUNNING, [running(a=1), CHUNK, "[DONE]"], {"a": 1}),
    "two places of which one has no object": (
        Framing(at=("usage", "x.usage"), terminal={}),
        [{"usage": 7, "x": {"usage": {"b": 2}}}],
        {"b": 2},
    ),
    "a true that is no 1": (DEPLOYMENTS, [{"is_final": 1, "usage": USAGE}], None),
    "two places that agree": (
        Framing(at=("usage", "x.usage"), terminal={"end": (True,)}),
        [{"end": True, "usage": {"a": 1}, "x": {"usage": {"b": 2}}}],
        {"a": 1, "b": 2},
    ),
    "a place below what is no object": (RESPONSES, [{"type": "completed", "response": 7}], None),
    "a mapping that is no dict": (
        COMPLETIONS,
        [MappingProxyType({"choices": [], "usage": MappingProxyType(USAGE)})],
        USAGE,
    ),
    "any event with a usage is the last": (
        Framing(at=("meta.usage",), terminal={}),
        [{"x": 1}, {"meta": {"usage": USAGE}}],
        USAGE,
    ),
    "a name with a dot in it": (Framing(terminal={"a.b": (1,)}), [{"a.b": 1, "usage": USAGE}], USAGE),
    "a value that is null": (
        Framing(terminal={"next": (None,)}),
        [{"usage": {"a": 1}}, {"next": None, "usage": USAGE}],
        {"a": 1, **USAGE},
    ),
}


@pytest.mark.parametrize("framing, events, usage", AMOUNTS.values(), ids=AMOUNTS)
def test_a_stream_amounts_to(framing, events, usage):
    assert fold(events, framing).usage == usage


@pytest.mark.parametrize("framing, events, usage", AMOUNTS.values(), ids=AMOUNTS)
@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"separators": (",", ":")}], ids=["plain", "wide", "tight"])
def test_its_text_amounts_to_the_same(framing, events, usage, style):
    texts = [_text(event, style) for event in events]
    assert fold(texts, framing).usage == usage
    assert fold([text.encode() for text in texts], framing).usage == usage


def _text(event, style):
    if isinstance(event, bytes):
        return event.decode()
    return event if event == "[DONE]" else json.dumps(event, default=dict, **style)


@pytest.mark.parametrize("framing, events, usage", AMOUNTS.values(), ids=AMOUNTS)
def test_nothing_that_is_folded_is_changed(framing, events, usage):
    before = repr(events)
    fold(events, framing)
    assert repr(events) == before


def test_a_stream_has_ended_only_where_its_documentation_says_so():
    assert fold([CREATED, COMPLETED], RESPONSES).ended
    assert fold([FAILED], RESPONSES).ended
    assert not fold([CREATED, "[DONE]"], RESPONSES).ended


def test_only_an_end_excuses_a_missing_usage_or_is_bare():
    states = {
        "nothing": (fold([], DEPLOYMENTS), False, False),
        "no end": (fold([CREATED], RESPONSES), False, False),
        "an end": (fold([COMPLETED], RESPONSES), False, False),
        "an end without": (fold([{"type": "completed"}], RESPONSES), False, True),
        "an end without, and then something": (fold([{"choices": []}, CHUNK], COMPLETIONS), False, True),
        "an end without, and then one": (fold([{"choices": []}, LAST], COMPLETIONS), False, False),
        "an end that excuses": (fold([FAILED], RESPONSES), True, True),
        "an end that may be without": (fold([{"is_final": True}], DEPLOYMENTS), True, True),
    }
    assert {name: (folded.excused, folded.bare) for name, (folded, *_) in states.items()} == {
        name: (excused, bare) for name, (_, excused, bare) in states.items()
    }


@pytest.mark.parametrize(
    "events, misplaced",
    [
        ([CHUNK, LAST], False),
        ([running(a=1), LAST], True),
        ([running(a=1), "[DONE]"], True),
        ([running(a=1), {"choices": []}, "[DONE]"], True),
    ],
)
def test_a_usage_before_the_last_event_is_misplaced(events, misplaced):
    folded = fold(events, COMPLETIONS)
    assert folded.misplaced is misplaced
    assert folded.usage is not None


def test_a_usage_where_the_framing_lets_it_be_is_not_misplaced():
    assert not fold([running(a=1), LAST], RUNNING).misplaced
    assert not fold([START], MESSAGES).misplaced
    assert fold([{"type": "ping", "usage": {"a": 1}}], MESSAGES).misplaced


def test_a_usage_behind_the_end_is_late_and_counts_for_nothing():
    for end in ([LAST], [running(**USAGE), "[DONE]"]):
        folded = fold([*end, running(input=99), CHUNK, 7], COMPLETIONS)
        assert folded.late
        assert folded.usage == USAGE
    assert not fold([LAST, CHUNK], COMPLETIONS).late


def test_what_goes_down_is_told_with_the_first_fall():
    events = [
        running(a=5, b=1, d={"c": 9}, e=True, f=5, g=None),
        running(a=3, b=1, d={"c": 8}, e=False, f="4", g=1),
        running(a=4, b=2, d=None, f=1, g=None),
        {"choices": [], "usage": {"a": 2, "b": 2}},
    ]
    assert fold(events, RUNNING).decreased == {"usage.a": (5, 3), "usage.d.c": (9, 8)}


def test_a_strange_name_is_shown_escaped():
    folded = fold([running(**{"\x1b[31m": 2}), running(**{"\x1b[31m": 1})], RUNNING)
    assert folded.decreased == {'usage["\\x1b[31m"]': (2, 1)}


@pytest.mark.parametrize(
    "event, error",
    [
        ({"error": {"code": 429}}, {"code": 429}),
        ({"error": "overloaded"}, "overloaded"),
        ({"type": "error", "code": "x"}, {"type": "error", "code": "x"}),
        ({"type": "error", "error": {"code": 1}}, {"code": 1}),
        ({"error": None}, None),
        ({"error": {"code": 1}, "choices": [], "usage": USAGE}, None),
    ],
)
def test_an_error_in_the_stream_is_kept(event, error):
    assert fold([CHUNK, event, CHUNK], COMPLETIONS).error == error
    assert fold([json.dumps(event)], COMPLETIONS).error == error


def test_the_end_that_excuses_a_missing_usage_explains_an_error():
    assert fold([{"type": "error", "code": "x"}, FAILED], RESPONSES).error is None
    assert fold([{"error": "x"}, {"is_final": True}], DEPLOYMENTS).error == "x"


def test_an_event_that_mattered_without_a_usage_is_kept_to_look_at():
    stray = {"delta": {"usage": USAGE}}
    assert fold([stray, CHUNK], RESPONSES).stray is CHUNK
    assert fold([json.dumps(stray), json.dumps(CHUNK)], RESPONSES).stray == stray


UNREADABLE = {
    b'{"choices": [], "usage": {"a": 1': "EOF while parsing an object at line 1 column 32",
    b'{"choices": [], "usage": {"a": "\xff"}}': "not UTF-8",
    b'{"usage": 1}}': "trailing characters at line 1 column 13",
}


@pytest.mark.parametrize("event, why", UNREADABLE.items())
def test_an_event_that_cannot_be_read_is_told(event, why):
    assert fold([event, b'{"usage": !'], COMPLETIONS).unreadable == why
    assert fold([event], COMPLETIONS).usage is None


def test_behind_the_end_nothing_need_be_readable():
    assert fold([LAST, b'{"usage": !'], COMPLETIONS).unreadable == ""
    assert fold(["[DONE]", b'{"usage": !'], COMPLETIONS).unreadable == ""


def test_what_cannot_matter_is_not_read():
    assert fold([b'{"text": !', b'"usage"', b'{"usage":null,!', b": keep-alive"], COMPLETIONS).unreadable == ""


def test_white_space_around_done_is_no_hindrance():
    assert fold([running(a=1), b" [DONE]\n"], COMPLETIONS).usage == {"a": 1}
    assert fold([running(a=1), "[DONE]x"], COMPLETIONS).usage is None


def test_text_that_is_no_unicode_is_read_as_far_as_it_goes():
    event = json.dumps({**LAST, "x": "?"}).replace("?", "\udc80")
    assert fold([event], COMPLETIONS).usage == USAGE


def test_objects_inside_one_another_without_end_are_no_trouble():
    def nested(value):
        for _ in range(5_000):
            value = {"a": value}
        return value

    folded = fold([running(d=nested(1)), running(d=nested(2)), LAST], RUNNING)
    depth, inner = 0, folded.usage["d"]
    while isinstance(inner, dict):
        depth, inner = depth + 1, inner["a"]
    assert (depth, inner) == (5_000, 2)


def test_objects_are_merged_to_a_stated_depth():
    def nested(depth, **inner):
        for _ in range(depth):
            inner = {"a": inner}
        return {"choices": [], "usage": inner}

    def folded(depth):
        usage = fold([{**nested(depth, b=1), "choices": [1]}, nested(depth, c=2)], RUNNING).usage
        for _ in range(depth):
            usage = usage["a"]
        return usage

    assert folded(DEEPEST) == {"b": 1, "c": 2}
    assert folded(DEEPEST + 1) == {"c": 2}


def test_a_long_stream_takes_no_more_memory_than_a_short_one():
    def peak(length):
        events = (b'{"choices":[{"text":"x"}],"usage":{"a":%d}}' % number for number in range(length))
        tracemalloc.start()
        try:
            fold(events, RUNNING)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(20_000) < 2 * peak(200) + 10_000


def test_names_that_never_repeat_are_merged_in_linear_time():
    names = 20_000
    folded = fold((running(**{f"n{number}": 1}) for number in range(names)), RUNNING)
    assert folded.usage is None
    assert len(fold([*(running(**{f"n{n}": 1}) for n in range(names)), LAST], RUNNING).usage) == names + 2


NEVER = ['{"usage": null}', '{"error": null}', '{"type": "other"}', r'{"a": "\"usage\": 1"}', "[DONE]"]

MARKS = {
    "truths": ({"end": (True, False)}, ['{"end": true}', '{"end" :\n false}'], ['{"end": null}', '{"end": 1}']),
    "a plain text": ({"end": ("a b.c-d_e",)}, ['{"end":"a b.c-d_e"}'], ['{"end":"a bxc-d_e"}', '{"no": "a b.c-d_e"}']),
    "an empty list": ({"end": ([],)}, ['{"end": [ \n ]}'], ['{"end": [1]}']),
    "a text with more than one spelling": ({"end": ("a/b",)}, [r'{"end": "a\/b"}', '{"end": 1}'], ['{"no": 1}']),
    "a text that may be escaped": ({"end": ("é",)}, [r'{"end": "\u00e9"}'], ['{"no": 1}']),
    "a number": ({"end": (1, "x")}, ['{"end": 1.0}', '{"end": "x"}'], ['{"no": 1}']),
    "lists": ({"end": ([], [1])}, ['{"end": [1]}'], ['{"no": []}']),
    "a place in a list": ({"a.end[].b": (...,)}, ['{"b": 0}'], ['{"a": 1}', '{"end": 1}']),
    "a list": ({"a.end[]": (...,)}, ['{"end": [0]}'], ['{"a": 1}']),
    "the first of several": ({"a": (True,), "b": (True,)}, ['{"a": true}'], ['{"b": true}']),
    "nothing": ({}, [], ['{"end": 1}']),
}


@pytest.mark.parametrize("terminal, hits, misses", MARKS.values(), ids=MARKS)
def test_no_text_is_decoded_that_cannot_matter(terminal, hits, misses):
    mark = Framing(at=("usage", "x.counts"), terminal=terminal).mark
    always = ['{"usage": {}}', '{"usage":7}', '{"counts" : [1]}', '{"error": "x"}', '{"error":{}}', '{"type": "error"}']
    assert [text for text in [*always, *hits] if not mark.search(text.encode())] == []
    assert [text for text in [*NEVER, *misses] if mark.search(text.encode())] == []


@pytest.mark.parametrize("value", ["a/b", "é", 1, 1.5, None, [1], True, "plain"])
def test_the_end_is_found_however_it_is_written(value):
    framing = Framing(terminal={"end": (value,)})
    for style in ({}, {"ensure_ascii": False}, {"indent": 2}):
        assert fold([json.dumps({"end": value, "usage": USAGE}, **style)], framing).usage == USAGE
