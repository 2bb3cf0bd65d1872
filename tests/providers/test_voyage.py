"""Voyage AI: the one count of embeddings and ranks, and the four of what is more than text."""

import pytest
from toy import changed, codes

from pytest_usage_contract import ABSENT, Tokens, find_contract
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.providers.routes import known_routes

EMBEDDINGS, MULTIMODAL = find_contract("voyage/embeddings"), find_contract("voyage/multimodal_embeddings")
RERANK = find_contract("voyage/rerank")

EMBEDDED = {"total_tokens": 7}
SEEN = {"text_tokens": 5, "image_pixels": 2_000_000, "video_pixels": 0, "total_tokens": 3576}


@pytest.mark.parametrize("host", ["api.voyageai.com", "ai.mongodb.com"])
@pytest.mark.parametrize(
    "path, contract",
    [
        ("/v1/embeddings", EMBEDDINGS),
        ("/v1/contextualizedembeddings", EMBEDDINGS),
        ("/v1/multimodalembeddings", MULTIMODAL),
        ("/v1/rerank", RERANK),
        ("/embeddings", None),
        ("/v1/files", None),
    ],
)
def test_a_call_falls_under_the_promise_at_its_path(host, path, contract):
    place = known_routes().find("POST", host, path)
    assert (place and place.contract) is contract


def test_embeddings_are_meant_by_the_bare_provider():
    assert find_contract("voyage") is EMBEDDINGS


@pytest.mark.parametrize("contract, usage", [(EMBEDDINGS, EMBEDDED), (RERANK, EMBEDDED), (MULTIMODAL, SEEN)])
def test_a_usage_keeps_its_contract_and_tells_a_total_only(contract, usage):
    verdict = checker(contract).check(usage)
    assert (codes(verdict), verdict.tokens) == ([], Tokens(total=usage["total_tokens"]))


@pytest.mark.parametrize(
    "contract, usage, path, value, code",
    [
        *((contract, EMBEDDED, "total_tokens", "7", "wrong-type") for contract in (EMBEDDINGS, RERANK)),
        (EMBEDDINGS, EMBEDDED, "total_tokens", ABSENT, "missing-field"),
        (EMBEDDINGS, EMBEDDED, "total_tokens", None, "null-value"),
        (EMBEDDINGS, EMBEDDED, "total_tokens", 7.5, "wrong-type"),
        (EMBEDDINGS, EMBEDDED, "prompt_tokens", 7, "undocumented-field"),
        (MULTIMODAL, SEEN, "video_pixels", ABSENT, "missing-field"),
    ],
)
def test_a_value_that_the_client_would_fail_on_breaks_its_contract(contract, usage, path, value, code):
    assert codes(checker(contract).check(changed(usage, path, value))) == [(code, f"usage.{path}")]


@pytest.mark.parametrize("contract", [EMBEDDINGS, MULTIMODAL, RERANK], ids=str)
def test_a_body_without_its_usage_breaks_it(contract):
    assert codes(check_bytes(contract, b'{"object": "list"}')) == [("no-usage", "usage")]
