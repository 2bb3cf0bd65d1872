"""An operation of an OpenAPI document: the usage in its answer, its endpoint, and the framing of its stream."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from pytest_usage_contract.core.usage_schema import NULL, Schema
from pytest_usage_contract.documents.data_files import Spot
from pytest_usage_contract.documents.document_files import DocumentError, quote
from pytest_usage_contract.documents.json_schemas import Parts, SchemaReader

METHODS: Final = ("get", "put", "post", "delete", "patch")

PLACES: Final = ("usage", "response.usage", "data.usage", "message.usage")
"""Places of the usage in a body and in an event, tried in this order."""

EVENT_FIELDS: Final = {"data", "event", "id", "retry"}
"""The fields of a server-sent event; a schema of them has that of the event in `data`."""


class Usage(NamedTuple):
    """The *alternatives* of a usage, the *place* where it stands, and what a body owes there."""

    alternatives: list[Schema]
    place: str
    presence: str


def read_operation(reader: SchemaReader, path: str, operation: str) -> tuple[list[Schema], list[dict[str, Any]]]:
    """Return the alternatives of the usage in the answer to the *operation* of that id, and its endpoints."""
    call = _find_call(reader, path, operation)
    content = [*_list_content(reader, call)]
    body = next((spot for kind, spot in content if "json" in kind), None)
    events = next((spot for kind, spot in content if "event-stream" in kind), None)
    if body is None and events is None:
        where = quote(reader.files.locate(call).pointer)
        raise DocumentError(reader.files.locate(call), f"{where} documents no successful answer in JSON")
    usage = _find_usage(reader, (body,)) if body else None
    stream, streamed = _read_stream(reader, events) if events else ({}, None)
    usage = usage or streamed
    if usage is None:
        raise DocumentError(reader.files.locate(body or call), f"the answer to {quote(operation)} has no usage")
    promise = {"at": usage.place, "presence": usage.presence, **({} if body else {"body": None}), **stream}
    return usage.alternatives, [*_list_endpoints(reader, call, promise)]


def _find_call(reader: SchemaReader, path: str, operation: str) -> Spot:
    calls = {
        call["operationId"]: Spot(path, ("paths", str(where), method))
        for where, methods in _items(reader.files.value_at(Spot(path, ())), "paths")
        for method, call in _items(methods)
        if method in METHODS and isinstance(call, dict) and isinstance(call.get("operationId"), str)
    }
    if operation not in calls:
        known = quote(", ".join(sorted(calls))) if calls else "none"
        message = f"no operation is called {quote(operation)}; there are {known}"
        raise DocumentError(reader.files.locate(Spot(path, ())), message)
    return calls[operation]


def _items(value: Any, *names: str) -> list[tuple[Any, Any]]:
    """Return the members of the object at *names* in a value; none where there is no object."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return list(value.items()) if isinstance(value, dict) else []


def _list_content(reader: SchemaReader, call: Spot) -> Iterator[tuple[str, Spot]]:
    """Yield the kinds of content of the successful answers, each with the spot of its schema."""
    for status, _ in _items(reader.files.value_at(call), "responses"):
        if str(status).startswith("2"):
            answer = reader.files.follow(call.at("responses", str(status)))
            for kind, media in _items(reader.files.value_at(answer), "content"):
                if isinstance(media, dict) and "schema" in media:
                    yield str(kind), answer.at("content", str(kind), "schema")


def _find_usage(reader: SchemaReader, body: Parts) -> Usage | None:
    """Return the usage at the first place where any alternative of *body* has one."""
    for place in PLACES:
        members = [*_find_members(reader, body, place.split("."))]
        found = [one for spots, _ in members if spots for one in reader.read_alternatives(*spots)]
        if any(one != NULL for one in found):
            always = all(spots and required for spots, required in members)
            return Usage(found, place, "nullable" if NULL in found else "required" if always else "optional")
    return None


def _find_members(reader: SchemaReader, spots: Parts, names: Sequence[str]) -> Iterator[tuple[Parts, bool]]:
    """Yield the schemas of a member in each alternative, none where it has none, and whether it is required."""
    if not names:
        yield spots, True
        return
    for parts in reader.alternatives(*spots):
        found = tuple(
            spot.at("properties", names[0])
            for spot in parts
            if names[0] in dict(_items(reader.files.value_at(spot), "properties"))
        )
        required = [reader.files.value_at(spot).get("required") for spot in parts]
        needed = any(names[0] in listed for listed in required if isinstance(listed, list))
        for inner, always in _find_members(reader, found, names[1:]) if found else [((), False)]:
            yield inner, needed and always


def _read_stream(reader: SchemaReader, events: Spot) -> tuple[dict[str, Any], Usage | None]:
    """Return what an endpoint says of its stream, as far as the schema of its events tells, and the usage in it.

    It tells where one event alone carries a usage, and has a constant that no other has.
    """
    kinds = [kind for event in reader.alternatives(events) for kind in _unwrap(reader, event)]
    carriers = {kind: usage for kind in kinds if (usage := _find_usage(reader, kind))}
    usage = next(iter(carriers.values()), None)
    if usage and len(carriers) == 1:
        known = [_read_constants(reader, kind) for kind in kinds if kind not in carriers]
        for name, value in _read_constants(reader, *carriers).items():
            if known and all(other.get(name, value) != value for other in known):
                presence = {} if usage.presence == "required" else {"presence": "optional"}
                return {"stream": {"at": [usage.place], "terminal": {name: [value]}, **presence}}, usage
    reader.files.remarks.add(reader.files.locate(events), "its framing cannot be read; streams of it are not judged")
    return {"unknown_stream": True}, usage


def _names(reader: SchemaReader, event: Parts) -> list[str]:
    return [str(name) for spot in event for name, _ in _items(reader.files.value_at(spot), "properties")]


def _unwrap(reader: SchemaReader, event: Parts) -> list[Parts]:
    names = {*_names(reader, event)}
    if "data" not in names or names - EVENT_FIELDS:
        return [event]
    return [kind for spots, _ in _find_members(reader, event, ["data"]) for kind in reader.alternatives(*spots)]


def _read_constants(reader: SchemaReader, event: Parts) -> dict[str, object]:
    """Return the fields of an event that have one value only, `type` first."""
    constants: dict[str, object] = {}
    for name in sorted(_names(reader, event), key="type".__ne__):
        spots = [spot for spots, _ in _find_members(reader, event, [name]) for spot in spots]
        values = [value for one in reader.read_alternatives(*spots) for value in one.get("enum", (None, None))]
        constants |= {name: values[0]} if len(values) == 1 else {}
    return constants


def _list_endpoints(reader: SchemaReader, call: Spot, promise: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one endpoint for each path at which the servers, of which the nearest count, have the operation."""
    _, where, method = call.steps
    around = [reader.files.value_at(Spot(call.path, call.steps[:depth])) for depth in (3, 2, 0)]
    servers = next((one["servers"] for one in around if one.get("servers")), None)
    path = re.split(r"[?#]", where)[0]
    hosts: dict[str, list[str]] = {}
    for server in servers if isinstance(servers, list) else ():
        try:
            parts = urlsplit(_fill_variables(server) if isinstance(server, dict) else "")
        except ValueError:
            continue
        if host := parts.netloc.rpartition("@")[2].lower():
            hosts.setdefault(parts.path.rstrip("/") + path, []).append(host)
    if not hosts:
        reader.files.remarks.add(reader.files.locate(call), "no server is documented: no call is known to be this one")
    for base, listed in (hosts or {path: []}).items():
        yield {"method": method.upper(), "hosts": [*dict.fromkeys(listed)], "path": base, **promise}


def _fill_variables(server: Mapping[str, Any]) -> str:
    """Return the URL of a server with its variables as they are by default; one without a default stays open."""
    defaults = {
        name: variable.get("default") for name, variable in _items(server, "variables") if isinstance(variable, dict)
    }
    url = re.sub(r"\{([^{}]*)\}", lambda found: str(defaults.get(found[1]) or found[0]), str(server.get("url")))
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{re.sub(r'[{][^{}]*[}]', '*', host)}{slash}{path}"
