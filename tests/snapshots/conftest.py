"""A team's suite that compares with snapshots: `shop.respond()` gives the response that the test has told it."""

import json

import httpx  # noqa: F401 - once, rather than in every inner run
import pytest
import syrupy

import pytest_usage_contract.snapshots.snapshot  # noqa: F401 - the same

USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}

SHOP = """
from pathlib import Path

import httpx

URL = "https://openrouter.ai/api/alpha/responses"


def body():
    return (Path(__file__).parent / "body.json").read_bytes()


def respond():
    return httpx.Response(200, content=body(), request=httpx.Request("POST", URL))


def ask():
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=body()))) as client:
        return client.post(URL)
"""

TEST = """
from shop import respond

def test_one(usage_snapshot):
    assert respond() == usage_snapshot
"""


class Shop:
    def __init__(self, pytester):
        self.pytester = pytester
        self.stored = pytester.path / "__usage__"

    def answers(self, usage=None, **changes):
        body = {"id": "resp_1", "output": "what nobody must see", "usage": {**(usage or USAGE), **changes}}
        (self.pytester.path / "body.json").write_text(json.dumps(body))

    def test(self, text=TEST, **modules):
        """Let the suite consist of one test module, or of *modules*, and nothing else."""
        for path in self.pytester.path.glob("test_*.py"):
            path.unlink()
        self.pytester.makepyfile(**(modules or {"test_shop": text}))

    def runs(self, *args):
        """Run the suite in this process, with no plugin but those that matter here."""
        plugins = ["-p", "syrupy", "-p", "pytest_usage_contract.plugin", *(("-p", "xdist") if "-n" in args else ())]
        return self.pytester.runpytest_inprocess(*plugins, *args)

    def runs_apart(self, *args):
        """The same in a process of its own, for what patches clients."""
        return self.pytester.runpytest_subprocess(
            "-p", "xdist", "-p", "syrupy", "-p", "pytest_usage_contract.plugin", *args
        )

    def stores(self, *args):
        result = self.runs("--snapshot-update", *args)
        assert result.ret == 0
        return result

    def tells(self, *args):
        """The lines of the one error of the one test that fails, and nothing around it."""
        result = self.runs("--tb=short", *args)
        assert result.ret == 1
        lines = [line[4:] for line in result.outlines if line.startswith("E   ")]
        return "\n".join(lines)

    @property
    def files(self):
        return {str(path.relative_to(self.stored)): path.read_text() for path in sorted(self.stored.rglob("*.json"))}

    @property
    def file(self):
        (path,) = self.stored.rglob("*.json")
        return path


@pytest.fixture
def shop(pytester, monkeypatch):
    # syrupy keeps its session in a global, which an inner run in this process replaces.
    monkeypatch.setattr(syrupy, "_syrupy", syrupy._syrupy)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(shop=SHOP)
    pytester.syspathinsert()
    shop = Shop(pytester)
    shop.answers()
    shop.test()
    return shop
