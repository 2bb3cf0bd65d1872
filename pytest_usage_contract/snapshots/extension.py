"""syrupy's extension for snapshots of usage: read the usages of a response, and compare them with those in the file.

The files stand in `__usage__`, beside syrupy's own directory and never in it. Every JSON extension of syrupy claims
whatever ends in `.json` there: it would take `test_a.usage.json` for an unused snapshot named `test_a.usage`, which
`--snapshot-update` deletes.

A list is several responses if each of its items is a whole response by itself; else it is what `check_usage`
takes a list for, the events of one stream.
"""

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from syrupy.data import SnapshotCollection, SnapshotCollections
from syrupy.extensions.base import AbstractSyrupyExtension, SnapshotCollectionStorage
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.response import dump_object, read_body
from pytest_usage_contract.core.verdict_text import format_findings
from pytest_usage_contract.judgement import judge
from pytest_usage_contract.snapshots import SnapshotFileError, UsageSnapshotError
from pytest_usage_contract.snapshots.snapshot_text import SnapshotMode, compare_snapshots, format_snapshot

if TYPE_CHECKING:
    from syrupy.location import PyTestLocation
    from syrupy.types import SerializedData, SnapshotIndex

SNAPSHOT_DIRECTORY: Final = "__usage__"

LONGEST_NAME: Final = 255 - len(".usage.json")
"""Characters of a name that a file system takes, its suffix apart."""

DIGEST: Final = re.compile(r"~[0-9a-f]{8}(?=\.usage\.json$)")
"""What tells names apart that differ in characters which a file name may not have, and which are dropped."""


class EarlierText(str):
    """The text of a file under the name that a snapshot had before its name was told apart; *path* is that file's."""

    __slots__ = ("path",)
    path: str


_read_earlier: set[str] = set()
"""The files that were read under an earlier name, and so are not unused."""


@dataclass(frozen=True, slots=True)
class WireUsages:
    """The *usages* of the responses, as they were on the wire, all under one *contract*; *note* is what they lack."""

    contract: Contract
    usages: tuple[Mapping[str, object], ...]
    note: str = ""


@dataclass(slots=True)
class Comparison:
    """A question, whether *response*, read under *contract*, is as stored; and its answer.

    *update* is whether the answer is to be stored. *usages* is what was read of it, *differences* are the fields that
    differ, *refusal* says why the file cannot be compared.
    """

    response: object
    contract: str | Contract | None
    mode: SnapshotMode
    update: bool = False
    usages: WireUsages | None = None
    differences: tuple[tuple[str, str], ...] = ()
    refusal: SnapshotFileError | None = None


class UsageSnapshotExtension(SingleFileSnapshotExtension):
    """One file a snapshot: `__usage__/<test module>/<test>.usage.json`."""

    _write_mode = WriteMode.TEXT
    file_extension = "usage.json"
    snapshot_dirname = SNAPSHOT_DIRECTORY

    _comparison: Comparison

    def serialize(self, data: Comparison, **_: object) -> str:
        """Return the text of a snapshot; raise what is wrong with a response here, so that syrupy counts a failure."""
        self._comparison = data
        data.usages = read_usages(data.response, data.contract)
        return format_snapshot(data.usages.contract, data.usages.usages, data.mode)

    def matches(self, *, serialized_data: "SerializedData", snapshot_data: "SerializedData") -> bool:
        """Tell whether the fields are the same; the file's layout, and where the contract was read, do not matter."""
        comparison = self._comparison
        if isinstance(snapshot_data, EarlierText):
            if comparison.update:
                return False  # so that it is written under its own name
            _read_earlier.add(snapshot_data.path)
        if serialized_data == snapshot_data:
            return True
        assert comparison.usages is not None  # noqa: S101 - syrupy serializes before it compares
        contract, mode = comparison.usages.contract, comparison.mode
        try:
            comparison.differences = tuple(compare_snapshots(str(snapshot_data), str(serialized_data), contract, mode))
        except SnapshotFileError as refusal:
            comparison.refusal = refusal
            return False
        return not comparison.differences

    @classmethod
    def get_snapshot_name(cls, *, test_location: "PyTestLocation", index: "SnapshotIndex" = 0) -> str:
        """Return a name that files may have, with a digest of the whole name where that had other characters."""
        cleaned = super().get_snapshot_name(test_location=test_location, index=index)
        whole = AbstractSyrupyExtension.get_snapshot_name(test_location=test_location, index=index)
        if cleaned == whole:
            return cleaned
        digest = f"~{sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        return cleaned[: LONGEST_NAME - len(digest)] + digest

    @classmethod
    def matches_test_location(cls, *, test_location: "PyTestLocation", snapshot_location: str) -> bool:
        """Tell whether a file is of a test; an older syrupy does not ask, and warns of each name that is changed."""
        if super().matches_test_location(test_location=test_location, snapshot_location=snapshot_location):
            return True
        home, name = os.path.split(snapshot_location)
        mine = f"{cls.get_snapshot_name(test_location=test_location)}.{cls.file_extension}"
        stem = DIGEST.sub("", mine).removesuffix(f".{cls.file_extension}")
        return home == cls.dirname(test_location=test_location) and name.startswith(
            (f"{stem}~", f"{stem}[", f"{stem}.")
        )

    @classmethod
    def dirname(cls, *, test_location: "PyTestLocation") -> str:
        return _locate_snapshots(test_location.filepath, str(SnapshotCollectionStorage.snapshot_dirname))

    @classmethod
    def discovery_dirname(cls, *, test_location: "PyTestLocation") -> str:
        """Return the directory of one test module: those that were not collected keep what they have."""
        return cls.dirname(test_location=test_location)

    def discover_snapshots(
        self,
        *,
        test_location: "PyTestLocation",
        ignore_extensions: list[str] | None = None,  # noqa: ARG002 - syrupy's signature
    ) -> SnapshotCollections:
        """Return the snapshots of a test module, and of modules beside it that are no longer there; no other files."""
        collections = SnapshotCollections()
        home = Path(self.dirname(test_location=test_location))
        modules = {path.stem for path in Path(test_location.filepath).parent.iterdir() if path.is_file()}
        for directory in home.parent.iterdir() if home.parent.is_dir() else ():
            if directory == home or directory.name not in modules:
                for path in directory.glob(f"*.{self.file_extension}"):
                    if str(path) not in _read_earlier:
                        collections.add(self.read_snapshot_collection(snapshot_location=str(path)))
        return collections

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        """Return the text of a file; bytes that are no UTF-8 make it no JSON rather than an error of their own."""
        del snapshot_name, session_id
        earlier = DIGEST.sub("", snapshot_location)
        _read_earlier.discard(earlier)
        if (text := _read_text(snapshot_location)) is not None or earlier == snapshot_location:
            return text
        if (text := _read_text(earlier)) is None:
            return None
        found = EarlierText(text)
        found.path = earlier
        return found

    @classmethod
    def write_snapshot(cls, **written: Any) -> None:
        """Write as syrupy does, without its doubts about names: ours tell apart what a file name cannot hold."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"\s*Can not relate snapshot", UserWarning)
            super().write_snapshot(**written)

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: SnapshotCollection, **_: object) -> None:
        """Write the one snapshot of a file, whole or not at all."""
        path = Path(snapshot_collection.location)
        beside = path.with_name(f".{os.getpid()}.tmp")
        beside.write_text(str(next(iter(snapshot_collection)).data), encoding="utf-8", newline="\n")
        beside.replace(path)


def _read_text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None


@cache
def _locate_snapshots(module: str, syrupy_directory: str) -> str:
    """Return the directory of the snapshots of a test *module*, beside syrupy's own."""
    path = Path(module)
    return str((path.parent / syrupy_directory).with_name(SNAPSHOT_DIRECTORY) / path.stem)


def read_usages(response: object, contract: str | Contract | None) -> WireUsages:
    """Read one response, or a list of several.

    Raise `UsageSnapshotError` for a response without usage, `LookupError` where it is not clear which contract
    is meant, and `TypeError` for what is no response.
    """
    items = list(response) if _is_list_of_responses(response) else [response]  # type: ignore[call-overload]  # it is a list then
    # A look is no judgement: the gate still judges an exchange that was compared.
    looks = [judge(item, contract, demand=True, by_names=True) for item in items]
    first = looks[0].contract
    usages: list[Mapping[str, object]] = []
    for number, (judged_under, verdict, *_) in enumerate(looks, 1):
        if judged_under.name != first.name:
            raise LookupError(f"responses of {first} and of {judged_under} cannot share a snapshot")
        usage = verdict.wire
        if not isinstance(usage, dict):
            which = f"response {number} of {len(items)}" if len(items) > 1 else "the response"
            raise UsageSnapshotError("\n".join((f"{which} has no usage", *format_findings(verdict.findings))))
        usages.append(usage)
    return WireUsages(first, tuple(usages), next((look.verdict.note for look in looks if look.verdict.note), ""))


def _is_list_of_responses(response: object) -> bool:
    return isinstance(response, list | tuple) and bool(response) and all(map(_is_response, response))


def _is_response(item: object) -> bool:
    """Tell whether an item of a list is a response by itself, rather than an event or a chunk of a stream."""
    match item:
        case str():
            return item.lstrip().startswith("{")
        case bytes():
            return item.lstrip().startswith(b"{")
        case list() | tuple():
            return True
        case Mapping():
            return isinstance(item.get("usage"), Mapping)
        case _ if read_body(item) is not None:
            return True
        case _:
            content = dump_object(item)
            return isinstance(content, dict) and isinstance(content.get("usage"), dict)
