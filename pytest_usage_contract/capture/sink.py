"""The sink that is told of exchanges, guarded so that the code under test never hears of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

from pytest_usage_contract.core.exchange import Ending, Facts

NOBODY: Final = object()
"""The owner of a request of which nothing is to be kept."""


class Sink(Protocol):
    """Receives exchanges; any of its methods may be called from any thread, `take` even by the garbage collector.

    So a lock that it holds must be one that its own thread can take again (`threading.RLock`).
    """

    @property
    def wants(self) -> Callable[[str], bool]:
        """Tell of a host whether what it answers is to be kept; asked for each call, so it had better be quick."""

    def owner(self) -> object:
        """Name whom a request belongs to, or `NOBODY`; asked in the thread and task of the caller."""

    def take(self, facts: Facts, owner: object, response: object) -> None:
        """Take one exchange, once, when its body is whole, cut or left; *response* is None if it is gone."""

    def trouble(self, error: Exception) -> None:
        """Hear of an *error* inside capture, which nobody else will."""


class Recorder:
    """A sink that is being told, whose errors stay here."""

    __slots__ = ("bound", "listening", "sink")

    def __init__(self, sink: Sink, bound: int) -> None:
        self.sink = sink
        self.bound = bound
        self.listening = False

    def owner(self) -> object:
        """Return the owner of a request, or `NOBODY` if the sink could not say."""
        try:
            return self.sink.owner()
        except Exception as error:  # noqa: BLE001 - whatever a sink does is no concern of the code under test
            self.trouble(error)
            return NOBODY

    def wants(self, host: str) -> bool:
        """Tell whether the sink is listening and wants what *host* answers."""
        try:
            return self.listening and self.sink.wants(host)
        except Exception as error:  # noqa: BLE001 - the same
            self.trouble(error)
            return False

    def trouble(self, error: Exception) -> None:
        """Report *error*; a sink that cannot even hear of it has had its chance."""
        with suppress(Exception):
            self.sink.trouble(error)


class Head(NamedTuple):
    """The facts of an exchange that are known before its body is: the first of its `Facts`, in their order."""

    method: str
    url: object
    status: int
    stream: bool
    mocked: bool = False


class Claim(NamedTuple):
    """The recorder that keeps an exchange, and the owner of it."""

    recorder: Recorder
    owner: object

    def deliver(self, head: Head, body: bytes, ending: Ending, response: object, *, overflowed: bool = False) -> None:
        """Hand over an exchange whose *body* is decoded."""
        recorder, owner = self
        more = overflowed or len(body) > recorder.bound
        try:
            recorder.sink.take((*head, body[: recorder.bound], ending, more), owner, response)
        except Exception as error:  # noqa: BLE001 - the same
            recorder.trouble(error)
