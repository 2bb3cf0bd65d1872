"""The fixtures that a test can ask for."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_usage_contract.mocks.mock_fixtures import usage_example, usage_mock
from pytest_usage_contract.session import session_of
from pytest_usage_contract.snapshots import usage_snapshot

if TYPE_CHECKING:
    from pytest_usage_contract.session.captured import Captured

__all__ = ["assert_booked", "assert_usage", "usage_example", "usage_exchanges", "usage_mock", "usage_snapshot"]


@pytest.fixture
def assert_booked() -> Callable[..., Any]:
    """Hold what the code under test has booked against its response: `pytest_usage_contract.assert_booked`."""
    from pytest_usage_contract.bookkeeping import assert_booked  # noqa: PLC0415 - brings pydantic

    return assert_booked


@pytest.fixture
def assert_usage() -> Callable[..., Any]:
    """Judge one response, demand that it has a usage, and give the usage: `pytest_usage_contract.assert_usage`."""
    from pytest_usage_contract.api import assert_usage  # noqa: PLC0415 - brings pydantic

    return assert_usage


@pytest.fixture
def usage_exchanges(request: pytest.FixtureRequest) -> "Sequence[Captured]":
    """The exchanges under contract that this test has captured so far, from its set-up on, in their order."""
    session = session_of(request.config)
    attempt = session.current if session else None
    if attempt is None:  # asked for by name in the middle of a test that is not followed
        raise pytest.UsageError("usage_exchanges must be an argument of the test, or the run have --usage-contract")
    from pytest_usage_contract.session.captured import Exchanges  # noqa: PLC0415 - brings pydantic

    return Exchanges(lambda: attempt.captured)
