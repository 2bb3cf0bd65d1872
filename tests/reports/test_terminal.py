"""The section in the terminal beyond its text, which is stored in `test_forms`: its title, its colours, its silence."""

import pytest

from pytest_usage_contract.reports.phase import Phase
from pytest_usage_contract.reports.report import Report, UnmatchedCall
from pytest_usage_contract.reports.terminal import format_summary, write_summary

NOTHING = "no response was seen that a contract covers"


class Terminal:
    def __init__(self):
        self.lines = []

    def write_sep(self, sep, title, **markup):
        self.lines.append(f"{sep} {title}")

    def write_line(self, line, **markup):
        self.lines.append((line, markup))


def test_states_contracts_and_outcome_have_their_colours(varied):
    coloured = [(line.split()[0], *markup) for line, markup in format_summary(varied) if markup]
    assert coloured == [
        ("acme/chat", "red"),
        ("acme/images", "green"),
        ("acme/speech", "yellow"),
        ("acme/video", "yellow"),
        ("no", "yellow"),
        ("no", "yellow"),
        ("fails", "red"),
        ("fails", "red"),
        ("warns", "yellow"),
        ("warns", "yellow"),
        ("1", "yellow"),
        ("error", "yellow"),
        *[("failed:", "red")] * len(varied.reasons),
    ]


def test_a_contract_whose_findings_only_warn_is_yellow(phase, tallied):
    _, markup = next(format_summary(tallied(phase("a::1", "undocumented-field usage.cost"))))
    assert markup == {"yellow": True}


@pytest.mark.parametrize("verbosity, expected", [(0, NOTHING), (-1, f"usage contracts: {NOTHING}")])
def test_a_run_that_saw_nothing_says_so(verbosity, expected):
    assert [line for line, _ in format_summary(Report(), verbosity)] == [expected]


def test_a_line_that_begins_as_a_command_is_none(phase, tallied):
    report = tallied(phase("::error::x", "undocumented-field usage.cost"))
    assert "        \\::error::x" in [line for line, _ in format_summary(report)]


@pytest.mark.parametrize("verbosity, title", [(0, ["= usage contracts"]), (-1, [])])
def test_the_section_is_written_with_its_title_unless_quiet(varied, verbosity, title):
    terminal = Terminal()
    write_summary(varied, terminal, verbosity)
    assert terminal.lines == [*title, *format_summary(varied, verbosity, failures=False)]


@pytest.mark.parametrize("verbosity, lines", [(-1, 0), (0, 1)])
def test_what_a_failed_test_has_told_is_not_told_in_full_again(phase, tallied, verbosity, lines):
    report = tallied(phase("a::1", "wrong-type usage.total", place="a.py:7"), phase("", "null-value usage.input"))
    told = [line for line, _ in format_summary(report, verbosity, failures=False)]
    assert len([line for line in told if "wrong-type" in line]) == lines
    assert [line.endswith("  a.py:7") for line in told if "wrong-type" in line] == [True] * lines
    assert any("null-value  usage.input" in line for line in told)
    assert any("what wrong-type says" in line for line, _ in format_summary(report))


def test_a_quiet_run_names_what_drifted_and_the_addresses_that_nobody_covers(phase, tallied):
    call = UnmatchedCall(method="POST", host="gateway.test", path="/v1/chat", count=1, looks_like="acme/chat")
    report = tallied(
        phase("a::1", "undocumented-field usage.cost"), Phase(unmatched=(call,)), urls=("http://x = acme",)
    )
    told = "\n".join(line for line, _ in format_summary(report, -1, failures=False))
    for named in ("undocumented-field  usage.cost", "POST gateway.test/v1/chat", "http://gateway.test = acme/chat"):
        assert named in told
    assert "http://x = acme" in told
