"""Tests with broken usage that have an outcome of their own: they fail, are skipped, or are expected to fail."""

import unittest

import pytest
from shop import BROKEN, KEPT, respond

from pytest_usage_contract import UsageContractError

xfail = pytest.mark.xfail


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(BROKEN, marks=xfail, id="plain"),
        pytest.param(BROKEN, marks=xfail(strict=True), id="strict"),
        pytest.param(BROKEN, marks=xfail(raises=AssertionError), id="assertion"),
        pytest.param(BROKEN, marks=xfail(raises=UsageContractError), id="contract"),
        pytest.param(BROKEN, marks=xfail(raises=KeyError), id="another"),
        pytest.param(KEPT, marks=xfail(strict=True), id="kept"),
    ],
)
def test_expected(usage):
    respond(usage)


def test_failing_itself():
    assert respond(BROKEN).status_code == 201


def test_skipped():
    respond(BROKEN)
    pytest.skip("for another reason")


def test_skipped_and_kept():
    respond(KEPT)
    pytest.skip("for a good reason")


class TestCase(unittest.TestCase):
    def setUp(self):
        respond(KEPT)

    def test_kept(self):
        respond(KEPT)

    def test_broken(self):
        respond(BROKEN)

    def test_failing_itself(self):
        assert respond(BROKEN).status_code == 201

    def test_skipped(self):
        respond(BROKEN)
        self.skipTest("for another reason")


class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_broken(self):
        respond(BROKEN)
