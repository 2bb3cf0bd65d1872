"""The quick look that is enough for nearly every usage: plainly sound, with nothing to explain.

It gives up, and leaves the answer to the survey, at anything but whole counts, all there, and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.escape import PLAIN
from pytest_usage_contract.core.fields import Field
from pytest_usage_contract.core.finding import Verdict

ROOT = len("usage.")

EXTRA = "__pydantic_extra__"

PLAIN_NODES = frozenset({"model", "model-fields", "model-field", "default", "nullable", "union", "int", "float"})
"""What pydantic's schema of a plain usage consists of: objects and numbers, and nothing that changes a value."""


FastPath = Callable[[BaseModel, object, str], Verdict | None]
"""The verdict on a usage that pydantic has accepted, as it was on the wire, with a note; None for a second look."""


def fast_path(contract: Contract, fields: Sequence[Field]) -> FastPath:
    """Prepare the quick look at the usages of *contract*, whose *fields* are plain; without any it never suffices."""
    paths = [field.path[ROOT:] for field in fields if field.counts]
    if len(paths) < 2:  # an attrgetter of one name gives no tuple
        return lambda *_: None
    objects = [field.path[ROOT:] for field in fields if field.tree is not None]
    counts_of = attrgetter(*paths)
    extras_of = attrgetter(EXTRA, EXTRA, *(f"{path}.{EXTRA}" for path in objects))
    no_extras: tuple[object, ...] = ({},) * (2 + len(objects))
    tests = tuple(rule.holds(paths.index) for rule in contract.accounting)
    name, rules = contract.name, contract.rules
    seen = MappingProxyType({field.path: True for field in fields})

    def look(usage: BaseModel, wire: object, note: str) -> Verdict | None:
        try:
            if extras_of(usage) != no_extras:
                return None
            counts = counts_of(usage)
        except AttributeError:  # below something that is absent or null
            return None
        for count in counts:
            if type(count) is not int or count < 0:
                return None
        for holds in tests:
            if not holds(counts):
                return None
        return Verdict(name, (), usage, wire, seen, rules, note, contract)

    return look


def is_plain(fields: Sequence[Field], schema: Mapping[str, Any]) -> bool:
    """Tell whether *fields* are nothing but counts and objects of counts, which pydantic takes as they are."""
    return all((field.counts or field.tree is not None) and PLAIN.fullmatch(field.name) for field in fields) and all(
        _takes_as_is(node) for node in _nodes(schema)
    )


def _takes_as_is(node: Mapping[str, Any]) -> bool:
    return (
        node["type"] in PLAIN_NODES
        and node.get("strict") is not False
        and "validation_alias" not in node
        and (node["type"] != "model" or node.get("config", {}).get("extra_fields_behavior") == "allow")
    )


def _nodes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a core schema and all that it is made of."""
    yield schema
    fields = schema.get("fields", {})
    inner = [schema.get("schema"), *(fields.values() if isinstance(fields, dict) else ()), *schema.get("choices", ())]
    for part in inner:
        if isinstance(part, dict):
            yield from _nodes(part)
