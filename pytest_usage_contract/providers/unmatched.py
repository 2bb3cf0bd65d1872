"""Calls that no contract covers: which could carry a usage, which look like a documented one, what is kept of them."""

import re
from typing import Final

from pytest_usage_contract.core.exchange import Exchange
from pytest_usage_contract.providers.routes import Routes

BOUND: Final = 64 * 1024 * 1024
"""Bytes of a body that are kept where a contract covers the call."""

LOOK: Final = 1024 * 1024
"""Bytes of a body that are kept where none does, but one is known at its host, or for the end of its path."""

_USAGE: Final = re.compile(rb'"usage(?:Metadata)?"\s*:\s*\{')
"""The beginning of a usage; within a text of JSON its quotes would be escaped."""

_ID: Final = re.compile(
    r"\d+"
    r"|[a-z]+_(?=[A-Za-z]*\d)[A-Za-z0-9]+"  # thread_abc123
    r"|[a-z]+-(?=[A-Za-z]*\d)[A-Za-z0-9]{8,}"  # file-AbCdEf12
    r"|(?=[a-f-]*\d)[0-9a-f-]{12,}"
    r"|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,}"
)
"""A segment of a path that names one thing among many, and neither a version (`v1`) nor a model (`gpt-4.1`)."""


def room_for(routes: Routes, method: str, host: str, path: str) -> int:
    """Return how many bytes of an answer are kept: for a covered call what judging needs, else for a look, or none."""
    if routes.find(method, host, path) is not None:
        return BOUND
    return LOOK if routes.knows(host) or routes.ends_as_documented(method, path) else 0


def could_carry_usage(exchange: Exchange) -> bool:
    """Tell whether an answer has a usage, or is that of a POST that succeeded."""
    succeeded = 200 <= exchange.status < 300
    return (exchange.request.method == "POST" and succeeded) or _USAGE.search(exchange.body) is not None


def find_look_alike(exchange: Exchange, routes: Routes) -> str:
    """Return the contract that documents the most of the usage in an answer, where the path is like its own.

    Of several that document as much, it is one whose provider the address names, or else one that has no host of its
    own, or else the first: whose path this is, and which is served at the most hosts.
    """
    if not 200 <= exchange.status < 300 or _USAGE.search(exchange.body) is None:
        return ""
    from pytest_usage_contract.core.check import check_bytes  # noqa: PLC0415 - brings pydantic

    method, host, path = exchange.request
    best, most = "", (0, False, False)
    for contract, endpoint in routes.look_alikes(method, path):
        seen = check_bytes(contract, exchange.body, endpoint=endpoint, representation=exchange.representation).seen
        named, anywhere = contract.provider in f"{host}{path}".lower(), not endpoint.hosts
        fit = len(seen), named, anywhere
        if seen and fit > most:
            best, most = contract.name, fit
    return best


def fold_ids(path: str) -> str:
    """Return *path* with `{id}` in place of each id: `/v1/threads/{id}/runs`."""
    return "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in path.split("/"))
