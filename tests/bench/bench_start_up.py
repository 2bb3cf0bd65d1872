# ruff: noqa: T201 - it prints what it measured
"""What it costs to have the plugin installed and not switched on: nothing heavy is imported, and start-up is the same."""

import statistics
import subprocess
import sys

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


def test_start_up_against_itself(tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass\n")
    own = "import sys, time; began = time.perf_counter(); import pytest; code = pytest.main({args}); "
    own += "print(time.perf_counter() - began); sys.exit(code)"
    without = ["-q", "-p", "no:usage_contract", "-p", "no:cacheprovider"]
    installed = ["-q", "-p", "no:cacheprovider"]
    runs = {"without the plugin": without, "without it, again": without, "installed, not switched on": installed}
    times = {name: [] for name in runs}
    for _ in range(9):
        for name, args in runs.items():
            code = own.format(args=args)
            ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
            times[name].append(float(ran.stdout.split()[-1]))
    print("\nstart-up of pytest with one test")
    for name, seconds in times.items():
        pairs = zip(seconds, times["without the plugin"], strict=True)
        print(f"  {name:<30} {min(seconds) * 1e3:7.1f} ms  {statistics.median(a / b for a, b in pairs):5.3f} ×")
