"""A misuse ends the run with status 4 and one line; what ends a worker of pytest-xdist so, ends the whole run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

TOLD: Final = "usage_contract_misuse"
"""The name under which a worker tells of a misuse."""


@contextmanager
def refused_misuse(config: pytest.Config, where: str = "usage-contract") -> Iterator[None]:
    """Turn what says that something cannot be obeyed into pytest's usage error, whose message begins with *where*."""
    try:
        yield
    except pytest.UsageError as misuse:
        _tell_controller(config, str(misuse))
        raise
    except (ValueError, LookupError, TypeError, ImportError, OSError) as misuse:
        message = f"{where}: {misuse.args[0] if isinstance(misuse, KeyError) and misuse.args else misuse}"
        _tell_controller(config, message)
        raise pytest.UsageError(message) from misuse


def _tell_controller(config: pytest.Config, message: str) -> None:
    if hasattr(config, "workeroutput"):
        config.workeroutput.setdefault(TOLD, message)


def raise_misuse_of(node: Any) -> None:
    """Raise the misuse that a worker has ended with; for `pytest_testnodedown`."""
    if message := getattr(node, "workeroutput", {}).get(TOLD):
        raise pytest.UsageError(message)
