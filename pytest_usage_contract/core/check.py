"""The one question this package answers: does this response keep that contract?

Here a usage is looked for where the documentation puts it: in a body, or in the events of a stream.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from pytest_usage_contract.core.absence import error_body, missing, no_terminal_usage
from pytest_usage_contract.core.body import LAST_COUNTS, NotJson, dig, read, read_members
from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.judge import in_order, judge, wrong_type
from pytest_usage_contract.core.spelling import squashed
from pytest_usage_contract.core.sse import payloads
from pytest_usage_contract.core.stream import Folded, fold
from pytest_usage_contract.core.text import described, outlined
from pytest_usage_contract.core.usage import ABSENT

FIELDS_OF_EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")
"""How a line of an event stream can begin; no JSON text begins so."""


def is_stream(body: bytes) -> bool:
    """Whether a body is server-sent events rather than JSON, told by how it begins."""
    return body[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(FIELDS_OF_EVENTS)


def check_bytes(
    contract: Contract,
    body: bytes,
    *,
    endpoint: Endpoint | None = None,
    stream: bool = False,
    demand: bool = False,
    note: str = "",
) -> Verdict:
    """Judge a body as it came over the wire: JSON, or server-sent events (surely those if *stream* is set).

    *demand* asks for a usage also where the documentation lets it be absent. *note* says what is known of the
    body beside its bytes: that it was cut, say.
    """
    place = endpoint or contract.documented
    if LAST_COUNTS and place.at == "usage" and (verdict := _kept_at_a_glance(contract, body, note)) is not None:
        return verdict
    if is_stream(body) or (stream and not body.lstrip().startswith((b"{", b"["))):
        return check_events(contract, payloads((body,)), endpoint=endpoint, demand=demand, note=note)
    try:
        value = read_members(body, place.at.partition(".")[0])
        if isinstance(value, dict) and not isinstance(_standing(value, place.at), dict):
            value = read(body)  # whatever else there is may explain why there is no usage
    except NotJson as refusal:
        return _not_json(contract, str(refusal), note)
    return check_value(contract, value, endpoint=endpoint, demand=demand, note=note)


def _kept_at_a_glance(contract: Contract, body: bytes, note: str) -> Verdict | None:
    """One pass over the bytes, and no more, where nothing is wrong."""
    try:
        usage = contract.envelope.validate_json(body, strict=True)["usage"]
    except ValidationError:
        return None
    return contract.glance(usage, usage, note)


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
        shown = outlined(body)  # it may be a completion
        wrong = Finding(contract.name, "wrong-type", "$", "object", shown, f"{shown}, documented as an object")
        return Verdict(contract.name, (wrong,), note=note)
    usage = _standing(body, place.at)
    if isinstance(usage, dict):
        return judge(contract, usage, either_spelling=either_spelling, note=note)
    found = missing(contract, body, usage, place, demand=demand)
    return Verdict(contract.name, (found,) if found else (), raw=usage, note=note)


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
    framing = next((place.stream for place in (endpoint, *contract.endpoints) if place and place.stream), None)
    if framing is None:
        return _not_json(contract, "a stream of events", note)
    folded = fold(events, framing)
    found = list(_of_stream(contract, folded, demand=demand, note=note))
    if not isinstance(folded.usage, dict):
        wire = ABSENT if folded.usage is None else folded.usage
        return Verdict(contract.name, in_order(contract, found), raw=wire, note=note)
    verdict = judge(contract, folded.usage, either_spelling=either_spelling, note=note)
    return verdict._replace(findings=in_order(contract, [*found, *verdict.findings])) if found else verdict


def _standing(body: Mapping[str, object], place: str) -> object:
    try:
        return body[place] if "." not in place else dig(body, place)
    except KeyError:
        return ABSENT


def _not_json(contract: Contract, why: str, note: str) -> Verdict:
    message = f"{why}, documented as JSON" if why.startswith(("empty", "a stream")) else f"not JSON: {why}"
    return Verdict(contract.name, (Finding(contract.name, "not-json", "$", "JSON", why, message),), note=note)


def _of_stream(contract: Contract, folded: Folded, *, demand: bool, note: str) -> Iterator[Finding]:
    """What the way of the events itself has wrong."""
    if folded.usage is None:
        if folded.error:
            yield error_body(contract, folded.error)
        elif demand or not folded.excused:
            yield no_terminal_usage(contract, folded, note)
        return
    if not isinstance(folded.usage, dict):
        yield wrong_type(contract, "usage", folded.usage, "object")
    if folded.unreadable:
        message = f"an event that speaks of a usage is not JSON: {folded.unreadable}"
        yield Finding(contract.name, "not-json", "$", "JSON", folded.unreadable, message)
    if folded.misplaced or folded.late:
        where = "before" if folded.misplaced else "after"
        message = f"a usage stands in an event {where} the one that ends the stream, documented in that one"
        yield Finding(contract.name, "misplaced-usage", "usage", "the last event", f"an event {where} it", message)
    yield from _decreased(contract, folded)


def _decreased(contract: Contract, folded: Folded) -> Iterator[Finding]:
    """The documented counts that went down; a rate or a duration may."""
    counts = {squashed(field.path) for field in contract.fields if field.counts} if folded.decreased else ()
    for path, (before, after) in folded.decreased.items():
        if squashed(path) in counts:
            was, now = described(before), described(after)
            message = f"was {was}, then {now}; the counts of a stream are cumulative"
            yield Finding(contract.name, "decreasing-count", path, f"at least {was}", now, message)
