"""The meaning of the names in type cells in each flavour of the documents, and the limits of each flavour."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pytest_usage_contract.documents.terms import (
    NULL,
    ListOf,
    Literals,
    MapOf,
    Simple,
    Term,
    either,
    or_null,
)
from pytest_usage_contract.documents.type_cells import Expression, NotUnderstoodError

Wrapper = Literal["optional", "nullable", "both", "pointer", "nilable", "plain"]
"""The statement of a head about the value that it wraps: that it may be absent, null, or both; `pointer` that it may be
absent where it is not required, else null; `nilable` the same, with null unknown in the former; `plain` nothing."""

ReferenceReader = Callable[[Expression], Term]
"""Reads the type that a reference names."""

LIST_HEADS: Final = frozenset({"[]", "List", "list", "Array", "array", "T::Array", "Sequence", "Iterable"})
MAP_HEADS: Final = frozenset({"Record", "Dict", "dict", "Map", "map", "Mapping", "T::Hash"})
UNION_HEADS: Final = frozenset({"|", "Union"})


@dataclass(frozen=True, slots=True)
class Flavour:
    """One language's documents.

    *languages* are those of its code blocks, *brackets* those around what a name is applied to.
    *coded* says that its simple types are dressed as code.
    *vague* is what may be null without a sign of it: everything, lists and maps only, or nothing.
    *wire* says that names are shown as they are on the wire.
    """

    name: str
    languages: tuple[str, ...]
    brackets: str
    words: Mapping[str, Term]
    wrappers: Mapping[str, Wrapper]
    vague: Literal["all", "containers", "none"] = "none"
    coded: bool = False
    wire: bool = False


@dataclass(frozen=True, slots=True)
class CellType:
    """The reading of a type cell: the type, and whether a sign in it says that the field may be absent."""

    term: Term
    optional: bool


def _simple_terms(**names: str) -> dict[str, Term]:
    """Return the names of a language, each with its simple type, from the names by type."""
    return {name: Simple(word.replace("_", " ")) for word, given in names.items() for name in given.split()}


# A number that is not sure is one of which the flavour cannot say whether it is whole.
TYPESCRIPT: Final = Flavour(
    "typescript",
    ("typescript", "ts", "javascript", "js"),
    "<",
    {
        **_simple_terms(
            string="string Date RFCDate File Blob ReadableStream Uint8Array ArrayBuffer", boolean="boolean"
        ),
        **_simple_terms(any="any unknown", object="object"),
        "number": Simple("number", sure=False),
        "integer": Simple("integer"),
        "bigint": Simple("integer"),
        "null": NULL,
        "true": Literals((True,)),
        "false": Literals((False,)),
    },
    {},
    vague="all",
)
PHP: Final = Flavour(
    "php",
    ("php",),
    "<",
    {**_simple_terms(string="string \\DateTime \\DateTimeInterface LocalDate", boolean="bool"), "null": NULL}
    | _simple_terms(integer="int", number="float", any="mixed"),
    {"?": "nilable"},
    vague="containers",
)
JAVA: Final = Flavour(
    "java",
    ("java",),
    "<",
    _simple_terms(string="String OffsetDateTime LocalDate", boolean="boolean Boolean", any="Object")
    | _simple_terms(integer="long Long int Integer BigInteger", number="double Double float Float BigDecimal"),
    {"Optional": "pointer", "JsonNullable": "both", "?": "plain"},
    vague="containers",
)
RUBY: Final = Flavour(
    "ruby",
    ("ruby",),
    "[(",
    _simple_terms(string="::String ::Date ::DateTime ::Time", boolean="T::Boolean", any="T.untyped ::Object")
    | _simple_terms(integer="::Integer", number="::Float ::Numeric"),
    {"T.nilable": "nilable"},
    vague="containers",
)
GO: Final = Flavour(
    "go",
    ("go",),
    "[",
    _simple_terms(string="string time.Time types.Date", boolean="bool", any="any")
    | _simple_terms(integer="int int8 int16 int32 int64 uint uint32 uint64 big.Int", number="float32 float64"),
    {"*": "pointer", "optionalnullable.OptionalNullable": "both"},
    vague="containers",
    coded=True,
)
PYTHON: Final = Flavour(
    "python",
    ("python", "py"),
    "[",
    _simple_terms(
        string="str bytes IO io.IOBase io.BufferedReader date datetime Decimal", boolean="bool", any="Any any"
    )
    | {**_simple_terms(integer="int", number="float", object="dict"), "None": NULL}
    | {"True": Literals((True,)), "False": Literals((False,))},
    {"Optional": "optional", "Nullable": "nullable", "OptionalNullable": "both"},
    vague="containers",
    wire=True,
)

FLAVOURS: Final = (TYPESCRIPT, PHP, JAVA, RUBY, GO, PYTHON)
"""Those that can say less come first: of a page that fits several flavours, no more is read than all of them say."""

UNDERSCORE_FLAVOURS: Final = (TYPESCRIPT, PYTHON, RUBY, PHP, JAVA, GO)
"""The order for a page whose names have underscores, which the other flavours hardly ever show."""


def find_flavour(name: str) -> Flavour:
    """Return the flavour called *name*; raise `ValueError` if there is none."""
    for flavour in FLAVOURS:
        if flavour.name == name:
            return flavour
    known = ", ".join(flavour.name for flavour in FLAVOURS)
    raise ValueError(f"{name!r} is no flavour of documents; there are {known}")


def read_cell(flavour: Flavour, expression: Expression, resolve: ReferenceReader, *, required: bool) -> CellType:
    """Read the type cell of a field in *flavour*; raise `NotUnderstoodError`."""
    wrapper = flavour.wrappers.get(expression.head) if len(expression.args) == 1 else None
    if wrapper is None or expression.bracket not in flavour.brackets:
        term = either((_read_expression(flavour, expression, resolve),))
        return CellType(or_null(term, sure=False) if _is_vague(flavour, term) else term, optional=False)
    inner = _read_expression(flavour, expression.args[0], resolve)
    return CellType(_read_wrapper(inner, wrapper, required=required), optional=wrapper in {"optional", "both"})


def _is_vague(flavour: Flavour, term: Term) -> bool:
    if flavour.vague == "containers":
        return isinstance(term, ListOf | MapOf) or term == Simple("object")
    return flavour.vague == "all"


def _read_wrapper(inner: Term, wrapper: Wrapper, *, required: bool) -> Term:
    match wrapper:
        case "nullable" | "both":
            return or_null(inner)
        case "pointer" | "nilable" if required:
            return or_null(inner)
        case "nilable":
            return or_null(inner, sure=False)
        case _:
            return inner


def _read_expression(flavour: Flavour, expression: Expression, resolve: ReferenceReader) -> Term:
    """Read an expression inside a cell, where a null is one of a union, of an item or of a value."""
    head, args = expression.head, expression.args
    if expression.bracket not in flavour.brackets:
        raise NotUnderstoodError(expression.bracket)
    if wrapper := flavour.wrappers.get(head) if len(args) == 1 else None:
        return _read_wrapper(_read_expression(flavour, args[0], resolve), wrapper, required=True)
    if head in UNION_HEADS and args:
        return either(tuple(_read_expression(flavour, arg, resolve) for arg in args))
    if head in LIST_HEADS and len(args) == 1:
        return ListOf(_read_item(flavour, args[0], resolve))
    if head in MAP_HEADS and args:
        value = _read_item(flavour, args[-1], resolve)
        return Simple("object") if value == Simple("any") else MapOf(value)
    if head == "Literal" and args and all(arg.literal or arg.head in {"True", "False"} for arg in args):
        return Literals(tuple(ast.literal_eval(arg.head) for arg in args))
    if expression.literal and not args:
        return Literals((ast.literal_eval(head),))
    return _read_name(flavour, expression, resolve)


def _read_item(flavour: Flavour, expression: Expression, resolve: ReferenceReader) -> Term:
    """Read an item of a list or a value of a map."""
    term = _read_expression(flavour, expression, resolve)
    return or_null(term, sure=False) if _is_vague(flavour, term) else term


def _read_name(flavour: Flavour, expression: Expression, resolve: ReferenceReader) -> Term:
    """Read a simple type, or a reference: a name that is linked, or stands in a namespace."""
    head, external = expression.head, expression.link.startswith(("http://", "https://"))
    applicable = not expression.args or head == "IO"
    if head in flavour.words and applicable and (expression.code == flavour.coded or external):
        return flavour.words[head]
    reference = (expression.link and not external) or "." in head or "\\" in head
    if reference and not expression.args and not expression.code:
        return resolve(expression)
    raise NotUnderstoodError(head)
