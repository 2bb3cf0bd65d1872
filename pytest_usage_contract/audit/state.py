"""What was judged before, in a SQLite file, so that a nightly audit judges only what is new.

The law: what is remembered of a part is all that was found in it, whatever the policy, so that every report is that of
everything the state holds. A part is there as a whole or not at all, whenever the audit is killed. A file that has
grown is judged from its last whole line on; one that was replaced is judged anew, in place of what it was; one that
moved is known by its identity; and one that is gone stays, for it was evidence.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.opening import hide_secrets, is_url, load, open_source
from pytest_usage_contract.audit.partial import Partial, dump_partial, load_partial, merge_partials
from pytest_usage_contract.audit.plan import PART_SIZE, Part, Plan, split

APPLICATION: Final = 0x75636131
"""The number by which SQLite tells our files from others: `uca1`."""

WAIT: Final = 2.0
"""Seconds to wait for another audit that has the state in its hands."""

ENDS: Final = 1024
"""Bytes at the beginning, and at the end that it had, by which a file that has grown is known to be the same."""

_PIECE: Final = 64 * 1024

_TABLES: Final = f"""
BEGIN;
PRAGMA application_id = {APPLICATION};
CREATE TABLE plans (digest TEXT PRIMARY KEY);
CREATE TABLE files (
    identity TEXT PRIMARY KEY, location BLOB, size INTEGER, changed TEXT, ends TEXT
) WITHOUT ROWID;
CREATE INDEX files_by_location ON files (location);
CREATE TABLE parts (
    identity TEXT, start INTEGER, stop INTEGER, is_open INTEGER, found BLOB, PRIMARY KEY (identity, start)
) WITHOUT ROWID;
INSERT INTO plans VALUES ('%s');
COMMIT;
"""  # noqa: S608 - our own words
"""One transaction: whoever is killed in it leaves an empty file."""


@contextmanager
def open_state(path: Path, plan: Plan) -> "Iterator[State]":
    """Open the state of a *plan*; raise `ValueError` where it is another's, is no state, or is in use."""
    try:
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as file:
            # Held until the end of the process, however that comes.
            file.execute("PRAGMA locking_mode = EXCLUSIVE")
            file.execute("BEGIN EXCLUSIVE")
            file.execute("COMMIT")
            _prepare(file, path, plan.pack().digest)
            yield State(file)
    except sqlite3.OperationalError as refusal:
        why = "is in use by another audit" if "locked" in str(refusal) else f"cannot be used: {refusal}"
        raise ValueError(f"{str(path)!r} {why}") from None
    except ValidationError:
        raise ValueError(f"{str(path)!r} is damaged; remove it to judge everything anew") from None
    except sqlite3.DatabaseError as refusal:
        raise ValueError(f"{str(path)!r} is no state of an audit: {refusal}") from None


def _prepare(file: sqlite3.Connection, path: Path, digest: str) -> None:
    """Make the tables of a new file; raise `ValueError` for one that is not ours, or holds what others have judged."""
    (application,), tables = *file.execute("PRAGMA application_id"), [*file.execute("SELECT name FROM sqlite_master")]
    if tables and application != APPLICATION:
        raise ValueError(f"{str(path)!r} is no state of an audit")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    if not tables:
        file.executescript(_TABLES % digest)
    elif [*file.execute("SELECT digest FROM plans")] != [(digest,)]:
        raise ValueError(
            f"{str(path)!r} holds what was judged by another version, or by other contracts, URLs or pointers; "
            "name another state, or remove it to judge everything anew"
        )


class State:
    """The state of one plan, while nobody else has it."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._tails: dict[str, int] = {}

    def list_new(self, inputs: Sequence[Input], size: int = PART_SIZE) -> Iterator[Part]:
        """Yield the parts of *inputs* that were not judged yet, once what has changed is forgotten.

        Raises `ValueError` for an input that cannot be known again.
        """
        identities = {_identify(found): found for found in inputs}
        with self._file:
            self._file.execute("BEGIN")
            for identity, found in identities.items():
                self._follow(identity, found, identities)
        for identity, found in identities.items():
            yield from self._list_parts(identity, found, size)

    def _follow(self, identity: str, found: Input, identities: dict[str, Input]) -> None:
        """Note where a file is and how it is now, and forget what is no longer so."""
        location = os.fsencode(hide_secrets(found.location))  # a path may be no text
        for (other,) in self._file.execute(
            "SELECT identity FROM files WHERE location = ? AND identity != ?", (location, identity)
        ).fetchall():
            if found.identity and other not in identities:
                self._forget(other)
        before = self._file.execute("SELECT size, changed, ends FROM files WHERE identity = ?", [identity]).fetchone()
        changed = _read_change(found)
        if before is not None and before[:2] == (found.size, changed):
            self._file.execute("UPDATE files SET location = ? WHERE identity = ?", (location, identity))
            return
        if before is not None:
            if found.is_splittable and (found.size or 0) > before[0] and _hash_ends(found, before[0]) == before[2]:
                self._file.execute("DELETE FROM parts WHERE identity = ? AND is_open", [identity])
            else:
                self._forget(identity)
        row = (identity, location, found.size, changed, _hash_ends(found, found.size or 0))
        self._file.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", row)

    def _forget(self, identity: str) -> None:
        for table in ("files", "parts"):
            self._file.execute(f"DELETE FROM {table} WHERE identity = ?", [identity])  # noqa: S608 - our own words

    def _list_parts(self, identity: str, found: Input, size: int) -> Iterator[Part]:
        """Yield what lies between the parts that are there; an unfinished line at the end is a part of its own."""
        there = self._file.execute(
            "SELECT start, stop FROM parts WHERE identity = ? ORDER BY start", [identity]
        ).fetchall()
        if not found.is_splittable or not found.size:
            yield from () if there else split(found)
            return
        tail = self._tails[identity] = _find_tail(found)
        position = 0
        for start, stop in [*there, (found.size, found.size)]:
            for begin, end in ((position, min(start, tail)), (max(position, tail), start)):
                if begin < end:
                    yield from split(found, size, begin, end)
            position = stop

    def keep(self, part: Part, partial: Partial) -> bool:
        """Remember what was found in *part*; return whether it was: what could not be read is tried again."""
        if any(not place.unit for place, _ in partial.unread.first):
            return False
        identity = _identify(part.found)
        is_open = part.start == self._tails.get(identity)
        partial.move("")  # where the file is, the table of files says
        row = (identity, part.start, part.stop, is_open, dump_partial(partial))
        self._file.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)", row)
        return True

    def sum(self) -> Partial:
        """Return what was found in everything that the state holds, at the places where that is now."""
        return merge_partials(self._list_found())

    def _list_found(self) -> Iterable[Partial]:
        query = "SELECT location, found FROM parts JOIN files USING (identity) ORDER BY location, start"
        for location, found in self._file.execute(query):
            partial = load_partial(found)
            partial.move(os.fsdecode(location))
            yield partial


def _identify(found: Input) -> str:
    if found.identity:
        return found.identity
    if is_url(found.location):
        return sha256(found.location.encode()).hexdigest()  # there may be a key in it
    raise ValueError(f"{found.location!r} cannot be known again by a state; name files, or leave out --state")


def _read_change(found: Input) -> str:
    """Return what is another when a file was written to."""
    if found.identity:
        return str(os.stat(found.location).st_mtime_ns)
    system, path = load("fsspec.core", "is a URL").url_to_fs(found.location)
    return str(system.ukey(path))


def _hash_ends(found: Input, size: int) -> str:
    """Return a hash of the first and the last of the first *size* bytes of a file that may grow."""
    if not found.is_splittable:
        return ""
    ends = sha256()
    for start, stop in ((0, min(size, ENDS)), (max(0, size - ENDS), size)):
        with open_source(found.location, stop, start) as (_, source):
            ends.update(source.peek(stop - start))
    return ends.hexdigest()


def _find_tail(found: Input) -> int:
    """Return where the last line begins that has no end yet; the size of the file where it ends as lines do."""
    position = found.size or 0
    while position:
        begin = max(0, position - _PIECE)
        with open_source(found.location, position, begin) as (_, source):
            last = source.peek(position - begin).rfind(b"\n")
        if last >= 0:
            return begin + last + 1
        position = begin
    return 0
