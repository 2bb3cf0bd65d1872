"""What one attempt keeps of what it receives, and what a session makes of it: without a run under pytest."""

import gc
import json
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import NamedTuple

import httpx
import pytest

from pytest_usage_contract import check_usage
from pytest_usage_contract.core.exchange import UNTOLD, Ending, Exchange, Representation, Request
from pytest_usage_contract.core.policy import Ignore, Policy
from pytest_usage_contract.reports.report import UnmatchedCall
from pytest_usage_contract.session import judging
from pytest_usage_contract.session.attempt import KEPT, Attempt
from pytest_usage_contract.session.captured import Exchanges
from pytest_usage_contract.session.evidence import name_of_test
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

HOST, PATH = "openrouter.ai", "/api/v1/responses"
KEPT_USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
BROKEN_USAGE = {**KEPT_USAGE, "total_tokens": "165"}


class Response:
    """Anything that has weak references."""


class Slotted(NamedTuple):
    """Something that has none."""


def sdk(**fields):
    """An SDK's object, made of what it was told."""
    return make_dataclass("Sdk", fields)(**fields)


def marker(*args, **kwargs):
    return SimpleNamespace(args=args, kwargs=kwargs)


def item(nodeid="test_it.py::test_it", group=None, parent=None, session=None):
    return SimpleNamespace(
        nodeid=nodeid,
        get_closest_marker=lambda _: group,
        iter_markers=lambda _: (),
        parent=parent,
        session=session,
    )


def body_of(usage, **more):
    return json.dumps({"id": "resp_1", "usage": usage, **more}).encode()


def exchange(
    body=b"",
    *,
    host=HOST,
    path=PATH,
    status=200,
    told=UNTOLD,
    mocked=False,
    ending=Ending.WHOLE,
    overflowed=False,
    asking=b"",
):
    """An exchange, as capture tells it."""
    return Exchange(Request("POST", host, path), status, told, mocked, body, ending, overflowed, asking)


def codes(captured):
    return [finding.code for finding in captured.verdict.findings]


@pytest.fixture
def session():
    """A session that has not been started, in which a test is running."""
    settings = Settings(active=True, policy=Policy())
    session = Run(settings)
    session.begin(item())
    return session


@pytest.fixture
def attempt(session):
    return session.current


@pytest.fixture
def take(session):
    """Take an exchange for the running test, or for another owner, and give what was made of it."""

    def take(taken, response=None, owner=None):
        attempt = owner or session.current
        session.take(taken, attempt, response)
        return next(iter(attempt.candidates()), None)

    return take


def test_a_kept_exchange_is_known_by_all_but_its_secrets(take):
    captured = take(exchange(body_of(KEPT_USAGE), mocked=True))
    assert (captured.call, captured.contract) == (
        "POST openrouter.ai/api/v1/responses (200)",
        "openrouter/responses",
    )
    assert (captured.method, captured.host, captured.path) == ("POST", HOST, PATH)
    assert captured.usage.total_tokens == 165
    assert captured.mocked
    assert captured.verdict.kept


def test_a_broken_usage_is_given_as_it_was_on_the_wire(take):
    assert take(exchange(body_of(BROKEN_USAGE))).usage == BROKEN_USAGE


ELSEWHERE = "elsewhere.test"


@pytest.mark.parametrize(
    "host, path, status, body, kept, listed",
    [
        (HOST, "/api/v1/models", 200, b"{}", b"{}", [""]),
        (HOST, "/api/v1/models", 404, b"{}", b"{}", []),
        (HOST, "/api/v1/models", 404, b'{"usage": {}}', b'{"usage": {}}', [""]),
        (ELSEWHERE, PATH, 200, body_of(KEPT_USAGE), body_of(KEPT_USAGE), ["openrouter/responses"]),
        (ELSEWHERE, PATH, 200, b'{"usage": {"tokens": 1}}', b"", []),
        (ELSEWHERE, PATH, 500, body_of(KEPT_USAGE), b"", []),
    ],
)
def test_a_call_that_no_contract_covers_is_listed_and_kept_where_it_could_carry_a_usage(
    take, attempt, host, path, status, body, kept, listed
):
    assert take(exchange(body, host=host, path=path, status=status)).body == kept
    assert attempt.bytes == len(kept)
    phase = attempt.ship()
    assert [call.looks_like for call in (phase.unmatched if phase else ())] == listed


def test_of_a_long_answer_that_no_contract_covers_no_part_is_kept(take, attempt):
    assert take(exchange(b"x", path="/api/v1/models", overflowed=True)).body == b""
    assert attempt.bytes == 0


def test_calls_that_differ_in_an_id_are_one(take, attempt):
    for number in range(3):
        take(exchange(path=f"/v1/threads/thread_{number}/runs"))
    assert attempt.ship().unmatched == (UnmatchedCall(method="POST", host=HOST, path="/v1/threads/{id}/runs", count=3),)


def test_an_exchange_that_no_contract_covers_has_none_and_no_usage(take, attempt):
    captured = take(exchange(body_of(KEPT_USAGE), path="/api/v1/models"))
    assert (captured.contract, captured.verdict, captured.usage) == (None, None, None)
    assert attempt.captured == []


def test_an_unknown_path_at_a_known_host_is_counted(take, attempt):
    take(exchange(path="/api/v1/models"))
    take(exchange(path="/api/v1/models"))
    (unmatched,) = attempt.ship().unmatched
    assert unmatched == UnmatchedCall(method="POST", host=HOST, path="/api/v1/models", count=2)
    assert attempt.ship() is None


@pytest.mark.parametrize(
    "known, note",
    [
        ({}, ""),
        ({"ending": Ending.LEFT}, ""),
        ({"ending": Ending.CUT}, "the server cut the body off"),
        ({"overflowed": True}, "the beginning of a body that is longer than what is kept of it"),
        (
            {"overflowed": True, "ending": Ending.CUT},
            "the beginning of a body that is longer than what is kept of it",
        ),
    ],
)
def test_a_verdict_says_what_was_not_there_to_be_judged(take, known, note):
    assert take(exchange(body_of(KEPT_USAGE), **known)).verdict.note == note


CHAT = {"host": "api.openai.com", "path": "/v1/chat/completions", "told": Representation("text/event-stream")}
WITHOUT = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
ASKING = b'{"stream_options": {"include_usage": true}, "messages": ["a prompt"]}'


@pytest.mark.parametrize(
    "asking, found", [(b'{"stream": true}', []), (b"", []), (b"a prompt", []), (ASKING, ["no-terminal-usage"])]
)
def test_a_usage_that_the_request_has_asked_for_must_come_in_the_stream(take, asking, found):
    captured = take(exchange(WITHOUT, asking=asking, **CHAT))
    assert [finding.code for finding in captured.verdict.findings] == found
    assert (captured.asked, captured.exchange.asking) == (bool(found), b"")  # no prompt is kept


def test_the_bodies_of_requests_count_among_what_is_kept(session):
    attempt = session.current
    session.take(exchange(b"data:", asking=b"x" * 100, **CHAT), attempt, None)
    assert attempt.bytes == 105
    assert attempt.captured[0].verdict is not None
    assert attempt.bytes == 5


def test_a_body_that_was_left_before_its_usage_is_abandoned(take, attempt):
    assert take(exchange(b'{"id": ', ending=Ending.LEFT)) is None
    assert attempt.ship().abandoned == 1


def test_a_body_in_an_encoding_that_nobody_undid_is_judged_by_what_the_response_says_of_it(take):
    seen = take(exchange(b"\x8b\x1c\x80", told=Representation("application/json", "br")))
    assert [found.actual for found in seen.verdict.findings] == ["content-encoding: br cannot be decoded here"]


STOP = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
COMPLETED = b'data: {"type": "response.completed", "response": {}}\n\n'
CHUNK = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": null}]}\n\n'


@pytest.mark.parametrize(
    "body, found",
    [
        (WITHOUT, ["no-terminal-usage"]),
        (CHUNK + b"data: [DONE]\n\n", ["no-terminal-usage"]),
        (STOP, ["no-terminal-usage"]),
        (CHUNK, None),
        (b"", None),
    ],
)
def test_a_stream_that_was_left_behind_its_end_is_judged(take, attempt, body, found):
    captured = take(exchange(body, asking=ASKING, ending=Ending.LEFT, **CHAT))
    assert (captured and codes(captured)) == found
    assert attempt.ship().abandoned == (found is None)


def test_a_stream_that_was_left_behind_the_event_that_owes_its_usage_is_judged(take):
    told = Representation("text/event-stream")
    assert codes(take(exchange(COMPLETED, path="/api/alpha/responses", told=told, ending=Ending.LEFT))) == [
        "no-terminal-usage"
    ]


def test_a_body_that_was_left_after_a_broken_usage_is_judged(take):
    assert codes(take(exchange(body_of(BROKEN_USAGE), ending=Ending.LEFT))) == ["wrong-type"]


def test_a_whole_answer_without_a_usage_is_judged_though_it_was_left(take):
    assert codes(take(exchange(b"{}", ending=Ending.LEFT))) == []


@pytest.mark.parametrize("path", [PATH, "/api/v1/models"])
def test_the_oldest_bodies_go_where_there_are_too_many(take, attempt, path):
    small, half = body_of(KEPT_USAGE), body_of(KEPT_USAGE, text="x" * (KEPT // 2))
    for body in (small, half, half, small):
        take(exchange(body, path=path))
    assert [captured.body for captured in attempt.candidates()] == [small, half, b"", b""]


def test_a_body_that_is_too_large_for_all_is_judged_and_not_kept(take):
    captured = take(exchange(body_of(KEPT_USAGE, text="x" * KEPT)))
    assert captured.verdict.kept
    assert captured.body == b""


def test_what_comes_when_its_test_is_over_belongs_to_the_run(session, take, attempt):
    kept = take(exchange(body_of(KEPT_USAGE)))
    session.end()
    assert kept.body == b""
    session.end()
    take(exchange(body_of(BROKEN_USAGE)), owner=attempt)
    assert len(attempt.captured) == 1
    assert [codes(captured) for captured in session.rest.captured] == [["wrong-type"]]


def test_what_nobody_owns_belongs_to_the_run(session):
    session.take(exchange(body_of(KEPT_USAGE)), object(), None)
    assert len(session.rest.captured) == 1


def test_nothing_is_judged_before_somebody_asks_or_there_is_too_much(session, attempt, monkeypatch):
    judged = []
    monkeypatch.setattr(judging, "check_unusual", lambda *args, **_: judged.append(args))
    session.take(exchange(b"{}"), attempt, None)
    assert judged == []
    session.take(exchange(b"x" * KEPT), attempt, None)
    assert len(judged) == 2
    session.take(exchange(b"{}"), attempt, None)
    assert attempt.error() is None
    assert len(judged) == 3


def test_a_fault_in_judging_is_trouble_and_no_exchange(session, take, attempt, monkeypatch):
    monkeypatch.setattr(judging, "check_unusual", lambda *_, **__: 1 / 0)
    assert take(exchange(b"{}")) is None
    assert attempt.bytes == 0
    assert session.troubles == ["ZeroDivisionError: division by zero"]


def test_what_a_test_asks_for_is_what_it_has_captured_so_far(session, attempt):
    exchanges = Exchanges(lambda: attempt.captured)
    assert exchanges == [] == attempt.captured
    for status in (200, 201):
        session.take(exchange(body_of(KEPT_USAGE), status=status), attempt, None)
    assert [one.status for one in exchanges] == [200, 201]
    assert exchanges == Exchanges(lambda: attempt.captured) == exchanges[:]
    assert repr(exchanges) == repr(attempt.captured)


def test_a_failure_is_told_once(take, attempt):
    take(exchange(body_of(KEPT_USAGE)))
    take(exchange(body_of(BROKEN_USAGE)))
    error = attempt.error()
    assert [[(found.code, found.path) for found in verdict.findings] for verdict in error.verdicts] == [
        [("wrong-type", "usage.total_tokens")]
    ]
    assert attempt.error() is None


def test_a_finding_that_is_waived_fails_nothing(session):
    rest = {"places": lambda: session.places, "exercised": {}, "trouble": session.trouble}
    known = Attempt(None, Policy(("schema",)), lambda _: True, **rest)
    waived = Attempt(
        None, Policy(("schema",), ignore=(Ignore("wrong-type", "usage.total_tokens"),)), lambda _: False, **rest
    )
    for attempt in (known, waived):
        session.take(exchange(body_of(BROKEN_USAGE)), attempt, None)
        assert attempt.error() is None
    (record,) = waived.ship().exchanges
    assert [(found.failing, found.excused) for found in record.occurrences] == [(False, "marker")]


def test_what_is_shipped_is_shipped_once(take, attempt):
    take(exchange(b"[]"))
    take(exchange(body_of(KEPT_USAGE)))
    broken, kept = attempt.ship(excused="xfail").exchanges
    assert [(found.failing, found.excused) for found in broken.occurrences] == [(False, "xfail")]
    assert kept.occurrences == ()
    assert (broken.usage, kept.usage) == (None, None)
    assert attempt.ship() is None


def test_a_response_is_led_back_while_it_is_there_and_not_kept_alive(session, take):
    response = Response()
    first, second = take(exchange(body_of(KEPT_USAGE)), response), take(exchange(body_of(KEPT_USAGE)), Slotted())
    assert session.recall(response) is first
    del response
    gc.collect()
    assert first.response() is None
    assert second.response() is None


def test_bytes_are_led_back_by_being_the_very_ones(session, take):
    body = body_of(KEPT_USAGE)
    captured = take(exchange(body))
    take(exchange(b""))
    assert session.recall(body) is captured
    assert session.recall(bytes(bytearray(body))) is None
    assert session.recall(b"") is None
    assert session.recall(None) is None


def test_nothing_is_led_back_where_no_test_is_running(session):
    session.end()
    assert session.recall(sdk(id="resp_1")) is None


@pytest.mark.parametrize(
    "thing",
    [
        sdk(id="resp_1", usage={}),
        sdk(response={"id": "resp_1"}),
        [sdk(type="response.created"), sdk(response={"id": "resp_1"})],
    ],
)
@pytest.mark.parametrize("path", [PATH, "/api/v1/models"])
def test_an_object_is_led_back_by_its_id_also_where_no_contract_covers_the_path(session, take, thing, path):
    captured = take(exchange(body_of(KEPT_USAGE), path=path))
    take(exchange(body_of(KEPT_USAGE, id="resp_2")))
    assert session.recall(thing) is captured


@pytest.mark.parametrize(
    "thing", [sdk(id="resp_3", usage={}), sdk(text="no usage"), sdk(response=3), {"id": "resp_1"}, 3, []]
)
def test_what_stands_in_no_body_is_not_led_back(session, take, thing):
    take(exchange(body_of(KEPT_USAGE)))
    assert session.recall(thing) is None


def test_an_object_without_an_id_is_led_back_to_the_only_exchange_that_was_judged(session, take):
    captured = take(exchange(body_of(KEPT_USAGE)))
    take(exchange(body_of(KEPT_USAGE), path="/api/v1/models"))
    assert session.recall(sdk(usage={})) is captured
    take(exchange(body_of(KEPT_USAGE)))
    assert session.recall(sdk(usage={})) is None


def test_what_the_test_has_judged_fails_no_more(session, take, attempt):
    captured = take(exchange(body_of(BROKEN_USAGE)))
    session.judged(None)
    assert [failing for failing, _ in attempt.failures()] == [captured]
    session.judged(captured)
    assert list(attempt.failures()) == []


def test_what_a_response_says_of_its_body_counts_also_where_it_is_judged_again(session, attempt):
    told = {"content-encoding": "br"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"\x8b\x1c\x80", headers=told))
    with httpx.Client(transport=transport) as client:
        session.start()
        led_back = check_usage(client.post(f"https://{HOST}{PATH}"))
        session.stop()
        by_itself = check_usage(client.post(f"https://{HOST}{PATH}"))
    (captured,) = attempt.captured
    assert led_back == by_itself == captured.verdict
    assert led_back.findings[0].actual == "content-encoding: br cannot be decoded here"


def test_what_is_called_between_start_and_stop_is_received_and_led_back(session, attempt):
    def answer(request):
        return httpx.Response(200, json={"id": "resp_1", "usage": BROKEN_USAGE})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        session.start()
        response = client.post(f"https://{HOST}{PATH}")
        verdict = check_usage(response)
        session.stop()
        client.post(f"https://{HOST}{PATH}")
    (captured,) = attempt.captured
    assert captured.verdict == verdict
    assert captured.judged_by_test
    assert session.troubles == []


def test_the_policy_is_that_of_the_running_test(session, attempt):
    attempt.policy = Policy(("drift",))
    assert session.policy() == ("drift",)
    session.end()
    assert session.policy() == ("schema",)


@pytest.mark.parametrize(
    "host, path, room",
    [
        (HOST, PATH, 64 * 1024 * 1024),
        (f"{HOST}:8443", PATH, 64 * 1024 * 1024),
        (HOST, "/api/v1/models", 1024 * 1024),
        (ELSEWHERE, PATH, 1024 * 1024),
        (ELSEWHERE, "/api/v1/models", 0),
    ],
)
def test_there_is_room_for_what_a_contract_covers_and_for_a_look_at_what_could_carry_a_usage(session, host, path, room):
    assert session.target("POST", host, None, path) == (("POST", host, path), room)


def test_a_request_belongs_to_the_running_test_or_to_none(session, attempt):
    assert session.owner() is attempt
    session.end()
    assert session.owner() is session.rest


def test_a_call_of_no_test_claims_no_thread(session):
    session.end()
    with session.call():
        assert session.owner() is session.rest


@pytest.mark.parametrize(
    "stack, the_tests_own",
    [({"module": None}, True), ({}, False), (None, True)],
    ids=["the test's own", "a wider one", "a later pytest"],
)
def test_a_teardown_is_the_tests_own_while_its_parent_stands(session, attempt, stack, the_tests_own):
    state = SimpleNamespace(stack=stack) if stack is not None else None
    running = item(parent="module", session=SimpleNamespace(_setupstate=state))
    with session.teardown(running):
        assert session.owner() is (attempt if the_tests_own else session.rest)
    assert session.owner() is attempt


@pytest.mark.parametrize(
    "nodeid, group, name",
    [
        ("test_it.py::test_it", None, "test_it.py::test_it"),
        ("test_it.py::test_it@db", marker("db"), "test_it.py::test_it"),
        ("test_it.py::test_it@db", marker(name="db"), "test_it.py::test_it"),
        ("test_it.py::test_it@default", marker(), "test_it.py::test_it"),
        ("test_it.py::test_it", marker("db"), "test_it.py::test_it"),
    ],
)
def test_the_name_of_a_test_is_without_its_group(nodeid, group, name):
    assert name_of_test(item(nodeid, group)) == name
