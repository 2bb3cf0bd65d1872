"""One exchange while its body is being read."""

import threading
import weakref
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple

from pytest_usage_contract.capture.calls import Claim, Head, Recorder
from pytest_usage_contract.core.exchange import Ending


class Decoded(NamedTuple):
    """A body with its content-encoding undone, as far as that went."""

    body: bytes
    overflowed: bool = False
    broken: bool = False
    """It cannot be decoded."""
    unfinished: bool = False
    """It can, but its encoding says that there was more to come."""
    passed_on: bool = False
    """It cannot be decoded here, and the consumer did not ask for that."""


Decoder = Callable[[bytes, int], Decoded]
"""Undoes a content-encoding, up to so many bytes."""

_GZIP: Final = b"\x1f\x8b"


def pass_on(raw: bytes, bound: int) -> Decoded:  # noqa: ARG001 - a decoder's signature
    """Leave what is *raw* as it is, since its consumer has asked for that."""
    return Decoded(raw, passed_on=True)


def gunzip(raw: bytes, bound: int) -> Decoded:
    """Undo gzip, unless the client has: no JSON and no event begins like it."""
    if not raw.startswith(_GZIP):
        return Decoded(raw)
    unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = unpacked.decompress(raw, bound)
    except zlib.error:
        return Decoded(b"", broken=True)
    return Decoded(body, overflowed=bool(unpacked.unconsumed_tail), unfinished=not unpacked.eof)


Errors = tuple[type[BaseException], ...]


class Body:
    """The body of an exchange as far as it was read, in bounded memory: its first part, and whether there was more."""

    __slots__ = ("_cuts", "_head", "bound", "claim", "decode", "kept", "overflowed", "reads")

    def __init__(self, claim: Claim, head: Head, *, cuts: Errors = (), decode: Decoder | None = None) -> None:
        """Begin a body that one of *cuts* breaks, and that *decode* reads where its encoding is left to us."""
        self._head, self._cuts, self.decode = head, cuts, decode
        self.claim = claim
        self.bound = claim.room
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

    def tell(self, ending: Ending, response: object) -> None:
        """Hand over the exchange, its body decoded."""
        try:
            body = self._decoded()
            if body.broken or (body.unfinished and ending is Ending.WHOLE and not body.overflowed):
                ending = Ending.CUT
            elif body.passed_on:
                ending = Ending.LEFT
            self.claim.deliver(self._head, body.body, ending, response, overflowed=body.overflowed)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
            self.claim.recorder.trouble(error)

    def _decoded(self) -> Decoded:
        if self.decode is None:
            return Decoded(bytes(self.kept), self.overflowed)
        decoded = self.decode(bytes(self.kept), self.bound)
        return decoded._replace(overflowed=True) if self.overflowed else decoded


class Reading:
    """One reading of a body, of which another may begin before it ends.

    A real stream then goes on where the last reading stopped; that of a mock or a cassette may start again at its
    beginning. What is read again is what was kept already, and is not added once more.
    """

    __slots__ = ("_again", "_body", "_place")

    def __init__(self, body: Body) -> None:
        self._body = body
        self._place = self._again = 0  # in what is kept, and how much before it was only read again

    def add(self, chunk: bytes) -> None:
        """Keep of *chunk* what is not kept yet."""
        body, place = self._body, self._place
        kept = body.kept[place : place + len(chunk)]
        if not chunk.startswith(kept):  # it did not start again: it went on, with what only looked alike
            body.add(bytes(body.kept[place - self._again : place]) + chunk)
        elif len(kept) < len(chunk):
            body.add(chunk[len(kept) :])
        else:
            self._place, self._again = place + len(kept), self._again + len(kept)
            return
        self._place, self._again = len(body.kept), 0


_lock = threading.RLock()  # reentrant: the garbage collector may end a recording while another one ends
_open: "set[Recording]" = set()


class Recording(Body):
    """A body that is being read, handed over once: when it ends, is left, or its response is collected."""

    __slots__ = ("_detach", "_held", "_response")

    def __init__(
        self, claim: Claim, head: Head, response: object, *, cuts: Errors = (), decode: Decoder | None = None
    ) -> None:
        super().__init__(claim, head, cuts=cuts, decode=decode)
        self._detach: Callable[[], object] = _nothing
        self._held: object = None
        self._response: Callable[[], object] = weakref.ref(response, self._collected)
        _open.add(self)

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
        """Hand over the exchange, unless that was done before."""
        with _lock:
            if self not in _open:
                return
            _open.remove(self)
        try:
            self._detach()
        except Exception as error:  # noqa: BLE001 - the same
            self.claim.recorder.trouble(error)
        self.tell(ending, self._response())
        # They lead back here, and what is held may be large: nothing is left to the garbage collector.
        self._detach = self._response = _nothing
        self._held = None

    def _collected(self, _: object) -> None:
        if self._held is None:
            self.end(Ending.LEFT)


def leave_all(recorder: Recorder) -> None:
    """Hand over as left everything that is still being read for *recorder*."""
    with _lock:
        recordings = [recording for recording in _open if recording.claim.recorder is recorder]
    for recording in recordings:
        recording.end(Ending.LEFT)


def _nothing() -> None:
    return None
