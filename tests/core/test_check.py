"""Where a usage is looked for in a body, and what it is where there is none."""

import json

import pytest
from toy import KEPT, TOY, camel, codes

from pytest_usage_contract.core.body import is_stream
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.usage import ABSENT, Count, Usage

OPTIONAL, NULLABLE, REQUIRED = TOY.endpoints
UNKNOWN = Endpoint(path="/v4/chat", hosts=(), presence="unknown")


class Flat(Usage):
    tokens: Count
    cached: Count


NESTED = Contract(
    name="own/call",
    source=Source(document="Own", package="own"),
    usage=Flat,
    endpoints=(Endpoint(path="/call", hosts=("own.test",), at="response.meta.usage", presence="required"),),
)


def nested(depth, inner):
    for _ in range(depth):
        inner = {"a": inner}
    return inner


SOUND = {
    "a usage": (OPTIONAL, {"usage": KEPT}),
    "a usage beside an error": (OPTIONAL, {"usage": KEPT, "error": {"code": 1}}),
    "nothing, where a usage is optional": (OPTIONAL, {}),
    "nothing, and no error": (OPTIONAL, {"error": None}),
    "nothing, where a usage may be null": (NULLABLE, {}),
    "null, where a usage may be": (NULLABLE, {"usage": None}),
    "null, where no document says": (UNKNOWN, {"usage": None}),
    "what is called a usage, and has no documented name": (OPTIONAL, {"x": {"usage": {"credits": 3}}, "usage_id": 3}),
    "an error and nothing, where the answer says that it failed": (
        REQUIRED,
        {"status": "failed", "error": {"code": 1}},
    ),
    "null, where the answer says that it failed": (REQUIRED, {"status": "failed", "usage": None}),
    "a usage too deep to be found": (OPTIONAL, nested(5, {"usage": KEPT})),
    "a usage too deep in a list to be found": (OPTIONAL, {"a": [nested(4, {"usage": KEPT})]}),
    "a usage too far down a list to be found": (OPTIONAL, {"choices": [3] * 100 + [{"usage": KEPT}]}),
    "a usage further in": (NESTED.documented, {"response": {"meta": {"usage": {"tokens": 1, "cached": 0}}}}),
}

BROKEN = {
    "nothing, where a usage must be": (REQUIRED, {}, ("no-usage", "usage")),
    "null, where a usage is optional": (OPTIONAL, {"usage": None}, ("null-value", "usage")),
    "null, where a usage must be": (REQUIRED, {"usage": None}, ("null-value", "usage")),
    "a list": (OPTIONAL, {"usage": []}, ("wrong-type", "usage")),
    "a truth beside an error": (REQUIRED, {"usage": False, "error": "no"}, ("wrong-type", "usage")),
    "a list, where the answer says that it failed": (
        REQUIRED,
        {"status": "failed", "usage": []},
        ("wrong-type", "usage"),
    ),
    "an error, where it says that it succeeded": (
        REQUIRED,
        {"status": "completed", "error": "no"},
        ("error-body", "$.error"),
    ),
    "an error": (OPTIONAL, {"error": {"message": "no"}}, ("error-body", "$.error")),
    "an error and null": (REQUIRED, {"error": "no", "usage": None}, ("error-body", "$.error")),
    "a usage elsewhere": (OPTIONAL, {"a-b": {"usage": KEPT}}, ("misplaced-usage", '$["a-b"].usage')),
    "a usage elsewhere, where it may be null": (
        NULLABLE,
        {"usage": None, "x": {"usage": KEPT}},
        ("misplaced-usage", "$.x.usage"),
    ),
    "a usage under a name like it": (OPTIONAL, {"usageMeta": camel(KEPT)}, ("misplaced-usage", "$.usageMeta")),
    "a usage deep down": (OPTIONAL, nested(4, {"usage": KEPT}), ("misplaced-usage", "$.a.a.a.a.usage")),
    "a usage deep in a list": (
        OPTIONAL,
        {"a": [nested(3, {"usage": KEPT})]},
        ("misplaced-usage", "$.a[].a.a.a.usage"),
    ),
    "a usage down a list": (
        OPTIONAL,
        {"choices": [3] * 99 + [{"usage": {"tokens": 1}}]},
        ("misplaced-usage", "$.choices[].usage"),
    ),
    "a usage elsewhere, where one must be": (REQUIRED, {"x": {"usage": KEPT}}, ("no-usage", "usage")),
    "nothing further in": (NESTED.documented, {"response": {"meta": 3}}, ("no-usage", "usage")),
    "a number further in": (NESTED.documented, {"response": {"meta": {"usage": 3}}}, ("wrong-type", "usage")),
    "a usage not far enough in": (NESTED.documented, {"usage": {"tokens": 1, "cached": 0}}, ("no-usage", "usage")),
    "a broken usage further in": (
        NESTED.documented,
        {"response": {"meta": {"usage": {"tokens": 1}}}},
        ("missing-field", "usage.cached"),
    ),
}

DEMANDED = {
    "nothing": (OPTIONAL, {}),
    "null": (OPTIONAL, {"usage": None}),
    "null, where a usage may be": (NULLABLE, {"usage": None}),
    "an error, where the answer says that it failed": (REQUIRED, {"status": "failed", "error": "no"}),
}


def both(place, body, **options):
    """The verdicts on a decoded body and on its bytes."""
    contract = NESTED if place is NESTED.documented else TOY
    yield check_value(contract, body, endpoint=place, note="a note", **options)
    yield check_bytes(contract, json.dumps(body).encode(), endpoint=place, note="a note", **options)


@pytest.mark.parametrize("place, body", SOUND.values(), ids=SOUND)
def test_a_body_has_what_it_owes(place, body):
    assert [codes(verdict) for verdict in both(place, body)] == [[], []]


@pytest.mark.parametrize("place, body, finding", BROKEN.values(), ids=BROKEN)
def test_a_body_has_not_what_it_owes(place, body, finding):
    for verdict in both(place, body):
        assert codes(verdict) == [finding]
        assert (verdict.usage, verdict.note) == (None, "a note")


@pytest.mark.parametrize("place, body", DEMANDED.values(), ids=DEMANDED)
def test_a_usage_may_be_demanded_where_none_is_owed(place, body):
    assert [codes(verdict) for verdict in both(place, body, demand=True)] == [[("no-usage", "usage")]] * 2


def test_a_demand_is_met_by_a_usage():
    assert [codes(verdict) for verdict in both(OPTIONAL, {"usage": KEPT}, demand=True)] == [[], []]


def test_where_it_is_not_known_what_was_called_the_documented_endpoint_is_judged():
    assert codes(check_value(TOY, {})) == codes(check_bytes(TOY, b"{}")) == []
    assert codes(check_value(NESTED, {})) == codes(check_bytes(NESTED, b"{}")) == [("no-usage", "usage")]


@pytest.mark.parametrize("body, wire", [({}, ABSENT), ({"usage": None}, None), ({"usage": 3}, 3), ({"usage": {}}, {})])
def test_the_verdict_has_what_stood_there(body, wire):
    assert check_value(TOY, body).wire == wire


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_a_body_that_is_no_object_is_a_wrong_type(body):
    for verdict in both(OPTIONAL, body):
        assert codes(verdict) == [("wrong-type", "$")]
        assert verdict.note == "a note"


@pytest.mark.parametrize("body", [b"", b" \n", b"<html>", b'{"usage": {', b'{"id": 1} {"usage": 1}'])
def test_what_is_no_json_is_told_so(body):
    verdict = check_bytes(TOY, body, note="a note")
    assert codes(verdict) == [("not-json", "$")]
    assert verdict.note == "a note"


BINARY = b"\x8b\x1c\x80{opaque\x03"

SENT_IN = {
    "one that no client knows": (("application/json", "br"), BINARY, "content-encoding: br cannot be decoded here"),
    "the last of several": (("", "gzip, br"), BINARY, "content-encoding: br cannot be decoded here"),
    "one that begins by its sign": (
        ("", "zstd"),
        b"\x28\xb5\x2f\xfd\x80",
        "content-encoding: zstd cannot be decoded here",
    ),
    "one of a stream": (("text/event-stream", "deflate"), BINARY, "content-encoding: deflate cannot be decoded here"),
    "one that does not begin by its sign": (("", "gzip"), b"\xe9t\xe9", "not UTF-8"),
    "one that was undone": (("", "br"), b"oops", "expected value at line 1 column 1"),
    "none": (("", "identity"), BINARY, "not UTF-8"),
    "a text that is none": (("", "\x1b[31m"), BINARY, "not UTF-8"),
    "nothing": (("text/html", "br"), b"", "empty body"),
}


@pytest.mark.parametrize("told, body, actual", SENT_IN.values(), ids=SENT_IN)
def test_a_body_that_is_still_in_its_encoding_says_which(told, body, actual):
    (found,) = check_bytes(TOY, body, representation=Representation(*told)).findings
    assert (found.code, found.actual) == ("not-json", actual)


def test_what_no_client_would_read_is_judged_where_its_encoding_was_undone_in_spite_of_what_is_told():
    body = json.dumps({"usage": KEPT}).encode()
    assert check_bytes(TOY, body, representation=Representation("text/html", "br")).kept


@pytest.mark.parametrize(
    "kind, named", [("text/html; charset=x", True), ("application/json", False), ("\x1b/x", False)]
)
def test_what_is_no_json_names_its_content_type(kind, named):
    (found,) = check_bytes(TOY, b"<html>", representation=Representation(kind)).findings
    assert found.message.endswith("; its content type is text/html") is named


def test_a_decoded_body_may_have_the_names_of_an_sdk():
    body = {"usage": camel(KEPT)}
    assert check_value(TOY, body, either_spelling=True).kept
    assert {code for code, _ in codes(check_value(TOY, body))} == {"sdk-spelling"}


def test_a_usage_that_is_plainly_sound_is_told_with_its_note():
    plain = Contract(name="own/plain", source=NESTED.source, usage=Flat)
    verdict = check_bytes(plain, b'{"id": 1, "usage": {"tokens": 1, "cached": 0}}', note="a note")
    assert (verdict.findings, verdict.wire, verdict.note) == ((), {"tokens": 1, "cached": 0}, "a note")


# What tells a stream from JSON, where no content type does.

STREAMS = [
    b"data: {}",
    b"\n\ndata:x",
    b"event: x",
    b": ping",
    b"id: 1",
    b"retry: 1",
    b"\xef\xbb\xbfdata: {}",
    b"\n" * 1000 + b"data: {}",
    b"\xef\xbb\xbf\r\n\rdata",
    b"foo: bar\ndata: {}",
    b"foo\r\rdata: {}",
    b"data\n\n",
    b"event\r\n\r\n",
]
OTHERS = [
    b"",
    b"{}",
    b"[]",
    b'"data:"',
    b"dat",
    b"database: 1\ndata2: 3",
    b"\xef\xbb\xbf{}",
    b"<html>\ndata: {}",
    b"\n\n{\ndata: {}",
    b"no data: here",
]


def test_a_stream_is_told_by_its_lines():
    assert [body for body in STREAMS if not is_stream(body)] == []
    assert [body for body in OTHERS if is_stream(body)] == []


def test_a_stream_where_none_is_documented_is_not_json():
    assert codes(check_bytes(NESTED, b"data: {}")) == codes(check_events(NESTED, [{}])) == [("not-json", "$")]


def test_a_body_in_a_stream_s_place_is_judged_as_a_body():
    found = {
        b' {"usage": 3}': ("wrong-type", "usage"),
        b"[]": ("wrong-type", "$"),
        b"oops": ("no-terminal-usage", "usage"),
        b"data: {}": ("no-terminal-usage", "usage"),
    }
    events = Representation("text/event-stream; charset=utf-8")
    assert {body: codes(check_bytes(TOY, body, representation=events)) for body in found} == {
        body: [finding] for body, finding in found.items()
    }


def test_a_stream_is_judged_by_the_endpoint_that_was_called_or_by_any_that_has_one():
    events = [{"type": "completed", "usage": KEPT}]
    assert codes(check_events(TOY, events)) == codes(check_events(TOY, events, endpoint=REQUIRED)) == []


def test_a_stream_may_end_without_a_usage_where_its_end_excuses_it_and_none_is_demanded():
    failed = [{"type": "failed"}]
    assert codes(check_events(TOY, failed)) == []
    assert codes(check_events(TOY, failed, demand=True)) == [("no-terminal-usage", "usage")]


def test_a_stream_may_have_the_names_of_an_sdk():
    events = [{"type": "completed", "usage": camel(KEPT)}]
    assert codes(check_events(TOY, events, either_spelling=True)) == []
    assert {code for code, _ in codes(check_events(TOY, events))} == {"sdk-spelling"}


def test_a_usage_of_a_stream_that_is_no_object_is_a_wrong_type():
    verdict = check_events(TOY, [{"type": "completed", "usage": "none"}])
    assert (codes(verdict), verdict.wire) == ([("wrong-type", "usage")], "none")


def test_only_a_documented_count_that_goes_down_is_told():
    before = {**KEPT, "tool_tokens": 8, "tokens_per_second": 9}
    verdict = check_events(
        TOY, [{"type": "completed", "usage": before, "response": {"usage": {**KEPT, "tokens_per_second": 8}}}]
    )
    assert codes(verdict) == [
        ("decreasing-count", "usage.tool_tokens"),
        ("undocumented-field", "usage.tokens_per_second"),
    ]


ARRAY = Contract(
    name="own/array",
    source=Source(document="Own", package="own"),
    usage=Flat,
    endpoints=(
        Endpoint(
            path="/call",
            hosts=("own.test",),
            stream=Framing(terminal={"end": (True,)}, carriers={}, may_follow=True, array=True),
        ),
    ),
)
EARLY, FINAL = {"usage": {"tokens": 1, "cached": 0}}, {"end": True, "usage": {"tokens": 2, "cached": 0}}

ARRAYS = {
    "whole": (json.dumps([EARLY, FINAL]), []),
    "on lines": (f" [{json.dumps(EARLY)}\n,\n{json.dumps(FINAL)}\n]\n", []),
    "cut behind its last item": (json.dumps([EARLY, FINAL])[:-1], []),
    "cut behind a comma": (json.dumps([EARLY]).replace("]", ","), [("no-terminal-usage", "usage")]),
    "cut inside an item": (json.dumps([EARLY, FINAL])[:-20], [("no-terminal-usage", "usage")]),
    "empty": ("[]", [("no-terminal-usage", "usage")]),
    "of no objects": ("[1, null]", [("no-terminal-usage", "usage")]),
    "damaged": ("[1, x]", [("not-json", "$")]),
    "with something behind": ("[1] 2", [("no-terminal-usage", "usage")]),
}


@pytest.mark.parametrize("text, found", ARRAYS.values(), ids=ARRAYS)
def test_a_stream_may_come_as_one_array(text, found):
    assert codes(check_bytes(ARRAY, text.encode())) == found


class Counted(Usage):
    tokens: int
    """All tokens."""


ON_LINES = Contract(
    name="own/lines",
    source=Source(document="Own", package="own"),
    usage=Counted,
    endpoints=(
        Endpoint(
            path="/call",
            hosts=("own.test",),
            at=TOP,
            presence="unknown",
            stream=Framing(at=(TOP,), terminal={"done": (True,)}, lines=True),
        ),
    ),
)
BEGUN, ENDED = '{"text": "Hi", "done": false}', '{"text": "", "done": true, "tokens": 2}'
NDJSON = Representation("application/x-ndjson; charset=utf-8")
NO_END = [("no-terminal-usage", "usage")]

LINES = {
    "lines": (f"{BEGUN}\n{ENDED}\n", []),
    "lines with blank ones and CRLF": (f"\r\n{BEGUN}\r\n\r\n{ENDED}", []),
    "a body": (ENDED, []),
    "a body on several lines": (json.dumps(json.loads(ENDED), indent=0), []),
    "a body whose first line is no object": ('{"text":\n"Hi", "done": true, "tokens": 2}', []),
    "a count that is a text": (
        f"{BEGUN}\n{ENDED.replace('2', chr(34) + '2' + chr(34))}",
        [("wrong-type", "usage.tokens")],
    ),
    "a count in the names of an SDK": (ENDED.replace("tokens", "Tokens"), [("sdk-spelling", "usage.tokens")]),
    "a number that is not documented": (
        f"{BEGUN}\n{ENDED.replace('true', 'true, ' + chr(34) + 'more' + chr(34) + ': 1')}",
        [("undocumented-field", "usage.more")],
    ),
    "no count": (f'{BEGUN}\n{{"done": true}}', [("missing-field", "usage.tokens")]),
    "counts too early": (f'{{"done": false, "tokens": 1}}\n{ENDED}', []),
    "cut behind a line": (f"{BEGUN}\n{BEGUN}\n", NO_END),
    "cut inside a line": (f"{BEGUN}\n{ENDED[:30]}", NO_END),
    "an error in a stream": (f'{BEGUN}\n{{"error": "overloaded"}}', [("error-body", "$.error")]),
    "an error": ('{"error": "overloaded"}', [("error-body", "$.error")]),
    "a list": ("[]", [("wrong-type", "$")]),
    "no JSON": ("Hi", [("not-json", "$")]),
}


@pytest.mark.parametrize("text, found", LINES.values(), ids=LINES)
def test_a_stream_may_come_on_lines_with_its_counts_at_the_top(text, found):
    assert codes(check_bytes(ON_LINES, text.encode())) == found


def test_one_line_is_a_stream_where_its_content_type_says_so():
    assert codes(check_bytes(ON_LINES, BEGUN.encode(), representation=NDJSON)) == NO_END
    assert codes(check_bytes(ON_LINES, ENDED.encode(), representation=NDJSON)) == []


def test_lines_where_no_stream_has_them_are_no_body():
    assert codes(check_bytes(NESTED, f"{BEGUN}\n{ENDED}".encode())) == [("not-json", "$")]


def test_of_what_stands_at_the_top_the_answer_itself_is_no_usage():
    for text in (ENDED, f"{BEGUN}\n{ENDED}"):
        assert check_bytes(ON_LINES, text.encode()).wire == {"tokens": 2}


SPOKEN = Endpoint(path="/v5/chat", hosts=(), text=True)
TEXTS = {
    "a text": (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi.", []),
    "silence": (b"\n", []),
    "a usage": (json.dumps({"usage": KEPT}).encode(), []),
    "half a body": (b' {"usage": {', [("not-json", "$")]),
    "a list": (b"[]", [("wrong-type", "$")]),
}


@pytest.mark.parametrize("text, found", TEXTS.values(), ids=TEXTS)
def test_a_text_has_no_usage_where_an_answer_may_be_one(text, found):
    assert codes(check_bytes(TOY, text, endpoint=SPOKEN)) == found


def test_a_text_is_no_answer_where_a_usage_is_demanded_or_no_text_is_documented():
    assert codes(check_bytes(TOY, b"Hi.", endpoint=SPOKEN, demand=True)) == [("not-json", "$")]
    assert codes(check_bytes(TOY, b"Hi.", endpoint=OPTIONAL)) == [("not-json", "$")]


def test_an_array_where_no_stream_is_one_is_no_body():
    assert codes(check_bytes(NESTED, b"[]")) == [("wrong-type", "$")]
