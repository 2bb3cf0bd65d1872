"""Foreign text in a page of HTML."""

from html import escape

from pytest_usage_contract.reports.texts import one_line


def text(foreign: str, longest: int = 300) -> str:
    """A foreign text, cut, with nothing in it that is markup."""
    return escape(one_line(foreign, longest))


def code(foreign: str, longest: int = 300) -> str:
    """A foreign text as code, which may break after a dot, a slash or an underscore."""
    return f"<code>{breaking(text(foreign, longest))}</code>"


def breaking(safe: str) -> str:
    """Text that may break where a name has its joints."""
    return safe.replace("_", "_<wbr>").replace(".", ".<wbr>").replace("/", "/<wbr>")
