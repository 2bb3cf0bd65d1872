"""The two parsers that come with the extra `documents`, imported when a document is read."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

INSTALL = 'pip install "pytest-usage-contract[documents]"'


class MissingExtraError(ImportError):
    """Documents cannot be read without their parsers; the message says how to install them."""


def _imported(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError as failure:
        raise MissingExtraError(f"reading this document needs {package}: {INSTALL}") from failure


def markdown() -> "MarkdownIt":
    """A parser of CommonMark with tables and strikethrough, in which HTML is text like any other."""
    parser = _imported("markdown_it", "markdown-it-py").MarkdownIt("commonmark", {"html": False})
    return cast("MarkdownIt", parser.enable(["table", "strikethrough"]))


def yaml() -> Any:
    """PyYAML."""
    return _imported("yaml", "PyYAML")
