"""What a test has in its hands, read: no depth, no cycle and no value of a foreign object is an error."""

import dataclasses
import json
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from toy import TOY, codes

from pytest_usage_contract import check_usage
from pytest_usage_contract.core.exchange import UNTOLD, Representation
from pytest_usage_contract.core.response import read_request, read_subject, to_plain


class Completion(BaseModel):
    """As SDKs declare it, and build it without a look at what comes."""

    model_config = ConfigDict(extra="allow")

    usage: Any = None
    raw: Any = Field(None, serialization_alias="rawResponse")
    other: Any = 3


class Typed(BaseModel):
    tokens: int
    on: date = date.min


class RaisingDump:
    def __init__(self, **fields):
        self.__dict__ |= fields

    def model_dump(self, **_):
        raise RecursionError


@dataclasses.dataclass
class Linked:
    usage: object
    me: object = None


def nested(depth, make):
    inner = 1
    for _ in range(depth):
        inner = make(inner)
    return inner


def depth_of(value):
    depth = 0
    while isinstance(value, dict | list):
        depth, value = depth + 1, next(iter(value.values() if isinstance(value, dict) else value), None)
    return depth


USAGE = {"input_tokens": "120"}
OPAQUE = object()

UNDUMPABLE = {
    "a lone surrogate in a name": {"tools": {"\ud83d": 1}},
    "bytes that are no UTF-8": {"blob": b"\xff"},
    "an object that pydantic does not know": {"tools": [OPAQUE]},
}


def test_a_model_is_read_as_json_with_what_was_set_whatever_its_fields_should_hold():
    today = date(2026, 11, 28)
    assert read_subject(Typed.model_construct({"tokens"}, tokens="120")).content == {"tokens": "120"}
    assert read_subject(Typed.model_construct(tokens="120", on=today)).content == {"tokens": "120", "on": "2026-11-28"}
    assert read_subject(Completion(usage=USAGE, raw=1)).content == {"usage": USAGE, "rawResponse": 1}


class Both(dict):
    model_dump = RaisingDump.model_dump


def test_a_mapping_is_read_as_one_whatever_else_it_is():
    assert to_plain(Both(a=1)) == {"a": 1}


def test_a_class_is_no_object_of_it():
    assert to_plain([Linked]) == [Linked]


class Answer:
    headers = {"content-type": "text/html"}  # noqa: RUF012 - as a client has them

    def __init__(self, content):
        self.content = content


def test_a_response_that_does_not_begin_as_an_object_is_asked_how_it_is_to_be_read():
    told = [read_subject(Answer(body)).representation for body in (b'{"usage": 1}', b"<html>")]
    assert told == [UNTOLD, Representation("text/html")]


def test_a_text_that_is_no_unicode_is_read_as_far_as_it_goes():
    assert read_subject("\ud800").content == b"\xed\xa0\x80"


@pytest.mark.parametrize("more", UNDUMPABLE.values(), ids=UNDUMPABLE)
def test_a_model_that_cannot_be_dumped_is_read_field_by_field(more):
    whole = Completion.model_construct(usage=USAGE, raw=1, **more)
    part = Completion.model_construct(usage=Completion.model_construct(**more))
    assert read_subject(whole).content == {"usage": USAGE, "rawResponse": 1, **more}
    assert read_subject(part).content == {"usage": more}


def test_what_only_looks_like_a_model_is_read_field_by_field_where_its_dump_raises():
    assert read_subject(RaisingDump(usage=USAGE)).content == {"usage": USAGE}


class Slotted:
    __slots__ = ()
    model_dump = RaisingDump.model_dump


def test_what_cannot_be_dumped_and_has_no_fields_is_empty():
    assert read_subject(Slotted()).content == {}


@pytest.mark.parametrize("make", [lambda inner: {"a": inner}, lambda inner: [inner], Linked])
def test_what_is_nested_without_end_is_read_to_a_bound(make):
    assert depth_of(to_plain(nested(5_000, make))) == 101


def test_what_is_nested_in_itself_is_left_empty_there():
    mapping, items, thing = {"a": 1}, [1], Linked(USAGE)
    mapping["me"], thing.me = mapping, thing
    items.append(items)
    assert to_plain([mapping, items, thing]) == [
        {"a": 1, "me": {}},
        [1, []],
        {"usage": USAGE, "me": {}},
    ]


def test_what_stands_in_many_places_is_walked_once():
    assert depth_of(to_plain(nested(90, lambda inner: [inner, inner]))) == 90


class Refusing:
    """A response of which nothing is known but that it can be decoded."""

    def __init__(self, text):
        self.text = text

    def json(self):
        if self.text == "[":
            raise RecursionError("maximum recursion depth exceeded")
        return json.loads(self.text)


@pytest.mark.parametrize("text, reason", [("<html>", "JSONDecodeError"), ("[", "RecursionError")])
def test_whatever_a_response_raises_when_it_is_decoded_is_a_finding(text, reason):
    (found,) = check_usage(Refusing(text), TOY).findings
    assert (found.code, found.actual) == ("not-json", f"its .json() raised {reason}")


@pytest.mark.parametrize("subject", [{"usage": USAGE, "x": nested(5_000, lambda inner: {"a": inner})}, Refusing("no")])
def test_what_cannot_be_read_whole_settles_a_contract_as_far_as_it_goes(subject):
    assert check_usage(subject, "atoma").contract == "atoma/completions"


def test_events_that_are_nested_without_end_are_judged():
    end = {"type": "completed", "usage": {"input_tokens": 1}, "x": nested(5_000, lambda inner: [inner])}
    assert ("missing-field", "usage.total_tokens") in codes(check_usage([end], TOY))


def test_chunks_of_bytes_are_one_body():
    subject = read_subject([b'{"usage"', b": {}}"])
    assert (subject.form, subject.content) == ("bytes", b'{"usage": {}}')


def test_of_what_has_no_request_nothing_was_asked():
    assert read_request(object()) == b""
