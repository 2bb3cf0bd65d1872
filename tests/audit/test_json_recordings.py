"""HAR files, cassettes and exports in JSON: read item by item where they are large or broken, else as a whole."""

import json
import sys
from collections import deque

import pytest

from pytest_usage_contract.audit import json_recordings as module
from pytest_usage_contract.audit.exchanges import RecordedExchange, Unread
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.reading import BARE, Reading, read_input

BODY = '{"usage": {"input_tokens": 1}}'
URL = "https://api.toy.test/v1/chat"
REQUEST = {"method": "POST", "url": URL}
ENTRY = {"request": REQUEST, "response": {"status": 200, "content": {"text": BODY}}}
INTERACTION = {"request": REQUEST, "response": {"status": 200, "body": {"string": BODY}, "headers": {"a": [1, None]}}}

LARGE = {
    "a HAR": (json.dumps({"log": {"pages": [[{}]], "entries": [ENTRY, 5, ENTRY]}, "more": 1}), "entry"),
    "a HAR behind a byte-order mark": ("\ufeff" + json.dumps({"log": {"entries": [ENTRY, 5, ENTRY]}}), "entry"),
    "a cassette": (json.dumps({"version": 1, "interactions": [INTERACTION, 5, INTERACTION]}), "interaction"),
}


@pytest.fixture
def read(tmp_path):
    """Reads a document out of a file: its path, and what was found."""

    def read(content, name="a.json", reading=BARE):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        (found,) = find_inputs([str(path)])
        return [*read_input(found, reading)]

    return read


@pytest.mark.parametrize("most", [8 * 1024 * 1024, 10], ids=["small", "large"])
@pytest.mark.parametrize("content, unit", LARGE.values(), ids=LARGE)
def test_a_large_recording_is_read_as_a_small_one(read, monkeypatch, content, unit, most):
    monkeypatch.setattr(module, "SMALL", most)
    first, second, third = read(content)
    assert (first.unit, first.number, first.body) == (unit, 1, BODY.encode())
    assert (second.unit, second.number, second.why) == (unit, 2, "no exchange stands here (TypeError)")
    assert (third.unit, third.number, third.request.path) == (unit, 3, "/v1/chat")


@pytest.mark.parametrize("most", [8 * 1024 * 1024, 10], ids=["small", "large"])
def test_each_item_of_an_export_is_read_where_pointers_show_what_counts(read, monkeypatch, most):
    monkeypatch.setattr(module, "SMALL", most)
    reading = Reading(body="/output", url_at="/url")
    first, second = read(json.dumps([{"output": json.loads(BODY), "url": URL}, {"url": URL}]), reading=reading)
    assert (first.where[-8:], json.loads(first.body), first.request.host) == (
        ", item 1",
        json.loads(BODY),
        "api.toy.test",
    )
    assert second.body is None
    (alone,) = read(json.dumps({"output": BODY, "pad": "x"}, indent=1), reading=reading)
    assert alone.body == BODY.encode()


def test_a_document_may_be_one_record_or_a_list_that_is_one_body(read):
    assert read(json.dumps(ENTRY))[0].request.host == "api.toy.test"
    assert read(json.dumps([json.loads(BODY)]))[0].body == json.dumps([json.loads(BODY)]).encode()


BREAKS = {
    "cut off": (-20, "is no JSON; what comes before is read"),
    "cut off in the first": (60, "is no JSON"),
}


@pytest.mark.parametrize("end, why", BREAKS.values(), ids=BREAKS)
def test_what_comes_before_a_break_is_read_and_the_break_named(read, end, why):
    *whole, broken = read(json.dumps({"log": {"entries": [ENTRY] * 3}})[:end], "a.har")
    assert [found.number for found in whole] == [1, 2] * (end < 0)
    assert broken == Unread(broken.location, why, *(("entry", 3) if end < 0 else ()))


NONE = {
    "a HAR without entries": (
        "a.har",
        json.dumps({"log": {"pad": "x" * 20}}),
        "is no har: it has no list of exchanges",
    ),
    "a HAR that is a list": ("a.har", json.dumps([ENTRY]), "is no har: it has no list of exchanges"),
    "depth without end": ("a.har", '{"a":' * 5000, "is nested too deeply"),
    "an entry of depth without end": ("a.har", '{"log": {"entries": [' + '{"a":' * 5000, "is nested too deeply"),
    "a file of one body that is too long": ("a.json", f'{{"a": "{"x" * 300}"}}', "is one body of more than 200 bytes"),
    "an entry that is too long": (
        "a.har",
        json.dumps({"log": {"entries": [ENTRY, {"a": "x" * 100_000}]}}),
        "is longer than 200 bytes; what comes before is read",
    ),
}


@pytest.mark.parametrize("name, content, why", NONE.values(), ids=NONE)
def test_a_large_document_that_cannot_be_read_is_told(read, monkeypatch, name, content, why):
    monkeypatch.setattr(module, "SMALL", 10)
    if "200" in why:
        monkeypatch.setattr(module, "MOST_BYTES", 200)
    assert read(content, name)[-1].why == why


def test_a_large_recording_without_the_extra_says_what_to_install(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "ijson", None)
    monkeypatch.setattr(module, "SMALL", 10)
    (found,) = read(json.dumps({"log": {"entries": [ENTRY]}}))
    assert found.why == 'is larger than 10 bytes, or damaged: pip install "pytest-usage-contract[audit]" reads it'


def test_a_large_body_is_one_body(read, monkeypatch):
    monkeypatch.setattr(module, "SMALL", 10)
    assert read(BODY) == [RecordedExchange(location=read(BODY)[0].location, body=BODY.encode())]


def test_a_large_recording_takes_no_more_memory_than_a_small_part_of_it(tmp_path, measure_peak):
    path = tmp_path / "a.har"
    with path.open("w") as file:
        file.write('{"log": {"entries": [')
        file.writelines([json.dumps({**ENTRY, "comment": "x" * 20_000}) + ","] * 2000)
        file.write(json.dumps(ENTRY) + "]}}")
    (found,) = find_inputs([str(path)])
    assert found.size > 40_000_000
    assert measure_peak(lambda: deque(read_input(found), maxlen=0)) < 35_000_000
