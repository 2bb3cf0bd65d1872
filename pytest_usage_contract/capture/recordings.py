"""One exchange while its body is being read."""

import threading
import weakref
from collections.abc import Callable
from typing import NamedTuple

from pytest_usage_contract.capture.sink import Listener
from pytest_usage_contract.core.exchange import Ending, Exchange

Audience = list[tuple[Listener, object]]
"""Who wants an exchange, each with the owner that it named."""


class Head(NamedTuple):
    """What is known of an exchange before its body is: the first fields of an `Exchange`, in their order."""

    method: str
    host: str
    path: str
    status: int
    stream: bool
    mocked: bool = False


class Decoded(NamedTuple):
    """A body with its content-encoding undone, as far as that went."""

    body: bytes
    overflowed: bool = False
    broken: bool = False
    """It cannot be decoded."""
    unfinished: bool = False
    """It can, but its encoding says that there was more to come."""


Decoder = Callable[[bytes, int], Decoded]
"""Undoes a content-encoding, up to so many bytes."""

Errors = tuple[type[BaseException], ...]


def is_event_stream(content_type: str | None) -> bool:
    """Tell whether a *content_type* is that of server-sent events."""
    return content_type is not None and content_type.lstrip()[:17].lower() == "text/event-stream"


def deliver(
    audience: Audience, head: Head, body: bytes, ending: Ending, response: object, *, overflowed: bool = False
) -> None:
    """Tell everybody in *audience* of an exchange whose *body* is decoded."""
    for listener, owner in audience:
        more = overflowed or len(body) > listener.bound
        exchange = Exchange(*head, body[: listener.bound], ending, more)
        listener.take(exchange, owner, response)


def trouble(audience: Audience, error: Exception) -> None:
    """Tell everybody in *audience* of an *error* in capture."""
    for listener, _ in audience:
        listener.trouble(error)


class Body:
    """What was read of the body of an exchange, in bounded memory: its first part, and whether there was more."""

    __slots__ = ("_cuts", "_decode", "_head", "bound", "kept", "overflowed", "reads")

    def __init__(self, audience: Audience, head: Head, *, cuts: Errors = (), decode: Decoder | None = None) -> None:
        """Begin a body that one of *cuts* breaks, and that *decode* reads where its encoding is left to us."""
        self._head, self._cuts, self._decode = head, cuts, decode
        self.bound = max(listener.bound for listener, _ in audience)
        # One buffer, since millions of small events would cost far more as objects than as bytes.
        self.kept = bytearray()
        self.overflowed = False
        self.reads = 0

    def add(self, chunk: bytes) -> None:
        """Keep *chunk*, as far as the bound goes."""
        self.reads += 1
        room = self.bound - len(self.kept)
        if len(chunk) <= room:
            self.kept += chunk
        else:
            self.kept += chunk[:room]
            self.overflowed = True

    def cut_by(self, error: BaseException) -> bool:
        """Tell whether *error* is one that only a server can cause."""
        return isinstance(error, self._cuts)

    def ending_by(self, error: BaseException) -> Ending:
        """Tell how *error* ends it: by a fault of the server, or by the patience of the consumer."""
        return Ending.CUT if self.cut_by(error) else Ending.LEFT

    def tell(self, audience: Audience, ending: Ending, response: object) -> None:
        """Tell *audience* of the exchange, its body decoded."""
        try:
            body = self._decoded()
            if body.broken or (body.unfinished and ending is Ending.WHOLE and not body.overflowed):
                ending = Ending.CUT
            deliver(audience, self._head, body.body, ending, response, overflowed=body.overflowed)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
            trouble(audience, error)

    def _decoded(self) -> Decoded:
        if self._decode is None:
            return Decoded(bytes(self.kept), self.overflowed)
        decoded = self._decode(bytes(self.kept), self.bound)
        return decoded._replace(overflowed=True) if self.overflowed else decoded


_lock = threading.RLock()  # reentrant: the garbage collector may end a recording while another one ends
_open: "dict[Recording, Audience]" = {}


class Recording(Body):
    """A body that is being read, told to its audience once: when it ends, is left, or its response is collected."""

    __slots__ = ("_detach", "_held", "_response")

    def __init__(
        self, audience: Audience, head: Head, response: object, *, cuts: Errors = (), decode: Decoder | None = None
    ) -> None:
        super().__init__(audience, head, cuts=cuts, decode=decode)
        self._detach: Callable[[], object] = _nothing
        self._held: object = None
        self._response: Callable[[], object] = weakref.ref(response, self._collected)
        _open[self] = audience

    def until_ended(self, detach: Callable[[], object]) -> None:
        """Call *detach*, which takes us off the response, when the recording ends."""
        self._detach = detach

    def failed(self, error: BaseException) -> None:
        """Hear that reading raised *error*, after which there is nothing to read."""
        self.end(self.ending_by(error))

    def hold(self, readable: object) -> None:
        """Wait on though the response be collected, since *readable* can be read without it."""
        self._held = readable

    def end(self, ending: Ending) -> None:
        """Tell the audience, unless it was told before."""
        with _lock:
            audience = _open.pop(self, None)
        if audience is not None:
            self._close(audience, ending)

    def lose(self, listener: Listener) -> None:
        """Tell *listener*, who has stopped listening, that for it the exchange is left."""
        with _lock:
            audience = _open.get(self, [])
            leaving = [entry for entry in audience if entry[0] is listener]
            audience[:] = [entry for entry in audience if entry[0] is not listener]
            last = not audience and _open.pop(self, None) is not None
        if last:
            self._close(leaving, Ending.LEFT)
        elif leaving:
            self.tell(leaving, Ending.LEFT, self._response())

    def _close(self, audience: Audience, ending: Ending) -> None:
        try:
            self._detach()
        except Exception as error:  # noqa: BLE001 - the same
            trouble(audience, error)
        self.tell(audience, ending, self._response())
        # They lead back here, and what is held may be large: nothing is left to the garbage collector.
        self._detach = self._response = _nothing
        self._held = None

    def _collected(self, _: object) -> None:
        if self._held is None:
            self.end(Ending.LEFT)


def leave_all(listener: Listener) -> None:
    """Tell *listener* of everything that is still being read."""
    with _lock:
        recordings = list(_open)
    for recording in recordings:
        recording.lose(listener)


def _nothing() -> None:
    return None
