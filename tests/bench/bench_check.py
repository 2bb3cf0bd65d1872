"""Judging, against bare pydantic, against merely reading the response, and against peers."""

import json
import statistics
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import jsonschema_rs
import pytest
import schemathesis
from measuring import measured
from pydantic import BaseModel

from pytest_usage_contract import assert_usage, check_usage, examples, json_schema
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.typed_proof import type_envelope
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

TEXT = {"type": "message", "content": [{"type": "output_text", "text": "Lorem ipsum dolor sit amet, " * 34}]}
LONG = json.dumps({"id": "x", "output": [TEXT], "usage": USAGE}).encode()

ONE_WRONG = {**USAGE, "total_tokens": "165"}
THREE_WRONG = {**USAGE, "input_tokens": "120", "total_tokens": None, "output_tokens": True}

IMAGES = json.dumps({"data": [{"b64_json": "iVBORw0KGgo" + "A" * 2_000_000}], "usage": USAGE}).encode()

PYDANTIC = "pydantic: Model.model_validate"
REQUEST = httpx.Request("POST", "https://openrouter.ai/api/alpha/responses")


class Envelope(BaseModel):
    usage: object


def read_texts(verdict):
    return [(found.expected, found.actual, found.message) for found in verdict.findings]


def test_a_parsed_usage_against_bare_pydantic(table):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    in_rust = jsonschema_rs.validator_for(SCHEMA)
    table(
        "A parsed usage",
        {
            PYDANTIC: lambda: CONTRACT.usage.model_validate(USAGE),
            "judged, kept": lambda: checker(CONTRACT).check(USAGE),
            "judged, one finding": lambda: checker(CONTRACT).check(ONE_WRONG),
            "judged, three findings": lambda: checker(CONTRACT).check(THREE_WRONG),
            "judged, three findings, texts read": lambda: read_texts(checker(CONTRACT).check(THREE_WRONG)),
            "jsonschema iter_errors, kept": lambda: [*validator.iter_errors(USAGE)],
            "jsonschema iter_errors, three errors": lambda: [*validator.iter_errors(THREE_WRONG)],
            "jsonschema-rs iter_errors, kept": lambda: [*in_rust.iter_errors(USAGE)],
            "jsonschema-rs iter_errors, three errors": lambda: [*in_rust.iter_errors(THREE_WRONG)],
        },
        {"judged, kept": 1.3, "judged, three findings": 4, "judged, three findings, texts read": 6},
    )


MANY = {**USAGE, **{f"new_{number}": 1 for number in range(1_000)}}


def test_a_thousand_undocumented_fields_against_bare_pydantic(table):
    table(
        "A parsed usage with 1,000 undocumented fields",
        {
            PYDANTIC: lambda: CONTRACT.usage.model_validate(MANY),
            "nothing judged, but a path and a tuple made of each": lambda: [
                (CONTRACT.name, "undocumented-field", f"usage.{name}", value) for name, value in MANY.items()
            ],
            "judged": lambda: checker(CONTRACT).check(MANY),
            "judged, texts read": lambda: read_texts(checker(CONTRACT).check(MANY)),
        },
        {"judged": 8},
        note="The budget is half a millisecond on a machine on which pydantic takes 62 µs for it.",
    )


LIMIT = "the limit: pydantic reads the typed usage, and nothing else"

HELD = {
    "of many fields": (RAW, 0.55),
    "of one long text": (LONG, 0.75),
}


@pytest.mark.parametrize("name", HELD)
def test_a_held_response_against_reading_it(table, name):
    raw, budget = HELD[name]
    response = httpx.Response(200, content=raw, request=REQUEST, headers={"content-type": "application/json"})
    response.elapsed = timedelta(milliseconds=1)  # as of one that was sent; schemathesis asks for it
    validator = jsonschema.Draft202012Validator(SCHEMA)
    envelope = type_envelope(CONTRACT.usage.__pydantic_core_schema__)
    table(
        f"A held response of {len(raw):,} bytes, {name}",
        {
            "response.json()": response.json,
            LIMIT: lambda: envelope.validate_json(response.content),
            "check_usage": lambda: check_usage(response, "openrouter"),
            "assert_usage, by the name of a provider": lambda: assert_usage(response, "openrouter"),
            "assert_usage, by the name of a contract": lambda: assert_usage(response, CONTRACT.name),
        },
        {"assert_usage, by the name of a provider": budget, "assert_usage, by the name of a contract": budget},
        note="The *limit* knows no address, no sign and no sum, and nothing of what is undocumented.",
    )
    peers = {
        "response.json() and jsonschema": (lambda: [*validator.iter_errors(response.json()["usage"])], 0.1),
        "schemathesis: validate_response": (schemathesis_job(response), 0.05),
    }
    for peer, (job, most) in peers.items():
        least = {LIMIT: lambda: envelope.validate_json(response.content)}
        jobs = {peer: job, **least, "assert_usage": lambda: assert_usage(response, "openrouter")}
        table(f"A held response of {len(raw):,} bytes, {name}, against {peer}", jobs, {"assert_usage": most})


def schemathesis_job(response):
    """The check of schemathesis, which judges whole responses."""
    content = {"application/json": {"schema": {"type": "object", "properties": {"usage": SCHEMA}}}}
    operation = {"post": {"responses": {"200": {"description": "", "content": content}}}}
    api = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {"/api/alpha/responses": operation}}
    judged = schemathesis.openapi.from_dict(api)["/api/alpha/responses"]["POST"]
    return lambda: judged.validate_response(response)


def test_a_body_of_2_mb_against_an_envelope(table):
    table(
        "A body of 2 MB",
        {
            "pydantic: validate_json of an envelope": lambda: Envelope.model_validate_json(IMAGES),
            "check_bytes": lambda: check_bytes(CONTRACT, IMAGES),
            "json.loads": lambda: json.loads(IMAGES),
        },
        {"check_bytes": 1.1},
        lasting=0.01,
    )


def test_the_kept_usage_of_every_contract(table):
    """Each against its own model: the worst of them is told."""
    rounds, lasting = (1, 0) if table.once else (9, 0.0005)
    worst = {each.name: measured(both_ways(each), rounds=rounds, lasting=lasting) for each in contracts()}
    name = max(
        worst, key=lambda name: statistics.median(worst[name]["kept"]) / statistics.median(worst[name][PYDANTIC])
    )
    if not table.once:
        table.tell(f"The contract whose full usage is slowest to be judged, of {len(worst)}: {name}", worst[name])


def both_ways(contract):
    usage = next(case.usage for case in examples(contract) if case.name.startswith("full"))
    checker(contract).check(usage)  # so that what is built once is built by now
    return {PYDANTIC: lambda: contract.usage.model_validate(usage), "kept": lambda: checker(contract).check(usage)}


def test_growth_with_the_body(table):
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    bodies = {size: json.dumps({**BODY, "text": "x" * size}).encode() for size in sizes}
    jobs = {f"{size:,} bytes": lambda raw=raw: check_bytes(CONTRACT, raw) for size, raw in bodies.items()}
    table("Growth with the body", jobs)


def test_growth_with_the_findings(table):
    usages = {number: {**USAGE, **{f"new_{each}": 1 for each in range(number)}} for number in (10, 100, 1_000)}
    jobs = {
        f"{number:,} findings": lambda usage=usage: checker(CONTRACT).check(usage) for number, usage in usages.items()
    }
    table("Growth with the findings", jobs)
