"""Read documentation into contract files, and compare them; the parsers come with the extra `documents`."""

from pytest_usage_contract.documents.changes import RULES, Change, render
from pytest_usage_contract.documents.diff import compare
from pytest_usage_contract.documents.document_files import DocumentError, MissingExtraError, Remark
from pytest_usage_contract.documents.reader import DocumentLine, ReadDocument, parse_line, read_document

__all__ = [
    "RULES",
    "Change",
    "DocumentError",
    "DocumentLine",
    "MissingExtraError",
    "ReadDocument",
    "Remark",
    "compare",
    "parse_line",
    "read_document",
    "render",
]
