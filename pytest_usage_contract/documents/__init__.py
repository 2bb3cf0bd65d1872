"""Read documentation into contract files; the parsers come with the extra `documents`."""

from pytest_usage_contract.documents.library import DocumentError, MissingExtraError, Position, Remark
from pytest_usage_contract.documents.reader import ReadDocument, read_document

__all__ = ["DocumentError", "MissingExtraError", "Position", "ReadDocument", "Remark", "read_document"]
