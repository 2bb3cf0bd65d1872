"""The report of a run, and its forms: terminal text, JSON, Markdown, HTML, annotations and SARIF.

A `Tally` gathers the phases of the tests into a `Report`, `conclude` decides its outcome, and every form is made of it.
"""

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_usage_contract.reports.report import Report

FORMS: Final = {
    ".json": ("json_report", "to_json"),
    ".md": ("markdown", "to_markdown"),
    ".html": ("html", "to_html"),
    ".sarif": ("sarif", "to_sarif"),
}
"""The suffix of each form, and the module and function that make it, which are imported when it is asked for."""


def check_writable(path: Path) -> None:
    """Raise `ValueError` where no report could be written to *path*; leave nothing there."""
    if path.suffix not in FORMS:
        given = f"{path.suffix!r} is no suffix of a report" if path.suffix else "a report needs a suffix"
        raise ValueError(f"{str(path)!r}: {given}; there are {', '.join(FORMS)}")
    if not path.parent.is_dir():
        raise ValueError(f"{str(path)!r}: there is no directory {str(path.parent)!r}; make it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"{str(path)!r} is no file; name one that may be written")
    try:
        _temporary_path(path).touch()
        _temporary_path(path).unlink()
    except OSError as refusal:
        raise ValueError(f"{str(path)!r} cannot be written: {refusal.strerror}") from None


def write_report(report: "Report", path: Path) -> None:
    """Write *report* in the form that the suffix of *path* asks for, whole or not at all."""
    module, function = FORMS[path.suffix]
    write_whole(path, getattr(import_module(f"{__name__}.{module}"), function)(report))


def write_whole(path: Path, text: str) -> None:
    """Write *text* beside *path* first, so that a reader finds the old file or the new one, and never half of one."""
    beside = _temporary_path(path)
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _temporary_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
