"""What is written about the project is so: the architecture's modules, the environments, the README's command, CI."""

import ast
import re
import shlex
import subprocess
import tomllib
from configparser import ConfigParser
from fnmatch import filter as filter_names
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from sdk_page import read_rows

from pytest_usage_contract.providers.index import INDEX

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pytest_usage_contract"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob(".github/workflows/*")}


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def steps_of(workflow):
    return [step for job in WORKFLOWS[workflow]["jobs"].values() for step in job["steps"]]


def test_every_module_that_the_architecture_names_is_there():
    text = page("docs/explanation/architecture.md")
    dotted = set(re.findall(r"`([a-z]+\.[a-z_]+)`", text))

    assert len(dotted) > 15
    assert [name for name in sorted(dotted) if find_spec(f"pytest_usage_contract.{name}") is None] == []


def test_the_architecture_shows_every_room_of_the_house():
    shown = re.findall(
        r"`([a-z]+)/?`", "".join(re.findall(r"^\| `.*$", page("docs/explanation/architecture.md"), re.MULTILINE))
    )
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    assert sorted(shown) == sorted(rooms - {"__init__", "__main__"})


def test_contributing_answers_for_every_environment():
    table = page("CONTRIBUTING.md").partition("One environment answers one question")[2].partition("By name only")[0]
    tox = ConfigParser(interpolation=None)
    tox.read_string(page("tox.ini"))

    assert sorted(re.findall(r"`(\w+(?:-\w+)?)`(?=.* \| )", table)) == sorted(expanded(tox["tox"]["env_list"]))


def test_contributing_tells_which_environments_count_for_coverage():
    told = re.search(r"^Coverage is the union of (.*):", page("CONTRIBUTING.md"), re.MULTILINE)[1]
    tox = ConfigParser(interpolation=None)
    tox.read_string(page("tox.ini"))

    assert re.findall(r"`([\w-]+)`", told) == tox["testenv:coverage"]["depends"].split(", ")


def test_the_page_of_sdks_has_every_sdk_of_the_dependency_groups_at_the_version_of_the_diary():
    rows = read_rows()
    latest = page("docs/explanation/drift-diary.md").split("\n## ")[1]
    groups = (items for name, items in PROJECT["dependency-groups"].items() if name.startswith("sdk"))
    packages = {re.match(r"[\w.-]+", item)[0] for items in groups for item in items if isinstance(item, str)}

    assert {row.package for row in rows} == packages
    assert set(re.findall(r"^### (\S+) (\S+)$", latest, re.MULTILINE)) <= {row[:2] for row in rows}
    assert [name for row in rows for name in row.contracts if not filter_names([row[1] for row in INDEX], name)] == []


def test_contributing_names_only_files_that_are_there():
    named = re.findall(
        r"`((?:pytest_usage_contract|tests|docs|capture|reports)/[\w/.-]+\.\w+)`", page("CONTRIBUTING.md")
    )

    assert len(named) > 8
    assert [name for name in named if not ("NAME" in name or (ROOT / name).exists() or (PACKAGE / name).exists())] == []


def expanded(env_list):
    """The names that tox makes of factors in braces."""
    for name in re.findall(r"(?:[\w-]|\{[^}]*\})+", env_list):
        before, brace, rest = name.partition("{")
        inside, _, after = rest.partition("}")
        yield from (f"{before}{factor}{after}" for factor in inside.split(",")) if brace else [name]


def test_ci_begins_with_the_readmes_own_command_for_the_tests():
    (extract,) = re.findall(r"^command=\$\(.*\)$", page(".ci/run"), re.MULTILINE)
    command = subprocess.run(
        ["bash", "-c", f'{extract}; echo "$command"'], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    words = shlex.split(command, comments=False)
    assert f"$ {command}" in page("README.md")
    assert words[-1] == "pytest"
    assert words[words.index("--group") + 1] in PROJECT["dependency-groups"]


def test_the_workflows_run_what_there_is():
    commands = [step.get("run", "") for workflow in WORKFLOWS for step in steps_of(workflow)]

    assert ".ci/run" in commands
    assert "tox run -e dist" in commands
    assert 'tox run -qq -e drift | tee -a "$GITHUB_STEP_SUMMARY"' in commands


def test_the_newest_sdks_are_looked_at_every_week():
    (when,) = WORKFLOWS["drift"][True]["schedule"]  # YAML takes the key `on` for true

    assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])


def test_the_hooks_before_a_commit_come_with_the_environment_of_a_contributor():
    hooks = [hook for repo in yaml.safe_load(page(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]
    tools = {hook["entry"].split()[0] for hook in hooks}
    groups = PROJECT["dependency-groups"]
    there = {item.partition("==")[0] for name in ("lint", "types") for item in groups[name] if isinstance(item, str)}

    assert tools == {"ruff", "mypy"}
    assert tools <= there
    assert {"lint", "types"} <= {item["include-group"] for item in groups["dev"] if isinstance(item, dict)}


# English words that are names of providers as well: in prose they are words.
WORDS = {"together", "fireworks", "voyage", "perplexity"}


def without_prose(text):
    """The code of a module, its comments and docstrings left out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            prose = [part for part in node.body if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)]
            node.body = [part for part in node.body if part not in prose] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize("room", ["core", "capture"])
def test_neither_the_heart_nor_what_captures_names_a_provider(room):
    providers = {provider for provider, *_ in INDEX}
    modules = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.joinpath(room).glob("*.py")}
    named = [
        (module, provider)
        for module, text in modules.items()
        for provider in sorted(providers)
        if re.search(
            rf"(?<![a-z]){provider}(?![a-z])", without_prose(text) if provider in WORDS else text, re.IGNORECASE
        )
    ]

    assert modules
    assert named == []
