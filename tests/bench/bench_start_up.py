# ruff: noqa: T201 - it prints what it measured
"""What it costs to have the plugin installed and not switched on: nothing heavy is imported, and start-up is the same."""

import subprocess
import sys

from measuring import compiled

HEAVY = ("pydantic", "httpx", "httpx2", "respx", "syrupy", "requests", "aiohttp", "jsonschema")


def imports(code):
    """The modules that *code* imports, as `-X importtime` tells them."""
    run = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}


def test_nothing_heavy_is_imported():
    before = imports("import pytest")
    new = imports("import pytest, pytest_usage_contract.plugin") - before
    assert new.isdisjoint(HEAVY)
    print(f"\nimported beside pytest: {', '.join(sorted(new))}")


def test_start_up_against_itself(table, tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass\n")
    own = "import sys, time; began = time.process_time(); import pytest; code = pytest.main({args}); "
    own += "print(time.process_time() - began); sys.exit(code)"

    def seconds(*options):
        code = own.format(args=["-q", "-p", "no:cacheprovider", *options])
        command = [sys.executable, "-c", code]
        ran = subprocess.run(command, cwd=tmp_path, env=compiled(), capture_output=True, text=True, check=True)
        return float(ran.stdout.split()[-1])

    without = ("-p", "no:usage_contract")
    timers = {
        "without the plugin": lambda: seconds(*without),
        "installed, not switched on": seconds,
        "without the plugin, again": lambda: seconds(*without),
    }
    seconds()  # all modules are compiled then
    table.timed("The start of pytest with one test", timers, rounds=15)
