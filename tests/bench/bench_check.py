# ruff: noqa: T201 - it prints what it measured
"""The budgets of judging: against bare pydantic, against merely reading the response, and against peers.

Not tests: what they find is printed, and no number fails them. Peers that are not installed are left out.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import jsonschema_rs
import pytest
from pydantic import BaseModel

from pytest_usage_contract import assert_usage, json_schema
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.providers.registry import contracts, find_contract

CONTRACT = find_contract("openrouter/alpha_responses")

BODIES = Path(__file__).parents[1] / "data" / "bodies"

SCHEMA: dict[str, Any] = json_schema(CONTRACT)


def responses_body() -> dict[str, Any]:
    """A response of 1.2 kB: one reasoning step, one message, one tool."""
    body = json.loads((BODIES / "openrouter_alpha_responses.json").read_text("utf-8"))
    usage = body.pop("usage")
    summary = {"type": "summary_text", "text": "Count the boats"}
    body["output"].insert(0, {"type": "reasoning", "id": "rs_harbour", "summary": [summary]})
    berth = {"berth": {"type": "integer"}, "tide": {"type": "string", "enum": ["high", "low"]}}
    body["tools"] = [
        {
            "type": "function",
            "name": "depth",
            "description": "Depth at a berth",
            "strict": True,
            "parameters": {"type": "object", "properties": berth, "required": ["berth"]},
        }
    ]
    more = {
        "completed_at": 1758834853,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "max_output_tokens": None,
        "previous_response_id": None,
        "store": False,
        "service_tier": "default",
        "truncation": "disabled",
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "text"}},
    }
    return {**body, **more, "usage": usage}


BODY = responses_body()
USAGE: dict[str, Any] = BODY["usage"]
RAW = json.dumps(BODY, separators=(",", ":")).encode()
"""As a provider sends it, and as `httpx.Response(json=…)` writes it."""

ONE_WRONG = {**USAGE, "total_tokens": "165"}
THREE_WRONG = {**USAGE, "input_tokens": "120", "total_tokens": None, "output_tokens": True}

IMAGES = json.dumps({"data": [{"b64_json": "iVBORw0KGgo" + "A" * 2_000_000}], "usage": USAGE}).encode()

PYDANTIC = "pydantic: Model.model_validate"
REQUEST = httpx.Request("POST", "https://openrouter.ai/api/alpha/responses")


class Envelope(BaseModel):
    usage: object


def test_a_parsed_usage_against_bare_pydantic(table):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    in_rust = jsonschema_rs.validator_for(SCHEMA)
    times = table(
        "a parsed usage",
        {
            PYDANTIC: lambda: CONTRACT.usage.model_validate(USAGE),
            "judge, kept": lambda: checker(CONTRACT).check(USAGE),
            "judge, one violation": lambda: checker(CONTRACT).check(ONE_WRONG),
            "judge, three violations": lambda: checker(CONTRACT).check(THREE_WRONG),
            "jsonschema iter_errors, kept": lambda: [*validator.iter_errors(USAGE)],
            "jsonschema iter_errors, three violations": lambda: [*validator.iter_errors(THREE_WRONG)],
            "jsonschema-rs iter_errors, kept": lambda: [*in_rust.iter_errors(USAGE)],
            "jsonschema-rs iter_errors, three violations": lambda: [*in_rust.iter_errors(THREE_WRONG)],
        },
        {"judge, kept": "≤ 2 ×", "judge, one violation": "≤ 8 ×", "judge, three violations": "≤ 8 ×"},
    )
    faster = times.ratio("jsonschema iter_errors, kept", "judge, kept")
    print(f"  judge is {faster:.1f} × faster than jsonschema  budget ≥ 10 ×")


def test_a_held_response_against_reading_it(table):
    response = httpx.Response(200, content=RAW, request=REQUEST, headers={"content-type": "application/json"})
    validator = jsonschema.Draft202012Validator(SCHEMA)
    times = table(
        f"a held response of {len(RAW)} bytes",
        {
            "response.json()": response.json,
            "check_bytes": lambda: check_bytes(CONTRACT, response.content),
            "assert_usage, named": lambda: assert_usage(response, "openrouter"),
            "assert_usage, settled": lambda: assert_usage(response, CONTRACT),
            "response.json() and jsonschema": lambda: [*validator.iter_errors(response.json()["usage"])],
            **schemathesis_job(response),
        },
        {"assert_usage, named": "≤ 0.6 ×"},
    )
    faster = times.ratio("response.json() and jsonschema", "assert_usage, named")
    print(f"  assert_usage is {faster:.1f} × faster than response.json() and jsonschema  budget ≥ 10 ×")


def schemathesis_job(response):
    """The check of schemathesis, which judges whole responses, where it is installed."""
    if find_spec("schemathesis") is None:
        return {}
    import schemathesis

    content = {"application/json": {"schema": {"type": "object", "properties": {"usage": SCHEMA}}}}
    operation = {"post": {"responses": {"200": {"description": "", "content": content}}}}
    api = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {"/api/alpha/responses": operation}}
    judged = schemathesis.openapi.from_dict(api)["/api/alpha/responses"]["POST"]
    return {"schemathesis: validate_response": lambda: judged.validate_response(response)}


def test_a_body_of_2_mb_against_an_envelope(table):
    times = table(
        "a body of 2 MB",
        {
            "pydantic: validate_json of an envelope": lambda: Envelope.model_validate_json(IMAGES),
            "check_bytes": lambda: check_bytes(CONTRACT, IMAGES),
            "json.loads": lambda: json.loads(IMAGES),
        },
        {"check_bytes": "≤ 1.5 ×"},
        lasting=0.01,
    )
    print(f"  check_bytes is {times.ratio('json.loads', 'check_bytes'):.1f} × faster than json.loads  budget ≥ 4 ×")


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_the_kept_usage_of_every_contract(table, contract):
    usage = {name: filled(field) for name, field in checker(contract).tree.fields.items()}
    jobs = {
        PYDANTIC: lambda: contract.usage.model_validate(usage),
        "judge, kept": lambda: checker(contract).check(usage),
        "judge, the least there may be": lambda: checker(contract).check(contract.example or {}),
    }
    table(contract.name, jobs, {"judge, kept": "≤ 2 ×"})


def filled(field):
    return {name: filled(inner) for name, inner in field.shape.fields.items()} if field.shape else 0


def test_growth_with_the_body(table):
    bodies = {size: json.dumps({**BODY, "text": "x" * size}).encode() for size in (1_000, 10_000, 100_000, 1_000_000)}
    jobs = {f"{size:>9,} bytes": lambda raw=raw: check_bytes(CONTRACT, raw) for size, raw in bodies.items()}
    table("growth with the body", jobs)


def test_growth_with_the_findings(table):
    usages = {count: {**USAGE, **{f"new_{number}": 1 for number in range(count)}} for count in (10, 100, 1_000)}
    jobs = {
        f"{count:>5} findings": lambda usage=usage: checker(CONTRACT).check(usage) for count, usage in usages.items()
    }
    table("growth with the findings", jobs)
