"""Chats in OpenAI's form, for the tests of the many providers that have it."""

import json
from collections.abc import Mapping

from pytest_usage_contract import Contract
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.fields import Field
from pytest_usage_contract.core.stream import asks_for_usage
from pytest_usage_contract.providers.routes import Routes


def said(contract: Contract) -> dict[str, str]:
    """Return what a contract says of each field: `integer required`, `number null?` where null is unknown."""
    return {field.path.removeprefix("usage."): _in_words(field) for field in checker(contract).fields}


def _in_words(field: Field) -> str:
    null = "null?" if "null" in field.unknown else "null" if field.nullable else ""
    return " ".join(filter(None, (field.type, "required" if field.required else "", null)))


def found(among: list[Contract], call: str) -> str:
    """Return the name of the contract that a call falls under: `POST api.acme.example/v1/chat/completions`."""
    method, _, url = call.partition(" ")
    host, slash, path = url.partition("/")
    route = Routes(among=among).find(method, host, slash + path)
    return route.contract.name if route else ""


def body(usage: object, at: str = "usage") -> bytes:
    """Return a body that has *usage*."""
    return json.dumps({"id": "1", "choices": [], at: usage}).encode()


def chunk(finish: str | None = None, **beside: object) -> Mapping[str, object]:
    """Return a chunk of a stream with one choice."""
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], **beside}


def alone(usage: object) -> Mapping[str, object]:
    """Return a chunk that is there for the usage alone."""
    return {"choices": [], "usage": usage}


def owes_when_asked(contract: Contract) -> bool:
    """Tell whether a stream owes a usage since `include_usage` asks for it."""
    return asks_for_usage(contract.documented.stream, b'{"stream_options": {"include_usage": true}}')


CUT = [("no-terminal-usage", "usage")]
