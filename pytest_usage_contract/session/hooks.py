"""The hooks that this plugin offers to others."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_usage_contract.core.contract import Contract


def pytest_usage_contracts() -> "Iterable[Contract]":  # type: ignore[empty-body]  # a hook has none
    """Bring contracts of one's own: called once, when the run begins, and for each later `conftest.py`."""
