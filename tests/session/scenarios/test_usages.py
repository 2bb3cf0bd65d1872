"""Everything that a response may have in it, one in each test."""

import httpx
from shop import BROKEN, DRIFTED, KEPT, URL, WRONG, answer, client, respond


def test_kept():
    respond(KEPT)


def test_broken():
    respond(BROKEN)


def test_wrong():
    respond(WRONG)


def test_drifted():
    respond(DRIFTED)


def test_retried():
    with client(httpx.Response(429, json={"error": {"message": "slow"}}), answer(KEPT)) as made:
        made.post(URL)
        made.post(URL)


def test_redirected():
    with client(httpx.Response(307, headers={"location": URL}), answer(KEPT), follow_redirects=True) as made:
        made.post(URL)


def test_not_found():
    respond(BROKEN, status=404)


def test_elsewhere():
    respond(BROKEN, url="https://openrouter.ai/api/v1/videos?key=secret")


def test_unrelated():
    respond(BROKEN, url="https://example.test/v1")
