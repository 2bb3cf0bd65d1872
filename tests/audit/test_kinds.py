"""The kind of a file: told by how it begins, and where that says nothing, by its name."""

import json
from io import BytesIO

import pytest

from pytest_usage_contract.audit.kinds import HEAD, Kind, find_kind, look_at_kind
from pytest_usage_contract.audit.opening import Source

BODY = '{"id": "x", "usage": {"input_tokens": 1}}'
PRETTY = json.dumps(json.loads(BODY), indent=2)
CHUNKS = '{"message": {}, "done": false}\n{"done": true}\n'

KINDS = {
    "lines, by any name": ("calls.log", f"{BODY}\n{BODY}\n", Kind.LINES),
    "lines, named as JSON": ("calls.json", f"{BODY}\n{BODY}\n", Kind.LINES),
    "lines behind a byte-order mark": ("calls", f"\ufeff{BODY}\n{BODY}\n", Kind.LINES),
    "lines behind one that broke off": ("calls.log", f"{BODY[:9]}\n{BODY}\n{BODY}\n", Kind.LINES),
    "lines behind one that is a text": ("calls.log", f"Begin\n{BODY}\n{BODY}\n", Kind.LINES),
    "a body with objects on lines": ("a", f'{{"a":\n{BODY},\n"b":\n{BODY}}}', Kind.BODY),
    "a list of objects on lines": ("a", f"[\n{BODY},\n{BODY}\n]", Kind.BODY),
    "one line, by its name": ("calls.jsonl", f"{BODY}\n", Kind.LINES),
    "no line yet": ("calls.ndjson", "", Kind.LINES),
    "a body": ("a.json", PRETTY, Kind.BODY),
    "a body, by any name": ("a", BODY, Kind.BODY),
    "a list": ("a", "[{}]", Kind.BODY),
    "a page, named as JSON": ("a.json", "<html>", Kind.BODY),
    "events": ("a.txt", "data: {}\n\n", Kind.BODY),
    "events, named as lines": ("a.jsonl", "event: x\ndata: {}\n\n", Kind.BODY),
    "chunks of one body on lines": ("a.ndjson", CHUNKS, Kind.BODY),
    "chunks of another": ("a.jsonl", '{"is_finished": false}\n{}\n', Kind.BODY),
    "a HAR": ("a", '{"log": {"version": "1.2", "entries": []}}', Kind.HAR),
    "a HAR, by its name": ("a.HAR.gz", "{", Kind.HAR),
    "a body with a log": ("a.json", '{"log": {"lines": []}}', Kind.BODY),
    "a cassette": ("a.json", '{"version": 1, "interactions": [', Kind.CASSETTE),
    "a cassette of Ruby": ("a", '{"http_interactions": [], "recorded_with": "VCR 6"}', Kind.CASSETTE),
    "YAML": ("a.yml", "services: {}", Kind.YAML),
    "a cassette in YAML, by any name": ("a", "# recorded\nversion: 1\ninteractions:\n- {}\n", Kind.YAML),
    "text": ("a.txt", "Notes", None),
    "nothing": ("a", "", None),
}


@pytest.mark.parametrize("name, head, kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_told_by_how_a_file_begins_or_by_its_name(name, head, kind):
    assert find_kind(head.encode(), name) is kind


@pytest.mark.parametrize("behind, kind", [(f"\n{BODY}\n", Kind.LINES), ("", Kind.BODY)])
def test_a_first_line_that_is_long_is_looked_at_to_its_end(behind, kind):
    text = json.dumps({"prompt": "p" * HEAD}) + behind
    source = Source(BytesIO(text.encode()))
    assert look_at_kind(source, "a.log") is kind
    assert source.read() == text.encode()
