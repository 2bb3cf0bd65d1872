"""Where in a document something stands, and what is said about it there: an error, or a warning."""

from dataclasses import dataclass

from pytest_usage_contract.core.escape import escape


@dataclass(frozen=True, slots=True)
class Position:
    """A line and a column of a document, both from 1; *path* is shown as it was given."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{escape(self.path, 200)}:{self.line}:{self.column}"


class DocumentError(ValueError):
    """A document cannot be read as a contract; the message says where, what is there, and what could be."""

    def __init__(self, place: Position, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning: what could not be read, so that it is unknown in the contract."""

    place: Position
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def quote(text: str) -> str:
    """A piece of a document as it is shown in a message: escaped, cut, and in guillemets."""
    return f"«{escape(text)}»"
