"""All contracts by name: the built-in ones, whose modules load when first needed, and a team's own, which come first.

Own contracts are registered by a run, or brought by packages; one with the name of a built-in stands in its place.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.providers.index import INDEX, Call

GROUP = "usage_contracts"
"""The entry-point group of packages that bring contracts: each names a `Contract`, or an iterable of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A contract as it is looked up, which need not be loaded: its *words* beside its name, and its *calls*."""

    name: str
    words: tuple[str, ...]
    calls: tuple[Call, ...]
    load: Callable[[], Contract]
    own: bool = False

    @property
    def provider(self) -> str:
        """The provider, who serves the API."""
        return self.name.partition("/")[0]


_registered: list[tuple[Contract, ...]] = []


def register(new: Iterable[Contract]) -> Callable[[], None]:
    """Add contracts of one's own; return what takes them away again.

    Raises `TypeError` for what is no contract, `ValueError` for a second one of a name that another of one's own
    has, or for a contract whose accounting speaks of fields that it does not have.
    """
    batch = tuple(new)
    taken = {contract.name: contract for contract in _own()}
    for contract in batch:
        if not isinstance(contract, Contract):
            raise TypeError(f"{contract!r} is not a Contract")
        if taken.setdefault(contract.name, contract) is not contract:
            raise ValueError(f"there is a contract named {contract.name} already")
        checker(contract)
    _registered.append(batch)
    _forget()

    def undo() -> None:
        _registered.remove(batch)
        _forget()

    return undo


def contracts() -> tuple[Contract, ...]:
    """Return all contracts there are, the built-in ones first; this loads every module of a provider."""
    return tuple(entry.load() for entry in sorted(entries(), key=lambda entry: entry.own))


@cache
def entries() -> tuple[Entry, ...]:
    """Return what is known of every contract without loading it, a team's own first."""
    own = {contract.name: entry_of(contract) for contract in _own()}
    return (*own.values(), *(entry for entry in _built_in() if entry.name not in own))


@cache
def contracts_named(name: str) -> tuple[Contract, ...]:
    """Return the contracts that a name may mean: one for `provider/endpoint` or a document, several for a provider.

    Raises `LookupError` for a name that means none; it says what there is.
    """
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


def find_contract(name: str) -> Contract:
    """Return the one contract that *name* means: `provider/endpoint`, a document's name, or a provider alone.

    Raises `LookupError` where there is none, or several and none of them is the provider's default.
    """
    return only_or_default(name, contracts_named(name))


def only_or_default(name: str, candidates: tuple[Contract, ...]) -> Contract:
    """Return the only one of *candidates*, or the default among them; raise `LookupError` where there is neither."""
    defaults = [contract for contract in candidates if contract.default]
    if len(candidates) != 1 and len(defaults) != 1:
        raise LookupError(f"{name!r} may mean {' or '.join(contract.name for contract in candidates)}; say which")
    return defaults[0] if len(candidates) != 1 else candidates[0]


def entry_of(contract: Contract) -> Entry:
    """Return what is known of a contract of one's own."""
    calls = tuple((endpoint.method, endpoint.hosts, endpoint.path) for endpoint in contract.endpoints)
    return Entry(contract.name, contract.names[1:], calls, lambda: contract, own=True)


@cache
def _built_in() -> tuple[Entry, ...]:
    return tuple(Entry(name, words, calls, partial(_load, module, name)) for module, name, words, calls in INDEX)


def _load(module: str, name: str) -> Contract:
    provider = import_module(f"pytest_usage_contract.providers.{module}")
    declared: tuple[Contract, ...] = provider.CONTRACTS
    return next(contract for contract in declared if contract.name == name)


def _own() -> Iterator[Contract]:
    yield from _from_packages()
    for batch in _registered:
        yield from batch


@cache
def _from_packages() -> tuple[Contract, ...]:
    brought: list[Contract] = []
    for point in entry_points(group=GROUP):
        found = point.load()
        brought += (found,) if isinstance(found, Contract) else found
    return tuple(brought)


def _forget() -> None:
    entries.cache_clear()
    contracts_named.cache_clear()
