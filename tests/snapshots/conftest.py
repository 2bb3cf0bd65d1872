"""A team's suite that compares with snapshots: `shop.respond()` gives the response that the test has told it."""

import json
from pathlib import Path

import httpx  # noqa: F401 - once, rather than in every inner run
import pytest
import syrupy
import toy

import pytest_usage_contract.snapshots.snapshot  # noqa: F401 - the same

CONFTEST = """
from pytest_usage_contract import Contract, Count, Source, Usage
from pytest_usage_contract.providers.registry import register
from toy import TOY


def own(name, field):
    usage = type("OwnUsage", (Usage,), {"__annotations__": {field: Count}, "__module__": __name__})
    return Contract(name=name, source=Source(document=name, package="own"), usage=usage)


def pytest_configure(config):
    twins = own("twins/one", "twin_tokens"), own("twins/two", "twin_tokens")
    config.add_cleanup(register([TOY, own("lone/chat", "lone_tokens"), *twins]))
"""

SHOP = """
from pathlib import Path

import httpx

URL = "https://api.toy.test/v1/chat"


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
        """Let the response have *usage*, or one that keeps the contract, with *changes*."""
        body = {"id": "toy-1", "output": "what nobody must see", "usage": {**(usage or toy.KEPT), **changes}}
        (self.pytester.path / "body.json").write_text(json.dumps(body))

    def test(self, text=TEST, **modules):
        """Let the suite consist of one test module, or of *modules*, and nothing else."""
        for path in self.pytester.path.glob("test_*.py"):
            path.unlink()
        self.pytester.makepyfile(**(modules or {"test_shop": text}))

    def runs(self, *args):
        """Run the suite in this process, with no plugin but those that matter here."""
        plugins = ["-p", "syrupy", "-p", "pytest_usage_contract.plugin", *(("-p", "xdist") if "-n" in args else ())]
        return self.pytester.runpytest_inprocess(*plugins, "--tb=short", *args)

    def stores(self, *args):
        result = self.runs("--snapshot-update", *args)
        assert result.ret == 0
        return result

    def told(self, *args):
        """The lines of the error of each test, and nothing around it; of one that passes there are none."""
        reports = self.runs(*args).reprec.getreports("pytest_runtest_logreport")
        return {
            report.nodeid.removeprefix("test_shop.py::"): "\n".join(
                line[4:] for line in str(report.longrepr or "").splitlines() if line.startswith("E   ")
            )
            for report in reports
            if report.when == "call" or report.failed
        }

    def tells(self, *args):
        """The same of the one test that there is, and that fails."""
        (told,) = self.told(*args).values()
        assert told
        return told

    @property
    def files(self):
        return {str(path.relative_to(self.stored)): path.read_text() for path in sorted(self.stored.rglob("*.json"))}

    @property
    def file(self):
        (path,) = self.stored.rglob("*.json")
        return path


@pytest.fixture
def shop(pytester, plain_inner_runs, monkeypatch):
    # syrupy keeps its session in a global, which an inner run in this process replaces.
    monkeypatch.setattr(syrupy, "_syrupy", syrupy._syrupy)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    pytester.makeini(f"[pytest]\npythonpath = {Path(toy.__file__).parent}")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(shop=SHOP)
    pytester.syspathinsert()
    shop = Shop(pytester)
    shop.answers()
    shop.test()
    return shop
