"""The edge where a run is told: terminal text, JSON, Markdown, HTML, annotations and SARIF, all of one report.

A `Tally` gathers, `judged` (the gate) decides, and what it gives is a `Report`, which every form here is made from.
"""

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_usage_contract.reports.report import Report

FORMS: Final = {
    ".json": ("report", "to_json"),
    ".md": ("markdown", "to_markdown"),
    ".html": ("html", "to_html"),
    ".sarif": ("sarif", "to_sarif"),
}
"""The module and the function that make each form, which is imported when it is asked for."""

SUFFIXES: Final = tuple(FORMS)


def check_writable(path: Path) -> None:
    """Raise `ValueError` where no report could be written to *path*, before the run that it would tell of."""
    if path.suffix not in FORMS:
        given = f"{path.suffix!r} is no suffix of a report" if path.suffix else "a report needs a suffix"
        raise ValueError(f"{str(path)!r}: {given}; there are {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise ValueError(f"{str(path)!r}: there is no directory {str(path.parent)!r}; make it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"{str(path)!r} is no file; name one that may be written")
    try:
        _beside(path).touch()
        _beside(path).unlink()
    except OSError as refusal:
        raise ValueError(f"{str(path)!r} cannot be written: {refusal.strerror}") from None


def write(report: "Report", path: Path) -> None:
    """Write *report* in the form that the suffix of *path* asks for, whole or not at all."""
    module, function = FORMS[path.suffix]
    write_whole(path, getattr(import_module(f"{__name__}.{module}"), function)(report))


def write_whole(path: Path, text: str) -> None:
    """Write *text* beside *path* first, so that a reader finds the old file or the new one, and never half of one."""
    beside = _beside(path)
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
