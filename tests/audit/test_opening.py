"""The bytes of an input: unpacked however it is packed, and what goes wrong underneath is said in words."""

import gzip
import io
import sys
import zlib
from types import SimpleNamespace

import pytest
import zstandard

from pytest_usage_contract.audit.opening import Source, hide_secrets, open_source

TEXT = b"".join(b"%d " % number for number in range(50_000))
WITHOUT_CHECKSUM = zstandard.ZstdCompressor(write_checksum=False)

PACKED = {
    "not": (TEXT, ""),
    "gzip": (gzip.compress(TEXT), "gzip"),
    "gzip in members": (gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]), "gzip"),
    "zstd": (zstandard.compress(TEXT), "zstd"),
    "zstd in frames": (zstandard.compress(TEXT[:1000]) + zstandard.compress(TEXT[1000:]), "zstd"),
    "zstd of nothing": (zstandard.compress(b"") + zstandard.compress(TEXT), "zstd"),
}


def read(path):
    with open_source(str(path)) as (packed, source):
        return packed, source.read()


@pytest.mark.parametrize("content, packed", PACKED.values(), ids=PACKED)
def test_a_file_is_unpacked_as_it_begins_whatever_its_name(tmp_path, content, packed):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert read(path) == (packed, TEXT)


def test_gzip_is_unpacked_without_the_extra_too(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "isal.igzip", None)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(TEXT))
    assert read(path) == ("gzip", TEXT)


DAMAGED = {
    "gzip, cut off": gzip.compress(TEXT)[:-1000],
    "gzip with other bytes within": gzip.compress(TEXT)[:50_000] + bytes(100) + gzip.compress(TEXT)[50_100:],
    "gzip with something behind it": gzip.compress(TEXT) + b"\x1f\x8b??????????",
    "zstd, cut off": zstandard.compress(TEXT)[:-1000],
    "zstd, cut off between blocks": WITHOUT_CHECKSUM.compress(TEXT)[:-3],
    "zstd with other bytes within": zstandard.compress(TEXT)[:50_000] + bytes(100) + zstandard.compress(TEXT)[50_100:],
    "zstd with something behind it": zstandard.compress(TEXT) + b"?" * 20,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("isal", ["with isal", "without"])
def test_what_comes_before_the_damage_is_read_and_then_the_damage_told(tmp_path, monkeypatch, content, isal):
    if isal == "without":
        monkeypatch.setitem(sys.modules, "isal.igzip", None)
    path = tmp_path / "a"
    path.write_bytes(content)
    found = bytearray()

    def read_on(source):
        while piece := source.read(1000):
            found.extend(piece)

    with open_source(str(path)) as (packed, source), pytest.raises(OSError, match=f"^the {packed} is damaged, or not"):
        read_on(source)
    assert len(found) > len(TEXT) // 5
    assert TEXT.startswith(found[: len(TEXT) // 5])


def test_zstd_without_the_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "a.zst"
    path.write_bytes(zstandard.compress(TEXT))
    with pytest.raises(OSError, match=r'^is packed by zstd: pip install "pytest-usage-contract\[audit\]" reads it$'):
        read(path)


def test_a_bomb_is_unpacked_no_further_than_it_is_read(tmp_path, measure_peak):
    path = tmp_path / "a.zst"
    path.write_bytes(zstandard.compress(bytes(200_000_000)))
    with open_source(str(path)) as (_, source):
        assert measure_peak(lambda: source.read(10)) < 80_000_000


def test_no_more_is_read_than_is_asked_for_and_from_where():
    source = Source(io.BytesIO(b"0123456789"), 7)
    assert source.peek(3) == b"012"
    assert source.peek(2) == b"01"
    assert source.peek(100) == b"0123456"
    assert (source.read(5), source.read(100), source.read(1)) == (b"01234", b"56", b"")


def test_a_fault_is_told_after_what_a_look_has_found():
    pieces = [b"01", b"23"]

    def read(size):
        if pieces:
            return pieces.pop(0)
        raise zlib.error("wrong")

    source = Source(SimpleNamespace(read=read))
    assert source.peek(100) == b"0123"
    assert source.read(10) == b"0123"
    with pytest.raises(OSError, match="^cannot be read: error: wrong$"):
        source.read(1)


def test_the_standard_input_is_read_and_left_open(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read("-") == ("gzip", TEXT)
    assert not stdin.closed


@pytest.mark.parametrize(
    "text, shown",
    [
        ("https://me:key@host:81/a.jsonl?sig=key&x=1", "https://host:81/a.jsonl?…"),
        ("404, url='https://host/a.jsonl?sig=key'", "404, url='https://host/a.jsonl?…'"),
        ("https://host#key", "https://host?…"),
        ("s3://logs/a@b.jsonl:3", "s3://logs/a@b.jsonl:3"),
        ("what? me@home.jsonl", "what? me@home.jsonl"),
    ],
)
def test_of_a_url_neither_who_asks_nor_what_for_is_shown(text, shown):
    assert hide_secrets(text) == shown
