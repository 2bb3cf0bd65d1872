"""The reason why there is no usage where one is looked for: none came, null, an error, or one that stands elsewhere."""

from collections.abc import Iterator, Mapping

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing
from pytest_usage_contract.core.escape import describe, is_word, outline, path_step
from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.core.pydantic_errors import wrong_type
from pytest_usage_contract.core.spelling import normalize_name
from pytest_usage_contract.core.stream import Folded, describe_event, fits
from pytest_usage_contract.core.usage import ABSENT


def explain_absence(
    contract: Contract, body: Mapping[str, object], usage: object, place: Endpoint, *, demand: bool
) -> Finding | None:
    """The one finding that says why there is no usage object, or None where there need not be one."""
    if usage is not ABSENT and usage is not None:
        return wrong_type(contract.name, "usage", usage, "object")
    excused = fits(body, place.excused)
    if excused and not demand:
        return None
    if not excused and (error := body.get("error")):
        return error_body(contract, error)
    elsewhere = next(_elsewhere(contract, body), None)
    if demand or (usage is ABSENT and place.presence == "required"):
        hint = f"; there is one at {elsewhere}" if elsewhere else ""
        actual = describe(usage)
        message = f"{actual}, documented as an object at {place.at}{hint}"
        return Finding(contract.name, "no-usage", "usage", "object", actual, message)
    if usage is None and place.presence not in ("nullable", "unknown"):
        return Finding(contract.name, "null-value", "usage", "object", "null", "null, documented as an object")
    return usage_elsewhere(contract, elsewhere, place.at) if elsewhere else None


def usage_elsewhere(contract: Contract, elsewhere: str, place: str) -> Finding:
    """Return the finding of a usage that stands *elsewhere* than at its documented *place*."""
    message = f"a usage stands here, documented at {place}"
    return Finding(contract.name, "misplaced-usage", elsewhere, place, elsewhere, message, "object")


def error_body(contract: Contract, error: object) -> Finding:
    """An error in a response that has succeeded."""
    code = _error_code(error)
    shown = outline(error) if code is None else f"code {code}"  # the rest of it may quote the prompt, or a key
    message = f"the response has succeeded, yet carries an error ({shown}) and no usage"
    return Finding(contract.name, "error-body", "$.error", "a usage", shown, message)


def _error_code(error: object) -> str | None:
    """Return what an *error* calls itself, where that is a number or a word."""
    names = [error.get(name) for name in ("code", "type", "status")] if isinstance(error, Mapping) else []
    return next((str(name) for name in names if name != "error" and (is_word(name) or _is_small(name))), None)


def _is_small(number: object) -> bool:
    return type(number) is int and abs(number) < 1_000_000


def no_terminal_usage(contract: Contract, folded: Folded, framing: Framing, note: str) -> Finding:
    """Return the finding of a stream that amounts to no usage, with the reason."""
    elsewhere = find_stray(contract, folded)
    came = "no event came" if folded.last is None else f"the last that came was {describe_event(folded.last)}"
    how = f"the stream was over before the event that ends it ({framing.ending}): {came}"
    if folded.late:
        how = "the usage came after the end of the stream, where no client reads"
    elif folded.unreadable:
        how = f"an event that speaks of a usage is not JSON: {folded.unreadable}"
    elif folded.ended or folded.bare:
        how = "the event that ends the stream carries no usage"
    hint = f"; there is one at {elsewhere}" if elsewhere else ""
    message = f"{how}{hint}{f' ({note})' if note else ''}"
    return Finding(contract.name, "no-terminal-usage", "usage", "object", "absent", message)


def find_stray(contract: Contract, folded: Folded) -> str | None:
    """Return where else the last event that mattered has a usage, or None."""
    return next(_elsewhere(contract, folded.stray), None) if folded.stray else None


def _elsewhere(contract: Contract, body: object, path: str = "$", depth: int = 4) -> Iterator[str]:
    """The paths of objects called `usage`, or the like, that have documented names, near the top of a body."""
    known = checker(contract).names
    members = body.items() if isinstance(body, dict) else ()
    for name, value in members:
        if (
            isinstance(value, dict)
            and "usage" in normalize_name(name)
            and known & {normalize_name(key) for key in value}
        ):
            yield path + path_step(name)
        elif depth and isinstance(value, dict):
            yield from _elsewhere(contract, value, path + path_step(name), depth - 1)
        elif depth and isinstance(value, list):
            for item in value[:100]:
                yield from _elsewhere(contract, item, path + path_step(name) + "[]", depth - 1)
