"""A fault of the plugin's own: it meets a bug while it judges."""

from shop import respond

from pytest_usage_contract.session import judging


def test_fault(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(judging, "checker", fail)
    respond()
