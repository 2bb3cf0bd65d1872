"""The thing that a test wants judged, read without importing anyone's library.

Judged is what came over the wire wherever there is a way to it: the bytes of a response, never what an SDK
made of them. Of an SDK object without its response only a dump is left, and the subject says so.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple, cast

from pytest_usage_contract.core.body import DEEPEST
from pytest_usage_contract.core.escape import as_text
from pytest_usage_contract.core.exchange import UNTOLD, Representation

DUMPED: Final = "judged by a dump of the SDK's object: what the SDK coerced or dropped cannot be seen in it"

Form = Literal["bytes", "value", "events", "unreadable"]


class Subject(NamedTuple):
    """*content* is a body's bytes, a decoded value, or decoded events, as *form* says; *note* what it lacks.

    Of what is unreadable it is the reason.

    *representation* is what a response says of its bytes.
    """

    form: Form
    content: object
    either_spelling: bool = False
    note: str = ""
    representation: Representation = UNTOLD


def read_subject(response: object) -> Subject:
    """Read a response, its body, its events, a mapping, or an SDK's object.

    Raises `TypeError` for anything else, and for a response whose body has not been read yet.
    """
    if isinstance(response, bytes | bytearray | memoryview):
        return Subject("bytes", bytes(response))
    if isinstance(response, str):
        return Subject("bytes", response.encode("utf-8", "surrogatepass"))
    if isinstance(response, list | tuple):
        return _events(response)
    if isinstance(response, type):
        raise TypeError(f"the class {response.__qualname__} cannot be judged; an object of it may be")
    body = read_body(response)
    if body is not None:
        # What begins as an object need not be asked how it is to be read: no encoding and no stream begins so.
        told = UNTOLD if body.startswith(b"{") else Representation.of(getattr(response, "headers", None))
        return Subject("bytes", body, representation=told)
    if isinstance(response, Mapping):
        return Subject("value", to_plain(response), either_spelling=True)
    dumped = dump_object(response)
    if dumped is not None:
        return Subject("value", dumped, either_spelling=True, note=DUMPED)
    decode = getattr(response, "json", None)
    if callable(decode):
        try:
            return Subject("value", to_plain(decode()))
        except Exception as refusal:  # noqa: BLE001 - each library has its own way to say that a body is no JSON
            return Subject("unreadable", f"its .json() raised {type(refusal).__name__}")
    raise TypeError(
        f"a {type(response).__qualname__} cannot be judged; a response of httpx, httpx2, requests or aiohttp can, "
        "bytes or text of JSON or of server-sent events, a list of events, a mapping, and an SDK's object"
    )


def read_request(response: object) -> bytes:
    """The body of the request of a client's response, or nothing where that cannot be told."""
    for name in ("content", "body"):  # httpx's, and that of requests
        try:
            body = getattr(getattr(response, "request", None), name, None)
        except Exception:  # noqa: BLE001 - httpx raises RuntimeError without a request, and where its body is a stream
            return b""
        if isinstance(body, bytes | str):
            return body.encode(errors="replace") if isinstance(body, str) else body
    return b""


def read_body(response: object) -> bytes | None:
    """The body of a client's response, decoded from gzip and the like; None for what is no response.

    Raises `TypeError` where the body has not been read.
    """
    try:
        content = getattr(response, "content", None)
    except Exception as unread:  # each client has its own way to say that a stream was not read
        raise TypeError(f"the body of this response has not been read yet ({type(unread).__name__})") from unread
    if isinstance(content, bytes):
        return content
    if hasattr(content, "iter_any"):  # aiohttp's, whose body stands in `_body` once `await response.read()` was done
        body = getattr(response, "_body", None)
        if not isinstance(body, bytes):
            raise TypeError("the body of this response has not been read yet: await response.read() first")
        return body
    return None


_IDS: Final = ("id", "responseId", "response_id", "generation_id")
_ENVELOPES: Final = ("response", "message")
"""Where the events of a stream may have the id of the response."""


def ids_in(item: object) -> Iterator[str]:
    """Yield the ids by which a response is called in its body, or in an event of its stream."""
    if isinstance(item, Mapping):
        for holder in (item, *(item.get(name) for name in _ENVELOPES)):
            ids = [holder.get(name) for name in _IDS] if isinstance(holder, Mapping) else []
            yield from (identity for identity in ids if identity and isinstance(identity, str))


def _events(items: "list[object] | tuple[object, ...]") -> Subject:
    if items and all(isinstance(item, bytes) for item in items):
        return Subject("bytes", b"".join(items))  # type: ignore[arg-type]  # each was just looked at
    dumps = [dump_object(item) for item in items]
    note = DUMPED if any(found is not None for found in dumps) else ""
    events = [to_plain(item) if found is None else found for item, found in zip(items, dumps, strict=True)]
    return Subject("events", tuple(events), either_spelling=bool(note), note=note)


def dump_object(thing: object) -> object | None:
    """The fields that were set on an SDK's object (pydantic, dataclass, attrs, msgspec); None for other things."""
    return None if (fields := _fields_of(thing)) is None else to_plain(fields)


def _fields_of(thing: object) -> object | None:
    """The fields that were set on an SDK's object, as they are; None for what is none."""
    if thing is None or isinstance(thing, _JSON):
        return None
    if hasattr(thing, "model_dump"):
        try:
            return cast("object", thing.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False))
        except Exception:  # noqa: BLE001 - a lone surrogate, bytes, what pydantic does not know, or a cycle
            return _undumped(thing)
    names: Iterable[str] | None = None
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        names = [field.name for field in dataclasses.fields(thing)]
    elif attributes := getattr(type(thing), "__attrs_attrs__", None):
        names = [field.name for field in attributes]
    else:
        names = getattr(type(thing), "__struct_fields__", None)
    return None if names is None else {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def _undumped(model: object) -> object:
    """Return the fields that were set on a pydantic model that cannot dump them all, by the names on the wire."""
    declared = getattr(type(model), "model_fields", {})
    given = {**getattr(model, "__dict__", {}), **(getattr(model, "__pydantic_extra__", None) or {})}
    was_set = getattr(model, "model_fields_set", given)
    return {
        getattr(declared.get(name), "serialization_alias", None) or name: value
        for name, value in given.items()
        if name in was_set or name not in declared
    }


_JSON: Final = (str, int, float, Mapping, list, tuple)


def to_plain(value: object, depth: int = DEEPEST, done: dict[int, tuple[object, object]] | None = None) -> object:
    """The same value in plain dicts and lists, with names that are text, and SDK objects as their fields.

    What is nested deeper than *depth*, or in itself, is left empty; what is *done* already is not walked again.
    """
    done = {} if done is None else done
    if id(value) in done:
        return done[id(value)][1]
    fields = _fields_of(value)
    inside = value if fields is None else fields
    if isinstance(inside, Mapping):
        done[id(value)] = value, {}  # with the value, so that no other can have its identity
        items = inside.items() if depth else ()
        plain: object = {as_text(name): to_plain(inner, depth - 1, done) for name, inner in items}
    elif isinstance(inside, list | tuple):
        done[id(value)] = value, []
        plain = [to_plain(inner, depth - 1, done) for inner in inside if depth]
    else:
        return inside
    done[id(value)] = value, plain
    return plain
