"""Streams under the documented contracts: every finding that a stream can have, with its whole message."""

from pathlib import Path

import pytest

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.check import check_bytes, check_events
from pytest_usage_contract.core.usage import ABSENT

BODIES = Path(__file__).parents[1] / "data" / "bodies"

ALPHA = find_contract("openrouter/alpha_responses")
ATOMA = find_contract("atoma/completions")
ORQ = find_contract("orq/deployments_invoke")
IMAGES = find_contract("orq/images_edits")

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
COMPLETED = {"type": "response.completed", "response": {"usage": USAGE}}
CREATED = {"type": "response.created", "response": {"usage": None}}
STREAM = (BODIES / "openrouter_alpha_responses_sse.txt").read_bytes()

KEPT = {
    "openrouter's": (ALPHA, "openrouter_alpha_responses_sse.txt"),
    "atoma's": (ATOMA, "atoma_completions_stream_sse.txt"),
    "orq's": (ORQ, "orq_deployment_stream_sse.txt"),
}


@pytest.mark.parametrize("contract, name", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_a_documented_stream_keeps_its_contract(contract, name, end):
    verdict = check_bytes(contract, (BODIES / name).read_bytes().replace(b"\n", end))
    assert verdict.findings == ()
    assert verdict.usage is not None
    assert set(verdict.rules) == set(contract.rules)


@pytest.mark.parametrize("contract, name", KEPT.values(), ids=KEPT)
def test_a_stream_that_is_cut_has_no_usage_rather_than_one_of_zeros(contract, name):
    stream = (BODIES / name).read_bytes()
    for end in range(0, stream.index(b'"usage"'), 7):
        verdict = check_bytes(contract, stream[:end], stream=True)
        assert [found.code for found in verdict.findings] == ["no-terminal-usage"]
        assert verdict.wire is ABSENT
        assert verdict.usage is None


def test_a_total_in_a_stream_is_added_up():
    (found,) = check_bytes(ALPHA, STREAM.replace(b":165", b":166")).findings
    assert (found.kind, found.code, found.path) == ("accounting", "total-mismatch", "usage.total_tokens")
    assert found.message == "input_tokens + output_tokens = 120 + 45 = 165, is 166"


UNUSABLE = {
    "the end is missing": (
        ALPHA,
        [CREATED],
        "no-terminal-usage",
        "the stream was over before the event that ends it",
    ),
    "the end is bare": (
        ALPHA,
        [CREATED, {"type": "response.completed", "response": {}}],
        "no-terminal-usage",
        "the event that ends the stream carries no usage",
    ),
    "the usage is late": (
        ATOMA,
        [{"choices": [1]}, "[DONE]", {"choices": [], "usage": USAGE}],
        "no-terminal-usage",
        "the usage came after the end of the stream, where no client reads",
    ),
    "the end is cut": (
        ATOMA,
        ['{"choices":[],"usage":{"prompt_tokens":1'],
        "no-terminal-usage",
        "an event that speaks of a usage is not JSON: EOF while parsing an object at line 1 column 40",
    ),
    "the end is no UTF-8": (
        ATOMA,
        [b'{"choices":[],"usage":{"\xff":1}}'],
        "no-terminal-usage",
        "an event that speaks of a usage is not JSON: not UTF-8",
    ),
    "the usage is elsewhere": (
        ALPHA,
        [{"type": "response.completed", "response": {}, "usage": USAGE}],
        "no-terminal-usage",
        "the event that ends the stream carries no usage; there is one at $.usage",
    ),
    "the usage is in a choice": (
        ATOMA,
        [{"choices": [{"usage": {"prompt_tokens": 1}}]}],
        "no-terminal-usage",
        "the stream was over before the event that ends it; there is one at $.choices[].usage",
    ),
    "an error came": (
        ALPHA,
        [CREATED, {"type": "error", "code": "server_error", "message": "secret"}],
        "error-body",
        "the response has succeeded, yet carries an error (object with 3 names) and no usage",
    ),
    "an error came, and then an end that need not have a usage": (
        ORQ,
        [{"error": "overloaded"}, {"is_final": True}],
        "error-body",
        "the response has succeeded, yet carries an error (string of 10 characters) and no usage",
    ),
}


@pytest.mark.parametrize("contract, events, code, message", UNUSABLE.values(), ids=UNUSABLE)
def test_a_stream_without_a_usage_is_told_why(contract, events, code, message):
    verdict = check_events(contract, events)
    assert [(found.code, found.message) for found in verdict.findings] == [(code, message)]
    assert verdict.wire is ABSENT


def test_what_is_known_of_a_body_beside_its_bytes_is_told():
    verdict = check_bytes(ALPHA, STREAM[:200], note="the beginning of a body that is longer than what is kept of it")
    assert verdict.findings[0].message == (
        "the stream was over before the event that ends it "
        "(the beginning of a body that is longer than what is kept of it)"
    )


EXCUSED = {
    "a response that failed": (ALPHA, [{"type": "response.failed", "response": {"usage": None}}]),
    "one that failed, with the error told twice": (
        ALPHA,
        [{"type": "error", "code": "x"}, {"type": "response.failed", "response": {}}],
    ),
    "a deployment that tells none": (ORQ, [{"is_final": False}, {"is_final": True, "usage": None}, "[DONE]"]),
}


@pytest.mark.parametrize("contract, events", EXCUSED.values(), ids=EXCUSED)
def test_a_usage_may_be_missing_where_it_is_documented_so(contract, events):
    assert check_events(contract, events).findings == ()
    (found,) = check_events(contract, events, demand=True).findings
    assert (found.code, found.message) == ("no-terminal-usage", "the event that ends the stream carries no usage")


def test_where_the_call_has_moved_null_is_documented_at_the_end_too():
    events = [CREATED, {"type": "response.completed", "response": {"usage": None}}]
    here, moved = ALPHA.endpoints
    assert [found.code for found in check_events(ALPHA, events, endpoint=here).findings] == ["no-terminal-usage"]
    assert check_events(ALPHA, events, endpoint=moved).findings == ()
    assert check_events(ALPHA, events[:1], endpoint=moved).findings != ()


def test_a_usage_that_is_no_object_is_a_wrong_type():
    verdict = check_events(ATOMA, [{"choices": [], "usage": "none"}])
    assert [found.message for found in verdict.findings] == ['string "none", documented as an object']
    assert verdict.wire == "none"


def chunk(**usage):
    details = {
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
    }
    return {"choices": [{"text": "x"}], "usage": {**details, **usage}}


def end(**usage):
    return {**chunk(**usage), "choices": []}


def test_a_usage_in_an_earlier_event_is_drift():
    first = chunk(prompt_tokens=1, completion_tokens=1, total_tokens=2)
    for events in ([first, "[DONE]"], [first, end()]):
        (found,) = check_events(ATOMA, events).findings
        assert (found.kind, found.code, found.path) == ("drift", "misplaced-usage", "usage")
        assert found.message == (
            "a usage stands in an event before the one that ends the stream, documented in that one"
        )


def test_a_usage_in_a_later_event_is_drift_and_counts_for_nothing():
    first = end(prompt_tokens=1, completion_tokens=1, total_tokens=2)
    verdict = check_events(ATOMA, [first, end(prompt_tokens=9, completion_tokens=9, total_tokens=9)])
    assert [found.message for found in verdict.findings] == [
        "a usage stands in an event after the one that ends the stream, documented in that one"
    ]
    assert verdict.usage.total_tokens == 2


def test_a_broken_event_beside_a_sound_usage_is_told():
    last = end(prompt_tokens=1, completion_tokens=1, total_tokens=2)
    (found,) = check_events(ATOMA, [b'{"usage":!', last]).findings
    assert (found.code, found.path) == ("not-json", "$")
    assert found.message == "an event that speaks of a usage is not JSON: expected value at line 1 column 10"


def test_documented_counts_that_go_down_are_told_in_documented_order():
    events = [
        chunk(prompt_tokens=9, completion_tokens=5, total_tokens=14, tokens_per_second=3.5),
        end(prompt_tokens=9, completion_tokens=4, total_tokens=13, tokens_per_second=1.5),
    ]
    found = [(found.code, found.path, found.message) for found in check_events(ATOMA, events).findings]
    assert found == [
        (
            "decreasing-count",
            "usage.completion_tokens",
            "was number 5, then number 4; the counts of a stream are cumulative",
        ),
        (
            "decreasing-count",
            "usage.total_tokens",
            "was number 14, then number 13; the counts of a stream are cumulative",
        ),
        (
            "misplaced-usage",
            "usage",
            "a usage stands in an event before the one that ends the stream, documented in that one",
        ),
        ("undocumented-field", "usage.tokens_per_second", "number 1.5, not documented"),
    ]


def test_numbers_that_are_too_long_to_be_written_are_told():
    huge = 10**5_000
    events = [
        chunk(prompt_tokens=huge, completion_tokens=0, total_tokens=huge),
        end(prompt_tokens=1, completion_tokens=0, total_tokens=1),
    ]
    messages = [found.message for found in check_events(ATOMA, events).findings if found.code == "decreasing-count"]
    assert messages[0].startswith("was number of about 4983 digits, then number 1;")


def test_a_stream_where_none_is_documented_is_not_what_was_promised():
    (found,) = check_events(IMAGES, [COMPLETED]).findings
    assert (found.code, found.message) == ("not-json", "a stream of events, documented as JSON")


def test_an_sdk_may_have_spelled_the_events():
    events = [{"choices": [{}], "usage": {"promptTokens": 5}}, {"choices": [], "usage": {"promptTokens": 4}}]
    found = check_events(ATOMA, events, either_spelling=True).findings
    assert ("decreasing-count", "usage.promptTokens") in [(one.code, one.path) for one in found]
