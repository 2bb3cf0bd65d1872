"""A bar is shown on a terminal, and nowhere else."""

import io
import sys

import pytest

from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.partial import Partial
from pytest_usage_contract.audit.plan import Part
from pytest_usage_contract.audit.progress import show_progress

JUDGED = [([Part(Input("a", size=50))], Partial()), ([Part(Input("b", size=50))], Partial())]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def shown(monkeypatch):
    def shown(terminal):
        monkeypatch.setattr(sys, "stderr", terminal)
        assert [*show_progress(JUDGED, 100)] == JUDGED
        return terminal.getvalue()

    return shown


def test_a_terminal_shows_how_much_was_judged_and_found(shown):
    told = shown(Terminal())
    assert "0.00/100" in told
    assert told.endswith("\r")


@pytest.mark.parametrize("where", ["no terminal", "CI", "no library"])
def test_nothing_is_shown_where_nobody_looks_on(shown, monkeypatch, where):
    if where == "CI":
        monkeypatch.setenv("CI", "true")
    if where == "no library":
        monkeypatch.setitem(sys.modules, "tqdm", None)
    assert shown(io.StringIO() if where == "no terminal" else Terminal()) == ""
