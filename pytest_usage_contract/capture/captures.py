"""The captures that are running, and the patches that are there while any of them is."""

import sys
import threading
from collections.abc import Callable, Iterable
from types import ModuleType, TracebackType
from typing import Final, Self

from pytest_usage_contract.capture import aiohttp_client, calls, httpx_clients, requests_client, urllib3_client
from pytest_usage_contract.capture.calls import Recorder, Sink
from pytest_usage_contract.capture.patches import ImportWatch, Patch
from pytest_usage_contract.capture.recordings import leave_all

CLIENTS: Final[dict[str, Callable[[ModuleType], Iterable[Patch | None]]]] = {
    "aiohttp": aiohttp_client.patches,
    "httpx": httpx_clients.patches,
    "httpx2": httpx_clients.patches,
    "requests": requests_client.patches,
    "urllib3": urllib3_client.patches,
}
"""The clients that are watched, by the module whose import brings them."""

_lock = threading.RLock()
_patches: list[Patch] = []
_running: list[Recorder] = []


class Capture:
    """Tells a sink of every exchange that it wants, from `start` to `stop`.

    One capture is told at a time: of those that run, the one that was started last. They may be stopped in any order,
    and share one set of patches, which is there while any of them runs. Starting or stopping twice is harmless.
    """

    def __init__(self, sink: Sink) -> None:
        self._recorder = Recorder(sink)
        self._entered: list[bool] = []

    def start(self) -> None:
        """Begin to tell of exchanges that begin from now on."""
        with _lock:
            if self._recorder.listening:
                return
            self._recorder.listening = True
            _running.append(self._recorder)
            calls.recorder = self._recorder
            if len(_running) == 1:
                _watch.start()
                for name in CLIENTS:
                    _patch(name, sys.modules.get(name))

    def stop(self) -> None:
        """Tell of what is still being read as left, and of nothing after that."""
        with _lock:
            if not self._recorder.listening:
                return
            self._recorder.listening = False
            _running.remove(self._recorder)
            calls.recorder = _running[-1] if _running else None
            if not _running:
                _watch.stop()
                while _patches:
                    _patches.pop().undo()
        leave_all(self._recorder)

    def __enter__(self) -> Self:
        self._entered.append(not self._recorder.listening)
        self.start()
        return self

    def __exit__(self, _: object, __: object, ___: TracebackType | None) -> None:
        if self._entered.pop():
            self.stop()


def _patch(name: str, module: ModuleType | None) -> None:
    if module is None:
        return
    try:
        _patches.extend(patch for patch in CLIENTS[name](module) if patch is not None)
    except Exception as error:  # noqa: BLE001 - a stand-in for the client, or a version nobody has seen yet
        _running[-1].trouble(error)


def _imported(module: ModuleType) -> None:
    with _lock:
        if calls.recorder is not None:
            _patch(module.__name__, module)


_watch = ImportWatch(frozenset(CLIENTS), _imported)
