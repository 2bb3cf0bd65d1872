"""pytest's hooks, in the order of a session; nothing heavy is imported before a run is switched on or a test asks."""

from collections.abc import Generator
from typing import Any

import pytest

from pytest_usage_contract.fixtures import (
    assert_booked,
    assert_usage,
    usage_example,
    usage_exchanges,
    usage_mock,
    usage_snapshot,
)
from pytest_usage_contract.mocks import mock_fixtures as mocks
from pytest_usage_contract.providers.sources import add_source, note_change
from pytest_usage_contract.session import SESSION, asks, misuse, options, settings
from pytest_usage_contract.session.own_contracts import OwnContracts

__all__ = ["assert_booked", "assert_usage", "usage_example", "usage_exchanges", "usage_mock", "usage_snapshot"]


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(settings)


def pytest_configure(config: pytest.Config) -> None:
    for line in (settings.MARKER_LINE, mocks.EXAMPLES_MARKER_LINE):
        config.addinivalue_line("markers", line)
    config.add_cleanup(add_source(OwnContracts(config)))
    if options.is_active(config):
        from pytest_usage_contract.session.gate import Gate  # noqa: PLC0415 - brings pydantic

        if options.read_ini(config, options.SPANS):
            from pytest_usage_contract.session.span_summary import SpanSummary  # noqa: PLC0415 - needed by few runs

            config.pluginmanager.register(SpanSummary(config), "usage_contract_spans")

        config.pluginmanager.register(Gate(config), "usage_contract_gate")
    else:
        options.refuse_idle_options(config)


def pytest_plugin_registered() -> None:
    """Ask for contracts again: a `conftest.py` further down may bring some."""
    note_change()


def pytest_report_header(config: pytest.Config) -> str | None:
    return None if options.is_active(config) else options.explain_off(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mocks.parametrize(metafunc)


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker(mocks.EXAMPLES_MARKER) is not None:
        with misuse.refused_misuse(item.config):
            mocks.add_fixture(item)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Follow the tests that ask for their exchanges, also in a run that does not capture."""
    if SESSION not in session.config.stash and any(map(asks, session.items)):
        from pytest_usage_contract.session.gate import follow  # noqa: PLC0415 - brings pydantic

        follow(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from mocks.fail_unanswered(item))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    misuse.raise_misuse_of(node)
