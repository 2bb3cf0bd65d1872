"""One run under pytest: what it was told, what each test received and whose that is, and what it all comes to."""

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pytest_usage_contract.session.run import Run

ASKING: Final = frozenset({"assert_booked", "assert_usage", "usage_exchanges"})
"""The fixtures that need a test's exchanges, also where the run does not capture."""

SESSION: Final = pytest.StashKey["Run"]()


def session_of(config: pytest.Config) -> "Run | None":
    """Return the session of a run that captures."""
    return config.stash.get(SESSION, None)


def asks(item: pytest.Item) -> bool:
    """Tell whether a test asks for its exchanges."""
    return not ASKING.isdisjoint(getattr(item, "fixturenames", ()))
