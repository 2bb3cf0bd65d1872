"""Two records of a usage compared, field by field, in the words of the findings."""

from collections.abc import Iterator

from pytest_usage_contract.snapshots.shapes import FieldRecords, ShapeRecord, Value


def differences(was: FieldRecords, now: FieldRecords) -> Iterator[tuple[str, str]]:
    """The path of each field that differs and what is different: `new, number`, `was number, now null`, `gone, …`.

    Of an object that is gone, or is one no longer, the fields are gone with it and not told one by one.
    """
    lost: set[str] = set()
    for path in _paths(was, now):
        before, after = was.get(path), now.get(path)
        if before is None:
            assert after is not None  # noqa: S101 - a path is from one side or the other
            yield path, f"new, {after.words}{'' if after.documented else ', not documented'}"
        elif after is None:
            if lost.isdisjoint(_above(path)):
                yield path, f"gone, was {before.words}"
        elif before.essence != after.essence:
            yield path, f"was {before.words}, now {after.words}"
        if before is not None and (after is None or not _holds(after)):
            lost.add(path)


def _paths(was: FieldRecords, now: FieldRecords) -> Iterator[str]:
    """The paths of both sides in the order of *now*, each that is gone behind the one it stood behind."""
    behind: dict[str, list[str]] = {"": []}
    anchor = ""
    for path in was:
        if path in now:
            anchor = path
        else:
            behind.setdefault(anchor, []).append(path)
    yield from behind[""]
    for path in now:
        yield path
        yield from behind.get(path, ())


def _above(path: str) -> Iterator[str]:
    """The paths of whatever *path* is inside of."""
    return (path[:at] for at, char in enumerate(path) if char in ".[")


def _holds(known: ShapeRecord | Value) -> bool:
    return "object" in known.types or "list" in known.types
