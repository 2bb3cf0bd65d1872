"""Who is told, the last of those that run, and what is patched, while captures start and stop in any order, and where something fails."""

import functools
import importlib.util
import sys
from types import ModuleType
from unittest import mock

import httpx
import pytest
import requests
import responses

from pytest_usage_contract.capture import Capture, calls, captures

SEND = httpx.Client.send


def send():
    return vars(httpx.Client)["send"]


def call(path="/", **answer):
    transport = httpx.MockTransport(lambda request: httpx.Response(200, **(answer or {"json": {}})))
    with httpx.Client(transport=transport) as client:
        return client.get(f"https://x.test{path}")


@pytest.fixture
def first(new_book):
    return new_book()


@pytest.fixture
def second(new_book):
    return new_book()


def test_starting_and_stopping_twice_is_harmless(first):
    capture = Capture(first)
    capture.stop()
    capture.start()
    capture.start()
    call()
    assert len(first.exchanges) == 1
    capture.stop()
    capture.stop()
    call()
    assert len(first.exchanges) == 1


def test_a_capture_entered_twice_runs_until_the_outer_exit(first):
    capture = Capture(first)
    with capture:
        with capture:
            call()
        call()
    call()
    assert len(first.exchanges) == 2


@pytest.mark.parametrize("stopped_first, heard", [(0, [0, 2]), (1, [1, 1])])
def test_captures_may_be_stopped_in_any_order_and_the_last_that_runs_is_told(first, second, stopped_first, heard):
    running = [Capture(first), Capture(second)]
    for capture in running:
        capture.start()
    call("/last")
    running.pop(stopped_first).stop()
    call("/only")
    running.pop().stop()
    call("/none")
    assert [len(first.exchanges), len(second.exchanges)] == heard


def test_captures_each_have_a_bound_and_an_owner(first, second):
    first.me, second.me, first.bound = "first", "second", 4
    with Capture(first):
        call(content=b"123456")
        with Capture(second):
            call(content=b"123456")
    assert (first.bodies, first.owners) == ([b"1234"], ["first"])
    assert (second.bodies, second.owners) == ([b"123456"], ["second"])
    assert [first.exchanges[0].overflowed, second.exchanges[0].overflowed] == [True, False]


def stream(*chunks):
    class Chunks(httpx.SyncByteStream):
        def __iter__(self):
            yield from chunks

    return Chunks()


def test_what_is_still_being_read_at_the_stop_is_left(first):
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=stream(b"a", b"b"))))
    with Capture(first):
        response = client.send(client.build_request("GET", "https://x.test/"), stream=True)
        chunks = response.iter_raw()
        assert next(chunks) == b"a"
    assert type(response.stream).__name__ == "BoundSyncStream"
    assert (first.endings, first.bodies) == (["left"], [b"a"])
    assert list(chunks) == [b"b"]
    assert len(first.exchanges) == 1


def test_a_capture_that_comes_and_goes_leaves_the_reading_to_the_one_that_was_told_of_the_call(first, second):
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=stream(b"a", b"b"))))
    with Capture(second):
        response = client.send(client.build_request("GET", "https://x.test/"), stream=True)
        chunks = response.iter_raw()
        with Capture(first):
            next(chunks)
        list(chunks)
    assert first.exchanges == []
    assert (second.endings, second.bodies) == (["whole"], [b"ab"])


def test_a_capture_that_stops_during_a_call_hears_nothing_of_it(first, second):
    capture = Capture(first)

    def answer(_):
        capture.stop()
        return httpx.Response(200, stream=breaking())

    def breaking():
        class Breaking(httpx.SyncByteStream):
            def __iter__(self):
                capture.stop()
                raise httpx.ReadError("gone")

        return Breaking()

    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=breaking())))
    with Capture(second):
        capture.start()
        with pytest.raises(httpx.ReadError):
            client.get("https://x.test/")
        capture.start()
        with httpx.Client(transport=httpx.MockTransport(answer)) as other, pytest.raises(httpx.ReadError):
            other.get("https://x.test/")
    assert first.exchanges == second.exchanges == []


def test_a_mock_over_us_that_goes_after_us_leaves_what_passes_through(first, second):
    capture = Capture(first)
    capture.start()
    ours = send()
    over = mock.patch.object(httpx.Client, "send", autospec=True, side_effect=ours)
    over.start()
    capture.stop()
    theirs = send()
    assert theirs is not ours
    call()
    over.stop()
    assert send() is ours
    call()
    assert first.exchanges == []
    with Capture(second):  # adopts it, and takes it away
        assert send() is ours
        call()
    assert len(second.exchanges) == 1


def test_a_call_through_both_a_wrapper_left_behind_and_a_new_one_is_seen_once(first, second):
    capture = Capture(first)
    capture.start()
    over = mock.patch.object(httpx.Client, "send", autospec=True, side_effect=send())
    over.start()
    capture.stop()
    with Capture(second):
        call()
    over.stop()
    assert len(second.exchanges) == 1
    with Capture(first):  # takes away what was left behind
        pass


def test_what_wraps_us_faithfully_is_not_taken_for_us(first):
    capture = Capture(first)
    capture.start()
    ours = send()

    @functools.wraps(ours)
    def theirs(*args, **kwargs):
        return ours(*args, **kwargs)

    httpx.Client.send = theirs
    call()
    capture.stop()
    assert send() is theirs
    httpx.Client.send = SEND
    assert len(first.exchanges) == 1


def copy():
    """The package anew, as a run inside a run may import it."""
    names = [name for name in sys.modules if name.startswith("pytest_usage_contract.capture")]
    kept = {name: sys.modules.pop(name) for name in names}
    try:
        return importlib.import_module("pytest_usage_contract.capture")
    finally:
        for name in [name for name in sys.modules if name.startswith("pytest_usage_contract.capture")]:
            del sys.modules[name]
        sys.modules.update(kept)
        import pytest_usage_contract

        pytest_usage_contract.capture = kept["pytest_usage_contract.capture"]


@pytest.mark.parametrize("stopped_first", [0, 1])
def test_two_copies_of_the_package_may_be_stopped_in_any_order(first, second, stopped_first):
    running = [Capture(first), copy().Capture(second)]
    for capture in running:
        capture.start()
    call("/both")
    running.pop(stopped_first).stop()
    call("/one")
    running.pop().stop()
    assert sorted([len(first.exchanges), len(second.exchanges)]) == [1, 2]


@pytest.mark.parametrize("method", ["room", "owner", "take"])
def test_an_error_in_the_sink_is_its_own_trouble(first, method):
    error = ZeroDivisionError()

    def fail(*args):
        raise error

    setattr(first, method, fail)
    with Capture(first):
        assert call().status_code == 200
    assert first.exchanges == []
    assert set(first.troubles) == {error}


@pytest.mark.parametrize("method", ["room", "owner", "take"])
def test_an_error_in_the_sink_is_its_own_trouble_also_through_another_client(first, method):
    setattr(first, method, lambda *_: 1 / 0)
    with Capture(first), responses.RequestsMock() as mocked:
        mocked.get("https://x.test/", body=b"{}")
        assert requests.get("https://x.test/").content == b"{}"
    assert first.exchanges == []
    assert {type(error) for error in first.troubles} == {ZeroDivisionError}


def test_an_error_in_telling_of_an_answer_is_trouble_for_the_sink(first):
    with Capture(first):
        begun = calls.begin(object(), object)
        begun.answered(lambda *_: 1 / 0, object(), ())
    assert [type(error) for error in first.troubles] == [ZeroDivisionError]
    assert not begun.is_open


def test_a_sink_that_cannot_hear_of_trouble_is_not_asked_twice(first):
    first.take = first.trouble = lambda *_: 1 / 0
    with Capture(first):
        assert call().status_code == 200


def test_an_error_in_capture_is_trouble_for_the_sink(first):
    def spoil(response):
        response.extensions = None

    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    hooks = {"response": [spoil]}
    with Capture(first), httpx.Client(transport=transport, event_hooks=hooks) as client:
        assert client.get("https://x.test/").status_code == 200
    assert [type(error) for error in first.troubles] == [TypeError]


def test_a_body_that_cannot_be_told_is_trouble_for_the_sink(first):
    class Empty(httpx.SyncByteStream):
        def __iter__(self):
            yield b"x"

    with Capture(first):
        client = httpx.Client(
            transport=httpx.MockTransport(
                lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Empty())
            )
        )
        with (
            mock.patch("httpx.Response.iter_bytes", side_effect=ZeroDivisionError),
            client.stream("GET", "https://x.test/") as response,
        ):
            list(response.iter_raw())
    assert [type(error) for error in first.troubles] == [ZeroDivisionError]


def test_a_response_that_cannot_be_let_go_is_trouble_for_the_sink(first):
    class Stubborn(httpx.Response):
        @property
        def stream(self):
            return self.__dict__["stream"]

        @stream.setter
        def stream(self, stream):
            if "RecordedStream" in str(type(self.__dict__.get("stream"))):
                raise ZeroDivisionError
            self.__dict__["stream"] = stream

    transport = httpx.MockTransport(lambda _: Stubborn(200, stream=stream(b"a")))
    with (
        Capture(first),
        httpx.Client(transport=transport) as client,
        client.stream("GET", "https://x.test/") as response,
    ):
        assert response.read() == b"a"
    assert first.bodies == [b"a"]
    assert [type(error) for error in first.troubles] == [ZeroDivisionError]


@pytest.mark.parametrize("stand_in", [ModuleType("requests"), mock.MagicMock(), None])
def test_a_stand_in_for_a_client_is_no_obstacle(first, monkeypatch, stand_in):
    monkeypatch.setitem(sys.modules, "requests", stand_in)
    with Capture(first):
        call()
    assert len(first.exchanges) == 1
    assert "request" in vars(requests.Session)


def test_a_client_under_two_names_is_patched_once(first, monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", httpx)
    with Capture(first):
        call()
    assert len(first.exchanges) == 1


def test_a_dropped_capture_keeps_nothing(first, collect):
    with Capture(first):
        call()
    collect()
    assert captures._patches == []
