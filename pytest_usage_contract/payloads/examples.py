"""Every legal shape of a usage, derived from its contract: what a program that reads usages must live with.

One per freedom that the documentation leaves: each optional field absent, each nullable field null. What pydantic
refuses, or what does not add up, is left out, except for the documentation's own example, which is what it is.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.tokens import NO_TOKENS, Tokens, read_tokens
from pytest_usage_contract.core.usage import ABSENT
from pytest_usage_contract.payloads.derivation import (
    Node,
    Step,
    add_up,
    adds_up,
    alternatives,
    derive_usage,
    find_faults,
    nodes_of,
    replace_values,
    value_at,
)
from pytest_usage_contract.payloads.traps import LAST_CHUNK, earlier_usage, trap_shapes


@dataclass(frozen=True, slots=True)
class Example:
    """A legal usage of the contract named *contract*, and the *tokens* that it means.

    *note* says which fields no value could be made up for. *earlier* is what an earlier event of a stream has told of
    the same usage, where the example is about that.
    """

    name: str
    contract: str
    usage: dict[str, Any]
    note: str = ""
    tokens: Tokens = NO_TOKENS
    earlier: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.contract}-{self.name}"


@dataclass(frozen=True, slots=True)
class Base:
    """The derived usage in which everything documented is present, and where each of its fields stands.

    Where a usage may be one of several objects there are as many, each of a *contract* of its own; *suffix* tells
    the further ones apart in names.
    """

    contract: Contract
    usage: dict[str, Any]
    places: tuple[Node, ...]
    note: str = ""
    suffix: str = ""


def bases(contract: Contract) -> tuple[Base, ...]:
    """Return what examples and counterexamples are made from; raise `ValueError` where none can be made up."""
    found = [_base(alternative) for alternative in alternatives(contract)]
    return tuple(replace(one, suffix=f"-{number}" if number > 1 else "") for number, one in enumerate(found, 1))


def _base(contract: Contract) -> Base:
    every = places = nodes_of(contract)
    while True:
        usage = derive_usage(contract, places)
        wrong = [*find_faults(contract, usage)]
        if not wrong:
            break
        unknown = {node.steps for loc in wrong for node in _droppable(places, loc)[-1:]}
        if not unknown:
            raise ValueError(
                f"{contract}: no usage can be made up, since {_refused(wrong)} must be there; give it Field.examples"
            )
        places = tuple(node for node in places if not any(_within(node.steps, steps) for steps in unknown))
    places = tuple(node for node in places if value_at(usage, node.steps) is not ABSENT)
    left_out = ", ".join(node.name for node in every if node not in places)
    return Base(contract, usage, places, f"no value could be made up for {left_out}" if left_out else "")


def _refused(wrong: list[tuple[Step, ...]]) -> str:
    return " and ".join(".".join(map(str, loc)) or "what its validators ask for" for loc in wrong)


def _droppable(places: tuple[Node, ...], loc: tuple[Step, ...]) -> list[Node]:
    return [node for node in places if not node.field.required and _within(loc, node.steps)]


def _within(steps: tuple[Step, ...], above: tuple[Step, ...]) -> bool:
    return steps[: len(above)] == above


def examples(contract: Contract) -> tuple[Example, ...]:
    """`documented`, `full`, `minimal`, `zero`, one for each freedom there is, and the traps of the contract's dialect.

    Raises `ValueError` where there is no `full`.
    """
    wholes = bases(contract)
    found = []
    if contract.example is not None:
        found.append(_example(contract, "documented", deepcopy(dict(contract.example))))
    for whole in wholes:
        for name, shape in (*_shapes(whole), *trap_shapes(contract, whole.usage, whole.places)):
            usage = add_up(whole.contract, shape, whole.places)
            if not find_faults(whole.contract, usage) and adds_up(whole.contract, usage, whole.places):
                example = _example(contract, name + whole.suffix, usage, whole.note)
                earlier = earlier_usage(whole.contract, usage, whole.places) if name == LAST_CHUNK else None
                found.append(replace(example, earlier=earlier))
    return tuple(found)


def _example(contract: Contract, name: str, usage: dict[str, Any], note: str = "") -> Example:
    tokens = read_tokens(contract.dialect, contract.accounting, usage, trusted=usage == contract.example)
    return Example(name, contract.name, usage, note, tokens)


def _shapes(whole: Base) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "full", whole.usage
    optional = [node for node in whole.places if not node.field.required]
    yield "minimal", replace_values(whole.usage, dict.fromkeys((node.steps for node in optional), ABSENT))
    yield "zero", replace_values(whole.usage, {node.steps: 0 for node in whole.places if node.field.counts})
    for node in optional:
        yield f"{node.name}-absent", replace_values(whole.usage, {node.steps: ABSENT})
    for node in whole.places:
        if node.field.nullable:
            yield f"{node.name}-null", replace_values(whole.usage, {node.steps: None})
