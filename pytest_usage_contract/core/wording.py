"""The words of findings that are not of the schema: what is undocumented, misspelled, no count, or contradicted."""

from collections.abc import Sequence
from typing import Any

from pytest_usage_contract.core.accounting import Breach
from pytest_usage_contract.core.escape import BRIEF, LONGEST, describe, escape, json_type, outline, path_step
from pytest_usage_contract.core.finding import Finding, Texts, without_repetition
from pytest_usage_contract.core.walk import Strangers


def list_undocumented(contract: str, strangers: Sequence[Strangers]) -> list[Finding]:
    """Return the findings of all that is undocumented.

    There may be thousands, so that what is called for each of them counts.
    """
    new, brief, distinct = object.__new__, BRIEF.get, len(strangers) < 2
    code, found = "undocumented-field", []
    for above, items, _ in strangers:
        for name, value in items.items():
            if type(name) is str and name.isidentifier() and name.isascii() and len(name) <= LONGEST:
                path = f"{above}.{name}"
            else:
                path, distinct = above + path_step(name), False
            if kind := brief(type(value)):
                one: Any = new(Finding)  # as `Finding.unread` does
                one.contract = contract
                one.code = code
                one.path = path
                one.type = kind
                one._tell = _tell_stranger
                one._texts = value
            else:
                one = Finding(contract, code, path, *_tell_stranger(value), json_type(value))
            found.append(one)
    return found if distinct else without_repetition(found)


def _tell_stranger(value: object) -> Texts:
    shown = outline(value)
    return Texts("nothing", shown, f"{shown}, not documented")


def misspelling(contract: str, path: str, wire: str, name: str) -> Finding:
    """Return the finding of a *name* as an SDK spells it, where the *wire* has another."""
    message = f'spelled "{escape(name)}" as an SDK does, on the wire it is "{escape(wire)}"'
    return Finding(contract, "sdk-spelling", path, wire, escape(name), message)


def no_count(contract: str, code: str, path: str, value: float, quality: str) -> Finding:
    """Return the finding of a number that lacks the *quality* of a count."""
    shown = describe(value)
    return Finding(contract, code, path, f"a count, {quality}", shown, f"{shown}, a count is {quality}")


def contradiction(contract: str, breach: Breach) -> Finding:
    """Return the finding of counts that contradict a rule."""
    message = f"{breach.expected}, is {breach.actual}"
    return Finding(contract, breach.code, f"usage.{breach.path}", breach.expected, breach.actual, message)
