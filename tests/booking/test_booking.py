"""Each package, in the version that is installed, books what the record says; `--update` writes the record instead."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from packages import PACKAGES

HERE = Path(__file__).parent
FOLDERS = os.pathsep.join((str(HERE), str(HERE.parent / "kit")))
SDKS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google-genai", "bedrock": "boto3"}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=lambda package: package.name)
def test_a_package_books_what_is_recorded_of_it(package, record, request):
    booked = run(package)

    if request.config.option.update:
        record[package.name] = describe(package, booked)
    known = dict(flatten(record[package.name]["booked"]))
    counts = dict(flatten(booked))
    changes = [
        f"{place}: recorded {known.get(place, 'nothing')}, booked {counts.get(place, 'nothing')}"
        for place in sorted({*known, *counts})
        if known.get(place) != counts.get(place)
    ]
    assert not changes, "\n".join((f"{package.name} {version(package.name)}", *changes))


def test_nothing_is_recorded_of_a_package_that_is_not_looked_at(record):
    assert {*record} == {*PACKAGES}


def flatten(booked):
    """Yield each count with its place: contract, case and name."""
    for contract, rows in booked.items():
        for case, row in rows.items():
            yield from ((f"{contract} {case} {name}", count) for name, count in row.items())


def run(package):
    """Let the package book in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", HERE / "book.py", package.name],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": FOLDERS},
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def describe(package, booked):
    """Return the record of a package."""
    sdks = {SDKS[contract.partition("/")[0]] for contract in package.contracts}
    return {
        "version": version(package.name),
        "read": datetime.now(UTC).date().isoformat(),
        "beside": {name: version(name) for name in sorted({*sdks, *package.beside})},
        "words": dict(package.words),
        "booked": booked,
    }
