"""The table of docs/reference/sdks.md, which the tests hold against the SDKs, the diary and the dependency groups."""

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sdks.md"
ROW = re.compile(r"^\| `([\w-]+)` \| ([\d.]+) \| (.*) \| (.*) \|$", re.MULTILINE)


class Row(NamedTuple):
    """An SDK, and the kinds of its clients that a mock answers."""

    package: str
    version: str
    contracts: tuple[str, ...]
    mocked: tuple[str, ...]


def read_rows() -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(package, version, tuple(re.findall(r"`([\w*/]+)`", contracts)), tuple(re.findall(r"a?sync", mocked)))
        for package, version, contracts, mocked in ROW.findall(PAGE.read_text(encoding="utf-8"))
    ]
