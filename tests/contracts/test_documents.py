"""Contract and document agree, field by field; what no document shows is held against what was read of the API."""

import re
import tomllib
from pathlib import Path

import pytest

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.usage import ABSENT

DOCUMENTS = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[1] / "data" / "documents").glob("*.toml"))
}

# Of the objects inside, the pages show no more than links and examples: name, required, null allowed.
INSIDE = {
    "atoma/completions": [
        ("completion_tokens_details.accepted_prediction_tokens", True, False),
        ("completion_tokens_details.audio_tokens", True, False),
        ("completion_tokens_details.reasoning_tokens", True, False),
        ("completion_tokens_details.rejected_prediction_tokens", True, False),
        ("prompt_tokens_details.audio_tokens", True, False),
        ("prompt_tokens_details.cached_tokens", True, False),
    ],
    "openrouter/alpha_responses": [
        ("input_tokens_details.cached_tokens", True, False),
        ("output_tokens_details.reasoning_tokens", True, False),
    ],
    "orq/deployments_invoke": [
        ("prompt_tokens_details.cached_tokens", False, True),
        ("completion_tokens_details.reasoning_tokens", False, True),
    ],
    "orq/images_generations": [
        ("input_tokens_details.image_tokens", False, False),
        ("input_tokens_details.text_tokens", False, False),
    ],
    "orq/images_edits": [
        ("input_tokens_details.text_tokens", True, False),
        ("input_tokens_details.image_tokens", True, False),
    ],
}

# Method, host, path, what the body owes, and what a stream owes at its end, if there is one.
ENDPOINTS = {
    "atoma/completions": [("POST", "api.atoma.network", "/v1/completions", "required", "required")],
    "openrouter/alpha_responses": [
        ("POST", "openrouter.ai", "/api/alpha/responses", "optional", "required"),
        ("POST", "openrouter.ai", "/api/v1/responses", "nullable", "nullable"),
    ],
    "orq/deployments_invoke": [
        ("POST", "my.orq.ai api.orq.ai", f"/v2/deployments/{call}", "nullable", "nullable")
        for call in ("invoke", "stream")
    ],
    **{
        f"orq/images_{call}": [
            ("POST", "my.orq.ai api.orq.ai", f"/v2/{prefix}/images/{call}", "optional", None)
            for prefix in ("proxy", "gateway", "router")
        ]
        for call in ("generations", "edits")
    },
}

BREAKING_EXAMPLES = {
    "openrouter/alpha_responses": ["input_tokens_details.cached_tokens", "total_tokens"],
    "orq/images_edits": ["total_tokens", "input_tokens"],
}

documented = pytest.mark.parametrize("document", [pytest.param(page, id=name) for name, page in DOCUMENTS.items()])
contracted = pytest.mark.parametrize("contract", contracts(), ids=str)


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def on_the_wire(value):
    return {snake(name): on_the_wire(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def keys_in_order(value):
    return [(key, keys_in_order(inner)) for key, inner in value.items()] if isinstance(value, dict) else value


def test_there_are_five_contracts_and_a_document_for_each():
    assert [str(contract) for contract in contracts()] == [
        "atoma/completions",
        "openrouter/alpha_responses",
        "orq/deployments_invoke",
        "orq/images_generations",
        "orq/images_edits",
    ]
    assert sorted(page["contract"] for page in DOCUMENTS.values()) == sorted(map(str, contracts()))


@documented
def test_a_contract_has_the_fields_of_its_document_in_the_order_of_its_document(document):
    fields = find_contract(document["contract"]).shape.fields.values()
    assert [(field.name, field.type, field.required, field.nullable) for field in fields] == [
        (snake(row["name"]), row["type"], row["required"], row.get("nullable", False)) for row in document["fields"]
    ]


@documented
def test_a_contract_shows_the_example_of_its_document_value_for_value_in_wire_spelling(document):
    contract = find_contract(document["contract"])
    if "example" not in document:
        assert contract.example is None
        return
    assert keys_in_order(contract.example) == keys_in_order(on_the_wire(document["example"]))


@documented
def test_an_example_beside_a_field_is_the_one_in_the_example_of_the_whole(document):
    for row in document["fields"]:
        if "example" in row:
            assert document["example"][row["name"]] == row["example"]


@documented
def test_a_contract_says_where_its_promise_was_read(document):
    contract = find_contract(document["contract"])
    assert (contract.source.document, contract.source.package) == (document["document"], document["package"])
    assert contract.source.version
    assert str(contract.source) == f"{document['document']} of {document['package']}, read {contract.source.read}"


@documented
def test_a_contract_is_found_by_its_name_and_by_its_document(document):
    assert find_contract(document["contract"]) is find_contract(document["document"])


@documented
def test_the_names_of_the_document_are_known_as_those_of_an_sdk(document):
    contract = find_contract(document["contract"])
    if document["naming"] == "camelCase":
        assert judge(contract, document["example"], either_spelling=True).findings == ()
        assert {found.code for found in judge(contract, document["example"]).findings} == {"sdk-spelling"}


@contracted
def test_a_contract_has_the_fields_inside_objects_that_were_read_of_the_api(contract):
    inside = [field for field in contract.fields if field.path.count(".") == 2]
    assert [(f.path.removeprefix("usage."), f.required, f.nullable) for f in inside] == INSIDE[contract.name]
    assert {field.type for field in inside} == {"number"}
    assert all(field.counts for field in inside)


@contracted
def test_every_documented_field_has_a_meaning(contract):
    for field in contract.fields:
        assert re.fullmatch(r"[A-Z][^\n]+[^.\s]\.", field.meaning), field.path


@contracted
def test_a_contract_knows_its_endpoints(contract):
    assert ENDPOINTS[contract.name] == [
        (
            place.method,
            " ".join(place.hosts),
            place.path,
            place.presence,
            place.stream and place.stream.presence,
        )
        for place in contract.endpoints
    ]
    assert {place.at for place in contract.endpoints} == {"usage"}


@contracted
def test_the_documented_example_keeps_its_contract(contract):
    if contract.example is not None:
        verdict = judge(contract, contract.example)
        assert verdict.findings == ()
        assert isinstance(verdict.usage, contract.usage)


@contracted
def test_an_erratum_is_told_of_an_example_that_does_not_add_up(contract):
    counts = judge(contract, {**(contract.example or {}), "undocumented": 1})
    sums = [found for found in counts.of("accounting") if found.code != "fractional-count"]
    broken = [found.path.removeprefix("usage.") for found in sums]
    assert broken == BREAKING_EXAMPLES.get(contract.name, [])
    assert bool(contract.erratum) == bool(broken) or contract.name == "atoma/completions"


@contracted
def test_an_erratum_quotes_numbers_that_stand_in_the_example(contract):
    def numbers(value):
        return [n for inner in value.values() for n in numbers(inner)] if isinstance(value, dict) else [str(value)]

    assert {*re.findall(r"\d+\.\d+", contract.erratum)} <= {*numbers(contract.example or {})}


def test_what_the_erratum_of_atoma_says_is_what_its_servers_send():
    sent = {
        "prompt_tokens": 24,
        "total_tokens": 40,
        "completion_tokens": 16,
        "prompt_tokens_details": None,
    }
    assert [(found.code, found.path) for found in judge(find_contract("atoma"), sent).findings] == [
        ("missing-field", "usage.completion_tokens_details"),
        ("null-value", "usage.prompt_tokens_details"),
    ]


def test_an_empty_usage_keeps_the_contract_in_which_everything_is_optional():
    verdict = judge(find_contract("orq/deployments_invoke"), {})
    assert verdict.findings == ()
    assert verdict.usage.total_tokens is ABSENT


@pytest.mark.parametrize(
    "name, findings",
    [
        ("orq/images_generations", []),
        (
            "orq/images_edits",
            [
                ("missing-field", "usage.input_tokens_details.text_tokens"),
                ("missing-field", "usage.input_tokens_details.image_tokens"),
            ],
        ),
    ],
)
def test_empty_details_keep_one_contract_of_images_and_break_the_other(name, findings):
    usage = {"total_tokens": 3, "input_tokens": 1, "output_tokens": 2, "input_tokens_details": {}}
    assert [(found.code, found.path) for found in judge(find_contract(name), usage).findings] == findings
