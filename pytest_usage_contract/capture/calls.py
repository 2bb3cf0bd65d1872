"""One request on its way, from the call of the client to its answer, and the sink that is told of it.

No answer is lost between the two: where a call raises, those that it had got by then (the hops of a redirect, one that
a hook refused) are found in the frames of the client that the error went through.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final, NamedTuple, Protocol

from pytest_usage_contract.core.exchange import Ending, Exchange, Representation, Request

NOBODY: Final = object()
"""The owner of a request of which nothing is to be kept."""

UNASKED: Final = object()
"""The owner of a request that nobody has asked the sink about."""


class Target(NamedTuple):
    """What a call is sent to, and how many bytes are kept of what it is answered; 0 of what is let be."""

    request: Request
    room: int


NO_TARGET: Final = Target(Request("", "", ""), 0)
"""That of a call of which it is not known, or not yet."""


class Sink(Protocol):
    """Receives exchanges; any of its methods may be called from any thread, `take` even by the garbage collector.

    So a lock that it holds must be one that its own thread can take again (`threading.RLock`).
    """

    @property
    def target(self) -> Callable[[str, str, int | None, str], Target]:
        """Return the target of a request by its method, host, port and path, as `Request.at` reads them.

        It is asked for each call, so it had better be quick.
        """

    def owner(self) -> object:
        """Name whom a request belongs to, or `NOBODY`; asked in the thread and task of the caller."""

    def take(self, exchange: Exchange, owner: object, response: object) -> None:
        """Take one exchange, once, when its body is whole, cut or left; *response* is None if it is gone."""

    def trouble(self, error: Exception) -> None:
        """Hear of an *error* inside capture, which nobody else will."""


class Recorder:
    """A sink that is being told, whose errors stay here."""

    __slots__ = ("listening", "sink")

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.listening = False

    def owner(self) -> object:
        """Return the owner of a request, or `NOBODY` if the sink could not say."""
        try:
            return self.sink.owner()
        except Exception as error:  # noqa: BLE001 - whatever a sink does is no concern of the code under test
            self.trouble(error)
            return NOBODY

    def room(self, request: Request) -> int:
        """Return how much to keep of what *request* is answered, which is nothing for a sink that does not listen."""
        try:
            method, host, path = request
            return self.sink.target(method, host, None, path).room if self.listening else 0
        except Exception as error:  # noqa: BLE001 - the same
            self.trouble(error)
            return 0

    def trouble(self, error: Exception) -> None:
        """Report *error*; a sink that cannot even hear of it has had its chance."""
        with suppress(Exception):
            self.sink.trouble(error)


class Head(NamedTuple):
    """What a response tells of an exchange before its body is read."""

    status: int
    representation: Representation
    mocked: bool = False
    asking: bytes = b""


class Claim(NamedTuple):
    """The recorder that keeps what a request was answered, the owner of it, and how many bytes there is room for."""

    recorder: Recorder
    owner: object
    request: Request
    room: int

    def deliver(self, head: Head, body: bytes, ending: Ending, response: object, *, overflowed: bool = False) -> None:
        """Hand over an exchange whose *body* is decoded."""
        more = overflowed or len(body) > self.room
        exchange = Exchange(self.request, *head[:-1], body[: self.room], ending, more, head.asking)
        try:
            self.recorder.sink.take(exchange, self.owner, response)
        except Exception as error:  # noqa: BLE001 - the same
            self.recorder.trouble(error)


recorder: Recorder | None = None
"""Who is told now; only `captures` changes it."""

current_call: "ContextVar[Call | None]" = ContextVar("usage_contract_call", default=None)
"""The innermost call of this thread or task. A task that was started within a call inherits it, and may outlive it."""

Tell = Callable[["Call", Any, bool], None]
"""Tells of one answer that a call has got, and whether it is the one that the call returns."""


class Call:
    """A call of a client that has not returned yet.

    *subject* is what tells it from a call within it. The same subject again is the same call: a method of a client
    that calls another, or a redirect that it follows. Another subject with a *target* at the same host is what carries
    the call: a transport that is made of another client. Any other is a call of its own: an ASGI app under test that
    calls a provider; but what it is answered is not told again where the outer call is led there, too.
    """

    # No `__init__`: it would be one more frame of ours in every call.
    subject: object
    before: "Call | None"
    recorder: Recorder
    owner: object = UNASKED
    target = NO_TARGET
    url: object = None
    """What the target was cut from."""
    is_open = True
    kind: "type | tuple[()]" = ()
    """The class of the answers of a client that tells of each when it comes."""
    answers: "list[Any] | tuple[()]" = ()
    """What such a client has got so far."""
    sent: Any = None
    """What a client has sent last whose answers do not say it."""
    carries = False
    """Whether what a call within this one returns is its own answer: requests lies on urllib3."""
    broken: "dict[int, tuple[list[bytes], BaseException]] | None" = None
    """What had come of a body when an error broke it, by the identity of its response."""
    carried: "list[Request] | None" = None
    """What calls within this one have told of."""

    @property
    def is_carried(self) -> bool:
        """Tell whether it lies within a call that tells of what this one returns."""
        return self.before is not None and self.before.is_open and self.before.carries

    def answered(self, tell: Tell, response: Any, history: Iterable[Any]) -> None:
        """Close the call, which returns *response*, and *tell* of that and of all that it has got before."""
        self._close(tell, [*self.answers, *history, response], response)

    def failed(self, tell: Tell, error: BaseException, kind: type) -> None:
        """Close the call, which raises *error*, and *tell* of each answer of this *kind* that the client had got."""
        try:
            answers = [*self.answers, *_answers_in(error, kind, self)]
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is no concern of the code under test
            self.recorder.trouble(fault)
            answers = [*self.answers]
        self._close(tell, answers)

    def _close(self, tell: Tell, answers: list[Any], response: object = None) -> None:
        self.is_open = False
        # Not `reset`, which refuses when a coroutine is finished in another context than it was begun in.
        current_call.set(self.before)
        for answer in {id(answer): answer for answer in answers}.values():
            try:
                tell(self, answer, answer is response)
            except Exception as error:  # noqa: BLE001 - the same
                self.recorder.trouble(error)
        self.answers, self.sent, self.broken = (), None, None  # an error holds its frames, and they hold this call

    def claim(self, request: Request) -> Claim | None:
        """Return who keeps what *request* was answered; None if nobody does, or another call tells of it."""
        if self.carried and request in self.carried:
            self.carried.remove(request)
            return None
        before = self.before
        within = before is not None and before.is_open
        if before is not None and within and before.owner is not UNASKED and before.target.request.host == request.host:
            return None
        room = self.recorder.room(request)
        if not room:
            return None
        if self.owner is UNASKED:
            self.owner = self.recorder.owner()
        if self.owner is NOBODY:
            return None
        if before is not None and within and not before.carries:
            before.carried = [*(before.carried or ()), request]
        return Claim(self.recorder, self.owner, request, room)


def begin(subject: object, kind: type) -> Call | None:
    """Return the call that begins here, whose answers are of *kind*; None if nobody is told or it has begun already."""
    if recorder is None:
        return None
    before = current_call.get()
    if before is not None and before.is_open and before.subject is subject:
        return None
    call = Call()
    call.subject, call.before, call.recorder, call.owner = subject, before, recorder, recorder.owner()
    call.kind, call.answers = kind, []
    current_call.set(call)
    return call


def note(answer: object) -> None:
    """Remember *answer* as one that the innermost call has got."""
    call = current_call.get()
    if call is not None and call.is_open and isinstance(answer, call.kind):
        call.answers = [*call.answers, answer]


def _answers_in(error: BaseException, kind: type, call: Call) -> Iterator[Any]:
    """Yield what is of *kind* in the frames of its library that *error* went through, but none of a call within."""
    library, trace = kind.__module__.partition(".")[0], error.__traceback__
    while trace is not None:
        names = trace.tb_frame.f_locals
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith(__package__):
            if isinstance(other := names.get("call"), Call) and other is not call:
                return
        elif module.partition(".")[0] == library:
            for value in names.values():
                yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, kind))
        trace = trace.tb_next
