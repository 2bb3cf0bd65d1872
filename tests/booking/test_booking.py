"""Each package, in the version that is installed, books what the record says; `--update` writes the record instead."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from packages import PACKAGES

SDKS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google-genai", "bedrock": "boto3"}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=lambda package: package.name)
def test_a_package_books_what_is_recorded_of_it(package, record, request):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", Path(__file__).with_name("book.py"), package.name],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    booked = json.loads(run.stdout)

    if request.config.option.update:
        sdks = sorted({SDKS[contract.partition("/")[0]] for contract in package.contracts} - {package.name})
        record[package.name] = {
            "version": version(package.name),
            "read": datetime.now(UTC).date().isoformat(),
            "beside": {name: version(name) for name in (*sdks, *package.beside)},
            "words": dict(package.words),
            "booked": booked,
        }
    assert booked == record[package.name]["booked"], f"{package.name} {version(package.name)} books something else"
