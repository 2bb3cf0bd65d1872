"""Who is told of an exchange, and that the code under test never hears of it."""

from contextlib import suppress
from typing import Final, Protocol

from pytest_usage_contract.core.exchange import Exchange

NOBODY: Final = object()


class Sink(Protocol):
    """Receives exchanges; any of its methods may be called from any thread, `take` even by the garbage collector.

    So a lock that it holds must be one that its own thread can take again (`threading.RLock`).
    """

    def wants(self, method: str, host: str, path: str) -> bool:
        """Tell whether an exchange is to be kept; asked, possibly twice, once its response is there."""

    def owner(self) -> object:
        """Name whom a request belongs to; asked in the thread and task of the caller, before it goes out."""

    def take(self, exchange: Exchange, owner: object, response: object) -> None:
        """Take one *exchange*, once, when its body is whole, cut or left; *response* is None if it is gone."""

    def trouble(self, error: Exception) -> None:
        """Hear of an *error* inside capture, which nobody else will."""


class Listener:
    """A sink that is being told, whose errors stay here."""

    __slots__ = ("_sink", "bound", "listening")

    def __init__(self, sink: Sink, bound: int) -> None:
        self._sink = sink
        self.bound = bound
        self.listening = False

    # Each of these guards itself, since a common guard would cost more than most sinks do.

    def owner(self) -> object:
        """Give the owner of a request, or NOBODY if the sink could not say."""
        try:
            return self._sink.owner()
        except Exception as error:  # noqa: BLE001 - whatever a sink does is no concern of the code under test
            self.trouble(error)
            return NOBODY

    def wants(self, method: str, host: str, path: str) -> bool:
        """Tell whether the sink is listening and wants such an exchange."""
        try:
            return self.listening and self._sink.wants(method, host, path)
        except Exception as error:  # noqa: BLE001 - the same
            self.trouble(error)
            return False

    def take(self, exchange: Exchange, owner: object, response: object) -> None:
        """Hand over *exchange*."""
        try:
            self._sink.take(exchange, owner, response)
        except Exception as error:  # noqa: BLE001 - the same
            self.trouble(error)

    def trouble(self, error: Exception) -> None:
        """Report *error*; a sink that cannot even hear of it has had its chance."""
        with suppress(Exception):
            self._sink.trouble(error)
