"""What a contract knows of itself, and what it refuses to be."""

from datetime import date

import pytest
from pydantic import BaseModel

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

SOURCE = Source(document="Own", package="own")


class Item(BaseModel):
    tokens: int


class Flat(Usage):
    tokens: Count
    """Tokens of all sorts."""
    cached: MayBeAbsent[Count] = ABSENT
    name: str = "x"
    items: list[Item] = []  # noqa: RUF012 - pydantic copies it
    by_model: dict[str, Item] = {}  # noqa: RUF012 - likewise


def own(**more):
    return Contract(**{"name": "own/call", "source": SOURCE, "usage": Flat} | more)


@pytest.mark.parametrize("name", ["own/call", "own/a/b"])
def test_a_contract_is_named_by_its_provider_and_endpoint(name):
    contract = own(name=name, aliases=("OwnUsage",))
    assert (str(contract), contract.provider) == (name, "own")
    assert contract.names == (name, "Own", "OwnUsage")


@pytest.mark.parametrize("name", ["own", "/call", "own/", "", "/"])
def test_another_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^'.*' is no name of a contract; one reads provider/endpoint$"):
        own(name=name)


@pytest.mark.parametrize(
    "source, text",
    [
        (SOURCE, "Own of own"),
        (Source(document="Own", package="own", version="1", read=date(2026, 1, 2)), "Own of own, read 2026-01-02"),
    ],
)
def test_a_source_says_where_the_promise_was_read(source, text):
    assert str(source) == text


def test_rules_about_documented_counts_are_taken():
    rules = (Part("cached", whole="tokens"),)
    assert own(accounting=rules).rules == ("cached inside tokens",)
    assert own(accounting=rules).shape.path == "usage"


@pytest.mark.parametrize("path", ["total", "name", "items", "items[].tokens", "by_model[*].tokens"])
def test_a_rule_about_anything_else_is_refused(path):
    contract = own(accounting=(Total(path, of=("tokens", "cached")),))
    with pytest.raises(ValueError, match="speaks of") as refusal:
        _ = contract.shape
    assert str(refusal.value) == (
        f"own/call: the rule «{path} = tokens + cached» speaks of {path}, no documented count"
    )


def test_fields_come_in_the_order_of_the_documentation_with_their_places():
    assert [field.path for field in own().fields] == [
        "usage.tokens",
        "usage.cached",
        "usage.name",
        "usage.items",
        "usage.items[].tokens",
        "usage.by_model",
        "usage.by_model[*].tokens",
    ]
    assert own().order["usage.name"] == 2
    assert own().fields[0].meaning == "Tokens of all sorts."


@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/api/alpha/responses"),
        ("POST", "/api/v1/api/alpha/responses"),
        ("POST", "/api/alpha/responses/"),
    ],
)
def test_an_endpoint_serves_the_end_of_its_path(method, path):
    assert find_contract("openrouter").endpoints[0].serves(method, path)


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/api/alpha/responses"),
        ("POST", "/api/alpha/responses/1"),
        ("POST", "/alpha/responses"),
        ("POST", "/x-api/alpha/responses"),
        ("POST", ""),
    ],
)
def test_an_endpoint_serves_nothing_else(method, path):
    assert not find_contract("openrouter").endpoints[0].serves(method, path)


def test_where_it_is_not_known_what_was_called_the_documented_endpoint_is_judged():
    contract = find_contract("openrouter")
    assert contract.documented is contract.endpoints[0]
    assert own().documented == Endpoint(path="", hosts=())


@pytest.mark.parametrize(
    "text",
    [
        b'{"usage": {"a": 1}}',
        b'{"usage"\n:\n3}',
        b'{"type": "end"}',
        b'{"type":"stop-it"}',
        b'{"error": {}}',
        b'{"error":"no"}',
        b'{"type": "error"}',
    ],
)
def test_an_event_that_can_matter_has_the_mark(text):
    assert Framing(terminal={"type": ("end", "stop-it")}).mark.search(text)


@pytest.mark.parametrize(
    "text", [b'{"usage": null}', b'{"usage":\nnull}', b'{"type": "delta"}', b'{"error": null}', b'{"x": "usage"}']
)
def test_an_event_that_cannot_matter_has_it_not(text):
    assert not Framing(terminal={"type": ("end", "stop-it")}).mark.search(text)


@pytest.mark.parametrize(
    "terminal, text",
    [
        ({"choices": ([],)}, b'{"choices": [ ]}'),
        ({"is_final": (True,)}, b'{"is_final":true}'),
        ({"a.b[]": ("é",)}, b'{"a":{"b": ["\\u00e9"]}}'),
        ({"n": (1,)}, b'{"n": 1.0}'),
        ({"n": ("x", 1)}, b'{"n": 1e0}'),
    ],
)
def test_a_mark_allows_for_all_ways_to_write_a_value(terminal, text):
    assert Framing(terminal=terminal).mark.search(text)


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_a_contract_is_told_as_json_schema(contract):
    schema = contract.json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == contract.name
    assert schema["description"] == f"documented in {contract.source}"
    assert [*schema["properties"]] == [*contract.shape.fields]
    required = [name for name, field in contract.shape.fields.items() if field.required]
    assert schema.get("required", []) == required
    for name, field in contract.shape.fields.items():
        assert schema["properties"][name]["description"] == field.meaning
    assert "default" not in str(schema)


def test_a_default_of_a_model_of_ones_own_is_told():
    properties = own().json_schema()["properties"]
    assert properties["name"]["default"] == "x"
    assert properties["tokens"] == {"type": "number", "title": "Tokens", "description": "Tokens of all sorts."}
    assert "default" not in properties["cached"]


def test_the_schema_of_a_contract_agrees_with_its_verdicts():
    jsonschema = pytest.importorskip("jsonschema")
    for contract in contracts():
        validator = jsonschema.Draft202012Validator(contract.json_schema())
        assert validator.is_valid(contract.example or {})
        assert not validator.is_valid({"total_tokens": "1"})
