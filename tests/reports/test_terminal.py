from dataclasses import replace
from datetime import date

import pytest

from pytest_usage_contract.reports.report import Report
from pytest_usage_contract.reports.terminal import summary, write_summary

QUIET = """\
usage contracts: 10 checked, 1 mocked, 2 kept, 8 schema, 1 accounting, 1 drift, known: 1
error in the plugin: ValueError: a fault of the plugin's own
failed: 2 schema findings fail
failed: orq/images_edits is required, and was not exercised (1 answered by mocks, which do not count)"""

NORMAL = """\
openrouter/alpha_responses  9 checked, 1 kept            7 of 7 fields seen (100 %)  4 schema, 1 accounting, 1 drift
orq/images_edits            0 checked, 0 kept, 1 mocked  0 of 6 fields seen (0 %)    4 schema
orq/images_generations      1 checked, 1 kept            2 of 6 fields seen (33 %)   no findings
1 stream left by the consumer before the usage came
2 responses with a status other than 2xx
no contract covers POST openrouter.ai/api/v1/chat/completions (3)
fails   missing-field  usage.output_tokens_details  in openrouter/alpha_responses, 4 times
        absent, documented as an object
        tests/test_bill.py::test_a, tests/test_bill.py::test_b, tests/test_bill.py::test_c and 1 more
fails   null-value  usage.input_tokens  in openrouter/alpha_responses: accepted until 2026-11-01, which is over
        null, documented as a number
        tests/test_chat.py::test_expired
warns   total-mismatch  usage.total_tokens  in openrouter/alpha_responses
        input_tokens + output_tokens = 100 + 20 = 120, is 121
        outside any test
warns   undocumented-field  usage.cost  in openrouter/alpha_responses, 4 times
        number 0.5, not documented
        tests/test_bill.py::test_a, tests/test_bill.py::test_b, tests/test_bill.py::test_c and 1 more
known   wrong-type  usage.total_tokens  in openrouter/alpha_responses: \
reported to the provider, ticket 7 (until 2026-12-31)
ignored null-value  usage.output_tokens  in openrouter/alpha_responses: xfail (1)
ignored missing-field  usage.input_tokens  in orq/images_edits: marker (1)
ignored missing-field  usage.input_tokens_details  in orq/images_edits: marker (1)
ignored missing-field  usage.output_tokens  in orq/images_edits: marker (1)
ignored missing-field  usage.total_tokens  in orq/images_edits: marker (1)
known: 1
1 entry of the baseline not seen
error in the plugin: ValueError: a fault of the plugin's own
failed: 2 schema findings fail
failed: orq/images_edits is required, and was not exercised (1 answered by mocks, which do not count)"""

VERBOSE = """\
orq/images_edits        0 checked, 0 kept  0 of 6 fields seen (0 %)   no findings
    never seen: usage.total_tokens, usage.input_tokens, usage.output_tokens, usage.input_tokens_details, \
usage.input_tokens_details.text_tokens, usage.input_tokens_details.image_tokens
orq/images_generations  5 checked, 0 kept  2 of 6 fields seen (33 %)  1 schema
    never seen: usage.input_tokens, usage.input_tokens_details.image_tokens, usage.input_tokens_details.text_tokens, \
usage.output_tokens
fails   wrong-type  usage.total_tokens  in orq/images_generations, 5 times
        string "5", documented as a number
        POST my.orq.ai/v2/proxy/images/generations (200)  fingerprint 36b8c857f130
        {"input_tokens_details": {}, "total_tokens": "5"}
        a::0, a::1, a::2, a::3, a::4
3 entries of the baseline not seen
        wrong-type  usage.total_tokens  in openrouter/alpha_responses (c49be2c83e4b)
        null-value  usage.input_tokens  in openrouter/alpha_responses (10c586343f82)
        wrong-type  usage.total_tokens  in orq/images_edits (78c3428b0f41)
failed: 1 schema finding fails
failed: orq/images_edits is required, and was not exercised"""


def text(report, verbosity=0):
    return "\n".join(line for line, _ in summary(report, verbosity))


def colours(report):
    return {line.split()[0]: "".join(markup) for line, markup in summary(report)}


class Terminal:
    def __init__(self):
        self.lines = []

    def write_sep(self, sep, title, **markup):
        self.lines.append(f"{sep} {title}")

    def write_line(self, line, **markup):
        self.lines.append((line, markup))


@pytest.mark.parametrize("verbosity, expected", [(-1, QUIET), (0, NORMAL)])
def test_the_section_tells_a_run_by_its_verbosity(varied, verbosity, expected):
    assert text(varied(), verbosity) == expected


def test_a_verbose_section_tells_everything(phase, tallied, baseline):
    usage = {"input_tokens_details": {}, "total_tokens": "5"}
    phases = [phase(f"a::{number}", usage, "orq/images_generations") for number in range(5)]
    report = tallied(*phases, require=("orq/images_edits",), baseline=baseline, today=date(2026, 11, 22))
    assert text(report, 2) == VERBOSE


def test_a_run_that_saw_nothing_says_so():
    assert text(Report()) == "no response was seen that a contract covers"
    assert text(Report(), -1) == "usage contracts: no response was seen that a contract covers"


def test_a_finding_without_a_usage_and_a_reason_is_told_as_that(phase, tallied, varied):
    report = varied()
    known = replace(report.findings[2], known=True, reason="", until=None, usage=None)
    told = text(replace(report, findings=(known,)), 1)
    assert "accepted without a reason\n" in told
    assert "{" not in told


def test_states_and_outcome_have_their_colours(varied):
    assert colours(varied()) == {
        "openrouter/alpha_responses": "red",
        "orq/images_edits": "yellow",
        "orq/images_generations": "green",
        "1": "",
        "2": "",
        "no": "",
        "fails": "red",
        "absent,": "",
        "tests/test_bill.py::test_a,": "",
        "null,": "",
        "tests/test_chat.py::test_expired": "",
        "warns": "yellow",
        "input_tokens": "",
        "outside": "",
        "number": "",
        "known": "",
        "ignored": "",
        "known:": "",
        "error": "yellow",
        "failed:": "red",
    }


def test_of_very_many_findings_the_first_are_shown(phase, tallied, kept):
    usage = {**kept, **{f"new_{number:02}": 1 for number in range(25)}}
    told = text(tallied(phase("a::1", usage)))
    assert told.count("warns ") == 20
    assert told.endswith("        … and 5 more")


def test_nothing_hostile_reaches_the_terminal_or_the_log_of_a_ci_job(nasty):
    for verbosity in (-1, 0, 1):
        for line, _ in summary(nasty, verbosity):
            assert line.isprintable()
            assert len(line) < 2200
            assert not line.lstrip().startswith("::")
            assert "##[" not in line


def test_a_line_that_begins_as_a_command_is_none(phase, tallied, kept):
    data = phase("::error::x", {**kept, "cost": 1})
    assert "        \\::error::x" in text(tallied(data)).splitlines()


@pytest.mark.parametrize("verbosity, title", [(0, ["= usage contracts"]), (-1, [])])
def test_the_section_is_written_with_its_title_unless_quiet(verbosity, title):
    terminal = Terminal()
    write_summary(Report(), terminal, verbosity)
    assert terminal.lines[:-1] == title
    assert terminal.lines[-1] == [*summary(Report(), verbosity)][-1]
