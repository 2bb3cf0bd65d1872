"""A fault of the plugin's own: it meets a bug while it judges."""

from importlib import import_module

from shop import respond


def test_fault(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(import_module("pytest_usage_contract.session.judging"), "checker", fail)
    respond()
