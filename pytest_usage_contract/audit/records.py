"""Records of a log: a body by itself, an answer of a batch, an exchange, or what JSON pointers show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_usage_contract.audit.exchanges import NO_REQUEST, Recorded, RecordedExchange, Unread
from pytest_usage_contract.audit.recorders import encode_body, read_entry, read_interaction
from pytest_usage_contract.core.body import NotJson, read_json, read_members
from pytest_usage_contract.core.exchange import Request


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a record of a log holds what counts, as JSON pointers (RFC 6901)."""

    body: str = ""
    """The place of the body: `/response`; without one the record itself is it, or has a form that is known."""
    url_at: str = ""
    """The place of the URL that was called: `/request/url`."""

    def __post_init__(self) -> None:
        for pointer in (self.body, self.url_at):
            if pointer and not pointer.startswith("/"):
                raise ValueError(f"{pointer!r} is no JSON pointer; one reads /response/body")


BARE = Reading()


def read_record(location: str, unit: str, number: int, record: bytes, reading: Reading = BARE) -> Recorded:
    """Return the exchange of a *record*, which is `Unread` where it is no JSON."""
    try:
        if reading != BARE:
            return read_at(location, unit, number, read_json(record), reading)
        members = read_members(record, "custom_id", "request", "response", "result")
    except NotJson as refusal:
        why = str(refusal).replace(" at line 1 column ", " at column ")  # the record is a line of the file
        return Unread(location, f"is no JSON: {why}", unit, number)
    match members:
        case {
            "custom_id": _,
            "response": response,
        }:  # https://platform.openai.com/docs/api-reference/batch/request-output
            return _read_answer(location, unit, number, response)
        case {
            "custom_id": _,
            "result": {"type": str(), **result},
        }:  # https://platform.claude.com/docs/en/api/retrieving-message-batch-results
            return _build(location, unit, number, result.get("message"))
        case {"request": {"method": _, "url": _}, "response": {"content": {}}}:
            return read_entry(location, number, members, unit)
        case {"request": {"url": _} | {"uri": _}, "response": {"status": _} | {"status_code": _} | {"body": _}}:
            return read_interaction(location, number, members, unit)
        case _:
            return RecordedExchange(location=location, unit=unit, number=number, body=record)


def _read_answer(location: str, unit: str, number: int, response: object) -> Recorded:
    match response:
        case {"status_code": int(status), "body": body}:
            return _build(location, unit, number, body, status=status)
        case _:
            return _build(location, unit, number, None)


def read_at(location: str, unit: str, number: int, record: object, reading: Reading) -> Recorded:
    """Return the exchange whose body and URL stand in the *record* where the *reading* says."""
    url = find_at(record, reading.url_at) if reading.url_at else None
    request = Request.of("POST", url if "://" in url else f"https://{url}") if isinstance(url, str) else NO_REQUEST
    return _build(location, unit, number, find_at(record, reading.body), request)


def find_at(document: object, pointer: str) -> object:
    """Return what stands at a JSON *pointer*, None where nothing does."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def _build(
    location: str, unit: str, number: int, body: Any, request: Request = NO_REQUEST, status: int = 200
) -> Recorded:
    try:
        text = None if body is None else encode_body(body)
    except TypeError as refusal:
        return Unread(location, f"no body stands here: {refusal}", unit, number)
    return RecordedExchange(location=location, unit=unit, number=number, body=text, request=request, status=status)
