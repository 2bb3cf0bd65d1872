"""What a test can ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_usage_contract.run.watch import session_of

if TYPE_CHECKING:
    from pytest_usage_contract.run.attempt import Captured


@pytest.fixture
def assert_usage() -> Callable[..., Any]:
    """Judge one response, demand that it has a usage, and give the usage: `pytest_usage_contract.assert_usage`."""
    from pytest_usage_contract.judging import assert_usage

    return assert_usage


@pytest.fixture
def usage_exchanges(request: pytest.FixtureRequest) -> "list[Captured]":
    """The exchanges under contract that this test has captured so far, from its set-up on, in their order."""
    session = session_of(request.config)
    assert session is not None
    assert session.current is not None
    return session.current.captured
