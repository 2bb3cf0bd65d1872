"""Laws of what breaks every contract: each field in each wrong form, each stream that is cut anywhere, each error.

The toy contract is held to them as well, since it has what no provider documents yet: lists, maps, several places.
"""

import json
from math import nan

import pytest
from toy import TOY, codes

from pytest_usage_contract import ABSENT, check_usage, contracts, counterexamples, examples
from pytest_usage_contract.core.check import check_bytes, check_events, check_value, usage_at
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.event_stream import is_message, read_messages
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.stream import fits
from pytest_usage_contract.mocks.answers import make_body, make_chunks, media_type, place_value
from pytest_usage_contract.payloads.derivation import replace_values
from pytest_usage_contract.payloads.examples import bases

LAWFUL = (*contracts(), TOY)
NO_USAGE = [("no-terminal-usage", "usage")]
MISPLACED = [("misplaced-usage", "usage")]

for_every_contract = pytest.mark.parametrize("contract", LAWFUL, ids=str)


# A field in a wrong form.

NUMBERS = ("integer", "number")


def when_absent(field):
    return "missing-field" if field.required else None


def when_null(field):
    return None if field.nullable else "null-value"


def wrong_unless(*types):
    return lambda field: None if field.type in (*types, "any") else "wrong-type"


def when_nan(field):
    return "non-finite-number" if field.type in NUMBERS else wrong_unless()(field)


FORMS = {
    "removed": (ABSENT, when_absent),
    "null": (None, when_null),
    "a string": ("10", wrong_unless("string")),
    "a bool": (True, wrong_unless("boolean")),
    "a list": ([], wrong_unless("list")),
    "negative": (-1, wrong_unless(*NUMBERS)),
    "fractional": (1.5, wrong_unless("number")),
    "NaN": (nan, when_nan),
}

COUNTS = {"negative": "negative-count", "fractional": "fractional-count"}


@pytest.mark.parametrize("form", FORMS)
@for_every_contract
def test_each_field_in_a_wrong_form_is_told_at_its_path_and_nothing_else_of_the_schema(contract, form):
    value, says = FORMS[form]
    for whole in bases(contract):
        for node in whole.places:
            if form == "a string" == f"a {node.field.type}":
                continue  # a text may be one of a few, or any
            body = json.loads(make_body(contract.documented, replace_values(whole.usage, {node.steps: value})))
            verdict = check_value(contract, body)
            code = says(node.field)
            told = [(found.code, found.path) for found in verdict.of("schema")]
            assert told == ([(code, node.path)] if code else [])
            if form in COUNTS and node.field.counts and not code:
                assert (COUNTS[form], node.path) in codes(verdict)
            assert check_bytes(contract, json.dumps(body).encode()).findings == verdict.findings


NO_OBJECTS = {"a string": "{}", "a list": [], "a number": 17, "a bool": True}


@pytest.mark.parametrize("usage", NO_OBJECTS.values(), ids=NO_OBJECTS)
@pytest.mark.parametrize("contract", LAWFUL, ids=str)
def test_a_usage_that_is_no_object_is_of_a_wrong_type_at_every_endpoint(contract, usage):
    for endpoint in contract.endpoints:
        if endpoint.at == TOP:
            continue  # there is none that could be something else
        body = json.dumps(place_value(endpoint.body or {}, endpoint.at, usage)).encode()
        assert codes(check_bytes(contract, body, endpoint=endpoint)) == [("wrong-type", "usage")], endpoint.path
        if endpoint.stream:
            stream = b"".join(make_chunks(endpoint, endpoint.stream, usage, True))
            verdict = check_bytes(
                contract, stream, endpoint=endpoint, representation=representation_of(endpoint.stream)
            )
            assert codes(verdict) == [("wrong-type", "usage")], endpoint.path


# An error where a usage should be.

ERRORS = {
    "an object": {"error": {"code": 503, "message": "overloaded"}},
    "a text": {"error": "overloaded"},
    "with a type": {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}},
}

for_every_error = pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)


@for_every_error
@for_every_contract
def test_an_error_in_a_response_that_has_succeeded_is_told_at_every_endpoint(contract, error):
    for endpoint in contract.endpoints:
        for body in (error, place_value(error, endpoint.at, None)):
            verdict = check_bytes(contract, json.dumps(body).encode(), endpoint=endpoint)
            assert codes(verdict) == [("error-body", "$.error")], endpoint.path


# A stream that is cut.

STREAMS = {
    (contract, id(endpoint.stream)): (contract, endpoint)
    for contract in LAWFUL
    for endpoint in contract.endpoints
    if endpoint.stream
}


def for_streams(of):
    """Return a mark for the tests of those streams that are *of* a kind."""
    params = [pytest.param(*pair, id=f"{pair[0]}-{pair[1].path}") for pair in STREAMS.values() if of(pair[1].stream)]
    return pytest.mark.parametrize("contract, endpoint", params)


for_every_stream = for_streams(lambda framing: framing)
for_every_running_stream = for_streams(lambda framing: framing.carriers == {})


def stream_of(contract, endpoint, usage=None):
    """The events of a whole stream with *usage*, or the first example, as they are framed."""
    shown = examples(contract)[0].usage if usage is None else usage
    return make_chunks(endpoint, endpoint.stream, shown, True)


def decoded(chunks):
    if is_message(chunks[0]):
        return [json.loads(event) for event in read_messages(b"".join(chunks))]
    texts = [(chunk.partition(b"data: ")[2] or chunk).strip() for chunk in chunks]
    return [text.decode() if text == b"[DONE]" else json.loads(text) for text in texts]


def representation_of(framing):
    return Representation(media_type(framing))


def completes(framing, event):
    return event == "[DONE]" or any(fits(event, one) for one in framing.terminals)


def tells(framing, event):
    """Tell whether an event has a usage at a documented place."""
    if framing.at == (TOP,):
        return completes(framing, event)
    return event != "[DONE]" and any(isinstance(usage_at(event, place), dict) for place in framing.at)


def amounts_to(framing, events, usage):
    """The findings and the usage of *events* as the documentation has it: complete or not, told or not."""
    told = any(tells(framing, event) for event in events)
    if not any(completes(framing, event) for event in events) or (framing.presence == "required" and not told):
        return NO_USAGE, ABSENT
    return [], usage if told else ABSENT


@for_every_stream
def test_a_stream_that_is_cut_is_kept_only_where_it_is_complete(contract, endpoint):
    usage, chunks = examples(contract)[0].usage, stream_of(contract, endpoint)
    events, stream = decoded(chunks), b"".join(chunks)
    begun = [f'"{place.rpartition(".")[2]}": {{'.encode() for place in endpoint.stream.at]
    sent = chunks if endpoint.stream.messages else [chunk.rstrip() for chunk in chunks]
    whole, ends = 0, [len(b"".join(chunks[:number]) + chunk) for number, chunk in enumerate(sent)]
    for length in range(len(stream) + 1):
        whole += whole < len(ends) and length == ends[whole]
        rest = stream[ends[whole - 1] if whole else 0 : length]
        # A usage that was cut was meant to come, also behind the event that completes the stream.
        told = any(name in rest for name in begun)
        verdict = check_bytes(
            contract, stream[:length], endpoint=endpoint, representation=representation_of(endpoint.stream)
        )
        expected = (NO_USAGE, ABSENT) if told else amounts_to(endpoint.stream, events[:whole], usage)
        assert (codes(verdict), verdict.wire) == expected, stream[:length]


@for_streams(lambda framing: framing.array)
def test_a_stream_that_comes_as_an_array_is_cut_likewise(contract, endpoint):
    usage, events = examples(contract)[0].usage, decoded(stream_of(contract, endpoint))
    texts = [json.dumps(event).encode() for event in events]
    array = b"[" + b",\n".join(texts) + b"]"
    whole, ends = 0, [len(b"[" + b",\n".join(texts[: number + 1])) for number in range(len(texts))]
    for length in range(1, len(array) + 1):
        whole += whole < len(ends) and length == ends[whole]
        verdict = check_bytes(contract, array[:length], endpoint=endpoint)
        assert (codes(verdict), verdict.wire) == amounts_to(endpoint.stream, events[:whole], usage), array[:length]


@for_streams(lambda framing: framing.array)
def test_an_array_in_chunks_is_one(contract, endpoint):
    array = json.dumps(decoded(stream_of(contract, endpoint))).encode()
    verdict = check_usage([array[:99], array[99:]], contract)
    assert (codes(verdict), verdict.wire) == ([], examples(contract)[0].usage)


@for_every_error
@for_every_stream
def test_an_error_in_a_stream_that_is_not_complete_is_told(contract, endpoint, error):
    events = decoded(stream_of(contract, endpoint))
    for number in range(len(events)):
        if amounts_to(endpoint.stream, events[:number], None)[0]:
            verdict = check_events(contract, [*events[:number], error], endpoint=endpoint)
            assert codes(verdict) == [("error-body", "$.error")]


# One stream in many forms.


def forms_of(chunks):
    """The same stream as it may be at hand."""
    events = decoded(chunks)
    yield b"".join(chunks)
    yield [*chunks]
    yield events
    if is_message(chunks[0]):
        return
    yield b"".join(chunks).decode()
    yield b"".join(chunks).replace(b"\n", b"\r\n")
    undone = [event for event in events if event != "[DONE]"]
    yield undone
    yield [*undone, "[DONE]"]
    undone = b"".join(chunk for chunk in chunks if b"[DONE]" not in chunk)
    yield undone
    if undone.startswith((b"data:", b"event:")):
        yield undone + b"data: [DONE]\n\n"


BROKEN = {"kept": None, "broken": {}, "without": ABSENT}


@pytest.mark.parametrize("usage", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("contract", [c for c in LAWFUL if any(place.stream for place in c.endpoints)], ids=str)
def test_a_stream_gets_one_verdict_as_bytes_as_text_and_as_events_with_done_or_without(contract, usage):
    endpoint = next(place for place in contract.endpoints if place.stream)
    verdicts = [check_usage(form, contract) for form in forms_of(stream_of(contract, endpoint, usage))]
    first = codes(verdicts[0]), verdicts[0].wire
    assert [(codes(verdict), verdict.wire) for verdict in verdicts] == [first] * len(verdicts)


@for_every_stream
def test_a_broken_usage_gets_the_findings_in_a_stream_that_it_gets_in_a_body(contract, endpoint):
    for case in counterexamples(contract):
        streamed = check_events(contract, decoded(stream_of(contract, endpoint, case.usage)), endpoint=endpoint)
        plain = check_value(contract, place_value({}, contract.documented.at, case.usage))
        assert (codes(streamed), streamed.tokens) == (codes(plain), plain.tokens), case.name


# A usage in many events.


@for_every_stream
def test_null_in_every_event_that_has_no_usage_is_sound(contract, endpoint):
    framing, events = endpoint.stream, decoded(stream_of(contract, endpoint))
    nulls = [
        event if event == "[DONE]" or tells(framing, event) else place_value(event, framing.at[-1], None)
        for event in events
    ]
    verdict = check_events(contract, nulls, endpoint=endpoint, demand=True)
    assert (codes(verdict), verdict.wire) == ([], examples(contract)[0].usage)


@for_every_stream
def test_a_usage_in_every_event_is_sound_where_every_event_carries_it_and_else_misplaced(contract, endpoint):
    framing, usage = endpoint.stream, examples(contract)[0].usage
    events = [event for event in decoded(stream_of(contract, endpoint)) if event != "[DONE]"]
    verdict = check_events(contract, [place_value(one, framing.at[-1], usage) for one in events], endpoint=endpoint)
    assert (codes(verdict), verdict.wire) == (
        [] if framing.carriers == {} or framing.at == (TOP,) else MISPLACED,
        usage,
    )


@for_every_running_stream
def test_a_usage_so_far_is_none_of_a_stream_that_is_cut(contract, endpoint):
    framing, usage = endpoint.stream, examples(contract)[0].usage
    events = [
        one if one == "[DONE]" else place_value(one, framing.at[-1], usage)
        for one in decoded(stream_of(contract, endpoint))
    ]
    for number in range(len(events) + 1):
        verdict = check_events(contract, events[:number], endpoint=endpoint)
        assert (codes(verdict), verdict.wire) == amounts_to(framing, events[:number], usage)


def raised(usage):
    """A usage with each of its counts, but for those of lists, larger by one."""
    if isinstance(usage, dict):
        return {name: raised(value) for name, value in usage.items()}
    return usage + 1 if type(usage) in (int, float) else usage


def paths_of(usage, above="usage"):
    """The dotted paths of the numbers in a usage, but for those of lists."""
    for name, value in usage.items():
        if isinstance(value, dict):
            yield from paths_of(value, f"{above}.{name}")
        elif type(value) in (int, float):
            yield f"{above}.{name}"


@for_every_running_stream
def test_each_count_that_goes_down_from_event_to_event_is_told_at_its_path(contract, endpoint):
    framing, usage = endpoint.stream, examples(contract)[0].usage
    events = decoded(stream_of(contract, endpoint))
    verdict = check_events(
        contract, [place_value(events[0], framing.at[-1], raised(usage)), *events], endpoint=endpoint
    )
    counts = {field.path for field in checker(contract).fields if field.counts}
    assert {*codes(verdict)} == {("decreasing-count", path) for path in paths_of(usage) if path in counts}


@for_every_stream
def test_a_usage_behind_the_end_of_a_stream_is_misplaced(contract, endpoint):
    events = [event for event in decoded(stream_of(contract, endpoint)) if event != "[DONE]"]
    verdict = check_events(contract, [*events, "[DONE]", events[-1], *events], endpoint=endpoint)
    assert (codes(verdict), verdict.wire) == (MISPLACED, examples(contract)[0].usage)
