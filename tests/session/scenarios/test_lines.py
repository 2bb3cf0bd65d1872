"""Calls from everywhere: the comment on a line says which of them it is the place of."""

import asyncio
import functools
import threading
import unittest

import pytest
from shop import BROKEN, respond, respond_later


def helper():
    return respond(BROKEN)  # test_thread, test_set_up


def test_line():
    assert True
    respond(BROKEN)  # test_line


def test_helper():
    helper()  # test_helper


def test_statement():
    kept = isinstance(
        helper(),  # test_statement
        object,
    )
    assert kept


def test_coroutine():
    asyncio.run(respond_later(BROKEN))  # test_coroutine


def test_thread():
    thread = threading.Thread(target=helper)
    thread.start()
    thread.join()


def test_thread_of_its_own():  # test_thread_of_its_own
    thread = threading.Thread(target=respond, args=[BROKEN])
    thread.start()
    thread.join()


@pytest.fixture
def called():
    helper()


def test_set_up(called):
    pass


def decorated(test):
    @functools.wraps(test)
    def wrapper():
        test()

    return wrapper


@decorated
def test_decorated():
    helper()  # test_decorated


class TestCase(unittest.TestCase):
    def test_method(self):
        helper()  # TestCase::test_method

    def test_failing(self):
        helper()  # TestCase::test_failing
        raise AssertionError
