"""syrupy's extension for snapshots of usage: which file holds which, and whether it still says the same.

The files stand in `__usage__`, beside syrupy's own directory and never in it. Every JSON extension of syrupy claims
whatever ends in `.json` there: it would take `test_a.usage.json` for an unused snapshot named `test_a.usage`, which
`--snapshot-update` deletes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from syrupy.data import SnapshotCollection, SnapshotCollections
from syrupy.extensions.base import SnapshotCollectionStorage
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.snapshots import SnapshotFileError
from pytest_usage_contract.snapshots.differences import differences
from pytest_usage_contract.snapshots.stored import Kind, read, write
from pytest_usage_contract.snapshots.subjects import Usages, read_usages

if TYPE_CHECKING:
    from syrupy.location import PyTestLocation
    from syrupy.types import SerializedData

DIRECTORY: Final = "__usage__"


@dataclass(slots=True)
class Comparison:
    """What is asked: whether *response*, read under *contract*, is as stored; and what came out of it.

    *usages* is what was read of it, *differences* are the fields that differ, *refusal* says why the file cannot
    be compared.
    """

    response: object
    contract: str | Contract | None
    kind: Kind
    usages: Usages | None = None
    differences: tuple[tuple[str, str], ...] = ()
    refusal: SnapshotFileError | None = None


class UsageSnapshotExtension(SingleFileSnapshotExtension):
    """One file a snapshot: `__usage__/<test module>/<test>.usage.json`."""

    _write_mode = WriteMode.TEXT
    file_extension = "usage.json"
    snapshot_dirname = DIRECTORY

    _comparison: Comparison

    def serialize(self, data: Comparison, **_: object) -> str:
        """The text of a snapshot; what is wrong with a response is raised here, so that syrupy counts a failure."""
        self._comparison = data
        data.usages = read_usages(data.response, data.contract)
        return write(data.usages.contract, data.usages.usages, data.kind)

    def matches(self, *, serialized_data: "SerializedData", snapshot_data: "SerializedData") -> bool:
        """Whether the fields are the same; how the file is laid out, and where the contract was read, is no matter."""
        if serialized_data == snapshot_data:
            return True
        comparison = self._comparison
        try:
            comparison.differences = tuple(_differences(comparison, str(snapshot_data), str(serialized_data)))
        except SnapshotFileError as refusal:
            comparison.refusal = refusal
            return False
        return not comparison.differences

    @classmethod
    def dirname(cls, *, test_location: "PyTestLocation") -> str:
        return _home(test_location.filepath, str(SnapshotCollectionStorage.snapshot_dirname))

    @classmethod
    def discovery_dirname(cls, *, test_location: "PyTestLocation") -> str:
        """The directory of one test module: those that were not collected keep what they have."""
        return cls.dirname(test_location=test_location)

    def discover_snapshots(
        self,
        *,
        test_location: "PyTestLocation",
        ignore_extensions: list[str] | None = None,  # noqa: ARG002 - syrupy's signature
    ) -> SnapshotCollections:
        """The snapshots of a test module, and of modules beside it that are no longer there; no other file is ours."""
        found = SnapshotCollections()
        home = Path(self.dirname(test_location=test_location))
        modules = {path.stem for path in Path(test_location.filepath).parent.iterdir() if path.is_file()}
        for directory in home.parent.iterdir() if home.parent.is_dir() else ():
            if directory == home or directory.name not in modules:
                for path in directory.glob(f"*.{self.file_extension}"):
                    found.add(self.read_snapshot_collection(snapshot_location=str(path)))
        return found

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        """The text of a file; bytes that are no UTF-8 make it no JSON rather than an error of their own."""
        del snapshot_name, session_id
        try:
            return Path(snapshot_location).read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return None

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: SnapshotCollection, **_: object) -> None:
        """Write the one snapshot of a file, whole or not at all."""
        path = Path(snapshot_collection.location)
        beside = path.with_name(f".{os.getpid()}.tmp")
        beside.write_text(str(next(iter(snapshot_collection)).data), encoding="utf-8", newline="\n")
        beside.replace(path)


@cache
def _home(module: str, syrupys: str) -> str:
    """The directory of the snapshots of a test *module*, beside the directory that is *syrupys*."""
    path = Path(module)
    return str((path.parent / syrupys).with_name(DIRECTORY) / path.stem)


def _differences(comparison: Comparison, stored: str, received: str) -> Iterator[tuple[str, str]]:
    assert comparison.usages is not None  # noqa: S101 - syrupy serializes before it compares
    contract = comparison.usages.contract
    was, now = (read(text, contract, comparison.kind) for text in (stored, received))
    several = max(len(was), len(now)) > 1
    for number, (before, after) in enumerate(zip_longest(was, now), 1):
        if before is None or after is None:
            yield f"response {number}", "new" if before is None else "gone"
            continue
        for path, what in differences(before, after):
            yield f"response {number}: {path}" if several else path, what
