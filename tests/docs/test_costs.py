"""The page of what it costs is what the record of the last benchmark makes of it."""

import json
from pathlib import Path

from costs_page import PAGE, render

RECORD = Path(__file__).parents[1] / "bench" / "record.json"


def test_the_page_says_what_was_measured():
    assert PAGE.read_text(encoding="utf-8") == render(json.loads(RECORD.read_text(encoding="utf-8")))
