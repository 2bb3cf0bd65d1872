"""What was booked, held against what the response said, with the usual reason for each difference.

Two functions, which keep their signatures, are enough wherever rows come from, be it the attributes of a span:
`read_booked(row, words)` reads one, and `compare(booked, verdict, usages)` gives all that is wrong with it at once, as
findings of the kind `booking`. Of a stream *usages* gives the usage of each event, in their order, as `usages_of` of
`stream` does; it is called only where something is wrong.
"""

from pytest_usage_contract.core.accounting import format_number, to_exact
from pytest_usage_contract.core.booked import Booked, describe_booked, read_booked
from pytest_usage_contract.core.booking_reasons import Usages, are_same, find_reason
from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.said import Expected, Said, read_said

__all__ = ["Usages", "agrees", "compare", "find_doubtful", "hold", "missing", "read_booked"]


def compare(booked: Booked, verdict: Verdict, usages: Usages = tuple) -> tuple[Finding, ...]:
    """Return what is wrong with the row that was *booked* of the response that *verdict* is about.

    A None agrees with a count that the response does not tell, and no number does. What the response contradicts itself
    is not compared: `find_doubtful` names it. Where nothing can be compared, that is `booked-missing`.
    """
    if booked.note or not booked.has_headline:
        return (missing(verdict, booked.note or _name_what_is_there(booked)),)
    said = read_said(verdict.promise, verdict.wire)
    doubtful = _doubtful(booked, said)
    if len(doubtful) == len(booked.counts):
        return (missing(verdict, f"{' and '.join(doubtful)} cannot be compared: {_explain_doubt(said)}"),)
    found = [_mismatch(name, booked, said, verdict, usages) for name in booked.counts]
    return tuple(filter(None, found))


def hold(booked: Booked, verdict: Verdict, usages: Usages = tuple) -> Verdict:
    """Return *verdict* with what is wrong with the booking in place of its own findings, and what was not compared."""
    notes = filter(None, (verdict.note, find_doubtful(booked, verdict)))
    return verdict._replace(findings=compare(booked, verdict, usages), note="; ".join(notes))


def find_doubtful(booked: Booked, verdict: Verdict) -> str:
    """Return, as a note, which of the booked counts could not be compared, and why; nothing where all could."""
    said = read_said(verdict.promise, verdict.wire)
    doubtful = _doubtful(booked, said)
    return f"{' and '.join(doubtful)} not compared: {_explain_doubt(said)}" if doubtful else ""


def missing(verdict: Verdict, why: str) -> Finding:
    """Return the finding of a response that is not booked."""
    return Finding(verdict.contract, "booked-missing", "usage", "a booking", "none", why)


def _name_what_is_there(booked: Booked) -> str:
    names = [escape(name) for name in booked.names]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"neither input nor output was booked; there is {shown or 'nothing'}"


_SHOWN = 8
"""Names of a row that are shown."""


def _doubtful(booked: Booked, said: Said) -> list[str]:
    return [escape(name) for name in booked.counts if said.expect(booked.terms[name]).state == "doubtful"]


def _explain_doubt(said: Said) -> str:
    told = said.counts or said.wrong
    return "the response is not sound there" if told else f"{said.contract} does not say what its counts mean"


def agrees(booked: Booked, said: Said) -> bool:
    """Tell whether there is nothing against a row that was *booked* of a response that *said* so."""
    if not booked.has_headline or booked.note:
        return False
    told = False
    for name in booked.counts:
        expected = said.expect(booked.terms[name])
        if not _agrees(name, booked, expected):
            return False
        told = told or expected.state != "doubtful"
    return told


def _agrees(name: str, booked: Booked, expected: Expected) -> bool:
    if expected.state == "told":
        number = booked.numbers[name]
        return number is not None and are_same(number, to_exact(expected.tokens))
    return booked.counts[name] is None or expected.state == "doubtful"


def _mismatch(name: str, booked: Booked, said: Said, verdict: Verdict, usages: Usages) -> Finding | None:
    value, terms = booked.counts[name], booked.terms[name]
    expected, number, reason = said.expect(terms), booked.numbers[name], ""
    if _agrees(name, booked, expected):
        return None
    match expected.state:
        case "told":
            truth = format_number(expected.tokens)
            reason = "" if number is None else find_reason(number, expected.tokens, terms, said, usages)
        case "untold":
            truth, reason = "nothing", "zero for absent" if number == 0 else ""
        case _:
            truth = f"{describe(expected.wire)}, which is no count"
    shown = describe_booked(value)
    message = f"booked {shown}, the response says {truth}{reason and f'; {reason}'}"
    return Finding(verdict.contract, "booked-mismatch", escape(name), truth, shown, message)
