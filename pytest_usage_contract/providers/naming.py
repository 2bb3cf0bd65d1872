"""The names of contracts that a run is told to require, to demand and to ignore, settled by the contracts there are."""

from collections.abc import Iterable, Iterator
from typing import Final

from pytest_usage_contract.core.policy import EVERYTHING, Ignore, parse_ignore
from pytest_usage_contract.providers.registry import contracts_named

ANY: Final = "any"
"""In place of a name that is required: whichever contract there is."""


def names_of(name: str) -> list[str]:
    """Return the names of the contracts that *name* means; raise `LookupError` where it means none."""
    return [contract.name for contract in contracts_named(name)]


def settle_required(given: Iterable[str]) -> tuple[str, ...]:
    """Return the names of contracts, each once; a provider stays its own name, since one contract of it will do."""
    return tuple(dict.fromkeys(name for one in given for name in _settle_one(one)))


def _settle_one(name: str) -> list[str]:
    if name == ANY:
        return [name]
    found = names_of(name)
    return [name] if all(contract.startswith(f"{name}/") for contract in found) else found


def settle_demanded(given: Iterable[str]) -> frozenset[str]:
    """Return the names of contracts, of a provider all that it has; `all` stays."""
    return frozenset(name for one in given for name in ([one] if one == EVERYTHING else names_of(one)))


def read_ignores(lines: str | Iterable[str], by: str) -> Iterator[Ignore]:
    """Yield what *lines* ignore on the word of *by*; raise `ValueError` or `LookupError` for one that is none."""
    if not isinstance(lines, Iterable):
        raise TypeError(f"ignore is {lines!r}; it is a list of lines, such as 'undocumented-field usage.cost'")
    for line in [lines] if isinstance(lines, str) else lines:
        code, path, name = parse_ignore(line)
        yield Ignore(code, path, frozenset(names_of(name)) if name else None, by)
