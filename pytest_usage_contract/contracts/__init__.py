"""The promises: one module per provider, and here the one place that knows them all, by name."""

import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from pytest_usage_contract.contracts import atoma, openrouter, orq
from pytest_usage_contract.core.contract import Contract

BUILT_IN: tuple[Contract, ...] = (*atoma.CONTRACTS, *openrouter.CONTRACTS, *orq.CONTRACTS)

GROUP = "usage_contracts"
"""The entry-point group of packages that bring contracts: each names a `Contract`, or an iterable of them."""

_registered: list[tuple[Contract, ...]] = []


def contracts() -> tuple[Contract, ...]:
    """All contracts there are: built in, brought by packages, registered by this run."""
    return (*BUILT_IN, *_from_packages(), *(contract for batch in _registered for contract in batch))


def register(new: Iterable[Contract]) -> Callable[[], None]:
    """Add contracts of one's own; returns what takes them away again.

    Raises `TypeError` for what is no contract, `ValueError` for a name that is taken, or for a contract whose
    accounting speaks of fields that it does not have.
    """
    batch = tuple(new)
    taken = {contract.name for contract in contracts()}
    for contract in batch:
        if not isinstance(contract, Contract):
            raise TypeError(f"{contract!r} is not a Contract")
        if contract.name in taken:
            raise ValueError(f"there is a contract named {contract.name} already")
        taken.add(contract.name)
        _ = contract.shape
    _registered.append(batch)
    meant_by.cache_clear()

    def undo() -> None:
        _registered.remove(batch)
        meant_by.cache_clear()

    return undo


@cache
def _from_packages() -> tuple[Contract, ...]:
    brought: list[Contract] = []
    for point in entry_points(group=GROUP):
        found = point.load()
        brought += (found,) if isinstance(found, Contract) else found
    return tuple(brought)


@cache
def meant_by(name: str) -> tuple[Contract, ...]:
    """The contracts that a name may mean: one for `provider/endpoint` or a document, several for a provider.

    Raises `LookupError` for a name that means none; it says what there is.
    """
    known = contracts()
    for contract in known:
        if contract.name == name:
            return (contract,)
    found = tuple(contract for contract in known if name == contract.provider or name in contract.names)
    if found:
        return found
    words = {word for contract in known for word in (contract.provider, *contract.names)}
    near = get_close_matches(name, sorted(words), n=1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    raise LookupError(f"no contract is called {name!r}{hint} (there are {', '.join(map(str, known))})")


def find_contract(name: str) -> Contract:
    """The one contract that *name* means: `provider/endpoint`, a document's name, or a provider alone.

    Raises `LookupError` where there is none, or several and none of them is the provider's default.
    """
    return the_one(name, meant_by(name))


def the_one(name: str, candidates: tuple[Contract, ...]) -> Contract:
    """The only one of *candidates*, or the default among them; raises `LookupError` where there is neither."""
    defaults = [contract for contract in candidates if contract.default]
    if len(candidates) != 1 and len(defaults) != 1:
        raise LookupError(f"{name!r} may mean {' or '.join(contract.name for contract in candidates)}; say which")
    return defaults[0] if len(candidates) != 1 else candidates[0]


class _Contracts(ModuleType):
    """This module, which the import system puts where the package has its public function of the same name."""

    def __call__(self) -> tuple[Contract, ...]:
        return contracts()


sys.modules[__name__].__class__ = _Contracts
