# ruff: noqa: T201 - it prints what it measured
"""Ratios, measured side by side: each round runs every job once, in a new order, so that all share the weather.

`--once` runs every job once and measures nothing: a peer whose new version no longer does what a job asks is found out.
`--write` keeps what was measured in `record.json`, from which `costs_page.py` writes `docs/explanation/what-it-costs.md`.
"""

import json
import os
import platform
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import costs_page
import pytest
from measuring import LASTING, ROUNDS, interleaved, measured

RECORD = Path(__file__).with_name("record.json")

PEERS = ("pytest", "pydantic", "respx", "httpx", "httpx2", "jsonschema", "jsonschema-rs", "schemathesis", "syrupy")


def pytest_addoption(parser):
    parser.addoption("--once", action="store_true", help="run every job once, and measure nothing")
    parser.addoption("--write", action="store_true", help="keep what was measured, and write the page anew")


def pytest_configure(config):
    config.stash[TABLES] = []


def pytest_sessionfinish(session, exitstatus):
    if session.config.getoption("--write") and exitstatus == 0:
        told = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores of {platform.machine()}, {platform.system()}, "
            f"at a load of {os.getloadavg()[2]:.0f}",
            "python": platform.python_version(),
            "versions": {name: version(name) for name in PEERS},
            "tables": session.config.stash[TABLES],
        }
        RECORD.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        costs_page.write(told)


TABLES = pytest.StashKey()


class Bench:
    """Measures jobs side by side, as multiples of the first, prints the table, and keeps it."""

    def __init__(self, config):
        self.once, self._tables = config.getoption("--once"), config.stash[TABLES]

    def __call__(self, title, jobs, budgets=None, *, lasting=LASTING, rounds=ROUNDS, against=None, note=""):
        """Measure *jobs*, of which the first is what the others are held *against*; *budgets* are ratios."""
        first, *_ = jobs
        if self.once:
            for job in jobs.values():
                job()
            return None
        jobs = {**jobs, f"{first}, again": jobs[first]}
        return self.tell(title, measured(jobs, rounds=rounds, lasting=lasting), budgets, against=against, note=note)

    def timed(self, title, timers, budgets=None, *, rounds=ROUNDS, note=""):
        """Do the same with *timers*, which give seconds themselves."""
        if self.once:
            for timer in timers.values():
                timer()
            return None
        return self.tell(title, interleaved(timers, rounds), budgets, note=note)

    def tell(self, title, times, budgets=None, *, against=None, note=""):
        """Print the seconds of each job, round by round, as a table, and keep it."""
        against, budgets = against or next(iter(times)), budgets or {}
        rows = []
        for name, seconds in times.items():
            ratio = statistics.median(one / other for one, other in zip(seconds, times[against], strict=True))
            us = statistics.median(seconds) * 1e6
            rows.append(
                {"what": name, "us": float(f"{us:.3g}"), "ratio": float(f"{ratio:.3g}"), "budget": budgets.get(name)}
            )
        self._tables.append({"title": title, "note": note, "rows": rows})
        print(f"\n{title}")
        for row in rows:
            limit = f"  budget {row['budget']}" if row["budget"] else ""
            print(f"  {row['what']:<58} {row['us']:>10} µs {row['ratio']:>8.3f} ×{limit}")
        return {row["what"]: row["ratio"] for row in rows}


@pytest.fixture
def table(request):
    """Measure jobs side by side and print them, as multiples of the first."""
    return Bench(request.config)
