"""`usage-contract import` and `usage-contract diff`, and the line of the ini file."""

import argparse
import re
import subprocess
from pathlib import Path

import pytest

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.documents import parse_line
from pytest_usage_contract.documents.document_commands import add_diff, add_import, join_wire_names

KITS = Path(__file__).parent / "kits"
EDITS = "orq-node/docs/models/operations/postv2proxyimageseditsusage.md"
SCHEMA = '{"title": "Usage", "properties": {"a": {"type": "integer"}}}'

PRINTED = '''"""acme: what `Usage` documents about the usage of chat."""

from datetime import date

from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, Usage


class ChatUsage(Usage):
    a: MayBeAbsent[int] = ABSENT


CHAT = Contract(
    name="acme/chat",
    source=Source(
        document="Usage",
        package="acme-sdk",
        version="2.0",
        read=date(TODAY),
    ),
    usage=ChatUsage,
    endpoints=(
        Endpoint(
            path="/v1/chat",
            hosts=("api.acme.example",),
            presence="unknown",
        ),
    ),
)

CONTRACTS = (CHAT,)
'''


def run(*arguments):
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    add_import(subparsers)
    add_diff(subparsers)
    given = parser.parse_args([str(argument) for argument in arguments])
    return given.run(given)


def test_import_prints_a_module(tmp_path, capsys):
    (tmp_path / "usage.json").write_text(SCHEMA)
    options = [
        "--name",
        "acme/chat",
        "--endpoint",
        "POST api.acme.example/v1/chat",
        "--package",
        "acme-sdk",
        "--version",
        "2.0",
    ]
    assert run("import", tmp_path / "usage.json", *options) == 0
    out, err = capsys.readouterr()
    assert re.sub(r"date\(\d+, \d+, \d+\)", "date(TODAY)", out) == PRINTED
    assert err == ""


def test_import_warns_on_the_standard_error(capsys):
    assert run("import", KITS / EDITS, "--root", KITS / "orq-node") == 0
    out, err = capsys.readouterr()
    assert "class ImagesEditsInputTokensDetails" not in out
    assert "class PostV2ProxyImagesEditsInputTokensDetails(Usage):" in out
    assert re.fullmatch(r"warning: .*usage.md:1:1: the wire may spell «totalTokens» so, or «total_tokens».*\n", err)


MISUSED = [
    ("import", "gone.md"),
    ("import", "usage.json", "--endpoint", "nowhere"),
    ("import", "usage.json", "--name", "acme"),
    ("import", "usage.txt"),
    ("diff", "usage.json", "gone.md"),
    ("diff", "usage.json", "acme/unknown"),
    ("diff", "usage.json", "HEAD:gone.md"),
    ("diff", "usage.json", ":gone.md"),
    ("diff", "usage.json", "HEAD:\0.md"),
]


@pytest.mark.parametrize("arguments", MISUSED)
def test_a_misuse_ends_with_2_and_one_line(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "usage.json").write_text(SCHEMA)
    assert run(*arguments) == 2
    assert re.fullmatch(r"error: .+\n", capsys.readouterr().err)


def test_diff_of_a_contract_and_its_document_is_no_failure(capsys):
    options = ["--fail-on", "any", "--wire-names", "snake_case"]
    assert run("diff", "orq/images_edits", KITS / EDITS, *options) == 0
    assert capsys.readouterr().out == "nothing changed\n"


FAIL_ON = [("breaking", 1, "text"), ("any", 1, "json"), ("none", 0, "markdown"), ("breaking", 1, "github")]


@pytest.mark.parametrize("fail_on,status,fmt", FAIL_ON)
def test_diff_fails_on_what_was_asked(fail_on, status, fmt, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, kind in (("old", "integer"), ("new", "number")):
        (tmp_path / f"{name}.json").write_text(SCHEMA.replace("integer", kind))
    assert run("diff", "old.json", "new.json", "--fail-on", fail_on, "--format", fmt) == status
    assert "type-widened" in capsys.readouterr().out
    assert run("diff", "new.json", "old.json", "--fail-on", "breaking", "--format", fmt) == 0
    assert run("diff", "new.json", "new.json", "--fail-on", "any", "--format", fmt) == 0


def git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@acme.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_diff_reads_a_revision_of_a_document_with_its_links(tmp_path, monkeypatch, capsys):
    page = "# Usage\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n"
    docs = tmp_path / "docs" / "models"
    docs.mkdir(parents=True)
    (docs / "usage.md").write_text(page + "| `a` | [models.X](../models/x.md) | :heavy_check_mark: | N/A |\n")
    (docs / "x.md").write_text(page.replace("Usage", "X") + "| `n` | *Nullable[int]* | :heavy_check_mark: | N/A |\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (docs / "x.md").write_text(page.replace("Usage", "X") + "| `n` | *Nullable[str]* | :heavy_check_mark: | N/A |\n")
    monkeypatch.chdir(tmp_path)
    assert run("diff", "HEAD:docs/models/usage.md", "docs/models/usage.md") == 1
    assert capsys.readouterr().out == "breaking  type-changed  usage.a.n  was integer, is string\n1 breaking\n"
    monkeypatch.chdir(docs)
    assert run("diff", "HEAD:usage.md", "HEAD:./usage.md") == 0
    assert run("diff", "HEAD:usage.md", "HEAD:gone.md") == 2
    monkeypatch.setenv("PATH", "")
    assert run("diff", "HEAD:usage.md", "usage.md") == 2


def test_a_revision_that_would_be_an_option_is_none():
    from pytest_usage_contract.documents import DocumentError, resolve_argument

    with pytest.raises(DocumentError, match="^-x:gone.md:1:1: "):
        resolve_argument("-x:gone.md")


def test_a_folder_of_a_revision_is_no_document(tmp_path, monkeypatch):
    (tmp_path / "docs.md").mkdir()
    (tmp_path / "docs.md" / "x").write_text("x")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    assert run("diff", "HEAD:docs.md", "HEAD:docs.md") == 2


SPELLED = [
    ([], None),
    (["snake_case"], "snake_case"),
    (["b64Json=b64_json"], {"b64Json": "b64_json"}),
    (["b64Json=b64_json", "as_shown"], {"b64Json": "b64_json", "*": "as_shown"}),
]


@pytest.mark.parametrize("given,expected", SPELLED)
def test_wire_names_are_given_in_general_or_one_by_one(given, expected):
    assert join_wire_names(given) == expected


CHAT = Endpoint(path="/v1/chat", hosts=("api.acme.example",), presence="unknown")
LINES = [
    ("docs/Usage.md = acme/chat POST api.acme.example/v1/chat", ("docs/Usage.md", "acme/chat", CHAT, None)),
    ("docs/Usage.md = acme/chat POST https://api.acme.example/v1/chat/", ("docs/Usage.md", "acme/chat", CHAT, None)),
    ("a.yaml#chat = acme/chat", ("a.yaml#chat", "acme/chat", None, None)),
    ("a.md = acme/chat wire_names=as_shown", ("a.md", "acme/chat", None, "as_shown")),
]
BROKEN_LINES = ["docs/Usage.md", "docs/Usage.md = acme", "= acme/chat", " = acme/chat", "a.md = acme/chat POST"]


@pytest.mark.parametrize("line,expected", LINES)
def test_a_line_of_the_ini_file_names_document_contract_and_call(line, expected):
    assert parse_line(line) == expected


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_a_broken_line_says_how_one_reads(line):
    with pytest.raises(ValueError, match=r"reads docs/Usage.md = provider/endpoint|one reads POST host/path"):
        parse_line(line)


def test_a_line_is_read_relative_to_its_folder(tmp_path):
    (tmp_path / "usage.json").write_text(SCHEMA)
    read = parse_line("usage.json = acme/chat POST api.acme.example/v1/chat").read(tmp_path)
    assert str(read.contract.source) == "Usage of usage.json"
    assert read.contract.endpoints == (CHAT,)
