"""The files that documents are read from, and the places in them."""

from pathlib import Path

import pytest

from pytest_usage_contract.documents import DocumentError, read_document
from pytest_usage_contract.documents.document_files import Position, Remark, Remarks

PAGE = b"# Usage\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n| `a` | *int* | :heavy_check_mark: | N/A |\n"

UNREADABLE = [
    (b"# Usage\n\nab\xff", "Usage.md:3:3: not UTF-8"),
    (b"| a " * 100_000, "Usage.md: larger than the 256 KiB of a document that is read"),
    (None, "Usage.md: there is no such document"),
]


@pytest.mark.parametrize("content,message", UNREADABLE)
def test_what_is_no_text_of_a_page_is_a_located_error(content, message, tmp_path):
    if content is not None:
        (tmp_path / "Usage.md").write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        read_document(tmp_path / "Usage.md")
    assert str(caught.value) == f"{tmp_path.as_posix()}/{message}"


@pytest.mark.parametrize("asked", [{}, {"root": "."}])
def test_a_link_that_is_its_own_target_is_an_error_and_no_hang(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("loop.md").symlink_to("loop.md")
    with pytest.raises(DocumentError, match=r"loop.md: (there is no such document|cannot be read)"):
        read_document("loop.md", **asked)


def test_a_document_that_leads_out_of_its_folder_is_not_read(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "secret.md").write_bytes(PAGE)
    (tmp_path / "docs" / "Usage.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(DocumentError, match=r"Usage.md: leads out of the folder"):
        read_document(tmp_path / "docs" / "Usage.md")


def test_a_document_that_may_not_be_read_is_a_located_error(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "no")

    (tmp_path / "Usage.md").write_bytes(PAGE)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DocumentError, match=r"Usage.md: cannot be read \(PermissionError\)"):
        read_document(tmp_path / "Usage.md")


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path, told):
    (tmp_path / "Usage.md").write_bytes(b"\xef\xbb\xbf" + PAGE.replace(b"\n", b"\r\n"))
    assert told(read_document(tmp_path / "Usage.md")) == ["usage.a: integer, required"]


PLACES = [
    (Position("a.md", 3, 4), "a.md:3:4"),
    (Position("a.json", pointer="/a/b"), "a.json#/a/b"),
    (Position("acme.types:Usage"), "acme.types:Usage"),
    (Position("a\x1b.md", 1, 1), "a\\x1b.md:1:1"),
]


@pytest.mark.parametrize("place,text", PLACES)
def test_a_place_is_written_in_one_way(place, text):
    assert str(place) == text


def test_a_remark_is_said_once():
    remarks = Remarks()
    for _ in range(3):
        remarks.add(Position("a.md", 1, 1), "odd")
    assert remarks.listed() == (Remark(Position("a.md", 1, 1), "odd"),)
