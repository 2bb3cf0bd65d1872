"""Gateways and test servers, which the ini file maps to contracts."""

import pytest
from shop import respond


@pytest.mark.parametrize(
    "url, contract",
    [
        ("http://127.0.0.1:4000/v1/responses", ["openrouter/alpha_responses"]),
        ("http://127.0.0.1:4001/v1/responses", []),
        ("http://gateway.test:8080/some/v2/deployments/invoke", ["orq/deployments_invoke"]),
        ("http://gateway.test/v2/router/images/edits", ["orq/router_images_edits"]),
        ("https://proxy.test/llm/anything", ["atoma/completions"]),
        ("https://proxy.test/other", []),
    ],
)
@pytest.mark.usage_contract(fail_on="none")
def test_place(url, contract, usage_exchanges):
    respond(url=url)
    assert [exchange.contract for exchange in usage_exchanges] == contract
