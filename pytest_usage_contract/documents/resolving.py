"""What an argument of the command line means: a document, a git revision of one, or the name of a contract."""

import posixpath
from collections.abc import Callable
from pathlib import Path

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.documents.libraries import Revision
from pytest_usage_contract.documents.reader import (
    PAGE_SUFFIXES,
    SCHEMA_SUFFIXES,
    Asked,
    ReadDocument,
    read_asked,
    read_from,
)
from pytest_usage_contract.providers.registry import find_contract

Lookup = Callable[[str], Contract]
"""The contract of a name; raises `LookupError`."""


def resolve(argument: str, lookup: Lookup = find_contract, asked: Asked | None = None) -> ReadDocument:
    """The contract that *argument* means: a file first, then `REV:path`, then a name for *lookup*.

    Raises `DocumentError`, or what *lookup* raises.
    """
    asked = asked or Asked()
    file, _, pointer = argument.partition("#")
    if Path(file).is_file():
        return read_asked(argument, asked)
    suffix = posixpath.splitext(file)[1].lower()
    revision, colon, path = file.partition(":")
    if suffix not in (*PAGE_SUFFIXES, *SCHEMA_SUFFIXES):
        return ReadDocument(lookup(argument), ())
    if not colon:
        return read_asked(argument, asked)  # which says that it is not there
    folder, name = posixpath.split(path.removeprefix("./"))
    return read_from(Revision(revision, folder), name, pointer or None, asked)
