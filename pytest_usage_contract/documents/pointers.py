"""JSON pointers into a document, and where in its text they point."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pytest_usage_contract.documents import extras


def steps_of(pointer: str) -> tuple[str, ...]:
    """`/components/schemas/Usage` step by step, also as a fragment with its `#`."""
    inner = pointer.removeprefix("#").removeprefix("/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in inner.split("/")) if inner else ()


def pointer_of(steps: tuple[str, ...]) -> str:
    """The steps as a pointer."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def found_at(document: object, steps: tuple[str, ...]) -> object:
    """What stands at a pointer; raises `LookupError`."""
    value = document
    for step in steps:
        if isinstance(value, list) and re.fullmatch(r"\d{1,6}", step):
            value = value[int(step)]
        elif isinstance(value, dict):
            # YAML reads the status 200 as a number.
            names = {str(name): name for name in value}
            value = value[names[step]]
        else:
            raise LookupError(step)
    return value


def located(text: str, steps: tuple[str, ...]) -> tuple[int, int]:
    """The line and column of what stands at a pointer, or of the nearest thing above it that is there."""
    node = _composed(text)
    for step in steps:
        node = next((inner for name, inner in _inner(node) if name == step), node)
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node is not None else (1, 1)


@lru_cache(maxsize=2)
def _composed(text: str) -> Any:
    """The nodes of a document, each with its line and column; None where YAML cannot read it."""
    yaml = extras.yaml()
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return None


def _inner(node: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of a node of YAML."""
    if isinstance(getattr(node, "value", None), list):
        for number, part in enumerate(node.value):
            yield (str(part[0].value), part[1]) if isinstance(part, tuple) else (str(number), part)
