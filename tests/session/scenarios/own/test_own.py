"""Contracts of one's own: one that the `conftest.py` beside this brings, and one that the ini file reads from a page."""

import pytest
from shop import respond

hosts = pytest.mark.parametrize("host", ["own", "page"])


@hosts
def test_kept(host):
    respond({"tokens_in": 1, "tokens_out": 2}, url=f"https://api.{host}.example/v1/chat")


@hosts
def test_broken(host):
    respond({"tokens_in": 1}, url=f"https://api.{host}.example/v1/chat")
