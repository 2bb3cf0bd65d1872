"""The built-in contracts that a team's own replace by their name, or precede at a call that both cover."""

import re
from collections.abc import Iterator, Sequence

from pytest_usage_contract.providers.registry import Entry, built_in, entries
from pytest_usage_contract.providers.routes import ANYWHERE, Routes


def list_precedence() -> tuple[str, ...]:
    """Return a sentence for each: `own/chat precedes atoma/completions at POST api.atoma.network/v1/completions`."""
    own = [entry for entry in entries() if entry.own]
    if not own:
        return ()
    names = {entry.name for entry in own}
    replaced = [f"{entry.name} replaces the built-in one" for entry in built_in() if entry.name in names]
    others = [entry for entry in built_in() if entry.name not in names]
    # Of two templates that overlap one fits an example of the other.
    both = [(theirs, mine, call) for mine, theirs, call in _overlaps(own, others)]
    preceded = [f"{mine} precedes {theirs} at {call}" for mine, theirs, call in (*both, *_overlaps(others, own))]
    return (*replaced, *dict.fromkeys(preceded))


def _overlaps(some: Sequence[Entry], others: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    """Yield the names of those of *others* and of *some* at an example of whose calls they meet, and that call."""
    routes = Routes(among=others)
    for entry in some:
        for method, hosts, path in entry.calls:
            for host in hosts:
                example = "/" + re.sub(r"\{[^{}]*\}", "x", path.removeprefix(ANYWHERE)).removeprefix("/")
                if route := routes.find(method, host.replace("*", "x").lower(), example):
                    yield route.contract.name, entry.name, f"{method} {host}/{path.removeprefix('/')}"
