"""The page that says who books what, from the record of a real run.

`python tests/kit/bookkeeping_page.py` writes it again; `tox -e booking -- tests/booking --update` makes the record.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from booking_cases import CASES, Case

from pytest_usage_contract import Finding, check_usage
from pytest_usage_contract.core.booking import compare, read_booked

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "explanation" / "bookkeeping.md"
RECORD = TESTS / "booking" / "record.json"
NOTES = TESTS / "booking" / "notes.toml"

PARTS = ("cache_read", "cache_creation", "reasoning")
