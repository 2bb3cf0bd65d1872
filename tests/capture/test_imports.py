"""Which imports capture makes, and which it hears of."""

import importlib
import importlib.util
import subprocess
import sys
from types import ModuleType
from unittest import mock

import httpx
import pytest

from pytest_usage_contract.capture import Capture, captures

CLIENTS = """
import sys

CLIENTS = {"httpx", "httpx2", "requests", "aiohttp", "urllib3"}

import pytest_usage_contract.capture
assert not {*CLIENTS, "pydantic", "pytest", "asyncio"} & {*sys.modules}

with pytest_usage_contract.capture.Capture(None):
    assert not CLIENTS & {*sys.modules}
    import aiohttp, httpx, httpx2, requests, urllib3
    owners = httpx.Client, httpx2.Client, requests.Session, aiohttp.ClientSession, urllib3.HTTPConnectionPool
    names = "send", "send", "send", "_request", "urlopen"
    patched = [vars(owner)[name] for owner, name in zip(owners, names)]
    for library in (aiohttp, httpx, httpx2, requests, urllib3):
        for loader in (library.__loader__, library.__spec__.loader):
            assert type(loader).__name__ == "SourceFileLoader", loader

assert [vars(owner)[name] for owner, name in zip(owners, names)] == [method.__wrapped__ for method in patched]
assert not any("usage" in type(finder).__module__ for finder in sys.meta_path)
"""

NO_CLIENT = """
import sys, importlib.machinery
from pytest_usage_contract.capture import Capture
sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not importlib.machinery.PathFinder]
with Capture(None):
    try:
        import httpx
    except ModuleNotFoundError as error:
        assert error.name == "httpx", error
    else:
        raise AssertionError
"""


@pytest.mark.slow
def test_a_start_imports_nothing_and_every_client_is_watched_from_the_moment_it_is_imported():
    subprocess.run([sys.executable, "-W", "error", "-c", CLIENTS], check=True)


@pytest.mark.slow
def test_a_client_that_cannot_be_imported_fails_as_before():
    subprocess.run([sys.executable, "-c", NO_CLIENT], check=True)


@pytest.fixture
def first(new_book):
    return new_book()


def test_a_client_is_watched_when_it_is_imported_and_no_longer_than_that(first, monkeypatch):
    send = vars(httpx.Client)["send"]
    monkeypatch.delitem(sys.modules, "httpx")
    with Capture(first):
        assert vars(httpx.Client)["send"] is send
        assert importlib.import_module("httpx").Client is httpx.Client  # its inner modules are there
        assert vars(httpx.Client)["send"].__wrapped__ is send
    assert vars(httpx.Client)["send"] is send
    assert first.troubles == []


def test_a_client_that_is_found_while_it_is_watched_has_its_own_loader(first):
    with Capture(first):
        spec = importlib.util.find_spec("httpx")
        assert spec is httpx.__spec__
        watch = captures._watch
        found = watch.find_spec("httpx")
        assert found.loader.path == httpx.__file__  # what is asked of it, its own loader answers
        assert found.loader.create_module(found) is None


def test_a_namespace_of_that_name_is_no_client(first, monkeypatch, tmp_path):
    (tmp_path / "aiohttp").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with Capture(first):
        found = captures._watch.find_spec("aiohttp")
        assert found is None or found.loader is None or found.origin is None


def test_a_client_imported_after_the_stop_is_left_alone(first):
    with Capture(first):
        found = captures._watch.find_spec("httpx")
    module = ModuleType("httpx")
    module.__spec__ = None
    found.loader._loader = mock.Mock(spec=["exec_module"])
    found.loader.exec_module(module)
    assert first.troubles == []


def test_a_hook_list_that_lost_us_is_no_obstacle(first, monkeypatch):
    with Capture(first):
        hooks = list(sys.meta_path)
        sys.meta_path.remove(captures._watch)
    assert sys.meta_path == hooks[1:]
