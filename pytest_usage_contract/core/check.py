"""The one question this package answers: does this response keep that contract?

Here a usage is looked for where the documentation puts it: in a body, or in the events of a stream.
"""

from collections.abc import Iterable, Iterator, Mapping

from pytest_usage_contract.core.body import (
    NotJson,
    dig,
    find_encoding,
    is_lines,
    is_stream,
    read_items,
    read_json,
    read_lines,
    read_members,
)
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.escape import describe, outline
from pytest_usage_contract.core.event_stream import is_message, read_messages
from pytest_usage_contract.core.exchange import UNTOLD, Representation
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.missing_usage import (
    error_body,
    explain_absence,
    find_stray,
    no_terminal_usage,
    usage_elsewhere,
)
from pytest_usage_contract.core.pydantic_errors import wrong_type
from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.core.sse import read_events
from pytest_usage_contract.core.stream import Folded, fold
from pytest_usage_contract.core.usage import ABSENT

UNKNOWN_STREAM = "the documentation does not say how the stream carries its usage, so it is not judged"


def check_bytes(
    contract: Contract,
    body: bytes,
    *,
    endpoint: Endpoint | None = None,
    representation: Representation = UNTOLD,
    demand: bool = False,
    note: str = "",
) -> Verdict:
    """Judge a body as it came over the wire: JSON, server-sent events, or what else a stream is documented to be.

    Those it is where its *representation* says so and it does not begin as JSON, and where its lines are theirs.
    *demand* asks for a usage also where the documentation lets it be absent. *note* says what is known of the
    body beside its bytes: that it was cut, say.
    """
    place = endpoint or contract.documented
    usual = checker(contract).check_body(body, note) if place.at == "usage" else None
    if usual is not None:
        return usual
    return check_unusual(contract, body, endpoint=endpoint, representation=representation, demand=demand, note=note)


def check_unusual(
    contract: Contract,
    body: bytes,
    *,
    endpoint: Endpoint | None,
    representation: Representation,
    demand: bool,
    note: str,
) -> Verdict:
    """Judge a body as `check_bytes` does that has no usage at the usual place, or of which it is not known."""
    place, framing = endpoint or contract.documented, _framing(contract, endpoint)
    if is_stream(body) or (representation.is_event_stream and not body.lstrip().startswith((b"{", b"["))):
        if encoding := find_encoding(body, representation):
            return not_json(contract, encoding, note)
        events: Iterable[object] = read_events(body, framing.mark) if framing else ()
        return check_events(contract, events, endpoint=endpoint, demand=demand, note=note)
    try:
        read = _read_stream(body, place, framing, representation)
    except NotJson as refusal:
        return not_json(contract, str(refusal), note)
    if read is not None:
        return check_events(contract, read, endpoint=endpoint, demand=demand, note=note)
    if place.text and not demand and not body.lstrip().startswith((b"{", b"[")):
        return Verdict(contract.name, note=note)
    try:
        value = read_json(body) if place.at == TOP else read_members(body, place.at.partition(".")[0])
        if isinstance(value, dict) and not isinstance(usage_at(value, place.at), dict):
            value = read_json(body)  # whatever else there is may explain why there is no usage
    except NotJson as refusal:
        why = find_encoding(body, representation) or str(refusal)
        return not_json(contract, why, note, kind=representation.media_type)
    return check_value(contract, value, endpoint=endpoint, demand=demand, note=note)


def _read_stream(
    body: bytes, place: Endpoint, framing: Framing | None, representation: Representation
) -> Iterable[object] | None:
    """Return the events of a stream that is not server-sent, or None where *body* is no stream; raise `NotJson`."""
    start = body.lstrip()[:1]
    if framing and framing.lines and (representation.is_lines or is_lines(body)):
        return read_lines(body, framing.mark)
    if framing and framing.messages and (representation.is_messages or is_message(body)):
        return [*read_messages(body, framing.mark)]
    if framing and framing.array and start == b"[":
        return read_items(body)
    unread = place.unknown_stream and place.body is None and start not in (b"{", b"[")  # whatever it is made of
    return () if unread else None


def check_value(
    contract: Contract,
    body: object,
    *,
    endpoint: Endpoint | None = None,
    demand: bool = False,
    either_spelling: bool = False,
    note: str = "",
) -> Verdict:
    """Judge a decoded body; *either_spelling* for one that an SDK may have spelled in its own way."""
    place = endpoint or contract.documented
    if not isinstance(body, dict):
        shown = outline(body)  # it may be a completion
        wrong = Finding(contract.name, "wrong-type", "$", "object", shown, f"{shown}, documented as an object")
        return Verdict(contract.name, (wrong,), note=note)
    usage = _top(contract, body) if place.at == TOP else usage_at(body, place.at, either_spelling=either_spelling)
    if isinstance(usage, dict):
        return checker(contract).check(usage, either_spelling=either_spelling, note=note)
    found = explain_absence(contract, body, usage, place, demand=demand)
    return Verdict(contract.name, (found,) if found else (), usage, note)


def check_events(
    contract: Contract,
    events: Iterable[object],
    *,
    endpoint: Endpoint | None = None,
    demand: bool = False,
    either_spelling: bool = False,
    note: str = "",
) -> Verdict:
    """Judge a stream by its events, decoded or as the bytes of their data; each is read once, and none kept."""
    framing = _framing(contract, endpoint)
    if framing is None:
        if not any(place.unknown_stream for place in (endpoint, *contract.endpoints) if place):
            return not_json(contract, "a stream of events", note)
        unseen = Finding(contract.name, "no-terminal-usage", "usage", "object", "absent", UNKNOWN_STREAM)
        found = [unseen] if demand else []
        return Verdict(contract.name, tuple(found), note=f"{UNKNOWN_STREAM}{note and f'; {note}'}")
    folded = fold(events, framing)
    if TOP in framing.at and isinstance(folded.usage, dict):
        folded.usage = _top(contract, folded.usage)
    found = list(_stream_findings(contract, folded, framing, demand=demand, note=note))
    if not isinstance(folded.usage, dict):
        wire = ABSENT if folded.usage is None else folded.usage
        return Verdict(contract.name, checker(contract).sort(found), wire, note)
    verdict = checker(contract).check(folded.usage, either_spelling=either_spelling, note=note)
    return verdict._replace(findings=checker(contract).sort([*found, *verdict.findings])) if found else verdict


def usage_at(body: Mapping[str, object], place: str, *, either_spelling: bool = False) -> object:
    """Return what stands at a dotted *place* of *body*, or `ABSENT`; *either_spelling* as for `check_value`."""
    try:
        return body[place] if "." not in place else dig(body, place)
    except KeyError:
        return _sounding(body, place) if either_spelling else ABSENT


def _top(contract: Contract, body: Mapping[str, object]) -> object:
    """Return the usage at the top of *body*: what is documented of it, and numbers; `ABSENT` where there is an error.

    Whatever else stands there is the answer itself.
    """
    known = {normalize_name(name) for name in checker(contract).tree.fields}
    usage = {
        name: value for name, value in body.items() if normalize_name(name) in known or type(value) in (int, float)
    }
    return ABSENT if body.get("error") and not usage else usage


def _sounding(body: Mapping[str, object], place: str) -> object:
    value: object = body
    for step in map(normalize_name, place.split(".")):
        members = value.items() if isinstance(value, Mapping) else ()
        value = next((inner for name, inner in members if normalize_name(name) == step), ABSENT)
    return value


def _framing(contract: Contract, endpoint: Endpoint | None) -> Framing | None:
    """The framing of the stream at *endpoint*, or else the first that *contract* documents."""
    return next((place.stream for place in (endpoint, *contract.endpoints) if place and place.stream), None)


def not_json(contract: Contract, why: str, note: str, *, kind: str = "") -> Verdict:
    """Return the verdict on what cannot be read as JSON, and *why*; *kind* is its content type."""
    message = f"{why}, documented as JSON" if why.startswith(("empty", "a stream")) else f"not JSON: {why}"
    message += f"; its content type is {kind}" if kind and "json" not in kind else ""
    return Verdict(contract.name, (Finding(contract.name, "not-json", "$", "JSON", why, message),), note=note)


def _stream_findings(
    contract: Contract, folded: Folded, framing: Framing, *, demand: bool, note: str
) -> Iterator[Finding]:
    """Yield the faults of the stream itself, apart from those of its usage."""
    if folded.usage is None:
        if folded.error:
            yield error_body(contract, folded.error)
        elif demand or not folded.excused or folded.unreadable:
            yield no_terminal_usage(contract, folded, framing, note)
        elif folded.late:
            yield _misplaced(contract, "after")
        elif elsewhere := find_stray(contract, folded):
            yield usage_elsewhere(contract, elsewhere, framing.at[-1])
        return
    if not isinstance(folded.usage, dict):
        yield wrong_type(contract.name, "usage", folded.usage, "object")
    if folded.unreadable:
        message = f"an event that speaks of a usage is not JSON: {folded.unreadable}"
        yield Finding(contract.name, "not-json", "$", "JSON", folded.unreadable, message)
    if folded.misplaced or folded.late:
        yield _misplaced(contract, "before" if folded.misplaced else "after")
    yield from _decreased(contract, folded)


def _misplaced(contract: Contract, where: str) -> Finding:
    """Return the finding of a usage in an event that stands *where* the documentation has none."""
    message = f"a usage stands in an event {where} the one that ends the stream, documented in that one"
    return Finding(
        contract.name, "misplaced-usage", "usage", "the last event", f"an event {where} it", message, "object"
    )


def _decreased(contract: Contract, folded: Folded) -> Iterator[Finding]:
    """The documented counts that went down; a rate or a duration may."""
    counts = (
        {normalize_name(field.path) for field in checker(contract).fields if field.counts} if folded.decreased else ()
    )
    for path, (before, after) in folded.decreased.items():
        if normalize_name(path) in counts:
            was, now = describe(before), describe(after)
            message = f"was {was}, then {now}; the counts of a stream are cumulative"
            yield Finding(contract.name, "decreasing-count", path, f"at least {was}", now, message)
