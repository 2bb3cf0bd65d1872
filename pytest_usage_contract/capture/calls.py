"""One request on its way, from the call of the client to its answer, and the sink that is told of it."""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Final, NamedTuple, Protocol

from pytest_usage_contract.core.exchange import Ending, Facts, Representation

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
    representation: Representation
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


recorder: Recorder | None = None
"""Who is told now; only `captures` changes it."""

current_call: "ContextVar[Call | None]" = ContextVar("usage_contract_call", default=None)
"""The innermost call of this thread or task. A task that was started within a call inherits it, and may outlive it."""

Tell = Callable[["Call", object], None]


class Call:
    """A call of a client that has not returned yet.

    *subject* is what tells it from a call within it. The same subject again is the same call: a method of a client
    that calls another, or a redirect that it follows. Another subject that goes to the same *address* is what carries
    the call: a transport that is made of another client. Any other is a call of its own: an ASGI app under test that
    calls a provider.
    """

    # No `__init__`: it would be one more frame of ours in every call.
    subject: object
    before: "Call | None"
    recorder: Recorder
    owner: object
    address: str = ""
    is_open = True
    broken: tuple[BaseException, Tell, object] | None = None

    def answered(self, tell: Tell, response: object) -> None:
        """Close the call, which returns *response*, and *tell* of that."""
        self.close()
        try:
            tell(self, response)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
            self.recorder.trouble(error)

    def failed(self, error: BaseException) -> None:
        """Close the call, which raises *error*, and tell of the body that broke with it, if one did."""
        broken = self.broken
        if broken is not None and broken[0] is error:
            self.answered(broken[1], broken[2])
        else:
            self.close()

    def broke(self, error: BaseException, tell: Tell, response: object) -> None:
        """Remember to *tell* of *response*, if what the call raises is the *error* that broke its body."""
        self.broken = error, tell, response

    def claim(self, host: str) -> Claim | None:
        """Return who keeps what *host* answered; None, if nobody does, or the call that this one carries is seen."""
        before = self.before
        if before is not None and before.is_open and before.address == host:
            return None
        wanted = self.owner is not NOBODY and self.recorder.wants(host)
        return Claim(self.recorder, self.owner) if wanted else None

    def close(self) -> None:
        """End the call: what begins from now on is not within it."""
        self.is_open = False
        self.broken = None  # an error holds its frames, and they hold this call
        # Not `reset`, which refuses when a coroutine is finished in another context than it was begun in.
        current_call.set(self.before)


def begin(subject: object) -> Call | None:
    """Return the call that begins here, or None if nobody is told or it has begun already."""
    if recorder is None:
        return None
    before = current_call.get()
    if before is not None and before.is_open and before.subject is subject:
        return None
    call = Call()
    call.subject, call.before, call.recorder, call.owner = subject, before, recorder, recorder.owner()
    current_call.set(call)
    return call
