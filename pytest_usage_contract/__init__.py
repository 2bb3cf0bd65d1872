"""Judges the token usage in LLM API responses against what the provider documents."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_usage_contract.api import UsageContractError, assert_usage, assert_usage_parity, check_usage
    from pytest_usage_contract.bookkeeping import assert_booked
    from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
    from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
    from pytest_usage_contract.core.contract_file import json_schema, read_contract
    from pytest_usage_contract.core.finding import Finding, Verdict
    from pytest_usage_contract.core.tokens import Tokens
    from pytest_usage_contract.core.usage import ABSENT, Amount, Count, MayBeAbsent, Usage
    from pytest_usage_contract.mocks.unanswered import UsageMockError
    from pytest_usage_contract.payloads import Counterexample, Example, counterexamples, examples
    from pytest_usage_contract.providers.registry import contracts, find_contract
    from pytest_usage_contract.snapshots import SnapshotFileError, UsageSnapshotError

__all__ = [
    "ABSENT",
    "Amount",
    "Beside",
    "Contract",
    "Count",
    "Counterexample",
    "Dialect",
    "Divergence",
    "Endpoint",
    "Example",
    "Finding",
    "Framing",
    "MayBeAbsent",
    "Part",
    "SnapshotFileError",
    "Source",
    "Tokens",
    "Total",
    "Usage",
    "UsageContractError",
    "UsageMockError",
    "UsageSnapshotError",
    "Verdict",
    "Whole",
    "assert_booked",
    "assert_usage",
    "assert_usage_parity",
    "check_usage",
    "contracts",
    "counterexamples",
    "examples",
    "find_contract",
    "json_schema",
    "read_contract",
]

_HOMES = {
    "providers.registry": ("contracts", "find_contract"),
    "core.accounting": ("Beside", "Part", "Total", "Whole"),
    "core.contract": ("Contract", "Dialect", "Divergence", "Endpoint", "Framing", "Source"),
    "core.contract_file": ("json_schema", "read_contract"),
    "core.finding": ("Finding", "Verdict"),
    "core.tokens": ("Tokens",),
    "core.usage": ("ABSENT", "Amount", "Count", "MayBeAbsent", "Usage"),
    "mocks.unanswered": ("UsageMockError",),
    "payloads": ("Counterexample", "Example", "counterexamples", "examples"),
    "snapshots": ("SnapshotFileError", "UsageSnapshotError"),
    "bookkeeping": ("assert_booked",),
    "api": ("UsageContractError", "assert_usage", "assert_usage_parity", "check_usage"),
}


def __getattr__(name: str) -> object:
    """Load a public name on its first use: pytest imports this package in every run, used or not."""
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
