"""Compare two contracts: list the changes that matter to the code that reads the response.

What a document cannot say (whether null is allowed, whether a number is whole, what an object that was not read has
in it) has not changed: a flavour that says less makes no change. A field that went while another came in the same
object may be the same under a new name; that is guessed, and the change says how sure it is.
"""

import difflib
from collections.abc import Iterator
from itertools import product
from typing import Final

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.escape import escape, path_step
from pytest_usage_contract.documents.changes import SEVERITIES, Change
from pytest_usage_contract.documents.declarations import terms_of
from pytest_usage_contract.documents.terms import (
    ListOf,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    Term,
    describe_term,
    fits,
)

SYNONYMS: Final = {
    "prompt": "input",
    "completion": "output",
    "generated": "output",
    "cache": "cached",
    "read": "cached",
}
"""The words of one dialect of counting, and those of the other."""

SURE_ENOUGH: Final = 60
"""Percent from which on a removed field and an added one are taken for the same."""


def compare(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Return all changes from *old* to *new*, the worst first, then in the order of the documentation."""
    found = [
        *_compare_documents(old, new),
        *_compare_endpoints(old, new),
        *_compare_models(terms_of(old.usage), terms_of(new.usage), "usage"),
    ]
    return tuple(sorted(found, key=lambda change: SEVERITIES.index(change.severity)))


def same_promise(one: Contract, other: Contract) -> bool:
    """Tell whether two contracts promise the same in every word, regardless of the dates of reading."""
    return _promise_of(one) == _promise_of(other)


def _promise_of(contract: Contract) -> tuple[object, ...]:
    where = contract.source
    details = (where.document, where.package, where.version, contract.example, contract.either_spelling)
    return (contract.name, details, contract.endpoints, terms_of(contract.usage))


def _compare_documents(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = escape(old.source.document), escape(new.source.document)
    if before != after:
        yield Change("document-renamed", "usage", before, after, f"called {before}, now {after}")


def _compare_endpoints(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield the changes of calls, if both documents have any."""
    if not (old.endpoints and new.endpoints):
        return
    before, after = ({_describe_call(endpoint): endpoint for endpoint in side.endpoints} for side in (old, new))
    for call in (call for call in before if call not in after):
        yield Change("endpoint-removed", "usage", call, "", f"{call} is documented no longer")
    for call in (call for call in after if call not in before):
        yield Change("endpoint-added", "usage", "", call, f"{call} is documented, was not")
    yield from _compare_presence(old.endpoints[0], new.endpoints[0])


def _describe_call(endpoint: Endpoint) -> str:
    return escape(f"{endpoint.method} {'|'.join(endpoint.hosts)}{endpoint.path}", 200)


def _compare_presence(old: Endpoint, new: Endpoint) -> Iterator[Change]:
    if old.at != new.at:
        before, after = escape(old.at), escape(new.at)
        yield Change("usage-moved", "usage", before, after, f"stood at {before}, now at {after}")
    if "unknown" in {old.presence, new.presence} or old.presence == new.presence:
        return
    rule = {
        ("required", "optional"): "usage-became-optional",
        ("optional", "required"): "usage-became-required",
        ("nullable", "optional"): "usage-never-null",
        ("nullable", "required"): "usage-never-null",
    }.get((old.presence, new.presence), "usage-became-nullable")
    yield Change(rule, "usage", old.presence, new.presence, f"was {old.presence}, is {new.presence}")


def _compare_models(old: Model, new: Model, path: str) -> Iterator[Change]:
    before = {entry.name: entry for entry in old.entries}
    after = {entry.name: entry for entry in new.entries}
    gone = [entry for name, entry in before.items() if name not in after]
    came = [entry for name, entry in after.items() if name not in before]
    renamed = _pair_renames(gone, came)
    for name, entry in before.items():
        at = path + path_step(name)
        if name in after:
            yield from _compare_entries(entry, after[name], at)
        elif name in renamed:
            other, sure = renamed[name]
            message = f"perhaps renamed to {_show_name(other.name)}, {sure} % sure"
            yield Change("field-renamed", at, _show_name(name), _show_name(other.name), message, sure)
            yield from _compare_entries(entry, other, path + path_step(other.name))
        else:
            yield Change("field-removed", at, describe_term(entry.term), "", "documented no longer")
    taken = {other.name for other, _ in renamed.values()}
    for entry in came:
        if entry.name not in taken:
            yield _addition(entry, path)


def _addition(entry: ModelEntry, path: str) -> Change:
    what = escape(describe_term(entry.term), 200)
    how = "always there" if entry.required else "may be absent"
    return Change("field-added", path + path_step(entry.name), "", what, f"documented, was not: {what}, {how}")


def _show_name(name: str) -> str:
    return path_step(name).removeprefix(".")


def _pair_renames(gone: list[ModelEntry], came: list[ModelEntry]) -> dict[str, tuple[ModelEntry, int]]:
    """Return the likeliest pairs of a removed field and an added one, each field in one pair at most."""
    pairs = sorted(
        ((_rate_likeness(one, other), one, other) for one, other in product(gone, came)), key=lambda pair: -pair[0]
    )
    found: dict[str, tuple[ModelEntry, int]] = {}
    taken: set[str] = set()
    for sure, one, other in pairs:
        if sure >= SURE_ENOUGH and one.name not in found and other.name not in taken:
            found[one.name] = (other, sure)
            taken.add(other.name)
    return found


def _rate_likeness(one: ModelEntry, other: ModelEntry) -> int:
    """Rate in percent how likely two fields are the same: by name, by type, and by description."""
    if not (fits(one.term, other.term) or fits(other.term, one.term)):
        return 0
    name = difflib.SequenceMatcher(None, _translate_name(one.name), _translate_name(other.name)).ratio()
    if one.meaning and other.meaning:
        meaning = difflib.SequenceMatcher(None, one.meaning[:500], other.meaning[:500]).ratio()
        return round(70 * name + 29 * meaning)
    return round(95 * name)


def _translate_name(name: str) -> str:
    return " ".join(SYNONYMS.get(word, word) for word in name[:100].lower().split("_"))


def _compare_entries(old: ModelEntry, new: ModelEntry, path: str) -> Iterator[Change]:
    if old.required != new.required:
        rule = "field-became-optional" if old.required else "field-became-required"
        before, after = ("required", "optional") if old.required else ("optional", "required")
        yield Change(rule, path, before, after, "may be absent, was required" if old.required else "always there now")
    yield from _compare_nulls(old.term, new.term, path)
    yield from _compare_types(old.term, new.term, path)
    if old.meaning != new.meaning:
        before, after = escape(old.meaning, 200), escape(new.meaning, 200)
        was = f"was «{before}»" if before else "was not described"
        message = f"described as «{after}», {was}" if after else f"no longer described as «{before}»"
        yield Change("meaning-changed", path, before, after, message)
    yield from _compare_insides(old.term, new.term, path)


def _compare_nulls(old: Term, new: Term, path: str) -> Iterator[Change]:
    before, after = _may_be_null(old), _may_be_null(new)
    if before is False and after is True:
        yield Change("field-became-nullable", path, "never null", "may be null", "may be null, was not")
    elif before is True and after is False:
        yield Change("field-never-null", path, "may be null", "never null", "never null now")


def _may_be_null(term: Term) -> bool | None:
    """Tell whether a value may be null, or None where that is unknown or all is allowed."""
    if isinstance(term, OrNull):
        return True if term.sure else None
    return None if term == Simple("any") else False


def _compare_types(old: Term, new: Term, path: str) -> Iterator[Change]:
    forth, back = fits(new, old), fits(old, new)
    if forth and back:
        return
    rule = "type-narrowed" if forth else "type-widened" if back else "type-changed"
    before, after = (escape(describe_term(_strip_null(term)), 200) for term in (old, new))
    yield Change(rule, path, before, after, f"was {before}, is {after}")


def _strip_null(term: Term) -> Term:
    return term.inner if isinstance(term, OrNull) else term


def _compare_insides(old: Term, new: Term, path: str) -> Iterator[Change]:
    """Yield the changes of the objects here, or in the list or map here, where both sides were read."""
    match _strip_null(old), _strip_null(new):
        case Nested(before), Nested(after):
            yield from _compare_models(before, after, path)
        case ListOf(one), ListOf(other):
            yield from _compare_insides(one, other, f"{path}[]")
        case MapOf(one), MapOf(other):
            yield from _compare_insides(one, other, f"{path}[*]")
        case Nested(before), Simple("object"):
            yield from _compare_models(before, Model("", ()), path)
        case Simple("object"), Nested(after):
            yield from _compare_models(Model("", ()), after, path)
        case _:
            return
