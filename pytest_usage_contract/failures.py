"""Failures that no line of a test is to blame for: pytest shows them whole, and without a traceback."""

from types import new_class
from typing import cast

import pytest


def without_traceback(error: AssertionError) -> BaseException:
    """The same error, still of its own class, as pytest shows what `pytest.fail(..., pytrace=False)` raises."""
    kind = type(error)
    shown = new_class(kind.__name__, (kind, pytest.fail.Exception))
    # pytest prints the module of any other class before its name, and so cuts the message off in its short summary.
    shown.__module__ = "builtins"
    copy = cast("BaseException", shown.__new__(shown, str(error)))
    copy.__dict__ |= {**vars(error), "msg": str(error), "pytrace": False}
    return copy
