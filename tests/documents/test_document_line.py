"""A line of the ini file: a contract file, or a document with its contract and call."""

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.core.contract_file import format_contract_file, write_contract
from pytest_usage_contract.documents import parse_line

SCHEMA = '{"title": "Usage", "properties": {"a": {"type": "integer"}}}'

LINES = [
    (
        "docs/Usage.md = acme/chat POST api.acme.example/v1/chat",
        ("docs/Usage.md", "acme/chat", "POST api.acme.example/v1/chat", None),
    ),
    ("a.yaml#chat = acme/chat", ("a.yaml#chat", "acme/chat", None, None)),
    ("a.md = acme/chat wire_names=as_shown", ("a.md", "acme/chat", None, "as_shown")),
    ("acme.types:Usage = acme/chat", ("acme.types:Usage", "acme/chat", None, None)),
    (" contracts/chat.json ", ("contracts/chat.json", None, None, None)),
]
BROKEN = ["docs/Usage.md", "docs/Usage.md = acme", "= acme/chat", " = acme/chat", "a.md = acme/chat POST", "chat.yaml"]


@pytest.mark.parametrize("line, parsed", LINES)
def test_a_line_names_document_contract_and_call(line, parsed):
    assert parse_line(line) == parsed


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_says_how_one_reads(line):
    with pytest.raises(ValueError, match=r"a line reads contracts/chat\.json, |one reads POST host/path"):
        parse_line(line)


def test_a_document_is_read_relative_to_the_folder(tmp_path):
    (tmp_path / "usage.json").write_text(SCHEMA)
    contract = parse_line("usage.json = acme/chat POST api.acme.example/v1/chat").read(tmp_path)
    assert (contract.name, contract.source.document) == ("acme/chat", "Usage")
    assert contract.endpoints == (Endpoint(path="/v1/chat", hosts=("api.acme.example",), presence="unknown"),)


def test_a_contract_file_is_read_relative_to_the_folder(tmp_path):
    (tmp_path / "chat.json").write_text(format_contract_file(write_contract(TOY)))
    contract = parse_line("chat.json").read(tmp_path)
    assert (contract.name, contract.endpoints) == (TOY.name, TOY.endpoints)
    with pytest.raises(ValueError, match="is a contract file, which says its name; what would do is its path alone"):
        parse_line("chat.json = acme/chat").read(tmp_path)


def test_a_class_of_an_installed_package_is_read_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "acme_line.py").write_text("from pydantic import BaseModel\n\n\nclass Usage(BaseModel):\n    a: int\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    contract = parse_line("acme_line:Usage = acme/chat").read(tmp_path)
    assert [*contract.usage.model_fields] == ["a"]
