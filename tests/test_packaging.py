"""What is shipped, what it needs, and what it costs a run that does not use it."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import pytest_usage_contract

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HEAVY = ("pydantic", "httpx", "httpx2", "respx", "syrupy", "requests", "aiohttp", "yaml", "markdown_it", "hypothesis")


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, timeout=120)


def imported_by(module):
    """The modules that importing *module* imports after pytest itself, which every run has."""
    told = run("-X", "importtime", "-c", f"import pytest, {module}").stderr
    names = re.findall(r"^import time:[ \d]+\|[ \d]+\| +(\S+)$", told, re.MULTILINE)
    pytest_itself = names.index("pytest")
    return names[pytest_itself + 1 :]


def test_the_group_lowest_pins_the_lower_bound_of_every_dependency():
    bounds = {need.name: need.specifier for need in map(Requirement, PROJECT["project"]["dependencies"])}
    pins = {need.name: need.specifier for need in map(Requirement, PROJECT["dependency-groups"]["lowest"])}

    assert pins.keys() == bounds.keys()
    for name, bound in bounds.items():
        [lower], [pin] = bound, pins[name]
        assert (lower.operator, pin.operator) == (">=", "==")
        assert Version(pin.version) == Version(lower.version)


def test_the_four_dependencies_are_all_there_are():
    needs = {Requirement(text).name for text in PROJECT["project"]["dependencies"]}

    assert needs == {"pytest", "pydantic", "respx", "syrupy"}


def test_the_plugin_imports_nothing_heavy():
    modules = imported_by("pytest_usage_contract.plugin")

    assert "pytest_usage_contract.plugin" in modules
    assert [name for name in modules if name.partition(".")[0] in HEAVY] == []


def test_importing_the_package_is_nearly_free():
    modules = [name for name in imported_by("pytest_usage_contract") if name.startswith("pytest_usage_contract")]

    assert modules == ["pytest_usage_contract"]


def test_a_run_that_is_not_switched_on_imports_nothing_heavy_and_asks_for_no_contract(tmp_path):
    for name, text in (
        ("test_it.py", "def test_it():\n    pass\n"),
        ("conftest.py", "def pytest_usage_contracts():\n    raise RuntimeError\n"),
        (
            "pytest.ini",
            "[pytest]\nusage_contract_documents = Usage.md = own/chat\nusage_contract_urls = http://x = own\n",
        ),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    alone = (
        "-p no:randomly -p no:asyncio -p no:cacheprovider -p no:respx -p no:syrupy -p no:anyio -p no:hypothesispytest"
    )
    report = (
        "import sys, pytest; "
        f"status = pytest.main(['-q', {str(tmp_path)!r}, '-p', 'no:xdist', *{alone.split()!r}]); "
        "heavy = [name for name in sys.modules if name.startswith('pytest_usage_contract.core.')]; "
        "print(int(status), heavy)"
    )

    assert run("-c", report).stdout.splitlines()[-1] == "0 []"


def test_every_public_name_is_there():
    assert sorted(pytest_usage_contract.__all__) == pytest_usage_contract.__all__
    assert dir(pytest_usage_contract) == pytest_usage_contract.__all__
    for name in pytest_usage_contract.__all__:
        assert getattr(pytest_usage_contract, name) is not None


def test_a_public_name_is_shown_as_what_it_is_not_as_where_it_lives():
    assert str(pytest_usage_contract.UsageContractError).endswith("'pytest_usage_contract.UsageContractError'>")


def test_another_name_is_none_of_ours():
    with pytest.raises(AttributeError, match=r"module 'pytest_usage_contract' has no attribute 'assert_usages'"):
        _ = pytest_usage_contract.assert_usages


DISTRIBUTION = distribution("pytest-usage-contract")
SHIPPED = {path.as_posix() for path in DISTRIBUTION.files or ()}


@pytest.mark.skipif("pytest_usage_contract/py.typed" not in SHIPPED, reason="not installed from a wheel")
def test_the_wheel_holds_the_package_its_types_and_nothing_else():
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_usage_contract").rglob("*.py")}
    outside = {name for name in SHIPPED if not name.startswith("pytest_usage_contract")}

    assert sources <= SHIPPED
    assert [name for name in outside if not name.endswith("bin/usage-contract")] == []


def test_the_plugin_and_the_command_are_registered():
    points = {(point.group, point.name): point.value for point in DISTRIBUTION.entry_points}

    assert points == {
        ("pytest11", "usage_contract"): "pytest_usage_contract.plugin",
        ("console_scripts", "usage-contract"): "pytest_usage_contract.cli:main",
    }


def test_the_project_says_that_it_is_a_plugin_of_pytest():
    assert "Framework :: Pytest" in PROJECT["project"]["classifiers"]
    assert PROJECT["project"]["requires-python"] == ">=3.11"
