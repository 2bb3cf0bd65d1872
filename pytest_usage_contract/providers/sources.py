"""The contracts that a project brings while it is run, asked for when a contract is first looked up.

Every run of pytest imports this, so that it imports nothing itself. Of runs within runs the innermost is asked.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_usage_contract.core.contract import Contract

Source = Callable[[], "Iterable[Contract]"]

_sources: list[Source] = []
_changes = 0


def add_source(source: Source) -> Callable[[], None]:
    """Ask *source* for a project's contracts from now on; return what puts the one before in its place again."""
    _sources.append(source)
    note_change()

    def undo() -> None:
        _sources.remove(source)
        note_change()

    return undo


def note_change() -> None:
    """Let whatever was made from the contracts so far be made anew."""
    global _changes  # noqa: PLW0603 - one number, for all that is known in this process
    _changes += 1


def count_changes() -> int:
    """Return a number that is another one whenever there may be other contracts."""
    return _changes


def bring_contracts() -> "Iterable[Contract]":
    """Return what the project brings; raise what its source raises."""
    return _sources[-1]() if _sources else ()
