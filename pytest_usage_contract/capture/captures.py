"""Which captures are running, and what is patched while any of them is."""

import sys
import threading
from collections.abc import Callable, Iterable
from types import ModuleType, TracebackType
from typing import Final, Self

from pytest_usage_contract.capture import aiohttp_client, calls, httpx_clients, requests_client
from pytest_usage_contract.capture.imports import ImportWatch
from pytest_usage_contract.capture.patches import Patch
from pytest_usage_contract.capture.recordings import leave_all
from pytest_usage_contract.capture.sink import Listener, Sink

BOUND: Final = 64 * 1024 * 1024

CLIENTS: Final[dict[str, Callable[[ModuleType], Iterable[Patch | None]]]] = {
    "aiohttp": aiohttp_client.patches,
    "httpx": httpx_clients.patches,
    "httpx2": httpx_clients.patches,
    "requests": requests_client.patches,
}
"""The clients that are watched, by the module whose import brings them."""

_lock = threading.RLock()
_patches: list[Patch] = []


class Capture:
    """Tells a sink of every exchange that it wants, from `start` to `stop`.

    Any number of captures may run at once, started and stopped in any order: they share one set of patches, which is
    there while any of them runs. Starting or stopping twice is harmless.
    *bound* is how many bytes of a body are kept.
    """

    def __init__(self, sink: Sink, *, bound: int = BOUND) -> None:
        self._listener = Listener(sink, bound)
        self._entered: list[bool] = []

    def start(self) -> None:
        """Begin to tell of exchanges that begin from now on."""
        with _lock:
            if self._listener.listening:
                return
            self._listener.listening = True
            _tell(*calls.listeners, self._listener)
            if len(calls.listeners) == 1:
                _watch.start()
                for name in CLIENTS:
                    _patch(name, sys.modules.get(name))

    def stop(self) -> None:
        """Tell of what is still being read as left, and of nothing after that."""
        with _lock:
            if not self._listener.listening:
                return
            self._listener.listening = False
            _tell(*[other for other in calls.listeners if other is not self._listener])
            if not calls.listeners:
                _watch.stop()
                while _patches:
                    _patches.pop().undo()
        leave_all(self._listener)

    def __enter__(self) -> Self:
        self._entered.append(not self._listener.listening)
        self.start()
        return self

    def __exit__(self, _: object, __: object, ___: TracebackType | None) -> None:
        if self._entered.pop():
            self.stop()


def _tell(*listeners: Listener) -> None:
    calls.bound = max((listener.bound for listener in listeners), default=0)
    calls.listeners = listeners


def _patch(name: str, module: ModuleType | None) -> None:
    if module is None:
        return
    try:
        _patches.extend(patch for patch in CLIENTS[name](module) if patch is not None)
    except Exception as error:  # noqa: BLE001 - a stand-in for the client, or a version nobody has seen yet
        for listener in calls.listeners:
            listener.trouble(error)


def _imported(module: ModuleType) -> None:
    with _lock:
        if calls.listeners:
            _patch(module.__name__, module)


_watch = ImportWatch(frozenset(CLIENTS), _imported)
