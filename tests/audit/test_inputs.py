"""What is found to be read: in which order, of which kind, and what is told of that which cannot be looked at."""

import gzip
import os
import sys
from pathlib import Path

import fsspec
import pytest

from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.inputs import Input, find_inputs
from pytest_usage_contract.audit.kinds import NO_RECORDING, Kind

BODY = b'{"usage": {"input_tokens": 1}}\n'


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder to be in, with files of several kinds."""
    monkeypatch.chdir(tmp_path)
    Path("deep/er").mkdir(parents=True)
    Path("folder.json").mkdir()
    for name in ("b.json", "a.jsonl", "deep/c.json", "deep/er/d.jsonl.gz", "notes.md", "notes", "z.yaml"):
        Path(name).write_bytes(gzip.compress(BODY) if name.endswith(".gz") else BODY)
    return tmp_path


def find(*paths):
    return [*find_inputs(paths)]


def test_a_folder_is_gone_through_in_the_order_of_its_names_and_only_by_known_ones(files):
    assert [(found.location, found.kind, found.packed) for found in find(".")] == [
        ("a.jsonl", Kind.LINES, ""),
        ("b.json", Kind.BODY, ""),
        ("deep/c.json", Kind.BODY, ""),
        ("deep/er/d.jsonl.gz", Kind.LINES, "gzip"),
        ("z.yaml", Kind.YAML, ""),
    ]


def test_places_are_shown_as_they_were_given(files):
    assert [found.location for found in find("notes", "./b.json", str(files / "a.jsonl"), "deep/../deep/")] == [
        "notes",
        "./b.json",
        f"{files}/a.jsonl",
        "deep/../deep/c.json",
        "deep/../deep/er/d.jsonl.gz",
    ]


def test_a_glob_is_its_files_in_order_unless_a_file_has_that_very_name(files):
    assert [found.location for found in find("**/*.json*")] == [
        "a.jsonl",
        "b.json",
        "deep/c.json",
        "deep/er/d.jsonl.gz",
    ]
    Path("[a].json").write_bytes(BODY)
    assert [found.location for found in find("[a].json")] == ["[a].json"]
    assert find("*.har") == [Unread("*.har", "is matched by no file")]


def test_a_file_that_is_found_in_several_ways_is_read_once(files):
    assert [found.location for found in find("deep/**", "deep", "./deep/c.json", "-", "-")] == [
        "deep/c.json",
        "deep/er/d.jsonl.gz",
        "-",
    ]


def test_only_plain_lines_can_be_read_by_ranges(files):
    assert [found.location for found in find(".", "-") if found.is_splittable] == ["a.jsonl"]
    assert find("a.jsonl")[0].size == len(BODY)


def test_the_standard_input_is_looked_at_when_it_is_read():
    assert find("-") == [Input("-")]


UNREAD = {
    "a file of something else": ("notes.md", b"# Notes", NO_RECORDING),
    "an empty file": ("empty", b"", NO_RECORDING),
    "a packed file that is cut off": ("a.gz", gzip.compress(BODY)[:12], "the gzip is damaged, or not whole"),
}


@pytest.mark.parametrize("name, content, why", UNREAD.values(), ids=UNREAD)
def test_a_file_that_is_no_recording_is_told(files, name, content, why):
    Path(name).write_bytes(content)
    assert find(name) == [Unread(name, why)]


def test_what_is_not_there_is_told(files):
    assert find("missing.json") == [Unread("missing.json", "cannot be read: No such file or directory")]


def test_links_are_followed_to_files_and_named_where_they_lead_to_folders(files):
    Path("deep/er/loop").symlink_to("..")
    Path("deep/er/link.json").symlink_to("../../b.json")
    Path("deep/er/self.json").symlink_to("self.json")
    assert [(found.location, getattr(found, "why", "")) for found in find("deep/er")] == [
        ("deep/er/d.jsonl.gz", ""),
        ("deep/er/link.json", ""),
        ("deep/er/loop", "is a link to a folder, which is read only where it is named"),
        ("deep/er/self.json", "cannot be read: Too many levels of symbolic links"),
    ]
    assert len(find("deep/er/loop")) == len(find("deep"))


def test_a_folder_and_a_file_that_may_not_be_looked_at_are_told_and_the_others_read(files, monkeypatch):
    # The user that runs the tests may be one who may do everything.
    def refuse(function, name):
        def refusing(path, *others, **more):
            if os.fspath(path) == name:
                raise PermissionError(13, "Permission denied")
            return function(path, *others, **more)

        return refusing

    monkeypatch.setattr(Path, "iterdir", refuse(Path.iterdir, "deep/er"))
    monkeypatch.setattr("builtins.open", refuse(open, "b.json"))
    assert [found.location for found in find(".") if isinstance(found, Input)] == ["a.jsonl", "deep/c.json", "z.yaml"]
    assert [found for found in find(".") if isinstance(found, Unread)] == [
        Unread("b.json", "cannot be read: Permission denied"),
        Unread("deep/er", "cannot be read: Permission denied"),
    ]


def test_a_pipe_is_read_where_it_is_named_and_told_where_it_stands_in_a_folder(files):
    os.mkfifo("deep/er/pipe.jsonl")
    assert find("deep/er/pipe.jsonl") == [Input("deep/er/pipe.jsonl")]
    assert find("deep/er")[1:] == [Unread("deep/er/pipe.jsonl", "is no file; a pipe is read where it is named")]
    assert find("/dev/null") == [Unread("/dev/null", "is no file; a pipe is read where it is named")]


@pytest.fixture
def remote():
    """A file system that is not a disk's."""
    system = fsspec.filesystem("memory")
    for name in ("bucket/b.jsonl", "bucket/deep/a.jsonl.gz", "bucket/notes.md"):
        system.pipe(f"/{name}", gzip.compress(BODY) if name.endswith(".gz") else BODY)
    yield
    system.rm("/bucket", recursive=True)


REMOTE = {
    "a file": ("memory://bucket/b.jsonl", ["memory:///bucket/b.jsonl"]),
    "a folder": ("memory://bucket", ["memory:///bucket/b.jsonl", "memory:///bucket/deep/a.jsonl.gz"]),
    "a glob": ("memory://bucket/*.jsonl", ["memory:///bucket/b.jsonl"]),
}


@pytest.mark.parametrize("url, locations", REMOTE.values(), ids=REMOTE)
def test_a_url_is_a_file_a_folder_or_a_glob_elsewhere(remote, url, locations):
    found = find(url)
    assert [file.location.replace("memory:///", "memory://") for file in found] == [
        location.replace("memory:///", "memory://") for location in locations
    ]


def test_what_a_url_does_not_lead_to_is_told(remote):
    (missing,) = find("memory://bucket/missing.json")
    assert missing.where == "memory://bucket/missing.json"
    assert missing.why.startswith("cannot be read: FileNotFoundError: ")
    assert find("memory://bucket/*.har") == [Unread("memory://bucket/*.har", "is matched by no file")]
    (unknown,) = find("nosuch://bucket")
    assert unknown.why == "cannot be read: ValueError: Protocol not known: nosuch"


def test_a_remote_file_that_is_no_recording_is_told_and_the_others_are_found(remote):
    fsspec.filesystem("memory").pipe("/bucket/a.gz", gzip.compress(BODY)[:12])
    first, *others = find("memory://bucket/")
    assert first.why == "the gzip is damaged, or not whole"
    assert len(others) == 2


def test_a_url_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    why = 'is a URL: pip install "pytest-usage-contract[audit]" reads it'
    assert find("s3://bucket/a.jsonl") == [Unread("s3://bucket/a.jsonl", why)]
