"""What is read becomes a contract file; what it does not say of itself is asked for, or left out."""

import json
import re
from datetime import date

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.core.contract_file import format_contract_file, write_contract
from pytest_usage_contract.documents import parse_line, read_document
from pytest_usage_contract.providers.registry import contracts

PAGE = "# ChatUsage\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n| `a` | *int* | :heavy_check_mark: | N/A |\n"
SCHEMA = {"title": "Chat usage", "properties": {"a": {"type": "integer"}}}


def declared(read):
    return read.data["x-usage-contract"]


def test_a_source_that_says_nothing_of_itself_leaves_it_out(read_pages):
    assert declared(read_pages(PAGE)) == {"name": "document/chat_usage", "source": {"document": "ChatUsage"}}


def test_what_a_source_does_not_say_may_be_told(read_pages):
    read = read_pages(
        PAGE,
        name="acme/chat",
        endpoint="POST api.acme.example/v1/chat/",
        package="acme-sdk",
        version="1.2.3",
        read=date(2026, 11, 28),
    )
    assert read.data["description"] == "documented in ChatUsage of acme-sdk 1.2.3, read 2026-11-28"
    assert declared(read) == {
        "name": "acme/chat",
        "source": {"document": "ChatUsage", "package": "acme-sdk", "version": "1.2.3", "read": "2026-11-28"},
        "endpoints": [{"hosts": ["api.acme.example"], "path": "/v1/chat", "presence": "unknown"}],
    }


def test_an_openapi_document_says_its_title_and_version(read_schema):
    document = {
        "info": {"title": "Acme API", "version": 2},
        "openapi": "3.1.0",
        "components": {"schemas": {"U": SCHEMA}},
    }
    assert declared(read_schema(document, "/components/schemas/U")) == {
        "name": "document/chat_usage",
        "source": {"document": "Chat usage", "package": "Acme API", "version": "2"},
    }


NAMED = [
    ({"title": "ChatUsage"}, "ChatUsage", "document/chat_usage"),
    ({"title": "a/../b c"}, "a/../b c", "document/a_b_c"),
    ({"title": "用量"}, "用量", "document/usage"),
    ({"title": 5}, "api", "document/api"),
]


@pytest.mark.parametrize("titled,document,name", NAMED)
def test_a_name_is_derived_from_that_of_the_document(titled, document, name, read_schema):
    told = declared(read_schema({**SCHEMA, **titled}))
    assert (told["source"]["document"], told["name"]) == (document, name)


PRESENCES = [
    ({**SCHEMA, "nullable": True}, {}, [{"hosts": [], "path": "", "presence": "nullable"}]),
    (
        {**SCHEMA, "nullable": True},
        {"endpoint": "GET api.acme.example/v1"},
        [{"method": "GET", "hosts": ["api.acme.example"], "path": "/v1", "presence": "unknown"}],
    ),
]


@pytest.mark.parametrize("document,asked,endpoints", PRESENCES)
def test_a_usage_that_may_be_null_says_so_where_no_call_is_known(document, asked, endpoints, read_schema):
    assert declared(read_schema(document, **asked))["endpoints"] == endpoints


EXAMPLES = [
    ({"example": {"a": 1}}, [{"a": 1}], []),
    ({"examples": [{"a": 2}, {"a": 3}]}, [{"a": 2}], []),
    ({"examples": {"first": {"value": {}}}}, None, []),
    ({"example": 5}, None, []),
    ({"example": {"a": "1"}}, None, ["the example breaks the document at «a»: it is left out"]),
]


@pytest.mark.parametrize("given,shown,remarks", EXAMPLES)
def test_an_example_is_kept_where_it_keeps_the_document(given, shown, remarks, read_schema):
    read = read_schema({**SCHEMA, **given})
    assert (read.data.get("examples"), [remark.message for remark in read.remarks]) == (shown, remarks)


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_a_contract_file_is_given_back_as_it_is(contract, read_schema):
    written = write_contract(contract)
    assert read_schema(written).data == written


MISUSED = [
    ("nowhere.md", {}, "nowhere.md: there is no such document"),
    ("nowhere.yaml", {}, "nowhere.yaml: there is no such document"),
    (
        "page.txt",
        {},
        "page.txt: no kind of document that is known: .md, .mdx, .markdown, .json, .yaml, .yml, and module:Class",
    ),
    ("page.md#/a", {}, "page.md#/a: a page has no pointer"),
    ("page.md", {"endpoint": "api.acme.example"}, "'api.acme.example' is no endpoint; one reads POST host/path"),
    ("page.md", {"endpoint": "POST a/b c"}, "is no endpoint"),
    ("page.md", {"name": "acme"}, "'acme' is no name of a contract"),
    ("page.md", {"wire_names": "kebab"}, "'kebab' is no convention of wire names"),
    ("page.md", {"root": "elsewhere"}, "page.md: not in the root «elsewhere»"),
]


@pytest.mark.parametrize("path,asked,message", MISUSED)
def test_a_misuse_says_what_would_do(path, asked, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text(PAGE)
    with pytest.raises(ValueError, match=re.escape(message)):
        read_document(path, **asked)


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
    (tmp_path / "usage.json").write_text(json.dumps({**SCHEMA, "title": "Usage"}))
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
