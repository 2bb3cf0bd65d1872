"""All contracts by name: the built-in ones, whose modules load when first needed, and a team's own, which come first.

Own contracts are brought by packages and by the project that is run; one with the name of a built-in stands in its
place.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from pytest_usage_contract.providers.index import INDEX, Call
from pytest_usage_contract.providers.sources import bring_contracts, count_changes, note_change

if TYPE_CHECKING:
    from pytest_usage_contract.core.contract import Contract

GROUP = "usage_contracts"
"""The entry-point group of packages that bring contracts: each names a `Contract`, or an iterable of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A contract as it is looked up, which need not be loaded: its *words* beside its name, and its *calls*."""

    name: str
    words: tuple[str, ...]
    calls: tuple[Call, ...]
    load: "Callable[[], Contract]"
    own: bool = False

    @property
    def provider(self) -> str:
        """The provider, who serves the API."""
        return self.name.partition("/")[0]


_registered: "list[tuple[Contract, ...]]" = []


def register(new: "Iterable[Contract]") -> Callable[[], None]:
    """Add contracts of one's own; return what takes them away again.

    Raises `TypeError` for what is no contract, `ValueError` for a second one of a name that another of one's own
    has, or for a contract whose accounting speaks of fields that it does not have.
    """
    batch = read_contracts(new)
    _registered.append(batch)
    note_change()

    def undo() -> None:
        _registered.remove(batch)
        note_change()

    try:
        entries()
    except ValueError:
        undo()
        raise
    return undo


def read_contracts(brought: object) -> "tuple[Contract, ...]":
    """Return the contracts that a hook, an entry point or a module brings: one `Contract`, or an iterable of them.

    Raises `TypeError` for anything else.
    """
    from pytest_usage_contract.core.contract import Contract  # noqa: PLC0415 - brings pydantic

    if isinstance(brought, Contract):
        return (brought,)
    if not isinstance(brought, Iterable) or isinstance(brought, str | type):
        raise TypeError(f"{brought!r} is neither a Contract nor a list of them")
    batch = tuple(brought)
    for one in batch:
        if not isinstance(one, Contract):
            raise TypeError(f"{one!r} is not a Contract")
    return batch


def contracts() -> "tuple[Contract, ...]":
    """Return all contracts there are, the built-in ones first; this loads every module of a provider."""
    return tuple(entry.load() for entry in sorted(entries(), key=lambda entry: entry.own))


def entries() -> tuple[Entry, ...]:
    """Return what is known of every contract without loading it, a team's own first.

    Raises `ValueError` or `TypeError` where an own contract cannot be had.
    """
    return _entries(count_changes())


@lru_cache(maxsize=1)
def _entries(_: int) -> tuple[Entry, ...]:
    own = {name: entry_of(contract) for name, contract in _own().items()}
    return (*own.values(), *(entry for entry in built_in() if entry.name not in own))


def contracts_named(name: str) -> "tuple[Contract, ...]":
    """Return the contracts that a name may mean: one for `provider/endpoint` or a document, several for a provider.

    Raises `LookupError` for a name that means none; it says what there is.
    """
    return _contracts_named(name, count_changes())


@lru_cache(maxsize=256)
def _contracts_named(name: str, _: int) -> "tuple[Contract, ...]":
    known = entries()
    found = [entry for entry in known if entry.name == name]
    found = found or [entry for entry in known if name == entry.provider or name in entry.words]
    if found:
        return tuple(entry.load() for entry in sorted(found, key=lambda entry: entry.own))
    words = {word for entry in known for word in (entry.provider, entry.name, *entry.words)}
    near = get_close_matches(name, sorted(words), n=1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    there = ", ".join(entry.name for entry in sorted(known, key=lambda entry: entry.own))
    raise LookupError(f"no contract is called {name!r}{hint} (there are {there})")


def find_contract(name: str) -> "Contract":
    """Return the one contract that *name* means: `provider/endpoint`, a document's name, or a provider alone.

    Raises `LookupError` where there is none, or several and none of them is the provider's default.
    """
    return only_or_default(name, contracts_named(name))


def only_or_default(name: str, candidates: "tuple[Contract, ...]") -> "Contract":
    """Return the only one of *candidates*, or the default among them; raise `LookupError` where there is neither."""
    defaults = [contract for contract in candidates if contract.default]
    if len(candidates) != 1 and len(defaults) != 1:
        raise LookupError(f"{name!r} may mean {' or '.join(contract.name for contract in candidates)}; say which")
    return defaults[0] if len(candidates) != 1 else candidates[0]


def entry_of(contract: "Contract") -> Entry:
    """Return what is known of a contract of one's own."""
    calls = tuple((endpoint.method, endpoint.hosts, endpoint.path) for endpoint in contract.endpoints)
    return Entry(contract.name, contract.names[1:], calls, lambda: contract, own=True)


@cache
def built_in() -> tuple[Entry, ...]:
    """Return what is known of every built-in contract, whether or not one of a team's own stands in its place."""
    return tuple(Entry(name, words, calls, partial(_load, module, name)) for module, name, words, calls in INDEX)


def _load(module: str, name: str) -> "Contract":
    provider = import_module(f"pytest_usage_contract.providers.{module}")
    declared: tuple[Contract, ...] = provider.CONTRACTS
    return next(contract for contract in declared if contract.name == name)


def _own() -> "dict[str, Contract]":
    """Return a team's own contracts by their names, of which two may not be one."""
    own: dict[str, Contract] = {}
    ours = [*(contract for batch in _registered for contract in batch), *bring_contracts()]
    for contract in (*(contract for point in _entry_points() for contract in _from_package(point)), *ours):
        if (other := own.setdefault(contract.name, contract)) is not contract:
            raise ValueError(
                f"two contracts are named {contract.name}, of {other.source} and of {contract.source}; rename one"
            )
    if ours:
        from pytest_usage_contract.core.checker import checker  # noqa: PLC0415 - brings pydantic

        for contract in ours:
            checker(contract)
    return own


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _from_package(point: EntryPoint) -> "tuple[Contract, ...]":
    """Return what a package brings; nothing yet while its module is imported, which may look up what it extends."""
    spec = getattr(sys.modules.get(point.module), "__spec__", None)
    if getattr(spec, "_initializing", False):
        note_change()
        return ()
    return _load_entry_point(point)


@cache
def _load_entry_point(point: EntryPoint) -> "tuple[Contract, ...]":
    try:
        return read_contracts(point.load())
    except (TypeError, ImportError, AttributeError) as fault:
        raise ValueError(f"the entry point {point.name} = {point.value} of {GROUP}: {fault}") from fault
