"""What is seen through urllib3 and no other client: its retries, its raw bodies, and who sends by it."""

import io
from contextlib import closing

import pytest
import requests
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from pytest_usage_contract.capture import Capture


@pytest.fixture
def pools():
    with urllib3.PoolManager(retries=False) as pools:
        yield pools


@pytest.fixture
def pool(provider):
    with urllib3.HTTPConnectionPool(*provider.server_address, retries=False) as pool:
        yield pool


@pytest.fixture
def botocore():
    session = URLLib3Session()
    yield lambda url, *, stream=False: session.send(AWSRequest("GET", url, stream_output=stream).prepare())
    session.close()


def test_a_pool_alone_is_seen(book, provider, pool, body):
    pool.request("GET", "/json")
    [exchange] = book.exchanges
    assert (exchange.request, exchange.body) == (("GET", provider.host, "/json"), body)


def test_a_pool_that_is_given_a_whole_url_is_seen_there(book, provider, pool):
    pool.urlopen("GET", f"{provider.url}/json?key=k")
    assert [exchange.request.path for exchange in book.exchanges] == ["/json"]


@pytest.mark.parametrize("port, told", [(80, "[::1]"), (4000, "[::1]:4000")])
def test_an_address_of_six_numbers_stands_in_brackets(book, monkeypatch, port, told):
    class Connection(urllib3.connection.HTTPConnection):
        def request(self, *args, **kwargs):
            pass

        def getresponse(self):
            return urllib3.HTTPResponse(b"{}", status=200)

    pool = urllib3.HTTPConnectionPool("[::1]", port)
    monkeypatch.setattr(pool, "ConnectionCls", Connection)
    pool.urlopen("GET", "/x")
    assert [(exchange.request.host, exchange.body) for exchange in book.exchanges] == [(told, b"{}")]


@pytest.mark.parametrize("preload", [True, False])
def test_each_answer_before_a_retry_of_its_own_is_an_exchange(book, provider, body, preload):
    retries = urllib3.Retry(3, status_forcelist=[429])
    with urllib3.PoolManager(retries=retries) as pools:
        assert pools.request("GET", f"{provider.url}/flaky", preload_content=preload).data == body
    assert book.statuses == [429, 200]
    assert (book.endings[1], book.bodies[1]) == ("whole", body)


def test_each_body_that_breaks_before_a_retry_is_cut(book, provider, events):
    with urllib3.PoolManager(retries=2) as pools, pytest.raises(urllib3.exceptions.MaxRetryError):
        pools.request("GET", f"{provider.url}/cut-twice")
    assert (book.endings, book.bodies) == (["cut"] * 3, [b"".join(events[:2])] * 3)


def test_requests_tells_of_what_it_returns_and_urllib3_of_what_it_retries_beneath(book, provider, body):
    with requests.Session() as session:
        session.trust_env = False
        retries = urllib3.Retry(3, status_forcelist=[429])
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
        assert session.get(f"{provider.url}/flaky").content == body
    assert (book.statuses, book.responses) == ([429, 200], [urllib3.HTTPResponse, requests.Response])


def test_an_adapter_of_requests_without_its_session_is_seen(book, provider, body):
    with closing(requests.adapters.HTTPAdapter()) as adapter:
        response = adapter.send(requests.Request("GET", f"{provider.url}/gzip").prepare(), stream=True)
        assert response.content == body
    assert (book.endings, book.bodies) == (["whole"], [body])


def test_a_hook_of_requests_that_calls_by_urllib3_is_an_exchange_of_its_own(book, provider, pools):
    def hook(response, **kwargs):
        pools.request("GET", f"{provider.url}/hooked", preload_content=False).read()

    requests.get(f"{provider.url}/json", hooks={"response": hook})
    assert [exchange.request.path for exchange in book.exchanges] == ["/hooked", "/json"]


def test_what_botocore_takes_for_whole_is_cut_where_it_is_short(book, provider, botocore, body):
    assert botocore(f"{provider.url}/cut-length").content == body[:20]
    assert (book.endings, book.bodies) == (["cut"], [body[:20]])


def test_what_botocore_leaves_encoded_is_decoded_where_it_is_gzip_and_else_left(book, provider, botocore, body):
    for path in ("gzip", "half-gzip", "corrupt", "deflate", "opaque"):
        botocore(f"{provider.url}/{path}")
    assert book.endings == ["whole", "cut", "cut", "left", "left"]
    assert book.bodies[0] == body


def test_a_body_that_breaks_is_cut_before_botocore_wraps_the_error(book, provider, botocore, events):
    raw = botocore(f"{provider.url}/cut-twice", stream=True).raw
    with pytest.raises(urllib3.exceptions.ProtocolError):
        list(raw.stream())
    assert (book.endings, book.bodies) == (["cut"], [b"".join(events[:2])])


@pytest.mark.parametrize(
    "read",
    [
        lambda response: response.readlines(),
        lambda response: response.readinto(bytearray(1000)) and response.readinto(bytearray(1)),
        lambda response: [*response],
        lambda response: [response.read(10), response.data],
        lambda response: response.json(),
    ],
)
def test_every_way_to_read_a_file_is_a_way_to_read_a_body(book, provider, pools, body, read):
    response = pools.request("GET", f"{provider.url}/json", preload_content=False)
    read(response)
    assert (book.endings, book.bodies) == (["whole"], [body])


def test_a_body_without_a_file_under_it_is_whole_when_it_is_read(book, body, monkeypatch):
    def answer(self, conn, method, url, **kwargs):
        return urllib3.HTTPResponse(io.BytesIO(body), status=200, preload_content=False)

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "_make_request", answer)
    pool = urllib3.HTTPConnectionPool("api.toy.test")
    assert pool.request("GET", "/", preload_content=False).read() == body
    assert (book.endings, book.bodies) == (["whole"], [body])


def test_a_body_may_be_read_on_after_a_break_if_the_library_can(book, provider, pools, body, events):
    response = pools.request("GET", f"{provider.url}/json", preload_content=False)
    next(response.stream(10))
    assert book.exchanges == []
    list(response.stream(10))
    response = pools.request("GET", f"{provider.url}/sse", preload_content=False)
    next(response.stream(10))
    assert list(response.stream(10)) == []
    assert (book.endings, book.bodies) == (["whole", "left"], [body, events[0][:10]])


def test_a_misuse_while_reading_ends_nothing(book, provider, pools, body):
    response = pools.request("GET", f"{provider.url}/gzip", preload_content=False)
    came = response.read(10)
    with pytest.raises(RuntimeError):
        response.read(10, decode_content=False)
    assert came + response.read() == body
    assert (book.endings, book.bodies) == (["whole"], [body])


def test_a_response_that_is_dropped_unclosed_is_left(book, provider, pools, body, collect):
    response = pools.request("GET", f"{provider.url}/json", preload_content=False)
    response.read(10)
    connection = response.connection
    del response
    collect()
    connection.close()
    assert (book.endings, book.bodies, book.responses) == (["left"], [body[:10]], [None])


def test_no_response_is_changed(book, provider, pools):
    with pools.request("GET", f"{provider.url}/sse", preload_content=False) as response:
        assert {*vars(response)} == {*vars(urllib3.HTTPResponse(preload_content=False))}


def test_what_is_left_behind_passes_everything_through(new_book, provider, pool, body):
    book = new_book()
    with Capture(book):
        call, read = vars(urllib3.HTTPConnectionPool)["urlopen"], vars(urllib3.HTTPResponse)["read"]
    response = call(pool, "GET", "/json", preload_content=False)
    assert read(response) == body
    assert book.exchanges == []


@pytest.mark.parametrize(
    "path, sent, told",
    [
        ("/sse", b"{}", b"{}"),
        ("/sse", "{}", b"{}"),
        ("/sse", io.BytesIO(b"{}"), b""),
        ("/json", b"{}", b""),
    ],
)
def test_the_body_of_a_request_is_told_where_a_stream_answers_it(book, pool, path, sent, told):
    pool.urlopen("POST", path, sent)
    assert [exchange.asking for exchange in book.exchanges] == [told]
