"""What is seen through requests and no other client: its raw bodies, its adapters, its hooks."""

import pytest
import requests

from pytest_usage_contract.capture import Capture


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_the_functions_of_the_module_are_seen(book, provider, body):
    requests.get(f"{provider.url}/json")
    assert book.bodies == [body]


def test_a_prepared_request_is_seen(book, provider, session, body):
    session.send(requests.Request("GET", f"{provider.url}/json").prepare())
    assert book.bodies == [body]


def test_a_hop_whose_body_breaks_is_cut(book, provider, session, body):
    session.get(f"{provider.url}/broken-hop")
    assert book.statuses == [307, 200]
    assert (book.endings, book.bodies) == (["cut", "whole"], [b"moved", body])


def test_a_body_may_be_read_on_after_a_break_if_the_library_can(book, provider, session, body, events):
    with session.get(f"{provider.url}/json", stream=True) as response:
        next(response.iter_content(10))
        assert book.exchanges == []
        list(response.iter_content(10))
    with session.get(f"{provider.url}/sse", stream=True) as response:
        next(response.iter_content(10))
        assert list(response.iter_content(10)) == []
    assert book.endings == ["whole", "left"]
    assert book.bodies == [body, events[0][:10]]


def test_a_response_that_is_dropped_unclosed_is_left(book, provider, session, body, collect):
    response = session.get(f"{provider.url}/json", stream=True)
    chunks = response.iter_content(10)
    next(chunks)
    raw = response.raw
    del response, chunks
    collect()
    raw.close()
    assert (book.endings, book.bodies, book.responses) == (["left"], [body[:10]], [None])


def test_a_body_that_is_read_raw_is_left(book, provider, session):
    with session.get(f"{provider.url}/sse", stream=True) as response:
        response.raw.read()
    assert (book.endings, book.bodies) == (["left"], [b""])


def test_a_call_that_outlasts_the_sessions_patience_is_left(book, provider, session):
    with pytest.raises(requests.ConnectionError, match="timed out"):
        session.get(f"{provider.url}/stall", timeout=0.1)
    assert book.endings == ["left"]


def test_no_response_is_changed(book, provider, session):
    with session.get(f"{provider.url}/sse", stream=True) as response:
        assert set(vars(response)) - {"connection"} == set(vars(requests.Response()))


def test_the_errors_of_misuse_are_as_before(book, provider, session):
    with session.get(f"{provider.url}/sse", stream=True) as response:
        with pytest.raises(TypeError, match="chunk_size must be an int"):
            response.iter_content("x")
        list(response.iter_content(None))
        with pytest.raises(requests.exceptions.StreamConsumedError):
            response.iter_content(None)


def test_what_is_left_behind_passes_everything_through(new_book, provider, session, body):
    book = new_book()
    with Capture(book):
        call, read = vars(requests.Session)["request"], vars(requests.Response)["iter_content"]
    response = call(session, "GET", f"{provider.url}/json", stream=True)
    assert b"".join(read(response, 5)) == body
    assert book.exchanges == []


@pytest.mark.parametrize(
    "url, host, path",
    [
        ("https://Api.Toy.test:443/v1?key=k#f", "api.toy.test", "/v1"),
        ("http://api.toy.test:4000", "api.toy.test:4000", "/"),
        ("http://[::1]:80/x", "[::1]", "/x"),
    ],
)
def test_an_address_is_told_without_what_goes_without_saying(book, session, url, host, path):
    class Answering(requests.adapters.HTTPAdapter):
        def send(self, request, **kwargs):
            response = requests.Response()
            response.status_code, response.request, response.url = 200, request, request.url
            response.raw = None
            return response

    session.mount("http://", Answering())
    session.mount("https://", Answering())
    session.get(url)
    assert [(exchange.request.host, exchange.request.path) for exchange in book.exchanges] == [(host, path)]
    assert book.bodies == [b""]


def test_a_call_within_a_call_is_an_exchange_of_its_own(book, provider, session, body):
    def fetch_token(request):
        requests.get(f"{provider.url}/token")
        return request

    session.get(f"{provider.url}/json", auth=fetch_token)
    assert [exchange.request.path for exchange in book.exchanges] == ["/token", "/json"]


def test_a_hook_that_reads_what_is_another_response_changes_nothing(book, provider, session, body):
    kept = requests.get(f"{provider.url}/json")
    book.exchanges.clear()

    def hook(response, **kwargs):
        assert list(kept.iter_content(None)) == [body]

    session.get(f"{provider.url}/json", hooks={"response": hook})
    assert book.bodies == [body]


@pytest.mark.parametrize(
    "path, sent, told",
    [
        ("/sse", {"json": {"a": 1}}, b'{"a": 1}'),
        ("/sse", {"data": '{"a": 1}'}, b'{"a": 1}'),
        ("/sse", {"data": iter([b"{}"])}, b""),
        ("/json", {"json": {"a": 1}}, b""),
    ],
)
def test_the_body_of_a_request_is_told_where_a_stream_answers_it(book, provider, session, path, sent, told):
    session.post(f"{provider.url}{path}", **sent)
    assert [exchange.asking for exchange in book.exchanges] == [told]
