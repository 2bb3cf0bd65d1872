"""The one question this package answers: does this response keep that contract?

Here a usage is looked for where the documentation puts it: in a body, or in the events of a stream.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from pytest_usage_contract.core.body import NotJson, dig, read, read_members
from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.judge import in_order, judge, kept_at_a_glance, wrong_type
from pytest_usage_contract.core.spelling import squashed
from pytest_usage_contract.core.stream import Folded, fold, payloads
from pytest_usage_contract.core.text import described, named
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
    place = endpoint or documented_endpoint(contract)
    if place.at == "usage" and (verdict := _kept_at_a_glance(contract, body, note)):
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
    return kept_at_a_glance(contract, usage, usage, note)


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
    place = endpoint or documented_endpoint(contract)
    if not isinstance(body, dict):
        return Verdict(contract.name, (wrong_type(contract, "$", body, "object"),), note=note)
    usage = _standing(body, place.at)
    if isinstance(usage, dict):
        return judge(contract, usage, either_spelling=either_spelling, note=note)
    found = _missing(contract, body, usage, place, demand=demand)
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
    framing = next(
        (place.stream for place in (endpoint, *contract.endpoints) if place and place.stream), None
    )
    if framing is None:
        return _not_json(contract, "a stream of events", note)
    folded = fold(events, framing)
    found = list(_of_stream(contract, folded, demand=demand, note=note))
    if not isinstance(folded.usage, dict):
        wire = ABSENT if folded.usage is None else folded.usage
        return Verdict(contract.name, in_order(contract, found), raw=wire, note=note)
    verdict = judge(contract, folded.usage, either_spelling=either_spelling, note=note)
    return verdict._replace(findings=in_order(contract, [*found, *verdict.findings])) if found else verdict


def documented_endpoint(contract: Contract) -> Endpoint:
    """The endpoint whose promise is judged where it is not known which one was called."""
    return contract.endpoints[0] if contract.endpoints else Endpoint(path="", hosts=())


def _standing(body: Mapping[str, object], place: str) -> object:
    try:
        return body[place] if "." not in place else dig(body, place)
    except KeyError:
        return ABSENT


def _not_json(contract: Contract, why: str, note: str) -> Verdict:
    message = f"{why}, documented as JSON" if why.startswith(("empty", "a stream")) else f"not JSON: {why}"
    return Verdict(contract.name, (Finding(contract.name, "not-json", "$", "JSON", why, message),), note=note)


def _missing(
    contract: Contract, body: Mapping[str, object], usage: object, place: Endpoint, *, demand: bool
) -> Finding | None:
    """The one finding that says why there is no usage object, or None where there need not be one."""
    if usage is not ABSENT and usage is not None:
        return wrong_type(contract, "usage", usage, "object")
    if error := body.get("error"):
        return _error_body(contract, error)
    elsewhere = next(_elsewhere(contract, body), None)
    if demand or (usage is ABSENT and place.presence == "required"):
        hint = f"; there is one at {elsewhere}" if elsewhere else ""
        actual = described(usage)
        message = f"{actual}, documented as an object at {place.at}{hint}"
        return Finding(contract.name, "no-usage", "usage", "object", actual, message)
    if usage is None and place.presence != "nullable":
        return Finding(
            contract.name, "null-value", "usage", "object", "null", "null, documented as an object"
        )
    if elsewhere:
        message = f"a usage stands here, documented at {place.at}"
        return Finding(contract.name, "misplaced-usage", elsewhere, place.at, elsewhere, message)
    return None


def _error_body(contract: Contract, error: object) -> Finding:
    message = f"the response has succeeded, yet carries an error ({described(error)}) and no usage"
    return Finding(contract.name, "error-body", "$.error", "a usage", described(error), message)


def _elsewhere(contract: Contract, body: object, path: str = "$", depth: int = 4) -> Iterator[str]:
    """The paths of objects called `usage`, or the like, that have documented names, near the top of a body."""
    known = {squashed(field.name) for field in contract.fields}
    members = body.items() if isinstance(body, dict) else ()
    for name, value in members:
        if isinstance(value, dict) and "usage" in squashed(name) and known & {squashed(key) for key in value}:
            yield path + named(name)
        elif depth and isinstance(value, dict):
            yield from _elsewhere(contract, value, path + named(name), depth - 1)
        elif depth and isinstance(value, list):
            for item in value[:100]:
                yield from _elsewhere(contract, item, path + named(name) + "[]", depth - 1)


def _of_stream(contract: Contract, folded: Folded, *, demand: bool, note: str) -> Iterator[Finding]:
    """What the way of the events itself has wrong."""
    if folded.usage is None and (demand or not folded.excused):
        yield (
            _error_body(contract, folded.error)
            if folded.error
            else _no_terminal_usage(contract, folded, note)
        )
    elif folded.unreadable:
        message = f"an event is not JSON: {folded.unreadable}"
        yield Finding(contract.name, "not-json", "$", "JSON", folded.unreadable, message)
    if folded.misplaced and folded.usage is not None:
        message = "a usage stands in an event before the last, documented in the last only"
        yield Finding(
            contract.name, "misplaced-usage", "usage", "the last event", "an earlier event", message
        )
    for path, (before, after) in folded.decreased.items():
        message = f"was {before}, then {after}; the counts of a stream are cumulative"
        yield Finding(contract.name, "decreasing-count", path, f"at least {before}", str(after), message)


def _no_terminal_usage(contract: Contract, folded: Folded, note: str) -> Finding:
    how = "the stream ended without its usage"
    if folded.late:
        how = "the usage came after the end of the stream, where no client reads"
    elif folded.unreadable:
        how = f"an event that speaks of a usage is not JSON: {folded.unreadable}"
    elif not folded.ended:
        how = "the stream was over before the event that ends it"
    message = f"{how}{f' ({note})' if note else ''}"
    return Finding(contract.name, "no-terminal-usage", "usage", "object", "absent", message)
