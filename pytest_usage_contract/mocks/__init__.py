"""Mocks that cannot drift: respx routes, for httpx and httpx2 alike, that answer with the examples of a contract."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_usage_contract.mocks.unanswered import UsageMockError
    from pytest_usage_contract.mocks.usage_mocks import UsageMock, UsageMocks

__all__ = ["UsageMock", "UsageMockError", "UsageMocks"]

_HOMES = {"UsageMock": "usage_mocks", "UsageMockError": "unanswered", "UsageMocks": "usage_mocks"}


def __getattr__(name: str) -> object:
    """Load a name on its first use: pytest imports this package in every run, and respx takes its time."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
