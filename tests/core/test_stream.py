"""The fold: what the events of a stream amount to."""

import json
import tracemalloc
from dataclasses import replace

import pytest

from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.stream import Folded, asks_for_usage, fold, is_complete, usages_of

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
STOP = {"stop_reason": "end"}

CHAT = Framing(
    terminal={"choices[].finish_reason": (...,)},
    carriers={},
    may_follow=True,
    presence="optional",
    asked={"stream_options.include_usage": (True,)},
)
OWED = replace(CHAT, presence="required")
FINISH_OR_BLOCK = {"choices[].finish_reason": (...,)}
FINISH = {"choices": [{"finish_reason": "stop"}], "usage": None}

CANDIDATES = Framing(at=("usage",), carriers={}, terminal={"candidates[].finishReason": (...,)})


def running(**usage):
    return {"choices": [{"text": "x"}], "usage": usage}


def last(**usage):
    return {"choices": [], "usage": usage}


AMOUNTS = {
    "a usage in the last event": (RESPONSES, [CREATED, COMPLETED], USAGE),
    "events behind [DONE]": (RESPONSES, [COMPLETED, "[DONE]", CREATED, 7], USAGE),
    "no [DONE] at all": (COMPLETIONS, [CHUNK, CHUNK, LAST], USAGE),
    "null behind a value": (RUNNING, [running(a=1, b=2), running(a=None), last(b=3)], {"a": 1, "b": 3}),
    "null and nothing else": (COMPLETIONS, [last(a=None)], {"a": None}),
    "null, then a value": (RUNNING, [running(a=None), last(a=0)], {"a": 0}),
    "running totals": (RUNNING, [running(a=1), running(a=2), LAST], {"a": 2, **USAGE}),
    "details by field": (
        RUNNING,
        [running(d={"a": 1, "b": None}), last(d={"b": 2, "a": None})],
        {"d": {"a": 1, "b": 2}},
    ),
    "details instead of null": (RUNNING, [running(d=None), last(d={"a": 1})], {"d": {"a": 1}}),
    "details, then null": (RUNNING, [running(d={"a": 1}), last(d=None)], {"d": {"a": 1}}),
    "details, then a number": (RUNNING, [running(d={"a": 1}), last(d=5)], {"d": 5}),
    "a number, then details": (RUNNING, [running(d=5), last(d={"a": 1})], {"d": {"a": 1}}),
    "two places in several events": (
        MESSAGES,
        [
            START,
            {"type": "delta", "delta": {}, "usage": {"output": 5}},
            {"type": "delta", "delta": {"stop_reason": None}, "usage": {"output": 7}},
            {"type": "delta", "delta": STOP, "usage": {"output": 9}},
            {"type": "stop"},
        ],
        {"input": 3, "output": 9},
    ),
    "two places in one event": (
        Framing(at=("usage", "x.usage"), terminal={"end": (True,)}),
        [{"end": True, "usage": {"a": 1}, "x": {"usage": {"b": 2}}}],
        {"a": 1, "b": 2},
    ),
    "two places of which one has no object": (
        Framing(at=("usage", "x.usage"), terminal={}),
        [{"usage": 7, "x": {"usage": {"b": 2}}}],
        {"b": 2},
    ),
    "a usage behind what completes": (CHAT, [CHUNK, FINISH, LAST, "[DONE]"], USAGE),
    "the same without [DONE]": (CHAT, [CHUNK, FINISH, LAST], USAGE),
    "the same, where it is owed": (OWED, [CHUNK, FINISH, LAST], USAGE),
    "a usage with what completes": (CHAT, [CHUNK, {**FINISH, "usage": USAGE}, "[DONE]"], USAGE),
    "a usage in every event": (CHAT, [running(input=1), {**FINISH, "usage": {"input": 2}}, LAST], USAGE),
    "none that was asked for": (CHAT, [CHUNK, FINISH, "[DONE]"], None),
    "none that is owed": (OWED, [running(input=1), FINISH, "[DONE]"], None),
    "an early usage and no completion": (CHAT, [running(input=1), CHUNK], None),
    "[DONE] completes, too": (OWED, [running(input=1), "[DONE]"], {"input": 1}),
    "any of two patterns": (
        replace(CHAT, terminal=(FINISH_OR_BLOCK, {"block": (...,)})),
        [{"block": "x", "usage": USAGE}],
        USAGE,
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
        [START, {"type": "delta", "delta": STOP}, "[DONE]"],
        None,
    ),
    "a usage behind the last event": (COMPLETIONS, [LAST, running(input=99), CHUNK, 7], USAGE),
    "a usage behind [DONE]": (COMPLETIONS, [CHUNK, "[DONE]", LAST], None),
    "nothing": (RESPONSES, [], None),
    "no objects": (RESPONSES, [None, True, 1, 1.5, "x", [COMPLETED], b"", b"[]", b"{"], None),
    "an empty list without a usage before the end": (COMPLETIONS, [{"choices": []}, CHUNK, LAST], USAGE),
    "running totals, and [DONE] instead of the last event": (RUNNING, [running(a=1), "[DONE]"], {"a": 1}),
    "running totals, an event without, and [DONE]": (RUNNING, [running(a=1), CHUNK, "[DONE]"], {"a": 1}),
    "a true that is no 1": (DEPLOYMENTS, [{"is_final": 1, "usage": USAGE}], None),
    "an end in a list that is none": (CANDIDATES, [{"candidates": 7, "usage": {"a": 1}}], None),
    "a place below what is no object": (RESPONSES, [{"type": "completed", "response": 7}], None),
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
def test_a_stream_amounts_to_the_same_as_values_and_as_text(framing, events, usage):
    before = repr(events)
    assert fold(events, framing).usage == usage
    assert repr(events) == before
    for style in ({}, {"indent": 1}, {"separators": (",", ":")}):
        texts = [_text(event, style) for event in events]
        assert fold(texts, framing).usage == usage
        assert fold([text.encode() for text in texts], framing).usage == usage


def _text(event, style):
    if isinstance(event, bytes):
        return event.decode()
    return event if event == "[DONE]" else json.dumps(event, default=dict, **style)


STATES = {
    "nothing": (DEPLOYMENTS, [], ""),
    "no end": (RESPONSES, [CREATED], ""),
    "[DONE], and no usage": (RESPONSES, [CREATED, "[DONE]"], ""),
    "an end": (RESPONSES, [CREATED, COMPLETED], "ended"),
    "an end without": (RESPONSES, [{"type": "completed"}], "bare"),
    "an end without, and then something": (COMPLETIONS, [{"choices": []}, CHUNK], "bare"),
    "an end without, and then one": (COMPLETIONS, [{"choices": []}, LAST], "ended"),
    "an end that excuses": (RESPONSES, [FAILED], "ended excused bare"),
    "an end that may be without": (DEPLOYMENTS, [{"is_final": True}], "ended excused bare"),
    "a usage before the end": (COMPLETIONS, [running(a=1), LAST], "ended misplaced"),
    "a usage before [DONE]": (COMPLETIONS, [running(a=1), "[DONE]"], "ended misplaced"),
    "a usage before an end without": (COMPLETIONS, [running(a=1), {"choices": []}, "[DONE]"], "ended bare misplaced"),
    "a usage where it may be": (RUNNING, [running(a=1), LAST], "ended"),
    "a usage that begins": (MESSAGES, [START], ""),
    "a usage in what is no carrier": (MESSAGES, [{"type": "ping", "usage": {"a": 1}}], "misplaced"),
    "a usage behind the end": (COMPLETIONS, [LAST, running(input=99), CHUNK], "ended late"),
    "a usage behind [DONE]": (COMPLETIONS, [running(a=1), "[DONE]", running(a=9)], "ended misplaced late"),
    "none behind the end": (COMPLETIONS, [LAST, CHUNK], "ended"),
    "what completes, and no usage": (CHAT, [CHUNK, FINISH], "complete ended excused bare"),
    "what completes, and no usage where it is owed": (OWED, [CHUNK, FINISH], "complete bare"),
    "what completes, then a usage": (OWED, [FINISH, LAST], "complete ended"),
    "[DONE] alone": (CHAT, [CHUNK, "[DONE]"], "ended excused"),
    "a usage behind what completes and [DONE]": (CHAT, [FINISH, "[DONE]", LAST], "complete ended excused bare late"),
}


@pytest.mark.parametrize("framing, events, states", STATES.values(), ids=STATES)
def test_what_was_wrong_on_the_way_is_told_and_no_more(framing, events, states):
    folded = fold(events, framing)
    told = {name for name in Folded.__slots__ if getattr(folded, name) is True}
    assert told == set(states.split())


def test_what_goes_down_is_told_with_the_first_fall():
    events = [
        running(a=5, b=1, d={"c": 9}, e=True, f=5, g=None, **{"\x1b": 2}),
        running(a=3, b=1, d={"c": 8}, e=False, f="4", g=1, **{"\x1b": 1}),
        running(a=4, b=2, d=None, f=1, g=None),
        last(a=2, b=2),
    ]
    assert fold(events, RUNNING).decreased == {"usage.a": (5, 3), "usage.d.c": (9, 8), r'usage["\x1b"]': (2, 1)}


ERRORS = [
    ({"error": {"code": 429}}, {"code": 429}),
    ({"error": "overloaded"}, "overloaded"),
    ({"type": "error", "code": "x"}, {"type": "error", "code": "x"}),
    ({"type": "error", "error": {"code": 1}}, {"code": 1}),
    ({"error": None}, None),
    ({"error": {"code": 1}, "choices": [], "usage": USAGE}, None),
]


@pytest.mark.parametrize("event, error", ERRORS)
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


UNREADABLE = [b'{"choices": [], "usage": {"a": 1', b'{"choices": [], "usage": {"a": "\xff"}}', b'{"usage": 1}}']


@pytest.mark.parametrize("event", UNREADABLE)
def test_the_first_event_that_cannot_be_read_is_told(event):
    alone, before_another = fold([event], COMPLETIONS), fold([event, b'{"usage": !'], COMPLETIONS)
    assert alone.usage is None
    assert before_another.unreadable == alone.unreadable != ""


@pytest.mark.parametrize("end", [LAST, "[DONE]"], ids=["the last event", "[DONE]"])
def test_behind_the_end_nothing_need_be_readable(end):
    assert fold([end, b'{"usage": !'], COMPLETIONS).unreadable == ""


def test_white_space_around_done_is_no_hindrance():
    assert fold([running(a=1), b" [DONE]\n"], COMPLETIONS).usage == {"a": 1}
    assert fold([running(a=1), "[DONE]x"], COMPLETIONS).usage is None


def test_text_that_is_no_unicode_is_read_as_far_as_it_goes():
    event = json.dumps({**LAST, "x": "?"}).replace("?", "\udc80")
    assert fold([event], COMPLETIONS).usage == USAGE


def nested(depth, value):
    for _ in range(depth):
        value = {"a": value}
    return value


def dug(depth, value):
    for _ in range(depth):
        value = value["a"]
    return value


def test_objects_inside_one_another_without_end_are_no_trouble():
    usage = fold([running(d=nested(5_000, 1)), running(d=nested(5_000, 2)), LAST], RUNNING).usage
    assert dug(5_000, usage["d"]) == 2


@pytest.mark.parametrize("depth, merged", [(16, {"b": 1, "c": 2}), (17, {"c": 2})])
def test_objects_are_merged_to_a_stated_depth(depth, merged):
    events = [running(**nested(depth, {"b": 1})), last(**nested(depth, {"c": 2}))]
    assert dug(depth, fold(events, RUNNING).usage) == merged


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
    assert peak(5_000) < 2 * peak(200) + 10_000


def test_names_that_never_repeat_are_merged_in_linear_time():
    names = 10_000
    assert len(fold([*(running(**{f"n{n}": 1}) for n in range(names)), LAST], RUNNING).usage) == names + len(USAGE)


ALWAYS = [
    '{"usage"\n: {}}',
    '{"usage":\r\n{}}',
    '{"error"\n: {}}',
    '{"type": "error"\n}',
    '{"usage": {}}',
    '{"usage":7}',
    '{"counts" : [1]}',
    '{"error": "x"}',
    '{"error":{}}',
    '{"type": "error"}',
]
NEVER = ['{"usage": null}', '{"error": null}', '{"type": "other"}', r'{"a": "\"usage\": 1"}', "[DONE]", ": ping"]

MARKS = {
    "truths": ({"end": (True, False)}, ['{"end": true}', '{"end" :\n false}'], ['{"end": null}', '{"end": 1}']),
    "a plain text": (
        {"end": ("a b.c-d_e",)},
        ['{"end":"a b.c-d_e"}'],
        ['{"end":"a bxc-d_e"}', '{"end":"a b.c-d_e f"}'],
    ),
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
    framing = Framing(at=("usage", "x.counts"), terminal=terminal)
    assert [text for text in [*ALWAYS, *hits] if not framing.mark.search(text.encode())] == []
    assert [text for text in [*NEVER, *misses] if framing.mark.search(text.encode())] == []
    assert fold([text + "!" for text in [*NEVER, *misses]], framing).unreadable == ""


@pytest.mark.parametrize("value", ["a/b", "é", 1, 1.5, None, [1], True, "plain"])
def test_the_end_is_found_however_it_is_written(value):
    framing = Framing(terminal={"end": (value,)})
    for style in ({}, {"ensure_ascii": False}, {"indent": 2}):
        assert fold([json.dumps({"end": value, "usage": USAGE}, **style)], framing).usage == USAGE


ASKING = {
    b'{"stream_options": {"include_usage": true}}': True,
    b'{"stream_options": {"include_usage": false}}': False,
    b'{"stream_options": null}': False,
    b'[{"stream_options": {"include_usage": true}}]': False,
    b"": False,
    b"--boundary": False,
}


@pytest.mark.parametrize("request_body, asks", ASKING.items())
def test_a_request_may_ask_for_the_usage(request_body, asks):
    assert asks_for_usage(CHAT, request_body) is asks
    assert asks_for_usage(RESPONSES, request_body) is False
    assert asks_for_usage(None, request_body) is False


ENDS = {
    "what completes it": (CHAT, [FINISH], True),
    "[DONE]": (CHAT, [CHUNK, "[DONE]"], True),
    "the last event": (RESPONSES, [CREATED, COMPLETED], True),
    "the last event without its usage": (RESPONSES, [{"type": "completed"}], True),
    "no end": (RESPONSES, [CREATED], False),
    "nothing": (CHAT, [], False),
}


@pytest.mark.parametrize("framing, events, complete", ENDS.values(), ids=ENDS)
def test_a_stream_is_complete_at_its_end_with_or_without_its_usage(framing, events, complete):
    lines = [event if event == "[DONE]" else json.dumps(event) for event in events]
    assert is_complete(framing, "".join(f"data: {line}\n\n" for line in lines).encode()) is complete
    if "[DONE]" not in lines:
        assert is_complete(replace(framing, lines=True), "\n".join(lines).encode()) is complete


def test_the_usages_of_a_stream_are_those_of_its_events_in_their_order():
    events = [START, {"type": "delta", "usage": {"output": 4}}, {"usage": None}, "no object", {"type": "ping"}]
    usages = [{"input": 3, "output": 0}, {"output": 4}]
    lines = [json.dumps(event) for event in events]
    sse = "".join(f"data: {line}\n\n" for line in [*lines, "no JSON", "[DONE]"]).encode()
    forms = (events, sse, f" [{','.join(lines)}]".encode())
    assert [usages_of(MESSAGES, form) for form in forms] == [usages] * len(forms)
    assert usages_of(replace(MESSAGES, lines=True), "\n".join(lines).encode()) == usages
    assert usages_of(MESSAGES, b"[no JSON") == []
