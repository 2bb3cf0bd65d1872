"""What is known of providers: the facts of their pages, and bodies as they send them."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pytest_usage_contract import Contract
from pytest_usage_contract.core.checker import checker

DATA = Path(__file__).parents[1] / "data"


def body(name: str) -> bytes:
    """Return a body, or a stream of events, as a provider sends it."""
    return (DATA / "bodies" / name).read_bytes()


def document(name: str) -> dict[str, object]:
    """Return the facts of a page, with its names as they are on the wire.

    Each field is a row of its path, its type, whether it is required, and whether it may be null.
    """
    page = tomllib.loads((DATA / "documents" / f"{name}.toml").read_text("utf-8"))
    return {
        "contract": page["contract"],
        "source": f"{page['document']} of {page['package']}",
        "fields": [*_rows(page["fields"], "usage")],
        "example": json.dumps(_on_the_wire(page.get("example"))),  # as text, since the order of names is a fact, too
    }


def facts(contract: Contract) -> dict[str, object]:
    """Return what a contract says of the facts that a page has."""
    return {
        "contract": contract.name,
        "source": f"{contract.source.document} of {contract.source.package}",
        "fields": [(field.path, field.type, field.required, field.nullable) for field in checker(contract).fields],
        "example": json.dumps(contract.example),
    }


def _rows(fields: list[dict[str, object]], above: str) -> Iterator[tuple[str, str, bool, bool]]:
    for field in fields:
        path = f"{above}.{_snake(field['name'])}"
        yield path, field["type"], field["required"], field.get("nullable", False)
        yield from _rows(field.get("fields", []), path)


def _on_the_wire(value: object) -> object:
    return {_snake(name): _on_the_wire(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
