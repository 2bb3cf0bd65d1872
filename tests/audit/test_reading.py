"""Exchanges out of files: which are read, as what, and what is told of those that cannot be."""

import errno
import gzip
import json
import os
from contextlib import nullcontext
from io import BytesIO, TextIOWrapper
from threading import Thread

import fsspec
import pytest
import yaml

from pytest_usage_contract.audit import opening
from pytest_usage_contract.audit.exchanges import RecordedExchange, Unread
from pytest_usage_contract.audit.inputs import Input, find_inputs
from pytest_usage_contract.audit.kinds import NO_RECORDING, Kind
from pytest_usage_contract.audit.reading import read_input

TEXT = '{"usage": {"input_tokens": 1}}'
URL = "https://api.toy.test/v1/chat"
REQUEST = {"method": "POST", "url": URL}
HAR = json.dumps({"log": {"entries": [{"request": REQUEST, "response": {"status": 200, "content": {"text": TEXT}}}]}})
CASSETTE = json.dumps({"interactions": [{"request": REQUEST, "response": {"status": 200, "body": TEXT}}]})
RUBY = CASSETTE.replace("interactions", "http_interactions")
RESPONSES = json.dumps({"responses": [{"response": {**REQUEST, "status": 200, "body": TEXT}}]})
EVENTS = "data: {}\n\n"


def read_all(*paths):
    for found in find_inputs([*map(str, paths)]):
        yield from [found] if isinstance(found, Unread) else read_input(found)


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [*read_all(path)]


BODIES = {
    "JSON": ("body.json", TEXT),
    "a text": ("body.txt", TEXT),
    "a suffix in capitals": ("BODY.JSON", TEXT),
    "no JSON, which is for the judge to say": ("body.json", "{"),
    "JSON that is deep": ("body.json", "[" * 100_000),
    "an event stream": ("stream.sse", EVENTS),
    "an event stream by any name": ("stream.json", EVENTS),
    "JSON that has entries of its own": ("body.json", '{"log": {"lines": []}}'),
}


@pytest.mark.parametrize("name, content", BODIES.values(), ids=BODIES)
def test_a_body_is_taken_as_it_is(tmp_path, name, content):
    bare = [RecordedExchange(location=str(tmp_path / name), body=content.encode())]
    assert read(tmp_path, name, content) == bare
    packed = read(tmp_path, f"{name}.gz", gzip.compress(content.encode()))
    assert [found.body for found in packed] == [content.encode()]


def test_each_json_line_is_a_body(tmp_path):
    first, second, third = read(tmp_path, "bodies.jsonl", f"{TEXT}\n\n{{\n{TEXT}")
    assert (first.where, first.body) == (f"{tmp_path}/bodies.jsonl:1", TEXT.encode())
    assert (second.where, second.why[:12]) == (f"{tmp_path}/bodies.jsonl:3", "is no JSON: ")
    assert third.body == TEXT.encode()


RECORDINGS = {
    "a HAR": ("calls.har", HAR, "entry 1"),
    "a HAR with a byte-order mark": ("calls.har", "\ufeff" + HAR, "entry 1"),
    "a HAR by another name": ("calls.json", HAR, "entry 1"),
    "a cassette in YAML": ("c.yaml", CASSETTE, "interaction 1"),
    "a cassette in JSON": ("c.json", CASSETTE, "interaction 1"),
    "a cassette of Ruby": ("c.yml", RUBY, "interaction 1"),
    "what responses wrote": ("c.yaml", RESPONSES, "interaction 1"),
}


@pytest.mark.parametrize("name, content, place", RECORDINGS.values(), ids=RECORDINGS)
def test_a_recording_tells_its_requests(tmp_path, name, content, place):
    for path, written in {name: content.encode(), f"{name}.gz": gzip.compress(content.encode())}.items():
        (found,) = read(tmp_path, path, written)
        assert (found.where, found.request.host, found.body) == (
            f"{tmp_path / path}, {place}",
            "api.toy.test",
            TEXT.encode(),
        )


@pytest.mark.parametrize("content", [f"# recorded\n{CASSETTE}", CASSETTE, TEXT, "\ufeff" + TEXT, EVENTS])
def test_a_packed_file_without_another_suffix_is_told_by_how_it_begins(tmp_path, content):
    (found,) = read(tmp_path, "recorded.gz", gzip.compress(content.encode()))
    assert found.body.decode().removeprefix("\ufeff") in (TEXT, EVENTS)


def test_a_folder_is_read_in_the_order_of_its_names_whatever_stands_among_them(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "folder.json").mkdir()
    for name in ("b.json", "a.txt", "deep/c.json", "notes.md", "notes"):
        (tmp_path / name).write_text(TEXT)
    (tmp_path / "deep" / "compose.yaml").write_text("services: {db: {image: x}}")

    assert [(type(found), found.where) for found in read_all(tmp_path)] == [
        (RecordedExchange, str(tmp_path / "a.txt")),
        (RecordedExchange, str(tmp_path / "b.json")),
        (RecordedExchange, str(tmp_path / "deep/c.json")),
        (Unread, str(tmp_path / "deep/compose.yaml")),
    ]


UNREAD = {
    "of no kind": ("notes.md", "# Notes", NO_RECORDING),
    "of nothing": ("notes", "", NO_RECORDING),
    "YAML that is none": ("a.yaml", "a: [", "is no YAML: "),
    "YAML with what YAML has not": ("a.yaml", "\x00", "is no YAML: "),
    "YAML with a tag of another program": (
        "a.yaml",
        "interactions: !!python/name:x y",
        "is no YAML: could not determine ",
    ),
    "YAML with a date that is none": ("a.yaml", "interactions: 2026-99-99", "is no YAML: unreadable"),
    "YAML of something else": (
        "a.yaml",
        "data: {}\nkind: ConfigMap",
        "is no cassette: it has neither interactions nor ",
    ),
    "YAML of a list": ("a.yaml", "[]", "is no cassette: "),
    "a HAR of something else": ("a.har", "{}", "is no HAR: it has no log.entries"),
    "a HAR that is no JSON": ("a.har", "{", "is no JSON"),
    "gzip that is cut off": ("a.json.gz", gzip.compress(TEXT.encode())[:-4], "the gzip is damaged, or not whole"),
}


@pytest.mark.parametrize("name, content, why", UNREAD.values(), ids=UNREAD)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path, name, content, why):
    (found,) = read(tmp_path, name, content)

    assert isinstance(found, Unread)
    assert (found.where, found.why[: len(why)]) == (str(tmp_path / name), why)


@pytest.mark.parametrize("content", ['{"log": {"entries": 5}}', '{"log": {"version": 1}}'])
def test_a_har_without_a_list_of_entries_is_told_with_the_place(tmp_path, content):
    (found,) = read(tmp_path, "a.har", content)
    assert found.where == f"{tmp_path}/a.har, log.entries"


def test_a_missing_file_is_told(tmp_path):
    path = tmp_path / "missing.json"
    assert [*read_all(path)] == [Unread(str(path), "cannot be read: No such file or directory")]


def test_a_file_that_has_become_shorter_is_told_after_what_is_left_of_it(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{TEXT}\n" * 3)
    (found,) = find_inputs([str(path)])
    with path.open("r+b") as file:
        file.truncate(len(TEXT) + 1)
    first, second = read_input(found)
    assert first.body == TEXT.encode()
    assert second == Unread(str(path), "was 93 bytes long when it was found, and is 31 now")
    assert len([*read_input(found, stop=20)]) == 1


def test_a_file_that_another_has_replaced_is_told_and_not_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{TEXT}\n")
    (found,) = find_inputs([str(path)])
    (tmp_path / "b.jsonl").write_text(f"{TEXT}\n")
    (tmp_path / "b.jsonl").replace(path)
    assert [*read_input(found)] == [Unread(str(path), "was replaced by another file since it was found")]


def test_a_file_that_has_gone_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{TEXT}\n")
    (found,) = find_inputs([str(path)])
    path.unlink()
    assert [*read_input(found)] == [Unread(str(path), "cannot be read: No such file or directory")]


@pytest.mark.parametrize("content, bodies", [(f"{TEXT}\n{TEXT}\n", 2), (EVENTS, 1), (HAR, 1), (CASSETTE, 1)])
def test_the_standard_input_is_read_as_it_begins(monkeypatch, content, bodies):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(gzip.compress(content.encode()))))
    found = [*read_all("-")]
    assert [type(one) for one in found] == [RecordedExchange] * bodies
    assert found[0].where.startswith("-")


def test_a_standard_input_of_something_else_is_told(monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"# Notes")))
    assert [*read_all("-")] == [Unread("-", NO_RECORDING)]


def test_a_pipe_that_is_named_is_read_as_it_comes(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_text, args=[f"{TEXT}\n{TEXT}\n"])
    writer.start()
    assert [found.where for found in read_all(path)] == [f"{path}:1", f"{path}:2"]
    writer.join()


def test_a_file_elsewhere_is_read_like_one_here():
    fsspec.filesystem("memory").pipe("/a.jsonl.gz", gzip.compress(f"{TEXT}\n".encode()))
    (found,) = read_all("memory://a.jsonl.gz")
    assert (found.where.rpartition("/")[2], found.body) == ("a.jsonl.gz:1", TEXT.encode())


def test_the_lines_before_a_break_are_read_and_the_break_is_named(tmp_path):
    *whole, broken = read(tmp_path, "a.jsonl.gz", gzip.compress(f"{TEXT}\n".encode() * 100_000)[:-20])
    assert {found.body for found in whole} == {TEXT.encode()}
    assert broken.where == f"{tmp_path}/a.jsonl.gz:{len(whole) + 1}"


def test_a_broken_line_among_many_is_named_and_all_others_are_read(tmp_path):
    lines = [TEXT] * 1000
    lines[700] = lines[700][:-1]
    found = read(tmp_path, "a.jsonl", "\n".join(lines))
    assert [one.where for one in found if isinstance(one, Unread)] == [f"{tmp_path}/a.jsonl:701"]
    assert len(found) == 1000


def test_yaml_without_its_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)

    (found,) = read(tmp_path, "a.yaml", CASSETTE)

    assert found.why == 'is YAML: pip install "pytest-usage-contract[audit]" reads it'


class FailingFile(BytesIO):
    """A file whose disk fails behind what it holds."""

    def read(self, size=-1):
        if piece := super().read(size):
            return piece
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    read1 = read


CALL = {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "content": {"text": "{}"}}}
WHOLE_CALLS = {
    Kind.LINES: (json.dumps(CALL) + "\n") * 3,
    Kind.HAR: json.dumps({"log": {"entries": [CALL] * 3}})[:-9],
    Kind.YAML: f"interactions:\n{yaml.dump([{'request': {'uri': URL}, 'response': {'status': 200}}])}" + "- {",
    Kind.BODY: "{",
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
@pytest.mark.parametrize("kind", WHOLE_CALLS)
def test_a_disk_that_fails_is_told_of_the_file_so_that_it_is_tried_again(monkeypatch, kind, pack):
    content = pack(WHOLE_CALLS[kind].encode())
    monkeypatch.setattr(opening, "_open_raw", lambda _: nullcontext(FailingFile(content)))
    *before, told = read_input(Input("a", kind))
    assert told == Unread("a", "cannot be read: Input/output error")
    assert all(isinstance(one, RecordedExchange) for one in before)
