"""`usage-contract import` and `usage-contract diff`: what each side may be, what is printed, and the exit status."""

import json

import pytest
from toy import TOY

from pytest_usage_contract import cli, find_contract, json_schema, read_contract
from pytest_usage_contract.core.contract_file import format_contract_file, write_contract
from pytest_usage_contract.documents.document_commands import join_wire_names

SCHEMA = '{"title": "Usage", "properties": {"a": {"type": "integer"}}}'
PAGE = """# ChatUsage

## Fields

| Field | Type | Required | Description |
| --- | --- | --- | --- |
| `totalTokens` | *number* | :heavy_check_mark: | All\x9b. |
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working directory: three documents, a contract file, and a package with a class."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "usage.json").write_text(SCHEMA)
    (tmp_path / "wider.json").write_text(SCHEMA.replace("integer", "number"))
    (tmp_path / "chat.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "toy.json").write_text(format_contract_file(write_contract(TOY)))
    (tmp_path / "acme_models.py").write_text(
        "from pydantic import BaseModel\n\n\nclass Usage(BaseModel):\n    a: float\n"
    )
    return tmp_path


@pytest.fixture
def run(capsys):
    """Runs the command in this process: its status, and what it printed on both channels."""

    def run(*arguments):
        return (cli.main([*arguments]), *capsys.readouterr())

    return run


ASKED = ["--name=acme/chat", "--endpoint=POST api.acme.example/v1/chat", "--package=acme-sdk", "--version=2.0"]


def test_import_prints_a_contract_file(run):
    status, out, err = run("import", "usage.json", *ASKED, "--read=2026-11-21")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "acme/chat",
        "description": "documented in Usage of acme-sdk 2.0, read 2026-11-21",
        "x-usage-contract": {
            "name": "acme/chat",
            "source": {"document": "Usage", "package": "acme-sdk", "version": "2.0", "read": "2026-11-21"},
            "endpoints": [{"hosts": ["api.acme.example"], "path": "/v1/chat", "presence": "unknown"}],
        },
        "type": "object",
        "properties": {"a": {"type": "integer"}},
    }


def test_what_import_prints_is_read_as_the_contract(run, folder):
    (folder / "printed.json").write_text(run("import", "chat.md", *ASKED)[1])
    contract = read_contract("printed.json")
    assert (contract.name, contract.endpoints[0].path) == ("acme/chat", "/v1/chat")
    assert contract.source.read is not None
    assert run("import", "printed.json")[1] == (folder / "printed.json").read_text()


def test_import_warns_on_the_standard_error_and_gives_a_terminal_no_orders(run):
    status, out, err = run("import", "chat.md")
    assert (status, err.count("\n"), err.startswith("warning: chat.md:1:1: ")) == (0, 1, True)
    assert "All\\u009b." in out
    assert run("import", "chat.md", "--wire-names=snake_case")[2] == ""


SIDES = ["toy.json", "usage.json", "chat.md", "acme_models:Usage", "orq/images_edits"]


@pytest.mark.parametrize("side", SIDES)
def test_diff_of_anything_with_itself_has_no_change(run, side):
    assert run("diff", side, side, "--fail-on=any", "--wire-names=snake_case") == (0, "nothing changed\n", "")


def test_diff_of_a_contract_and_its_file_is_no_change(run, folder):
    (folder / "edits.json").write_text(run("show", "orq/images_edits", "--json-schema")[1])
    assert json.loads((folder / "edits.json").read_text()) == json_schema(find_contract("orq/images_edits"))
    assert run("diff", "orq/images_edits", "edits.json", "--fail-on=any")[0] == 0


def test_diff_of_a_document_and_the_class_of_an_installed_package(run):
    status, out, _ = run("diff", "usage.json", "acme_models:Usage")
    assert (status, [line.split()[:3] for line in out.splitlines()[:-1]]) == (
        1,
        [
            ["breaking", "type-widened", "usage.a"],
            ["safe", "field-became-required", "usage.a"],
        ],
    )


FAIL_ON = [("breaking", 1, "text"), ("any", 1, "json"), ("none", 0, "markdown"), ("breaking", 1, "github")]


@pytest.mark.parametrize("fail_on, status, form", FAIL_ON)
def test_diff_fails_on_what_was_asked(run, fail_on, status, form):
    found, out, _ = run("diff", "usage.json", "wider.json", f"--fail-on={fail_on}", f"--format={form}")
    assert (found, "type-widened" in out) == (status, True)


def test_what_is_no_failure_is_told_all_the_same(run):
    assert run("diff", "wider.json", "usage.json")[0] == 0
    assert run("diff", "usage.json", "usage.json", "--format=github") == (0, "", "")


MISUSED = [
    (["import", "gone.md"], "gone.md"),
    (["import", "usage.json", "--endpoint=nowhere"], "'nowhere' is no endpoint"),
    (["import", "usage.json", "--name=acme"], "'acme' is no name of a contract"),
    (["import", "toy.json", "--name=acme/chat"], "'toy.json' is a contract file, which says its name"),
    (["import", "usage.txt"], "'usage.txt'"),
    (["import", "acme_models:Gone"], "acme_models:Gone"),
    (["import", "gone_models:Usage"], "gone_models:Usage"),
    (["diff", "usage.json", "gone.json"], "gone.json"),
    (["diff", "usage.json", "acme/unknown"], "'acme/unknown'"),
    (["diff", "damaged.json", "usage.json"], "damaged.json#/x-usage-contract/name: missing"),
]


@pytest.mark.parametrize("arguments, said", MISUSED)
def test_a_misuse_ends_with_2_and_one_line_in_one_voice(run, folder, arguments, said):
    (folder / "damaged.json").write_text('{"x-usage-contract": {}}')
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"usage-contract {arguments[0]}: ")
    assert said in err


SPELLED = [
    ([], None),
    (["snake_case"], "snake_case"),
    (["b64Json=b64_json"], {"b64Json": "b64_json"}),
    (["b64Json=b64_json", "as_shown"], {"b64Json": "b64_json", "*": "as_shown"}),
]


@pytest.mark.parametrize("given, expected", SPELLED)
def test_wire_names_are_given_in_general_or_one_by_one(given, expected):
    assert join_wire_names(given) == expected
