"""The exchange that each span tells of, and what is wrong with what it books; with the SDK of OpenTelemetry."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.session import spans
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

URL = "https://openrouter.ai/api/v1/responses"
INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"


def usage(number, output=45):
    """A usage that keeps its contract, known by its input."""
    return {
        "input_tokens": number,
        "input_tokens_details": {"cached_tokens": 1},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": number + output,
    }


class Item:
    """A test without a run."""

    nodeid = "test_it.py::test_it"

    def get_closest_marker(self, _):
        return None

    def iter_markers(self, _):
        return ()


class Test:
    """A test that runs, the client that it calls, and the tracer that its code has."""

    __test__ = False

    def __init__(self, run, policy):
        self.run = run
        run.begin(Item())
        run.current.policy = policy
        self.attempt = run.current
        self.tracer = TracerProvider().get_tracer("test")

    def send(self, *answers, url=URL):
        """Send one request, that is answered in turn by each of *answers*, and return the last."""
        answers = iter(answers)
        with httpx.Client(transport=httpx.MockTransport(lambda _: next(answers))) as client:
            for _ in range(answers.__length_hint__()):
                response = client.post(url, json={"input": "a prompt"})
        return response

    def streaming(self, number):
        """A client that is answered by a stream."""
        return httpx.Client(transport=httpx.MockTransport(lambda _: stream(number)))

    def answer(self, number, identity=None, **more):
        return httpx.Response(200, json={"id": identity or f"resp_{number}", "usage": usage(number), **more})

    def span(self, booked=None, *, identity=None, name="chat", **more):
        """A span that is open for a block, and books *booked* as its input."""
        attributes = {INPUT: booked, OUTPUT: 45} if booked is not None else {}
        if identity is not None:
            attributes["gen_ai.response.id"] = identity
        return self.tracer.start_as_current_span(name, attributes={**attributes, **more})

    def found(self):
        """What was found, by the input of the exchange; all of them are in it."""
        phase = self.attempt.ship()
        exchanges = phase.exchanges if phase else ()
        return [[f"{each.finding.code} {each.finding.path}" for each in exchange.occurrences] for exchange in exchanges]


WRONG = [f"booked-mismatch {INPUT}"]
MISSING, TWICE = ["booked-missing usage"], ["booked-twice usage"]


@pytest.fixture
def test():
    run = Run(Settings(active=True, policy=Policy(), spans=True))
    run.start()
    yield Test(run, run.settings.policy)
    run.stop()
    assert run.troubles == []


# One span, one exchange.


@pytest.mark.parametrize(
    "attributes, found",
    [
        ({INPUT: 120, OUTPUT: 45}, []),
        ({INPUT: 119, OUTPUT: 45}, WRONG),
        ({"gen_ai.usage.prompt_tokens": 120, "gen_ai.usage.completion_tokens": 45}, []),
        ({"gen_ai.usage.prompt_tokens": 119}, ["booked-mismatch gen_ai.usage.prompt_tokens"]),
        ({"llm.token_count.prompt": 120, "llm.token_count.completion": 45, "llm.token_count.total": 165}, []),
        ({"llm.token_count.completion": 43}, ["booked-mismatch llm.token_count.completion"]),
        ({INPUT: 119, "llm.token_count.prompt": 120}, WRONG),
        ({INPUT: "120"}, WRONG),
        ({"gen_ai.usage.cache_read.input_tokens": 1}, MISSING),
        ({"gen_ai.usage.cost": 0.5}, []),
        ({"gen_ai.request.model": "m"}, []),
    ],
)
def test_a_span_is_held_against_the_only_exchange(test, attributes, found):
    test.send(test.answer(120))
    test.tracer.start_span("chat", attributes=attributes).end()
    assert test.found() == [found]


def test_an_exchange_that_no_span_tells_of_is_as_before(test):
    test.send(test.answer(120))
    assert test.found() == [[]]


def test_a_span_that_tells_of_no_exchange_is_held_against_none(test):
    with test.span(7):
        pass
    assert test.found() == []


@pytest.mark.parametrize("order", ["the span", "the exchange"])
def test_it_does_not_matter_which_ends_first(test, order):
    span = test.tracer.start_span("chat", attributes={INPUT: 119})
    if order == "the span":
        span.end()
    test.send(test.answer(120))
    span.end()
    assert test.found() == [WRONG]


def test_a_span_that_was_never_ended_is_not_seen(test):
    test.send(test.answer(120))
    test.tracer.start_span("chat", attributes={INPUT: 119})
    assert test.found() == [[]]


def test_a_span_that_was_not_sampled_is_not_seen(test):
    test.tracer = TracerProvider(sampler=ALWAYS_OFF).get_tracer("test")
    with test.span(119):
        test.send(test.answer(120))
    assert test.found() == [[]]


def test_the_tests_own_judging_does_not_speak_for_its_spans(test):
    response = test.send(test.answer(120))
    test.run.judged(test.run.recall(response))
    with test.span(119):
        pass
    (exchange,) = test.attempt.ship().exchanges
    assert [each.excused for each in exchange.occurrences] == [""]


# Which exchange it is.


def test_a_span_tells_of_the_response_whose_id_it_carries(test):
    for number in (1, 2, 3):
        test.send(test.answer(number))
    with test.span(2, identity="resp_2"), test.span(9, identity="resp_3"):
        pass
    assert test.found() == [[], [], WRONG]


def test_the_id_of_the_response_before_is_not_that_of_the_response(test):
    test.send(test.answer(2, previous_response_id="resp_1"), test.answer(1))
    with test.span(1, identity="resp_1"):
        pass
    assert test.found() == [[], []]


def test_the_id_goes_before_where_it_was_sent(test):
    with test.span(1, identity="resp_1"):
        test.send(test.answer(1), test.answer(2))
    assert test.found() == [[], []]


@pytest.mark.parametrize("inside", [True, False])
def test_an_id_that_no_response_has_tells_of_another_one(test, inside):
    with test.span(9, identity="resp_9"):
        if inside:
            test.send(test.answer(1))
    if not inside:
        test.send(test.answer(1))
    assert test.found() == [[]]


def test_an_id_that_came_in_a_header_is_that_of_the_only_answer_without_one(test):
    response = httpx.Response(200, json={"usage": usage(120)})
    with test.span(119, identity="from-a-header"):
        test.send(response)
    assert test.found() == [WRONG]


def test_an_id_that_is_no_text_is_none(test):
    with test.span(119, identity=120):
        test.send(test.answer(120))
    assert test.found() == [WRONG]


def test_spans_without_an_id_tell_of_what_came_while_they_were_open(test):
    for number in (1, 2):
        with test.span(number):
            test.send(test.answer(number))
    with test.span(9):
        test.send(test.answer(3))
    assert test.found() == [[], [], WRONG]


def test_a_span_between_changes_nothing(test):
    for booked, number in ((1, 1), (9, 2)):
        with test.span(booked), test.tracer.start_as_current_span("POST"):
            test.send(test.answer(number))
    assert test.found() == [[], WRONG]


def test_of_calls_in_parallel_each_has_its_own_span(test):
    def work(number):
        with test.span(9 if number == 3 else number):
            test.send(test.answer(number))

    with test.run.call(), ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 5)))
    assert sorted(test.found()) == [[], [], [], WRONG]


def test_spans_that_were_open_around_nothing_are_not_guessed_at(test):
    test.send(test.answer(1), test.answer(2))
    with test.span(9):
        pass
    assert test.found() == [[], []]


def test_what_is_left_of_many_is_the_only_one(test):
    with test.span(1, identity="resp_1"):
        pass
    test.send(test.answer(1), test.answer(2))
    with test.span(9):
        pass
    assert test.found() == [[], WRONG]


def test_two_responses_with_one_id_are_told_by_two_spans(test):
    test.send(test.answer(1, "resp"), test.answer(2, "resp"))
    for number in (1, 9):
        with test.span(number, identity="resp"):
            pass
    assert test.found() == [[], WRONG]


def test_two_providers_tell_of_two_responses_with_one_id_each_in_its_order(test):
    test.send(test.answer(1, "resp"), test.answer(2, "resp"))
    first, second = (TracerProvider().get_tracer("test") for _ in range(2))
    for number in (1, 2):
        for test.tracer in (first, second):
            with test.span(number, identity="resp"):
                pass
    assert test.found() == [[], []]


# Tried again, left early.


def test_of_an_answer_that_was_asked_for_again_the_last_is_kept(test):
    with test.span(2):
        test.send(test.answer(1), test.answer(2))
    assert test.found() == [[], []]


def test_the_first_of_two_answers_is_not_what_was_kept(test):
    with test.span(1):
        test.send(test.answer(1), test.answer(2))
    assert test.found() == [[], WRONG]


def test_an_error_before_the_answer_is_no_answer(test):
    with test.span(119):
        test.send(httpx.Response(503), test.answer(120))
    assert test.found() == [WRONG]


def test_a_response_that_is_not_ready_is_not_what_is_booked(test):
    ready = test.answer(120, "resp")
    with test.span(119, identity="resp"):
        test.send(httpx.Response(200, json={"id": "resp", "usage": None}), ready)
    assert test.found() == [[], WRONG]


def events(number):
    chunks = [
        {"type": "response.created", "response": {"id": "resp"}},
        {"type": "response.completed", "response": {"id": "resp", "usage": usage(number)}},
    ]
    return [f"event: {chunk['type']}\ndata: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]


class Stream(httpx.SyncByteStream):
    def __init__(self, chunks):
        self.chunks = chunks

    def __iter__(self):
        yield from self.chunks


def stream(number):
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Stream(events(number)))


def test_a_stream_is_told_by_the_span_that_was_open_when_it_began(test):
    with test.streaming(120) as client, test.span(119), client.stream("POST", URL) as response:
        response.read()
    assert test.found() == [WRONG]


def test_a_stream_that_is_read_after_its_span_has_ended_is_waited_for(test):
    with test.streaming(120) as client:
        with test.span(119):
            response = client.send(client.build_request("POST", URL), stream=True)
        assert test.found() == []
        response.read()
    assert test.found() == [WRONG]


@pytest.mark.parametrize("more", [False, True])
def test_a_stream_that_was_left_early_is_held_against_nothing(test, more):
    with test.streaming(120) as client, client.stream("POST", URL) as response:
        next(response.iter_raw())
    with test.span(3):
        pass
    if more:
        test.send(test.answer(1))
    assert test.found() == ([[]] if more else [])


# Spans within spans.


@pytest.mark.parametrize("more", [{}, {"gen_ai.operation.name": "invoke_agent"}, {"openinference.span.kind": "AGENT"}])
def test_a_span_that_sums_up_its_children_is_held_against_nothing(test, more):
    with test.span(3, **more), test.tracer.start_as_current_span("step"):
        for number in (1, 2):
            with test.span(number, identity=f"resp_{number}"):
                test.send(test.answer(number))
    assert test.found() == [[], []]


def test_one_that_has_an_id_too_is_held_against_nothing_where_it_says_so(test):
    with test.span(3, identity="resp_2", **{"gen_ai.operation.name": "invoke_agent"}):
        for number in (1, 2):
            with test.span(number, identity=f"resp_{number}"):
                test.send(test.answer(number))
    assert test.found() == [[], []]


def test_one_that_sums_up_what_no_child_books_is_held_against_nothing(test):
    with test.span(3, **{"gen_ai.operation.name": "invoke_agent"}):
        test.send(test.answer(1), test.answer(2))
    assert test.found() == [[], []]


def test_one_that_sums_up_and_was_open_around_nothing_is_held_against_nothing(test):
    test.send(test.answer(1), test.answer(2))
    with test.span(2, identity="resp_2"):
        pass
    with test.span(3, **{"gen_ai.operation.name": "invoke_agent"}):
        pass
    assert test.found() == [[], []]


def test_one_that_could_sum_up_and_has_one_answer_is_held_against_that(test):
    with test.span(119, **{"gen_ai.operation.name": "invoke_agent"}):
        test.send(test.answer(120))
    assert test.found() == [WRONG]


def test_a_wrapper_and_what_it_wraps_that_both_book_a_response_book_it_twice(test):
    with test.span(120, identity="resp_120"), test.span(120, identity="resp_120"):
        test.send(test.answer(120))
    assert test.found() == [TWICE]


def test_two_spans_side_by_side_that_book_a_response_book_it_twice(test):
    test.send(test.answer(120))
    for booked in (120, 119):
        with test.span(booked, identity="resp_120"):
            pass
    assert test.found() == [[*WRONG, *TWICE]]


def test_two_spans_of_two_conventions_book_a_response_once_each(test):
    test.send(test.answer(120))
    with test.span(120, identity="resp_120"):
        pass
    with test.span(identity="resp_120", **{"llm.token_count.prompt": 120}):
        pass
    assert test.found() == [[]]


def test_a_span_within_a_span_of_another_convention_leaves_it_as_it_is(test):
    with test.span(119), test.span(**{"llm.token_count.prompt": 118}):
        test.send(test.answer(120))
    assert test.found() == [["booked-mismatch llm.token_count.prompt", *WRONG]]


def test_two_spans_of_two_providers_book_a_response_once_each(test):
    """As their spans go different ways."""
    test.send(test.answer(120))
    for _ in range(2):
        test.tracer = TracerProvider().get_tracer("test")
        with test.span(120, identity="resp_120"):
            pass
    assert test.found() == [[]]


def test_the_parents_of_so_many_spans_are_remembered_and_no_more(test, monkeypatch):
    monkeypatch.setattr(spans, "MOST", 2)
    with test.tracer.start_as_current_span("root"):
        inner = [test.tracer.start_span("chat") for _ in range(3)]
        for span in inner:
            span.end()
        numbers = [span.get_span_context().span_id for span in inner]
        assert [len([*test.run.spans.around(number)]) for number in numbers] == [1, 2, 2]


def test_spans_that_are_each_others_parents_end_in_no_circle(test):
    """As two providers whose ids are made alike have them."""
    test.run.spans._parents.update({1: 2, 2: 1})
    assert [*test.run.spans.around(1)] == [1, 2]


# What was not booked, and what was not said.


def test_a_span_that_names_a_response_and_books_nothing_of_it_is_missing(test):
    with test.span(identity="resp_120"):
        test.send(test.answer(120))
    assert test.found() == [MISSING]


def test_one_that_names_another_response_is_of_none_here(test):
    with test.span(identity="resp_9"):
        test.send(test.answer(120))
    assert test.found() == [[]]


def test_one_within_a_span_that_books_it_is_not(test):
    with test.span(120, identity="resp_120"), test.span(identity="resp_120"):
        test.send(test.answer(120))
    assert test.found() == [[]]


def test_a_response_without_a_usage_need_not_be_booked(test):
    with test.span(identity="resp"):
        test.send(httpx.Response(200, json={"id": "resp"}))
    assert test.found() == [[]]


def test_a_count_of_a_response_that_told_none_is_a_finding(test):
    with test.span(0, identity="resp"):
        test.send(httpx.Response(200, json={"id": "resp"}))
    assert test.found() == [[f"booked-mismatch {INPUT}", f"booked-mismatch {OUTPUT}"]]


def test_of_a_response_that_broke_its_schema_the_rest_is_held(test):
    broken = {**usage(120), "output_tokens": "45"}
    with test.span(119):
        test.send(httpx.Response(200, json={"id": "resp", "usage": broken}))
    (found,) = test.found()
    assert found == ["wrong-type usage.output_tokens", f"booked-mismatch {INPUT}", f"booked-mismatch {OUTPUT}"]


def test_what_a_response_contradicts_is_not_compared_and_said(test):
    contradicted = {**usage(120), "output_tokens_details": {"reasoning_tokens": 46}}
    with test.span(119):
        test.send(httpx.Response(200, json={"id": "resp", "usage": contradicted}))
    assert test.found() == [["part-exceeds-whole usage.output_tokens_details.reasoning_tokens", *WRONG]]
    (captured,) = test.attempt.captured
    assert captured.verdict.note.startswith(f"{OUTPUT} not compared")


# Whose it is, and what is kept.


def test_nothing_is_kept_of_a_span_but_what_it_books_and_where_it_stands(test):
    with test.span(120, identity="resp", **{"gen_ai.input.messages": "a secret", "input.value": "a secret"}):
        pass
    (span,) = test.attempt.bookings._waiting
    assert span.booked == {INPUT: 120, OUTPUT: 45}
    assert "secret" not in repr(span)


def test_a_test_that_is_not_judged_keeps_no_span(test):
    test.attempt.policy = Policy(enabled=False)
    with test.span(120):
        pass
    assert test.attempt.bookings._waiting == []


def test_a_span_that_ends_when_its_test_is_over_belongs_to_none(test):
    over = Event()

    def work():
        with test.span(119):
            over.wait()
            test.send(test.answer(120))

    thread = Thread(target=work)
    with test.run.call():
        thread.start()
    test.run.end()
    over.set()
    thread.join()
    (exchange,) = test.run.rest.ship().exchanges
    assert [each.finding.code for each in exchange.occurrences] == ["booked-mismatch"]
    assert test.found() == []


def test_a_fault_in_the_holding_is_a_trouble_and_loses_no_exchange(test, monkeypatch):
    with test.span(119):
        test.send(test.answer(120))
    monkeypatch.setattr(test.attempt.bookings, "hold", None)
    assert test.found() == [[]]
    assert test.run.troubles.pop().startswith("TypeError")
