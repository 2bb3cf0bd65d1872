"""The fold of a stream's events: the one usage that they carry together, and the faults on the way.

The usage of a stream is the field-wise last value that is not null, up to the event that ends the stream.
Counts in a stream are cumulative: adding them up, or taking the last chunk alone, is how billing goes wrong.
A stream that ended before its usage has no usage, which is something else than a usage of zeros.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from pytest_usage_contract.core.body import NotJson, read_items, read_json, read_lines
from pytest_usage_contract.core.contract import Framing, Pattern
from pytest_usage_contract.core.escape import is_word, outline, path_step, with_article
from pytest_usage_contract.core.event_stream import read_messages
from pytest_usage_contract.core.sse import read_events

DONE: Final = b"[DONE]"

ERROR_EVENT: Final[Pattern] = {"type": ("error",)}

DEEPEST: Final = 16
"""Objects inside one another that are merged field by field; one that is deeper replaces the one before."""


@dataclass(slots=True)
class Folded:
    """The result of a fold."""

    usage: object = None
    """The folded usage; None where none came, or none in time."""
    complete: bool = False
    """Whether the event came that completes the stream, though its usage may follow."""
    ended: bool = False
    """Whether the stream came to the end that is documented for it, with the usage that it owes."""
    excused: bool = False
    """Whether it came to an end that need not have a usage."""
    bare: bool = False
    """Whether an event that ends the stream came without its usage, and none after it."""
    misplaced: bool = False
    """Whether a usage stood in an event that should carry none."""
    late: bool = False
    """Whether a usage stood behind the end."""
    decreased: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The numbers that went down, by path, each with the values before and after."""
    unreadable: str = ""
    """Why an event that speaks of a usage, or of the end, could not be read."""
    error: object = None
    """An error that the stream told of, and that no documented end explains."""
    stray: Mapping[str, object] | None = None
    """The last event that mattered, yet had no usage at a documented place."""
    last: object = None
    """The last event of all, as it came; None where none did."""


def fold(events: Iterable[object], framing: Framing) -> Folded:
    """Fold *events*, decoded or as the text of their data; reads each once, and keeps none."""
    folded = Folded()
    done = False
    for event in events:
        folded.last = event
        text = event.encode(errors="replace") if isinstance(event, str) else event
        over = done or (folded.ended and not framing.may_follow)
        if isinstance(text, bytes) and text.strip() == DONE:
            done = True
            continue
        try:
            decoded = read_json(text) if isinstance(text, bytes) else text
        except NotJson as refusal:
            if not over and isinstance(text, bytes) and framing.mark.search(text):
                folded.unreadable = folded.unreadable or str(refusal)
            continue
        if isinstance(decoded, dict):
            _take(decoded, framing, folded, over=over, text=text)
    if framing.may_follow:
        complete = done or folded.complete
        folded.excused = folded.excused or (complete and framing.presence != "required")
        folded.ended = complete and (folded.excused or (folded.usage is not None and not folded.bare))
    elif done and (folded.misplaced or not folded.bare):
        folded.ended = folded.ended or folded.usage is not None
    if not folded.ended:
        folded.usage = None
    return folded


def describe_event(event: object) -> str:
    """Return what an event calls itself, as far as that can be shown."""
    if isinstance(event, str | bytes):
        raw = event.encode(errors="replace") if isinstance(event, str) else event
        if raw.strip() == DONE:
            return "[DONE]"
        try:
            event = read_json(raw)
        except NotJson:
            return "one that is no JSON"
    names = (event.get("type"), event.get("object")) if isinstance(event, Mapping) else ()
    return next((str(name) for name in names if is_word(name)), with_article(outline(event)))


def is_complete(framing: Framing, body: bytes) -> bool:
    """Tell whether the stream in *body* came to its end: to `[DONE]`, or to the event that completes it."""
    try:
        folded = fold(_read_events(framing, body), framing)
    except NotJson:
        return False
    done = folded.last is not None and describe_event(folded.last) == "[DONE]"
    return done or folded.complete or folded.ended or folded.bare


def usages_of(framing: Framing, stream: bytes | Iterable[object]) -> list[object]:
    """Return the usage of each event of a *stream* that has one, in their order: of its bytes, or of its events."""
    found: list[object] = []
    with suppress(NotJson):
        for event in _read_events(framing, stream) if isinstance(stream, bytes) else stream:
            with suppress(NotJson):
                decoded = read_json(event) if isinstance(event, bytes) else event
                standing = [_standing(decoded, steps) for steps in framing.places] if isinstance(decoded, dict) else []
                found += [usage for usage in standing if isinstance(usage, dict)]
    return found


def _read_events(framing: Framing, body: bytes) -> Iterable[object]:
    """Return those events of a stream that can matter; raise `NotJson`, now or later, for what is no such stream."""
    if framing.messages:
        return read_messages(body, framing.mark)
    if framing.lines:
        return read_lines(body, framing.mark)
    return read_items(body) if body.lstrip().startswith(b"[") else read_events(body, framing.mark)


def asks_for_usage(framing: Framing | None, request: bytes) -> bool:
    """Tell whether a stream of *framing* owes a usage since the body of its *request* has asked for one."""
    if framing is None or framing.asked is None:
        return False
    try:
        body = read_json(request)
    except NotJson:
        return False
    return isinstance(body, dict) and fits(body, framing.asked)


def _take(event: dict[str, object], framing: Framing, folded: Folded, *, over: bool, text: object) -> None:
    """Let one event, which may have come as *text*, add what it has."""
    ends = any(fits(event, pattern) for pattern in framing.terminals)
    carries = ends if framing.carriers is None else fits(event, framing.carriers)
    # What stands at the top is a usage only where there should be one.
    places = [steps for steps in framing.places if steps or carries]
    usages = [usage for steps in places if (usage := _standing(event, steps)) is not None]
    if over:
        folded.late = folded.late or bool(usages)
        return
    if not usages:
        if isinstance(text, bytes) and framing.mark.search(text) is None:
            return
        folded.stray = event
        folded.error = event.get("error") or (event if fits(event, ERROR_EVENT) else folded.error)
    elif not carries:
        folded.misplaced = True
    for usage in usages:
        if not isinstance(usage, dict):
            folded.usage = usage
            continue
        if not isinstance(folded.usage, dict):
            folded.usage = {}
        _merge(folded.usage, usage, "usage", folded.decreased, DEEPEST)
    folded.bare = not usages and (ends or folded.bare)
    if ends:
        folded.complete = framing.may_follow
        documented = fits(event, framing.excused)
        folded.error = None if documented else folded.error
        folded.excused = documented or framing.presence != "required"
        folded.ended = bool(usages) or folded.excused


def _standing(event: dict[str, object], steps: tuple[str, ...]) -> object:
    """Return the value at a place of *event*; None where there is none."""
    value: object = event
    for name in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _merge(
    into: dict[str, object], usage: dict[str, object], path: str, decreased: dict[str, tuple[float, float]], depth: int
) -> None:
    """Put in the later value of each field, unless it is null where the earlier one is not."""
    for name, value in usage.items():
        old = into.get(name)
        if type(value) is int and type(old) is int and value >= old:
            into[name] = value
        elif depth and isinstance(value, dict):
            inner = old if isinstance(old, dict) else {}
            into[name] = inner
            _merge(inner, value, path + path_step(name), decreased, depth - 1)
        elif value is not None or old is None:
            into[name] = value
            if _is_number(old) and _is_number(value) and value < old:
                decreased.setdefault(path + path_step(name), (old, value))


def _is_number(value: object) -> TypeGuard[int | float]:
    return type(value) in (int, float)


def fits(event: Mapping[str, object], pattern: Pattern | None) -> bool:
    """Tell whether *event*, or a body, fits the *pattern*; none fits None."""
    if pattern is None:
        return False
    for place, values in pattern.items():
        found = [event[place]] if place in event else _found(event, place)
        if not _any_of(found, values):
            return False
    return True


def _any_of(found: list[object], values: tuple[object, ...]) -> bool:
    for one in found:
        for value in values:
            if (one is not None) if value is ... else (type(one) is type(value) and one == value):
                return True
    return False


def _found(event: Mapping[str, object], place: str) -> list[object]:
    """All that stands at a *place* that may lead through lists."""
    found: list[object] = [event]
    for step in place.split("."):
        name = step.removesuffix("[]")
        found = [value[name] for value in found if isinstance(value, Mapping) and name in value]
        if name != step:
            found = [item for items in found if isinstance(items, list) for item in items]
    return found
