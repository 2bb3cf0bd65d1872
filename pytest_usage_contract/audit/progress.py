"""A bar on a terminal: how much was judged, how fast, what was found so far, and how long it will take."""

import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from pytest_usage_contract.audit.jobs import Judged


def show_progress(judged: Iterable[Judged], total: int) -> Iterator[Judged]:
    """Yield *judged* parts as they are, and show them against a *total* of bytes: on a terminal, and nowhere else."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield from judged
        return
    try:
        tqdm: Any = import_module("tqdm").tqdm  # of the extra `audit`
    except ImportError:
        yield from judged
        return
    known: set[str] = set()
    with tqdm(total=total, unit="B", unit_scale=True, leave=False, dynamic_ncols=True) as bar:
        for parts, partial in judged:
            known |= partial.always.findings.keys() | partial.undemanded.findings.keys()
            bar.set_postfix(findings=len(known), refresh=False)
            bar.update(sum(part.size for part in parts))
            yield parts, partial
