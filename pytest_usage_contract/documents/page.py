"""What one page of documentation says, before anybody knows in which flavour."""

from dataclasses import dataclass

from pytest_usage_contract.documents.place import Position
from pytest_usage_contract.documents.type_cells import Expression


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
