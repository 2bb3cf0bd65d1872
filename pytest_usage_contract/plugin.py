"""pytest's hooks, in the order of a session; nothing heavy is imported before the run is switched on."""

from typing import TYPE_CHECKING

import pytest

from pytest_usage_contract.run import hooks
from pytest_usage_contract.fixtures import assert_usage, usage_exchanges
from pytest_usage_contract.run.settings import MARKER, add_options, is_active, refuse_idle_options
from pytest_usage_contract.run.watch import SESSION, Watch, asks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["assert_usage", "usage_exchanges"]


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARKER}(fail_on=..., ignore=['CODE PATH'], enabled=True): what of its usages fails this test",
    )
    if is_active(config):
        from pytest_usage_contract.run.gate import Gate

        config.pluginmanager.register(Gate(config), "usage_contract_gate")
    else:
        refuse_idle_options(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where the run does not capture, follow the tests that ask for their exchanges all the same."""
    config = session.config
    if SESSION not in config.stash and any(map(asks, session.items)):
        from pytest_usage_contract.run.gate import follow

        follow(config)
