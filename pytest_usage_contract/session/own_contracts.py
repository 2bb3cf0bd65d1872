"""The contracts that a project brings: what its conftest files return, and what its ini file reads from documents.

Each is asked once, and only when a contract is looked up, so that a run that uses none pays for none.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_usage_contract.providers.sources import note_change
from pytest_usage_contract.session.options import folder_of_ini, read_ini

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_usage_contract.core.contract import Contract

DOCUMENTS = "usage_contract_documents"


class OwnContracts:
    """The contracts that one run brings, with whatever a later `conftest.py` adds to it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._asked: set[object] = set()
        self._brought: list[Contract] = []
        self._asking = False

    def __call__(self) -> "Iterable[Contract]":
        """Return all that is brought by now; a hook that looks up a contract sees what came before it.

        Raises `ValueError` that says whose fault it is where there is one.
        """
        if not self._asking:
            self._asking = True
            try:
                for key, who, bring in self._list_sources():
                    self._brought += _ask(who, bring)
                    self._asked.add(key)
                    note_change()
            finally:
                self._asking = False
        return self._brought

    def _list_sources(self) -> "Iterator[tuple[object, str, Callable[[], object]]]":
        """Yield each that has not been asked: what it is known by, what messages call it, and how to ask it."""
        if DOCUMENTS not in self._asked:
            yield DOCUMENTS, DOCUMENTS, self._read_documents
        hooks = self._config.pluginmanager.hook.pytest_usage_contracts.get_hookimpls()
        for hook in reversed(hooks):  # in the order in which pytest would call them
            if hook.function not in self._asked and not (hook.wrapper or hook.hookwrapper):
                yield hook.function, f"pytest_usage_contracts() in {self._name(hook.plugin)}", hook.function

    def _read_documents(self) -> "list[Contract] | None":
        lines = read_ini(self._config, DOCUMENTS)
        if not lines:
            return None
        from pytest_usage_contract.documents import parse_line  # noqa: PLC0415 - needs an extra

        return [parse_line(line).read(folder_of_ini(self._config)) for line in lines]

    def _name(self, plugin: Any) -> str:
        path = Path(getattr(plugin, "__file__", None) or type(plugin).__name__)
        root = self._config.rootpath
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _ask(who: str, bring: "Callable[[], object]") -> "tuple[Contract, ...]":
    from pytest_usage_contract.providers.registry import read_contracts  # noqa: PLC0415 - brings pydantic

    try:
        brought = bring()
        return () if brought is None else read_contracts(brought)
    except (ValueError, TypeError, LookupError, OSError, ImportError) as fault:
        raise ValueError(f"{who}: {fault}") from fault
    except Exception as fault:
        raise ValueError(f"{who}: {type(fault).__name__}: {fault}") from fault
