"""A contract's usage as JSON Schema, for tools that speak it."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.usage import ABSENT


class _WithoutAbsent(GenerateJsonSchema):
    """A field that may be absent is one that is not required; `ABSENT` is no JSON value to show as a default."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is ABSENT:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def json_schema(contract: Contract) -> dict[str, Any]:
    """Return the usage of *contract*, titled with its name and described with its source."""
    schema = contract.usage.model_json_schema(schema_generator=_WithoutAbsent)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": contract.name,
        "description": f"documented in {contract.source}",
    }
