"""Exchanges out of files: what is read, from where, and what is refused with its place."""

import base64
import gzip
import json

import pytest

from pytest_usage_contract.audit.exchange_files import EXCHANGE_SUFFIXES, RecordedExchange, read_exchanges

TEXT = '{"usage": {"input_tokens": 1}}'
URL = "https://user:secret@API.toy.test/v1/chat?key=secret"
REQUEST = {"method": "POST", "host": "api.toy.test", "path": "/v1/chat"}

HAR = {
    "log": {
        "entries": [
            {
                "request": {"method": "post", "url": URL},
                "response": {"status": 200, "content": {"text": TEXT}},
            },
            {
                "request": {"method": "POST", "url": URL},
                "response": {
                    "status": 201,
                    "content": {"encoding": "base64", "text": base64.b64encode(TEXT.encode()).decode()},
                },
            },
            {"request": {"method": "POST", "url": URL}, "response": {"status": 204}},
        ]
    }
}
CASSETTE = {
    "interactions": [
        {
            "request": {"method": "POST", "uri": URL},
            "response": {"status": {"code": 200, "message": "OK"}, "body": {"string": TEXT}},
        }
    ]
}
YAML = f"""
interactions:
- request: {{method: POST, uri: '{URL}'}}
  response:
    status: {{code: 200, message: OK}}
    body: {{string: !!binary {base64.b64encode(gzip.compress(TEXT.encode())).decode()}}}
"""


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [*read_exchanges(path)]


@pytest.mark.parametrize("name", ["body.json", "body.txt"])
def test_a_body_is_taken_as_it_is(tmp_path, name):
    assert read(tmp_path, name, TEXT) == [RecordedExchange(where=str(tmp_path / name), body=TEXT.encode())]


def test_what_is_no_json_is_left_to_the_judge(tmp_path):
    assert read(tmp_path, "body.json", "{") == [RecordedExchange(where=str(tmp_path / "body.json"), body=b"{")]


def test_each_json_line_is_a_body(tmp_path):
    lines = read(tmp_path, "bodies.jsonl", f"{TEXT}\n\n{{\n")

    assert [(line.where, line.body) for line in lines] == [
        (f"{tmp_path}/bodies.jsonl:1", TEXT.encode()),
        (f"{tmp_path}/bodies.jsonl:3", b"{"),
    ]


def test_an_event_stream_is_one_body(tmp_path):
    assert [found.body for found in read(tmp_path, "stream.sse", "data: {}\n\n")] == [b"data: {}\n\n"]


def test_a_har_tells_each_request_and_nothing_secret_of_it(tmp_path):
    found = read(tmp_path, "calls.har", json.dumps(HAR))

    where = f"{tmp_path}/calls.har, entry"
    assert found == [
        RecordedExchange(where=f"{where} 1", body=TEXT.encode(), status=200, **REQUEST),
        RecordedExchange(where=f"{where} 2", body=TEXT.encode(), status=201, **REQUEST),
        RecordedExchange(where=f"{where} 3", body=b"", status=204, **REQUEST),
    ]


@pytest.mark.parametrize("name, content", [("cassette.yaml", YAML), ("cassette.json", json.dumps(CASSETTE))])
def test_a_cassette_tells_each_request_and_its_body_unpacked(tmp_path, name, content):
    (found,) = read(tmp_path, name, content)

    assert found == RecordedExchange(
        where=f"{tmp_path / name}, interaction 1", body=TEXT.encode(), status=200, **REQUEST
    )


def test_a_status_may_be_a_plain_number(tmp_path):
    interaction = {**CASSETTE["interactions"][0], "response": {"status": 429, "body": {"string": ""}}}

    (found,) = read(tmp_path, "cassette.json", json.dumps({"interactions": [interaction]}))

    assert found.status == 429


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("b.json", "a.txt", "deep/c.json", "notes.md"):
        (tmp_path / name).write_text(TEXT)

    assert [found.where for found in read_exchanges(tmp_path)] == [
        str(tmp_path / name) for name in ("a.txt", "b.json", "deep/c.json")
    ]


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("notes.md", "", f"notes.md: .md is no kind of file that is read; {', '.join(EXCHANGE_SUFFIXES)} are"),
        ("notes", "", "notes: no suffix is no kind of file"),
        ("a.yaml", "a: [", "a.yaml is no YAML: "),
        ("a.yaml", "\x00", "a.yaml is no YAML: "),
        ("a.yaml", "[]", "a.yaml: no exchange stands here (TypeError)"),
        ("a.yaml", "interactions: [{}]", "a.yaml, interaction 1: no exchange stands here (KeyError)"),
        ("a.har", '{"log": {"entries": [{}]}}', "a.har, entry 1: no exchange stands here (KeyError)"),
        (
            "a.har",
            json.dumps(HAR).replace('"encoding": "base64", "text": "', '"encoding": "base64", "text": "*'),
            "a.har, entry 2: no exchange stands here (Error)",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(tmp_path, name, content, message):
    with pytest.raises(ValueError, match=r"\S") as caught:
        read(tmp_path, name, content)

    assert message in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"missing.json cannot be read: No such file or directory"):
        [*read_exchanges(tmp_path / "missing.json")]


def test_yaml_without_its_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)

    with pytest.raises(ValueError, match=r'a.yaml is YAML: pip install "pytest-usage-contract\[documents\]" reads it'):
        read(tmp_path, "a.yaml", YAML)
