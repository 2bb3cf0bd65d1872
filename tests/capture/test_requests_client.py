import gc
import inspect
import weakref

import pytest
import requests

from pytest_usage_contract.capture import Capture


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_a_call_is_one_exchange(book, provider, session, body):
    book.me = "a test"
    response = session.post(f"{provider.url}/v1/completions?key=secret", json={"prompt": "hi"})
    assert response.content == body
    [exchange] = book.exchanges
    assert (exchange.method, exchange.host, exchange.path) == ("POST", provider.host, "/v1/completions")
    assert (exchange.status, exchange.body, exchange.ending) == (200, body, "whole")
    assert not exchange.stream
    assert book.owners == ["a test"]
    assert book.responses == [requests.Response]


def test_the_functions_of_the_module_are_seen(book, provider, body):
    requests.get(f"{provider.url}/json")
    assert book.bodies == [body]


def test_a_prepared_request_is_seen(book, provider, session, body):
    session.send(requests.Request("GET", f"{provider.url}/json").prepare())
    assert book.bodies == [body]


def test_a_retry_is_an_exchange_of_its_own(book, provider, session):
    while not session.get(f"{provider.url}/flaky").ok:
        pass
    assert book.statuses == [429, 200]


def test_every_hop_of_a_redirect_is_an_exchange(book, provider, session, body):
    response = session.get(f"{provider.url}/redirect")
    assert len(response.history) == 2
    assert [exchange.path for exchange in book.exchanges] == ["/redirect", "/hop", "/json"]
    assert book.statuses == [307, 307, 200]
    assert book.bodies == [b"", b"moved", body]


def test_a_hop_whose_body_breaks_is_left(book, provider, session, body):
    session.get(f"{provider.url}/broken-hop")
    assert book.statuses == [307, 200]
    assert book.endings == ["left", "whole"]


def test_a_redirect_that_never_ends_fails_as_before(book, provider, session):
    with pytest.raises(requests.TooManyRedirects):
        session.get(f"{provider.url}/loop")
    assert book.exchanges == []


@pytest.mark.parametrize("path", ["gzip", "deflate"])
def test_a_body_is_decoded(book, provider, session, body, path):
    session.get(f"{provider.url}/{path}")
    with session.get(f"{provider.url}/{path}", stream=True) as response:
        list(response.iter_content(7))
    assert book.bodies == [body, body]


def test_a_stream_stays_lazy(book, provider, session, events):
    with session.get(f"{provider.url}/gated", stream=True) as response:
        chunks = response.iter_content(None)
        for event in events:
            assert next(chunks) == event
            assert book.exchanges == []
            provider.gate.set()
        assert list(chunks) == []
        [exchange] = book.exchanges
    assert (exchange.body, exchange.ending, exchange.stream) == (b"".join(events), "whole", True)
    assert len(book.exchanges) == 1


def test_every_way_to_read_gives_the_same(book, provider, session, events):
    reads = {
        "content": lambda response: response.content,
        "text": lambda response: response.text,
        "lines": lambda response: list(response.iter_lines(decode_unicode=True)),
        "itself": list,
        "text chunks": lambda response: "".join(response.iter_content(5, decode_unicode=True)),
    }
    for read in reads.values():
        with session.get(f"{provider.url}/sse", stream=True) as response:
            response.encoding = "utf-8"
            assert read(response)
    assert book.bodies == [b"".join(events)] * len(reads)
    assert set(book.endings) == {"whole"}


def test_a_stream_the_consumer_leaves_early_is_left(book, provider, session, events):
    with session.get(f"{provider.url}/gated", stream=True) as response:
        next(response.iter_content(None))
    with session.get(f"{provider.url}/gated", stream=True):
        pass
    with session.get(f"{provider.url}/sse", stream=True) as response:
        response.raw.read()
    assert book.endings == ["left"] * 3
    assert book.bodies == [events[0], b"", b""]


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


def test_a_response_that_is_dropped_unclosed_is_left(book, provider, session, body):
    response = session.get(f"{provider.url}/json", stream=True)
    chunks = response.iter_content(10)
    next(chunks)
    raw = response.raw
    del response, chunks
    gc.collect()
    raw.close()
    assert (book.endings, book.bodies, book.responses) == (["left"], [body[:10]], [None])


@pytest.mark.parametrize("path", ["cut-length", "cut-chunked", "corrupt"])
def test_a_body_the_server_breaks_is_cut(book, provider, session, path):
    broken = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    with (
        pytest.raises(broken) as streamed,
        session.get(f"{provider.url}/{path}", stream=True) as response,
    ):
        list(response.iter_content(5))
    with pytest.raises(broken) as whole:
        session.get(f"{provider.url}/{path}")
    assert type(streamed.value) is type(whole.value)
    assert book.endings == ["cut", "cut"]
    assert book.statuses == [200, 200]
    assert book.responses == [requests.Response] * 2


def test_a_broken_body_beyond_the_bound_is_kept_up_to_it(new_book, provider, session, events):
    book = new_book()
    with Capture(book, bound=5), pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(f"{provider.url}/cut-twice")
    [exchange] = book.exchanges
    assert (exchange.body, exchange.overflowed, exchange.ending) == (events[0][:5], True, "cut")


def test_a_broken_body_that_nobody_wants_is_left_alone(book, provider, session):
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(f"{provider.url}/unwanted-cut")
    assert book.exchanges == []


def test_a_stream_that_outlasts_the_consumers_patience_is_left(book, provider, session, events):
    with (
        pytest.raises(requests.ConnectionError, match="timed out"),
        session.get(f"{provider.url}/stall", stream=True, timeout=0.1) as response,
    ):
        list(response.iter_content(None))
    with pytest.raises(requests.ConnectionError, match="timed out"):
        session.get(f"{provider.url}/stall", timeout=0.1)
    assert book.endings == ["left", "left"]


def test_an_unwanted_call_is_asked_about_and_left_alone(book, provider, session):
    session.get(f"{provider.url}/unwanted")
    with session.get(f"{provider.url}/unwanted", stream=True) as response:
        list(response.iter_content())
    assert ("GET", provider.host, "/unwanted") in book.asked
    assert book.exchanges == []


def test_no_response_is_kept_and_none_is_changed(book, provider, session):
    response = session.get(f"{provider.url}/sse", stream=True)
    untouched = set(vars(requests.Response()))
    assert set(vars(response)) - {"connection"} == untouched
    assert response.content
    gone = weakref.ref(response)
    del response
    gc.collect()
    assert gone() is None


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


def test_the_methods_look_as_before():
    names = [
        (requests.Session, "request"),
        (requests.Session, "send"),
        (requests.Response, "iter_content"),
        (requests.Response, "close"),
    ]
    before = [vars(cls)[name] for cls, name in names]
    with Capture(inspect):
        patched = [vars(cls)[name] for cls, name in names]
        assert all(new is not old for new, old in zip(patched, before, strict=True))
        assert [inspect.signature(new) for new in patched] == [inspect.signature(old) for old in before]
    assert [vars(cls)[name] for cls, name in names] == before


@pytest.mark.parametrize(
    "url, host, path",
    [
        ("https://OpenRouter.ai/api/v1?key=k#f", "openrouter.ai", "/api/v1"),
        ("https://user:pw@openrouter.ai:443/a%20b", "openrouter.ai", "/a%20b"),
        ("http://openrouter.ai:4000", "openrouter.ai:4000", "/"),
        ("http://[::1]:80/x", "[::1]", "/x"),
    ],
)
def test_an_address_is_told_without_what_is_secret_or_goes_without_saying(book, session, url, host, path):
    class Answering(requests.adapters.HTTPAdapter):
        def send(self, request, **kwargs):
            response = requests.Response()
            response.status_code, response.request, response.url = 200, request, request.url
            response.raw = None
            return response

    session.mount("http://", Answering())
    session.mount("https://", Answering())
    session.get(url)
    assert [(exchange.host, exchange.path) for exchange in book.exchanges] == [(host, path)]
    assert book.bodies == [b""]


def test_a_call_within_a_call_is_an_exchange_of_its_own(book, provider, session, body):
    def fetch_token(request):
        requests.get(f"{provider.url}/token")
        return request

    session.get(f"{provider.url}/json", auth=fetch_token)
    assert [exchange.path for exchange in book.exchanges] == ["/token", "/json"]


def test_a_hook_that_reads_what_is_another_response_changes_nothing(book, provider, session, body):
    kept = requests.get(f"{provider.url}/json")
    book.exchanges.clear()

    def hook(response, **kwargs):
        assert list(kept.iter_content(None)) == [body]

    session.get(f"{provider.url}/json", hooks={"response": hook})
    assert book.bodies == [body]
