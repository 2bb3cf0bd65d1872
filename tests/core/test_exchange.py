"""A request is cut from its URL in one place."""

import httpx
import pytest
import yarl

from pytest_usage_contract.core.exchange import Ending, Exchange, Request


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


def test_an_exchange_is_made_of_what_capture_tells():
    exchange = Exchange.of(("GET", "https://x.test/a", 200, True, True, b"data:", Ending.CUT, True))
    assert exchange == (Request("GET", "x.test", "/a"), 200, True, True, b"data:", Ending.CUT, True)
