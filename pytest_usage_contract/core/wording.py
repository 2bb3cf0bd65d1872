"""What a finding says of one value or count: each function returns a finding with its texts."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from pytest_usage_contract.core.accounting import Breach
from pytest_usage_contract.core.escape import (
    LONGEST,
    SHORT,
    describe,
    escape,
    json_type,
    outline,
    path_step,
    with_article,
)
from pytest_usage_contract.core.fields import Object
from pytest_usage_contract.core.finding import Finding, Tell, Texts, without_repetition

BRIEF: Final = {int: "number", float: "number", bool: "boolean", type(None): "null"}


def missing_field(contract: str, path: str, documented: str) -> Finding:
    """Return the finding of a field that is not there, of the *documented* JSON type, or of any."""
    return Finding.unread(contract, "missing-field", path, _tell_missing, documented)


def _tell_missing(documented: str) -> Texts:
    phrase = with_article(documented) if documented else "required"
    return Texts(documented or "present", "absent", f"absent, documented as {phrase}")


def wrong_type(contract: str, path: str, value: object, documented: str, code: str = "wrong-type") -> Finding:
    """Return the finding of a value whose JSON type is not the *documented* one."""
    tell = _tell_type(documented)
    if type(value) in BRIEF or (type(value) is str and len(value) <= SHORT):
        return Finding.unread(contract, code, path, tell, value)
    return Finding(contract, code, path, *tell(value))


@cache
def _tell_type(documented: str) -> Tell:
    phrase = f"documented as {with_article(documented)}"

    def tell(value: object) -> Texts:
        shown = describe(value)
        return Texts(documented, shown, f"{shown}, {phrase}")

    return tell


def undocumented_fields(contract: str, strangers: Sequence[tuple[str, Object]]) -> list[Finding]:
    """Return the findings of all that is undocumented: of the paths of objects, and of what stands in each.

    There may be thousands, so that what is called for each of them counts.
    """
    code, new, distinct = "undocumented-field", object.__new__, len(strangers) < 2
    found: list[Finding] = []
    for above, items in strangers:
        for name, value in items.items():
            if type(name) is str and len(name) <= LONGEST and name.isascii() and name.isidentifier():
                path = f"{above}.{name}"
            else:
                path, distinct = above + path_step(name), False
            if kind := BRIEF.get(type(value)):
                one = new(Finding)
                one.contract, one.code = contract, code  # type: ignore[misc]  # it is being made
                one.path, one.type = path, kind  # type: ignore[misc]  # likewise
                one._tell, one._texts = _tell_stranger, value
                found.append(one)
            else:
                found.append(Finding(contract, code, path, *_tell_stranger(value), json_type(value)))
    return found if distinct else without_repetition(found)


def _tell_stranger(value: object) -> Texts:
    shown = outline(value)
    return Texts("nothing", shown, f"{shown}, not documented")


def sdk_spelling(contract: str, path: str, wire: str, name: str) -> Finding:
    """Return the finding of a *name* that an SDK has for the one on the *wire*."""
    message = f'spelled "{escape(name)}" as an SDK does, on the wire it is "{escape(wire)}"'
    return Finding(contract, "sdk-spelling", path, wire, escape(name), message)


def no_count(contract: str, code: str, path: str, value: float, quality: str) -> Finding:
    """Return the finding of a number that lacks a *quality* of a count."""
    shown = describe(value)
    return Finding(contract, code, path, f"a count, {quality}", shown, f"{shown}, a count is {quality}")


def contradiction(contract: str, breach: Breach) -> Finding:
    """Return the finding of counts that contradict a rule."""
    message = f"{breach.expected}, is {breach.actual}"
    return Finding(contract, breach.code, f"usage.{breach.path}", breach.expected, breach.actual, message)
