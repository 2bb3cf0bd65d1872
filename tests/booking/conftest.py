"""The record of what each package has booked, which a run is compared with, or replaces."""

import json
from pathlib import Path

import pytest

RECORD = Path(__file__).parent / "record.json"


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="write what was booked into the record")


@pytest.fixture
def record(request):
    """What is recorded, by package; it is written again where the run is told to update it."""
    packages = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    yield packages
    if request.config.option.update:
        RECORD.write_text(json.dumps(dict(sorted(packages.items())), indent=2) + "\n", encoding="utf-8")
