"""What every test of the plugin needs: pytest run inside pytest, untouched by what surrounds this run."""

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def plain_inner_runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner runs begin without the plugins that reorder tests, or warn about options of their own."""
    for name in ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # it clears the variable, so it must come first
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly -p no:asyncio -p no:cacheprovider")
