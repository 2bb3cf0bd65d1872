"""An operation of an OpenAPI document: the usage in its answer, its endpoint, and the framing of its stream."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from pytest_usage_contract.documents.combinations import Spot
from pytest_usage_contract.documents.data_files import format_pointer
from pytest_usage_contract.documents.library import DocumentError, quote
from pytest_usage_contract.documents.middle import NULL, Schema, join, split_null, values_of
from pytest_usage_contract.documents.schemas import SchemaReader

METHODS: Final = ("get", "put", "post", "delete", "patch")

PLACES: Final = ("usage", "response.usage", "data.usage", "message.usage")
"""Places of the usage in a body and in an event, tried in this order."""

EVENT_FIELDS: Final = frozenset({"data", "event", "id", "retry"})
"""The fields of a server-sent event; a schema of them has that of the event in `data`."""


class Call(NamedTuple):
    """An operation: its path, method and spot, and the servers that it is at."""

    path: str
    method: str
    spot: Spot
    servers: Any
    operation: str | None


class Usage(NamedTuple):
    """The schema of a usage, the *place* where it stands, and what a body owes there."""

    schema: Schema
    place: str
    presence: str


def read_operation(reader: SchemaReader, path: str, operation: str) -> tuple[Schema, list[dict[str, Any]]]:
    """Return the usage in the successful answer to the *operation* of that id, and its endpoints."""
    calls = [*_list_calls(reader.value_at(Spot(path, ())), path)]
    call = next((call for call in calls if call.operation == operation), None)
    if call is None:
        known = ", ".join(sorted(found.operation for found in calls if found.operation))
        message = f"no operation is called {quote(operation)}; there are {quote(known) if known else 'none'}"
        raise DocumentError(reader.documents.place(path, ()), message)
    content = [*_list_content(reader, call)]
    body = next((spot for kind, spot in content if "json" in kind), None)
    events = next((spot for kind, spot in content if "event-stream" in kind), None)
    if body is None and events is None:
        where = format_pointer(call.spot.steps)
        raise DocumentError(reader.locate(call.spot), f"{quote(where)} documents no successful answer in JSON")
    usage = _find_usage(reader, (body,)) if body else None
    stream, streamed = _read_stream(reader, events) if events else ({}, None)
    usage = usage or streamed
    if usage is None:
        raise DocumentError(reader.locate(body or call.spot), f"the answer to {quote(operation)} has no usage")
    promise = {"at": usage.place, "presence": usage.presence, **({} if body else {"body": None})}
    return usage.schema, [*_list_endpoints(reader, call, {**promise, **stream})]


def _list_calls(root: Any, document: str) -> Iterator[Call]:
    paths = root.get("paths") if isinstance(root, dict) else None
    for path, calls in paths.items() if isinstance(paths, dict) else ():
        for method, call in calls.items() if isinstance(calls, dict) else ():
            if method in METHODS and isinstance(call, dict):
                servers = call.get("servers") or calls.get("servers") or root.get("servers")
                named = call.get("operationId")
                spot = Spot(document, ("paths", str(path), method))
                yield Call(str(path), method, spot, servers, named if isinstance(named, str) else None)


def _list_content(reader: SchemaReader, call: Call) -> Iterator[tuple[str, Spot]]:
    """Yield the kinds of content of the successful answers, each with the spot of its schema."""
    responses = reader.value_at(call.spot).get("responses")
    for status in responses if isinstance(responses, dict) else ():
        if str(status).startswith("2"):
            spot = reader.follow(call.spot.at("responses", str(status)))
            answer = reader.value_at(spot)
            content = answer.get("content") if isinstance(answer, dict) else None
            for kind, media in content.items() if isinstance(content, dict) else ():
                if isinstance(media, dict) and "schema" in media:
                    yield str(kind), spot.at("content", str(kind), "schema")


def _find_usage(reader: SchemaReader, body: tuple[Spot, ...]) -> Usage | None:
    """Return the usage at the first place where any alternative of *body* has one."""
    for place in PLACES:
        members = [*reader.members(body, place.split("."))]
        found = [spots for spots, _ in members if spots]
        if found:
            usage, null = split_null(join(reader.read(*spots) for spots in found))
            if usage == NULL:
                continue
            always = all(spots and required for spots, required in members)
            return Usage(
                usage, place, "required" if always and null is False else "optional" if null is False else "nullable"
            )
    return None


def _read_stream(reader: SchemaReader, events: Spot) -> tuple[Schema, Usage | None]:
    """Return what an endpoint says of its stream, as far as the schema of its events tells, and the usage in it.

    It tells where one event alone carries a usage, and a constant by which it is known.
    """
    kinds = [kind for event in reader.alternatives(events) for kind in _unwrap(reader, event)]
    carriers = [(kind, usage) for kind in kinds if (usage := _find_usage(reader, kind))]
    usage = carriers[0][1] if carriers else None
    if usage and len(carriers) == 1:
        (kind, usage) = carriers[0]
        others = [{*_constants(reader, other)} for other in kinds if other != kind]
        for name, value in _constants(reader, kind):
            if others and all(
                (name, value) not in other and any(name == known for known, _ in other) for other in others
            ):
                framing = {"at": [usage.place], "terminal": {name: [value]}}
                presence = {} if usage.presence == "required" else {"presence": "optional"}
                return {"stream": framing | presence}, usage
    reader.remarks.add(reader.locate(events), "its framing cannot be read; streams of it are not judged")
    return {"unknown_stream": True}, usage


def _unwrap(reader: SchemaReader, event: tuple[Spot, ...]) -> Iterable[tuple[Spot, ...]]:
    names = {name for spot in event for name in reader.value_at(spot).get("properties", ())}
    if "data" in names and names <= EVENT_FIELDS:
        return [kind for spots, _ in reader.members(event, ["data"]) for kind in reader.alternatives(*spots)]
    return [event]


def _constants(reader: SchemaReader, event: tuple[Spot, ...]) -> Iterator[tuple[str, str | int | bool]]:
    """Yield the fields of an event that have one value only, `type` first."""
    names = [name for spot in event for name in reader.value_at(spot).get("properties", ())]
    for name in sorted(dict.fromkeys(names), key="type".__ne__):
        spots = [spot for spots, _ in reader.members(event, [str(name)]) for spot in spots]
        values = values_of(reader.read(*spots))
        if len(values) == 1:
            yield str(name), values[0]


def _list_endpoints(reader: SchemaReader, call: Call, promise: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one endpoint for each path at which the servers have the operation."""
    path = re.split(r"[?#]", call.path)[0]
    hosts: dict[str, list[str]] = {}
    for server in call.servers if isinstance(call.servers, list) else ():
        url = _fill_variables(server) if isinstance(server, dict) else ""
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        if host := parts.netloc.rpartition("@")[2].lower():
            listed = hosts.setdefault(parts.path.rstrip("/") + path, [])
            listed += [host] if host not in listed else []
    if not hosts:
        reader.remarks.add(reader.locate(call.spot), "no server is documented: no call is known to be this one")
    for where, listed in (hosts or {path: []}).items():
        yield {"method": call.method.upper(), "hosts": listed, "path": where, **promise}


def _fill_variables(server: Mapping[str, Any]) -> str:
    """Return the URL of a server with its variables as they are by default; one without a default stays open."""
    variables = server.get("variables")
    known = variables if isinstance(variables, dict) else {}

    def fill(found: re.Match[str]) -> str:
        variable = known.get(found[1])
        default = variable.get("default") if isinstance(variable, dict) else None
        return str(default) if isinstance(default, str | int) else found[0]

    url = re.sub(r"\{([^{}]*)\}", fill, str(server.get("url")))
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{re.sub(r'[{][^{}]*[}]', '*', host)}{slash}{path}"
