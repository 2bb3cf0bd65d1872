"""The project around a folder, as the command line reads it: pytest's configuration, and the contracts it brings."""

import pytest

from pytest_usage_contract.project import Project

LINE = "https://gw.test = orq"
INI = f"{{section}}\nusage_contract_urls =\n    {LINE}\n\n    http://other.test/v1 = openrouter\n"
BOTH = ["orq", "openrouter"]
LIST = f'usage_contract_urls = ["{LINE}", "http://other.test/v1 = openrouter"]\n'

READ = {
    "pytest.ini": (INI.format(section="[pytest]"), BOTH),
    ".pytest.ini": (INI.format(section="[pytest]"), BOTH),
    "tox.ini": (INI.format(section="[tox]\nenv_list = py\n[pytest]"), BOTH),
    "setup.cfg": (INI.format(section="[metadata]\nname = %(x)s\n[tool:pytest]"), BOTH),
    "pyproject.toml": (f"[tool.pytest.ini_options]\n{LIST}", BOTH),
    "pytest.toml": (f"[pytest]\n{LIST}", BOTH),
    ".pytest.toml": (f"[pytest]\n{LIST}", BOTH),
}
MINE = """
from dataclasses import replace
from pytest_usage_contract import Contract, find_contract
MINE = replace(find_contract("atoma/completions"), name="mine/{name}")
"""
HOOK = "def pytest_usage_contracts(): return MINE\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Makes a project of files, and gives it as seen from a folder in it."""
    monkeypatch.chdir(tmp_path)

    def project(*modules, inside=".", **files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Project(tmp_path / inside, modules)

    return project


def names(project):
    return [line.rpartition("= ")[2] for line in project.lines("usage_contract_urls")]


@pytest.mark.parametrize("name", READ)
def test_the_configuration_is_read_wherever_pytest_reads_it(tmp_path, name):
    text, mapped = READ[name]
    (tmp_path / name).write_text(text)
    (tmp_path / "deep" / "down").mkdir(parents=True)
    for folder in (".", "deep/down"):
        assert names(Project(tmp_path / folder)) == mapped


def test_the_native_table_of_pyproject_is_read_too(tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest]\n{LIST}")
    assert names(Project(tmp_path)) == BOTH


def test_the_first_file_that_pytest_would_take_counts(tmp_path):
    (tmp_path / "tox.ini").write_text(READ["tox.ini"][0])
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert names(Project(tmp_path)) == BOTH
    (tmp_path / "pytest.ini").write_text("")
    assert names(Project(tmp_path)) == []


@pytest.mark.parametrize("name, text", [("pyproject.toml", "[tool"), ("pytest.ini", "usage"), ("tox.ini", "[pytest\n")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=name):
        Project(tmp_path).lines("usage_contract_urls")


def test_words_are_read_from_a_text_and_from_a_list(tmp_path):
    for name, text in {
        "tox.ini": "[pytest]\nwords = a 'b c'\n",
        "pytest.toml": '[pytest]\nwords = ["a", "b c"]\n',
    }.items():
        (tmp_path / name).write_text(text)
        found = Project(tmp_path)
        assert (found.words("words"), found.words("others"), found.configuration) == (["a", "b c"], [], tmp_path / name)


def test_a_folder_without_configuration_is_a_project_that_says_nothing(project, capsys):
    found = project(deep__conftest_dot_py=HOOK)
    assert (names(found), [*found.bring()], found.configuration) == ([], [], None)
    assert capsys.readouterr().err == ""


def test_documents_lie_beside_the_configuration(project):
    page = "# Usage\n\n## Fields\n\n| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n"
    page += "| `a` | *int* | :heavy_check_mark: | N/A |\n"
    ini = "[pytest]\nusage_contract_documents = docs/Usage.md = mine/chat POST api.mine.example/v1/chat\n"
    found = project(inside="deep", pytest_dot_ini=ini, docs__Usage_dot_md=page, deep__x_dot_py="")
    assert [contract.name for contract in found.bring()] == ["mine/chat"]


@pytest.mark.parametrize("there", [True, False], ids=["a conftest with the hook", "one without"])
def test_what_needs_pytest_is_left_out_and_named_once(project, capsys, there):
    found = project(
        pytest_dot_ini="[pytest]",
        tests__conftest_dot_py=MINE.format(name="x") + HOOK * there,
        node_modules__conftest_dot_py=HOOK,
    )
    assert [*found.bring()] == [*found.bring()] == []
    told = "usage-contract: left out the contracts of tests/conftest.py, which need pytest; name them by --contracts MODULE\n"
    assert capsys.readouterr().err == told * there


MODULES = {
    "CONTRACTS": "CONTRACTS = [MINE]\n",
    "hook": HOOK,
    "top": "",
}


@pytest.mark.parametrize("spelling", ["mine_{}", "mine_{}.py"])
@pytest.mark.parametrize("form", MODULES)
def test_a_module_brings_contracts_in_whatever_form(project, capsys, form, spelling):
    name = f"{form}_{len(spelling)}".lower()
    files = {f"mine_{name}_dot_py": MINE.format(name=name) + MODULES[form], "conftest_dot_py": HOOK}
    found = project(spelling.format(name), **files)
    assert [contract.name for contract in found.bring()] == [f"mine/{name}"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "module, why",
    [
        ("nowhere_at_all", "No module named"),
        ("missing.py", "missing.py"),
        ("empty.py", "it has no contract, no CONTRACTS, and no pytest_usage_contracts()"),
        ("wrong.py", "3 is neither a Contract"),
    ],
)
def test_a_module_that_brings_none_is_named_at_each_look_up(project, module, why):
    found = project(module, empty_dot_py="", wrong_dot_py="CONTRACTS = 3\n")
    for _ in range(2):
        with pytest.raises(ValueError, match=f"--contracts {module}: ") as refusal:
            found.bring()
        assert why in str(refusal.value)
