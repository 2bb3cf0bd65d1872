"""Type cells of TypeScript and Python SDKs: what their words mean, and what each flavour cannot say.

Once Markdown's dress is off, `Record<string, A | B[]>` and `Dict[str, Optional[A]]` are expressions in Python's
grammar, but for the brackets of the former.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_usage_contract.documents.middle import (
    ANY,
    NULL,
    SOME_OBJECT,
    UNREAD,
    Schema,
    choice,
    join,
    or_null,
    split_null,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_CELL: Final = 4_000
"""Characters of a cell that is read; the documents stay far below."""

LEXEME: Final = re.compile(
    r"""(?P<list>\[\s*\]) | (?P<literal>"[^"\\]*"|'[^'\\]*') | (?P<word>-?\d+|\w+(?:\.\w+)*)
      | (?P<mark>[][<>(),|]) | (?P<other>\S)""",
    re.VERBOSE,
)
AS_PYTHON: Final = {"<": "[", ">": "]"}

LISTS: Final = frozenset({"[]", "List", "list", "Array", "Sequence", "Iterable"})
MAPS: Final = frozenset({"Record", "Dict", "dict", "Map", "Mapping"})
WRAPPERS: Final = frozenset({"Optional", "Nullable", "OptionalNullable"})

Reference = Callable[[str, str], Schema]
"""Returns the type of a name, and of the link that it stands in."""


class NotUnderstoodError(ValueError):
    """A cell that does not follow the grammar."""


@dataclass(frozen=True, slots=True)
class Flavour:
    """One language's documents.

    *languages* are those of its code blocks. *vague* says that nothing in it tells whether null is allowed, else this
    is so of lists and maps only. *wire* says that names are shown as they are on the wire.
    """

    name: str
    languages: frozenset[str]
    words: Mapping[str, Schema]
    vague: bool
    wire: bool


def _types(names: Mapping[str, str]) -> dict[str, Schema]:
    return {name: {"type": kind} for kind, listed in names.items() for name in listed.split()}


TYPESCRIPT: Final = Flavour(
    "TypeScript",
    frozenset({"typescript", "ts", "javascript", "js"}),
    {
        **_types({"string": "string Date RFCDate File Blob ReadableStream Uint8Array ArrayBuffer"}),
        **_types({"boolean": "boolean", "integer": "integer bigint", "object": "object", "null": "null"}),
        "any": ANY,
        "unknown": ANY,
        "true": {"const": True},
        "false": {"const": False},
        "number": {"type": "number", "x-unknown": ["whole"]},
    },
    vague=True,
    wire=False,
)
PYTHON: Final = Flavour(
    "Python",
    frozenset({"python", "py"}),
    {
        **_types({"string": "str bytes IO io.IOBase io.BufferedReader date datetime Decimal", "boolean": "bool"}),
        **_types({"integer": "int", "number": "float", "object": "dict"}),
        "Any": ANY,
        "any": ANY,
    },
    vague=False,
    wire=True,
)
FLAVOURS: Final = (TYPESCRIPT, PYTHON)
"""That which can say less comes first: of a page that fits both, no more is read than both say."""


class CellType(NamedTuple):
    """The reading of a cell: the type, and whether a sign in it says that the field may be absent."""

    schema: Schema
    optional: bool


class Cell(NamedTuple):
    """The expression in a cell, and the links around its names."""

    node: ast.expr
    links: Mapping[str, str]


def parse_cell(tokens: Iterable["Token"]) -> Cell:
    """Parse the inline *tokens* of a cell; raise `NotUnderstoodError` if they do not follow the grammar."""
    words: list[str] = []
    links: dict[str, str] = {}
    link = ""
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            link = str(token.attrs.get("href", ""))
        elif token.type in ("text", "text_special"):
            for found in LEXEME.finditer(token.content):
                words.append(_write_python(found))
                if link and found["word"]:
                    links[found[0]] = link
        elif token.type not in ("em_open", "em_close", "softbreak"):
            raise NotUnderstoodError(token.type)
    try:
        return Cell(ast.parse(" ".join(words), mode="eval").body, links)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotUnderstoodError(" ".join(words)) from None


def _write_python(found: re.Match[str]) -> str:
    if found["other"]:
        raise NotUnderstoodError(found[0])
    if found["literal"]:
        return ascii(found[0][1:-1])
    return "[()]" if found["list"] else AS_PYTHON.get(found[0], found[0])


def read_cell(flavour: Flavour, cell: Cell, resolve: Reference) -> CellType:
    """Read the type cell of a field in *flavour*; raise `NotUnderstoodError`."""
    try:
        reading = _Reading(flavour, cell.links, resolve)
        schema = reading.read(cell.node)
        head = _head(cell.node)
    except RecursionError:
        raise NotUnderstoodError("nested too deeply") from None
    wrapped = isinstance(cell.node, ast.Subscript) and head in WRAPPERS
    schema = schema if wrapped else reading.vaguely(schema)
    return CellType(ANY if schema == NULL else schema, optional=wrapped and head != "Nullable")


def _head(node: ast.expr) -> str:
    """Return the name that a type begins with."""
    if isinstance(node, ast.Subscript):
        return "[]" if isinstance(node.slice, ast.Tuple) and not node.slice.elts else _head(node.value)
    if isinstance(node, ast.Name | ast.Attribute):
        return ast.unparse(node)
    return ""


class _Reading(NamedTuple):
    """The reading of one cell."""

    flavour: Flavour
    links: Mapping[str, str]
    resolve: Reference

    def read(self, node: ast.expr) -> Schema:
        match node:
            case ast.Constant(value=str() | int() as value):
                return choice([value])
            case ast.Constant(value=None):
                return NULL
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return choice([-value])
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return join([self.read(left), self.read(right)])
            case ast.Subscript():
                arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                return self._apply(_head(node), node.value, arguments)
            case ast.Name() | ast.Attribute():
                return self._read_name(ast.unparse(node))
            case _:
                raise NotUnderstoodError(type(node).__name__)

    def _apply(self, head: str, value: ast.expr, arguments: list[ast.expr]) -> Schema:
        if head == "[]":
            return _list_of(self.vaguely(self.read(value)))
        if (head in MAPS and arguments) or (head in LISTS and len(arguments) == 1):
            inner = self.vaguely(self.read(arguments[-1]))
            return _list_of(inner) if head in LISTS else _map_of(inner)
        if head in WRAPPERS and len(arguments) == 1 and not self.flavour.vague:
            inner = self.read(arguments[0])
            return inner if head == "Optional" else or_null(inner)
        if head in ("Union", "Literal"):
            members = [self.read(argument) for argument in arguments]
            if head == "Literal" and not all(member == NULL or {"const"} == member.keys() for member in members):
                raise NotUnderstoodError(head)
            return join(members)
        if self.flavour.words.get(head) == {"type": "string"}:  # a file or stream of something
            return {"type": "string"}
        raise NotUnderstoodError(head)

    def _read_name(self, name: str) -> Schema:
        """Return a simple type, or the type of a reference: a name that is linked, or stands in a namespace."""
        link = self.links.get(name, "")
        if name in self.flavour.words:
            return self.flavour.words[name]
        if (link and not link.startswith(("http://", "https://"))) or "." in name:
            return self.resolve(name, link)
        raise NotUnderstoodError(name)

    def vaguely(self, schema: Schema) -> Schema:
        """Return *schema*, and null where the flavour has no way to say whether that is allowed."""
        inner, _ = split_null(schema)
        container = inner.get("type") in ("array", "object") and "x-unknown" not in inner
        return or_null(schema, sure=False) if schema != NULL and (self.flavour.vague or container) else schema


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item} if item != ANY else {"type": "array"}


def _map_of(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value} if value != ANY else {"type": "object"}


def show_object(schema: Schema) -> Schema:
    """Return a value of unknown type as an object of unknown fields, which an example has shown it to be."""
    inner, null = split_null(schema)
    if inner != UNREAD:
        return schema
    shown = SOME_OBJECT if null is False else or_null(SOME_OBJECT, sure=null is True)
    return {**shown, **({"description": schema["description"]} if "description" in schema else {})}
