"""A Dask cluster of separate processes on loopback, as a team would have one elsewhere."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toy import TOY

from pytest_usage_contract.providers.registry import register

WORKERS = 4

SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # a part may cost two workers, and no more
    "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1h",
}


class Cluster:
    def __init__(self, folder):
        self._file = folder / "scheduler.json"
        self._folder = folder
        self.processes = [self._start("scheduler", "--host", "127.0.0.1", "--port", "0")]
        while not self._file.exists():
            time.sleep(0.05)
        preload = ["--preload", str(Path(__file__).parent / "poison.py")]
        self.processes += [self._start("worker", "--no-nanny", "--nthreads", "1", *preload) for _ in range(WORKERS)]
        self.address = json.loads(self._file.read_text())["address"]

    def _start(self, kind, *options):
        command = [sys.executable, "-m", "dask", kind, "--no-dashboard", "--scheduler-file", str(self._file), *options]
        with (self._folder / f"{kind}.log").open("a") as log:
            elsewhere = {"cwd": self._folder, "env": {**os.environ, **SETTINGS}}
            return subprocess.Popen(command, stdout=log, stderr=log, **elsewhere)

    def kill_a_worker(self):
        worker = self.processes.pop()
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()  # and not killed: it may have to write what it has measured
            process.wait(60)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


@pytest.fixture(autouse=True)
def registered():
    take_away = register([TOY])
    yield
    take_away()
