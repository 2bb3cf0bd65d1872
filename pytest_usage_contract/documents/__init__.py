"""Read documentation into contracts, and compare contracts; the parsers come with the extra `documents`."""

from pytest_usage_contract.documents.changes import RULES, Change, render
from pytest_usage_contract.documents.contract_module import module_source
from pytest_usage_contract.documents.diff import compare, same_promise
from pytest_usage_contract.documents.document_commands import resolve_argument
from pytest_usage_contract.documents.document_files import DocumentError, Remark
from pytest_usage_contract.documents.reader import DocumentLine, ReadDocument, parse_line, read_document

__all__ = [
    "RULES",
    "Change",
    "DocumentError",
    "DocumentLine",
    "ReadDocument",
    "Remark",
    "compare",
    "module_source",
    "parse_line",
    "read_document",
    "render",
    "resolve_argument",
    "same_promise",
]
