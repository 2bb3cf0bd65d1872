"""Documentation read into contracts, and compared; its parsers are the extra `documents`."""

from pytest_usage_contract.documents.changes import RULES, Change
from pytest_usage_contract.documents.diff import compare, same_promise
from pytest_usage_contract.documents.lines import DocumentLine, parse_line
from pytest_usage_contract.documents.module import module_source
from pytest_usage_contract.documents.place import DocumentError, Remark
from pytest_usage_contract.documents.reader import ReadDocument, read_document
from pytest_usage_contract.documents.rendering import render
from pytest_usage_contract.documents.resolving import resolve

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
    "resolve",
    "same_promise",
]
