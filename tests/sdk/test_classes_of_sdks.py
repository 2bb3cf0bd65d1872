"""The usage classes of the providers' real SDKs, read into contract files as they are installed."""

from importlib.metadata import version

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract_file import parse_contract
from pytest_usage_contract.documents import read_document

CLASSES = [
    (
        "openai.types:CompletionUsage",
        "openai",
        {
            "usage.total_tokens": "integer required",
            "usage.prompt_tokens_details": "object null?",
            "usage.prompt_tokens_details.cached_tokens": "integer null?",
        },
    ),
    (
        "openai.types.responses:ResponseUsage",
        "openai",
        {
            "usage.input_tokens_details": "object required",
            "usage.output_tokens_details.reasoning_tokens": "integer required",
        },
    ),
    (
        "openai.types.audio.transcription:Usage",  # one of several objects
        "openai",
        {"usage.type": "string required", "usage.seconds": "number", "usage.total_tokens": "integer"},
    ),
    (
        "anthropic.types:Usage",
        "anthropic",
        {
            "usage.input_tokens": "integer required",
            "usage.cache_creation.ephemeral_1h_input_tokens": "integer required",
            "usage.service_tier": "string null?",
        },
    ),
    (
        "openrouter.components:ChatUsage",
        "openrouter",
        {
            "usage.prompt_tokens": "integer required",
            "usage.cost": "number null",
            "usage.is_byok": "boolean",
            "usage.prompt_tokens_details": "object null",
            "usage.prompt_tokens_details.cached_tokens": "integer",
            "usage.completion_tokens_details.reasoning_tokens": "integer null",
        },
    ),
    (
        "orq_ai_sdk.models:CreateChatCompletionUsage",
        "orq-ai-sdk",
        {
            "usage.total_tokens": "number",
            "usage.prompt_tokens_details": "object null",
            "usage.completion_tokens_details.reasoning_tokens": "number null",
        },
    ),
    (
        "google.genai.types:GenerateContentResponseUsageMetadata",
        "google-genai",
        {
            "usage.totalTokenCount": "integer null?",
            "usage.promptTokensDetails": "list null?",
            "usage.promptTokensDetails[].tokenCount": "integer null?",
            "usage.promptTokensDetails[].modality": "string null?",
            "usage.trafficType": "string null?",
        },
    ),
]


@pytest.mark.parametrize("document,package,fields", CLASSES, ids=[case[0] for case in CLASSES])
def test_the_class_of_a_real_sdk_is_read(document, package, fields):
    read = read_document(document)
    contract = parse_contract(read.data)
    found = {}
    for field in checker(contract).fields:
        null = "null?" if "null" in field.unknown else "null" if field.nullable else ""
        found[field.path] = " ".join(filter(None, (field.type, "required" if field.required else "", null)))
    assert {path: found.get(path) for path in fields} == fields
    assert (contract.source.package, contract.source.version) == (package, version(package))
    assert read.remarks == ()
