"""The call that a promise is about: its address, whether its body owes a usage, and the framing of its stream."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Literal

Presence = Literal["required", "optional", "nullable", "unknown"]
"""What a body owes: a usage; a usage or nothing; a usage, nothing or null; and the last, too, if no document says."""

TOP: Final = "$"
"""The place of a usage that is no object of its own: its counts stand at the top of the body, or of the event."""

Pattern = Mapping[str, tuple[object, ...]]
"""What an event looks like: at each place, one of the values, or `...` for any but null.

A place is dotted, and leads through lists as in `candidates[].finishReason`.
"""


@dataclass(frozen=True, kw_only=True)
class Framing:
    """The way in which a stream of an endpoint carries the usage.

    *at* are the dotted places of the usage in the events that fit *carriers*: no others than the *terminal*
    one unless they are told, and all of them where nothing is asked of them (`{}`). An event that fits *terminal*, or
    one of several patterns, completes the stream, as `[DONE]` does, behind which nothing counts. If it has a usage it
    is the last one, unless the usage *may_follow* it. *cumulative* says that several carriers tell the usage, each what
    it has come to, or that one does (False); None is unknown. *presence* tells whether a complete stream may be without
    a usage; where the terminal event fits *excused* it may in any case, and where the body of the request fits *asked*
    in none. An *array* is a stream that may come as one JSON array of its events, too; one of *lines* has each event
    on a line, and nothing else; one of *messages* comes in those of AWS, each event under its type or as a chunk; a
    *named* one tells the type of each event beside its data. *events* are those of a
    whole stream without its usage, and *done* says that `[DONE]` follows them: what mocks answer with.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # where it is read from a contract file

    at: tuple[str, ...] = ("usage",)
    terminal: Pattern | tuple[Pattern, ...]
    carriers: Pattern | None = None
    may_follow: bool = False
    cumulative: bool | None = None
    presence: Presence = "required"
    excused: Pattern | None = None
    asked: Pattern | None = None
    array: bool = False
    lines: bool = False
    messages: bool = False
    named: bool = False
    events: tuple[Mapping[str, Any], ...] = field(default=(), compare=False, repr=False)
    done: bool = True

    @cached_property
    def places(self) -> tuple[tuple[str, ...], ...]:
        """*at*, step by step."""
        return tuple(() if place == TOP else tuple(place.split(".")) for place in self.at)

    @property
    def ending(self) -> str:
        """The event that ends the stream, in words: `type response.completed or response.failed`."""
        return ", or ".join(
            " and ".join(f"{place} {_in_words(values)}" for place, values in pattern.items())
            for pattern in self.terminals
        )

    @cached_property
    def terminals(self) -> tuple[Pattern, ...]:
        """The patterns of *terminal*, of which one is enough."""
        return self.terminal if isinstance(self.terminal, tuple) else (self.terminal,)

    @cached_property
    def mark(self) -> re.Pattern[bytes]:
        """A pattern that is in the text of every event that can matter; all others need not be decoded."""
        usages = [_mark(place, rb"[^\sn]") for place in self.at if place != TOP]
        # All places of a pattern must fit, so to look for the first will do.
        first = [place for pattern in self.terminals for place in [*pattern.items()][:1]]
        ends = [_mark_values(place, values) for place, values in first]
        errors = rb'"error"[ \t]*(?:[\r\n,}]|:[ \t]*[\r\n{"])'  # a type, or a name
        return re.compile(b"|".join((*usages, *ends, errors)))


def _in_words(values: tuple[object, ...]) -> str:
    """Return *values* of a pattern in words."""
    texts = ["not null" if value is ... else value if isinstance(value, str) else json.dumps(value) for value in values]
    return " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


def _mark(place: str, value: bytes) -> bytes:
    """Return a pattern for the last name of *place*, and the *value* that it has; a line may end between the two."""
    name = re.escape(json.dumps(place.rpartition(".")[2].removesuffix("[]"))).encode()
    return rb"%s[ \t]*(?:[\r\n]|:[ \t]*(?:[\r\n]|%s))" % (name, value)


def _mark_values(place: str, values: tuple[object, ...]) -> bytes:
    """Return a pattern for any of *values* at a *place*, of which JSON may write most in several ways."""
    if values == ([],):
        return _mark(place, rb"\[[ \t]*[\]\r\n]")
    texts = [value for value in values if isinstance(value, str) and re.fullmatch(r"[\w. -]+", value, re.ASCII)]
    if len(texts) == len(values):
        return rb'"(?:%s)"' % "|".join(map(re.escape, texts)).encode()
    flags = [json.dumps(value).encode() for value in values if isinstance(value, bool)]
    return _mark(place, b"|".join(flags) if len(flags) == len(values) else b"")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One call that a provider documents: *method*, *hosts*, and the template of its path.

    In *path*, `{name}` stands for characters within one segment, and a leading `**/` says that only its end is
    promised; in a host, `*` stands for characters without a dot.

    *at* is the dotted place of the usage in the body, `$` where its counts stand at the top; *presence* is what the
    body owes there.
    A body that fits *excused* need not have a usage: the documentation knows it for an answer that has failed.
    *stream* is None where the documentation knows no stream, and where it has an *unknown_stream*: one of which it
    does not say how it carries the usage, so that it is not judged. *text* says that an answer may also be a text,
    which has no usage. *body* is a whole answer without its usage, as the provider's own SDK demands it and mocks
    give it; None where the documentation knows no answer but a stream.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # where it is read from a contract file

    path: str
    hosts: tuple[str, ...]
    method: str = "POST"
    at: str = "usage"
    presence: Presence = "optional"
    excused: Pattern | None = None
    stream: Framing | None = None
    unknown_stream: bool = False
    text: bool = False
    body: Mapping[str, Any] | None = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise `TypeError` for a value of another type, `ValueError` for a method or a host that no request has."""
        for what, value, fits, wanted in (
            ("path", self.path, isinstance(self.path, str), "a text"),
            ("hosts", self.hosts, is_row(self.hosts, str), "a row of hosts"),
            ("method", self.method, isinstance(self.method, str), "a text"),
            ("stream", self.stream, isinstance(self.stream, Framing | None), "a Framing, or None"),
        ):
            if not fits:
                raise TypeError(f"an endpoint's {what} is {value!r}; it must be {wanted}")
        if self.method != self.method.upper():
            raise ValueError(f"{self.method!r} is no method; one reads {self.method.upper()!r}")
        for host in self.hosts:
            if "/" in host:
                raise ValueError(f"{host!r} is no host; one reads api.acme.example, or 127.0.0.1:4000")


def is_row(value: object, kind: type) -> bool:
    """Tell whether *value* is a list or tuple of nothing but *kind*."""
    return isinstance(value, list | tuple) and all(isinstance(one, kind) for one in value)
