"""What is read becomes a contract file; what it does not say of itself is asked for, or left out."""

import re
from datetime import date

import pytest

from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.documents import read_document
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
