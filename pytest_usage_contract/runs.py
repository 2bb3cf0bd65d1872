"""The run under pytest that is under way, as far as judging asks it; nothing heavy is imported here."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pytest_usage_contract.core.codes import Kind
    from pytest_usage_contract.core.exchange import Representation
    from pytest_usage_contract.providers.routes import Route, Routes


class Captured(Protocol):
    """An exchange that a run has captured, with the bytes and the place it is known by.

    It was *asked* for its usage where the body of its request did so, and a stream came.
    """

    place: "Route | None"
    asked: bool

    @property
    def body(self) -> bytes:
        """The body as it came over the wire."""

    @property
    def representation(self) -> "Representation":
        """The headers that say how its body is to be read."""


class Capturing(Protocol):
    """A run under pytest, as far as judging asks it: its captured exchanges, its routes, its policy."""

    @property
    def places(self) -> "Routes":
        """The routes of this run, gateways and test servers included."""

    def recall(self, response: object) -> Captured | None:
        """The exchange of the running test that *response*, or an SDK's object, came from."""

    def judged(self, seen: Captured | None) -> None:
        """Note that the test itself has judged, so that it has the last word."""

    def policy(self) -> "tuple[Kind, ...]":
        """The kinds that fail in the running test."""


_runs: list[Capturing] = []
"""The run that is under way, if any, is the last: a run started inside another's test comes on top."""


def enter(run: Capturing) -> None:
    """Let *run* add what it knows to every judgement until it leaves."""
    _runs.append(run)


def leave(run: Capturing) -> None:
    """The end of what `enter` began."""
    if run in _runs:
        _runs.remove(run)


def current() -> Capturing | None:
    """The run that is under way."""
    return _runs[-1] if _runs else None
