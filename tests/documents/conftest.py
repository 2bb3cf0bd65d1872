"""Documents written into a folder, and what is read from them."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import parse_contract
from pytest_usage_contract.documents import ReadDocument, read_document

Read = Callable[..., ReadDocument]


@pytest.fixture
def read_pages(tmp_path: Path) -> Read:
    """Write pages into a folder and read the first of them."""

    def read(pages: Mapping[str, str] | str, **asked: object) -> ReadDocument:
        pages = {"Usage.md": pages} if isinstance(pages, str) else pages
        for path, text in pages.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return read_document(tmp_path / next(iter(pages)), **{"root": tmp_path, **asked})

    return read


@pytest.fixture(scope="session")
def within_a_second() -> Callable[[], AbstractContextManager[None]]:
    """Assert that what is done takes no longer than a hostile document may: a few times a second, on a busy machine."""

    @contextmanager
    def clock() -> Iterator[None]:
        began = time.process_time()
        yield
        assert time.process_time() - began < 3

    return clock


@pytest.fixture
def read_schema(tmp_path: Path) -> Read:
    """Write a document of JSON and read it, or the part of it that a fragment names."""

    def read(document: object, fragment: str = "", **asked: object) -> ReadDocument:
        file = tmp_path / "api.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return read_document(f"{file}#{fragment}" if fragment else file, **asked)

    return read


def contract_of(read: ReadDocument) -> Contract:
    """The contract that was read."""
    return parse_contract(read.data)


def told_fields(read: ReadDocument) -> list[str]:
    """A line for each field: its path, its type, and what is marked about it."""
    lines = []
    for field in checker(contract_of(read)).fields:
        marks = ["required" if field.required else "optional"]
        if "null" in field.unknown:
            marks.append("null unknown")
        elif field.nullable:
            marks.append("nullable")
        marks += [f"{what} unknown" for what in field.unknown if what != "null"]
        lines.append(f"{field.path}: {field.type}, {', '.join(marks)}")
    return lines


@pytest.fixture(scope="session")
def told() -> Callable[[ReadDocument], list[str]]:
    return told_fields


@pytest.fixture(scope="session")
def contract() -> Callable[[ReadDocument], Contract]:
    return contract_of
