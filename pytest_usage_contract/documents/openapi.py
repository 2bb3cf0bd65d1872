"""Find the schema of the usage in a document of OpenAPI or JSON Schema, and the call that promises it."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_usage_contract.core.contract import Endpoint, Presence
from pytest_usage_contract.documents import parsers
from pytest_usage_contract.documents.document_files import DocumentError, Library, Position, quote, read_text
from pytest_usage_contract.documents.parsers import format_pointer, parse_pointer
from pytest_usage_contract.documents.schemas import Schemas, Spot
from pytest_usage_contract.documents.terms import Model, Nested, OrNull, Term

METHODS: Final = ("get", "put", "post", "delete", "patch")
USAGE_PLACES: Final = ("usage", "response.usage", "data.usage")
"""Places of the usage in a body, tried in this order."""


class DataDocuments:
    """The documents of a library, each parsed once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._loaded: dict[str, tuple[Any, str]] = {}

    def __call__(self, path: str) -> tuple[Any, str]:
        """Return a document and its text; raise `DocumentError` if it cannot be read."""
        if path not in self._loaded:
            shown = self.library.display_path(path)
            text = read_text(self.library, path)
            if text is None:
                raise DocumentError(Position(shown), "there is no such document")
            try:
                self._loaded[path] = (parse_data(shown, text), text)
            except RecursionError:
                raise DocumentError(Position(shown), "nested too deeply") from None
        return self._loaded[path]


def parse_data(shown: str, text: str) -> Any:
    if shown.endswith(".json"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as fault:
            raise DocumentError(Position(shown, fault.lineno, fault.colno), f"not JSON: {fault.msg}") from None
    yaml = parsers.yaml_parser()
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise DocumentError(Position(shown, mark.line + 1, mark.column + 1), f"not YAML: {fault.problem}") from None
    except (yaml.YAMLError, ValueError) as fault:
        raise DocumentError(Position(shown), f"not YAML: {quote(str(fault))}") from None


def read_schema(schemas: Schemas, path: str, pointer: str | None) -> tuple[Model, Spot, Endpoint | None]:
    """Return the usage of a document, its spot, and the endpoint if *pointer* is the id of an operation."""
    root, _ = schemas.load(path)
    if pointer and not pointer.startswith(("/", "#")):
        return _read_operation(schemas, path, pointer)
    spot = (path, parse_pointer(pointer or ""))
    if not pointer and isinstance(root, dict) and ("openapi" in root or "paths" in root):
        named = [f"#/components/schemas/{name}" for name in _usage_names(root)]
        raise DocumentError(
            Position(schemas.library.display_path(path)),
            "an OpenAPI document has many schemas: name one by a pointer or by the id of an operation"
            + (f", for example {quote(named[0])}" if named else ""),
        )
    return _require_model(schemas, spot, schemas.read_term(spot)), spot, None


def _usage_names(root: dict[str, Any]) -> Iterator[str]:
    components = root.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    yield from (str(name) for name in schemas or () if "usage" in str(name).lower())


def _require_model(schemas: Schemas, spot: Spot, term: Term) -> Model:
    inner = term.inner if isinstance(term, OrNull) else term
    if isinstance(inner, Nested):
        return inner.model
    raise DocumentError(schemas.locate(spot), "documents no object with fields")


def _read_operation(schemas: Schemas, path: str, operation: str) -> tuple[Model, Spot, Endpoint]:
    """Return the usage in the successful answer to the operation whose id is *operation*."""
    root, _ = schemas.load(path)
    found = next((call for call in _list_operations(root) if call[2].get("operationId") == operation), None)
    if found is None:
        known = ", ".join(
            sorted(str(call[2]["operationId"]) for call in _list_operations(root) if "operationId" in call[2])
        )
        message = f"no operation is called {quote(operation)}; there are {quote(known) if known else 'none'}"
        raise DocumentError(Position(schemas.library.display_path(path)), message)
    url, method, call = found
    above = (path, ("paths", url, method))
    body = _find_body(schemas, above, call)
    for place in USAGE_PLACES:
        if member := _find_member(schemas, body, place.split(".")):
            spot, required = member
            term = schemas.read_term(spot)
            presence: Presence = "nullable" if isinstance(term, OrNull) else "required" if required else "optional"
            hosts = tuple(_list_hosts(root, call))
            # A path is matched by its end, and what stands for a variable matches nothing.
            endpoint = Endpoint(
                path=url.rpartition("}")[2] or url, hosts=hosts, method=method.upper(), at=place, presence=presence
            )
            return _require_model(schemas, spot, term), spot, endpoint
    raise DocumentError(schemas.locate(body), f"the answer to {quote(operation)} has no usage")


def _list_operations(root: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    paths = root.get("paths") if isinstance(root, dict) else None
    for url, calls in paths.items() if isinstance(paths, dict) else ():
        for method, call in calls.items() if isinstance(calls, dict) else ():
            if method in METHODS and isinstance(call, dict):
                yield str(url), method, call


def _list_hosts(root: Any, call: dict[str, Any]) -> Iterator[str]:
    servers = call.get("servers") or root.get("servers")
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, dict) and (host := urlsplit(str(server.get("url"))).hostname):
            yield host


def _find_body(schemas: Schemas, above: Spot, call: dict[str, Any]) -> Spot:
    """Return the spot of the schema of the first successful answer in JSON."""
    path, steps = above
    responses = call.get("responses")
    for status in responses if isinstance(responses, dict) else ():
        spot = _follow_references(schemas, (path, (*steps, "responses", str(status))))
        answer = schemas.value_at(spot)
        content = answer.get("content") if isinstance(answer, dict) else None
        for kind in content if isinstance(content, dict) else ():
            if str(status).startswith("2") and "json" in str(kind):
                return _follow_references(schemas, (spot[0], (*spot[1], "content", str(kind), "schema")))
    raise DocumentError(schemas.locate(above), f"{quote(format_pointer(steps))} documents no successful answer in JSON")


def _follow_references(schemas: Schemas, spot: Spot) -> Spot:
    """Return the spot behind any references."""
    seen: set[Spot] = set()
    while isinstance(value := schemas.value_at(spot), dict) and "$ref" in value and spot not in seen:
        seen.add(spot)
        spot = schemas.find_target(value["$ref"], spot) or spot
    return spot


def _find_member(schemas: Schemas, spot: Spot, names: list[str]) -> tuple[Spot, bool] | None:
    """Return the spot of a dotted member of an object, union or composed schema, and whether it is required."""
    if not names:
        return spot, True
    spot = _follow_references(schemas, spot)
    schema = schemas.value_at(spot)
    if not isinstance(schema, dict):
        return None
    if isinstance(properties := schema.get("properties"), dict) and names[0] in properties:
        found = _find_member(schemas, (spot[0], (*spot[1], "properties", names[0])), names[1:])
        return found and (found[0], found[1] and names[0] in schema.get("required", []))
    parts = ((key, len(schema[key])) for key in ("allOf", "oneOf", "anyOf") if isinstance(schema.get(key), list))
    spots = ((spot[0], (*spot[1], key, str(number))) for key, length in parts for number in range(length))
    return next((found for part in spots if (found := _find_member(schemas, part, names))), None)
