"""Streams under a contract: every finding that a stream can have, and when a usage may be missing."""

import json
from dataclasses import replace

import pytest
from toy import KEPT, TOY, camel, changed, codes

from pytest_usage_contract import Contract, Count, Endpoint, MayBeAbsent, Source, Usage
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.usage import ABSENT

CREATED = {"type": "created", "response": {"usage": None}}
COMPLETED = {"type": "completed", "response": {"usage": KEPT}}


class Rate(Usage):
    total_tokens: Count
    output_tokens: MayBeAbsent[Count] = ABSENT
    seconds: MayBeAbsent[float] = ABSENT


# Streams whose last chunk has no choices: one that must have a usage there, and one that may be without.
CHUNKS = Endpoint(path="/", hosts=(), stream=Framing(terminal={"choices": ([],)}))
PERHAPS = Endpoint(path="/", hosts=(), stream=Framing(terminal={"choices": ([],)}, presence="nullable"))
OWN = Contract(name="own/chat", source=Source(document="Rate", package="own"), usage=Rate, endpoints=(CHUNKS, PERHAPS))


def chunk(**usage):
    return {"choices": [{"text": "x"}], "usage": usage}


def last(**usage):
    return {"choices": [], "usage": usage}


def sse(*events):
    return "".join(f"event: e\ndata: {json.dumps(event)}\n\n" for event in events).encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_a_stream_keeps_its_contract_whatever_its_lines_end_in(end):
    verdict = check_bytes(TOY, sse(CREATED, COMPLETED).replace(b"\n", end))
    assert verdict.findings == ()
    assert verdict.wire == KEPT
    assert verdict.rules == TOY.rules


def test_a_stream_that_is_cut_has_no_usage_rather_than_one_of_zeros():
    stream = sse(CREATED, COMPLETED)
    for length in range(0, stream.rindex(b"}"), 3):
        verdict = check_bytes(TOY, stream[:length], representation=Representation("text/event-stream"))
        assert codes(verdict) == [("no-terminal-usage", "usage")]
        assert verdict.wire is ABSENT
        assert verdict.usage is None


WITHOUT = {
    "the end is missing": (TOY, [CREATED], "no-terminal-usage"),
    "the end is bare": (TOY, [CREATED, {"type": "completed", "response": {}}], "no-terminal-usage"),
    "the usage is late": (OWN, [{"choices": [1]}, "[DONE]", last(total_tokens=1)], "no-terminal-usage"),
    "the end is cut": (OWN, ['{"choices":[],"usage":{"total_tokens":1'], "no-terminal-usage"),
    "the end is no UTF-8": (OWN, [b'{"choices":[],"usage":{"\xff":1}}'], "no-terminal-usage"),
    "the usage is elsewhere": (TOY, [{"type": "completed", "x": {"usage": KEPT}}], "no-terminal-usage"),
    "an error came": (TOY, [CREATED, {"type": "error", "code": "server_error"}], "error-body"),
}


@pytest.mark.parametrize("contract, events, code", WITHOUT.values(), ids=WITHOUT)
def test_a_stream_without_a_usage_is_one_finding(contract, events, code):
    verdict = check_events(contract, events, note="the beginning of a longer body")
    assert [found.code for found in verdict.findings] == [code]
    assert verdict.wire is ABSENT
    assert verdict.note == "the beginning of a longer body"


EXCUSED = {
    "a response that failed": (TOY, None, [{"type": "failed", "response": {"usage": None}}]),
    "one that failed, with the error told twice": (TOY, None, [{"type": "error", "code": "x"}, {"type": "failed"}]),
    "an end that may be without": (OWN, PERHAPS, [{"choices": [1]}, {"choices": [], "usage": None}, "[DONE]"]),
}


@pytest.mark.parametrize("contract, endpoint, events", EXCUSED.values(), ids=EXCUSED)
def test_a_usage_may_be_missing_where_it_is_documented_so(contract, endpoint, events):
    assert check_events(contract, events, endpoint=endpoint).findings == ()
    verdict = check_events(contract, events, endpoint=endpoint, demand=True)
    assert codes(verdict) == [("no-terminal-usage", "usage")]


FOLLOWING = Endpoint(
    path="/",
    hosts=(),
    stream=Framing(terminal={"choices[].end": (...,)}, carriers={}, may_follow=True, presence="nullable"),
)
END = {"choices": [{"end": "stop"}]}

UNREAD = {
    "behind [DONE]": ([END, "[DONE]", last(total_tokens=2)], ("misplaced-usage", "usage")),
    "at another place": ([{**END, "x": {"usage": {"total_tokens": 2}}}, "[DONE]"], ("misplaced-usage", "$.x.usage")),
    "in an event that was cut": ([END, '{"choices":[],"usage":{"total'], ("no-terminal-usage", "usage")),
}


@pytest.mark.parametrize("events, finding", UNREAD.values(), ids=UNREAD)
def test_a_usage_that_no_client_reads_is_told_though_there_may_be_none(events, finding):
    verdict = check_events(OWN, events, endpoint=FOLLOWING)
    assert (codes(verdict), verdict.wire) == ([finding], ABSENT)
    assert codes(check_events(OWN, events, endpoint=FOLLOWING, demand=True)) == [("no-terminal-usage", "usage")]


def test_an_error_is_told_before_an_end_that_may_be_without_a_usage():
    verdict = check_events(OWN, [{"error": "overloaded"}, {"choices": []}], endpoint=PERHAPS)
    assert codes(verdict) == [("error-body", "$.error")]


def test_the_framing_is_that_of_the_call_or_else_the_documented_one():
    bare = [{"choices": [1]}, {"choices": []}]
    assert codes(check_events(OWN, bare)) == codes(check_events(OWN, bare, endpoint=CHUNKS)) != []
    assert codes(check_events(OWN, bare, endpoint=PERHAPS)) == []
    assert codes(check_events(OWN, bare[:1], endpoint=PERHAPS)) == [("no-terminal-usage", "usage")]
    assert codes(check_events(TOY, [COMPLETED], endpoint=TOY.endpoints[1])) == []


def test_a_stream_where_none_is_documented_is_not_what_was_promised():
    unstreamed = replace(TOY, endpoints=TOY.endpoints[1:])
    assert codes(check_events(unstreamed, [COMPLETED])) == [("not-json", "$")]


SOUND = {"total_tokens": 2}
LAST = last(**SOUND)
FELL = {"output_tokens": 4, "total_tokens": 13, "seconds": 1.5, "speed": 8}

BROKEN = {
    "a usage that is no object": ([{"choices": [], "usage": "none"}], "none", [("wrong-type", "usage")]),
    "a usage before [DONE]": ([chunk(**SOUND), "[DONE]"], SOUND, [("misplaced-usage", "usage")]),
    "a usage before the last one": ([chunk(**SOUND), last()], SOUND, [("misplaced-usage", "usage")]),
    "a usage after the last one": ([LAST, last(total_tokens=9)], SOUND, [("misplaced-usage", "usage")]),
    "a broken event beside a sound usage": ([b'{"usage":!', LAST], SOUND, [("not-json", "$")]),
    # In the order of the documentation; what is no count may go down, and so may what is undocumented.
    "counts that go down": (
        [chunk(output_tokens=5, total_tokens=14, seconds=3.5, speed=9), last(**FELL)],
        FELL,
        [
            ("decreasing-count", "usage.total_tokens"),
            ("decreasing-count", "usage.output_tokens"),
            ("misplaced-usage", "usage"),
            ("undocumented-field", "usage.speed"),
        ],
    ),
    "a count too long to be written that goes down": (
        [chunk(total_tokens=10**5_000), LAST],
        SOUND,
        [("decreasing-count", "usage.total_tokens"), ("misplaced-usage", "usage")],
    ),
}


@pytest.mark.parametrize("events, usage, findings", BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_a_stream_is_told_beside_its_usage(events, usage, findings):
    verdict = check_events(OWN, events)
    assert codes(verdict) == findings
    assert verdict.wire == usage


def test_an_sdk_may_have_spelled_the_events():
    fallen = changed(KEPT, "total_tokens", 164)
    events = [{"type": "created", "usage": camel(KEPT)}, {"type": "completed", "usage": camel(fallen)}]
    found = codes(check_events(TOY, events, either_spelling=True))
    assert ("decreasing-count", "usage.totalTokens") in found
    assert "sdk-spelling" not in [code for code, _ in found]


# A stream is documented, but not how it carries the usage.
UNFRAMED = replace(OWN, endpoints=(Endpoint(path="/", hosts=(), unknown_stream=True),))
UNSAID = "the documentation does not say how the stream carries its usage, so it is not judged"


@pytest.mark.parametrize("events", [[chunk(total_tokens="5")], [last(total_tokens=5)], [{"text": "x"}]])
def test_a_stream_whose_framing_no_document_tells_is_not_judged_and_the_verdict_says_so(events):
    verdict = check_bytes(UNFRAMED, sse(*events), note="cut")
    assert (verdict.findings, verdict.wire) == ((), ABSENT)
    assert verdict.note == f"{UNSAID}; cut"


def test_what_is_no_text_is_such_a_stream_where_there_is_no_other_answer():
    unread = replace(OWN, endpoints=(replace(UNFRAMED.documented, body=None),))
    assert codes(check_bytes(unread, b"\x00\x00\x00\x8b\x00\x00\x00R")) == []


def test_where_a_usage_is_demanded_of_such_a_stream_that_it_cannot_be_told_is_a_finding():
    (found,) = check_events(UNFRAMED, [last(total_tokens=5)], demand=True).findings
    assert tuple(found) == ("own/chat", "no-terminal-usage", "usage", "object", "absent", UNSAID, "")
    assert check_events(UNFRAMED, []).note == UNSAID


def test_a_framing_that_another_endpoint_documents_judges_such_a_stream():
    both = replace(OWN, endpoints=(*UNFRAMED.endpoints, CHUNKS))
    assert codes(check_events(both, [last(total_tokens="5")], endpoint=both.endpoints[0])) == [
        ("wrong-type", "usage.total_tokens")
    ]
