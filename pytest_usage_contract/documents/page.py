"""One page of documentation as data, and its tables cell by cell, before the flavour is known.

The parser of Markdown knows where a table is, but it mends broken rows and drops the columns of what it read; so the
cells are split here, at each pipe that is not escaped, and a row of another length than its header is an error.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pytest_usage_contract.documents.document_files import DocumentError, Position
from pytest_usage_contract.documents.type_cells import Expression

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the field table; *type* stands at *place*, written as *cell*."""

    name: str
    type: Expression
    cell: str
    place: Position
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, the first line of it at *place*."""

    language: str
    text: str
    place: Position


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the *rows* of an object's field table, or an enum's *values*, or a union's *alternatives*."""

    title: str
    place: Position
    rows: tuple[Row, ...] | None = None
    values: tuple[str, ...] | None = None
    open_values: bool = False
    alternatives: tuple[Expression, ...] | None = None
    examples: tuple[Block, ...] = ()


PIPE: Final = re.compile(r"(?<!\\)\|")

Cell = tuple[str, Position]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns in small letters, and the rows below them."""

    place: Position
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def find_tables(path: str, lines: Sequence[str], tokens: Sequence["Token"]) -> list[Table]:
    """Return all tables of a page; raise `DocumentError` at a broken row."""
    return [_split_table(path, lines, *token.map) for token in tokens if token.type == "table_open" and token.map]


def _split_table(path: str, lines: Sequence[str], start: int, end: int) -> Table:
    header, rows = [*_split_cells(path, lines[start], start + 1)], []
    for number in range(start + 2, end):
        row = tuple(_split_cells(path, lines[number], number + 1))
        if len(row) != len(header):
            message = f"a row of {len(row)} cell{'s' * (len(row) != 1)} in a table of {len(header)} columns"
            raise DocumentError(Position(path, number + 1), message)
        rows.append(row)
    return Table(Position(path, start + 1), tuple(text.lower() for text, _ in header), tuple(rows))


def _split_cells(path: str, line: str, number: int) -> Iterator[Cell]:
    text = line.rstrip()
    bars = [found.start() for found in PIPE.finditer(text)]
    if not bars or text[: bars[0]].strip():
        bars = [-1, *bars]
    if bars[-1] != len(text) - 1:
        bars.append(len(text))
    for left, right in pairwise(bars):
        inside = text[left + 1 : right]
        column = left + 2 + len(inside) - len(inside.lstrip())
        yield inside.strip().replace("\\|", "|"), Position(path, number, column)
