"""What a contract knows of itself, and what it refuses to be."""

from datetime import date

import pytest
from toy import TOY, ToyUsage

from pytest_usage_contract import counterexamples, examples, json_schema
from pytest_usage_contract.core.accounting import Total
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import Count, Usage

SOURCE = Source(document="Own", package="own")


class Flat(Usage):
    tokens: Count
    name: str = "x"


def own(**more):
    return Contract(**{"name": "own/call", "source": SOURCE, "usage": ToyUsage} | more)


@pytest.mark.parametrize("name", ["own/call", "own/a/b"])
def test_a_contract_is_named_by_its_provider_and_endpoint(name):
    contract = own(name=name, aliases=("OwnUsage",))
    assert (str(contract), contract.provider) == (name, "own")
    assert contract.names == (name, "Own", "OwnUsage")


@pytest.mark.parametrize("name", ["own", "/call", "own/", "", "/"])
def test_another_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^'.*' is no name of a contract; one reads provider/endpoint$"):
        own(name=name)


SOURCES = [
    (Source(document="Own", package="own"), "Own of own"),
    (Source(document="Own", package="own", version="1", read=date(2026, 1, 2)), "Own of own 1, read 2026-01-02"),
    (Source(document="Own"), "Own"),
    (Source(document="Own", version="1"), "Own 1"),
    (Source(document="Own", read=date(2026, 1, 2)), "Own, read 2026-01-02"),
]


@pytest.mark.parametrize("source,text", SOURCES)
def test_a_source_says_where_the_promise_was_read(source, text):
    assert str(source) == text


MISTAKES = {
    "own/call: usage is <class 'dict'>; it must be a class derived from Usage": {"usage": dict},
    "own/call: usage is {}; it must be a class derived from Usage": {"usage": {}},
    "own/call: source is 'docs'; it must be a Source": {"source": "docs"},
    "own/call: endpoints is 'POST x'; it must be a row of Endpoint": {"endpoints": "POST x"},
    "own/call: endpoints is ('x',); it must be a row of Endpoint": {"endpoints": ("x",)},
    "own/call: accounting is ('a = b',); it must be a row of rules, such as Total": {"accounting": ("a = b",)},
    "own/call: example is '{}'; it must be a mapping, or None": {"example": "{}"},
    "own/call: aliases is 'OwnUsage'; it must be a row of names": {"aliases": "OwnUsage"},
    "3: name is 3; it must be a text, provider/endpoint": {"name": 3},
}
ENDPOINTS = {
    "an endpoint's hosts is 'api.own.test'; it must be a row of hosts": {"hosts": "api.own.test"},
    "an endpoint's path is None; it must be a text": {"path": None},
    "an endpoint's method is 3; it must be a text": {"method": 3},
    "an endpoint's stream is True; it must be a Framing, or None": {"stream": True},
    "'post' is no method; one reads 'POST'": {"method": "post"},
    "'https://x.test' is no host; one reads api.acme.example, or 127.0.0.1:4000": {"hosts": ("https://x.test",)},
}


@pytest.mark.parametrize("message, more", MISTAKES.items())
def test_a_value_of_another_type_is_refused_in_a_sentence(message, more):
    with pytest.raises(TypeError) as refusal:
        own(**more)
    assert str(refusal.value) == message


@pytest.mark.parametrize("message, more", ENDPOINTS.items())
def test_an_endpoint_that_no_call_could_reach_is_refused(message, more):
    with pytest.raises((TypeError, ValueError)) as refusal:
        Endpoint(**{"path": "/v1", "hosts": ("api.own.test",)} | more)
    assert str(refusal.value) == message


def test_a_contract_promises_nothing_that_it_was_not_told():
    contract = own()
    assert (contract.endpoints, contract.accounting, contract.aliases, contract.divergences) == ((), (), (), ())
    assert (contract.default, contract.erratum, contract.either_spelling, contract.example) == (False, "", False, None)
    assert repr(Endpoint(path="/", hosts=())) == (
        "Endpoint(path='/', hosts=(), method='POST', at='usage', presence='optional', excused=None, stream=None, "
        "unknown_stream=False, text=False)"
    )
    assert repr(Framing(terminal={})) == (
        "Framing(at=('usage',), terminal={}, carriers=None, may_follow=False, cumulative=None, "
        "presence='required', excused=None, asked=None, array=False, lines=False, messages=False, named=False, "
        "done=True)"
    )


def test_what_mocks_answer_with_is_no_part_of_the_promise():
    assert Endpoint(path="/", hosts=(), body={"id": 1}) == Endpoint(path="/", hosts=())
    assert Framing(terminal={}, events=({},)) == Framing(terminal={})


def test_rules_are_told_in_words():
    assert TOY.rules == (
        "total_tokens = input_tokens + output_tokens",
        "input_tokens = input_details.text_tokens + input_details.image_tokens",
        "input_details.cached_tokens inside input_tokens",
        "output_details.reasoning_tokens inside output_tokens",
        "tool_tokens outside input_tokens",
    )


@pytest.mark.parametrize("path", ["cost", "input_details", "lines", "lines[].tokens", "by_day[*].tokens"])
def test_a_rule_about_anything_but_a_single_documented_count_is_refused(path):
    contract = own(accounting=(Total("total_tokens", of=("input_tokens", path)),))
    with pytest.raises(ValueError, match="speaks of") as refusal:
        _ = checker(contract).tree
    rule = f"total_tokens = input_tokens + {path}"
    assert str(refusal.value) == f"own/call: the rule «{rule}» speaks of {path}, no documented count"


def test_a_dialect_that_speaks_of_anything_else_is_refused():
    contract = own(dialect=Dialect(input="input_tokens", cache_read="cost"))
    with pytest.raises(ValueError, match="^own/call: the dialect speaks of cost, no documented count$"):
        checker(contract)


FIELDS = """
    input_tokens input_details input_details.text_tokens input_details.image_tokens input_details.cached_tokens
    output_tokens output_details output_details.reasoning_tokens tool_tokens total_tokens
    lines lines[].model lines[].tokens by_day by_day[*].model by_day[*].tokens
"""


def test_fields_come_in_the_order_of_the_documentation_with_their_places():
    assert [field.path for field in checker(TOY).fields] == [f"usage.{path}" for path in FIELDS.split()]
    assert checker(TOY).order == {field.path: number for number, field in enumerate(checker(TOY).fields)}
    assert checker(TOY).fields[0].meaning == "Tokens in the input."
    assert checker(TOY).names >= {"cachedtokens", "byday", "lines"}


def test_the_first_endpoint_is_the_documented_one():
    assert TOY.documented is TOY.endpoints[0]
    assert own().documented == Endpoint(path="", hosts=())


# JSON Schema says the same of the usage.


def test_a_contract_is_told_as_json_schema():
    schema = json_schema(TOY)
    assert {name: schema[name] for name in ("$schema", "title", "description", "required")} == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "toy/chat",
        "description": "documented in ToyUsage of toy-sdk 1.2.3",
        "required": ["input_tokens", "input_details", "output_tokens", "total_tokens"],
    }
    assert {name: told["description"] for name, told in schema["properties"].items()} == {
        name: field.meaning for name, field in checker(TOY).tree.fields.items()
    }
    assert "default" not in str(schema)


def test_the_json_schema_takes_what_the_contract_takes():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema(TOY))
    assert all(validator.is_valid(example.usage) for example in examples(TOY))
    broken = [case for case in counterexamples(TOY) if case.code in ("missing-field", "null-value", "wrong-type")]
    assert broken
    assert not any(validator.is_valid(case.usage) for case in broken)
