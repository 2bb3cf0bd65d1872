"""Snapshots of usage, on syrupy: the fixture and its errors; nothing heavy is imported before a test asks for it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_usage_contract.snapshots.snapshot import UsageSnapshot


class UsageSnapshotError(AssertionError):
    """A usage is not what its snapshot holds, or there is none to compare; the message says it field by field."""


class SnapshotFileError(ValueError):
    """A snapshot file cannot be compared: no JSON, no snapshot, of a later format, or of another contract."""


for _error in (UsageSnapshotError, SnapshotFileError):
    _error.__module__ = "pytest_usage_contract"  # where it is public: pytest shows the name in every failure


@pytest.fixture
def usage_snapshot(request: pytest.FixtureRequest) -> "UsageSnapshot":
    """The stored snapshot of a usage: `assert response == usage_snapshot` compares its shape.

    `usage_snapshot(values=True)` compares the values, `usage_snapshot(contract="openrouter")` names the contract,
    `usage_snapshot(name="second")` the snapshot.
    """
    from pytest_usage_contract.snapshots.snapshot import make_snapshot  # noqa: PLC0415 - it imports syrupy and pydantic

    return make_snapshot(request)
