"""Requests that no mock answers: told at the end of the test, even where an SDK wrapped or retried the error away."""

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from pytest_usage_contract.core.escape import escape

NEAREST = 3


class UsageMockError(AssertionError):
    """A request went where no mock answers it; the message names it and the nearest routes."""

    __module__ = "pytest_usage_contract.mocks"  # where it is found by others


class Asked(NamedTuple):
    """A request: never a header, a query string or a prompt. *client* is one that respx cannot reach."""

    method: str
    host: str
    path: str
    client: str = ""

    def __str__(self) -> str:
        request = f"{escape(self.method)} {escape(self.host)}{escape(self.path, 200)}"
        return f"{request} through {self.client}; httpx and httpx2 are what it can answer" if self.client else request


class Mounted(NamedTuple):
    """A route that is mocked, and the contract it is mocked for."""

    method: str
    host: str
    path: str
    contract: str

    def __str__(self) -> str:
        return f"{self.method} {self.host}/{self.path.removeprefix('/')}  ({self.contract})"

    def likeness(self, asked: Asked) -> float:
        """How near this route is to a request, up to 1."""
        ours, theirs = f"{self.method} {self.host}{self.path}", f"{asked.method} {asked.host}{asked.path}"
        return SequenceMatcher(None, ours, theirs).ratio()


def format_unanswered(requests: Iterable[Asked], mounted: Iterable[Mounted]) -> str:
    """Each request once, with how often it was made, and the routes that are nearest to them."""
    times = Counter(requests)
    lines = [f"no mock answers {asked}{f' ({count} times)' if count > 1 else ''}" for asked, count in times.items()]
    by_likeness = sorted(mounted, key=lambda route: -max(route.likeness(asked) for asked in times))
    return "\n".join([*lines, "nearest mocked", *(f"  {route}" for route in by_likeness[:NEAREST])])
