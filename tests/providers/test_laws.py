"""Laws that every contract keeps, whoever made it: its examples, its names, its endpoints and its schema agree.

The toy contract is held to them as well, since it has what no provider documents yet: lists, maps, several places.
"""

import json
import re
from dataclasses import asdict, fields, replace
from math import inf

import jsonschema
import pytest
from provider_index import index_of_providers
from toy import TOY, codes

from pytest_usage_contract import contracts, counterexamples, examples, find_contract, json_schema
from pytest_usage_contract.core.accounting import Total
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract_file import format_contract_file, parse_contract, write_contract
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.spelling import sdk_name
from pytest_usage_contract.core.tokens import describe_dialect
from pytest_usage_contract.mocks.answers import make_body, make_chunks, media_type
from pytest_usage_contract.payloads.derivation import alternatives, counts_in
from pytest_usage_contract.payloads.examples import bases
from pytest_usage_contract.providers.index import INDEX
from pytest_usage_contract.providers.registry import contracts_named
from pytest_usage_contract.providers.routes import Routes

LAWFUL = (*contracts(), TOY)

for_every_contract = pytest.mark.parametrize("contract", LAWFUL, ids=str)
for_every_example = pytest.mark.parametrize("contract", [c for c in LAWFUL if c.example is not None], ids=str)
for_every_stream = pytest.mark.parametrize(
    "contract, endpoint",
    [pytest.param(c, place, id=f"{c}-{place.path}") for c in LAWFUL for place in c.endpoints if place.stream],
)
for_every_known_contract = pytest.mark.parametrize("contract", contracts(), ids=str)


def judged(contract, usage):
    """The findings of a body that has the usage where it is documented."""
    verdict = check_bytes(contract, make_body(contract.documented, usage), demand=True)
    return [(found.kind, found.code, found.path) for found in verdict.findings]


def example(contract, name):
    (found,) = (case for case in examples(contract) if case.name == name)
    return found


def backwards(value):
    return {name: backwards(value[name]) for name in reversed(value)} if isinstance(value, dict) else value


def as_an_sdk_shows(value):
    if isinstance(value, dict):
        return {sdk_name(name): as_an_sdk_shows(inner) for name, inner in value.items()}
    return [*map(as_an_sdk_shows, value)] if isinstance(value, list) else value


def places(contract):
    """The places of all fields, in each of the objects that a usage may be."""
    return [node for whole in bases(contract) for node in whole.places]


def misspelt_by_an_sdk(contract):
    """The paths of the names that an SDK shows in another way, where the document shows another one, too."""
    nodes = () if contract.either_spelling else places(contract)
    return [node.path for node in nodes if as_an_sdk_shows({node.field.name: 0}) != {node.field.name: 0}]


@for_every_contract
def test_every_example_keeps_it(contract):
    found = [(case.name, judged(contract, case.usage)) for case in examples(contract)]
    assert found == [(case.name, []) for case in examples(contract)]


@for_every_contract
def test_every_freedom_has_its_example(contract):
    known = {case.name for case in examples(contract)}
    for whole in bases(contract):
        free = {f"{node.name}-absent" for node in whole.places if not node.field.required}
        free |= {f"{node.name}-null" for node in whole.places if node.field.nullable}
        assert {name + whole.suffix for name in free | {"full"}} <= known


@for_every_contract
def test_every_counterexample_breaks_it_by_exactly_its_finding(contract):
    cases = counterexamples(contract)
    assert [(case.name, judged(contract, case.usage)) for case in cases] == [
        (case.name, [(case.kind, case.code, case.path)]) for case in cases
    ]


@for_every_contract
def test_every_promise_has_its_counterexample(contract):
    nodes = places(contract)
    promised = {
        "missing-field": {node.path for node in nodes if node.field.required},
        "null-value": {node.path for node in nodes if not node.field.nullable},
        "wrong-type": {node.path for node in nodes if node.field.type != "any"},
        "non-finite-number": {node.path for node in nodes if node.field.type in ("number", "integer")},
        "sdk-spelling": {*misspelt_by_an_sdk(contract)},
        "undocumented-field": {"usage", *(node.inside[1] for node in nodes if node.field.tree)},
    }
    found = {code: set() for code in promised}
    for case in counterexamples(contract):
        path = case.path.rpartition(".")[0] if case.code == "undocumented-field" else case.path
        found.get(case.code, set()).add(path)
    assert found == promised


@for_every_contract
def test_full_has_every_documented_field_and_all_its_counts_differ_that_may(contract):
    for whole in bases(contract):
        full = example(contract, f"full{whole.suffix}")
        verdict = checker(contract).check(full.usage)
        assert {*verdict.seen} == {field.path for field in checker(whole.contract).fields} or full.note
        assert verdict.rules == whole.contract.rules
        counts = counts_in(full.usage, whole.places).values()
        twins = sum(isinstance(rule, Total) and len(rule.of) == 1 for rule in contract.accounting)
        assert len({*counts}) + twins == len(counts) == sum(node.field.counts for node in whole.places)


@for_every_example
def test_the_documented_example_keeps_it_under_every_policy_in_any_order_and_in_the_names_of_an_sdk(contract):
    shown = example(contract, "documented").usage
    assert shown == contract.example
    assert codes(checker(contract).check(shown)) == []
    assert codes(checker(contract).check(backwards(shown))) == []
    assert codes(checker(contract).check(as_an_sdk_shows(shown), either_spelling=True)) == []


def at_most(headline):
    return inf if headline is None else headline


@for_every_contract
def test_tokens_are_told_by_the_dialect_alone_and_no_part_is_larger_than_its_headline(contract):
    for case in examples(contract):
        tokens = checker(contract).check(case.usage).tokens
        told = {name for name, value in asdict(tokens).items() if value is not None}
        assert told <= {name for name, _ in describe_dialect(contract.dialect, contract.accounting)}
        if case.name != "documented":  # which may contradict itself
            assert max(tokens.cache_read or 0, tokens.cache_creation or 0) <= at_most(tokens.input), case.name
            assert (tokens.reasoning or 0) <= at_most(tokens.output), case.name


@for_every_known_contract
def test_it_declares_what_its_counts_mean(contract):
    counted = [field.name for field in checker(contract).fields if field.counts and "token" in field.name.lower()]
    assert contract.dialect.fields or counted == []


@for_every_example
def test_an_example_that_contradicts_its_counts_has_an_erratum_that_quotes_them(contract):
    like_any_other = checker(replace(contract, example=None)).check(contract.example).of("accounting")
    contradicted = {found.actual for found in like_any_other if found.code != "fractional-count"}
    assert contradicted <= {*re.findall(r"\d+(?:\.\d+)?", contract.erratum)}


@for_every_contract
def test_every_field_has_a_meaning_that_reads_as_a_sentence(contract):
    assert [f.path for f in checker(contract).fields if not re.fullmatch(r"[A-Z][^\n]+[^.\s]\.", f.meaning)] == []


@for_every_contract
def test_the_names_of_an_sdk_are_told_once_each_unless_the_document_shows_no_others(contract):
    usage = example(contract, "full").usage
    verdict = checker(contract).check(as_an_sdk_shows(usage))
    assert sorted(codes(verdict)) == sorted(("sdk-spelling", path) for path in misspelt_by_an_sdk(contract))
    assert verdict.wire == usage
    assert codes(checker(contract).check(as_an_sdk_shows(usage), either_spelling=True)) == []


@for_every_contract
def test_its_json_schema_says_what_it_says(contract):
    schema = json_schema(contract)
    assert (schema["title"], schema["description"]) == (contract.name, f"documented in {contract.source}")
    for alternative in alternatives(contract):
        # A model that contains itself stands among the definitions, and so does one of several.
        said = schema.get("$defs", {}).get(alternative.usage.__name__, schema)
        fields = checker(alternative).tree.fields
        assert [(name, told.get("description", "")) for name, told in said["properties"].items()] == [
            (name, field.meaning) for name, field in fields.items()
        ]
        assert said.get("required", []) == [name for name, field in fields.items() if field.required]


@for_every_contract
def test_its_json_schema_agrees_with_its_verdicts(contract):
    keeps = jsonschema.Draft202012Validator(json_schema(contract)).is_valid
    told = ("missing-field", "null-value", "wrong-type")  # JSON Schema knows no other spelling, and no NaN
    broken = [case for case in counterexamples(contract) if case.code in told]
    assert [case.name for case in examples(contract) if not keeps(case.usage)] == []
    assert [case.name for case in broken if keeps(case.usage)] == []


@for_every_contract
def test_its_contract_file_is_read_as_the_same_contract_and_printed_as_the_same_text(contract):
    printed = format_contract_file(write_contract(contract))
    again = parse_contract(json.loads(printed))
    assert format_contract_file(write_contract(again)) == printed
    declared = {field.name: field for field in fields(contract) if field.name != "usage"}
    assert {name: getattr(again, name) for name in declared} == {name: getattr(contract, name) for name in declared}


@for_every_contract
def test_its_contract_file_judges_as_it_does(contract):
    again = parse_contract(write_contract(contract))
    for case in (*examples(contract), *counterexamples(contract)):
        verdict, same = (checker(one).check(case.usage) for one in (contract, again))
        assert (same.findings, same.seen, same.rules) == (verdict.findings, verdict.seen, verdict.rules), case.name


@for_every_contract
def test_its_contract_file_makes_the_same_bodies_and_events(contract):
    usage = examples(contract)[0].usage
    for endpoint, same in zip(contract.endpoints, parse_contract(write_contract(contract)).endpoints, strict=True):
        assert same.body == endpoint.body
        if endpoint.body is not None:
            assert make_body(same, usage) == make_body(endpoint, usage)
        if endpoint.stream:
            assert [*make_chunks(same, same.stream, usage, True)] == [
                *make_chunks(endpoint, endpoint.stream, usage, True)
            ]


@for_every_contract
def test_every_endpoint_that_answers_with_a_body_answers_with_what_keeps_it(contract):
    usage = examples(contract)[0].usage
    for endpoint in contract.endpoints:
        if endpoint.body is not None:
            verdict = check_bytes(contract, make_body(endpoint, usage), endpoint=endpoint, demand=True)
            assert (codes(verdict), verdict.wire) == ([], usage), endpoint.path


@for_every_stream
def test_every_stream_with_an_example_at_its_end_folds_to_that_example(contract, endpoint):
    for case in examples(contract):
        stream = b"".join(make_chunks(endpoint, endpoint.stream, case.usage, True))
        verdict = check_bytes(
            contract, stream, endpoint=endpoint, representation=Representation(media_type(endpoint.stream)), demand=True
        )
        assert (codes(verdict), verdict.wire) == ([], case.usage), case.name


@for_every_stream
def test_every_stream_that_is_cut_has_no_usage(contract, endpoint):
    stream = b"".join(make_chunks(endpoint, endpoint.stream, examples(contract)[0].usage, "cut"))
    asked = endpoint.stream.asked is not None  # where none was asked for, none is owed
    verdict = check_bytes(
        contract, stream, endpoint=endpoint, representation=Representation(media_type(endpoint.stream)), demand=asked
    )
    assert codes(verdict) == [("no-terminal-usage", "usage")]


@for_every_contract
def test_every_endpoint_is_found_by_its_own_method_host_and_path(contract):
    everywhere = Routes(among=LAWFUL)
    for endpoint in contract.endpoints:
        path = re.sub(r"\{[^{}]*\}", "x", endpoint.path.replace("**/", "/any/where/"))
        for host in endpoint.hosts:
            assert everywhere.find(endpoint.method, host.replace("*", "x"), path) == (contract, endpoint)


def test_the_index_says_of_every_contract_what_its_module_says():
    assert index_of_providers() == INDEX


@for_every_known_contract
def test_it_is_found_by_its_name_and_by_what_it_alone_is_called(contract):
    called = [name for other in contracts() for name in (other.provider, *other.names)]
    alone = [name for name in contract.names if called.count(name) == 1]
    assert contract.name in alone
    assert {find_contract(name) for name in alone} == {contract}
    assert all(contract in contracts_named(name) for name in contract.names)


@for_every_known_contract
def test_its_provider_has_one_default_at_most(contract):
    assert sum(other.default for other in contracts_named(contract.provider)) <= 1


@for_every_known_contract
def test_its_source_says_which_version_or_which_site_was_read_and_when(contract):
    source = contract.source
    assert source.version or re.fullmatch(r"([a-z-]+\.)+[a-z]+", source.package)
    assert str(source.read) in str(source)
