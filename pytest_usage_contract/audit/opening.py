"""The bytes of an input: unpacked, up to its size at its opening, with a look at how they begin.

Whatever goes wrong underneath is raised as `OSError`, whose text can be shown.
"""

import gzip
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from io import RawIOBase
from typing import Any, Final

STDIN: Final = "-"

GZIP, ZSTD = "gzip", "zstd"

_SIGNS: Final = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD}

_USER: Final = re.compile(r"(://)[^/?#\s]*@")

_QUERY: Final = re.compile(r"(://[^?#\s\"']*)[?#][^\s\"']*")

_ZSTD_PIECE: Final = 1024
"""Bytes that are unpacked at a time: they become no more than 32 MiB, whoever has packed them."""


class ReadFault(OSError):  # noqa: N818 - a fault, as others here
    """A file, a disk or a network has failed, which it may not do another time; the text can be shown."""


class Source(RawIOBase):
    """Reads at most *most* bytes of a file, and lets see how it begins before anything is read."""

    def __init__(self, file: Any, most: float = float("inf"), fault: str = "") -> None:
        """Take a file, and a text for what goes wrong where its own says nothing to a reader."""
        self._file, self._left, self._fault_text = file, most, fault
        self._head = bytearray()
        self.fault: OSError | None = None

    def peek(self, size: int) -> bytes:
        """Return the first *size* bytes that are still to be read, fewer where there are no more."""
        try:
            while len(self._head) < size and (piece := self._pull(size - len(self._head))):
                self._head += piece
        except OSError as fault:
            self.fault = fault
        return bytes(self._head[:size])

    def readinto(self, buffer: Any) -> int:
        if self._head:
            piece = bytes(self._head[: len(buffer)])
            del self._head[: len(buffer)]
        elif self.fault is not None:
            raise self.fault
        else:
            piece = self._pull(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _pull(self, size: int) -> bytes:
        size = int(min(size, self._left))
        try:
            # One look at a time: what comes before a fault must not go down with it.
            piece: bytes = (getattr(self._file, "read1", None) or self._file.read)(size) if size else b""
        except ReadFault:
            raise
        except Exception as fault:  # each decompressor and each file system raises its own
            if self._fault_text:
                raise OSError(self._fault_text) from fault
            raise ReadFault(describe_fault(fault)) from fault
        self._left -= len(piece)
        return piece


class _ZstdFile:
    """Unpacks zstd; raises `EOFError` where it is cut off, which no reader of the library does."""

    def __init__(self, file: Source, decompressor: Any) -> None:
        self._file, self._decompressor = file, decompressor
        self._frame: Any = None
        self._ready = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._ready:
            packed = (self._frame.unused_data if self._frame and self._frame.eof else b"") or self._file.read(
                _ZSTD_PIECE
            )
            if self._frame is None or self._frame.eof:
                if not packed:
                    return b""
                self._frame = self._decompressor.decompressobj()
            elif not packed:
                raise EOFError
            self._ready = memoryview(self._frame.decompress(packed))
        piece, self._ready = self._ready[:size], self._ready[size:]
        return bytes(piece)


@contextmanager
def open_source(location: str, size: int | None = None, start: int = 0) -> Iterator[tuple[str, Source]]:
    """Open a path, a URL or `-`: how it is packed, and its bytes, those behind *start* where it is not.

    Raises `OSError`.
    """
    with _open_raw(location) as file:
        if start:
            file.seek(start)
        raw = Source(file, float("inf") if size is None else size - start)
        sign = raw.peek(4)
        packed = next((kind for begin, kind in _SIGNS.items() if sign.startswith(begin)), "") if not start else ""
        yield packed, _unpack(raw, packed) if packed else raw


@contextmanager
def _open_raw(location: str) -> Iterator[Any]:
    if location == STDIN:
        yield sys.stdin.buffer
    elif is_url(location):
        with name_faults():
            opened = load("fsspec", "is a URL").open(location, "rb").open()
        with opened as file:
            yield file
    else:
        with open(location, "rb", buffering=0) as file:
            yield file


def _unpack(raw: Source, packed: str) -> Source:
    fault = f"the {packed} is damaged, or not whole"
    if packed == GZIP:
        opener = gzip.GzipFile
        with suppress(ImportError):
            opener = import_module("isal.igzip").IGzipFile  # three times as fast
        return Source(opener(fileobj=raw), fault=fault)
    return Source(_ZstdFile(raw, load("zstandard", "is packed by zstd").ZstdDecompressor()), fault=fault)


def is_url(location: str) -> bool:
    """Tell whether *location* is a URL of fsspec."""
    return "://" in location and not os.path.exists(location)


def hide_secrets(text: str) -> str:
    """Return a *text* in which no URL has a user, a password or a query, where keys and signatures are."""
    return _QUERY.sub(r"\1?…", _USER.sub(r"\1", text))


def load(module: str, what: str) -> Any:
    """Return a module of the extra; raise `OSError`, which says *what* needs it, where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        raise OSError(f'{what}: pip install "pytest-usage-contract[audit]" reads it') from None


@contextmanager
def name_faults() -> Iterator[None]:
    """Raise as `OSError`, with a text that can be shown, whatever a file system raises: each has its own."""
    try:
        yield
    except Exception as fault:
        raise OSError(describe_fault(fault)) from fault


def describe_fault(fault: Exception) -> str:
    """Return what went wrong with a file, in words; a bare `OSError` was raised here, and has its own."""
    if type(fault) in (OSError, ReadFault) and getattr(fault, "errno", None) is None:
        return str(fault)
    return f"cannot be read: {getattr(fault, 'strerror', None) or f'{type(fault).__name__}: {fault}'}"
