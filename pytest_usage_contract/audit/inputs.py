"""What is to be read: files, folders, globs, URLs and the standard input, one after the other, in a fixed order."""

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.kinds import NO_RECORDING, PACKED, Kind, look_at_kind, suffix_of
from pytest_usage_contract.audit.opening import STDIN, describe_fault, is_url, load, name_faults, open_source

NOTHING: Final = "is matched by no file"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to be read.

    *location* is a path or URL as it was given, `-` for the standard input. *kind* is None, and *size*, in bytes as
    they are stored, too, where only reading tells. *packed* is `gzip`, `zstd` or nothing. *identity* is another one for
    another file at the same path.
    """

    location: str
    kind: Kind | None = None
    size: int | None = None
    packed: str = ""
    identity: str = ""

    @property
    def is_splittable(self) -> bool:
        """Tell whether ranges of its bytes can be read by themselves."""
        return self.kind is Kind.LINES and self.size is not None and not self.packed

    @property
    def is_pipe(self) -> bool:
        """Tell whether it can be read once only, and by no other process."""
        return not self.identity and not is_url(self.location)


def find_inputs(paths: Sequence[str]) -> Iterator[Input | Unread]:
    """Yield the inputs at *paths* in their order, those of a folder or a glob by name, and what cannot be looked at.

    What is found in several ways is yielded once.
    """
    found_before, several = set[str](), len(paths) > 1 or any(map(glob.has_magic, paths))
    for found in _find_all(paths):
        place = found.location if is_url(found.location) else os.path.abspath(found.location)
        if place not in found_before:
            yield found
        if several:
            found_before.add(place)


def _find_all(paths: Sequence[str]) -> Iterator[Input | Unread]:
    for path in paths:
        if path == STDIN:
            yield Input(STDIN)
        elif is_url(path):
            yield from _find_remote(path)
        elif glob.has_magic(path) and not os.path.lexists(path):
            names = sorted(glob.glob(path, recursive=True))
            yield from (found for name in names for found in _find(name))
            if not names:
                yield Unread(path, NOTHING)
        else:
            yield from _find(path)


def _find(path: str) -> Iterator[Input | Unread]:
    """Yield the file at a *path* that was named, or those in the folder there."""
    if os.path.isdir(path):
        yield from _walk(Path(path))
    else:
        yield _look_at(path, named=True)


def _walk(folder: Path) -> Iterator[Input | Unread]:
    """Yield what is in a folder, in the order of the whole paths."""
    try:
        inside = sorted(folder.iterdir())
    except OSError as fault:
        yield Unread(str(folder), describe_fault(fault))
        return
    for path in inside:
        is_folder = os.path.isdir(path)
        if is_folder and path.is_symlink():
            yield Unread(str(path), "is a link to a folder, which is read only where it is named")
        elif is_folder:
            yield from _walk(path)
        elif _is_looked_at(path.name):
            yield _look_at(str(path), named=False)


def _is_looked_at(name: str) -> bool:
    return bool(suffix_of(name)) or name.lower().endswith(PACKED)


def _look_at(path: str, *, named: bool) -> Input | Unread:
    try:
        found = os.stat(path)
        if stat.S_ISFIFO(found.st_mode) and named:
            return Input(path)
        if not stat.S_ISREG(found.st_mode):
            return Unread(path, "is no file; a pipe is read where it is named")
        return _open(path, found.st_size, identify(found))
    except OSError as fault:
        return Unread(path, describe_fault(fault))


def identify(found: os.stat_result) -> str:
    """Return what another file at the same path has not."""
    return f"{found.st_dev}:{found.st_ino}"


def _open(location: str, size: int | None, identity: str = "") -> Input | Unread:
    with open_source(location, size) as (packed, source):
        kind = look_at_kind(source, location)
    if kind is None and source.fault is not None:
        raise source.fault
    if kind is None:
        return Unread(location, NO_RECORDING)
    return Input(location, kind, size, packed, identity)


def _find_remote(url: str) -> Iterator[Input | Unread]:
    try:
        with name_faults():
            files = _list_remote(url)
    except OSError as fault:
        yield Unread(url, describe_fault(fault))
        return
    if not files:
        yield Unread(url, NOTHING)
    for location, size in files:
        try:
            yield _open(location, size)
        except OSError as fault:
            yield Unread(location, describe_fault(fault))


def _list_remote(url: str) -> list[tuple[str, int | None]]:
    """Return the URL and the size of each file at *url*, a folder or a glob."""
    system, path = load("fsspec.core", "is a URL").url_to_fs(url)
    if glob.has_magic(path):
        names = system.glob(path)
    elif system.isdir(path):
        names = filter(_is_looked_at, system.find(path))
    else:
        names = [path]
    return [(system.unstrip_protocol(name), system.info(name).get("size")) for name in sorted(names)]
