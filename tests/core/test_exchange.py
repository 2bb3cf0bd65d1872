"""A request is cut from its URL in one place."""

import httpx
import pytest
import yarl

from pytest_usage_contract.core.exchange import UNTOLD, Ending, Exchange, Representation, Request


@pytest.mark.parametrize("kind", [str, httpx.URL, yarl.URL])
@pytest.mark.parametrize(
    "url, host, path",
    [
        ("https://Api.Toy.test:443/v1/chat?key=k/?#f", "api.toy.test", "/v1/chat"),
        ("http://user:pw@api.toy.test:4000", "api.toy.test:4000", "/"),
        ("http://[::1]:80/a%20b#f?", "[::1]", "/a%20b"),
        ("https://api.toy.test:80?key=k/", "api.toy.test:80", "/"),
    ],
)
def test_a_request_holds_nothing_secret_and_nothing_that_goes_without_saying(kind, url, host, path):
    assert Request.of("POST", kind(url)) == ("POST", host, path)


@pytest.mark.parametrize(
    "host, port, name",
    [
        ("x.test", None, "x.test"),
        ("x.test", 8443, "x.test:8443"),
        ("::1", None, "[::1]"),
        ("::1", 8000, "[::1]:8000"),
        ("[::1]:8000", None, "[::1]:8000"),
        ("x.test:8443", None, "x.test:8443"),
    ],
)
def test_a_request_is_known_by_the_parts_of_its_url(host, port, name):
    assert Request.at("GET", host, port, "") == ("GET", name, "/")


def test_an_exchange_is_as_large_as_what_it_keeps():
    assert Exchange(Request("GET", "x.test", "/a"), 200, body=b"data:", asking=b"{}").size == 7


def test_of_an_exchange_nothing_is_taken_for_granted():
    request = Request("GET", "x.test", "/a")
    assert Exchange(request, 200) == (request, 200, UNTOLD, False, b"", Ending.WHOLE, False, b"")
    assert (UNTOLD, [*Ending]) == (("", ""), ["whole", "cut", "left"])


def test_a_call_is_told_on_one_line_of_some_length():
    long = Request("G\n", "x\x1b", "/" + "x" * 200)
    assert Exchange(long, 200).call == rf"G\n x\x1b/{'x' * 199}… (201 characters) (200)"


class Raising:
    def get(self, name):
        raise OSError(name)


@pytest.mark.parametrize("headers", [None, {}, [], Raising(), {"content-type": 3, "content-encoding": None}])
def test_headers_that_tell_nothing_are_none(headers):
    assert Representation.of(headers) == UNTOLD


def test_a_representation_is_cut_from_headers_in_any_case():
    headers = httpx.Headers({"Content-Type": " Text/Event-Stream; charset=UTF-8", "CONTENT-ENCODING": "GZip"})
    told = Representation.of(headers)
    assert (told.is_event_stream, told.media_type, told.encodings) == (True, "text/event-stream", ("gzip",))
    assert not Representation("application/json").is_event_stream


@pytest.mark.parametrize(
    "told, kind, encodings",
    [
        (Representation("application/vnd.api+json;v=1", "gzip, br"), "application/vnd.api+json", ("gzip", "br")),
        (Representation("text/html\x1b[31m", "\x1b[31m, identity,"), "", ()),
        (Representation("sk-12345", "x" * 21), "", ()),
        (Representation("a/" + "b" * 41, "a," * 200), "", ("a",) * 100),
    ],
)
def test_of_a_representation_nothing_is_shown_but_the_words_that_such_headers_have(told, kind, encodings):
    assert (told.media_type, told.encodings) == (kind, encodings)
