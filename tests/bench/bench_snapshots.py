"""What 1,000 snapshots of a usage's shape cost beside 1,000 of syrupy's own JSON snapshots of that usage, in one run.

Counted is what a test does for it: asking for the fixture, and comparing. What both import is imported before.
"""

import json
import os
import subprocess
import sys

BUDGET = 1.3
ROUNDS = 5

SUITE = """
import time

import httpx
import pytest
from syrupy.extensions.json import JSONSnapshotExtension

import pytest_usage_contract.snapshots.snapshot  # before the counting begins, as the line above

USAGE = {"input_tokens": 120, "input_tokens_details": {"cached_tokens": 64}, "output_tokens": 45,
         "output_tokens_details": {"reasoning_tokens": 32}, "total_tokens": 165}
BODY = {"id": "resp_1", "output": [{"type": "output_text", "text": "x" * 1000}], "usage": USAGE}
REQUEST = httpx.Request("POST", "https://openrouter.ai/api/v1/responses")
SPENT = {"json": 0.0, "usage": 0.0}

@pytest.fixture
def snapshot_json(snapshot):  # as syrupy's documentation has it
    return snapshot.with_defaults(extension_class=JSONSnapshotExtension)

@pytest.mark.parametrize("number", range(1_000))
@pytest.mark.parametrize("kind", SPENT)
def test_it(request, number, kind):
    response = httpx.Response(200, json=BODY, request=REQUEST)
    start = time.thread_time()
    if kind == "json":
        assert response.json()["usage"] == request.getfixturevalue("snapshot_json")
    else:
        assert response == request.getfixturevalue("usage_snapshot")
    SPENT[kind] += time.thread_time() - start

def test_then_it_tells():
    import json, pathlib
    pathlib.Path("spent.json").write_text(json.dumps(SPENT))
"""


def spent(folder, *options):
    """Seconds of CPU for each kind of snapshot."""
    plugins = ["-p", "syrupy", "-p", "pytest_usage_contract.plugin", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *options]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return json.loads((folder / "spent.json").read_text())


def test_shape_snapshots_beside_syrupys_own(table, tmp_path):
    tests = 10 if table.once else 1_000
    (tmp_path / "test_suite.py").write_text(SUITE.replace("1_000", str(tests)))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    spent(tmp_path, "--snapshot-update")
    times = [spent(tmp_path) for _ in range(1 if table.once else ROUNDS)]
    if not table.once:
        kinds = {"syrupy's own JSON snapshot": "json", "the shape of a usage": "usage"}
        seconds = {name: [took[kind] / tests for took in times] for name, kind in kinds.items()}
        table.tell("A snapshot that is compared", seconds, {"the shape of a usage": BUDGET})
