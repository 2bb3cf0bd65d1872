"""What holds for every stream: where it is split, where it is cut, whatever it carries."""

import json
import re

from hypothesis import example, given, settings, strategies as st
from toy import TOY, codes

from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import fold

FRAMINGS = (
    Framing(terminal={"choices": ([],)}),
    Framing(terminal={"choices": ([],)}, carriers={}),
    Framing(at=("response.usage", "usage"), terminal={"type": ("completed",)}, excused={"type": ("failed",)}),
    Framing(terminal={"choices[].finish_reason": (...,)}, presence="optional"),
    Framing(terminal={}),
)

few = settings(max_examples=40, deadline=None)

numbers = st.integers() | st.floats() | st.sampled_from([0, 1, 2**63, 10**400])
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
usages = (
    st.none()
    | json_values
    | st.dictionaries(
        st.sampled_from(["input_tokens", "input_details", "total_tokens", "lines"]),
        st.none()
        | st.integers(0, 9)
        | st.dictionaries(st.sampled_from(["cached_tokens", "x"]), st.none() | st.integers(0, 9)),
    )
)
events = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["created", "completed", "failed", "error"]),
        "choices": st.sampled_from(
            [[], [{"finish_reason": None}], [{"finish_reason": "stop"}], [{"text": "é\n"}], None]
        ),
        "usage": usages,
        "response": st.none() | st.fixed_dictionaries({}, optional={"usage": usages}),
        "error": json_values,
    },
)
streams = st.lists(events | json_values | st.just("[DONE]"), max_size=4)
framings = st.sampled_from(FRAMINGS)
ends = st.sampled_from(["\n", "\r", "\r\n"])


@st.composite
def texts(draw):
    """A stream as bytes, with comments, names, data over several lines, and the line ends of many systems."""
    text = ""
    for event in draw(streams):
        style = {"ensure_ascii": draw(st.booleans()), "indent": draw(st.sampled_from([None, 1]))}
        data = event if event == "[DONE]" else json.dumps(event, **style)
        lines = draw(st.sampled_from([[], [": ping"], ["event: x", "id: 1"], [""]]))
        lines += [f"data:{draw(st.sampled_from(['', ' ']))}{line}" for line in data.split("\n")]
        end = draw(ends)  # one an event: a line that ends in CR and an empty one that ends in LF are a single line
        text += "".join(line + end for line in [*lines, ""])
    return text.encode("utf-8", "replace")


@few
@given(texts(), framings)
def test_the_events_that_matter_amount_to_what_all_do(text, framing):
    assert repr(fold(read_events(text, framing.mark), framing)) == repr(fold(read_events(text), framing))


@few
@given(streams, framings)
def test_what_came_first_never_amounts_to_what_the_whole_does_not(stream, framing):
    whole = fold(stream, framing)
    for length in range(len(stream)):
        part = fold(stream[:length], framing)
        assert part.usage is None or repr(part.usage) == repr(whole.usage)
        assert whole.ended or not part.ended


@few
@given(texts(), framings)
def test_nor_do_its_first_bytes(text, framing):
    whole = fold(read_events(text, framing.mark), framing)
    for length in range(len(text)):
        part = fold(read_events(text[:length], framing.mark), framing)
        assert part.usage is None or repr(part.usage) == repr(whole.usage)


@few
@given(streams, framings)
def test_its_text_amounts_to_what_its_events_do(stream, framing):
    told = [event if event == "[DONE]" else json.dumps(event) for event in stream]
    assert repr(fold(told, framing).usage) == repr(fold(stream, framing).usage)


raw = st.binary() | st.text() | st.sampled_from([b"[DONE]", "[DONE]", b'{"usage":{', object()])
names = st.none() | st.integers() | st.sampled_from(["usage", "choices", "type", "error"])
anything = st.dictionaries(names, json_values | raw, max_size=3) | raw


@few
@given(st.lists(events | anything, max_size=6), framings)
def test_no_event_is_more_than_the_fold_can_take(stream, framing):
    folded = fold(stream, framing)
    assert folded.ended or folded.usage is None


@few
@given(st.lists(events | json_values | raw, max_size=6))
def test_no_event_is_more_than_the_judge_can_take(stream):
    assert {code for code, _ in codes(check_events(TOY, stream))} <= {*CODES}


@few
@given(st.binary() | texts())
def test_nor_are_any_bytes(body):
    assert {code for code, _ in codes(check_bytes(TOY, body, representation=Representation("text/event-stream")))} <= {
        *CODES
    }


lines_of_events = st.sampled_from(
    ["data: {}", "data:{}", "data: [", "data: ]", "data", "data:", "event: e", "id: 1", ": c", ":data: 1", "x: 1", ""]
)


@few
@given(st.lists(st.tuples(lines_of_events, ends)))
@example([("data: ]", "\n"), ("", "\n"), ("data", "\n")])  # empty data are no event
def test_the_splitter_does_as_the_standard_says(lines):
    text = "".join(line + end for line, end in lines) + "\n\n"
    told = [event for event in _by_the_standard(text) if event]
    assert [event.decode() for event in read_events(text.encode()) if event] == told
    marked = [event.decode() for event in read_events(text.encode(), re.compile(rb"\{"), b"[") if event]
    assert _in_order(marked, told)
    last = len(told) - 1
    matter = [event for number, event in enumerate(told) if "{" in event or "[" in event or number == last]
    assert _in_order(matter, marked)


def _in_order(some, others):
    rest = iter(others)
    return all(any(one == other for other in rest) for one in some)


def _by_the_standard(text):
    """https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, word for word."""
    buffer = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line:
            yield buffer.removesuffix("\n")
            buffer = ""
            continue
        name, _, value = line.partition(":")
        if name == "data":
            buffer += value.removeprefix(" ") + "\n"
