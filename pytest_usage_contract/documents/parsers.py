"""The parsers of the extra `documents`, imported when a document is read, and JSON pointers into a parsed document."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

INSTALL = 'pip install "pytest-usage-contract[documents]"'


class MissingExtraError(ImportError):
    """Documents cannot be read without their parsers; the message says how to install them."""


def _import_parser(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError as failure:
        raise MissingExtraError(f"reading this document needs {package}: {INSTALL}") from failure


def markdown_parser() -> "MarkdownIt":
    """Return a parser of CommonMark with tables and strikethrough, in which HTML is text like any other."""
    parser = _import_parser("markdown_it", "markdown-it-py").MarkdownIt("commonmark", {"html": False})
    return cast("MarkdownIt", parser.enable(["table", "strikethrough"]))


def yaml_parser() -> Any:
    """Return the module of PyYAML."""
    return _import_parser("yaml", "PyYAML")


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Parse `/components/schemas/Usage` into its steps; a leading `#` of a fragment is allowed."""
    inner = pointer.removeprefix("#").removeprefix("/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in inner.split("/")) if inner else ()


def format_pointer(steps: tuple[str, ...]) -> str:
    """Format the steps as a pointer."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def find_value(document: object, steps: tuple[str, ...]) -> object:
    """Return the value at a pointer; raise `LookupError` if there is none."""
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


def locate_value(text: str, steps: tuple[str, ...]) -> tuple[int, int]:
    """Return the line and column of the value at a pointer, or of the nearest one above it that is there."""
    node = _compose_nodes(text)
    for step in steps:
        node = next((inner for name, inner in _child_nodes(node) if name == step), node)
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node is not None else (1, 1)


@lru_cache(maxsize=2)
def _compose_nodes(text: str) -> Any:
    """Return the nodes of a document, each with its line and column; None where YAML cannot read it."""
    yaml = yaml_parser()
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return None


def _child_nodes(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the named parts of a node of YAML."""
    if isinstance(getattr(node, "value", None), list):
        for number, part in enumerate(node.value):
            yield (str(part[0].value), part[1]) if isinstance(part, tuple) else (str(number), part)
