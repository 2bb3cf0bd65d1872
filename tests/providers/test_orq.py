"""Orq's deployments and images: what three documents promise, and what the calls answer with."""

import re

import pytest
from documented import body, document, facts
from toy import changed, codes

from pytest_usage_contract import ABSENT, Endpoint, find_contract
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing
from pytest_usage_contract.providers.routes import Routes

INVOKE = find_contract("orq/deployments_invoke")
GENERATIONS = find_contract("orq/images_generations")
EDITS = find_contract("orq/images_edits")

HOSTS = ("my.orq.ai", "api.orq.ai")

DOCUMENTS = {
    "orq_deployment_invoke_usage": INVOKE,
    "orq_images_generations_usage": GENERATIONS,
    "orq_images_edits_usage": EDITS,
}

INVOKED = {
    "total_tokens": 87,
    "prompt_tokens": 61,
    "completion_tokens": 26,
    "prompt_tokens_details": {"cached_tokens": 32},
    "completion_tokens_details": {"reasoning_tokens": 12},
}
GENERATED = {
    "input_tokens": 13,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 13},
    "output_tokens": 1056,
    "total_tokens": 1069,
}
EDITED = {
    "total_tokens": 1452,
    "input_tokens": 396,
    "output_tokens": 1056,
    "input_tokens_details": {"text_tokens": 73, "image_tokens": 323},
}

# A chat of another model tells null where a detail is unknown; a call for an image may tell nothing at all.
SPARSE = {
    "total_tokens": 73,
    "prompt_tokens": 61,
    "completion_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": None},
    "completion_tokens_details": None,
}

KEPT = [
    ("orq_deployment_invoke.json", INVOKE, INVOKED),
    ("orq_deployment_stream_sse.txt", INVOKE, INVOKED),
    ("orq_deployment_invoke_null_details.json", INVOKE, SPARSE),
    ("orq_deployment_invoke_minimal.json", INVOKE, None),
    ("orq_images_generations.json", GENERATIONS, GENERATED),
    ("orq_images_generations_minimal.json", GENERATIONS, {"input_tokens_details": {}}),
    ("orq_images_generations_no_usage.json", GENERATIONS, ABSENT),
    ("orq_images_edits.json", EDITS, EDITED),
]

BROKEN = [
    (INVOKE, INVOKED, "prompt_tokens", None, "null-value"),
    (INVOKE, INVOKED, "prompt_tokens_details", None, "null-value"),
    (INVOKE, INVOKED, "total_tokens", 86, "total-mismatch"),
    (INVOKE, INVOKED, "prompt_tokens_details.cached_tokens", 62, "part-exceeds-whole"),
    (INVOKE, INVOKED, "completion_tokens_details.reasoning_tokens", 27, "part-exceeds-whole"),
    (GENERATIONS, GENERATED, "input_tokens_details", ABSENT, "missing-field"),
    (GENERATIONS, GENERATED, "input_tokens_details", None, "null-value"),
    (EDITS, EDITED, "input_tokens_details.text_tokens", ABSENT, "missing-field"),
    *(
        row
        for images in ((GENERATIONS, GENERATED), (EDITS, EDITED))
        for row in (
            (*images, "total_tokens", 1, "total-mismatch"),
            (*images, "input_tokens_details.text_tokens", 2_000, "part-exceeds-whole"),
            (*images, "input_tokens_details.image_tokens", 2_000, "part-exceeds-whole"),
        )
    ),
]


@pytest.mark.parametrize("page, contract", DOCUMENTS.items())
def test_each_contract_says_what_its_document_says(page, contract):
    assert facts(contract) == document(page)
    assert all(field.counts for field in checker(contract).fields if field.type == "number")


def test_a_deployment_may_tell_no_usage_in_its_body_and_in_the_event_that_is_final():
    end = Framing(terminal={"is_final": (True,)}, presence="nullable")
    assert INVOKE.endpoints == tuple(
        Endpoint(path=f"/v2/deployments/{call}", hosts=HOSTS, presence="nullable", stream=end)
        for call in ("invoke", "stream")
    )
    assert [endpoint.body is None for endpoint in INVOKE.endpoints] == [False, True]


@pytest.mark.parametrize("contract, call", [(GENERATIONS, "generations"), (EDITS, "edits")])
def test_the_calls_for_images_have_moved_twice_with_their_usage_unchanged(contract, call):
    assert contract.endpoints == tuple(
        Endpoint(path=f"/v2/{prefix}/images/{call}", hosts=HOSTS) for prefix in ("proxy", "gateway", "router")
    )


def test_variations_of_images_are_another_call():
    assert Routes(among=DOCUMENTS.values()).find("POST", "my.orq.ai", "/v2/proxy/images/variations") is None


@pytest.mark.parametrize("name, contract, usage", KEPT)
def test_a_body_keeps_the_contract_of_its_call(name, contract, usage):
    verdict = check_bytes(contract, body(name))
    assert (codes(verdict), verdict.wire) == ([], usage)


@pytest.mark.parametrize("contract, usage, path, value, code", BROKEN)
def test_a_value_breaks_the_contract_of_its_call(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("contract, usage", [(GENERATIONS, GENERATED), (EDITS, EDITED)])
def test_text_and_images_make_up_the_input(contract, usage):
    details = {"text_tokens": 1, "image_tokens": 2}
    assert codes(checker(contract).check({**usage, "input_tokens_details": details})) == [
        ("parts-mismatch", "usage.input_tokens")
    ]


@pytest.mark.parametrize("contract, told", [(GENERATIONS, (None, None, None)), (EDITS, (4003.34, 6587.59, 2802.74))])
def test_the_counts_of_the_documentation_mean_what_it_says(contract, told):
    tokens = checker(contract).check(dict(contract.example)).tokens
    assert (tokens.input, tokens.output, tokens.total) == told


def test_an_empty_usage_of_a_deployment_keeps_its_contract():
    assert codes(checker(INVOKE).check({})) == []
    assert checker(INVOKE).check({}).usage.total_tokens is ABSENT


def test_the_erratum_of_edits_quotes_the_example_of_the_document():
    quoted = re.findall(r"\d+\.\d+", EDITS.erratum)
    assert quoted == ["4003.34", "6587.59", "2802.74", "2483.99", "321.55", "4003.34"]
    assert all(number in document("orq_images_edits_usage")["example"] for number in quoted)
