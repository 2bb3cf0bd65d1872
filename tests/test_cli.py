"""The `usage-contract` command, by what it prints and the status it exits with."""

import json
import re
import subprocess
import sys
from datetime import date
from importlib import import_module
from importlib.metadata import version

import pytest
from toy import KEPT, TOY

from pytest_usage_contract import ABSENT, Contract, Count, Endpoint, MayBeAbsent, Source, Total, Usage, cli, json_schema
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.usage import PerhapsNull
from pytest_usage_contract.providers.registry import register


class Inside(Usage):
    b: MayBeAbsent[Count | None] = ABSENT
    """The second."""


class ShownUsage(Usage):
    a: Count
    """The first."""
    inside: MayBeAbsent[Inside] = ABSENT
    total: PerhapsNull[Count]


SHOWN = Contract(
    name="shown/whole",
    source=Source(document="ShownUsage", package="shown-sdk", version="1.2", read=date(2026, 11, 21)),
    usage=ShownUsage,
    endpoints=(
        Endpoint(path="/usage", hosts=("a.shown.test", "b.shown.test"), method="GET"),
        Endpoint(path="/moved", hosts=("a.shown.test",)),
    ),
    accounting=(Total("total", of=("a", "inside.b")),),
    example={"a": 1, "inside": {"b": 2}, "total": 4},
    erratum="1 and 2 are not 4",
    either_spelling=True,
)
BARE = Contract(name="shown/bare", source=Source(document="Inside", package="shown-sdk"), usage=Inside)


@pytest.fixture(autouse=True)
def registered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # which is no project
    take_away = register([TOY, SHOWN, BARE])
    yield
    take_away()


@pytest.fixture
def run(capsys):
    """Runs the command in this process: its status, and what it printed on both channels."""

    def run(*arguments):
        return (cli.main([*map(str, arguments)]), *capsys.readouterr())

    return run


def test_list_names_every_contract_and_its_source(run, monkeypatch):
    monkeypatch.setattr(cli, "contracts", lambda: (SHOWN, TOY))
    assert run("list") == (
        0,
        "shown/whole  ShownUsage of shown-sdk 1.2, read 2026-11-21\ntoy/chat     ToyUsage of toy-sdk 1.2.3\n",
        "",
    )


def test_show_tells_all_contracts_of_a_name_whole(run):
    assert run("show", "shown") == (
        0,
        "shown/whole\n"
        "documented in ShownUsage of shown-sdk 1.2, read 2026-11-21\n"
        "  GET a.shown.test/usage\n"
        "  GET b.shown.test/usage\n"
        "  POST a.shown.test/moved\n"
        "fields\n"
        "  usage.a         number   required  The first.\n"
        "  usage.inside    object   may be absent\n"
        "  usage.inside.b  number   may be absent, may be null  The second.\n"
        "  usage.total     number   required, not said: null\n"
        "accounting\n"
        "  total = a + inside.b\n"
        "documented example\n"
        '  {"a": 1, "inside": {"b": 2}, "total": 4}\n'
        "names may be spelled as on the wire or as an SDK shows them, in one way throughout\n"
        "erratum: 1 and 2 are not 4\n"
        "\n"
        "shown/bare\n"
        "documented in Inside of shown-sdk\n"
        "fields\n"
        "  usage.b  number   may be absent, may be null  The second.\n",
        "",
    )


def test_show_gives_json_schema_of_one_contract(run):
    status, out, err = run("show", "ShownUsage", "--json-schema")
    assert (status, json.loads(out), err) == (0, json_schema(SHOWN), "")


def test_explain_lists_all_codes_and_tells_all_of_one(run):
    lines = {code.name: f"{code.name} ({code.kind}): {code.meaning}\n" for code in CODES.values()}
    assert run("explain") == (0, "".join(lines.values()), "")
    code = CODES["not-json"]
    assert run("explain", "not-json") == (
        0,
        f"{lines['not-json']}"
        f"  example  {code.example}\n  cause    {code.cause}\n  remedy   {code.remedy}\n  page     {code.docs}\n",
        "",
    )


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["show", "nobody"], "'nobody'"),
        (["show", "shown", "--json-schema"], "shown/whole or shown/bare"),
        (["explain", "wrong-typ"], "did you mean 'wrong-type'? (there are no-usage, "),
        (["check", ".", "--contract=nobody"], "'nobody'"),
        (["check", ".", "--fail-on=wrong"], "'wrong'"),
    ],
)
def test_misuse_is_one_line_on_standard_error_and_status_2(run, tmp_path, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"usage-contract {arguments[0]}: ")
    assert named in err


def test_no_command_is_misuse(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2
    assert capsys.readouterr() == (
        "",
        "usage-contract: the following arguments are required: COMMAND; `usage-contract --help` tells what would do\n",
    )


def test_a_command_without_its_arguments_is_misuse_in_one_line(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", "--wrong"])
    assert ended.value.code == 2
    assert re.fullmatch(
        r"usage-contract check: .* required: PATH; `usage-contract check --help` tells what would do\n",
        capsys.readouterr().err,
    )


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"usage-contract {version('pytest-usage-contract')}\n")


@pytest.mark.parametrize("command", ["list", "show", "explain", "check"])
def test_each_command_says_what_it_is_for_and_gives_an_example(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    usage, description, *_ = (told := capsys.readouterr().out).split("\n\n")
    assert usage.startswith(f"usage: usage-contract {command}")
    assert description.endswith(".")
    assert re.search(rf"\nexamples?: usage-contract {command}\b", told)


def test_the_package_can_be_run_as_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["usage-contract", "explain", "not-json"])
    with pytest.raises(SystemExit) as ended:
        import_module("pytest_usage_contract.__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("not-json (schema): ")


@pytest.mark.slow
@pytest.mark.parametrize("command", [["usage-contract"], [sys.executable, "-m", "pytest_usage_contract"]])
def test_the_command_exits_with_its_status(command):
    done = subprocess.run([*command, "explain", "wrong"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


def test_the_projects_own_contracts_and_mapped_urls_count(run, tmp_path):
    (tmp_path / "named_here.py").write_text(
        "from dataclasses import replace\nfrom toy import TOY\nMINE = replace(TOY, name='mine/chat', endpoints=())\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nusage_contract_urls = https://gw.test/any = mine/chat\n")
    request = {"method": "POST", "url": "https://gw.test/any"}
    body = json.dumps({"usage": {**KEPT, "total_tokens": "165"}})
    entry = {"request": request, "response": {"status": 200, "content": {"text": body}}}
    (tmp_path / "calls.har").write_text(json.dumps({"log": {"entries": [entry]}}))
    assert run("list", "--contracts=named_here")[1].splitlines()[-1].startswith("mine/chat ")
    assert run("check", tmp_path / "calls.har", "--contracts", "named_here.py")[0] == 1
    status, _, err = run("show", "mine")
    assert (status, err.startswith("usage-contract show: no contract is called 'mine'")) == (2, True)


def test_a_project_whose_configuration_is_broken_is_misuse(run, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool")
    status, _, err = run("list")
    assert (status, "pyproject.toml" in err) == (2, True)


def test_show_tells_what_the_counts_mean(run):
    lines = run("show", "openrouter/alpha_responses")[1].splitlines()
    assert lines[lines.index("tokens") + 1 :][:5] == [
        "  input           input_tokens",
        "  cache_read      input_tokens_details.cached_tokens, inside input_tokens",
        "  output          output_tokens",
        "  reasoning       output_tokens_details.reasoning_tokens, inside output_tokens",
        "  total           total_tokens",
    ]
