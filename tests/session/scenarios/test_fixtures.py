"""Fixtures that call the provider before and after a test; each usage is signed by what received it."""

import pytest
from shop import respond, signed


@pytest.fixture
def set_up():
    respond(signed("set_up"))


@pytest.fixture
def teardown():
    yield
    respond(signed("teardown"))


@pytest.fixture
def failing():
    respond(signed("failing"))
    raise RuntimeError("no money")


def wide(scope):
    @pytest.fixture(scope=scope)
    def wide():
        yield
        respond(signed(scope))

    return wide


by_class, by_module, by_package, by_session = map(wide, ("class", "module", "package", "session"))


def test_set_up(set_up):
    pass


def test_teardown(teardown):
    pass


def test_failing(failing):
    pass


class TestWide:
    def test_wide(self, by_class, by_module, by_package, by_session):
        pass


def test_without():
    pass
