"""The answer is good, and its usage is not: the plugin fails this test, though every assertion in it holds."""

import pytest
from assistant import ask

from pytest_usage_contract import UsageContractError


@pytest.mark.xfail(reason="the gateway sends counts as strings", raises=UsageContractError, strict=True)
def test_it_asks_a_gateway_that_quotes_its_numbers(respx_mock, body):
    body["usage"]["total_tokens"] = "165"
    del body["usage"]["output_tokens_details"]
    respx_mock.post("https://openrouter.ai/api/v1/responses").respond(json=body)

    assert ask("What do sailors say?") == "Ahoy!"
