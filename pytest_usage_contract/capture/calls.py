"""One request on its way, from the call of the client to its answer."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from pytest_usage_contract.capture.recordings import Audience, trouble
from pytest_usage_contract.capture.sink import NOBODY, Listener

listeners: tuple[Listener, ...] = ()
"""Who is listening now; only `captures` changes it."""
bound = 0
"""How much of a body is kept by whoever of them keeps most."""

_current: "ContextVar[Call | None]" = ContextVar("usage_contract_call", default=None)


class Call:
    """A call of a client that has not returned yet.

    *subject* is what tells it from a call within it. The same subject again is the same call: a method of a client
    that calls another, or a redirect that it follows. Another subject that goes to the same host is what carries the
    call: a transport that is made of another client. Any other is a call of its own: an ASGI app under test that
    calls a provider.
    """

    __slots__ = ("_address", "_before", "_broken", "_owners", "_subject", "is_open")

    def __init__(self, subject: object, before: "Call | None", address: Callable[[Any], str] | None) -> None:
        self._subject = subject
        self._before = before
        self._address = address
        self.is_open = True
        self._owners = [(listener, listener.owner()) for listener in listeners]
        self._broken: tuple[BaseException, Callable[[Call, Any], None], object] | None = None
        _current.set(self)

    def concerns(self, subject: object) -> bool:
        """Tell whether this call is about *subject*."""
        return self._subject is subject

    def answered(self, tell: "Callable[[Call, Any], None]", response: object) -> None:
        """Close the call, which returns *response*, and *tell* of that."""
        self._close()
        try:
            tell(self, response)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
            trouble(self._owners, error)

    def failed(self, error: BaseException) -> None:
        """Close the call, which raises *error*, and tell of the body that broke with it, if one did."""
        broken = self._broken
        if broken is not None and broken[0] is error:
            self.answered(broken[1], broken[2])
        else:
            self._close()

    def broke(self, error: BaseException, tell: "Callable[[Call, Any], None]", response: object) -> None:
        """Remember to *tell* of *response*, if what the call raises is the *error* that broke its body."""
        self._broken = error, tell, response

    def audience(self, method: str, host: str, path: str) -> Audience:
        """Give those who want an exchange; nobody, if the call that this one carries is seen already."""
        before = self._before
        if before is not None and before._carries(host):
            return []
        return [entry for entry in self._owners if entry[1] is not NOBODY and entry[0].wants(method, host, path)]

    def _carries(self, host: str) -> bool:
        return self.is_open and self._address is not None and self._address(self._subject) == host

    def _close(self) -> None:
        self.is_open = False
        self._broken = None  # an error holds its frames, and they hold this call
        # Not `reset`, which refuses when a coroutine is finished in another context than it was begun in.
        _current.set(self._before)


def begin(subject: object, address: Callable[[Any], str] | None = None) -> Call | None:
    """Give the call that begins here, or None if nobody listens or it has begun already.

    *address* gives the host that *subject* goes to, for a client whose transport may be another client.
    """
    if not listeners:
        return None
    before = _current.get()
    if before is not None and before.is_open and before.concerns(subject):
        return None
    return Call(subject, before, address)


def current() -> Call | None:
    """Give the innermost call that this thread or task is in."""
    call = _current.get()
    # A task that was started within a call inherits it, and may outlive it.
    return call if call is not None and call.is_open else None
